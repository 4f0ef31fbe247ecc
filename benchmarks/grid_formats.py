"""Index grids for other programs, written and read, compared with GDAL, xtgeo and NumPy.

    python benchmarks/grid_formats.py [--side 4000] [--repeat 3]

Prints a Markdown table: seconds to write and to read, file size, and the time of another
library that writes the same format, absolute and relative to geoindex. Also prints the peak
memory of a process that writes each format (Linux only).
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
import rasterio
import rasterio.shutil
from affine import Affine
from rasterio.io import MemoryFile

from geoindex import IndexGrid, index_image, open_grid

DATA = Path(__file__).resolve().parents[1] / "data"

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
    """Repeat the sample map until it fills a square."""
    grid = index_image(DATA / "sample_map.png", DATA / "sample_palette.csv")
    times = -(-side // grid.shape[0]), -(-side // grid.shape[1])
    indices = np.ascontiguousarray(np.tile(grid.indices, times)[:side, :side])
    return replace(
        grid, indices=indices, transform=Affine(5, 0, 3494750, 0, -5, 7514560), crs=None
    )


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


def seconds(call: Callable[[], object], repeat: int) -> float:
    """Median seconds of a call, after one to warm up where it is repeated."""
    if repeat > 1:
        call()
    taken = []
    for _ in range(repeat):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def print_times(grid: IndexGrid, repeat: int, folder: Path) -> None:
    """Every format, ours and the other library's."""
    print("\n| format | write s | read s | MB | other | write s | relative time |")
    print("| --- | ---: | ---: | ---: | --- | ---: | ---: |")
    for key, suffix in SUFFIX.items():
        path = folder / f"ours{suffix}"
        own = seconds(lambda: grid.save(path, overwrite=True, format=key), repeat)
        size = path.stat().st_size / 1e6
        read = ""
        if key != "xyz":
            read = f"{seconds(lambda: open_grid(path), repeat):.2f}"
            assert np.array_equal(open_grid(path).indices, grid.indices)
        path.unlink()
        row = f"| {key} | {own:.2f} | {read} | {size:.0f} |"
        if key in OTHERS:
            name, write = OTHERS[key]
            theirs = folder / f"theirs{suffix}"
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                # Some of them take minutes, so once.
                taken = seconds(lambda: write(grid, theirs), 1)
            theirs.unlink()
            row += f" {name} | {taken:.2f} | {taken / own:.1f} x |"
        else:
            row += " | | |"
        print(row, flush=True)


# The peak of getrusage would be that of this process, which forks the other.
MEASURED = """
import sys
from geoindex import open_grid
open_grid(sys.argv[1]).save(sys.argv[2], format=sys.argv[3])
lines = open("/proc/self/status").read().splitlines()
print("PEAK", next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024)
"""


def print_memory(grid: IndexGrid, folder: Path) -> None:
    """Peak memory of reading an .npy grid and writing it, in a process of its own."""
    grid.save(folder / "map.npy", overwrite=True)
    print("\n| format | peak memory MB |")
    print("| --- | ---: |")
    for key, suffix in SUFFIX.items():
        result = subprocess.run(
            [sys.executable, "-c", MEASURED, "map.npy", f"{key}{suffix}", key],
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
        )
        (folder / f"{key}{suffix}").unlink()
        peak = int(re.search(r"PEAK (\d+)", result.stdout).group(1))
        print(f"| {key} | {peak / 1e6:.0f} |", flush=True)


def main() -> None:
    """Read the options, run, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--side", type=int, default=4000, help="rows and columns of the grid")
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    if options.repeat < 1 or options.side < 2:
        parser.error("--repeat must be 1 or more, --side 2 or more")
    libraries = ("numpy", "rasterio", "xtgeo")
    print(
        f"{options.side} x {options.side} cells, median of {options.repeat}; {os.cpu_count()} "
        f"cores, Python {platform.python_version()}, "
        + ", ".join(f"{name} {version(name)}" for name in libraries)
    )
    grid = tiled_map(options.side)
    with tempfile.TemporaryDirectory() as folder:
        print_times(grid, options.repeat, Path(folder))
        if sys.platform == "linux":
            print_memory(grid, Path(folder))


if __name__ == "__main__":
    main()
