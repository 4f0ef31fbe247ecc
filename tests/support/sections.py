"""Cross-sections, and what other programs read of their SEG-Y files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import segyio

from geoindex import IndexGrid, Palette

PLACE = {"start": (3496937.0, 7509361.0), "end": (3500188.0, 7514290.0)}


def make_grid(shape: tuple[int, int] = (101, 37), n_colors: int = 60) -> IndexGrid:
    rng = np.random.default_rng(3)
    indices = rng.integers(0, n_colors, shape).astype(np.uint8)
    indices[:4, 5:9] = 255
    palette = Palette(
        rng.integers(0, 256, (n_colors, 3)), names=[f"Unit {i}, é" for i in range(n_colors)]
    )
    return IndexGrid(indices=indices, palette=palette, nodata=255)


def as_floats(grid: IndexGrid) -> np.ndarray:
    """Expected samples, one row per trace."""
    return np.where(grid.valid, grid.indices, np.float32(1e30)).T.astype(np.float32)


def segyio_coordinates(path: Path, x: int = 181, y: int = 185) -> np.ndarray:
    with segyio.open(path, ignore_geometry=True) as file:
        scale = file.attributes(71)[:].astype(float)
        factor = np.where(scale < 0, -1 / scale, scale)
        return np.column_stack([file.attributes(field)[:] * factor for field in (x, y)])
