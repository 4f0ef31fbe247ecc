"""From centers to the colors of a palette: rounded, distinct, ordered, with their pixels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoindex.color.spaces import Space, colors_of, space_coordinates
from geoindex.learn.points import Points, TrueColors

__all__ = ["filled", "in_order", "rounded_colors", "settled_colors"]

ORDERINGS = 8
"""Times that the order may change; with many ties it need not come to an end."""

ROUNDED_STEPS = 6
"""Most steps between colors, which settle within two or three."""


def rounded_colors(centers: NDArray[np.float64], space: Space) -> NDArray[np.uint8]:
    """Distinct 8-bit colors of centers, ascending; at most as many as centers."""
    return np.unique(colors_of(centers, space), axis=0)


def settled_colors(
    true_colors: TrueColors, points: Points, centers: NDArray[np.float64]
) -> NDArray[np.uint8]:
    """Colors near centers that serve the true colors of an image best.

    Rounding moves the borders between colors, so these are assigned again and the means
    rounded, as long as that helps. A color that two centers share, or that no color is
    nearest to, gives way to one that is served worst.

    Parameters
    ----------
    true_colors : TrueColors
        More than there are centers.
    points : Points
        The same, perhaps reduced.
    centers : ndarray of float64, shape (k, 3)

    Returns
    -------
    ndarray of uint8, shape (k, 3)
        Distinct, ascending; fewer than centers only where points do not fill as many colors.
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
            moved = filled(points, moved, len(centers), space)
        if np.array_equal(moved, colors):
            break
        colors = moved
    return best


def filled(
    points: Points, colors: NDArray[np.uint8], n_colors: int, space: Space
) -> NDArray[np.uint8]:
    """Append the colors of points that are served worst.

    Parameters
    ----------
    points : Points
    colors : ndarray of uint8, shape (k, 3)
        Distinct.
    n_colors : int
        `k` or more.
    space : {"rgb", "lab", "oklab"}

    Returns
    -------
    ndarray of uint8, shape (n_colors, 3)
        Distinct, ascending; fewer only where the points do not fill as many colors.
    """
    own = colors_of(points.coordinates, space)
    while len(colors) < n_colors:
        centers = space_coordinates(colors, space)
        offsets = points.coordinates - centers[points.nearest(centers)]
        errors = points.weights * (offsets**2).sum(axis=1)
        missing = n_colors - len(colors)
        worst = np.argsort(-errors, kind="stable")[: max(1, missing // 2)]
        more = np.unique(np.concatenate([colors, own[worst[errors[worst] > 0]]]), axis=0)
        if len(more) == len(colors):
            break
        colors = more
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
        Pixels that are nearest to each color, the first of equally near ones.
    """
    counts = pixels.assign(space_coordinates(colors, pixels.space)).totals
    for _ in range(ORDERINGS):
        order = np.lexsort((*colors.T[::-1], -counts))
        if (order == np.arange(len(colors))).all():
            break
        # Pixels equally near to two colors go to the first one, so they may change places.
        colors = colors[order]
        counts = pixels.assign(space_coordinates(colors, pixels.space)).totals
    return colors, counts
