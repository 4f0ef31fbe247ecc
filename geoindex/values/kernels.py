"""Compiled loops of reading values from colors.

They assume clean arguments: :mod:`geoindex.values.inverse` and :mod:`geoindex.values.mapper`
check them. All release the GIL. Import this module where a kernel is called.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoindex.color.cells import CELL_SIDE
from geoindex.color.compiled import compiled, types
from geoindex.rules.plane import Floats

__all__ = ["cells_of", "look_up", "project", "read_rows", "spread"]

_PIXELS = types.Array(types.uint8, 3, "A", readonly=True)
_MASK = types.Array(types.uint8, 2, "A", readonly=True)
_TABLE = types.Array(types.float32, 1, "C", readonly=True)
_VALUES = types.Array(types.float32, 2, "A")
_OFF = types.Array(types.uint8, 2, "C")
_COLORS = types.Array(types.uint8, 2, "C", readonly=True)
_ORDER = types.Array(types.int64, 1, "C", readonly=True)
_SHARES = types.Array(types.float64, 2, "C", readonly=True)
_ENDS = types.Array(types.float64, 3, "C", readonly=True)
_OUT = types.float64[::1]

HALF_DIAGONAL = 3.5 * 3**0.5
"""From the middle of a cell of 8 x 8 x 8 codes to a corner."""


@compiled(types.void(_COLORS, types.uint16[::1]))
def cells_of(colors: NDArray[np.uint8], cells: NDArray[np.uint16]) -> None:
    """Cell of each color; see :mod:`geoindex.color.cells`."""
    for i in range(len(colors)):
        red, green, blue = np.uint16(colors[i, 0]), np.uint16(colors[i, 1]), colors[i, 2]
        cells[i] = (red >> 3) << 10 | (green >> 3) << 5 | np.uint16(blue) >> 3


@compiled()
def place_on(
    red: float, green: float, blue: float, ends: Floats, segment: int
) -> tuple[float, float]:
    """Share along a segment of the point nearest to a color, and its squared distance."""
    pr, pg, pb = red - ends[segment, 0, 0], green - ends[segment, 0, 1], blue - ends[segment, 0, 2]
    dr = ends[segment, 1, 0] - ends[segment, 0, 0]
    dg = ends[segment, 1, 1] - ends[segment, 0, 1]
    db = ends[segment, 1, 2] - ends[segment, 0, 2]
    length = dr * dr + dg * dg + db * db
    along = 0.0
    if length > 0.0:
        along = min(max((pr * dr + pg * dg + pb * db) / length, 0.0), 1.0)
    er, eg, eb = pr - along * dr, pg - along * dg, pb - along * db
    return along, er * er + eg * eg + eb * eb


@compiled(types.void(_COLORS, _ORDER, _ORDER, types.int64, _SHARES, _ENDS, _OUT, _OUT))
def project(
    colors: NDArray[np.uint8],
    order: NDArray[np.int64],
    begins: NDArray[np.int64],
    n_groups: int,
    shares: Floats,
    ends: Floats,
    places: Floats,
    distances: Floats,
) -> None:
    """Find the place on the ramp nearest to each color, and its distance.

    `order` lists the colors cell by cell, `begins` where each of `n_groups` cells begins and the
    last one ends. A segment can only be nearest in a cell if it is not farther from its middle
    than the nearest one by more than a diagonal. Ties go to the first segment.
    """
    n_segments = len(shares)
    far = np.empty(n_segments)
    near = np.empty(n_segments, np.int64)
    for group in range(n_groups):
        first = colors[order[begins[group]]]
        red = np.int64(first[0]) // CELL_SIDE * CELL_SIDE + 3.5
        green = np.int64(first[1]) // CELL_SIDE * CELL_SIDE + 3.5
        blue = np.int64(first[2]) // CELL_SIDE * CELL_SIDE + 3.5
        least = np.inf
        for segment in range(n_segments):
            _, squared = place_on(red, green, blue, ends, segment)
            far[segment] = np.sqrt(squared)
            least = min(least, far[segment])
        n_near = 0
        for segment in range(n_segments):
            if far[segment] <= least + 2.0 * HALF_DIAGONAL + 1e-6:
                near[n_near] = segment
                n_near += 1
        for place in range(begins[group], begins[group + 1]):
            color = order[place]
            best, best_squared, best_along = 0, np.inf, 0.0
            for i in range(n_near):
                along, squared = place_on(
                    colors[color, 0], colors[color, 1], colors[color, 2], ends, near[i]
                )
                # The last digits must not decide between two segments with a point in common.
                if squared < best_squared - 1e-9:
                    best, best_squared, best_along = near[i], squared, along
            low, high = shares[best, 0], shares[best, 1]
            places[color] = low + (high - low) * best_along
            distances[color] = np.sqrt(best_squared)


@compiled()
def read_row(
    pixels: NDArray[np.uint8],
    valid: NDArray[np.uint8],
    table: NDArray[np.float32],
    row: int,
    values: NDArray[np.float32],
    off: NDArray[np.uint8],
) -> None:
    """Look up a row of pixels: their values, and whether the table has NaN for them.

    An empty `valid` means that every pixel is valid. The others have no value, and are not off.
    """
    masked = valid.size > 0
    for col in range(pixels.shape[1]):
        red = np.uint32(pixels[row, col, 0])
        green = np.uint32(pixels[row, col, 1])
        blue = np.uint32(pixels[row, col, 2])
        value = table[red << 16 | green << 8 | blue]
        is_off = np.uint8(np.isnan(value))
        if masked and valid[row, col] == 0:
            value, is_off = np.float32(np.nan), np.uint8(0)
        values[col] = value
        off[col] = is_off


@compiled()
def clear_beside(
    values: NDArray[np.float32],
    above: NDArray[np.uint8],
    own: NDArray[np.uint8],
    below: NDArray[np.uint8],
    any_off: NDArray[np.uint8],
) -> None:
    """Make a row of values NaN where one of nine pixels is off, in three rows of flags."""
    cols = len(values)
    some = np.uint8(0)
    for col in range(cols):
        any_off[col + 1] = above[col] | own[col] | below[col]
        some |= any_off[col + 1]
    if some == 0:
        return
    for col in range(cols):
        if any_off[col] | any_off[col + 1] | any_off[col + 2]:
            values[col] = np.nan


@compiled(types.void(_PIXELS, _MASK, _TABLE, _VALUES, types.int64, types.int64))
def read_rows(
    pixels: NDArray[np.uint8],
    valid: NDArray[np.uint8],
    table: NDArray[np.float32],
    out: NDArray[np.float32],
    first: int,
    behind: int,
) -> None:
    """Write the values of rows from `first` up to but not `behind` into `out`.

    Pixels that are off the ramp, and their eight neighbors, are NaN. The rows above and below are
    looked at, so that threads can share the work.
    """
    rows, cols = pixels.shape[0], pixels.shape[1]
    off = np.zeros((3, cols), np.uint8)
    any_off = np.zeros(cols + 2, np.uint8)
    rest = np.empty(cols, np.float32)
    if first > 0:
        read_row(pixels, valid, table, first - 1, rest, off[(first - 1) % 3])
    read_row(pixels, valid, table, first, out[first], off[first % 3])
    for row in range(first, behind):
        below = off[(row + 1) % 3]
        if row + 1 < behind:
            read_row(pixels, valid, table, row + 1, out[row + 1], below)
        elif row + 1 < rows:
            read_row(pixels, valid, table, row + 1, rest, below)
        else:
            below[:] = 0
        clear_beside(out[row], off[(row + 2) % 3], off[row % 3], below, any_off)


@compiled(types.void(_PIXELS, _MASK, _TABLE, _VALUES, _OFF))
def look_up(
    pixels: NDArray[np.uint8],
    valid: NDArray[np.uint8],
    table: NDArray[np.float32],
    out: NDArray[np.float32],
    off: NDArray[np.uint8],
) -> None:
    """Write the table entry of every pixel into `out`, and into `off` whether it is NaN."""
    for row in range(pixels.shape[0]):
        read_row(pixels, valid, table, row, out[row], off[row])


@compiled(types.void(_OFF, _VALUES, types.int64, types.int64))
def spread(off: NDArray[np.uint8], out: NDArray[np.float32], first: int, behind: int) -> None:
    """Make the eight neighbors of every pixel in `off`, and itself, NaN in `out`.

    Only rows from `first` up to but not `behind` are written, so that threads can share `out`.
    """
    rows, cols = off.shape
    nothing = np.zeros(cols, np.uint8)
    any_off = np.zeros(cols + 2, np.uint8)
    for row in range(first, behind):
        above = off[row - 1] if row > 0 else nothing
        below = off[row + 1] if row + 1 < rows else nothing
        clear_beside(out[row], above, off[row], below, any_off)
