"""Sheets per second: geoindex batch with one and two processes and on two Dask workers.

    python benchmarks/batch.py [--sheets 1000] [--repeat 3] [--costs]

Prints Markdown tables. Times are for complete runs, start-up included, on RGBA PNG sheets of
256 x 256 pixels cut from the sample map. `--costs` measures how the time per sheet grows with
its pixels, and the fixed cost of a sheet.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
from common import (
    Run,
    fill_frame,
    machine,
    parser_of,
    positive,
    print_header,
    print_row,
    run_command,
    sample_picture,
    summary,
)
from PIL import Image

from geoindex import convert_many, load_palette
from geoindex.batch.manifest import MANIFEST

SIDE = 256
PALETTE = "windows-256"

MAPS = "maps"
"""Folder of the sheets."""

DASK = "geoindex batch, two Dask workers"

Making = Callable[[Path, Path], list[str]]
"""Command line from a folder of maps to a folder of grids."""

PILLOW = """
import sys
from functools import partial
from multiprocessing import Pool
from pathlib import Path
from PIL import Image
from geoindex import load_palette

def convert(source, folder, colors):
    palette = Image.new("P", (1, 1))
    palette.putpalette(colors)
    with Image.open(source) as image:
        indexed = image.convert("RGB").quantize(palette=palette, dither=Image.Dither.NONE)
        indexed.save(Path(folder, source.name))

if __name__ == "__main__":
    sources = sorted(Path(sys.argv[1]).glob("*.png"))
    colors = load_palette(sys.argv[3]).colors.tobytes()
    with Pool(2) as pool:
        pool.map(partial(convert, folder=sys.argv[2], colors=colors), sources, chunksize=32)
"""


def make_sheets(folder: Path, n_sheets: int, side: int) -> None:
    """Cut sheets from the sample map, with a world file each."""
    picture = fill_frame(sample_picture(), (900 + side, 1500 + side))
    rng = np.random.default_rng(0)
    folder.mkdir()
    for number in range(n_sheets):
        row, col = rng.integers(0, 900), rng.integers(0, 1500)
        pixels = np.full((side, side, 4), 255, dtype=np.uint8)
        pixels[..., :3] = picture[row : row + side, col : col + side]
        path = folder / f"sheet{number:06}.png"
        Image.fromarray(pixels).save(path)
        path.with_suffix(".pgw").write_text(f"5\n0\n0\n-5\n{side * 5 * number}\n0\n")


def batch_command(maps: Path, out: Path, options: Sequence[str] = ()) -> list[str]:
    """Command line of a batch."""
    command = [sys.executable, "-m", "geoindex", "batch", str(maps), "-o", str(out)]
    return [*command, "-p", PALETTE, "-q", *options]


def pillow_command(maps: Path, out: Path) -> list[str]:
    """Command line of two processes of Pillow, which write PNG and keep no place."""
    return [sys.executable, "-c", PILLOW, str(maps), str(out), PALETTE]


def run_batch(commands: dict[str, Making], folder: Path, repeat: int) -> dict[str, list[Run]]:
    """Run commands in turns, each into a new folder of its own; check that all sheets are made."""
    n_sheets = len(list((folder / MAPS).glob("*.png")))
    runs: dict[str, list[Run]] = {title: [] for title in commands}
    for turn in range(repeat):
        for number, (title, command) in enumerate(commands.items()):
            out = folder / f"out{turn}_{number}"
            out.mkdir()
            runs[title].append(run_command(command(folder / MAPS, out)))
            n_grids = sum(path.suffix in (".tif", ".png") for path in out.iterdir())
            assert n_grids == n_sheets, f"{title} wrote {n_grids} grids"
    return runs


@contextmanager
def dask_cluster(folder: Path, n_workers: int) -> Iterator[str]:
    """Scheduler and workers on this machine, of one thread each; yields the address."""
    from distributed import Client

    place = folder / "scheduler.json"
    common = ["--scheduler-file", str(place), "--host", "127.0.0.1", "--no-dashboard"]
    kinds = [["scheduler", "--port", "0"]] + [["worker", "--nthreads", "1"]] * n_workers
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.dask_{kind}", *common, *more],
            stderr=subprocess.DEVNULL,
            cwd=folder,
        )
        for kind, *more in kinds
    ]
    try:
        with Client(scheduler_file=str(place), timeout=60) as client:
            client.wait_for_workers(n_workers, timeout=60)
            yield client.scheduler.address
    finally:
        for process in reversed(processes):
            process.terminate()
        for process in processes:
            process.wait()


def print_commands(n_sheets: int, repeat: int) -> None:
    """Whole commands, in turns; the median of each."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        maps = folder / MAPS
        make_sheets(maps, n_sheets, SIDE)
        with dask_cluster(folder, 2) as address:
            commands: dict[str, Making] = {
                "geoindex batch --jobs 2": partial(batch_command, options=["--jobs", "2"]),
                "geoindex batch --jobs 1": partial(batch_command, options=["--jobs", "1"]),
                DASK: partial(batch_command, options=["--scheduler", address]),
                "Pillow, two processes (not exact, no georeference)": pillow_command,
            }
            made = run_batch(commands, folder, repeat)
            again = [
                run_command(batch_command(maps, folder / f"out{turn}_0")) for turn in range(repeat)
            ]
    runs = {title: summary(runs) for title, runs in made.items()}
    runs["the same again, all done"] = summary(again)
    first = runs["geoindex batch --jobs 2"].seconds
    print_header("command", "s", "sheets/s", "processor ms per sheet", "relative time")
    for title, run in runs.items():
        # The workers do not end with the command.
        work = "not measured" if title == DASK else f"{run.cpu / n_sheets * 1e3:.1f}"
        cells = f"{run.seconds:.1f}", f"{n_sheets / run.seconds:,.0f}", work
        print_row(title, *cells, f"{run.seconds / first:.2f} x")


