"""A map resampled to 4000 x 4000 bins and written as a horizon, compared with other libraries.

    python benchmarks/survey.py [--bins 4000] [--repeat 3]

Prints Markdown tables: seconds, with times relative to geoindex; the agreement of each majority
with brute force; and the peak memory of `geoindex horizon` in a separate process (Linux only).
"""

from __future__ import annotations

import math
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from common import (
    machine,
    measured_apart,
    median_seconds,
    parser_of,
    print_header,
    print_row,
    sample_grid,
)
from rasterio.warp import Resampling, reproject
from scipy.interpolate import NearestNDInterpolator

from geoindex import IndexGrid, Survey, write_horizon

CRS = "EPSG:2393"
"""Of map and survey alike: GDAL wants one."""

SAMPLES = 12
"""Points along each side of a bin for the majority by brute force."""


def turned_survey(grid: IndexGrid, *, bins: int, cell: float, degrees: float) -> Survey:
    """Square survey about the middle of a map, its bins `cell` pixels wide."""
    t = grid.transform
    size = cell * abs(t.a)
    along = size * math.cos(math.radians(degrees)), size * math.sin(math.radians(degrees))
    rows, cols = grid.shape
    x, y = t.c + t.a * cols / 2, t.f + t.e * rows / 2
    half = (bins + 1) / 2
    return Survey(
        inlines=(1, bins),
        crosslines=(1, bins),
        x=(x - half * (along[0] - along[1]), -along[1], along[0]),
        y=(y - half * (along[1] + along[0]), along[0], along[1]),
        z=(0, 3000, 2, "depth"),
    )


def with_gdal(grid: IndexGrid, survey: Survey, method: Resampling) -> np.ndarray:
    """Warp with GDAL, through rasterio."""
    out = np.empty(survey.shape, np.uint8)
    reproject(
        grid.indices,
        out,
        src_transform=grid.transform,
        dst_transform=survey.transform,
        src_crs=CRS,
        dst_crs=CRS,
        src_nodata=255,
        dst_nodata=255,
        resampling=method,
        num_threads=os.cpu_count(),
    )
    return out


def with_scipy(grid: IndexGrid, survey: Survey) -> np.ndarray:
    """Take the nearest pixel from a tree of all pixels, as the published recipe does."""
    rows, cols = grid.shape
    t = grid.transform
    x, y = np.meshgrid(t.c + t.a * (np.arange(cols) + 0.5), t.f + t.e * (np.arange(rows) + 0.5))
    tree = NearestNDInterpolator(np.stack([x.ravel(), y.ravel()], -1), grid.indices.ravel())
    inlines, crosslines = np.meshgrid(survey.inlines, survey.crosslines, indexing="ij")
    return tree(*survey.xy(inlines, crosslines))


def numpy_text(grid: IndexGrid, survey: Survey, path: Path) -> None:
    """Write the same lines with numpy.savetxt."""
    inlines, crosslines = np.meshgrid(survey.inlines, survey.crosslines, indexing="ij")
    index = np.where(grid.valid, grid.indices, 1e30)
    columns = [inlines.ravel(), crosslines.ravel(), np.zeros(index.size), index.ravel()]
    np.savetxt(path, np.stack(columns, axis=-1), fmt="%d\t%d\t%g\t%g")


