"""From centers to the colors of a palette: rounded, different, ordered and counted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoindex.color.spaces import Space, colors_of, space_coordinates
from geoindex.learn.kmeans.points import TrueColors

__all__ = ["filled", "in_order", "rounded_colors", "settled_colors"]

ORDERINGS = 8
"""Most changes of the order, which need not settle if there are many ties."""

ROUNDED_STEPS = 6
"""Most steps of the rounded colors, which settle within two or three."""


def rounded_colors(centers: NDArray[np.float64], space: Space) -> NDArray[np.uint8]:
    """Distinct 8-bit colors of centers, ascending; at most as many as centers."""
    return np.unique(colors_of(centers, space), axis=0)


def settled_colors(true_colors: TrueColors, centers: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Round centers to the 8-bit colors that fit the true colors of an image best.

    Rounding moves the borders between colors, so the true colors are assigned again and the
    means rounded, as long as that helps. A color that two centers share, or that is nearest to
    no true color, is replaced by a true color with the largest error.

    Parameters
    ----------
    true_colors : TrueColors
        More than there are centers.
    centers : ndarray of float64, shape (k, 3)

    Returns
    -------
    ndarray of uint8, shape (k, 3)
        Distinct, ascending.
    """
    space = true_colors.space
    best, least = np.empty((0, 3), dtype=np.uint8), np.inf
    colors = rounded_colors(centers, space)
    for _ in range(ROUNDED_STEPS):
        given = true_colors.assign(space_coordinates(colors, space))
        if len(colors) > len(best) or given.error < least:
            best, least = colors, given.error
        means = given.means(space_coordinates(colors, space))
        moved = rounded_colors(means[given.totals > 0], space)
        if len(moved) < len(centers):
            moved = filled(true_colors, moved, len(centers))
        if np.array_equal(moved, colors):
            break
        colors = moved
    return best


def filled(true_colors: TrueColors, colors: NDArray[np.uint8], n_colors: int) -> NDArray[np.uint8]:
    """Append the true colors with the largest errors.

    Parameters
    ----------
    true_colors : TrueColors
        At least `n_colors`, each with a weight.
    colors : ndarray of uint8, shape (k, 3)
        Distinct.
    n_colors : int
        `k` or more.

    Returns
    -------
    ndarray of uint8, shape (n_colors, 3)
        Distinct, ascending.
    """
    while len(colors) < n_colors:
        # Half of the missing ones, since each also lowers the errors of its neighbors.
        n_more = max(1, (n_colors - len(colors)) // 2)
        worst = true_colors.served_worst(space_coordinates(colors, true_colors.space), n_more)
        colors = np.unique(np.concatenate([colors, worst]), axis=0)
    return colors


def in_order(
    pixels: TrueColors, colors: NDArray[np.uint8]
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Order colors by share, then red, green, blue, and count their pixels.

    Parameters
    ----------
    pixels : TrueColors
        The colors of the image, weighted by their pixels.
    colors : ndarray of uint8, shape (k, 3)
        Distinct.

    Returns
    -------
    colors : ndarray of uint8, shape (k, 3)
    counts : ndarray of int64, shape (k,)
        Pixels nearest to each color; on a tie they count for the first.
    """
    counts = pixels.assign(space_coordinates(colors, pixels.space)).totals
    for _ in range(ORDERINGS):
        order = np.lexsort((*colors.T[::-1], -counts))
        if (order == np.arange(len(colors))).all():
            break
        # Ties go to the first color, so a new order may change the counts.
        colors = colors[order]
        counts = pixels.assign(space_coordinates(colors, pixels.space)).totals
    return colors, counts
