"""The compiled search of k-means: centers move, one at a time, to where they gain more.

The effect of a move is nearly confined to the points around its two ends. It is therefore tried
on the clusters around them only, while all other centers and points stay: if their error falls,
the total error falls at least as much. Clusters are lists of points, so the cost of a try depends
on its points and not on the number of centers.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geoindex.color.compiled import compiled, types
from geoindex.learn.kmeans.clusters import (
    LABELS,
    Clusters,
    Gathered,
    find_places,
    gather,
    halve_cluster,
    list_points,
    room_for_points,
)
from geoindex.learn.kmeans.lloyd import POINTS, WEIGHTS

__all__ = ["search"]

# Fewest and most steps after a move before it is judged.
_FEWEST_STEPS, _MOST_STEPS = 2, 12

# A move that does not pay yet gets another step while the missing gain is at most this many
# times the gain of the last step.
_PATIENCE = 1.0

# Centers move this many times the way to the mean, which saves steps.
_OVERSHOOT = 1.5

# Failed moves in a row that end the search.
_FAILURES = 24

# Relative change of the error of a cluster up to which its worth is not updated.
_SAME = 1e-3

# Share of the error below which a gain does not count.
_LEAST_GAIN = 1e-5


class Nearby(NamedTuple):
    """Buffers for a few centers close to each other."""

    distances: NDArray[np.float64]
    """Of all centers from one; shape (k,)."""

    sorted_distances: NDArray[np.float64]
    """Of the nearest of these; shape (m,)."""

    nearest: NDArray[np.int64]
    """Their rows; shape (m,)."""

    rows: NDArray[np.int64]
    """Rows of the centers that a move may change; shape (2 m + 2,)."""

    centers: NDArray[np.float64]
    """Where these are; shape (3, 2 m + 2)."""

    sums: NDArray[np.float64]
    """Weight, and weighted coordinates, of their points; shape (4, 2 m + 2)."""

    errors: NDArray[np.float64]
    """Weighted squared distances of their points; shape (2 m + 2,)."""


@compiled()
def _room_for_centers(n_centers: int, n_near: int) -> Nearby:
    n = 2 * n_near + 2
    return Nearby(
        np.empty(n_centers),
        np.empty(n_near),
        np.empty(n_near, np.int64),
        np.empty(n, np.int64),
        np.empty((3, n)),
        np.empty((4, n)),
        np.empty(n),
    )


@compiled()
def _find_neighbors(row: int, clusters: Clusters, nearby: Nearby) -> int:
    """Find the centers nearest to one; return their number."""
    centers, distances = clusters.centers, nearby.distances
    x, y, z = centers[0, row], centers[1, row], centers[2, row]
    n_centers, most, n = centers.shape[1], len(nearby.nearest), 0
    for i in range(n_centers):
        dx, dy, dz = centers[0, i] - x, centers[1, i] - y, centers[2, i] - z
        distances[i] = dx * dx + dy * dy + dz * dz
    distances[row] = np.inf
    farthest = np.inf
    for i in range(n_centers):
        if distances[i] >= farthest:
            continue
        place = n if n < most else most - 1
        n = min(n + 1, most)
        while place > 0 and nearby.sorted_distances[place - 1] > distances[i]:
            nearby.sorted_distances[place] = nearby.sorted_distances[place - 1]
            nearby.nearest[place] = nearby.nearest[place - 1]
            place -= 1
        nearby.sorted_distances[place] = distances[i]
        nearby.nearest[place] = i
        if n == most:
            farthest = nearby.sorted_distances[most - 1]
    return n


@compiled()
def _weigh(row: int, clusters: Clusters, gathered: Gathered, nearby: Nearby) -> None:
    """Update the loss without a center, and the gain of a second one."""
    n = gather(row, 0, clusters, gathered)
    halve_cluster(n, gathered, row, clusters)
    n_near = _find_neighbors(row, clusters, nearby)
    for place in range(n_near):
        for axis in range(3):
            nearby.centers[axis, place] = clusters.centers[axis, nearby.nearest[place]]
    find_places(n, nearby.centers, n_near, gathered)
    error = 0.0
    for i in range(n):
        error += gathered.weights[i] * gathered.least[i]
    clusters.losses[row] = error - clusters.errors[row]


@compiled()
def _choose_move(clusters: Clusters) -> tuple[int, int]:
    """Choose the center with the least loss, and that with the most gain, or -1 for none."""
    source, target = 0, -1
    for row in range(len(clusters.losses)):
        if clusters.losses[row] < clusters.losses[source]:
            source = row
    most = -np.inf
    for row in range(len(clusters.gains)):
        if row != source and clusters.gains[row] > most:
            most, target = clusters.gains[row], row
    return source, target


@compiled()
def _choose_rows(source: int, target: int, clusters: Clusters, nearby: Nearby) -> int:
    """List the centers that a move may change: first the source, last the target."""
    rows, n = nearby.rows, 1
    rows[0] = source
    for end in (source, target):
        for i in range(_find_neighbors(end, clusters, nearby)):
            row = nearby.nearest[i]
            is_new = row != target
            for place in range(n):
                is_new &= rows[place] != row
            if is_new:
                rows[n] = row
                n += 1
    rows[n] = target
    return n + 1


@compiled()
def _move_source(
    n_rows: int, clusters: Clusters, gathered: Gathered, nearby: Nearby
) -> tuple[int, float]:
    """Gather the points of the listed centers, and move the source beside the target.

    Returns the number of points and their error before the move.
    """
    n, before = 0, 0.0
    for place in range(n_rows):
        row = nearby.rows[place]
        before += clusters.errors[row]
        n = gather(row, n, clusters, gathered)
        for axis in range(3):
            nearby.centers[axis, place] = clusters.centers[axis, row]
    target = nearby.rows[n_rows - 1]
    for axis in range(3):
        nearby.centers[axis, 0] = clusters.halves[target, 0, axis]
        nearby.centers[axis, n_rows - 1] = clusters.halves[target, 1, axis]
    return n, before


@compiled()
def _sum(n: int, n_rows: int, gathered: Gathered, nearby: Nearby) -> float:
    """Sum up the gathered points of each listed center; return their error."""
    sums, error = nearby.sums, 0.0
    for place in range(n_rows):
        for i in range(4):
            sums[i, place] = 0.0
    for i in range(n):
        place, weight = gathered.places[i], gathered.weights[i]
        sums[0, place] += weight
        sums[1, place] += weight * gathered.x[i]
        sums[2, place] += weight * gathered.y[i]
        sums[3, place] += weight * gathered.z[i]
        error += weight * gathered.least[i]
    return error


@compiled()
def _move(n_rows: int, overshoot: float, nearby: Nearby) -> None:
    """Move the listed centers towards the means of their points."""
    centers, sums = nearby.centers, nearby.sums
    for place in range(n_rows):
        if sums[0, place] > 0:
            for axis in range(3):
                mean = sums[axis + 1, place] / sums[0, place]
                centers[axis, place] += overshoot * (mean - centers[axis, place])


@compiled()
def _settle(n: int, n_rows: int, wanted: float, gathered: Gathered, nearby: Nearby) -> float:
    """Let the listed centers settle while they may still reach the wanted error.

    Returns the error reached.
    """
    error, n_steps = np.inf, 0
    while True:
        find_places(n, nearby.centers, n_rows, gathered)
        last, error = error, _sum(n, n_rows, gathered, nearby)
        n_steps += 1
        is_hopeless = error - wanted > _PATIENCE * (last - error) or n_steps >= _MOST_STEPS
        if n_steps >= _FEWEST_STEPS and (error <= wanted or is_hopeless):
            break
        _move(n_rows, _OVERSHOOT, nearby)
    _move(n_rows, 1.0, nearby)
    find_places(n, nearby.centers, n_rows, gathered)
    return _sum(n, n_rows, gathered, nearby)


@compiled()
def _accept(n: int, n_rows: int, clusters: Clusters, gathered: Gathered, nearby: Nearby) -> None:
    """Keep the listed centers and their points as they have settled."""
    for place in range(n_rows):
        row = nearby.rows[place]
        nearby.errors[place] = clusters.errors[row]
        clusters.first[row] = -1
        clusters.errors[row] = 0.0
        for axis in range(3):
            clusters.centers[axis, row] = nearby.centers[axis, place]
    for i in range(n):
        row, point = nearby.rows[gathered.places[i]], gathered.points[i]
        clusters.following[point] = clusters.first[row]
        clusters.first[row] = point
        clusters.errors[row] += gathered.weights[i] * gathered.least[i]
    for place in range(n_rows):
        row = nearby.rows[place]
        is_moved = place == 0 or place == n_rows - 1
        change = abs(clusters.errors[row] - nearby.errors[place])
        if is_moved or change > _SAME * clusters.errors[row]:
            _weigh(row, clusters, gathered, nearby)


@compiled(types.void(POINTS, WEIGHTS, LABELS, types.float64[:, ::1], types.int64, types.int64))
def search(
    points: NDArray[np.float64],
    weights: NDArray[np.int64],
    labels: NDArray[np.int32],
    centers: NDArray[np.float64],
    n_near: int,
    n_tries: int,
) -> None:
    """Move centers (k, 3), two or more, to where they gain more.

    The center with the least loss moves to where a second one gains most, and the `n_near`
    centers nearest to either place settle with it. If the error does not fall, the estimates at
    both places are corrected. The search ends after `n_tries` moves or several failures in a row.
    """
    clusters = list_points(points, weights, labels, centers)
    gathered = room_for_points(len(points))
    nearby = _room_for_centers(len(centers), n_near)
    for row in range(len(centers)):
        _weigh(row, clusters, gathered, nearby)
    least_gain = _LEAST_GAIN * clusters.errors.sum()
    n_failures = 0
    for _ in range(n_tries):
        source, target = _choose_move(clusters)
        if target < 0 or n_failures == _FAILURES:
            break
        n_rows = _choose_rows(source, target, clusters, nearby)
        n, before = _move_source(n_rows, clusters, gathered, nearby)
        missing = _settle(n, n_rows, before - least_gain, gathered, nearby) - before
        if missing < -least_gain:
            _accept(n, n_rows, clusters, gathered, nearby)
            n_failures = 0
        else:
            clusters.losses[source] += missing / 2 + least_gain
            clusters.gains[target] -= missing / 2 + least_gain
            n_failures += 1
    # Not `centers[:] =`, as in `clusters.halve`.
    for row in range(len(centers)):
        for channel in range(3):
            centers[row, channel] = clusters.centers[channel, row]
