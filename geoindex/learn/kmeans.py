"""k-means over the weighted colors of an image."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geoindex.learn.lloyd import split, spread
from geoindex.learn.median_cut import median_cut
from geoindex.learn.points import Appraisal, Points

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

__all__ = ["kmeans", "refine"]

MAX_SEARCHED = 1024
"""Most centers that are moved about; more start with median cut, and stay near."""

MAX_DRAWN = 64
"""Most centers that are drawn, since the time of that grows with points times centers; more are
made of halves of these."""

GROWTH_STEPS = 2
"""Steps before the number of centers is doubled."""

OVERSHOOT = 1.8
"""Centers go this much farther than to the mean; settles in half the steps of 1."""

FEWEST_ROUNDS, MOST_ROUNDS = 8, 20
"""Rounds of moving centers to where they are worth more."""

POINTS_A_ROUND = 2
"""Points of each center for another round: with few of them little is left to gain."""

SWAP_SHARE = 1 / 32
"""Share of the centers that is moved in the first rounds."""

SWAP_STEPS = 4
"""Steps after each round before it is judged."""

NEAR_MISS = 2e-3
"""Relative loss up to which a round gets more steps, since it has had fewer than what it is
compared with."""

NEAR_MISS_STEPS = 8
"""Steps that such a round gets."""

SPLIT_STEPS = 4
"""Steps of the clustering in two that tells what another center would be worth."""

POLISHING_STEPS = 40
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
    if n_colors > MAX_SEARCHED:
        return refine(fine, median_cut(fine, n_colors), POLISHING_STEPS)
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
        halves, gains = _halves(points, centers, points.appraise(centers))
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
    best = refine(points, centers, SWAP_STEPS, NEARLY_SETTLED)
    kept = points.appraise(best)
    n_moved = max(1, round(SWAP_SHARE * len(centers)))
    tried: set[tuple[float, float]] = set()
    n_rounds = len(points) // (POINTS_A_ROUND * len(centers))
    n_rounds = min(max(n_rounds, FEWEST_ROUNDS), MOST_ROUNDS)
    for _ in range(n_rounds):
        halves, gains = _halves(points, best, kept)
        moved = _moved(best, kept.losses, halves, gains, n_moved, tried)
        if moved is None:
            break
        moved = refine(points, moved, SWAP_STEPS, NEARLY_SETTLED)
        found = points.appraise(moved)
        if kept.error <= found.error < kept.error * (1 + NEAR_MISS):
            moved = refine(points, moved, NEAR_MISS_STEPS, NEARLY_SETTLED / 10)
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
    squares = spread(points.coordinates, points.weights, given.labels, centers)
    every, axes = np.arange(len(centers)), squares.argmax(axis=1)
    offsets = np.zeros_like(centers)
    offsets[every, axes] = np.sqrt(squares[every, axes] / given.totals.clip(1))
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
    costs = losses[sources, np.newaxis] - gains[targets]
    order = np.argsort(costs, axis=None, kind="stable")
    moves = zip(
        sources[order // len(targets)].tolist(),
        targets[order % len(targets)].tolist(),
        strict=True,
    )
    moved = centers.copy()
    used: set[int] = set()
    for source, target in moves:
        if source == target or not np.isfinite(gains[target]):
            continue
        key = (float(losses[source]), float(gains[target]))
        if key in tried or source in used or target in used:
            continue
        tried.add(key)
        used |= {source, target}
        moved[target], moved[source] = halves[target]
        if len(used) == 2 * n_moved:
            break
    return moved if used else None
