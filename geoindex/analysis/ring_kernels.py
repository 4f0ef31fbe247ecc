"""Compiled loops that put the borders of patches together to rings.

Every arc is walked twice, once in each direction: walk ``2 * arc`` follows it, walk
``2 * arc + 1`` goes back. The patch of a walk lies to its right.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoindex.color.compiled import compiled, types

__all__ = ["collect_rings", "fill_rings", "link_walks"]

_INTS = types.int32[::1]
_LONGS = types.int64[::1]
_PAIRS = types.int32[:, ::1]
_POINTS = types.float64[:, ::1]

Longs = NDArray[np.int64]
Points = NDArray[np.float64]


@compiled()
def _patch(sides: NDArray[np.int32], walk: int) -> int:
    """Patch to the right of a walk."""
    patch: int = sides[walk // 2, 1 - walk % 2]
    return patch


@compiled(types.void(types.int64[:, ::1], types.uint8[:, ::1], _PAIRS, types.int64, _LONGS))
def link_walks(
    ends: NDArray[np.int64],
    directions: NDArray[np.uint8],
    sides: NDArray[np.int32],
    n_nodes: int,
    following: Longs,
) -> None:
    """Find the walk that follows each walk around its patch.

    Parameters
    ----------
    ends : ndarray of int64, shape (arcs, 2)
        Nodes where the arcs begin and end.
    directions, sides : ndarray, shape (arcs, 2)
        As :func:`geoindex.analysis.patch_kernels.follow_borders` returns them.
    n_nodes : int
    following : ndarray of int64, shape (2 * arcs,)
        Written.
    """
    leaving = np.full((n_nodes, 4), -1, np.int64)
    for arc in range(len(ends)):
        leaving[ends[arc, 0], directions[arc, 0]] = 2 * arc
        leaving[ends[arc, 1], (directions[arc, 1] + 2) % 4] = 2 * arc + 1
    for walk in range(len(following)):
        arc = walk // 2
        if walk % 2 == 0:
            node, d = ends[arc, 1], np.int64(directions[arc, 1])
        else:
            node, d = ends[arc, 0], (np.int64(directions[arc, 0]) + 2) % 4
        right, ahead, left = (
            leaving[node, (d + 1) % 4],
            leaving[node, d],
            leaving[node, (d + 3) % 4],
        )
        # Where a patch touches itself at a corner, a turn to the left keeps the hole that it
        # encloses there apart from the ring around it.
        touches = right >= 0 and ahead >= 0 and left >= 0
        touches = touches and _patch(sides, left) == _patch(sides, walk)
        if right >= 0 and not touches:
            following[walk] = right
        elif ahead >= 0 and not touches:
            following[walk] = ahead
        else:
            following[walk] = left


@compiled([(_LONGS, _PAIRS, _INTS, _INTS, _LONGS)])
def collect_rings(
    following: Longs,
    sides: NDArray[np.int32],
    xs: NDArray[np.int32],
    ys: NDArray[np.int32],
    offsets: Longs,
) -> tuple[Longs, Longs, NDArray[np.int32], Longs]:
    """Collect the rings of all patches.

    Returns
    -------
    walks : ndarray of int64
        Walks of ring after ring.
    starts : ndarray of int64, shape (rings + 1,)
        Where each ring begins in `walks`.
    patches : ndarray of int32, shape (rings,)
    areas : ndarray of int64, shape (rings,)
        Twice the area inside, in pixels; negative for holes.
    """
    arc_areas = np.zeros(len(sides), np.int64)
    for arc in range(len(sides)):
        for i in range(offsets[arc], offsets[arc + 1] - 1):
            one = np.int64(xs[i]) * np.int64(ys[i + 1])
            arc_areas[arc] += one - np.int64(xs[i + 1]) * np.int64(ys[i])
    walks = np.empty(len(following), np.int64)
    starts = np.zeros(len(following) + 1, np.int64)
    patches = np.empty(len(following), np.int32)
    areas = np.zeros(len(following), np.int64)
    seen = np.zeros(len(following), np.bool_)
    n, rings = 0, 0
    for first in range(len(following)):
        if seen[first] or _patch(sides, first) == 0:
            continue
        walk = first
        while not seen[walk]:
            seen[walk] = True
            walks[n] = walk
            n += 1
            areas[rings] += arc_areas[walk // 2] if walk % 2 == 0 else -arc_areas[walk // 2]
            walk = following[walk]
        patches[rings] = _patch(sides, first)
        rings += 1
        starts[rings] = n
    return (
        walks[:n].copy(),
        starts[: rings + 1].copy(),
        patches[:rings].copy(),
        areas[:rings].copy(),
    )


@compiled(
    types.void(
        *(_LONGS, _LONGS, _LONGS, _POINTS, _LONGS, _LONGS),
        *(types.boolean, _POINTS, types.float64[::1]),
    )
)
def fill_rings(
    walks: Longs,
    starts: Longs,
    order: Longs,
    points: Points,
    offsets: Longs,
    out_starts: Longs,
    backward: bool,
    out: Points,
    areas: NDArray[np.float64],
) -> None:
    """Write the closed rings, in an order, as points.

    Parameters
    ----------
    walks, starts : ndarray of int64
        As :func:`collect_rings` returns them.
    order : ndarray of int64, shape (rings,)
    points : ndarray of float64, shape (n, 2)
        Points along the arcs.
    offsets : ndarray of int64, shape (arcs + 1,)
        Where each arc begins in `points`.
    out_starts : ndarray of int64, shape (rings + 1,)
        Where each ring begins in `out`.
    backward : bool
        Write the points of each ring in the other order.
    out : ndarray of float64, shape (n, 2)
        Written.
    areas : ndarray of float64, shape (rings,)
        Written: twice the area inside; negative where the points run clockwise, the second
        coordinate counted upward.
    """
    for place in range(len(order)):
        ring = order[place]
        to, step = out_starts[place], 1
        if backward:
            to, step = out_starts[place + 1] - 1, -1
        for k in range(starts[ring], starts[ring + 1]):
            arc = walks[k] // 2
            begin, end = offsets[arc], offsets[arc + 1] - 1
            for i in range(end - begin):
                source = begin + i if walks[k] % 2 == 0 else end - i
                out[to, 0], out[to, 1] = points[source, 0], points[source, 1]
                to += step
        first = out_starts[place + 1] - 1 if backward else out_starts[place]
        out[to, 0], out[to, 1] = out[first, 0], out[first, 1]
        total = 0.0
        for i in range(out_starts[place] + 1, out_starts[place + 1]):
            ax, ay = out[i - 1, 0] - out[first, 0], out[i - 1, 1] - out[first, 1]
            bx, by = out[i, 0] - out[first, 0], out[i, 1] - out[first, 1]
            total += ax * by - bx * ay
        areas[place] = total
