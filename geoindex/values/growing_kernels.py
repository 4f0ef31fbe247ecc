"""Compiled loop of growing values; :mod:`geoindex.values.growing` checks its arguments."""

from __future__ import annotations

import heapq
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoindex.color.compiled import compiled, types

__all__ = ["grow"]

_WHICH = types.int32[:, ::1]
_BEGINS = types.Array(types.int64, 1, "C", readonly=True)
_CHOICES = types.Array(types.float32, 1, "C", readonly=True)


@compiled()
def nearest_choice(
    value: float, color: int, begins: NDArray[np.int64], choices: NDArray[np.float32]
) -> tuple[Any, float]:
    """Value that a color can stand for nearest to another value, and the change between them."""
    best, least = np.float32(0.0), np.inf
    for i in range(begins[color], begins[color + 1]):
        change = abs(choices[i] - value)
        if change < least:
            best, least = choices[i], change
    return best, least


@compiled()
def offer(
    heap: list[Any],
    row: int,
    col: int,
    values: NDArray[np.float32],
    which: NDArray[np.int32],
    begins: NDArray[np.int64],
    choices: NDArray[np.float32],
    step: float,
) -> None:
    """Put the open neighbors of a pixel into the heap, with the change to them."""
    rows, cols = values.shape
    value = values[row, col]
    for side in range(4):
        r = row + (side == 0) - (side == 1)
        c = col + (side == 2) - (side == 3)
        if r >= 0 and r < rows and c >= 0 and c < cols and which[r, c] >= 0:
            best, change = nearest_choice(value, which[r, c], begins, choices)
            if change <= step:
                heapq.heappush(heap, (change, r * cols + c, best))


@compiled(types.void(types.float32[:, ::1], _WHICH, _BEGINS, _CHOICES, types.float64))
def grow(
    values: NDArray[np.float32],
    which: NDArray[np.int32],
    begins: NDArray[np.int64],
    choices: NDArray[np.float32],
    step: float,
) -> None:
    """Decide open pixels (`which` at least 0) from their decided neighbors, least change first.

    Equal changes go by the place of the pixel, so that the result is always the same.
    """
    rows, cols = values.shape
    heap: list[Any] = [(0.0, np.int64(0), np.float32(0.0))]
    heap.pop()
    for row in range(rows):
        for col in range(cols):
            if which[row, col] < 0 and not np.isnan(values[row, col]):
                offer(heap, row, col, values, which, begins, choices, step)
    while len(heap) > 0:
        _, place, value = heapq.heappop(heap)
        row, col = place // cols, place % cols
        if which[row, col] >= 0:
            which[row, col] = -1
            values[row, col] = value
            offer(heap, row, col, values, which, begins, choices, step)
