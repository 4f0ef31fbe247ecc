"""Compiled loops of the nearest-color search.

They assume clean arguments: :mod:`geoindex.color.mapper` checks them. All release the GIL,
so plain threads use every core. Codes and cells are those of :mod:`geoindex.color.cells`.

Import this module where a kernel is called: it brings numba, which takes 0.3 s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geoindex.color.cells import CELL_SIDE, CELLS_PER_AXIS
from geoindex.color.compiled import compiled, trailing_zeros, types
from geoindex.grid import IndexArray

if TYPE_CHECKING:
    from numba.core.typing.templates import Signature

__all__ = [
    "count_codes",
    "count_table",
    "fill_cells",
    "list_codes",
    "lookup",
    "mark_cells",
]

# Any memory layout and read-only arrays are welcome; one compiled version serves them all.
_PIXELS = types.Array(types.uint8, 3, "A", readonly=True)
_VALID = types.Array(types.uint8, 2, "A", readonly=True)
_COLORS = types.Array(types.int32, 2, "C", readonly=True)
_CELLS = types.Array(types.int64, 1, "C", readonly=True)

# Bits of the bytes of a word.
_LOW_BITS = np.uint64(0x7F7F7F7F7F7F7F7F)
_HIGH_BITS = np.uint64(0x8080808080808080)


@compiled(
    [
        types.void(_COLORS, types.int64, types.int64, _CELLS, types.uint8[::1]),
        types.void(_COLORS, types.int64, types.int64, _CELLS, types.uint16[::1]),
    ]
)
def fill_cells(
    colors: NDArray[np.int32],
    max_squared: int,
    nodata: int,
    cells: NDArray[np.int64],
    table: IndexArray,
) -> None:
    """Enter the nearest palette row of every code of `cells` into `table`.

    A palette color can only be nearest somewhere in a cell if its smallest squared distance
    to the cell is not above the smallest of all largest squared distances: otherwise one
    color is nearer on the whole cell. Candidates stay in row order and are compared with a
    strict ``<``, so the lowest row wins a tie. Codes farther than `max_squared` become
    `nodata`. After Heckbert (1982), "Color image quantization for frame buffer display",
    with exact bounds in place of cell centers.
    """
    n_colors = len(colors)
    lower = np.empty(n_colors, np.int32)
    candidates = np.empty((n_colors, 4), np.int32)
    for cell in cells:
        red = np.int32(cell // (CELLS_PER_AXIS * CELLS_PER_AXIS) * CELL_SIDE)
        green = np.int32(cell // CELLS_PER_AXIS % CELLS_PER_AXIS * CELL_SIDE)
        blue = np.int32(cell % CELLS_PER_AXIS * CELL_SIDE)
        least_upper = np.int32(3 * 255 * 255 + 1)
        for row in range(n_colors):
            near = np.int32(0)
            far = np.int32(0)
            for channel in range(3):
                low = red if channel == 0 else (green if channel == 1 else blue)
                below = low - colors[row, channel]
                above = -below - np.int32(CELL_SIDE - 1)
                outside = max(below, above, np.int32(0))
                across = max(abs(below), abs(above))
                near += outside * outside
                far += across * across
            lower[row] = near
            least_upper = min(least_upper, far)
        n_candidates = 0
        for row in range(n_colors):
            if lower[row] <= least_upper:
                candidates[n_candidates, 0] = colors[row, 0]
                candidates[n_candidates, 1] = colors[row, 1]
                candidates[n_candidates, 2] = colors[row, 2]
                candidates[n_candidates, 3] = row
                n_candidates += 1
        for r in range(red, red + CELL_SIDE):
            for g in range(green, green + CELL_SIDE):
                for b in range(blue, blue + CELL_SIDE):
                    least = np.int32(3 * 255 * 255 + 1)
                    nearest = np.int32(0)
                    for i in range(n_candidates):
                        dr = r - candidates[i, 0]
                        dg = g - candidates[i, 1]
                        db = b - candidates[i, 2]
                        squared = dr * dr + dg * dg + db * db
                        if squared < least:
                            least = squared
                            nearest = candidates[i, 3]
                    entry = nearest if least <= max_squared else np.int32(nodata)
                    table[r << 16 | g << 8 | b] = entry


@compiled(types.void(_PIXELS, _VALID, types.uint8[::1]))
def mark_cells(
    pixels: NDArray[np.uint8], valid: NDArray[np.uint8], touched: NDArray[np.uint8]
) -> None:
    """Set `touched` to 1 for every cell that a valid pixel falls into.

    An empty `valid` means that every pixel is valid.
    """
    for row in range(pixels.shape[0]):
        for col in range(pixels.shape[1]):
            if valid.size == 0 or valid[row, col] != 0:
                red = np.uint32(pixels[row, col, 0]) >> 3
                green = np.uint32(pixels[row, col, 1]) >> 3
                blue = np.uint32(pixels[row, col, 2]) >> 3
                touched[red << 10 | green << 5 | blue] = 1


def _lookup_signature(table: types.Type, out: types.Type) -> Signature:
    read_table = types.Array(table, 1, "C", readonly=True)
    filled = types.Array(types.uint8, 1, "C", readonly=True)
    out = types.Array(out, 2, "A")
    return types.boolean(_PIXELS, _VALID, read_table, filled, types.int64, out)


@compiled(
    [
        _lookup_signature(types.uint8, types.uint8),
        _lookup_signature(types.uint8, types.uint16),
        _lookup_signature(types.uint16, types.uint16),
    ]
)
def lookup(
    pixels: NDArray[np.uint8],
    valid: NDArray[np.uint8],
    table: IndexArray,
    filled: NDArray[np.uint8],
    nodata: int,
    out: IndexArray,
) -> bool:
    """Write the table entry of every pixel into `out`, `nodata` where `valid` is 0.

    Returns False, with `out` unfinished, as soon as a row of pixels needs a cell that `filled`
    does not mark. An empty `valid` means that every pixel is valid, an empty `filled` that
    every cell is filled.
    """
    masked, partial = valid.size > 0, filled.size > 0
    for row in range(pixels.shape[0]):
        known = np.uint8(1)
        for col in range(pixels.shape[1]):
            red = np.uint32(pixels[row, col, 0])
            green = np.uint32(pixels[row, col, 1])
            blue = np.uint32(pixels[row, col, 2])
            if masked and valid[row, col] == 0:
                out[row, col] = nodata
            else:
                if partial:
                    known &= filled[red >> 3 << 10 | green >> 3 << 5 | blue >> 3]
                out[row, col] = table[red << 16 | green << 8 | blue]
        if known == 0:
            return False
    return True


@compiled()
def _mark_ends(
    pixels: NDArray[np.uint8], valid: NDArray[np.uint8], row: int, ends: NDArray[np.uint8]
) -> None:
    """Write into `ends` what is not 0 where a pixel of a row differs from the one before it."""
    n_cols = pixels.shape[1]
    for col in range(1, n_cols):
        ends[col] = (
            pixels[row, col, 0] ^ pixels[row, col - 1, 0]
            | pixels[row, col, 1] ^ pixels[row, col - 1, 1]
            | pixels[row, col, 2] ^ pixels[row, col - 1, 2]
        )
    if valid.size > 0:
        for col in range(1, n_cols):
            ends[col] |= valid[row, col] ^ valid[row, col - 1]
    ends[n_cols] = 1


@compiled()
def _count(
    red: np.uint32,
    green: np.uint32,
    blue: np.uint32,
    n: int,
    slots: NDArray[np.int32],
    used: int,
    counts: NDArray[np.int64],
) -> int:
    """Add `n` pixels of a color to `counts`; the rest as for :func:`count_codes`."""
    cell = red >> 3 << 10 | green >> 3 << 5 | blue >> 3
    offset = (red & 7) << 6 | (green & 7) << 3 | blue & 7
    if slots[cell] < 0:
        slots[cell] = used
        used += 1
    counts[slots[cell], offset] += n
    return used


@compiled(types.int64(_PIXELS, _VALID, types.int32[::1], types.int64, types.int64[:, ::1]))
def count_codes(
    pixels: NDArray[np.uint8],
    valid: NDArray[np.uint8],
    slots: NDArray[np.int32],
    used: int,
    counts: NDArray[np.int64],
) -> int:
    """Add the number of valid pixels of every code to `counts`.

    Row ``slots[cell]`` of `counts` holds the 512 codes of a cell; -1 is a cell without a row,
    which takes the next one after the `used` ones, whose new number is returned. An empty
    `valid` means that every pixel is valid.

    Maps consist of runs of one color. The loop that finds where they end is plain enough for the
    compiler to do many pixels at a time, and the ends are then gone through in words of eight.
    """
    n_cols = pixels.shape[1]
    if n_cols == 0:
        return used
    ends = np.zeros(n_cols // 8 * 8 + 8, np.uint8)
    words = ends.view(np.uint64)
    for row in range(pixels.shape[0]):
        _mark_ends(pixels, valid, row, ends)
        start = 0
        for word in range(len(words)):
            if words[word] == 0:
                continue
            # The highest bit of every byte that is not 0.
            marks = ((words[word] & _LOW_BITS) + _LOW_BITS | words[word]) & _HIGH_BITS
            while marks != 0:
                stop = 8 * word + (trailing_zeros(marks) >> 3)
                marks &= marks - np.uint64(1)
                if valid.size == 0 or valid[row, start] != 0:
                    red = np.uint32(pixels[row, start, 0])
                    green = np.uint32(pixels[row, start, 1])
                    blue = np.uint32(pixels[row, start, 2])
                    used = _count(red, green, blue, stop - start, slots, used, counts)
                start = stop
    return used


@compiled(
    types.int64(
        types.Array(types.uint8, 2, "A", readonly=True),
        types.Array(types.int64, 1, "A", readonly=True),
        types.int32[::1],
        types.int64,
        types.int64[:, ::1],
    )
)
def count_table(
    colors: NDArray[np.uint8],
    totals: NDArray[np.int64],
    slots: NDArray[np.int32],
    used: int,
    counts: NDArray[np.int64],
) -> int:
    """Add the pixels of each row of a color table to `counts`, as :func:`count_codes` does."""
    for row in range(len(colors)):
        if totals[row] > 0:
            red, green, blue = colors[row]
            used = _count(
                np.uint32(red), np.uint32(green), np.uint32(blue), totals[row], slots, used, counts
            )
    return used


@compiled(types.void(types.int32[::1], types.int64[:, ::1], types.uint8[:, ::1], types.int64[::1]))
def list_codes(
    slots: NDArray[np.int32],
    counts: NDArray[np.int64],
    colors: NDArray[np.uint8],
    totals: NDArray[np.int64],
) -> None:
    """Write the counted colors, in ascending order, and their counts.

    `slots` and `counts` are those of :func:`count_codes`; `colors` and `totals` have a row for
    each count above 0.
    """
    # Most of the 65,536 pairs of red and green have no color.
    has_any = np.zeros((CELLS_PER_AXIS, CELLS_PER_AXIS), np.bool_)
    for cell in range(len(slots)):
        if slots[cell] >= 0:
            has_any[cell >> 10, cell >> 5 & 31] = True
    n = 0
    for red in range(256):
        for green in range(256):
            if not has_any[red >> 3, green >> 3]:
                continue
            first = red >> 3 << 10 | green >> 3 << 5
            offset = (red & 7) << 6 | (green & 7) << 3
            for cell in range(first, first + CELLS_PER_AXIS):
                slot = slots[cell]
                if slot >= 0:
                    for blue in range(CELL_SIDE):
                        count = counts[slot, offset + blue]
                        if count > 0:
                            colors[n, 0], colors[n, 1] = red, green
                            colors[n, 2] = (cell - first) * CELL_SIDE + blue
                            totals[n] = count
                            n += 1
