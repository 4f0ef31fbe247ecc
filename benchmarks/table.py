"""Every kind of work beside what else does it, in one table: `make bench`.

    python benchmarks/table.py [--only files sheets ...] [--repeat 3] [--folder DIR]

A row has the cost of geoindex, that of another program or of a simpler task in the same run,
the ratio of the two where the goal is one, and the goal. Calls are made in turns. Times are
processor time, of all threads and processes, unless they are marked as wall time: a busy
machine changes that. The other benchmarks, whose functions these are, measure each kind of work
more closely. Linux and macOS only; takes about five minutes on two cores.
"""

from __future__ import annotations

import math
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from batch import MAPS, SIDE, batch_command, dask_cluster, make_sheets, pillow_command, run_batch
from class_recovery import speed_cases
from common import (
    SAMPLE_MAP,
    SAMPLE_PALETTE,
    fill_frame,
    machine,
    medians,
    parser_of,
    print_header,
    print_row,
    run_command,
    run_in_turns,
    sample_grid,
    seconds_of,
    summary,
)
from learn import read, write_map
from nearest_color import pillow
from rasterio.warp import Resampling
from streaming import SOURCES, compare, geoindex, write_repeated
from streaming import write_map as write_rgba
from survey import turned_survey, with_gdal
from throughput import SIDES, map_like, noise

from geoindex import ColorCube, learn_palette, load_palette, nearest, open_grid
from geoindex.clean.blocks import clean_block
from geoindex.color.mapper import ColorMapper

PALETTE = "windows-256"

SHEETS, DASK_SHEETS = 1000, 300
"""Sheets of the batch, and of each number of Dask workers."""

