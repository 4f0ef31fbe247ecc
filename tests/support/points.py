"""Grids as points: coordinates and values, as other programs read them."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import rasterio

from geoindex import IndexGrid


def centers(grid: IndexGrid) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates of the cell centers, by the definition of a transform."""
    rows, cols = np.mgrid[0 : grid.shape[0], 0 : grid.shape[1]] + 0.5
    t = grid.transform
    return t.a * cols + t.b * rows + t.c, t.d * cols + t.e * rows + t.f


def assert_same_points(
    found: tuple[np.ndarray, np.ndarray, np.ndarray], grid: IndexGrid, tolerance: float = 0.01
) -> None:
    """Compare x, y and value of the valid cells with those of a grid, in whatever order."""
    found_x, found_y, values = (np.ravel(part) for part in found)
    cols, rows = np.floor(~grid.transform @ np.array([found_x, found_y])).astype(int)
    assert len(values) == grid.valid.sum() == len(set(zip(rows, cols, strict=True)))
    np.testing.assert_array_equal(values, grid.indices[rows, cols])
    x, y = centers(grid)
    np.testing.assert_allclose(found_x, x[rows, cols], rtol=0, atol=tolerance)
    np.testing.assert_allclose(found_y, y[rows, cols], rtol=0, atol=tolerance)


def gdal_points(path: Path, driver: str, **options: str) -> tuple[np.ndarray, ...]:
    """X, y and value of the valid pixels as GDAL reads them."""
    with rasterio.Env(**options), rasterio.open(path, driver=driver) as source:
        values = source.read(1, masked=True)
        rows, cols = np.nonzero(~np.ma.getmaskarray(values))
        x, y = source.transform @ np.array([cols + 0.5, rows + 0.5])
        return x, y, values.data[rows, cols]


def xtgeo_points(path: Path, name: str) -> tuple[np.ndarray, ...]:
    """X, y and value of the defined nodes as xtgeo reads them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import xtgeo

        surface = xtgeo.surface_from_file(path, fformat=name)
        x, y = surface.get_xy_values()
        valid = ~np.ma.getmaskarray(surface.values)
        return x.data[valid], y.data[valid], surface.values.data[valid]
