"""One step of k-means over weighted points, compiled: exact, pruned, the same on any machine.

Points are sorted into boxes. A center can only be nearest somewhere in a box if its smallest
distance to the box is not above the smallest of all largest distances, so each box is compared
with two or three centers in place of all: the same pruning as in :mod:`geoindex.color.kernels`.
Coordinates are integers, so sums are exact and do not depend on the number of threads.
"""

from __future__ import annotations

import numpy as np
from numba import types
from numpy.typing import NDArray

from geoindex.color.compiled import compiled

__all__ = ["assign"]

_POINTS = types.Array(types.float64, 2, "C", readonly=True)
_WEIGHTS = types.Array(types.int64, 1, "C", readonly=True)


@compiled(
    types.void(
        _POINTS,
        _WEIGHTS,
        _WEIGHTS,
        _POINTS,
        _POINTS,
        types.int64,
        types.int64,
        _POINTS,
        types.int64[:, ::1],
        types.int64[::1],
        types.float64[::1],
    )
)
def assign(
    points: NDArray[np.float64],
    weights: NDArray[np.int64],
    starts: NDArray[np.int64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    first: int,
    last: int,
    centers: NDArray[np.float64],
    sums: NDArray[np.int64],
    totals: NDArray[np.int64],
    errors: NDArray[np.float64],
) -> None:
    """Give the points of the boxes `first` to `last` to their nearest centers.

    Box ``i`` holds the points ``starts[i]`` to ``starts[i + 1]`` between the corners ``low[i]``
    and ``high[i]``. What each center is given is added to `sums` (weighted coordinates),
    `totals` (weights) and `errors` (weighted squared distances).
    """
    n_centers = len(centers)
    lower = np.empty(n_centers)
    candidates = np.empty(n_centers, np.int64)
    for box in range(first, last):
        bound = np.inf
        for row in range(n_centers):
            near, far = 0.0, 0.0
            for axis in range(3):
                below = low[box, axis] - centers[row, axis]
                above = centers[row, axis] - high[box, axis]
                outside = max(below, above, 0.0)
                across = max(abs(below), abs(above))
                near += outside * outside
                far += across * across
            lower[row] = near
            bound = min(bound, far)
        count = 0
        for row in range(n_centers):
            if lower[row] <= bound:
                candidates[count] = row
                count += 1
        for i in range(starts[box], starts[box + 1]):
            x, y, z = points[i, 0], points[i, 1], points[i, 2]
            nearest, distance = np.int64(0), np.inf
            for j in range(count):
                row = candidates[j]
                dx, dy, dz = x - centers[row, 0], y - centers[row, 1], z - centers[row, 2]
                squared = dx * dx + dy * dy + dz * dz
                if squared < distance:
                    nearest, distance = row, squared
            weight = weights[i]
            totals[nearest] += weight
            sums[nearest, 0] += weight * np.int64(x)
            sums[nearest, 1] += weight * np.int64(y)
            sums[nearest, 2] += weight * np.int64(z)
            errors[nearest] += weight * distance
