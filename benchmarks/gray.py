"""Optimal gray levels compared with other exact solvers, scikit-learn and a NumPy loop.

    python benchmarks/gray.py [--repeat 3] [--large] [-k 16]

Prints Markdown tables. `--large` uses 144 instead of 16 megapixels: 3 GB of memory and a
minute.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import kmeans1d
import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans

from geoindex import quantize_gray

SIDE, LARGE_SIDE = 4000, 12_000


def heights(side: int) -> NDArray[np.float32]:
    """Smooth hills with noise: some millions of distinct values."""
    steps = np.linspace(0, 20, side, dtype=np.float32)
    hills = 300 + 80 * np.sin(steps)[:, np.newaxis] * np.cos(steps / 2)
    noise = np.random.default_rng(0).standard_normal((side, side), dtype=np.float32)
    return hills + 5 * noise


def loop_over_levels(
    values: NDArray[np.float32], levels: NDArray[np.float32]
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Assign the nearest of levels that are known, one level at a time: labelling alone."""
    least = np.abs(values - levels[0])
    labels = np.zeros(values.shape, dtype=np.uint8)
    for j, level in enumerate(levels[1:], start=1):
        distance = np.abs(values - level)
        nearer = distance < least
        np.copyto(least, distance, where=nearer)
        labels[nearer] = j
    return labels, levels[labels]


def seconds(call: Callable[[], object], repeat: int) -> float:
    """Median time of a call."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def cost_of(values: NDArray[np.float64], labels: NDArray[np.integer]) -> float:
    """Sum of squared deviations from the cluster means."""
    return sum(
        float(((values[labels == j] - values[labels == j].mean()) ** 2).sum())
        for j in np.unique(labels)
    )


def print_solvers(k: int, repeat: int) -> None:
    """65,536 distinct values: time and cost of each solver."""
    print("\n| 65,536 values | solver | seconds | relative time | cost above the least |")
    print("| --- | --- | ---: | ---: | ---: |")
    rng = np.random.default_rng(1)
    kinds = {
        "all of 16 bits": np.arange(65_536, dtype=np.float64),
        "normal": np.unique(rng.normal(size=65_536)),
        "heavy tails": np.unique(np.exp(3 * rng.normal(size=65_536))),
    }
    for kind, values in kinds.items():
        solvers: dict[str, Callable[[], NDArray[np.integer]]] = {
            "geoindex": lambda: quantize_gray(values, k).labels,
            "kmeans1d": lambda: np.array(kmeans1d.cluster(values, k).clusters),
            "scikit-learn KMeans, n_init=10": lambda: (
                KMeans(k, n_init=10, random_state=0).fit(values[:, np.newaxis]).labels_
            ),
        }
        try:
            import ckwrap

            solvers["ckwrap"] = lambda: np.array(ckwrap.ckmeans(values, k).labels)
        except ImportError:
            pass
        costs = {name: cost_of(values, solver()) for name, solver in solvers.items()}
        times = {
            name: seconds(solver, repeat if name == "geoindex" else 1)
            for name, solver in solvers.items()
        }
        for name in solvers:
            above = costs[name] / min(costs.values()) - 1
            print(
                f"| {kind} | {name} | {times[name]:.3f} | {times[name] / times['geoindex']:.1f} x "
                f"| {above:.1e} |",
                flush=True,
            )


def print_sizes(side: int, k: int, repeat: int) -> None:
    """Time an image of many values, compared with the usual loop."""
    values = heights(side)
    distinct = len(np.unique(values))
    print(
        f"\n{side} x {side} float32, {distinct:,} distinct values, k = {k}; the loop is given "
        "the levels and only assigns them\n"
    )
    print("| method | seconds | relative time |")
    print("| --- | ---: | ---: |")
    levels = quantize_gray(values, k).levels.astype(np.float32)
    calls: dict[str, Callable[[], object]] = {
        "geoindex, weights unique": lambda: quantize_gray(values, k),
        "geoindex, weights count": lambda: quantize_gray(values, k, weights="count"),
        "numpy loop over levels": lambda: loop_over_levels(values, levels),
        "numpy searchsorted on midpoints": lambda: levels[
            np.searchsorted((levels[1:] + levels[:-1]) / 2, values)
        ],
    }
    times = {}
    for name, call in calls.items():
        if name.startswith("geoindex"):
            call()
        times[name] = seconds(call, repeat)
        ratio = times[name] / times["geoindex, weights unique"]
        print(f"| {name} | {times[name]:.2f} | {ratio:.1f} x |", flush=True)


MEMORY = """
import sys
sys.path.insert(0, {folder!r})
import gray
from geoindex import quantize_gray

def status(key):
    lines = open("/proc/self/status").read().split("\\n")
    return next(int(line.split()[1]) for line in lines if line.startswith(key)) * 1024

values = gray.heights({side})
quantize_gray(values[:50], {k}, weights={weights!r})
open("/proc/self/clear_refs", "w").write("5")
before = status("VmRSS")
found = quantize_gray(values, {k}, weights={weights!r})
print((status("VmHWM") - before) / 1e6)
"""


def print_memory(side: int, k: int) -> None:
    """Peak memory above the input, labels and quantized array included."""
    print("\n| weights | peak memory above the input MB, results included |")
    print("| --- | ---: |")
    for weights in ("unique", "count"):
        code = MEMORY.format(folder=str(Path(__file__).parent), side=side, k=k, weights=weights)
        result = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        print(f"| {weights} | {float(result.stdout):,.0f} |", flush=True)


def main() -> None:
    """Read the options, run, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--large", action="store_true", help="144 megapixels")
    parser.add_argument("-k", type=int, default=16)
    options = parser.parse_args()
    if options.repeat < 1:
        parser.error("--repeat must be 1 or more")
    libraries = []
    for name in ("numpy", "numba", "scikit-learn", "kmeans1d", "ckwrap"):
        try:
            libraries.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            libraries.append(f"without {name}")
    print(
        f"Median of {options.repeat}; {os.cpu_count()} cores, Python "
        f"{platform.python_version()}, " + ", ".join(libraries)
    )
    side = LARGE_SIDE if options.large else SIDE
    print_solvers(options.k, options.repeat)
    print_sizes(side, options.k, options.repeat)
    if sys.platform == "linux":
        print_memory(side, options.k)


if __name__ == "__main__":
    main()
