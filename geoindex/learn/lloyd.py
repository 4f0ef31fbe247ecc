"""The compiled loops of k-means over weighted points: pruned, and the same on any machine.

Points are sorted into boxes, and boxes into blocks. A center can only be nearest somewhere in a
box if its smallest distance to the box is not above the smallest of all largest distances, so
each point is compared with a few centers in place of all: the same pruning as in
:mod:`geoindex.color.kernels`. Coordinates are integers, so sums are exact and do not depend on
the number of threads.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoindex.color.compiled import compiled, types

__all__ = ["assign", "split", "spread"]

_POINTS = types.Array(types.float64, 2, "C", readonly=True)
_WEIGHTS = types.Array(types.int64, 1, "C", readonly=True)
_LABELS = types.Array(types.int32, 1, "C", readonly=True)


@compiled()
def _prune(
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    centers: NDArray[np.float64],
    rows: NDArray[np.int64],
    n_rows: int,
    rank: int,
    lower: NDArray[np.float64],
    kept: NDArray[np.int64],
) -> int:
    """Keep the `rows` that may be nearest, or with `rank` 2 second nearest, in a box."""
    least, second = np.inf, np.inf
    for i in range(n_rows):
        row = rows[i]
        near, far = 0.0, 0.0
        for axis in range(3):
            below = low[axis] - centers[row, axis]
            above = centers[row, axis] - high[axis]
            outside = max(below, above, 0.0)
            across = max(-below, -above)
            near += outside * outside
            far += across * across
        lower[i] = near
        if far < least:
            least, second = far, least
        elif far < second:
            second = far
    bound = least if rank == 1 else second
    count = 0
    for i in range(n_rows):
        if lower[i] <= bound:
            kept[count] = rows[i]
            count += 1
    return count


@compiled(
    types.void(
        _POINTS,
        _WEIGHTS,
        _WEIGHTS,
        _POINTS,
        _POINTS,
        _WEIGHTS,
        _POINTS,
        _POINTS,
        types.int64,
        types.int64,
        _POINTS,
        types.int64[:, ::1],
        types.int64[::1],
        types.float64[::1],
        types.int32[::1],
        types.float64[::1],
    )
)
def assign(
    points: NDArray[np.float64],
    weights: NDArray[np.int64],
    starts: NDArray[np.int64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    block_starts: NDArray[np.int64],
    block_low: NDArray[np.float64],
    block_high: NDArray[np.float64],
    first: int,
    last: int,
    centers: NDArray[np.float64],
    sums: NDArray[np.int64],
    totals: NDArray[np.int64],
    errors: NDArray[np.float64],
    labels: NDArray[np.int32],
    losses: NDArray[np.float64],
) -> None:
    """Give the points of the blocks `first` to `last` to their nearest centers.

    Box ``i`` holds the points ``starts[i]`` to ``starts[i + 1]`` between the corners ``low[i]``
    and ``high[i]``; blocks hold boxes in the same manner. What each center is given is added to
    `sums` (weighted coordinates), `totals` (weights) and `errors` (weighted squared distances).

    Where `labels` are not empty, they receive the center of each point, and `losses` how much
    the error would grow if the points of a center went to their second nearest one.
    """
    n_centers = len(centers)
    rank = 2 if len(labels) > 0 else 1
    every = np.arange(n_centers)
    lower = np.empty(n_centers)
    in_block = np.empty(n_centers, np.int64)
    in_box = np.empty(n_centers, np.int64)
    near = np.empty((n_centers, 3))
    for block in range(first, last):
        n_block = _prune(
            block_low[block], block_high[block], centers, every, n_centers, rank, lower, in_block
        )
        for box in range(block_starts[block], block_starts[block + 1]):
            count = _prune(low[box], high[box], centers, in_block, n_block, rank, lower, in_box)
            for j in range(count):
                near[j, 0] = centers[in_box[j], 0]
                near[j, 1] = centers[in_box[j], 1]
                near[j, 2] = centers[in_box[j], 2]
            for i in range(starts[box], starts[box + 1]):
                x, y, z = points[i, 0], points[i, 1], points[i, 2]
                place, distance, second = 0, np.inf, np.inf
                if rank == 1:
                    for j in range(count):
                        dx, dy, dz = x - near[j, 0], y - near[j, 1], z - near[j, 2]
                        squared = dx * dx + dy * dy + dz * dz
                        place = j if squared < distance else place
                        distance = min(squared, distance)
                else:
                    for j in range(count):
                        dx, dy, dz = x - near[j, 0], y - near[j, 1], z - near[j, 2]
                        squared = dx * dx + dy * dy + dz * dz
                        place = j if squared < distance else place
                        second = min(second, max(distance, squared))
                        distance = min(squared, distance)
                nearest, weight = in_box[place], weights[i]
                totals[nearest] += weight
                sums[nearest, 0] += weight * np.int64(x)
                sums[nearest, 1] += weight * np.int64(y)
                sums[nearest, 2] += weight * np.int64(z)
                errors[nearest] += weight * distance
                if rank == 2:
                    labels[i] = nearest
                    losses[nearest] += weight * (second - distance)


@compiled(types.float64[:, :, ::1](_POINTS, _WEIGHTS, _LABELS, _POINTS))
def spread(
    points: NDArray[np.float64],
    weights: NDArray[np.int64],
    labels: NDArray[np.int32],
    centers: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Scatter matrix (k, 3, 3) of the points of each center about it."""
    scatter = np.zeros((len(centers), 3, 3))
    for i in range(len(points)):
        row = labels[i]
        for axis in range(3):
            along = weights[i] * (points[i, axis] - centers[row, axis])
            for other in range(3):
                scatter[row, axis, other] += along * (points[i, other] - centers[row, other])
    return scatter


@compiled(types.float64[::1](_POINTS, _WEIGHTS, _LABELS, types.float64[:, :, ::1], types.int64))
def split(
    points: NDArray[np.float64],
    weights: NDArray[np.int64],
    labels: NDArray[np.int32],
    halves: NDArray[np.float64],
    n_steps: int,
) -> NDArray[np.float64]:
    """Cluster the points of each center in two, from `halves` (k, 2, 3), which are moved.

    Returns the error that is left of each; ``inf`` where one half has no points.
    """
    n_centers = len(halves)
    errors = np.empty(n_centers)
    for _ in range(n_steps):
        sums = np.zeros((n_centers, 2, 3))
        totals = np.zeros((n_centers, 2))
        errors[:] = 0.0
        for i in range(len(points)):
            row, weight = labels[i], weights[i]
            x, y, z = points[i, 0], points[i, 1], points[i, 2]
            dx, dy, dz = x - halves[row, 0, 0], y - halves[row, 0, 1], z - halves[row, 0, 2]
            first = dx * dx + dy * dy + dz * dz
            dx, dy, dz = x - halves[row, 1, 0], y - halves[row, 1, 1], z - halves[row, 1, 2]
            second = dx * dx + dy * dy + dz * dz
            side = 1 if second < first else 0
            errors[row] += weight * min(first, second)
            totals[row, side] += weight
            sums[row, side, 0] += weight * x
            sums[row, side, 1] += weight * y
            sums[row, side, 2] += weight * z
        for row in range(n_centers):
            for half in range(2):
                if totals[row, half] == 0:
                    errors[row] = np.inf
                else:
                    halves[row, half] = sums[row, half] / totals[row, half]
    return errors
