"""What the benchmarks share: options, timing, peak memory, Markdown tables and sample data."""

from __future__ import annotations

import argparse
import os
import platform
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geoindex import IndexGrid, index_image
from geoindex.images.files import read_image

FOLDER = Path(__file__).resolve().parent
DATA = FOLDER.parent / "data"
SAMPLE_MAP = DATA / "sample_map.png"
SAMPLE_PALETTE = DATA / "sample_palette.csv"

Picture = NDArray[np.uint8]
Call = Callable[[], object]
Clock = Callable[[], float]
Command = Sequence[str]


def positive(text: str) -> int:
    """Parse an option that must be 1 or more."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be 1 or more, found {number}")
    return number


def parser_of(doc: str, repeat: int) -> argparse.ArgumentParser:
    """Parser of a benchmark with this docstring, and the option that all of them have."""
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("--repeat", type=positive, default=repeat, help="timed calls per row")
    return parser


def processor() -> str:
    """Name of the processor, as its maker spells it."""
    if sys.platform == "linux":
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    if sys.platform == "darwin":
        command = ["sysctl", "-n", "machdep.cpu.brand_string"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    return platform.processor() or platform.machine()


def machine(*libraries: str) -> str:
    """Processor, Python and libraries that a benchmark runs on."""
    parts = [f"{os.cpu_count()} cores of {processor()}", f"Python {platform.python_version()}"]
    for name in libraries:
        try:
            parts.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            parts.append(f"without {name}")
    return ", ".join(parts)


def print_header(*columns: str, text: Collection[int] = (0,)) -> None:
    """Print the head of a table; all columns but those of `text` are numbers."""
    print()
    print_row(*columns)
    print_row(*("---" if i in text else "---:" for i in range(len(columns))))


def print_row(*cells: object) -> None:
    """Print a row of a table at once, as the next one may take long."""
    print("| " + " | ".join(map(str, cells)) + " |", flush=True)


@dataclass(frozen=True, kw_only=True)
class Run:
    """Cost of a process with all of its children, or the medians of several runs."""

    seconds: float
    """Wall time."""

    cpu: float
    """Processor time."""

    peak_mb: float
    """Largest resident memory, of one process and of any run."""


# A process counts the memory of the one that started it as its own, so that must be small.
LAUNCHER = """
import os, sys, time
start = time.perf_counter()
process = os.spawnvp(os.P_NOWAIT, sys.argv[1], sys.argv[1:])
_, status, usage = os.wait4(process, 0)
seconds = time.perf_counter() - start
cpu = usage.ru_utime + usage.ru_stime
print(os.waitstatus_to_exitcode(status), seconds, cpu, usage.ru_maxrss, file=sys.stderr)
"""


def run_command(command: Command, **changes: str) -> Run:
    """Run a process to its end, with changes to its environment.

    Byte code of the package is kept, as it is where the package is installed.
    """
    launched = subprocess.run(
        [sys.executable, "-ISc", LAUNCHER, *command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "", **changes},
    )
    *told, last = launched.stderr.splitlines()
    code, seconds, cpu, peak = map(float, last.split())
    if code:
        raise SystemExit("\n".join([*told, f"{' '.join(command)}: exit code {code:g}"]))
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return Run(seconds=seconds, cpu=cpu, peak_mb=peak / unit)


def summary(runs: Sequence[Run]) -> Run:
    """Median times and the largest peak."""
    return Run(
        seconds=statistics.median(run.seconds for run in runs),
        cpu=statistics.median(run.cpu for run in runs),
        peak_mb=max(run.peak_mb for run in runs),
    )


def run_in_turns(commands: Mapping[str, Command], repeat: int) -> dict[str, Run]:
    """Medians of complete runs, made in turns for the same reason as in :func:`medians`."""
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(repeat):
        for name, command in commands.items():
            runs[name].append(run_command(command))
    return {name: summary(made) for name, made in runs.items()}


def seconds_of(call: Call, clock: Clock = time.perf_counter) -> float:
    """Seconds of one call."""
    start = clock()
    call()
    return clock() - start


def median_seconds(call: Call, repeat: int) -> float:
    """Median seconds of a call, after one to warm up where it is repeated."""
    return medians({"": call}, repeat, warm_up=repeat > 1)[""]


def medians(
    calls: Mapping[str, Call],
    repeat: int,
    *,
    warm_up: bool = True,
    once: Collection[str] = (),
    clock: Clock = time.perf_counter,
) -> dict[str, float]:
    """Median seconds of each call; those of `once` take too long to be repeated.

    Calls are made in turns, so that whatever else the machine does meets all alike, and in
    another order each time, because the call after one that fills the memory is slower.
    """
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    if warm_up:
        for call in calls.values():
            call()
    order = random.Random(0)
    for turn in range(repeat):
        for name in order.sample(list(calls), len(calls)):
            if turn == 0 or name not in once:
                seconds[name].append(seconds_of(calls[name], clock))
    return {name: statistics.median(values) for name, values in seconds.items()}


def memory(key: str) -> int:
    """Bytes of this process by their key in Linux, VmRSS now or VmHWM at the peak."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(key)) * 1024


def peak_above(call: Call) -> int:
    """Bytes by which a call exceeds, at its peak, what the process held before it."""
    Path("/proc/self/clear_refs").write_text("5")
    before = memory("VmRSS")
    result = call()
    peak = memory("VmHWM") - before
    del result
    return peak


def measured_apart(code: str, *arguments: object, cwd: Path | None = None) -> float:
    """Last number that a script prints in a process of its own, as megabytes of its bytes.

    The memory of this process, which forks the other, does not count there.
    """
    result = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=True,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(FOLDER), *filter(None, sys.path)])},
    )
    return int(result.stdout.split()[-1]) / 1e6


def sample_picture() -> Picture:
    """Colors of the sample map, (900, 1500, 3) uint8."""
    return np.ascontiguousarray(read_image(SAMPLE_MAP).colors)


def fill_frame(picture: NDArray[np.uint8], shape: tuple[int, int]) -> NDArray[np.uint8]:
    """Repeat a picture or its classes until they fill a frame."""
    rows, cols = shape
    times = (-(-rows // picture.shape[0]), -(-cols // picture.shape[1]), 1)[: picture.ndim]
    return np.ascontiguousarray(np.tile(picture, times)[:rows, :cols])


def sample_grid(shape: tuple[int, int]) -> IndexGrid:
    """Classes of the sample map, repeated until they fill a grid."""
    grid = index_image(SAMPLE_MAP, SAMPLE_PALETTE)
    return replace(grid, indices=fill_frame(grid.indices, shape))
