"""Grids for other programs, and the points those programs read."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine

from geoindex import IndexGrid, Palette, ValueGrid
from geoindex.grids.formats import FORMATS

READABLE = ["esri", "grass", "irap", "zmap", "surfer6", "surfer6-binary", "surfer7", "cps3"]
EXCHANGE = [*READABLE, "xyz", "dug", "ijxyz"]
SUFFIX = {known.key: (*known.suffixes, ".ascii")[0] for known in FORMATS}

UPRIGHT = Affine(5.0793, 0.0, 3494752.3242, 0.0, -5.0793, 7514558.379)
# A survey: columns run along crosslines, rows along inlines, both to the north-east.
ROTATED = Affine.translation(605000, 6073000) @ Affine.rotation(18.6) @ Affine.scale(12.5, 25.0)

TURNS = {
    "image": UPRIGHT,
    "south-up": Affine(5.0, 0, 1000.5, 0, 5.0, 2000.25),
    "mirrored": Affine(-5.0, 0, 1000.5, 0, -5.0, 2000.25),
    "inlines to the east": Affine(0, 5.0, 1000.5, 5.0, 0, 2000.25),
    "inlines to the west": Affine(0, -5.0, 1000.5, 5.0, 0, 2000.25),
    "degrees": Affine(1 / 3600, 0, 24.1, 0, -1 / 3600, 67.9),
}


def make_grid(
    transform: Affine | None = UPRIGHT, *, n_colors: int = 40, shape: tuple[int, int] = (23, 17)
) -> IndexGrid:
    """A grid whose rows and columns all differ, so flips and rotations are detected."""
    rng = np.random.default_rng(1)
    palette = Palette(
        rng.integers(0, 256, (n_colors, 3)),
        names=[f'Unit {i}, "é" <&>' for i in range(n_colors)],
    )
    dtype = np.uint8 if n_colors < 256 else np.uint16
    indices = rng.integers(0, n_colors, shape).astype(dtype)
    nodata = int(np.iinfo(dtype).max)
    indices[shape[0] // 3 : shape[0] // 2, 2:5] = nodata
    return IndexGrid(indices=indices, palette=palette, nodata=nodata, transform=transform)


def centers(grid: IndexGrid | ValueGrid) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates of the cell centers, by the definition of a transform."""
    rows, cols = np.mgrid[0 : grid.shape[0], 0 : grid.shape[1]] + 0.5
    t = grid.transform
    return t.a * cols + t.b * rows + t.c, t.d * cols + t.e * rows + t.f


def assert_same(one: IndexGrid, other: IndexGrid, *, provenance: bool = True) -> None:
    """Compare everything in two grids; exchange formats store no provenance."""
    np.testing.assert_array_equal(one.indices, other.indices)
    assert one.indices.dtype == other.indices.dtype
    assert one.palette == other.palette
    assert one.nodata == other.nodata
    assert one.transform == other.transform
    assert one.crs == other.crs
    if provenance:
        assert one.provenance == other.provenance


def assert_same_points(
    found: tuple[np.ndarray, np.ndarray, np.ndarray],
    grid: IndexGrid | ValueGrid,
    tolerance: float = 0.01,
) -> None:
    """Compare x, y and value of points with the valid cells of a grid, in any order."""
    found_x, found_y, values = (np.ravel(part) for part in found)
    cols, rows = np.floor(~grid.transform @ np.array([found_x, found_y])).astype(int)
    assert len(values) == grid.valid.sum() == len(set(zip(rows, cols, strict=True)))
    cells = grid.indices if isinstance(grid, IndexGrid) else grid.values
    np.testing.assert_array_equal(values, cells[rows, cols])
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


def replace_grid(path: Path, content: bytes) -> None:
    """Put another file in the place of a grid, beside the same legend."""
    legend = path.with_name(f"{path.name}.legend.csv")
    head, *rows = legend.read_text("utf-8").splitlines()
    rows = [row.rsplit(",", 1)[0] + "," for row in rows]
    legend.write_text("\n".join([head, *rows]) + "\n", "utf-8")
    path.write_bytes(content)
