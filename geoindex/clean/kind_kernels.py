"""Counts of pixels that tell the kind of a picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoindex.color.compiled import compiled, types

__all__ = ["tally"]

EXACT_SQUARED = 12
"""Largest squared distance from a palette color that rounding and mild compression cause."""

APART_SQUARED = 200
"""Squared distance from which neighbors differ."""

LEAST_APART = 3
"""Neighbors, of four, that a dot differs from."""


@compiled(
    types.void(
        types.Array(types.uint8, 3, "C", readonly=True),
        types.Array(types.uint8, 2, "C", readonly=True),
        types.Array(types.int64, 2, "C", readonly=True),
        types.Array(types.boolean, 1, "C", readonly=True),
        types.int64[::1],
        types.int64[::1],
    )
)
def tally(
    pixels: NDArray[np.uint8],
    valid: NDArray[np.uint8],
    palette: NDArray[np.int64],
    is_unit: NDArray[np.bool_],
    counts: NDArray[np.int64],
    seen: NDArray[np.int64],
) -> None:
    """Count pixels by their palette color and their neighbors.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (rows, cols, 3)
    valid : ndarray of uint8, shape (rows, cols)
        0 for nodata.
    palette : ndarray of int64, shape (n, 3)
    is_unit : ndarray of bool, shape (n,)
        False for ink.
    counts : ndarray of int64, shape (4,)
        Increased: pixels that are valid, that have a palette color, whose neighbors have the
        same one, too, and that are no ink and differ from most of their neighbors. The edge is
        left out.
    seen : ndarray of int64, shape (n,)
        Increased: pixels of each palette color.
    """
    rows, cols = valid.shape
    nearest = np.full((rows, cols), -1, np.int64)
    for row in range(rows):
        for col in range(cols):
            if valid[row, col] == 0:
                continue
            least = EXACT_SQUARED + 1
            for k in range(len(palette)):
                squared = 0
                for channel in range(3):
                    squared += (pixels[row, col, channel] - palette[k, channel]) ** 2
                if squared < least:
                    least, nearest[row, col] = squared, k
    for row in range(1, rows - 1):
        for col in range(1, cols - 1):
            if valid[row, col] == 0:
                continue
            counts[0] += 1
            own = nearest[row, col]
            is_core, apart = own >= 0, 0
            for dy in range(-1, 2):
                for dx in range(-1, 2):
                    is_core &= nearest[row + dy, col + dx] == own
                    if abs(dy) + abs(dx) == 1:
                        squared = 0
                        for channel in range(3):
                            difference = np.int64(pixels[row, col, channel])
                            difference -= pixels[row + dy, col + dx, channel]
                            squared += difference * difference
                        apart += squared > APART_SQUARED
            counts[3] += apart >= LEAST_APART and (own < 0 or is_unit[own])
            if own >= 0:
                counts[1] += 1
                seen[own] += 1
                counts[2] += is_core
