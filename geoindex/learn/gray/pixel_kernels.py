"""Compiled loops over the pixels of one-band arrays; :mod:`geoindex.learn.gray.levels` calls them.

They are compiled for the dtypes that turn up, assume clean arguments and release the GIL.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoindex.color.compiled import compiled
from geoindex.rules.indices import IndexArray

__all__ = ["compact", "count_codes", "count_distinct", "label_codes", "label_values"]

SEARCHED_PIXELS = 1024
"""Pixels that are searched for together; they stay in the fastest cache."""


@compiled()
def count_codes(codes: NDArray[Any], valid: NDArray[np.uint8], counts: NDArray[np.int64]) -> None:
    """Add the number of valid pixels of every code; an empty `valid` means that all are."""
    masked = valid.size > 0
    for i in range(len(codes)):
        if not masked or valid[i] != 0:
            counts[codes[i]] += 1


@compiled()
def count_distinct(values: NDArray[Any]) -> int:
    """Count the distinct values of a sorted array that is not empty."""
    n = 1
    for i in range(1, len(values)):
        n += values[i] != values[i - 1]
    return n


@compiled()
def compact(values: NDArray[Any], counts: NDArray[Any]) -> None:
    """Bring the distinct values of a sorted array to its front, with counts if there is room.

    Written without branches, since those of noisy values cannot be foreseen.
    """
    counted = counts.size > 0
    place, last = 0, len(values) - 1
    for i in range(len(values)):
        value = values[i]
        following = values[min(i + 1, last)]
        values[place] = value
        if counted:
            counts[place] = i + 1
        place += value != following
    if counted:
        for place in range(len(counts) - 1, 0, -1):
            counts[place] -= counts[place - 1]


@compiled()
def label_codes(
    codes: NDArray[Any],
    valid: NDArray[np.uint8],
    label_table: IndexArray,
    level_table: NDArray[Any],
    nodata: int,
    labels: IndexArray,
    quantized: NDArray[Any],
) -> None:
    """Look up label and level of every code; pixels that are not valid keep theirs."""
    masked = valid.size > 0
    for i in range(len(codes)):
        if masked and valid[i] == 0:
            labels[i] = nodata
            quantized[i] = codes[i]
        else:
            labels[i] = label_table[codes[i]]
            quantized[i] = level_table[codes[i]]


@compiled()
def label_values(
    values: NDArray[Any],
    valid: NDArray[np.uint8],
    edges: NDArray[Any],
    levels: NDArray[Any],
    nodata: int,
    labels: IndexArray,
    quantized: NDArray[Any],
) -> None:
    """Find label and level of every value by binary search; those not valid keep theirs.

    ``edges[j]`` is the least value of label j + 1; their number is a power of two minus 1, the
    last ones repeated.
    """
    last = np.uint32(len(levels) - 1)
    found = np.empty(SEARCHED_PIXELS, np.uint32)
    for begin in range(0, len(values), SEARCHED_PIXELS):
        end = min(begin + SEARCHED_PIXELS, len(values))
        block = values[begin:end]
        found[:] = 0
        step = np.uint32((len(edges) + 1) // 2)
        # Step by step for all pixels of the block, which the compiler turns into vectors: six
        # times as fast as pixel by pixel.
        while step > 0:
            for i in range(len(block)):
                label = found[i]
                found[i] = label + step * np.uint32(block[i] >= edges[label + step - np.uint32(1)])
            step >>= np.uint32(1)
        for i in range(len(block)):
            label = min(found[i], last)
            labels[begin + i] = label
            quantized[begin + i] = levels[label]
        if valid.size > 0:
            for i in range(len(block)):
                if valid[begin + i] == 0:
                    labels[begin + i] = nodata
                    quantized[begin + i] = block[i]
