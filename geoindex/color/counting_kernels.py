"""The compiled loops that count colors.

A table of counts has a row for each strip of colors that turns up, with a count for each of its
codes: ``counts[slots[code >> 6] + (code & 63)]``. 0 is a strip without a row, so the first row is
left out. Rows are taken one after another, so that only as much memory is touched as is needed.
Strips and codes are those of :mod:`geoindex.color.cells`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoindex.color.cells import N_STRIPS, STRIP
from geoindex.color.compiled import compiled, types
from geoindex.rules.indices import IndexArray

__all__ = ["add_counts", "count_indices", "count_pixels", "list_colors"]

_PIXELS = types.Array(types.uint8, 3, "A", readonly=True)
_VALID = types.Array(types.uint8, 2, "A", readonly=True)
_SLOTS = types.uint32[::1]
_COUNTS = types.int64[::1]

# Which of eight bits are set, in ascending order, and how many.
_BITS = np.zeros((256, 8), dtype=np.uint32)
_N_BITS = np.zeros(256, dtype=np.uint64)
for _byte in range(256):
    _set_bits = [bit for bit in range(8) if _byte >> bit & 1]
    _BITS[_byte, : len(_set_bits)] = _set_bits
    _N_BITS[_byte] = len(_set_bits)

# Moves the lowest bits of eight bytes into the highest byte, the first one's to the lowest place:
# in the byte order of all machines that numba runs on.
_LOWEST_BITS = np.uint64(0x0102040810204080)


@compiled()
def _count(
    code: np.uint32,
    n: int | np.int64,
    slots: NDArray[np.uint32],
    used: int,
    counts: NDArray[np.int64],
) -> int:
    """Add `n` pixels of a code; the rest as :func:`count_pixels`."""
    strip = code // np.uint32(STRIP)
    if slots[strip] == 0:
        used += STRIP
        slots[strip] = used
    counts[slots[strip] + code % np.uint32(STRIP)] += n
    return used


@compiled()
def _mark_starts(
    pixels: NDArray[np.uint8], valid: NDArray[np.uint8], row: int, marks: NDArray[np.uint8]
) -> None:
    """Write 1 into `marks` where a pixel of a row differs from the one before it, else 0."""
    n_cols = pixels.shape[1]
    marks[0] = 1
    for col in range(1, n_cols):
        marks[col] = (
            (pixels[row, col, 0] != pixels[row, col - 1, 0])
            | (pixels[row, col, 1] != pixels[row, col - 1, 1])
            | (pixels[row, col, 2] != pixels[row, col - 1, 2])
        )
    if valid.size > 0:
        for col in range(1, n_cols):
            marks[col] |= (valid[row, col] != 0) != (valid[row, col - 1] != 0)


@compiled()
def _list_starts(
    words: NDArray[np.uint64], marked: NDArray[np.uint32], starts: NDArray[np.uint32]
) -> np.uint64:
    """Write the places of the marks into `starts`, which has room for eight more.

    Without branches: where runs end is hard to foresee, and a wrong guess takes as long as a
    whole run.
    """
    n_marked = np.uint64(0)
    for word in range(np.uint64(len(words))):
        marked[n_marked] = word
        n_marked += np.uint64(words[word] != 0)
    n = np.uint64(0)
    for i in range(n_marked):
        word = marked[i]
        byte = words[word] * _LOWEST_BITS >> np.uint64(56)
        for bit in range(np.uint64(8)):
            starts[n + bit] = np.uint32(8) * word + _BITS[byte, bit]
        n += _N_BITS[byte]
    return n


@compiled(types.int64(_PIXELS, _VALID, _SLOTS, types.int64, _COUNTS))
def count_pixels(
    pixels: NDArray[np.uint8],
    valid: NDArray[np.uint8],
    slots: NDArray[np.uint32],
    used: int,
    counts: NDArray[np.int64],
) -> int:
    """Add the valid pixels to a table of counts.

    `used` is where the last row begins that is taken; what it is then is returned. An empty
    `valid` means that every pixel is valid.

    Maps consist of runs of one color, so runs are counted. The loop that marks where they start
    is plain enough for the compiler to do many pixels at a time. Numbers without a sign spare
    the question whether they count from the end: a quarter of the time.
    """
    n_rows, n_cols = pixels.shape[:2]
    if n_cols == 0:
        return used
    marks = np.zeros(n_cols // 8 * 8 + 8, np.uint8)
    words = marks.view(np.uint64)
    marked, starts = np.empty(len(words), np.uint32), np.empty(n_cols + 8, np.uint32)
    for row in range(n_rows):
        _mark_starts(pixels, valid, row, marks)
        n_runs = _list_starts(words, marked, starts)
        starts[n_runs] = n_cols
        red, green, blue = pixels[row, :, 0], pixels[row, :, 1], pixels[row, :, 2]
        for run in range(n_runs):
            start, stop = starts[run], starts[run + np.uint64(1)]
            if valid.size == 0 or valid[row, start] != 0:
                code = (
                    np.uint32(red[start]) << np.uint32(16)
                    | np.uint32(green[start]) << np.uint32(8)
                    | np.uint32(blue[start])
                )
                used = _count(code, np.int64(stop - start), slots, used, counts)
    return used


@compiled(types.int64(_SLOTS, _COUNTS, _SLOTS, types.int64, _COUNTS))
def add_counts(
    other_slots: NDArray[np.uint32],
    other_counts: NDArray[np.int64],
    slots: NDArray[np.uint32],
    used: int,
    counts: NDArray[np.int64],
) -> int:
    """Add one table of counts to another, as :func:`count_pixels` does."""
    for strip in range(N_STRIPS):
        if other_slots[strip] > 0:
            if slots[strip] == 0:
                used += STRIP
                slots[strip] = used
            for i in range(np.uint32(STRIP)):
                counts[slots[strip] + i] += other_counts[other_slots[strip] + i]
    return used


@compiled(types.void(_SLOTS, _COUNTS, types.uint8[:, ::1], types.int64[::1]))
def list_colors(
    slots: NDArray[np.uint32],
    counts: NDArray[np.int64],
    colors: NDArray[np.uint8],
    totals: NDArray[np.int64],
) -> None:
    """Write the counted colors, in ascending order, and their counts.

    `colors` and `totals` have a row for each count above 0.
    """
    n = 0
    for strip in range(N_STRIPS):
        if slots[strip] > 0:
            for i in range(np.uint32(STRIP)):
                count = counts[slots[strip] + i]
                if count > 0:
                    code = strip * STRIP + i
                    colors[n, 0], colors[n, 1], colors[n, 2] = code >> 16, code >> 8, code
                    totals[n] = count
                    n += 1


@compiled(
    [
        types.void(types.Array(index, 2, "A", readonly=True), _COUNTS)
        for index in (types.uint8, types.uint16)
    ]
)
def count_indices(indices: IndexArray, counts: NDArray[np.int64]) -> None:
    """Add the pixels of each index to `counts`; other indices are left out.

    Runs are counted as one: ten times as fast as numpy.bincount, which makes integers of 64 bits
    of all indices.
    """
    for row in indices:
        last, run = np.int64(0), 0
        for index in row:
            if index == last:
                run += 1
                continue
            if last < len(counts):
                counts[last] += run
            last, run = np.int64(index), 1
        if last < len(counts):
            counts[last] += run
