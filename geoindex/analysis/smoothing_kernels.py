"""Compiled loops that smooth and simplify the borders of patches.

Smoothing is that of Taubin (1995), "Curve and surface smoothing without shrinkage": each pass
moves points towards the middle of their neighbors, then a little farther back. Simplification is
that of Douglas and Peucker (1973). What either changes in the area on both sides of a border is
given back.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from geoindex.color.compiled import compiled, types

__all__ = ["smooth_arcs"]

_INTS = types.int32[::1]
_LONGS = types.int64[::1]
_FLOATS = types.float64[::1]
_POINTS = types.float64[:, ::1]

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Points = NDArray[np.float64]

PASSES = 10

FAR = 3
"""Points between which a long step, of a border almost along the rows, is smoothed."""

TOWARDS, BACK = 0.5, -0.51
"""Shares of the way to the middle of the neighbors."""

SMALL_RING = 16
"""Points of a closed border below which it is scaled, not widened, to have its area, and is not
simplified."""

LARGEST_SHIFT = 0.3
"""Pixels by which a simplified border may move to have its area."""

AREA_ROUNDS = 3
"""Corrections of the area; each is exact but for what the limit of the shift takes back."""


@compiled()
def _twice_area(points: Points, n: int) -> float:
    """Twice the area between a line and its first point."""
    total = 0.0
    for i in range(1, n - 1):
        ax, ay = points[i, 0] - points[0, 0], points[i, 1] - points[0, 1]
        bx, by = points[i + 1, 0] - points[0, 0], points[i + 1, 1] - points[0, 1]
        total += ax * by - bx * ay
    return total


@compiled()
def _corners(xs: Ints, ys: Ints, begin: int, end: int, out: Points, to: int) -> int:
    """Write the corners of an arc, less those on a straight line; return where it ends."""
    for i in range(begin, end):
        if i > begin and i < end - 1:
            straight = xs[i + 1] - xs[i] == xs[i] - xs[i - 1]
            if straight and ys[i + 1] - ys[i] == ys[i] - ys[i - 1]:
                continue
        out[to, 0], out[to, 1] = xs[i], ys[i]
        to += 1
    return to


@compiled()
def _relax(line: Points, work: Points, n: int, closed: bool, reach: int) -> None:
    """Smooth a line with neighbors at a distance; its ends stay unless it is closed."""
    for turn in range(2 * PASSES):
        share = TOWARDS if turn % 2 == 0 else BACK
        for i in range(n):
            if closed:
                # The last point repeats the first.
                far = min(reach, max(1, n // 8))
                before, after = (i - far) % (n - 1), (i + far) % (n - 1)
            else:
                far = min(reach, i, n - 1 - i)
                before, after = i - far, i + far
            for z in range(2):
                middle = 0.5 * (line[before, z] + line[after, z])
                work[i, z] = line[i, z] + share * (middle - line[i, z])
        line[:n] = work[:n]


@compiled()
def _scale(line: Points, n: int, twice: float) -> None:
    """Scale a closed line about its middle until it has an area."""
    found = _twice_area(line, n)
    if found * twice <= 0:
        return
    factor = math.sqrt(twice / found)
    for z in range(2):
        middle = 0.0
        for i in range(n - 1):
            middle += line[i, z] / (n - 1)
        for i in range(n):
            line[i, z] = middle + factor * (line[i, z] - middle)


@compiled()
def _widen(line: Points, work: Points, n: int, closed: bool, twice: float, largest: float) -> None:
    """Move a line sideways, all points alike but the ends, until it has an area."""
    total = 0.0
    for i in range(n):
        before, after = i - 1, i + 1
        if i == 0 or i == n - 1:
            before, after = (n - 2, 1) if closed else (i, i)
        gx, gy = line[after, 1] - line[before, 1], line[before, 0] - line[after, 0]
        length = math.sqrt(gx * gx + gy * gy)
        work[i, 0], work[i, 1] = 0.0, 0.0
        if length > 0:
            work[i, 0], work[i, 1] = gx / length, gy / length
        total += length if i < n - 1 else 0.0
    if total > 0:
        shift = (twice - _twice_area(line, n)) / total
        shift = min(max(shift, -largest), largest)
        for i in range(n):
            line[i, 0] += shift * work[i, 0]
            line[i, 1] += shift * work[i, 1]


@compiled()
def _farthest(line: Points, first: int, last: int) -> tuple[int, float]:
    """Point between two of a line that is farthest from their chord, and its squared distance."""
    dx, dy = line[last, 0] - line[first, 0], line[last, 1] - line[first, 1]
    length = dx * dx + dy * dy
    best, farthest = first, -1.0
    for i in range(first + 1, last):
        px, py = line[i, 0] - line[first, 0], line[i, 1] - line[first, 1]
        if length > 0:
            along = min(max((px * dx + py * dy) / length, 0.0), 1.0)
            px, py = px - along * dx, py - along * dy
        distance = px * px + py * py
        if distance > farthest:
            best, farthest = i, distance
    return best, farthest


@compiled()
def _simplify(line: Points, n: int, tolerance: float, stack: NDArray[np.int64]) -> int:
    """Leave points out that lie within a tolerance of the rest; return how many stay."""
    stack[0], depth = n - 1, 1
    first, kept = 0, 1
    # The stack holds the ends of chords still to be looked at, the next one on top.
    while depth > 0:
        last = stack[depth - 1]
        best, distance = _farthest(line, first, last)
        if distance > tolerance * tolerance:
            stack[depth] = best
            depth += 1
        else:
            line[kept] = line[last]
            kept += 1
            first = last
            depth -= 1
    return kept


@compiled()
def _limit(line: Points, middles: Points, n: int, limit: float) -> None:
    """Bring points back that moved farther than `limit`."""
    for i in range(n):
        x, y = line[i, 0] - middles[i, 0], line[i, 1] - middles[i, 1]
        length = math.sqrt(x * x + y * y)
        if length > limit:
            line[i, 0] = middles[i, 0] + x * limit / length
            line[i, 1] = middles[i, 1] + y * limit / length


@compiled()
def _place(xs: Ints, ys: Ints, begin: int, end: int, closed: bool, middles: Points) -> int:
    """Write the middles of the sides of an arc between its ends; return their number."""
    n = 0
    if not closed:
        middles[0, 0], middles[0, 1] = xs[begin], ys[begin]
        n = 1
    for i in range(begin, end - 1):
        middles[n, 0], middles[n, 1] = 0.5 * (xs[i] + xs[i + 1]), 0.5 * (ys[i] + ys[i + 1])
        n += 1
    middles[n, 0] = middles[0, 0] if closed else float(xs[end - 1])
    middles[n, 1] = middles[0, 1] if closed else float(ys[end - 1])
    return n + 1


@compiled()
def _smooth(
    line: Points,
    middles: Points,
    work: Points,
    stack: NDArray[np.int64],
    n: int,
    closed: bool,
    twice: float,
    limit: float,
    tolerance: float,
) -> int:
    """Smooth and simplify a line that begins as middles of sides; return its number of points."""
    # Far neighbors smooth long steps, near ones what is between these.
    _relax(line, work, n, closed, FAR)
    _relax(line, work, n, closed, 1)
    small = closed and n < SMALL_RING
    for _ in range(AREA_ROUNDS):
        if small:
            _scale(line, n, twice)
        else:
            _widen(line, work, n, closed, twice, np.inf)
        _limit(line, middles, n, limit)
    if small:
        return n
    n = _simplify(line, n, tolerance, stack)
    for _ in range(AREA_ROUNDS):
        _widen(line, work, n, closed, twice, LARGEST_SHIFT / AREA_ROUNDS)
    return n


@compiled([(_INTS, _INTS, _LONGS, types.boolean[::1], _FLOATS, types.float64)])
def smooth_arcs(
    xs: Ints,
    ys: Ints,
    offsets: Longs,
    free: NDArray[np.bool_],
    limits: NDArray[np.float64],
    tolerance: float,
) -> tuple[Points, Longs]:
    """Smooth arcs between their ends; each keeps the area between itself and its chord.

    Parameters
    ----------
    xs, ys, offsets : ndarray
        Corners of the arcs, as :func:`geoindex.analysis.patch_kernels.follow_borders` returns
        them.
    free : ndarray of bool, shape (arcs,)
        Closed arcs that meet no other: all their points move.
    limits : ndarray of float64, shape (arcs,)
        Farthest that a point moves from the middle of a side, in pixels; below 0 the arc keeps
        its corners, at 0 the middles.
    tolerance : float
        Pixels by which simplification may move a smoothed arc.

    Returns
    -------
    points : ndarray of float64, shape (n, 2)
        Columns and rows.
    starts : ndarray of int64, shape (arcs + 1,)
        Where each arc begins in `points`.
    """
    n_arcs = len(limits)
    points = np.empty((len(xs) + n_arcs, 2))
    starts = np.zeros(n_arcs + 1, np.int64)
    longest = 0
    for arc in range(n_arcs):
        longest = max(longest, offsets[arc + 1] - offsets[arc])
    middles = np.empty((longest + 1, 2))
    line, work = np.empty_like(middles), np.empty_like(middles)
    stack = np.empty(longest + 1, np.int64)
    to = 0
    for arc in range(n_arcs):
        begin, end = offsets[arc], offsets[arc + 1]
        if limits[arc] < 0:
            to = _corners(xs, ys, begin, end, points, to)
            starts[arc + 1] = to
            continue
        for i in range(end - begin):
            line[i, 0], line[i, 1] = xs[begin + i], ys[begin + i]
        twice = _twice_area(line, end - begin)
        n = _place(xs, ys, begin, end, free[arc], middles)
        line[:n] = middles[:n]
        if limits[arc] > 0:
            limit = limits[arc]
            n = _smooth(line, middles, work, stack, n, free[arc], twice, limit, tolerance)
        points[to : to + n] = line[:n]
        to += n
        starts[arc + 1] = to
    return points[:to].copy(), starts
