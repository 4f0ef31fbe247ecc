"""Colors that matplotlib shows for indices of every dtype, nodata and what is no index."""

from __future__ import annotations

from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.cm import ScalarMappable
from matplotlib.colors import NoNorm
from matplotlib.figure import Figure

from geoindex import Palette
from geoindex.plot.norm import IndexNorm

COLORS = np.array([[10, 200, 30], [250, 0, 0], [0, 0, 255], [128, 128, 0]], np.uint8)
PALETTE = Palette(COLORS)
INDICES = np.array([[0, 1, 2], [3, 255, 0]])
SHOWN = np.array(
    [
        [[10, 200, 30, 255], [250, 0, 0, 255], [0, 0, 255, 255]],
        [[128, 128, 0, 255], [0, 0, 0, 0], [10, 200, 30, 255]],
    ]
)

WITH_NODATA: dict[str, np.ndarray] = {
    "uint8": INDICES.astype(np.uint8),
    "uint16": np.where(INDICES == 255, 65_535, INDICES).astype(np.uint16),
    "int16 with -1": np.where(INDICES == 255, -1, INDICES).astype(np.int16),
    "int64": INDICES.astype(np.int64),
    "int64 with -9999": np.where(INDICES == 255, -9999, INDICES),
    "float32 with 255": INDICES.astype(np.float32),
    "float32 with NaN": np.where(INDICES == 255, np.nan, INDICES).astype(np.float32),
    "float64 with NaN": np.where(INDICES == 255, np.nan, INDICES),
    "float64 with -9999": np.where(INDICES == 255, -9999.0, INDICES),
    "masked uint8": np.ma.masked_equal(INDICES.astype(np.uint8), 255),
    "masked float32": np.ma.masked_equal(INDICES.astype(np.float32), 255),
}


def draw_imshow(values: np.ndarray) -> ScalarMappable:
    return Figure().subplots().imshow(values, cmap=PALETTE.colormap(), norm=PALETTE.norm())


def draw_pcolormesh(values: np.ndarray) -> ScalarMappable:
    return Figure().subplots().pcolormesh(values, cmap=PALETTE.colormap(), norm=PALETTE.norm())


def draw_data_array(values: np.ndarray) -> ScalarMappable:
    if isinstance(values, np.ma.MaskedArray):
        values = values.astype(np.float32).filled(np.nan)
    array = xr.DataArray(values, dims=("y", "x"))
    drawn = array.plot(ax=Figure().subplots(), cmap=PALETTE.colormap(), norm=PALETTE.norm())
    assert isinstance(drawn, ScalarMappable)
    return drawn


@pytest.mark.parametrize("draw", [draw_imshow, draw_pcolormesh, draw_data_array])
@pytest.mark.parametrize("values", WITH_NODATA.values(), ids=WITH_NODATA)
def test_colors_of_indices(
    draw: Callable[[np.ndarray], ScalarMappable], values: np.ndarray
) -> None:
    drawn = draw(values)
    found = drawn.to_rgba(drawn.get_array(), bytes=True).reshape(2, 3, 4)
    np.testing.assert_array_equal(found, SHOWN)


@pytest.mark.parametrize("cell", [2, 40])
@pytest.mark.parametrize("values", WITH_NODATA.values(), ids=WITH_NODATA)
def test_pixels_on_the_canvas(values: np.ndarray, cell: int) -> None:
    """What is rendered, small and large: matplotlib resamples before the norm or after it."""
    figure = plt.figure(figsize=(3 * cell / 100, 2 * cell / 100), dpi=100, facecolor="none")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.imshow(
        values,
        cmap=PALETTE.colormap(),
        norm=PALETTE.norm(),
        interpolation="nearest",
        aspect="auto",
    )
    figure.canvas.draw()
    canvas = np.asarray(figure.canvas.buffer_rgba())
    plt.close(figure)
    middle = canvas[cell // 2 :: cell, cell // 2 :: cell]
    np.testing.assert_array_equal(middle[..., 3], SHOWN[..., 3])
    np.testing.assert_array_equal(middle[middle[..., 3] > 0], SHOWN[SHOWN[..., 3] > 0])


def test_colorbar_has_a_box_for_each_color() -> None:
    figure = Figure()
    drawn = figure.subplots().imshow(INDICES, cmap=PALETTE.colormap(), norm=PALETTE.norm())
    assert isinstance(drawn.norm, NoNorm)
    bar = figure.colorbar(drawn)
    boxes = bar.solids.to_rgba(bar.solids.get_array(), bytes=True)
    np.testing.assert_array_equal(boxes.reshape(-1, 4)[:, :3], COLORS)
    assert (bar.vmin, bar.vmax) == (-0.5, 3.5)


def test_plain_no_norm_hides_nodata_of_integers() -> None:
    rgba = ScalarMappable(NoNorm(), PALETTE.colormap()).to_rgba(
        INDICES.astype(np.uint8), bytes=True
    )
    np.testing.assert_array_equal(rgba, SHOWN)


@given(value=st.floats(allow_nan=True) | st.integers(-(2**62), 2**62), n=st.integers(1, 70_000))
def test_only_indices_have_a_color(value: float, n: int) -> None:
    found = IndexNorm(n)(np.array([value]))
    is_index = (
        0 <= value <= n and min(abs(value - i) for i in (int(value), int(value) + 1)) <= 0.01
    )
    expected = int(value + 0.5) if is_index or -0.01 <= value < 0 else n
    assert found.tolist() == [expected if expected < n else None]
