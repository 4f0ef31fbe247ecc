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
from geoindex.color.compiled import compiled, types
from geoindex.rules.indices import IndexArray

if TYPE_CHECKING:
    from numba.core.typing.templates import Signature

__all__ = [
    "fill_cells",
    "lookup",
    "mark_cells",
]

# Any memory layout and read-only arrays are welcome; one compiled version serves them all.
_PIXELS = types.Array(types.uint8, 3, "A", readonly=True)
_VALID = types.Array(types.uint8, 2, "A", readonly=True)
_COLORS = types.Array(types.int32, 2, "C", readonly=True)
_CELLS = types.Array(types.int64, 1, "C", readonly=True)


@compiled()
def _search_plane(
    candidates: NDArray[np.int32],
    n_candidates: int,
    red: int | np.int32,
    green: int | np.int32,
    blue: int | np.int32,
    least: NDArray[np.int32],
    nearest: NDArray[np.int32],
) -> None:
    """Find the nearest candidate of each color of a cell with one red, and its squared distance.

    Candidate by candidate, so that the compiler takes eight colors at a time: a third of the time.
    """
    for color in range(len(least)):
        least[color] = 3 * 255 * 255 + 1
    for i in range(n_candidates):
        dr = np.int32(red) - candidates[i, 0]
        row = candidates[i, 3]
        for g in range(np.uint32(CELL_SIDE)):
            dg = np.int32(green) + np.int32(g) - candidates[i, 1]
            base = dr * dr + dg * dg
            for b in range(np.uint32(CELL_SIDE)):
                place = g * np.uint32(CELL_SIDE) + b
                db = np.int32(blue) + np.int32(b) - candidates[i, 2]
                squared = base + db * db
                is_nearer = squared < least[place]
                least[place] = squared if is_nearer else least[place]
                nearest[place] = row if is_nearer else nearest[place]


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
    # One channel after another, so that the compiler takes several colors at a time.
    reds, greens, blues = colors[:, 0].copy(), colors[:, 1].copy(), colors[:, 2].copy()
    lower = np.empty(n_colors, np.int32)
    candidates = np.empty((n_colors, 4), np.int32)
    least = np.empty(CELL_SIDE * CELL_SIDE, np.int32)
    nearest = np.empty(CELL_SIDE * CELL_SIDE, np.int32)
    for cell in cells:
        red = np.int32(cell // (CELLS_PER_AXIS * CELLS_PER_AXIS) * CELL_SIDE)
        green = np.int32(cell // CELLS_PER_AXIS % CELLS_PER_AXIS * CELL_SIDE)
        blue = np.int32(cell % CELLS_PER_AXIS * CELL_SIDE)
        least_upper = np.int32(3 * 255 * 255 + 1)
        for row in range(np.uint32(n_colors)):
            near, far = np.int32(0), np.int32(0)
            for low, channel in ((red, reds[row]), (green, greens[row]), (blue, blues[row])):
                below = low - channel
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
            _search_plane(candidates, n_candidates, r, green, blue, least, nearest)
            for place in range(CELL_SIDE * CELL_SIDE):
                g, b = green + place // CELL_SIDE, blue + place % CELL_SIDE
                entry = nearest[place] if least[place] <= max_squared else np.int32(nodata)
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
