"""k-means over the weighted colors of an image."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoindex.learn.lloyd import split, spread
from geoindex.learn.median_cut import median_cut
from geoindex.learn.points import Appraisal, Points

__all__ = ["kmeans", "refine"]

MAX_SEEDED = 1024
"""Most centers that scikit-learn starts with: its time grows with points times centers. More
start with median cut, and stay near."""

START_STEPS = 8
"""Steps of the start."""

OVERSHOOT = 1.8
"""Centers go this much farther than to the mean; settles in half the steps of 1."""

SWAPS = 16
"""Rounds of moving centers to where they are worth more."""

SWAP_STEPS = 8
"""Steps after each round before it is judged."""

SPLIT_STEPS = 4
"""Steps of the clustering in two that tells what another center would be worth."""

POLISHING_STEPS = 20
"""Steps on the true colors in the end."""

SETTLED = 1e-6
"""Relative gain of a step below which centers have settled."""

NEARLY_SETTLED = 1e-3
"""The same where a round is only to be judged: half the steps for the same palettes."""


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
        search, and as many as can be held for the end; each more than `n_colors`.
    n_colors : int
        Number of centers.
    seed : int
        Of the random start.

    Returns
    -------
    ndarray of float64, shape (n_colors, 3)
        The same for the same input and seed, whatever the number of threads.
    """
    if n_colors > MAX_SEEDED:
        return refine(fine, median_cut(fine, n_colors), POLISHING_STEPS)
    centers = _start(coarse, n_colors, seed)
    if n_colors > 1:
        centers = _improve(middle, centers)
    return refine(fine, centers, POLISHING_STEPS)


def _start(points: Points, n_colors: int, seed: int) -> NDArray[np.float64]:
    """Centers of scikit-learn's k-means, from one start by k-means++."""
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    # Sums in threads depend on their number.
    with threadpool_limits(limits=1):
        model = KMeans(n_colors, n_init=1, max_iter=START_STEPS, tol=0.0, random_state=seed)
        model.fit(points.coordinates, sample_weight=points.weights)
    centers: NDArray[np.float64] = model.cluster_centers_
    return centers


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
    best = refine(points, centers, SWAP_STEPS, NEARLY_SETTLED)
    kept = points.appraise(best)
    n_moved = max(1, len(centers) // 64)
    tried: set[tuple[float, float]] = set()
    for _ in range(SWAPS):
        halves, gains = _halves(points, best, kept)
        moved = _moved(best, kept.losses, halves, gains, n_moved, tried)
        if moved is None:
            break
        moved = refine(points, moved, SWAP_STEPS, NEARLY_SETTLED)
        found = points.appraise(moved)
        if found.error < kept.error:
            best, kept = moved, found
        else:
            n_moved = max(1, n_moved // 2)
    return best


def _halves(
    points: Points, centers: NDArray[np.float64], given: Appraisal
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Two centers in place of each (k, 2, 3), and the error that this would save (k,)."""
    scatter = spread(points.coordinates, points.weights, given.labels, centers)
    variances, axes = np.linalg.eigh(scatter)
    deviation = np.sqrt(variances[:, 2].clip(0) / given.totals.clip(1))
    offsets = axes[:, :, 2] * deviation[:, np.newaxis]
    halves = np.stack([centers - offsets, centers + offsets], axis=1)
    left = split(points.coordinates, points.weights, given.labels, halves, SPLIT_STEPS)
    return halves, given.errors - left


def _moved(
    centers: NDArray[np.float64],
    losses: NDArray[np.float64],
    halves: NDArray[np.float64],
    gains: NDArray[np.float64],
    n_moved: int,
    tried: set[tuple[float, float]],
) -> NDArray[np.float64] | None:
    """Centers after the best moves that were not tried before; None where none is left."""
    sources = np.argsort(losses, kind="stable")[: 8 + n_moved]
    targets = np.argsort(-gains, kind="stable")[: 8 + n_moved]
    moves = sorted(
        (float(losses[source] - gains[target]), int(source), int(target))
        for source in sources
        for target in targets
        if source != target and np.isfinite(gains[target])
    )
    moved = centers.copy()
    used: set[int] = set()
    for _, source, target in moves:
        key = (float(losses[source]), float(gains[target]))
        if key in tried or source in used or target in used:
            continue
        tried.add(key)
        used |= {source, target}
        moved[target], moved[source] = halves[target]
        if len(used) == 2 * n_moved:
            break
    return moved if used else None
