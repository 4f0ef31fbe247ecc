"""Classes of a grid as polygons, compared with GDAL's polygonize.

    python benchmarks/polygons.py [--side 4000] [--repeat 3]

Prints Markdown tables for the sample map, its units recovered, and for a larger grid of blobs:
seconds on arrays and of complete commands, points, the largest error in the area of a class, and
whether neighbors share all points of their borders; then the peak memory of `geoindex polygons`
(Linux only).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import shapely
from affine import Affine
from common import (
    SAMPLE_MAP,
    SAMPLE_PALETTE,
    Call,
    machine,
    measured_apart,
    medians,
    parser_of,
    print_header,
    print_row,
)
from rasterio.crs import CRS
from rasterio.features import shapes
from scipy.ndimage import gaussian_filter, zoom

from geoindex import Clean, IndexGrid, Palette, index_image
from geoindex.analysis.polygons import class_polygons

PEAK = """
import sys
from pathlib import Path
from common import memory
from geoindex.cli.app import cli
cli(sys.argv[1:], standalone_mode=False)
print(memory("VmHWM"))
"""

N_CLASSES = 8
"""Classes of the larger grid."""

COVERAGE_LIMIT = 10_000
"""Polygons up to which GEOS checks a coverage in reasonable time."""


def sample_units() -> IndexGrid:
    """Recovered units of the sample map."""
    return index_image(SAMPLE_MAP, SAMPLE_PALETTE, clean=Clean())


def blobs(side: int, n_blobs: int = 50_000) -> IndexGrid:
    """Classes where one of eight fields is largest, in about as many patches as asked for."""
    coarse = max(40, min(side, 3000))
    rng = np.random.default_rng(1)
    largest = np.full((side, side), -np.inf, np.float32)
    indices = np.zeros((side, side), np.uint8)
    for row in range(N_CLASSES):
        noise = rng.standard_normal((coarse, coarse), dtype=np.float32)
        # Found by trying: this width makes so many patches.
        field = gaussian_filter(noise, 0.47 * coarse / n_blobs**0.5)
        field = zoom(field, side / coarse, order=1)[:side, :side]
        indices[field > largest] = row
        np.maximum(largest, field, out=largest)
    return IndexGrid(
        indices=indices,
        palette=Palette(rng.integers(0, 256, (N_CLASSES, 3), dtype=np.uint8)),
        nodata=255,
        transform=Affine(10, 0, 400_000, 0, -10, 7_000_000),
        crs=CRS.from_epsg(3067),
    )


def with_gdal(grid: IndexGrid) -> tuple[np.ndarray, np.ndarray]:
    """Polygons and classes by rasterio, which calls GDAL's polygonize."""
    found = list(shapes(grid.indices, grid.valid, 4, grid.transform))
    polygons = [shapely.geometry.shape(geometry) for geometry, _ in found]
    return np.array(polygons, object), np.array([int(value) for _, value in found])


def with_geoindex(grid: IndexGrid, *, exact: bool) -> tuple[np.ndarray, np.ndarray]:
    """Polygons and classes by this package."""
    found = class_polygons(grid, exact=exact)
    return found.geometry, found.classes


def print_arrays(title: str, grid: IndexGrid, repeat: int) -> None:
    """Polygons from a grid in memory."""
    calls: dict[str, Call] = {
        "GDAL, rasterio.features.shapes": lambda: with_gdal(grid),
        "geoindex, exact": lambda: with_geoindex(grid, exact=True),
        "geoindex, smooth": lambda: with_geoindex(grid, exact=False),
    }
    seconds = medians(calls, repeat, warm_up=repeat > 1)
    first = next(iter(seconds.values()))
    rows, cols = grid.shape
    print(f"\n{title}: {cols} x {rows} pixels")
    print_header("method", "s", "relative", "polygons", "points", "area off", "coverage")
    counts = grid.counts() * abs(grid.transform.determinant)
    for name, call in calls.items():
        polygons, classes = call()
        areas = np.bincount(classes, weights=shapely.area(polygons), minlength=len(counts))
        off = np.abs(areas / np.maximum(counts, 1) - 1)[counts > 0].max()
        few = len(polygons) <= COVERAGE_LIMIT
        print_row(
            name,
            f"{seconds[name]:.2f}",
            f"{seconds[name] / first:.2f}",
            len(polygons),
            int(shapely.get_num_coordinates(polygons).sum()),
            f"{off:.4%}",
            ("valid" if shapely.coverage_is_valid(polygons) else "not valid") if few else "",
        )


def run(command: list[str], folder: Path) -> None:
    """Run a command that must succeed, in a folder."""
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)


def print_commands(grid: IndexGrid, folder: Path, repeat: int) -> None:
    """Complete runs, from a GeoTIFF to a GeoPackage."""
    grid.save(folder / "grid.tif", overwrite=True)
    options = ["grid.tif", "-o", "units.gpkg", "--overwrite", "-q"]
    geoindex = [sys.executable, "-m", "geoindex", "polygons", *options]
    calls: dict[str, Call] = {
        "geoindex polygons --exact": lambda: run([*geoindex, "--exact"], folder),
        "geoindex polygons": lambda: run(geoindex, folder),
    }
    gdal = shutil.which("gdal_polygonize.py")
    if gdal is not None:
        command = [gdal, "-q", "-overwrite", "grid.tif", "gdal.gpkg", "units", "index"]
        calls = {"gdal_polygonize.py": lambda: run(command, folder)} | calls
    seconds = medians(calls, repeat)
    print_header("command", "s, with start, reading and writing", "relative")
    first = next(iter(seconds.values()))
    for name, taken in seconds.items():
        print_row(name, f"{taken:.2f}", f"{taken / first:.2f}")


def print_memory(grid: IndexGrid, folder: Path) -> None:
    """Peak memory of the command in a process of its own."""
    grid.save(folder / "large.tif", overwrite=True)
    print_header("command", "peak memory MB")
    for options in (["--exact"], []):
        command = ["polygons", "large.tif", "-o", "large.gpkg", "-q", "--overwrite", *options]
        peak = measured_apart(PEAK, *command, cwd=folder)
        print_row(" ".join(["geoindex polygons", *options]), f"{peak:.0f}")


def main() -> None:
    """Read the options, run, print."""
    parser = parser_of(__doc__, repeat=3)
    parser.add_argument("--side", type=int, default=4000, help="pixels of the larger grid")
    options = parser.parse_args()
    if options.side < 40:
        parser.error("--side must be 40 or more")
    print(f"Median of {options.repeat}; {machine('numpy', 'numba', 'rasterio', 'shapely')}")
    units, large = sample_units(), blobs(options.side)
    print_arrays("sample map", units, options.repeat)
    print_arrays("blobs", large, 1)
    with tempfile.TemporaryDirectory() as folder:
        print_commands(units, Path(folder), options.repeat)
        if sys.platform == "linux":
            print_memory(large, Path(folder))


if __name__ == "__main__":
    main()
