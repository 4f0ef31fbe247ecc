"""Compiled clusters: lists of points, and the gain of two centers instead of one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geoindex.color.compiled import compiled, types
from geoindex.learn.kmeans.lloyd import POINTS, WEIGHTS, find_nearest

__all__ = [
    "LABELS",
    "Clusters",
    "Gathered",
    "find_places",
    "gather",
    "halve",
    "halve_cluster",
    "list_points",
    "room_for_points",
]

LABELS = types.Array(types.int32, 1, "C", readonly=True)

# Points are compared this many at once, a last part one by one.
_LANES = 32

# Steps of the split in two that estimates the gain of another center.
_HALVING_STEPS = 3


class Clusters(NamedTuple):
    """The points of each of k centers, and the worth of the centers."""

    points: NDArray[np.float64]
    """Shape (n, 3)."""

    weights: NDArray[np.int64]
    """Shape (n,)."""

    centers: NDArray[np.float64]
    """Shape (3, k)."""

    first: NDArray[np.int64]
    """First point of each cluster, or -1; shape (k,)."""

    following: NDArray[np.int64]
    """The next point of the same cluster after each point, or -1; shape (n,)."""

    errors: NDArray[np.float64]
    """Weighted squared distances of its points; shape (k,)."""

    losses: NDArray[np.float64]
    """Increase of the error if the center is removed; shape (k,)."""

    gains: NDArray[np.float64]
    """Decrease of the error with two centers; -inf if there cannot be two; shape (k,)."""

    halves: NDArray[np.float64]
    """These two centers; meaningless if the gain is -inf; shape (k, 2, 3)."""


class Gathered(NamedTuple):
    """Buffers for the points of a few clusters, column by column; shape (n + lanes,)."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    z: NDArray[np.float64]
    weights: NDArray[np.float64]
    points: NDArray[np.int64]
    least: NDArray[np.float64]
    places: NDArray[np.int64]


@compiled()
def list_points(
    points: NDArray[np.float64],
    weights: NDArray[np.int64],
    labels: NDArray[np.int32],
    centers: NDArray[np.float64],
) -> Clusters:
    """List the points of each center (k, 3) with their errors; its worth is not set yet."""
    k = len(centers)
    first, following = np.full(k, -1), np.empty(len(points), np.int64)
    errors = np.zeros(k)
    for point in range(len(points) - 1, -1, -1):
        row = labels[point]
        following[point] = first[row]
        first[row] = point
        squared = 0.0
        for axis in range(3):
            squared += (points[point, axis] - centers[row, axis]) ** 2
        errors[row] += weights[point] * squared
    losses, gains, halves = np.empty(k), np.empty(k), np.empty((k, 2, 3))
    return Clusters(
        points, weights, centers.T.copy(), first, following, errors, losses, gains, halves
    )


@compiled()
def room_for_points(n_points: int) -> Gathered:
    """Allocate buffers for up to `n_points` points."""
    n = n_points + _LANES
    return Gathered(
        np.zeros(n),
        np.zeros(n),
        np.zeros(n),
        np.zeros(n),
        np.zeros(n, np.int64),
        np.zeros(n),
        np.zeros(n, np.int64),
    )


@compiled()
def gather(row: int, n: int, clusters: Clusters, gathered: Gathered) -> int:
    """Append the points of a cluster to the first `n`; return the new number."""
    point = clusters.first[row]
    while point >= 0:
        gathered.x[n] = clusters.points[point, 0]
        gathered.y[n] = clusters.points[point, 1]
        gathered.z[n] = clusters.points[point, 2]
        gathered.weights[n] = clusters.weights[point]
        gathered.points[n] = point
        n += 1
        point = clusters.following[point]
    return n


@compiled()
def find_places(n: int, centers: NDArray[np.float64], n_centers: int, gathered: Gathered) -> None:
    """Find which of the first centers (3, m) is nearest to each of `n` gathered points."""
    # The points after the last one are compared too, and ignored.
    n = (n + _LANES - 1) // _LANES * _LANES
    find_nearest(
        gathered.x,
        gathered.y,
        gathered.z,
        n,
        centers,
        n_centers,
        gathered.places,
        gathered.least,
    )


