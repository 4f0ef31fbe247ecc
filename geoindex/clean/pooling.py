"""The class that explains the neighborhood of each pixel best, from whole-number costs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoindex.clean.deciding import UNDECIDED
from geoindex.color.compiled import compiled, types

__all__ = ["LARGEST_COST", "LARGEST_RADIUS", "pool"]

LARGEST_COST = 247
"""What a pixel costs for a class that does not explain it."""

LARGEST_RADIUS = 7
"""Sums over larger boxes do not fit into 16 bits."""

LEAST_SPREAD = 4
"""By how much the mean cost of the worst class must be higher for the best one to count as seen:
ink costs the same for all of them."""


@compiled(
    types.void(
        types.Array(types.int32, 2, "C", readonly=True),
        types.Array(types.uint8, 2, "C", readonly=True),
        types.int64,
        types.int32[:, ::1],
        types.uint8[:, ::1],
    )
)
def pool(
    codes: NDArray[np.int32],
    costs: NDArray[np.uint8],
    radius: int,
    classes: NDArray[np.int32],
    margins: NDArray[np.uint8],
) -> None:
    """Find the class with the least sum of costs over a box around each pixel.

    The sums are whole numbers, so they do not depend on where the array is cut.

    Parameters
    ----------
    codes : ndarray of int32, shape (rows, cols)
        Row of `costs` of each pixel; negative for nodata, which counts nowhere.
    costs : ndarray of uint8, shape (n_codes, n_classes)
        What a pixel of each code costs for each class, at most `LARGEST_COST`.
    radius : int
        The box has ``2 * radius + 1`` pixels a side, fewer at the border; at most 7.
    classes : ndarray of int32, shape (rows, cols)
        Written: the class, the lowest of several; -1 for nodata; `UNDECIDED` where all explain the
        box alike.
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
            is_seen = n_classes == 1 or most - least >= LEAST_SPREAD * n
            classes[row, col] = best if is_seen else UNDECIDED
            margins[row, col] = np.uint8(min((second - least) // n, 255))
