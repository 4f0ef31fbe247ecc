"""Matplotlib draws every index in the color of its class, and what is no class in none.

tests/plot/test_norm.py has all dtypes and all ways to draw.
"""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
import xarray as xr
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from geoindex import IndexGrid, Palette
from tests.support.silence import Case, check, table

mpl.use("Agg")

PALETTE = Palette([[200, 0, 0], [0, 200, 0], [0, 0, 200]], names=["a", "b", "c"])
INDICES = np.array([[0, 1, 2, 255]] * 2, np.uint8)
RIGHT = [[200, 0, 0], [0, 200, 0], [0, 0, 200], None]


def drawn(indices: object) -> list[list[int] | None]:
    """Color of each cell as matplotlib draws it, None where it draws nothing."""
    figure = Figure(figsize=(0.04, 0.02), dpi=100)
    figure.patch.set_alpha(0)
    axes = figure.add_axes((0, 0, 1, 1))
    style = {"cmap": PALETTE.colormap(), "norm": PALETTE.norm()}
    if isinstance(indices, xr.DataArray):
        indices.plot(ax=axes, add_colorbar=False, **style)
        axes.set(xlabel="", ylabel="")
    else:
        axes.imshow(indices, interpolation="nearest", **style)
    axes.set_axis_off()
    axes.set_aspect("auto")
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    row = np.asarray(canvas.buffer_rgba())[0]
    return [None if alpha == 0 else [r, g, b] for r, g, b, alpha in row.tolist()]


def as_float(dtype: type) -> np.ndarray:
    return np.where(INDICES == 255, np.nan, INDICES).astype(dtype)


ARRAYS = {
    "uint8": lambda: INDICES,
    "float32": lambda: as_float(np.float32),
    "DataArray": lambda: xr.DataArray(as_float(np.float32), dims=("y", "x")),
    "grid.to_xarray()": lambda: IndexGrid(
        indices=INDICES, palette=PALETTE, nodata=255
    ).to_xarray(),
}

CASES = [
    Case(f"imshow of {name}", lambda make=make: drawn(make()), RIGHT, "the palette")
    for name, make in ARRAYS.items()
]


@table(CASES)
def test_colors(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check(case, tmp_path, monkeypatch)