@compiled()
def halve_cluster(n: int, gathered: Gathered, row: int, clusters: Clusters) -> None:
    """Find two centers for the `n` gathered points of a cluster, and their gain."""
    # Mean; spread by axis; two centers beside the mean along the longest axis; steps of k-means.
    halves = clusters.halves
    x, y, z, weights = gathered.x, gathered.y, gathered.z, gathered.weights
    total, mean_x, mean_y, mean_z = 0.0, 0.0, 0.0, 0.0
    for i in range(n):
        total += weights[i]
        mean_x += weights[i] * x[i]
        mean_y += weights[i] * y[i]
        mean_z += weights[i] * z[i]
    if total > 0:
        mean_x, mean_y, mean_z = mean_x / total, mean_y / total, mean_z / total
    spread_x, spread_y, spread_z = 0.0, 0.0, 0.0
    for i in range(n):
        spread_x += weights[i] * (x[i] - mean_x) ** 2
        spread_y += weights[i] * (y[i] - mean_y) ** 2
        spread_z += weights[i] * (z[i] - mean_z) ** 2
    most = max(spread_x, spread_y, spread_z)
    axis = 0 if most == spread_x else (1 if most == spread_y else 2)
    offset = np.sqrt(most / max(total, 1.0))
    for half in range(2):
        halves[row, half, 0], halves[row, half, 1], halves[row, half, 2] = mean_x, mean_y, mean_z
    halves[row, 0, axis] -= offset
    halves[row, 1, axis] += offset
    error = 0.0
    for _ in range(_HALVING_STEPS):
        error = 0.0
        first, first_x, first_y, first_z = 0.0, 0.0, 0.0, 0.0
        second, second_x, second_y, second_z = 0.0, 0.0, 0.0, 0.0
        low_x, low_y, low_z = halves[row, 0, 0], halves[row, 0, 1], halves[row, 0, 2]
        high_x, high_y, high_z = halves[row, 1, 0], halves[row, 1, 1], halves[row, 1, 2]
        for i in range(n):
            dx, dy, dz = x[i] - low_x, y[i] - low_y, z[i] - low_z
            to_first = dx * dx + dy * dy + dz * dz
            dx, dy, dz = x[i] - high_x, y[i] - high_y, z[i] - high_z
            to_second = dx * dx + dy * dy + dz * dz
            error += weights[i] * min(to_first, to_second)
            # Without a branch, which no processor could predict.
            weight = weights[i] if to_second < to_first else 0.0
            second += weight
            second_x += weight * x[i]
            second_y += weight * y[i]
            second_z += weight * z[i]
            weight = weights[i] - weight
            first += weight
            first_x += weight * x[i]
            first_y += weight * y[i]
            first_z += weight * z[i]
        if first == 0 or second == 0:
            clusters.gains[row] = -np.inf
            return
        halves[row, 0, 0] = first_x / first
        halves[row, 0, 1] = first_y / first
        halves[row, 0, 2] = first_z / first
        halves[row, 1, 0] = second_x / second
        halves[row, 1, 1] = second_y / second
        halves[row, 1, 2] = second_z / second
    clusters.gains[row] = clusters.errors[row] - error


@compiled(
    types.void(POINTS, WEIGHTS, LABELS, POINTS, types.float64[:, :, ::1], types.float64[::1])
)
def halve(
    points: NDArray[np.float64],
    weights: NDArray[np.int64],
    labels: NDArray[np.int32],
    centers: NDArray[np.float64],
    halves: NDArray[np.float64],
    gains: NDArray[np.float64],
) -> None:
    """Write two centers for each one (k, 3) into `halves` (k, 2, 3), and their gain.

    The gain is -inf if all points of a center are equal.
    """
    clusters = list_points(points, weights, labels, centers)
    gathered = room_for_points(len(points))
    for row in range(len(centers)):
        n = gather(row, 0, clusters, gathered)
        halve_cluster(n, gathered, row, clusters)
        # Assigning whole arrays would add four seconds to the first use: numba then compiles the
        # text of an error.
        gains[row] = clusters.gains[row]
        for side in range(2):
            for channel in range(3):
                halves[row, side, channel] = clusters.halves[row, side, channel]
