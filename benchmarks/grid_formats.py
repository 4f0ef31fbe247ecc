"""Index grids for other programs, written and read, compared with GDAL, xtgeo and NumPy.

    python benchmarks/grid_formats.py [--side 4000] [--repeat 3]

Prints a Markdown table: seconds to write and to read, file size, and the time of another
library that writes the same format, absolute and relative to geoindex. Also prints the peak
memory of a process that writes each format (Linux only).
"""

from __future__ import annotations

import sys
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import rasterio
import rasterio.shutil
from affine import Affine
from common import (
    machine,
    measured_apart,
    median_seconds,
    parser_of,
    print_header,
    print_row,
    sample_grid,
    seconds_of,
)
from rasterio.io import MemoryFile

from geoindex import IndexGrid, open_grid

SUFFIX = {
    "esri": ".asc",
    "irap": ".irap",
    "zmap": ".zmap",
    "surfer6": ".grd",
    "surfer7": ".grd",
    "cps3": ".cps3",
    "xyz": ".xyz",
}


def tiled_map(side: int) -> IndexGrid:
    """Repeat the sample map until it fills a square, in whole meters and without a CRS."""
    grid = sample_grid((side, side))
    return replace(grid, transform=Affine(5, 0, 3494750, 0, -5, 7514560), crs=None)


def with_gdal(grid: IndexGrid, path: Path, driver: str, dtype: str) -> None:
    """Write with GDAL, by way of a dataset in memory."""
    options = {"height": grid.shape[0], "width": grid.shape[1], "count": 1, "dtype": dtype}
    with MemoryFile() as memory:
        with memory.open(
            driver="GTiff", transform=grid.transform, nodata=255, **options
        ) as source:
            source.write(grid.indices.astype(dtype), 1)
        with memory.open() as source:
            rasterio.shutil.copy(source, path, driver=driver)


def with_xtgeo(grid: IndexGrid, path: Path, name: str) -> None:
    """Write with xtgeo."""
    import xtgeo

    values = np.ma.masked_equal(np.flipud(grid.indices).T.astype(float), 255)
    t = grid.transform
    surface = xtgeo.RegularSurface(
        ncol=grid.shape[1],
        nrow=grid.shape[0],
        xinc=t.a,
        yinc=-t.e,
        xori=t.c + t.a / 2,
        yori=t.f + t.e * (grid.shape[0] - 0.5),
        values=values,
    )
    surface.to_file(path, fformat=name)


def with_numpy(grid: IndexGrid, path: Path) -> None:
    """Write points with numpy.savetxt."""
    rows, cols = np.nonzero(grid.valid)
    x, y = grid.transform @ np.array([cols + 0.5, rows + 0.5])
    np.savetxt(path, np.column_stack([x, y, grid.indices[rows, cols]]), fmt="%.3f %.3f %d")


OTHERS: dict[str, tuple[str, Callable[[IndexGrid, Path], None]]] = {
    "esri": ("GDAL", lambda grid, path: with_gdal(grid, path, "AAIGrid", "int32")),
    "irap": ("xtgeo", lambda grid, path: with_xtgeo(grid, path, "irap_ascii")),
    "zmap": ("GDAL", lambda grid, path: with_gdal(grid, path, "ZMap", "float32")),
    "surfer6": ("GDAL", lambda grid, path: with_gdal(grid, path, "GSAG", "float32")),
    "surfer7": ("GDAL", lambda grid, path: with_gdal(grid, path, "GS7BG", "float64")),
    "xyz": ("numpy.savetxt", with_numpy),
}


def print_times(grid: IndexGrid, repeat: int, folder: Path) -> None:
    """Every format, ours and the other library's."""
    print_header(
        *("format", "write s", "read s", "MB", "other", "write s", "relative time"),
        text=(0, 4),
    )
    for key, suffix in SUFFIX.items():
        path = folder / f"ours{suffix}"
        own = median_seconds(lambda: grid.save(path, overwrite=True, format=key), repeat)
        size = path.stat().st_size / 1e6
        read = ""
        if key != "xyz":
            read = f"{median_seconds(lambda: open_grid(path), repeat):.2f}"
            assert np.array_equal(open_grid(path).indices, grid.indices)
        path.unlink()
        others = ["", "", ""]
        if key in OTHERS:
            name, write = OTHERS[key]
            theirs = folder / f"theirs{suffix}"
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                # Some of them take minutes, so once.
                taken = seconds_of(lambda: write(grid, theirs))
            theirs.unlink()
            others = [name, f"{taken:.2f}", f"{taken / own:.1f} x"]
        print_row(key, f"{own:.2f}", read, f"{size:.0f}", *others)


# Other imports come after the peak.
PEAK = """
import sys
from geoindex import open_grid
open_grid(sys.argv[1]).save(sys.argv[2], format=sys.argv[3])
from common import memory
print(memory("VmHWM"))
"""


def print_memory(grid: IndexGrid, folder: Path) -> None:
    """Peak memory of reading an .npy grid and writing it, in a process of its own."""
    grid.save(folder / "map.npy", overwrite=True)
    print_header("format", "peak memory MB")
    for key, suffix in SUFFIX.items():
        target = folder / f"{key}{suffix}"
        print_row(key, f"{measured_apart(PEAK, folder / 'map.npy', target, key):.0f}")
        target.unlink()


def main() -> None:
    """Read the options, run, print."""
    parser = parser_of(__doc__, repeat=3)
    parser.add_argument("--side", type=int, default=4000, help="rows and columns of the grid")
    options = parser.parse_args()
    if options.side < 2:
        parser.error("--side must be 2 or more")
    print(
        f"{options.side} x {options.side} cells, median of {options.repeat}; "
        f"{machine('numpy', 'rasterio', 'xtgeo')}"
    )
    grid = tiled_map(options.side)
    with tempfile.TemporaryDirectory() as folder:
        print_times(grid, options.repeat, Path(folder))
        if sys.platform == "linux":
            print_memory(grid, Path(folder))


if __name__ == "__main__":
    main()
