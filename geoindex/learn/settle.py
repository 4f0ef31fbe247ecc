"""From centers to the colors of a palette: rounded, distinct, ordered, with their pixels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoindex.color.histogram import ColorHistogram
from geoindex.color.spaces import Space, colors_of, space_coordinates
from geoindex.learn.points import Assignment, color_points

__all__ = ["assign_pixels", "in_order", "rounded_colors"]

ORDERINGS = 8
"""Times that the order may change; with many ties it need not come to an end."""


def rounded_colors(centers: NDArray[np.float64], space: Space) -> NDArray[np.uint8]:
    """Distinct 8-bit colors of centers, ascending; at most as many as centers."""
    return np.unique(colors_of(centers, space), axis=0)


def assign_pixels(
    histogram: ColorHistogram, colors: NDArray[np.uint8], space: Space
) -> Assignment:
    """Give every pixel to its nearest color, the first of equally near ones."""
    centers = space_coordinates(colors, space)
    parts = [points.assign(centers) for points in color_points(histogram, space, histogram.counts)]
    return Assignment(
        sums=np.sum([part.sums for part in parts], axis=0),
        totals=np.sum([part.totals for part in parts], axis=0),
        errors=np.sum([part.errors for part in parts], axis=0),
    )


def in_order(
    histogram: ColorHistogram, colors: NDArray[np.uint8], space: Space
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Order colors by share, then red, green, blue, and count their pixels.

    Parameters
    ----------
    histogram : ColorHistogram
    colors : ndarray of uint8, shape (k, 3)
        Distinct.
    space : {"rgb", "lab", "oklab"}

    Returns
    -------
    colors : ndarray of uint8, shape (k, 3)
    counts : ndarray of int64, shape (k,)
    """
    counts = assign_pixels(histogram, colors, space).totals
    for _ in range(ORDERINGS):
        order = np.lexsort((*colors.T[::-1], -counts))
        if (order == np.arange(len(colors))).all():
            break
        # Pixels equally near to two colors go to the first one, so they may change places.
        colors = colors[order]
        counts = assign_pixels(histogram, colors, space).totals
    return colors, counts
