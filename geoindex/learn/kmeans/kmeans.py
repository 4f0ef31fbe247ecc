"""k-means over the weighted colors of an image."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoindex.learn.kmeans.clusters import halve
from geoindex.learn.kmeans.points import Points
from geoindex.learn.kmeans.swaps import search

__all__ = ["kmeans", "refine"]

MAX_DRAWN = 16
"""Most centers that are drawn; further ones come from halving these, which is faster."""

GROWTH_STEPS = 2
"""Steps before each doubling of the number of centers."""

OVERSHOOT = 1.8
"""Centers move this many times the way to the mean, which halves the number of steps."""

SEARCHES = 2
"""Number of searches; each begins with steps of all centers."""

SEARCH_STEPS = 4
"""Most steps before a search."""

NEIGHBORS = 8
"""Centers around either end of a move that are moved along."""

TRIES = 2
"""Most moves that a search tries, per center."""

POLISHING_STEPS = 40
"""Most final steps, on the true colors."""

SETTLED = 1e-6
"""Relative gain of a step below which centers have settled."""

NEARLY_SETTLED = 1e-3
"""The same for intermediate steps; half the steps for the same palettes."""


def kmeans(
    coarse: Points, middle: Points, fine: Points, n_colors: int, seed: int
) -> NDArray[np.float64]:
    """Find centers with a small sum of squared distances from the points.

    Lloyd's algorithm ends in the local optimum next to its start. Centers are then moved one at
    a time from where removing one costs least to where adding one gains most. One run matches or
    beats the best of ten random starts.

    Parameters
    ----------
    coarse, middle, fine : Points
        The same colors as a few thousand points for the start, tens of thousands for the
        search, and as many as fit in memory for the final steps.
    n_colors : int
        Number of centers.
    seed : int
        Seed of the random start.

    Returns
    -------
    ndarray of float64, shape (n_colors, 3)
        The same for the same input and seed, on any processor and number of threads.
    """
    centers = _start(coarse, n_colors, seed)
    if n_colors > 1:
        centers = _improve(middle, centers)
    return refine(fine, centers, POLISHING_STEPS)


def _start(points: Points, n_colors: int, seed: int) -> NDArray[np.float64]:
    """Draw centers far from each other, and halve some if more are wanted."""
    centers = _drawn(points, min(n_colors, MAX_DRAWN), seed)
    while len(centers) < n_colors:
        centers = refine(points, centers, GROWTH_STEPS, NEARLY_SETTLED)
        halves, gains = np.empty((len(centers), 2, 3)), np.empty(len(centers))
        labels = points.nearest(centers)
        halve(points.coordinates, points.weights, labels, centers, halves, gains)
        rows = np.argsort(-gains, kind="stable")[: n_colors - len(centers)]
        centers[rows] = halves[rows, 0]
        centers = np.concatenate([centers, halves[rows, 1]])
    return centers


def _drawn(points: Points, n_centers: int, seed: int) -> NDArray[np.float64]:
    """Draw points with probabilities that grow with the squared distance from those drawn before.

    k-means++ (Arthur and Vassilvitskii, 2007), one draw per center: the search makes up for
    more. Unlike scikit-learn's, it has no sum that depends on processor, threads or version;
    numpy keeps the numbers of this generator the same for good.
    """
    rng = np.random.RandomState(seed)
    weights = points.weights.astype(np.float64)
    drawn = [rng.choice(len(points), p=weights / weights.sum())]
    squared = np.full(len(points), np.inf)
    while len(drawn) < n_centers:
        offsets = points.coordinates - points.coordinates[drawn[-1]]
        squared = np.minimum(squared, (offsets**2).sum(axis=1))
        passed = np.cumsum(weights * squared)
        drawn.append(min(np.searchsorted(passed, rng.uniform() * passed[-1]), len(points) - 1))
    return points.coordinates[drawn]


def refine(
    points: Points, centers: NDArray[np.float64], n_steps: int, settled: float = SETTLED
) -> NDArray[np.float64]:
    """Move centers to the means of their points, step by step.

    Parameters
    ----------
    points : Points
    centers : ndarray of float64, shape (k, 3)
    n_steps : int
        Most steps.
    settled : float
        Stop when a step gains less than this share of the error.

    Returns
    -------
    ndarray of float64, shape (k, 3)
        Means of the points that were nearest to each center.
    """
    means, least = centers, np.inf
    for _ in range(n_steps):
        given = points.assign(centers)
        means = given.means(centers)
        if given.error >= least * (1 - settled):
            break
        least = given.error
        centers = centers + OVERSHOOT * (means - centers)
    return means


def _improve(points: Points, centers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Move centers from where removing one costs least to where adding one gains most."""
    n_near = min(NEIGHBORS, len(centers) - 1)
    for _ in range(SEARCHES):
        centers = refine(points, centers, SEARCH_STEPS, NEARLY_SETTLED)
        search(
            points.coordinates,
            points.weights,
            points.nearest(centers),
            centers,
            n_near,
            TRIES * len(centers),
        )
    return centers
