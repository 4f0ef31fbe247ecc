"""The class that explains the neighborhood of each pixel best, and other sums over squares.

All sums are of whole numbers, so they do not depend on where an image is cut.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoindex.clean.deciding import UNDECIDED
from geoindex.color.compiled import compiled, types

__all__ = ["LARGEST_COST", "LARGEST_RADIUS", "LEAST_SPREAD", "box_sums", "least_cost", "pool"]

LARGEST_COST = 247
"""What a pixel costs for a class that does not explain it."""

LARGEST_RADIUS = 7
"""Sums over larger boxes do not fit into 16 bits."""

LEAST_SPREAD = 4
"""By how much the mean cost of the worst class of a scan must be higher for the best one to count
as seen: ink costs the same for all of them."""


@compiled(
    types.void(
        types.Array(types.int32, 2, "C", readonly=True),
        types.Array(types.uint8, 2, "C", readonly=True),
        types.int64,
        types.int64,
        types.int32[:, ::1],
        types.uint8[:, ::1],
    )
)
def pool(
    codes: NDArray[np.int32],
    costs: NDArray[np.uint8],
    radius: int,
    least_spread: int,
    classes: NDArray[np.int32],
    margins: NDArray[np.uint8],
) -> None:
    """Find the class with the least sum of costs over a box around each pixel.

    Parameters
    ----------
    codes : ndarray of int32, shape (rows, cols)
        Row of `costs` of each pixel; negative for nodata, which counts nowhere.
    costs : ndarray of uint8, shape (n_codes, n_classes)
        What a pixel of each code costs for each class, at most `LARGEST_COST`.
    radius : int
        The box has ``2 * radius + 1`` pixels a side, fewer at the border; at most 7.
    least_spread : int
        How far apart the mean costs of the best and the worst class must be.
    classes : ndarray of int32, shape (rows, cols)
        Written: the class, the lowest of several; -1 for nodata; `UNDECIDED` where the classes
        explain the box too much alike.
    margins : ndarray of uint8, shape (rows, cols)
        Written: by how much the mean cost of the next class is higher.
    """
    rows, cols = codes.shape
    n_classes = costs.shape[1]
    side = 2 * radius + 1
    # Sums along the last rows, and their sum.
    ring = np.zeros((side, cols, n_classes), np.uint16)
    counts = np.zeros((side, cols), np.int32)
    total = np.zeros((cols, n_classes), np.uint16)
    count = np.zeros(cols, np.int32)
    run = np.zeros(n_classes, np.uint16)
    for step in range(rows + radius):
        place = step % side
        line, line_count = ring[place], counts[place]
        if step >= side:
            for col in range(cols):
                count[col] -= line_count[col]
                for k in range(n_classes):
                    total[col, k] -= line[col, k]
        if step < rows:
            run[:] = 0
            seen = 0
            for col in range(-radius, cols):
                if col + radius < cols:
                    code = codes[step, col + radius]
                    if code >= 0:
                        seen += 1
                        for k in range(n_classes):
                            run[k] += costs[code, k]
                if col < 0:
                    continue
                if col - radius - 1 >= 0:
                    code = codes[step, col - radius - 1]
                    if code >= 0:
                        seen -= 1
                        for k in range(n_classes):
                            run[k] -= costs[code, k]
                line_count[col] = seen
                count[col] += seen
                for k in range(n_classes):
                    line[col, k] = run[k]
                    total[col, k] += run[k]
        else:
            line[:] = 0
            line_count[:] = 0
        row = step - radius
        if row < 0:
            continue
        for col in range(cols):
            if codes[row, col] < 0:
                classes[row, col] = -1
                margins[row, col] = 0
                continue
            best, least, second = 0, int(total[col, 0]), 1 << 17
            most = least
            for k in range(1, n_classes):
                value = int(total[col, k])
                most = max(most, value)
                if value < least:
                    best, least, second = k, value, least
                elif value < second:
                    second = value
            n = count[col]
            is_seen = n_classes == 1 or most - least >= least_spread * n
            classes[row, col] = best if is_seen else UNDECIDED
            margins[row, col] = np.uint8(min((second - least) // n, 255))


def least_cost(
    costs: NDArray[np.uint8], radius: int, classes: NDArray[np.int32]
) -> NDArray[np.uint8]:
    """Find the class with the least sum where every pixel has costs of its own.

    Parameters
    ----------
    costs : ndarray of uint8, shape (rows, cols, n_classes)
        At most `LARGEST_COST`; 0 for nodata.
    radius : int
    classes : ndarray of int32, shape (rows, cols)
        Written.

    Returns
    -------
    ndarray of uint8, shape (rows, cols)
        Margins, as in :func:`pool`.
    """
    rows, cols, n_classes = costs.shape
    margins = np.empty((rows, cols), np.uint8)
    codes = np.arange(rows * cols, dtype=np.int32).reshape(rows, cols)
    pool(codes, costs.reshape(-1, n_classes), radius, 0, classes, margins)
    return margins


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
