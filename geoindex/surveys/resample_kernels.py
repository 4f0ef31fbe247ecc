"""Compiled loops of resampling: the pixel at a point, or the class of most points of a bin.

They assume clean arguments: :mod:`geoindex.surveys.resample` checks them. Places `u` and `v` are
columns and rows of the map, counted from the outer corner of its first pixel.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoindex.color.compiled import compiled, types
from geoindex.rules.indices import IndexArray
from geoindex.rules.plane import Floats

__all__ = ["EDGE", "majority", "take_majority", "take_nearest"]

EDGE = 1e-6
"""Distance, in pixels, within which a point lies on the edge of a pixel, so in the next one."""

_PLACES = types.Array(types.float64, 2, "C")
_SOURCES = {size: types.Array(size, 2, "C", readonly=True) for size in (types.uint8, types.uint16)}
_OUTPUTS = {size: types.Array(size, 2, "C") for size in (types.uint8, types.uint16)}
_PAIRS = (
    (_SOURCES[types.uint8], _OUTPUTS[types.uint8]),
    (_SOURCES[types.uint8], _OUTPUTS[types.uint16]),
    (_SOURCES[types.uint16], _OUTPUTS[types.uint16]),
)
_VALUES = types.Array(types.float32, 2, "C", readonly=True)
_VALUES_OUT = types.Array(types.float32, 2, "C")
_TORN = types.Array(types.boolean, 2, "C")
_INT = types.int64
_TALLY = types.int64[::1]


@compiled()
def class_at(source: IndexArray, u: float, v: float) -> int:
    """Value of the pixel that a point lies in, -1 outside the map."""
    u, v = u + EDGE, v + EDGE
    # Also false where the point could not be projected and is not a number. As a chain,
    # 0 <= u < width, the comparison makes a majority take three times as long.
    if u >= 0.0 and v >= 0.0 and u < source.shape[1] and v < source.shape[0]:
        return int(source[int(v), int(u)])
    return -1


@compiled()
def class_of_box(source: IndexArray, left: float, right: float, top: float, bottom: float) -> int:
    """Return the one value of all pixels that a box touches; -1 if they differ or lie outside."""
    # Also false if a corner is NaN.
    if not (left >= EDGE and top >= EDGE):
        return -1
    if not (right < source.shape[1] - EDGE and bottom < source.shape[0] - EDGE):
        return -1
    # Numbers without a sign spare the question whether they count from the end.
    first_row, last_row = np.uint64(int(top)), np.uint64(int(bottom + EDGE))
    first_col, last_col = np.uint64(int(left)), np.uint64(int(right + EDGE))
    first = source[first_row, first_col]
    for row in range(first_row, last_row + np.uint64(1)):
        for col in range(first_col, last_col + np.uint64(1)):
            if source[row, col] != first:
                return -1
    return int(first)


@compiled()
def count_points(
    source: IndexArray,
    sides: tuple[float, float, float, float, float, float, float, float],
    down: int,
    across: int,
    nodata: int,
    counts: NDArray[np.int32],
) -> tuple[int, int, int]:
    """Add the points of a bin to `counts`.

    `sides` are the place of its first corner, the vectors of its sides, and their twist. Returns
    the lowest and the highest class, and how many points have none.
    """
    u0, v0, right_u, right_v, down_u, down_v, twist_u, twist_v = sides
    lowest, highest, void = 65_536, -1, 0
    for i in range(down):
        t = (i + 0.5) / down
        step_u, step_v = (right_u + t * twist_u) / across, (right_v + t * twist_v) / across
        start_u, start_v = u0 + t * down_u + 0.5 * step_u, v0 + t * down_v + 0.5 * step_v
        for j in range(across):
            found = class_at(source, start_u + j * step_u, start_v + j * step_v)
            if found < 0 or found == nodata:
                void += 1
            else:
                counts[found] += 1
                lowest, highest = min(lowest, found), max(highest, found)
    return lowest, highest, void


@compiled()
def pixels_of_points(
    first_row: int,
    first_col: int,
    sides: tuple[float, float, float, float, float, float, float, float],
    down: int,
    across: int,
    places: NDArray[np.uint64],
) -> None:
    """Write the pixel that each point of a bin lies in, as ``row << 3 | col`` from the first."""
    u0, v0, right_u, right_v, down_u, down_v, twist_u, twist_v = sides
    for i in range(down):
        t = (i + 0.5) / down
        step_u, step_v = (right_u + t * twist_u) / across, (right_v + t * twist_v) / across
        start_u, start_v = u0 + t * down_u + 0.5 * step_u, v0 + t * down_v + 0.5 * step_v
        line = places[i * across : (i + 1) * across]
        for j in range(np.uint32(len(line))):
            col = np.int32(start_u + np.int32(j) * step_u + EDGE) - np.int32(first_col)
            row = np.int32(start_v + np.int32(j) * step_v + EDGE) - np.int32(first_row)
            line[j] = np.uint64(row << np.int32(3) | col)


@compiled()
def count_in_box(
    source: IndexArray,
    box: tuple[float, float, float, float],
    sides: tuple[float, float, float, float, float, float, float, float],
    down: int,
    across: int,
    nodata: int,
    places: NDArray[np.uint64],
    counts: NDArray[np.int32],
) -> tuple[int, int, int]:
    """Do as :func:`count_points` for a bin that touches at most 8 x 8 pixels of the map.

    `places` has room for the points. Points without a class are -1 where the box is larger or may
    leave the map; nothing is counted then.

    Each point is first put into one of the 64 pixels, then those of each class are counted in a
    word that has a bit for each of its pixels: both several points at a time, while adding to
    the count of one point after another waits for the addition before it.
    """
    left, right, top, bottom = box
    last_u, last_v = right + 2 * EDGE, bottom + 2 * EDGE
    # Also false where a corner is not a number.
    is_inside = left >= EDGE and top >= EDGE
    if not (is_inside and last_u < source.shape[1] and last_v < source.shape[0]):
        return 65_536, -1, -1
    first_col, first_row = int(left), int(top)
    n_cols, n_rows = int(last_u) - first_col + 1, int(last_v) - first_row + 1
    if n_cols > 8 or n_rows > 8:
        return 65_536, -1, -1
    pixels_of_points(first_row, first_col, sides, down, across, places)
    lowest, highest, void = 65_536, -1, 0
    n_points, rest = np.uint64(down * across), np.uint64(down * across)
    unseen = np.uint64(0)
    for y in range(n_rows):
        unseen |= np.uint64((1 << n_cols) - 1) << np.uint64(y << 3)
    place = 0
    while unseen != 0:
        while unseen >> np.uint64(place) & np.uint64(1) == 0:
            place += 1
        found = source[first_row + (place >> 3), first_col + (place & 7)]
        pixels = np.uint64(0)
        for y in range(n_rows):
            for x in range(n_cols):
                same = np.uint64(source[first_row + y, first_col + x] == found)
                pixels |= same << np.uint64(y << 3 | x)
        unseen &= ~pixels
        n = rest
        if unseen != 0:
            n = np.uint64(0)
            for i in range(n_points):
                n += pixels >> places[i] & np.uint64(1)
        rest -= n
        if found == nodata:
            void = int(n)
        elif n > 0:
            counts[found] = n
            lowest, highest = min(lowest, int(found)), max(highest, int(found))
    return lowest, highest, void


@compiled(
    [types.void(source, _PLACES, _PLACES, _INT, out, _TALLY) for source, out in _PAIRS]
    + [types.void(_VALUES, _PLACES, _PLACES, types.float32, _VALUES_OUT, _TALLY)]
)
def take_nearest(
    source: NDArray[Any],
    u: Floats,
    v: Floats,
    nodata: float,
    out: NDArray[Any],
    tally: NDArray[np.int64],
) -> None:
    """Write the pixel at each point into `out`, and how many are off the map into `tally`."""
    outside = 0
    for row in range(out.shape[0]):
        for col in range(out.shape[1]):
            x, y = u[row, col] + EDGE, v[row, col] + EDGE
            if x >= 0.0 and y >= 0.0 and x < source.shape[1] and y < source.shape[0]:
                out[row, col] = source[int(y), int(x)]
            else:
                outside += 1
                out[row, col] = nodata
    tally[0] = outside


@compiled(
    [
        types.void(source, _PLACES, _PLACES, _TORN, _INT, _INT, _INT, out, _TALLY)
        for source, out in _PAIRS
    ]
)
def take_majority(
    source: IndexArray,
    u: Floats,
    v: Floats,
    torn: NDArray[np.bool_],
    down: int,
    across: int,
    nodata: int,
    out: IndexArray,
    tally: NDArray[np.int64],
) -> None:
    """Write the class of most of each bin into `out`.

    `u` and `v` are the places of the corners of the bins, one more each way than bins. A bin is
    nodata where more than half of its points are; else it is the class of most points, and on a
    tie that of the center, or else the lowest. `tally` takes how many centers are off the map,
    and how many bins differ from the pixel at their center. Bins that are `torn` are left out.
    """
    # For each bin: the vectors of its sides; done if all pixels that it touches are one class;
    # else the class at its center, a count of the classes at its points, and the largest count.
    counts, places = np.zeros(65_537, dtype=np.int32), np.empty(down * across, dtype=np.uint64)
    outside, changed = 0, 0
    for row in range(out.shape[0]):
        for col in range(out.shape[1]):
            if torn[row, col]:
                continue
            u0, v0 = u[row, col], v[row, col]
            right_u, right_v = u[row, col + 1] - u0, v[row, col + 1] - v0
            down_u, down_v = u[row + 1, col] - u0, v[row + 1, col] - v0
            twist_u = u[row + 1, col + 1] - u0 - right_u - down_u
            twist_v = v[row + 1, col + 1] - v0 - right_v - down_v
            box = (
                u0 + min(0.0, right_u, down_u, right_u + down_u + twist_u),
                u0 + max(0.0, right_u, down_u, right_u + down_u + twist_u),
                v0 + min(0.0, right_v, down_v, right_v + down_v + twist_v),
                v0 + max(0.0, right_v, down_v, right_v + down_v + twist_v),
            )
            only = class_of_box(source, *box)
            if only >= 0:
                out[row, col] = only
                continue
            middle = class_at(
                source,
                u0 + 0.5 * (right_u + down_u) + 0.25 * twist_u,
                v0 + 0.5 * (right_v + down_v) + 0.25 * twist_v,
            )
            if middle < 0:
                outside += 1
                middle = nodata
            sides = (u0, v0, right_u, right_v, down_u, down_v, twist_u, twist_v)
            lowest, highest, void = count_in_box(
                source, box, sides, down, across, nodata, places, counts
            )
            if void < 0:
                lowest, highest, void = count_points(source, sides, down, across, nodata, counts)
            best = nodata
            if 2 * void <= down * across:
                most = 0
                for index in range(lowest, highest + 1):
                    if counts[index] > most or (counts[index] == most and index == middle):
                        best, most = index, counts[index]
            counts[lowest : highest + 1] = 0
            changed += best != middle
            out[row, col] = best
    tally[0], tally[1] = outside, changed


def majority(source: IndexArray, u: Floats, v: Floats, nodata: int) -> tuple[int, bool, bool]:
    """Class of most of the points in one bin, the first of which is its center.

    It decides as :func:`take_majority` does, for bins that the map's end tears apart.

    Returns
    -------
    tuple of int, bool, bool
        The class or nodata, whether the center is off the map, and whether its class is another.
    """
    rows, cols = source.shape
    u, v = u + EDGE, v + EDGE
    inside = (u >= 0) & (v >= 0) & (u < cols) & (v < rows)
    found = np.full(len(u), nodata, dtype=np.int64)
    found[inside] = source[v[inside].astype(np.intp), u[inside].astype(np.intp)]
    middle, points = int(found[0]), found[1:]
    counts = np.bincount(points[points != nodata], minlength=middle + 1)
    best = nodata
    if 2 * int(counts.sum()) >= len(points):
        most = int(counts.max())
        is_tied = middle != nodata and counts[middle] == most
        best = middle if is_tied else int(counts.argmax())
    return best, not inside[0], best != middle