SIDES = {64: 200, 256: 200, 1024: 30, 4096: 3}
"""Sides of sheets, and how many of them make up a measurement."""


def print_costs(repeat: int, sides: dict[int, int] = SIDES) -> None:
    """Seconds of a sheet in one process, by its size, and the line through them."""
    palette = load_palette(PALETTE)
    megapixels, seconds, record = [], [], 0.0
    print_header("sheet", "Mpx", "ms per sheet", "ms per Mpx")
    with tempfile.TemporaryDirectory() as name:
        for side, n_sheets in sides.items():
            folder = Path(name, str(side))
            folder.mkdir()
            maps = folder / MAPS
            make_sheets(maps, n_sheets, side)
            times = []
            for turn in range(repeat + 1):
                before = time.process_time()
                convert_many(maps, folder / f"out{turn}", palette, jobs=1)
                times.append((time.process_time() - before) / n_sheets)
            # The first turn fills the mapper's table.
            cost = statistics.median(times[1:])
            size = side * side / 1e6
            megapixels.append(size)
            seconds.append(cost)
            cells = f"{size:.3f}", f"{cost * 1e3:.2f}", f"{cost / size * 1e3:.1f}"
            print_row(f"{side} x {side}", *cells)
            record = (folder / "out1" / MANIFEST).stat().st_size / n_sheets
    # Weighed so that every size counts alike.
    slope, constant = np.polyfit(megapixels, seconds, 1, w=1 / np.array(seconds))
    print(
        f"\nOne sheet costs {constant * 1e3:.1f} ms and {slope * 1e3:.0f} ms a megapixel more "
        f"of processor time; its record takes {record:.0f} bytes."
    )


def main() -> None:
    """Read the options, run, print."""
    parser = parser_of(__doc__, repeat=3)
    parser.add_argument("--sheets", type=positive, default=1000)
    parser.add_argument("--costs", action="store_true", help="how time grows with size instead")
    options = parser.parse_args()
    libraries = ("rasterio", "numpy", "distributed", "pillow")
    print(f"Median of {options.repeat}; {machine(*libraries)}")
    if options.costs:
        print_costs(options.repeat)
    else:
        print_commands(options.sheets, options.repeat)


if __name__ == "__main__":
    main()
