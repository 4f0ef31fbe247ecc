"""Fewer colors for a histogram: the methods that make new colors."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geoindex.color.histogram import ColorHistogram
from geoindex.color.spaces import Space
from geoindex.learn.kmeans import kmeans
from geoindex.learn.median_cut import median_cut
from geoindex.learn.points import MAX_POINTS, reduced_points
from geoindex.learn.settle import rounded_colors

__all__ = ["quantize"]

COARSE_POINTS = 8192
"""Points that the random start of k-means looks at, or eight a color where that is more."""


def quantize(
    histogram: ColorHistogram,
    weights: NDArray[np.int64],
    n_colors: int,
    *,
    method: Literal["kmeans", "mediancut"],
    space: Space,
    seed: int,
) -> NDArray[np.uint8]:
    """Find colors that stand for those of a histogram.

    Parameters
    ----------
    histogram : ColorHistogram
        More colors than `n_colors`.
    weights : ndarray of int64, shape (n,)
        Of each color.
    n_colors : int
    method : {"kmeans", "mediancut"}
    space : {"rgb", "lab", "oklab"}
        The space in which distances and means are taken.
    seed : int
        Of k-means.

    Returns
    -------
    ndarray of uint8, shape (n_colors, 3)
        Distinct, ascending.
    """
    points = reduced_points(histogram, space, weights, MAX_POINTS)
    if method == "mediancut":
        centers = median_cut(points, n_colors)
    else:
        n_coarse = max(COARSE_POINTS, 8 * n_colors)
        coarse = points
        if n_coarse < len(points):
            coarse = reduced_points(histogram, space, weights, n_coarse)
        centers = kmeans(coarse, points, n_colors, seed)
    return rounded_colors(centers, space)
