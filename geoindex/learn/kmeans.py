"""k-means over the weighted colors of an image."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoindex.learn.points import Assignment, Points

__all__ = ["kmeans", "refine"]

MAX_SEEDED = 1024
"""Most centers that k-means++ seeds; its time grows with points times centers."""

TOLERANCE = 1e-6
"""Relative gain of a step below which the centers have settled."""


def kmeans(coarse: Points, points: Points, n_colors: int, seed: int) -> NDArray[np.float64]:
    """Find centers with a small sum of squared distances from the points.

    Parameters
    ----------
    coarse : Points
        A few thousand points that stand for `points`; more than `n_colors`.
    points : Points
        All of them.
    n_colors : int
        Number of centers.
    seed : int
        Of the random start.

    Returns
    -------
    ndarray of float64, shape (n_colors, 3)
        The same for the same input and seed, whatever the number of threads.
    """
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    # Sums in threads depend on their number.
    with threadpool_limits(limits=1):
        model = KMeans(n_colors, n_init=1, random_state=seed)
        model.fit(coarse.coordinates, sample_weight=coarse.weights)
    return refine(points, model.cluster_centers_, 100)


def refine(points: Points, centers: NDArray[np.float64], max_steps: int) -> NDArray[np.float64]:
    """Move centers to the means of their points until they have settled.

    Parameters
    ----------
    points : Points
    centers : ndarray of float64, shape (k, 3)
    max_steps : int

    Returns
    -------
    ndarray of float64, shape (k, 3)
    """
    last = np.inf
    for _ in range(max_steps):
        given: Assignment = points.assign(centers)
        if given.error >= last * (1 - TOLERANCE):
            break
        last = given.error
        centers = given.means(centers)
    return centers
