"""The compiled loops over the pixels of a map for its report page."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoindex.color.compiled import compiled, types

__all__ = ["halve_classes", "halve_colors", "number_colors"]

_COLORS = types.Array(types.uint8, 3, "A", readonly=True)
_VALID = types.Array(types.uint8, 2, "A", readonly=True)
_BYTES = types.Array(types.uint8, 2, "A", readonly=True)
_WORDS = types.Array(types.uint16, 2, "A", readonly=True)


@compiled(
    types.int64(
        _COLORS,
        _VALID,
        types.int64,
        types.uint32[::1],
        types.int64,
        types.uint32[::1],
        types.int64[::1],
        types.int64[:, ::1],
        types.uint32[:, ::1],
    )
)
def number_colors(
    pixels: NDArray[np.uint8],
    valid: NDArray[np.uint8],
    first_row: int,
    numbers: NDArray[np.uint32],
    used: int,
    colors: NDArray[np.uint32],
    counts: NDArray[np.int64],
    places: NDArray[np.int64],
    out: NDArray[np.uint32],
) -> int:
    """Give numbers to the colors of rows as they turn up, from 1; 0 is no color.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (rows, cols, 3)
    valid : ndarray of uint8, shape (rows, cols)
        0 where a pixel has no color. Empty if all have one.
    first_row : int
        Row of the image that `pixels` begins with.
    numbers : ndarray of uint32, shape (2 ** 24,)
        Number of each color, 0 if it has none yet.
    used : int
        Numbers given so far.
    colors, counts, places : ndarray, length n or, of places, shape (n, 2)
        Color, pixels and first row and column of each number.
    out : ndarray of uint32, shape (rows, cols)
        Written.

    Returns
    -------
    int
        `used` now, or -1 if there are more than n - 1 colors.
    """
    rows, cols = pixels.shape[:2]
    last, number = np.uint32(0xFFFFFFFF), np.uint32(0)
    for row in range(rows):
        for col in range(cols):
            if valid.size > 0 and valid[row, col] == 0:
                out[row, col] = 0
                continue
            color = (
                np.uint32(pixels[row, col, 0]) << np.uint32(16)
                | np.uint32(pixels[row, col, 1]) << np.uint32(8)
                | np.uint32(pixels[row, col, 2])
            )
            if color != last:
                last, number = color, numbers[color]
                if number == 0:
                    used += 1
                    if used >= len(colors):
                        return -1
                    number = np.uint32(used)
                    numbers[color] = number
                    colors[used] = color
                    places[used, 0], places[used, 1] = first_row + row, col
            counts[number] += 1
            out[row, col] = number
    return used


@compiled(
    [
        types.void(_BYTES, types.uint8[:, ::1]),
        types.void(_WORDS, types.uint16[:, ::1]),
    ]
)
def halve_classes(
    indices: NDArray[np.uint8 | np.uint16], out: NDArray[np.uint8 | np.uint16]
) -> None:
    """Write the most frequent index of each 2 x 2 pixels, in a tie the one that occurs first."""
    rows, cols = indices.shape
    for row in range(out.shape[0]):
        top, low = 2 * row, min(2 * row + 1, rows - 1)
        for col in range(out.shape[1]):
            left, right = 2 * col, min(2 * col + 1, cols - 1)
            a, b = indices[top, left], indices[top, right]
            c, d = indices[low, left], indices[low, right]
            if a not in (b, c, d):
                if b in (c, d):
                    a = b
                elif c == d:
                    a = c
            out[row, col] = a


@compiled(types.void(_COLORS, types.uint8[:, :, ::1]))
def halve_colors(pixels: NDArray[np.uint8], out: NDArray[np.uint8]) -> None:
    """Write the mean of each 2 x 2 pixels (red, green, blue, alpha), weighed by alpha."""
    rows, cols = pixels.shape[:2]
    for row in range(out.shape[0]):
        top, low = 2 * row, min(2 * row + 1, rows - 1)
        for col in range(out.shape[1]):
            left, right = 2 * col, min(2 * col + 1, cols - 1)
            a, b = np.uint32(pixels[top, left, 3]), np.uint32(pixels[top, right, 3])
            c, d = np.uint32(pixels[low, left, 3]), np.uint32(pixels[low, right, 3])
            total = a + b + c + d
            for band in range(3):
                if total == 0:
                    out[row, col, band] = 0
                    continue
                out[row, col, band] = (
                    a * pixels[top, left, band]
                    + b * pixels[top, right, band]
                    + c * pixels[low, left, band]
                    + d * pixels[low, right, band]
                    + total // np.uint32(2)
                ) // total
            out[row, col, 3] = (total + np.uint32(2)) // np.uint32(4)
