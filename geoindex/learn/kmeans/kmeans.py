"""k-means over the weighted colors of an image."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geoindex.learn.kmeans.clusters import halve
from geoindex.learn.kmeans.points import Points
from geoindex.learn.kmeans.swaps import search

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

__all__ = ["kmeans", "refine"]

MAX_DRAWN = 16
"""Most centers that are drawn, since the time of that grows with points times centers; more are
made of halves of these."""

GROWTH_STEPS = 2
"""Steps before the number of centers is doubled."""

OVERSHOOT = 1.8
"""Centers go this much farther than to the mean; settles in half the steps of 1."""

SEARCHES = 2
"""Searches, which begin with steps of all centers."""

SEARCH_STEPS = 4
"""Steps before a search."""

NEIGHBORS = 8
"""Centers around either end of a move that move with it."""

TRIES = 2
"""Most tries of a search for each center."""

POLISHING_STEPS = 40
"""Steps on the true colors in the end."""

SETTLED = 1e-6
"""Relative gain of a step below which centers have settled."""

NEARLY_SETTLED = 1e-3
"""The same where more is to come: half the steps for the same palettes."""


def kmeans(
    coarse: Points, middle: Points, fine: Points, n_colors: int, seed: int
) -> NDArray[np.float64]:
    """Find centers with a small sum of squared distances from the points.

    Lloyd's algorithm ends in the local optimum next to its start. From there centers are moved
    from where they are worth least to where they are worth most, as long as that helps: one
    run gets about as low as the best of ten starts, or lower.

    Parameters
    ----------
    coarse, middle, fine : Points
        The same colors as a few thousand points for the start, some ten thousand for the
        search, and as many as can be held for the end.
    n_colors : int
        Number of centers.
    seed : int
        Of the random start.

    Returns
    -------
    ndarray of float64, shape (n_colors, 3)
        The same for the same input and seed, whatever the number of threads.
    """
    centers = _start(coarse, n_colors, seed)
    if n_colors > 1:
        centers = _improve(middle, centers)
    return refine(fine, centers, POLISHING_STEPS)


def _start(points: Points, n_colors: int, seed: int) -> NDArray[np.float64]:
    """Centers far from each other: scikit-learn's k-means++, and halves where more are wanted.

    One draw a center in place of the best of several: what that gains, the moves of centers
    gain anyway, and it takes twice as long.
    """
    from sklearn.cluster import kmeans_plusplus

    # Sums in threads depend on their number.
    with _thread_pools().limit(limits=1):
        centers: NDArray[np.float64]
        centers, _ = kmeans_plusplus(
            points.coordinates,
            min(n_colors, MAX_DRAWN),
            sample_weight=points.weights,
            random_state=seed,
            n_local_trials=1,
        )
    while len(centers) < n_colors:
        centers = refine(points, centers, GROWTH_STEPS, NEARLY_SETTLED)
        halves, gains = np.empty((len(centers), 2, 3)), np.empty(len(centers))
        labels = points.nearest(centers)
        halve(points.coordinates, points.weights, labels, centers, halves, gains)
        rows = np.argsort(-gains, kind="stable")[: n_colors - len(centers)]
        centers[rows] = halves[rows, 0]
        centers = np.concatenate([centers, halves[rows, 1]])
    return centers


@cache
def _thread_pools() -> ThreadpoolController:
    """Threads of the libraries that are loaded; finding them takes milliseconds."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


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
        Relative gain of a step below which it ends.

    Returns
    -------
    ndarray of float64, shape (k, 3)
        Means of the points that the centers before them were given.
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
    """Move the centers that are worth least to where one more is worth most."""
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
