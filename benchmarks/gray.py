"""Optimal gray levels compared with other exact solvers, scikit-learn and a NumPy loop.

    python benchmarks/gray.py [--repeat 3] [--large] [-k 16]

Prints Markdown tables. `--large` uses 144 instead of 16 megapixels: 3 GB of memory and a
minute.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import kmeans1d
import numpy as np
from common import machine, measured_apart, medians, parser_of, print_header, print_row
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


def cost_of(values: NDArray[np.float64], labels: NDArray[np.integer]) -> float:
    """Sum of squared deviations from the cluster means."""
    return sum(
        float(((values[labels == j] - values[labels == j].mean()) ** 2).sum())
        for j in np.unique(labels)
    )


def print_solvers(k: int, repeat: int) -> None:
    """65,536 distinct values: time and cost of each solver."""
    print_header(
        *("65,536 values", "solver", "seconds", "relative time", "cost above the least"),
        text=(0, 1),
    )
    rng = np.random.default_rng(1)
    kinds = {
        "all of 16 bits": np.arange(65_536, dtype=np.float64),
        "normal": np.unique(rng.normal(size=65_536)),
        "heavy tails": np.unique(np.exp(3 * rng.normal(size=65_536))),
    }
    for kind, values in kinds.items():
        solvers: dict[str, Callable[[], NDArray[np.integer]]] = {
            "geoindex": lambda: quantize_gray(values, k, weights="unique").labels,
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
        others = set(solvers) - {"geoindex"}
        times = medians(solvers, repeat, warm_up=False, once=others)
        for name in solvers:
            above = costs[name] / min(costs.values()) - 1
            ratio = times[name] / times["geoindex"]
            print_row(kind, name, f"{times[name]:.3f}", f"{ratio:.1f} x", f"{above:.1e}")


def print_sizes(side: int, k: int, repeat: int) -> None:
    """Time an image of many values, compared with the usual loop."""
    values = heights(side)
    distinct = len(np.unique(values))
    print(
        f"\n{side} x {side} float32, {distinct:,} distinct values, k = {k}; the loop is given "
        "the levels and only assigns them"
    )
    print_header("method", "seconds", "relative time")
    levels = quantize_gray(values, k, weights="unique").levels.astype(np.float32)
    calls: dict[str, Callable[[], object]] = {
        "geoindex, weights unique": lambda: quantize_gray(values, k, weights="unique"),
        "geoindex, weights count": lambda: quantize_gray(values, k, weights="count"),
        "numpy loop over levels": lambda: loop_over_levels(values, levels),
        "numpy searchsorted on midpoints": lambda: levels[
            np.searchsorted((levels[1:] + levels[:-1]) / 2, values)
        ],
    }
    for name, seconds in (times := medians(calls, repeat)).items():
        print_row(name, f"{seconds:.2f}", f"{seconds / times['geoindex, weights unique']:.1f} x")


# A few rows first, so that compiling does not count.
PEAK = """
import sys
from common import peak_above
from geoindex import quantize_gray
from gray import heights

values, k = heights(int(sys.argv[1])), int(sys.argv[2])
quantize_gray(values[:50], k, weights=sys.argv[3])
print(peak_above(lambda: quantize_gray(values, k, weights=sys.argv[3])))
"""


def print_memory(side: int, k: int) -> None:
    """Peak memory above the input, labels and quantized array included."""
    print_header("weights", "peak memory above the input MB, results included")
    for weights in ("unique", "count"):
        print_row(weights, f"{measured_apart(PEAK, side, k, weights):,.0f}")


def main() -> None:
    """Read the options, run, print."""
    parser = parser_of(__doc__, repeat=3)
    parser.add_argument("--large", action="store_true", help="144 megapixels")
    parser.add_argument("-k", type=int, default=16)
    options = parser.parse_args()
    libraries = ("numpy", "numba", "scikit-learn", "kmeans1d", "ckwrap")
    print(f"Median of {options.repeat}; {machine(*libraries)}")
    side = LARGE_SIDE if options.large else SIDE
    print_solvers(options.k, options.repeat)
    print_sizes(side, options.k, options.repeat)
    if sys.platform == "linux":
        print_memory(side, options.k)


if __name__ == "__main__":
    main()