def print_times(bins: int, repeat: int, folder: Path) -> None:
    """Resampling and writing, ours and others'."""
    side = math.ceil(bins * 1.1 * math.sqrt(2))
    grid = sample_grid((side, side))
    survey = turned_survey(grid, bins=bins, cell=1, degrees=20)
    on_survey = grid.resample(survey)
    path = folder / "map.dat"
    ours: dict[str, Callable[[], object]] = {
        "nearest": lambda: grid.resample(survey),
        "mode": lambda: grid.resample(survey, method="mode"),
        "horizon": lambda: write_horizon(grid, survey, path, overwrite=True),
        "horizon --method mode": lambda: write_horizon(
            grid, survey, path, method="mode", overwrite=True
        ),
        "horizon --xy": lambda: write_horizon(grid, survey, path, xy=True, overwrite=True),
    }
    # Recipes that take minutes get a part of the survey, and count by the bin.
    part = turned_survey(grid, bins=bins // 8, cell=1, degrees=20)
    small = sample_grid((max(8, side // 8),) * 2)
    share = 64
    theirs: dict[str, tuple[str, Callable[[], object], int]] = {
        "nearest": ("GDAL near", lambda: with_gdal(grid, survey, Resampling.nearest), 1),
        "mode": ("GDAL mode", lambda: with_gdal(grid, survey, Resampling.mode), 1),
        "horizon": (
            "scipy tree and numpy.savetxt, an eighth of map and survey each way, times 64",
            lambda: (
                with_scipy(small, part),
                numpy_text(grid.resample(part), part, folder / "numpy.dat"),
            ),
            share,
        ),
    }
    print(f"\n{bins} x {bins} bins, a map of {side} x {side} pixels, {len(grid.palette)} classes")
    print_header(*("what", "geoindex s", "other s", "relative time", "the other way"), text=(0, 4))
    for name, call in ours.items():
        own = median_seconds(call, repeat)
        if name not in theirs:
            print_row(name, f"{own:.2f}", "", "", "")
            continue
        title, other, times = theirs[name]
        taken = median_seconds(other, 1 if times > 1 else repeat) * times
        print_row(name, f"{own:.2f}", f"{taken:.2f}", f"{taken / own:.1f} x", title)
    same = (with_gdal(grid, survey, Resampling.nearest) == on_survey.indices).mean()
    print(f"\nNearest equals GDAL's in {same:.6%} of the bins.")


def majority(grid: IndexGrid, survey: Survey) -> tuple[np.ndarray, np.ndarray]:
    """Most frequent of 12 x 12 points of each bin, and its lead as a share."""
    rows, cols = survey.shape
    inline, crossline = (
        lines[0] - 0.5 + (np.arange(len(lines) * SAMPLES) + 0.5) / SAMPLES
        for lines in (survey.inlines, survey.crosslines)
    )
    x, y = survey.xy(inline[:, np.newaxis], crossline)
    inverse = ~grid.transform
    col = np.floor(inverse.a * x + inverse.b * y + inverse.c).astype(int)
    row = np.floor(inverse.d * x + inverse.e * y + inverse.f).astype(int)
    values = grid.indices[row, col].reshape(rows, SAMPLES, cols, SAMPLES)
    counts = np.stack([(values == k).sum(axis=(1, 3)) for k in range(len(grid.palette))])
    first, second = np.sort(counts, axis=0)[[-1, -2]]
    return counts.argmax(axis=0), (first - second) / SAMPLES**2


def print_agreement() -> None:
    """How far a majority agrees with brute force in clear cells."""
    grid = sample_grid((900, 1300))
    print_header(
        *("bin in pixels", "degrees", "clear bins", "geoindex mode", "GDAL mode", "nearest"),
        text=(),
    )
    for cell in (2, 8):
        for degrees in (0, 20, 45, 60):
            bins = int(560 / cell)
            survey = turned_survey(grid, bins=bins, cell=cell, degrees=degrees)
            expected, lead = majority(grid, survey)
            clear = lead > 0.1
            found = [
                grid.resample(survey, method="mode").indices,
                with_gdal(grid, survey, Resampling.mode),
                grid.resample(survey).indices,
            ]
            shares = [f"{(f == expected)[clear].mean():.2%}" for f in found]
            print_row(cell, degrees, f"{clear.mean():.1%}", *shares)


# Other imports come after the peak.
PEAK = """
import sys
from geoindex.cli.app import cli
cli(sys.argv[1:], standalone_mode=False)
from common import memory
print(memory("VmHWM"))
"""


def print_memory(bins: int, folder: Path) -> None:
    """Peak memory and time of the command, in a process of its own."""
    side = math.ceil(bins * 1.1 * math.sqrt(2))
    grid = sample_grid((side, side))
    grid.save(folder / "map.tif", overwrite=True)
    turned_survey(grid, bins=bins, cell=1, degrees=20).save(folder / "x.survey", overwrite=True)
    arguments = ["horizon", "map.tif", "--survey", "x.survey", "-o", "m.dat", "-q", "--overwrite"]
    print_header("command", "s, with start and reading the map", "peak memory MB")
    for options in ([], ["--method", "mode"], ["--xy"]):
        start = time.perf_counter()
        peak = measured_apart(PEAK, *arguments, *options, cwd=folder)
        taken = time.perf_counter() - start
        print_row(" ".join(["geoindex horizon", *options]), f"{taken:.1f}", f"{peak:.0f}")


def main() -> None:
    """Read the options, run, print."""
    parser = parser_of(__doc__, repeat=3)
    parser.add_argument("--bins", type=int, default=4000, help="along each side")
    options = parser.parse_args()
    if options.bins < 8:
        parser.error("--bins must be 8 or more")
    print(f"Median of {options.repeat}; {machine('numpy', 'numba', 'rasterio', 'scipy')}")
    with tempfile.TemporaryDirectory() as folder:
        print_times(options.bins, options.repeat, Path(folder))
        print_agreement()
        if sys.platform == "linux":
            print_memory(options.bins, Path(folder))


if __name__ == "__main__":
    main()
