"""Sums over square neighborhoods, in integers: so they are the same however an image is cut."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoindex.color.compiled import compiled, types

__all__ = ["box_sums", "least_cost"]

costs_array = types.Array(types.uint8, 3, "C", readonly=True)


@compiled(types.void(costs_array, types.int64, types.int32[:, ::1]))
def least_cost(costs: NDArray[np.uint8], radius: int, best: NDArray[np.int32]) -> None:
    """Find the class whose costs are least in sum over the square around each pixel.

    Parameters
    ----------
    costs : ndarray of uint8, shape (rows, cols, n)
        Cost of each class.
    radius : int
        The square has ``2 * radius + 1`` pixels on each side, fewer at the edge.
    best : ndarray of int32, shape (rows, cols)
        Written: the class, the lowest of several.
    """
    rows, cols, n = costs.shape
    # Sums over the rows of the square, for each column; and over all of it, for one pixel.
    sums = np.zeros((cols, n), np.int32)
    total = np.empty(n, np.int32)
    for row in range(-radius, rows):
        if row + radius < rows:
            for col in range(cols):
                for k in range(n):
                    sums[col, k] += costs[row + radius, col, k]
        if row - radius > 0:
            for col in range(cols):
                for k in range(n):
                    sums[col, k] -= costs[row - radius - 1, col, k]
        if row < 0:
            continue
        total[:] = 0
        for col in range(-radius, cols):
            if col + radius < cols:
                for k in range(n):
                    total[k] += sums[col + radius, k]
            if col - radius > 0:
                for k in range(n):
                    total[k] -= sums[col - radius - 1, k]
            if col < 0:
                continue
            least, place = total[0], 0
            for k in range(1, n):
                if total[k] < least:
                    least, place = total[k], k
            best[row, col] = place


@compiled(
    types.void(types.Array(types.int32, 2, "C", readonly=True), types.int64, types.int64[:, ::1])
)
def box_sums(values: NDArray[np.int32], radius: int, sums: NDArray[np.int64]) -> None:
    """Sum over the square around each pixel.

    Parameters
    ----------
    values : ndarray of int32, shape (rows, cols)
    radius : int
        As in :func:`least_cost`.
    sums : ndarray of int64, shape (rows, cols)
        Written.
    """
    rows, cols = values.shape
    of_rows = np.zeros(cols, np.int64)
    for row in range(-radius, rows):
        if row + radius < rows:
            for col in range(cols):
                of_rows[col] += values[row + radius, col]
        if row - radius > 0:
            for col in range(cols):
                of_rows[col] -= values[row - radius - 1, col]
        if row < 0:
            continue
        total = np.int64(0)
        for col in range(-radius, cols):
            if col + radius < cols:
                total += of_rows[col + radius]
            if col - radius > 0:
                total -= of_rows[col - radius - 1]
            if col >= 0:
                sums[row, col] = total