WIDE = (6_000, 200_000)
"""Rows and columns of the largest map: memory depends on its width."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of the table."""

    work: str
    ours: str
    other: str = ""
    ratio: str = ""
    goal: str = ""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What all groups of rows are measured with."""

    repeat: int
    folder: Path


def own(*arguments: str) -> list[str]:
    """Command line of geoindex."""
    return [sys.executable, "-m", "geoindex", *arguments]


def start(setting: Setting) -> Iterator[Row]:
    """Small commands, which are mostly start-up."""
    grid = setting.folder / "map.tif"
    convert = own("convert", str(SAMPLE_MAP), str(grid), "-p", str(SAMPLE_PALETTE), "--overwrite")
    run_command([*convert, "-q"])
    runs = run_in_turns(
        {
            "convert": [*convert, "-q"],
            "info": own("info", str(grid)),
            "palette list": own("palette", "list"),
            "imports": [sys.executable, "-c", "import numpy, rasterio"],
        },
        2 * setting.repeat + 1,
    )
    other = f"import of NumPy and rasterio: {runs['imports'].cpu:.2f} s"
    goals = {"convert": "0.42 s", "info": "0.12 s", "palette list": "0.12 s"}
    for name, goal in goals.items():
        what = f"`geoindex {name}`" + (" of the sample map" if name == "convert" else "")
        ratio = f"{runs[name].cpu / runs['imports'].cpu:.1f} x"
        yield Row(work=what, ours=f"{runs[name].cpu:.2f} s", other=other, ratio=ratio, goal=goal)


def first_use(setting: Setting) -> Iterator[Row]:
    """Commands that find no kernel compiled."""
    picture, folder = str(SAMPLE_MAP), setting.folder
    grid = folder / "units.tif"
    survey = SAMPLE_MAP.with_name("sample.survey")
    commands = {
        "convert --clean": ([picture, str(grid), "-p", str(SAMPLE_PALETTE)], "8 s"),
        "palette learn -n 8": ([picture, "-o", str(folder / "learned.csv")], "8 s"),
        "horizon": ([str(grid), "--survey", str(survey), "-o", str(folder / "m.dat")], "1.5 s"),
    }
    for name, (arguments, goal) in commands.items():
        with tempfile.TemporaryDirectory(dir=folder) as cache:
            command = own(*name.split(), *arguments, "-q", "--overwrite")
            run = run_command(command, NUMBA_CACHE_DIR=cache)
        yield Row(work=f"first use of `geoindex {name}`", ours=f"{run.cpu:.1f} s", goal=goal)


def sheets(setting: Setting) -> Iterator[Row]:
    """Many small files, in processes of this machine."""
    folder = setting.folder / "sheets"
    folder.mkdir()
    make_sheets(folder / MAPS, SHEETS, SIDE)
    made = run_batch({"ours": batch_command, "Pillow": pillow_command}, folder, 2)
    ours, theirs = summary(made["ours"]), summary(made["Pillow"])
    yield Row(
        work=f"{SHEETS:,} sheets of {SIDE} x {SIDE} to GeoTIFF",
        ours=f"{ours.cpu / SHEETS * 1e3:.1f} ms a sheet ({SHEETS / ours.seconds:.0f} a second)",
        other=f"Pillow to PNG: {theirs.cpu / SHEETS * 1e3:.1f} ms "
        f"({SHEETS / theirs.seconds:.0f} a second)",
        ratio=f"{theirs.seconds / ours.seconds:.2f} x its speed (wall), "
        f"{theirs.cpu / ours.cpu:.2f} x by processor time",
        goal="4 ms a sheet; 0.4 to 0.96 x",
    )
    yield Row(work="memory of a batch process", ours=f"{ours.peak_mb:.0f} MB", goal="130 MB")


def files(setting: Setting) -> Iterator[Row]:
    """Large files, and how time and memory grow."""
    folder = setting.folder / "files"
    folder.mkdir()
    pixel_time = 0.0
    for kind, goal in (("tiled TIFF", "0.85 x, 200 MB"), ("PNG", "0.75 x")):
        suffix, layout = SOURCES[kind]
        source = folder / f"map.{suffix}"
        write_rgba(source, 12_000, layout)
        runs = compare(source, "tif", ["geoindex", "gdal_translate"], setting.repeat, folder)
        ours, theirs = runs["geoindex"], runs["gdal_translate"]
        yield Row(
            work=f"12000 x 12000 RGBA {kind} to GeoTIFF",
            ours=f"{ours.seconds:.2f} s wall ({ours.cpu:.2f} s), {ours.peak_mb:.0f} MB",
            other=f"`gdal_translate -b 1`: {theirs.seconds:.2f} s wall ({theirs.cpu:.2f} s), "
            f"{theirs.peak_mb:.0f} MB",
            ratio=f"{ours.seconds / theirs.seconds:.2f} x its time (wall), "
            f"{ours.cpu / theirs.cpu:.2f} x by processor time",
            goal=goal,
        )
        pixel_time = pixel_time or ours.cpu / 12_000**2
        source.unlink()
    wide = folder / "wide.tif"
    write_repeated(wide, WIDE)
    run = run_command(geoindex(wide, folder / "grid.tif"))
    n_pixels = WIDE[0] * WIDE[1]
    yield Row(
        work=f"a map {WIDE[1]} pixels wide, {n_pixels / 1e9:.1f} Gpx",
        ours=f"{run.cpu / n_pixels * 1e9:.1f} ns a pixel, {run.peak_mb:.0f} MB",
        other=f"12000 x 12000: {pixel_time * 1e9:.1f} ns",
        ratio=f"{run.cpu / n_pixels / pixel_time:.2f} x",
        goal="0.63 x, 350 MB",
    )


def in_memory(setting: Setting) -> Iterator[Row]:
    """Nearest color of arrays, for maps and for noise."""
    palette = load_palette(PALETTE)
    pixels = map_like(SIDES[1.3])
    taken = medians(
        {
            "new": lambda: ColorMapper(palette).map(pixels),
            "again": lambda: nearest(pixels, palette),
            "pillow": lambda: pillow(pixels, palette),
        },
        10 * setting.repeat,
        clock=time.process_time,
    )
    for name, goal in (("again", ""), ("new", "4 ms")):
        yield Row(
            work="map of 1.3 Mpx" + (", new palette" if name == "new" else ""),
            ours=f"{taken[name] * 1e3:.1f} ms",
            other=f"Pillow: {taken['pillow'] * 1e3:.1f} ms",
            ratio=f"{taken['pillow'] / taken[name]:.1f} x its speed",
            goal=goal,
        )
    for size, goal in ((1.3, "1.2 x"), (16, "2.2 x"), (144, "2.2 x")):
        pixels = noise(SIDES[size])
        calls = {"ours": partial(nearest, pixels, palette)}
        calls["pillow"] = partial(pillow, pixels, palette)
        repeat = setting.repeat if size < 100 else 1
        cpu = medians(calls, repeat, clock=time.process_time)
        wall = medians(calls, repeat, warm_up=False)
        yield Row(
            work=f"noise of {size:g} Mpx",
            ours=f"{cpu['ours'] * 1e3:.1f} ms",
            other=f"Pillow: {cpu['pillow'] * 1e3:.1f} ms",
            ratio=f"{cpu['pillow'] / cpu['ours']:.2f} x its speed, "
            f"{wall['pillow'] / wall['ours']:.2f} x by wall time",
            goal=goal,
        )


def perception(_: Setting) -> Iterator[Row]:
    """Nearest color by the slowest metric."""
    palette = load_palette(PALETTE)
    pixels = map_like(SIDES[1.3])
    nearest(pixels[:8, :8], palette, metric="ciede2000")
    calls: dict[str, tuple[Callable[[], object], str]] = {
        "map of 1.3 Mpx, new palette": (
            lambda: ColorMapper(palette, metric="ciede2000").map(pixels),
            "0.7 s",
        ),
        "full cube": (lambda: ColorCube(palette, "ciede2000"), "10 s"),
    }
    for name, (call, goal) in calls.items():
        taken = seconds_of(call, time.process_time)
        yield Row(work=f"`ciede2000`, {name}", ours=f"{taken:.2f} s", goal=goal)


def recovery(_: Setting) -> Iterator[Row]:
    """Class recovery of large clean exports, beside plain nearest color."""
    n_cores = os.cpu_count() or 1
    for (name, case), goal in zip(speed_cases().items(), ("35 Mpx/s", "50 Mpx/s"), strict=True):
        picture, palette, clean = case
        pixels = fill_frame(picture, (12_000, 12_000))
        plan = clean.plan(palette)
        clean_block(pixels[:200, :200], nearest(pixels[:200, :200], palette), plan)
        indices = nearest(pixels, palette)
        mapping = seconds_of(partial(nearest, pixels, palette), time.process_time)
        taken = seconds_of(partial(clean_block, pixels, indices, plan), time.process_time)
        yield Row(
            work=f"class recovery of 12000 x 12000, {name}",
            ours=f"{taken:.1f} s, on {n_cores} cores {144 * n_cores / taken:.0f} Mpx/s",
            other=f"nearest color: {mapping:.2f} s",
            goal=goal,
        )


def resampling(setting: Setting) -> Iterator[Row]:
    """Bins of a survey get the class of most of them."""
    grid = sample_grid((6223, 6223))
    survey = turned_survey(grid, bins=4000, cell=1, degrees=20)
    calls: dict[str, Callable[[], object]] = {
        "ours": lambda: grid.resample(survey, method="mode"),
        "GDAL": lambda: with_gdal(grid, survey, Resampling.mode),
    }
    grid.resample(turned_survey(grid, bins=8, cell=1, degrees=20), method="mode")
    taken = medians(calls, setting.repeat, warm_up=False, clock=time.process_time)
    yield Row(
        work="`resample --method mode`, 4000 x 4000 bins",
        ours=f"{taken['ours']:.2f} s",
        other=f"GDAL's mode, less exact: {taken['GDAL']:.2f} s",
        ratio=f"{taken['GDAL'] / taken['ours']:.2f} x its speed",
        goal="1.5 x",
    )


def learning(setting: Setting) -> Iterator[Row]:
    """Palettes of a large file."""
    path = setting.folder / "learn.tif"
    write_map(path, 12_000)
    learn_palette(SAMPLE_MAP, 256)
    calls = {"reading": partial(read, path), "learning": partial(learn_palette, path, 256)}
    taken = medians(calls, 2, warm_up=False, clock=time.process_time)
    path.unlink()
    yield Row(
        work="256 colors of a 144 Mpx map",
        ours=f"{taken['learning']:.2f} s",
        other=f"reading alone: {taken['reading']:.2f} s",
        ratio=f"{taken['learning'] / taken['reading']:.2f} x its time",
        goal="1.3 x",
    )


def dask(setting: Setting) -> Iterator[Row]:
    """Sheets on workers of one thread, and what a task costs the client."""
    folder = setting.folder / "dask"
    folder.mkdir()
    make_sheets(folder / MAPS, DASK_SHEETS, SIDE)
    rates, costs = {}, []
    for n_workers in (1, 2, 4, 8):
        out = folder / f"out{n_workers}"
        with dask_cluster(folder, n_workers) as address:
            command = batch_command(folder / MAPS, out, ["--scheduler", address])
            first = run_command(command)
            again = min((run_command(command) for _ in range(2)), key=lambda run: run.cpu)
        rates[n_workers] = DASK_SHEETS / first.seconds
        costs.append((first.cpu - again.cpu) / DASK_SHEETS * 1e3)
    yield Row(
        work=f"{', '.join(map(str, rates))} Dask workers",
        ours=", ".join(f"{rate:.0f}" for rate in rates.values()) + " sheets a second (wall)",
    )
    yield Row(
        work="a task at the client of Dask", ours=f"{sorted(costs)[1]:.2f} ms", goal="0.3 ms"
    )


def gis(setting: Setting) -> Iterator[Row]:
    """Measure what follows a conversion: polygons, areas and the page."""
    folder = setting.folder / "gis"
    folder.mkdir()
    files = {name: folder / f"{name}.tif" for name in ("units", "changes", "confidence")}
    options = [f"--{name}={files[name]}" for name in ("changes", "confidence")]
    map_and_palette = [str(SAMPLE_MAP), "-p", str(SAMPLE_PALETTE)]
    run_command(own("convert", *map_and_palette, "-o", str(files["units"]), "--clean", *options))
    polygons = own(
        "polygons", str(files["units"]), "-o", str(folder / "units.gpkg"), "--overwrite"
    )
    commands = {"polygons": polygons, "polygons --exact": [*polygons, "--exact"]}
    gdal = shutil.which("gdal_polygonize.py")
    if gdal is not None:
        target = str(folder / "gdal.gpkg")
        commands["GDAL"] = [gdal, "-q", "-overwrite", str(files["units"]), target, "u", "index"]
    runs = run_in_turns(commands, 2 * setting.repeat + 1)
    for name, goal in (("polygons", "2 x"), ("polygons --exact", "1.5 x")):
        ours, theirs = runs[name].cpu, runs["GDAL"].cpu if gdal else math.nan
        yield Row(
            work=f"`geoindex {name}` of the sample map",
            ours=f"{ours:.2f} s",
            other=f"`gdal_polygonize.py`: {theirs:.2f} s",
            ratio=f"{ours / theirs:.1f} x its time",
            goal=goal,
        )
    for path in files.values():
        grid = open_grid(path)
        tiled = fill_frame(grid.indices, (12_000, 12_000))
        replace(grid, indices=tiled).save(path, overwrite=True)
    source, page = folder / "map.tif", folder / "page.html"
    write_rgba(source, 12_000, SOURCES["tiled TIFF"][1])
    units = str(files["units"])
    read_only = f"import geoindex.cli.analysis; geoindex.open_grid({units!r})"
    reading = [sys.executable, "-c", read_only]
    runs = run_in_turns({"areas": own("areas", units), "reading": reading}, setting.repeat)
    yield Row(
        work="`geoindex areas`, 12000 x 12000",
        ours=f"{runs['areas'].cpu:.2f} s",
        other=f"start and reading alone: {runs['reading'].cpu:.2f} s",
        ratio=f"{runs['areas'].cpu / runs['reading'].cpu:.2f} x its time",
        goal="1.2 x",
    )
    run = run_command(own("report", str(source), units, "-o", str(page), *options))
    yield Row(
        work="`geoindex report`, 12000 x 12000 with all layers",
        ours=f"{run.cpu:.1f} s, {run.peak_mb:.0f} MB; {page.stat().st_size / 1e6:.1f} MB of file",
        goal="8 s, 20 MB",
    )


GROUPS: dict[str, Callable[[Setting], Iterator[Row]]] = {
    "start": start,
    "first-use": first_use,
    "sheets": sheets,
    "files": files,
    "memory": in_memory,
    "ciede2000": perception,
    "recovery": recovery,
    "resampling": resampling,
    "learning": learning,
    "gis": gis,
    "dask": dask,
}


def main() -> None:
    """Read the options, run, print."""
    parser = parser_of(__doc__, repeat=3)
    parser.add_argument("--only", nargs="+", choices=GROUPS, default=list(GROUPS))
    parser.add_argument("--folder", help="where maps are made; up to 1 GB")
    options = parser.parse_args()
    began = time.perf_counter()
    print(machine("numpy", "numba", "rasterio", "pillow", "distributed"))
    print_header("work", "geoindex", "beside", "ratio", "goal", text=range(5))
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        setting = Setting(repeat=options.repeat, folder=Path(name))
        for group in options.only:
            for row in GROUPS[group](setting):
                print_row(row.work, row.ours, row.other, row.ratio, row.goal)
    print(f"\n{time.perf_counter() - began:.0f} s.")


if __name__ == "__main__":
    main()
