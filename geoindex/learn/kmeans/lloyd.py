"""The compiled loops of k-means over weighted points: pruned, and the same on any machine.

Points are sorted into boxes, and boxes into blocks. A center can only be nearest somewhere in a
box if its smallest distance to the box is at most the smallest of all largest distances, so each
point is compared with a few centers instead of all. The inner loops run over centers or points
without branches, so that the compiler handles several at once. Coordinates are integers, so sums
are exact on any number of threads.

:mod:`geoindex.color.rgb_kernels` prunes alike, but fills a table for 8-bit integer centers; these
lie between colors, in any space, move in every step, and need sums instead of a table.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoindex.color.compiled import compiled, types

__all__ = ["POINTS", "WEIGHTS", "assign", "find_nearest"]

POINTS = types.Array(types.float64, 2, "C", readonly=True)
WEIGHTS = types.Array(types.int64, 1, "C", readonly=True)

# It is faster to compare this few centers with all points than with their box.
_FEW_CENTERS = 12

# Without NaN and signed zeros, the compiler can take several minima at once.
_MINIMA = frozenset({"nnan", "nsz"})


@compiled(fastmath=_MINIMA)
def _least(bounds: NDArray[np.float64], n_centers: int) -> float:
    """Find the smallest of the largest distances."""
    least = np.inf
    for i in range(n_centers):
        least = min(least, bounds[1, i])
    return least


@compiled()
def _bounds(
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    box: int,
    centers: NDArray[np.float64],
    n_centers: int,
    bounds: NDArray[np.float64],
) -> None:
    """Write the smallest and largest squared distances of centers (3, n) to a box."""
    low_x, low_y, low_z = low[box, 0], low[box, 1], low[box, 2]
    high_x, high_y, high_z = high[box, 0], high[box, 1], high[box, 2]
    for i in range(n_centers):
        below_x, above_x = low_x - centers[0, i], centers[0, i] - high_x
        below_y, above_y = low_y - centers[1, i], centers[1, i] - high_y
        below_z, above_z = low_z - centers[2, i], centers[2, i] - high_z
        out_x, in_x = max(below_x, above_x, 0.0), min(below_x, above_x)
        out_y, in_y = max(below_y, above_y, 0.0), min(below_y, above_y)
        out_z, in_z = max(below_z, above_z, 0.0), min(below_z, above_z)
        bounds[0, i] = out_x * out_x + out_y * out_y + out_z * out_z
        bounds[1, i] = in_x * in_x + in_y * in_y + in_z * in_z


@compiled()
def _prune(
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    box: int,
    rows: NDArray[np.int64],
    centers: NDArray[np.float64],
    n_centers: int,
    bounds: NDArray[np.float64],
    kept_rows: NDArray[np.int64],
    kept: NDArray[np.float64],
) -> int:
    """Keep the centers, and their `rows`, that may be nearest somewhere in a box."""
    _bounds(low, high, box, centers, n_centers, bounds)
    bound = _least(bounds, n_centers)
    count = 0
    for i in range(n_centers):
        kept_rows[count] = i
        count += bounds[0, i] <= bound
    for j in range(count):
        i = kept_rows[j]
        kept_rows[j] = rows[i]
        kept[0, j] = centers[0, i]
        kept[1, j] = centers[1, i]
        kept[2, j] = centers[2, i]
    return count


@compiled()
def _most_points(starts: NDArray[np.int64], first: int, last: int) -> int:
    """Find the number of points of the largest of some boxes."""
    most = 0
    for box in range(first, last):
        most = max(most, starts[box + 1] - starts[box])
    return most


@compiled()
def find_nearest(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    z: NDArray[np.float64],
    n_points: int,
    centers: NDArray[np.float64],
    n_centers: int,
    places: NDArray[np.int64],
    least: NDArray[np.float64],
) -> None:
    """Find which of the first centers (3, m) is nearest to each point, and how far."""
    for i in range(n_points):
        least[i], places[i] = np.inf, 0
    for place in range(n_centers):
        center_x, center_y, center_z = centers[0, place], centers[1, place], centers[2, place]
        for i in range(n_points):
            dx, dy, dz = x[i] - center_x, y[i] - center_y, z[i] - center_z
            squared = dx * dx + dy * dy + dz * dz
            is_nearer = squared < least[i]
            places[i] = place if is_nearer else places[i]
            least[i] = squared if is_nearer else least[i]


@compiled(
    types.void(
        POINTS,
        WEIGHTS,
        WEIGHTS,
        POINTS,
        POINTS,
        WEIGHTS,
        POINTS,
        POINTS,
        types.int64,
        types.int64,
        POINTS,
        types.int64[:, ::1],
        types.int64[::1],
        types.float64[::1],
        types.int32[::1],
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
) -> None:
    """Assign the points of the blocks `first` to `last` to their nearest centers.

    Box ``i`` holds the points ``starts[i]`` to ``starts[i + 1]`` between the corners ``low[i]``
    and ``high[i]``; blocks hold boxes in the same way. The points of each center are added to
    `sums` (weighted coordinates), `totals` (weights) and `errors` (weighted squared distances).
    `labels`, unless empty, receive the center of each point.
    """
    # For each block: keep the centers that may be nearest in it; for each of its boxes: keep
    # those of them that may be, find the nearest of each point, and add the points up.
    n_centers = len(centers)
    every, all_centers = np.arange(n_centers), centers.T.copy()
    bounds = np.empty((2, n_centers))
    block_rows, block_centers = np.empty(n_centers, np.int64), np.empty((3, n_centers))
    rows, near = np.empty(n_centers, np.int64), np.empty((3, n_centers))
    most = _most_points(starts, block_starts[first], block_starts[last])
    x, y, z = np.empty(most), np.empty(most), np.empty(most)
    least, places = np.empty(most), np.empty(most, np.int64)
    for block in range(first, last):
        n_block = _prune(
            block_low, block_high, block, every, all_centers, n_centers,
            bounds, block_rows, block_centers,
        )  # fmt: skip
        for box in range(block_starts[block], block_starts[block + 1]):
            if n_block > _FEW_CENTERS:
                n_near = _prune(
                    low, high, box, block_rows, block_centers, n_block, bounds, rows, near
                )
            else:
                n_near = n_block
                for place in range(n_block):
                    rows[place] = block_rows[place]
                    near[0, place] = block_centers[0, place]
                    near[1, place] = block_centers[1, place]
                    near[2, place] = block_centers[2, place]
            start, n_points = starts[box], starts[box + 1] - starts[box]
            for i in range(n_points):
                x[i], y[i], z[i] = points[start + i, 0], points[start + i, 1], points[start + i, 2]
            find_nearest(x, y, z, n_points, near, n_near, places, least)
            for i in range(n_points):
                row, weight = rows[places[i]], weights[start + i]
                totals[row] += weight
                sums[row, 0] += weight * np.int64(x[i])
                sums[row, 1] += weight * np.int64(y[i])
                sums[row, 2] += weight * np.int64(z[i])
                errors[row] += weight * least[i]
                if len(labels) > 0:
                    labels[start + i] = row
