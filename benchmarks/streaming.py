"""File to file compared with GDAL: time and peak memory of complete runs.

    python benchmarks/streaming.py [--repeat 3] [--side 12000] [--huge 60000] [--folder DIR]

`gdal_translate -b 1` copies one band with the same compression and does no color work.
`rgb2pct.py -pct` maps to a fixed palette inexactly and does not compress, so it is timed alone
and followed by compression. Both are run if they are installed. The input is the sample map,
tiled, as RGBA. Linux and macOS only, because of the memory measurement.
"""

from __future__ import annotations

import os
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
import rasterio.shutil
from common import SAMPLE_MAP, SAMPLE_PALETTE, machine, parser_of, print_header, print_row
from rasterio.windows import Window

from geoindex import load_palette
from geoindex.grids.geotiff import DEFLATE_LEVEL
from geoindex.images.picture import read_picture

BAND_ROWS = 256

SOURCES = {
    "tiled TIFF": ("tif", {"driver": "GTiff", "tiled": True, "compress": "deflate"}),
    "striped TIFF": ("tif", {"driver": "GTiff", "compress": "deflate"}),
    "plain TIFF": ("tif", {"driver": "GTiff", "tiled": True}),
    "PNG": ("png", {"driver": "PNG"}),
}
"""Kinds of source with their suffix and rasterio's options."""

Command = list[str]


@dataclass(frozen=True, kw_only=True)
class Run:
    """Cost of complete runs."""

    seconds: float
    """Median wall time."""

    peak_mb: float
    """Largest resident memory of any of them."""


def write_map(path: Path, side: int, options: dict[str, object]) -> None:
    """Repeat the sample map in a square of RGBA."""
    picture = read_picture(SAMPLE_MAP)
    rows, cols, _ = picture.shape
    across = np.arange(side) % cols
    plain = path.with_suffix(".plain.tif") if options["driver"] == "PNG" else path
    layout = {"driver": "GTiff"} if options["driver"] == "PNG" else options
    with rasterio.open(
        plain,
        "w",
        width=side,
        height=side,
        count=4,
        dtype="uint8",
        photometric="rgb",
        alpha="non-premultiplied",
        interleave="pixel",
        bigtiff="if_safer",
        num_threads="all_cpus",
        crs="EPSG:2393",
        transform=rasterio.Affine(5, 0, 3_494_000, 0, -5, 7_514_000),
        **layout,
    ) as target:
        for row in range(0, side, BAND_ROWS):
            n_rows = min(BAND_ROWS, side - row)
            band = picture[np.arange(row, row + n_rows) % rows][:, across]
            target.write(np.moveaxis(band, -1, 0), window=Window(0, row, side, n_rows))
    if plain != path:
        rasterio.shutil.copy(plain, path, driver="PNG")
        plain.unlink()


def geoindex(source: Path, target: Path) -> Command:
    """Run ourselves, with all of the start-up."""
    return [
        *(sys.executable, "-m", "geoindex", "convert", "--quiet", "--overwrite"),
        *(str(source), str(target), "-p", str(SAMPLE_PALETTE)),
    ]


def gdal_translate(source: Path, target: Path) -> Command:
    """Copy the first band."""
    layout = ("TILED=YES", "COMPRESS=DEFLATE", f"ZLEVEL={DEFLATE_LEVEL}", "BIGTIFF=IF_SAFER")
    options = [part for option in layout for part in ("-co", option)]
    if target.suffix == ".png":
        options = ["-of", "PNG"]
    return ["gdal_translate", "-q", "-b", "1", *options, str(source), str(target)]


def rgb2pct(source: Path, target: Path) -> Command:
    """Map to the palette by GDAL's own program, which leaves the grid uncompressed."""
    table = source.with_name("palette.tif")
    if not table.exists():
        load_palette(SAMPLE_PALETTE).save(table)
    return ["rgb2pct.py", "-pct", str(table), str(source), str(target)]


def rgb2pct_compressed(source: Path, target: Path) -> Command:
    """Map by GDAL's program and compress what it made, to what the others give."""
    plain = target.with_suffix(".plain.tif")
    steps = [rgb2pct(source, plain), gdal_translate(plain, target)]
    return ["sh", "-c", " && ".join(shlex.join(step) for step in steps)]


METHODS: dict[str, Callable[[Path, Path], Command]] = {
    "geoindex": geoindex,
    "gdal_translate": gdal_translate,
    "rgb2pct.py": rgb2pct,
    "rgb2pct.py, compressed": rgb2pct_compressed,
}


def run(command: Command) -> tuple[float, float]:
    """Seconds and peak megabytes of one process."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed")
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return seconds, usage.ru_maxrss / unit


def compare(
    source: Path, suffix: str, methods: list[str], repeat: int, folder: Path
) -> dict[str, Run]:
    """Run the methods in turns."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in methods}
    for _ in range(repeat):
        for name in methods:
            target = folder / f"target.{suffix}"
            taken[name].append(run(METHODS[name](source, target)))
            for made in folder.glob("target.*"):
                made.unlink()
    return {
        name: Run(
            seconds=statistics.median(seconds for seconds, _ in runs),
            peak_mb=max(peak for _, peak in runs),
        )
        for name, runs in taken.items()
    }


def print_table(side: int, kinds: list[str], repeat: int, folder: Path) -> None:
    """Compare on every kind of source."""
    print(f"\n{side} x {side} RGBA to GeoTIFF (DEFLATE), median of {repeat}:")
    print_header("source", "method", "s", "MB", "relative time", text=(0, 1))
    methods = [name for name in METHODS if name == "geoindex" or shutil.which(name.split(",")[0])]
    for kind in kinds:
        suffix, options = SOURCES[kind]
        source = folder / f"map.{suffix}"
        # A child counts what its parent held when it was started.
        with rasterio.Env(GDAL_CACHEMAX=32):
            write_map(source, side, options)
        # rgb2pct.py takes minutes for the largest.
        chosen = [name for name in methods if side <= 12_000 or "rgb2pct" not in name]
        runs = compare(source, "tif", chosen, repeat, folder)
        copy = runs.get("gdal_translate")
        for name, row in runs.items():
            ratio = "" if copy is None else f"{row.seconds / copy.seconds:.2f}"
            print_row(kind, name, f"{row.seconds:.2f}", f"{row.peak_mb:.0f}", ratio)
        source.unlink()


def main() -> None:
    """Print the tables."""
    parser = parser_of(__doc__, repeat=3)
    parser.add_argument("--side", type=int, default=12_000, help="pixels of one side")
    parser.add_argument("--huge", type=int, help="pixels of one side of a second, larger map")
    parser.add_argument("--folder", help="where the maps are made; up to 2 GB")
    options = parser.parse_args()
    print(machine("rasterio", "numpy"))
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        print_table(options.side, list(SOURCES), options.repeat, Path(folder))
        if options.huge:
            print_table(options.huge, ["tiled TIFF"], 1, Path(folder))


if __name__ == "__main__":
    main()
