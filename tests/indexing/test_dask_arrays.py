"""Dask arrays: lazy until computed, and equal to results in memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from affine import Affine

from geoindex import (
    ColorCube,
    Palette,
    compare_palettes,
    index_image,
    learn_palette,
    nearest,
    open_grid,
)
from geoindex.errors import GeoindexWarning, ImageError

da = pytest.importorskip("dask.array")
dask_compute = pytest.importorskip("dask").compute
xr = pytest.importorskip("xarray")

RNG = np.random.default_rng(3)
RGB = RNG.integers(0, 256, (50, 70, 3), dtype=np.uint8)
RGBA = np.dstack([RGB, RNG.choice(np.array([0, 90, 255], np.uint8), (50, 70))])
PALETTES = {n: Palette(RNG.integers(0, 256, (n, 3))) for n in (3, 255, 256, 300)}


def forbidden(block: np.ndarray) -> np.ndarray:
    raise AssertionError("computed before its time")


def lazy(values: np.ndarray, chunks: tuple[int, ...] = (20, 30, 2)) -> da.Array:
    return da.from_array(values, chunks=chunks)


@pytest.mark.parametrize("n_colors", PALETTES)
@pytest.mark.parametrize("pixels", [RGB, RGBA, RGB.astype(np.uint16) * 257, RGB.astype(np.int32)])
@pytest.mark.parametrize("max_distance", [None, 20.0])
def test_nearest_equals_memory(n_colors: int, pixels: np.ndarray, max_distance: float) -> None:
    palette = PALETTES[n_colors]
    found = nearest(lazy(pixels), palette, max_distance=max_distance)
    assert isinstance(found, da.Array)
    assert found.chunks == ((20, 20, 10), (30, 30, 10))
    expected = nearest(pixels, palette, max_distance=max_distance)
    computed = found.compute()
    assert computed.dtype == found.dtype
    np.testing.assert_array_equal(computed, expected)
    may_have_nodata = pixels.shape[-1] == 4 or max_distance is not None
    assert found.dtype == (np.uint16 if n_colors + may_have_nodata > 256 else np.uint8)


def test_256_colors_are_uint16_where_nodata_is_possible() -> None:
    """In memory they are uint8 when no pixel turns out to be nodata; the values are the same."""
    opaque = np.dstack([RGB, np.full((50, 70), 255, np.uint8)])
    in_memory, found = (nearest(pixels, PALETTES[256]) for pixels in (opaque, lazy(opaque)))
    assert (in_memory.dtype, found.dtype) == (np.uint8, np.uint16)
    np.testing.assert_array_equal(found.compute(), in_memory)


def test_nothing_is_computed() -> None:
    pixels = lazy(RGBA).map_blocks(forbidden, meta=np.empty((0, 0, 0), np.uint8))
    grid = index_image(pixels, PALETTES[3])
    assert grid.shape == (50, 70)
    assert grid.is_lazy
    assert "50 x 70 uint8" in repr(grid)
    assert isinstance(grid.to_xarray().data, da.Array)
    assert isinstance(grid.valid, da.Array)
    with pytest.raises(AssertionError, match="computed before its time"):
        grid.compute()


def test_other_shapes_metrics_and_cubes() -> None:
    row = RGB.reshape(-1, 3)
    np.testing.assert_array_equal(
        nearest(lazy(row, (999, 3)), PALETTES[3], metric="lab").compute(),
        nearest(row, PALETTES[3], metric="lab"),
    )
    cube = ColorCube(PALETTES[255], "oklab")
    np.testing.assert_array_equal(nearest(lazy(RGB), cube).compute(), nearest(RGB, cube))


def test_the_mapper_is_one_node_of_the_graph() -> None:
    found = nearest(lazy(RGB, (5, 5, 3)), PALETTES[3])
    assert found.npartitions == 140
    keys = [key for key in found.dask if "ColorMapper" in str(key)]
    assert len(keys) == 1
    again = nearest(lazy(RGB, (5, 5, 3)), PALETTES[3])
    assert found.name == again.name
    assert found.name != nearest(lazy(RGB, (5, 5, 3)), PALETTES[3], metric="lab").name


def test_floats_need_their_scale() -> None:
    unit = RGB / 255
    unit[3, 4] = np.nan
    with pytest.raises(ImageError, match="the scale of a Dask array of floats is unknown"):
        nearest(lazy(unit), PALETTES[3])
    found = nearest(lazy(unit), PALETTES[3], scale="unit").compute()
    np.testing.assert_array_equal(found, nearest(unit, PALETTES[3], scale="unit"))
    assert found[3, 4] == 255


def test_unknown_shapes_are_refused() -> None:
    row = lazy(RGB.reshape(-1, 3), (999, 3))
    with pytest.raises(ImageError, match="call its compute_chunk_sizes"):
        nearest(row[row[:, 0] > 9], PALETTES[3])


def test_bad_pixels_are_an_error_when_they_are_computed() -> None:
    found = nearest(lazy(RGB.astype(np.int32) + 1), PALETTES[3])
    with pytest.raises(ImageError, match="256"):
        found.compute()


@pytest.mark.parametrize("options", [{}, {"alpha": "strip"}, {"translucent": 100}])
@pytest.mark.parametrize("first", [False, True])
def test_index_image_of_arrays(options: dict[str, object], first: bool, tmp_path: Path) -> None:
    pixels = np.moveaxis(RGBA, -1, 0) if first else RGBA
    found = index_image(
        lazy(pixels, (3, 20, 20) if first else (20, 20, 3)), PALETTES[3], **options
    )
    expected = index_image(pixels, PALETTES[3], **options)
    np.testing.assert_array_equal(found.counts(), expected.counts())
    np.testing.assert_array_equal(found.to_rgb(), expected.to_rgb())
    np.testing.assert_array_equal(found.compute().indices, expected.indices)
    assert (found.nodata, found.provenance) == (expected.nodata, expected.provenance)
    for name in ("grid.tif", "grid.npy", "grid.png"):
        found.save(tmp_path / name)
        expected.save(tmp_path / f"expected_{name}")
        np.testing.assert_array_equal(open_grid(tmp_path / name).indices, expected.indices)
    assert (tmp_path / "grid.npy").read_bytes() == (tmp_path / "expected_grid.npy").read_bytes()


def test_gray_and_masked_arrays() -> None:
    gray = RGB[..., 0]
    masked = np.ma.masked_less(gray, 40)
    for pixels in (gray, masked):
        with pytest.warns(GeoindexWarning, match="is read as gray without a look"):
            found = index_image(lazy(pixels, (20, 20)), PALETTES[3])
        np.testing.assert_array_equal(
            found.compute().indices, index_image(pixels, PALETTES[3]).indices
        )
    grid = index_image(lazy(masked, (20, 20)), PALETTES[256], scale="byte")
    assert grid.nodata == 65535


def test_data_arrays_keep_place_and_fill() -> None:
    array = xr.DataArray(
        np.moveaxis(RGB, -1, 0),
        dims=("band", "y", "x"),
        coords={"x": np.arange(70) * 5 + 2.5, "y": 1000 - np.arange(50) * 5.0},
        attrs={"_FillValue": int(RGB[0, 0, 0])},
    )
    chunked = array.chunk({"band": 1, "y": 20, "x": 30})
    found, expected = (index_image(one, PALETTES[3]) for one in (chunked, array))
    assert found.indices.chunks == ((20, 20, 10), (30, 30, 10))
    assert found.transform == expected.transform == Affine(5, 0, 0, 0, -5, 1002.5)
    np.testing.assert_array_equal(found.compute().indices, expected.indices)
    last = chunked.transpose("y", "x", "band")
    np.testing.assert_array_equal(
        nearest(last, PALETTES[3]).compute(), nearest(last.values, PALETTES[3])
    )


def test_units_tell_results_apart() -> None:
    picture = np.zeros((20, 20, 3), np.uint8)
    picture[:, :10], picture[:, 10:] = (200, 0, 0), (250, 0, 0)
    palette = Palette([[0, 0, 0], [230, 0, 0], [255, 200, 255]])
    lazy = da.from_array(picture, chunks=10)
    units = ([[200, 0, 0], [250, 0, 0]], [[200, 0, 0]])
    several = [index_image(lazy, palette, units=of, channel_axis=-1).indices for of in units]
    for of, found in zip(units, dask_compute(*several), strict=True):
        expected = index_image(picture, palette, units=of, channel_axis=-1).indices
        np.testing.assert_array_equal(found, expected)


def test_palettes_of_what_is_not_computed_yet() -> None:
    rng = np.random.default_rng(5)
    picture = rng.integers(0, 256, (40, 30, 3), dtype=np.uint8)
    lazy = da.from_array(picture, chunks=(7, 11, 3))
    for method in ("kmeans", "mediancut"):
        expected = learn_palette(picture, 6, method=method)
        found = learn_palette(lazy, 6, method=method)
        assert found == expected
        np.testing.assert_array_equal(found.counts, expected.counts)
    palettes = [found, Palette([[0, 0, 0], [255, 255, 255]])]
    assert compare_palettes(lazy, palettes).scores == compare_palettes(picture, palettes).scores
    grid = index_image(lazy, palettes[1])
    assert learn_palette(grid, 2) == learn_palette(grid.compute(), 2)
    with pytest.raises(ImageError, match="the scale of a Dask array of floats"):
        learn_palette(lazy / 255, 2)
