"""The compiled loops over the pixels of a map for its report page."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoindex.color.compiled import compiled, types

__all__ = ["find_runs", "halve_classes", "halve_colors", "number_colors", "pack_colors"]

_COLORS = types.Array(types.uint8, 3, "A", readonly=True)
_BYTES = types.Array(types.uint8, 2, "A", readonly=True)
_PACKED = types.Array(types.uint32, 2, "A", readonly=True)
_WORDS = types.Array(types.uint16, 2, "A", readonly=True)

LONGEST_RUN = 256


@compiled(types.void(_COLORS, _BYTES, types.uint32[:, ::1]))
def pack_colors(
    pixels: NDArray[np.uint8], valid: NDArray[np.uint8], out: NDArray[np.uint32]
) -> None:
    """Write red, green, blue and an alpha of 255 as the bytes of a number, 0 for no color.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (rows, cols, 3)
    valid : ndarray of uint8, shape (rows, cols)
        0 where a pixel has no color. Empty if all have one.
    out : ndarray of uint32, shape (rows, cols)
        Written; red is the lowest byte.
    """
    for row in range(out.shape[0]):
        for col in range(out.shape[1]):
            if valid.size > 0 and valid[row, col] == 0:
                out[row, col] = 0
                continue
            out[row, col] = (
                np.uint32(pixels[row, col, 0])
                | np.uint32(pixels[row, col, 1]) << np.uint32(8)
                | np.uint32(pixels[row, col, 2]) << np.uint32(16)
                | np.uint32(0xFF000000)
            )


@compiled(
    types.int64(
        _PACKED,
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
    packed: NDArray[np.uint32],
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
    packed : ndarray of uint32, shape (rows, cols)
        From :func:`pack_colors`.
    first_row : int
        Row of the image that `packed` begins with.
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
    # Pixels are counted when their run ends; a sum in memory for each takes half as long again.
    last, number, run = np.uint32(0), np.uint32(0), 0
    for row in range(packed.shape[0]):
        for col in range(packed.shape[1]):
            color = packed[row, col]
            if color != last:
                counts[number] += run
                last, number, run = color, np.uint32(0), 0
                if color != 0:
                    number = numbers[color & np.uint32(0xFFFFFF)]
                    if number == 0:
                        used += 1
                        if used >= len(colors):
                            return -1
                        number = np.uint32(used)
                        numbers[color & np.uint32(0xFFFFFF)] = number
                        colors[used] = color
                        places[used, 0], places[used, 1] = first_row + row, col
            run += 1
            out[row, col] = number
    counts[number] += run
    return used


@compiled(
    [
        types.int64(_BYTES, types.uint8[::1], types.uint8[::1]),
        types.int64(_WORDS, types.uint16[::1], types.uint8[::1]),
        types.int64(_PACKED, types.uint32[::1], types.uint8[::1]),
    ]
)
def find_runs(
    numbers: NDArray[np.uint8 | np.uint16 | np.uint32],
    runs: NDArray[np.uint8 | np.uint16 | np.uint32],
    lengths: NDArray[np.uint8],
) -> int:
    """Find the runs of equal numbers, row after row.

    Parameters
    ----------
    numbers : ndarray of uint8, uint16 or uint32, shape (rows, cols)
    runs : ndarray of the same dtype, shape (rows * cols,)
        Written: the number of each run.
    lengths : ndarray of uint8, shape (rows * cols,)
        Written: the length of each run minus one.

    Returns
    -------
    int
        How many runs there are.
    """
    n_runs, last, length = 0, numbers[0, 0], 0
    for row in range(numbers.shape[0]):
        for col in range(numbers.shape[1]):
            number = numbers[row, col]
            if number != last or length == LONGEST_RUN:
                runs[n_runs], lengths[n_runs] = last, length - 1
                n_runs += 1
                last, length = number, 0
            length += 1
    runs[n_runs], lengths[n_runs] = last, length - 1
    return n_runs + 1


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


@compiled(types.void(_PACKED, types.uint32[:, ::1]))
def halve_colors(packed: NDArray[np.uint32], out: NDArray[np.uint32]) -> None:
    """Write the mean of each 2 x 2 packed colors, weighed by their alpha."""
    rows, cols = packed.shape
    for row in range(out.shape[0]):
        top, low = 2 * row, min(2 * row + 1, rows - 1)
        for col in range(out.shape[1]):
            left, right = 2 * col, min(2 * col + 1, cols - 1)
            a, b = packed[top, left], packed[top, right]
            c, d = packed[low, left], packed[low, right]
            if a == b and a == c and a == d:
                out[row, col] = a
                continue
            shift = np.uint32(24)
            wa, wb, wc, wd = a >> shift, b >> shift, c >> shift, d >> shift
            total = max(np.uint32(1), wa + wb + wc + wd)
            mean = (wa + wb + wc + wd + np.uint32(2)) // np.uint32(4) << shift
            for band in range(3):
                by, byte = np.uint32(8 * band), np.uint32(255)
                weighed = (
                    wa * (a >> by & byte)
                    + wb * (b >> by & byte)
                    + wc * (c >> by & byte)
                    + wd * (d >> by & byte)
                )
                mean |= (weighed + total // np.uint32(2)) // total << by
            out[row, col] = mean
