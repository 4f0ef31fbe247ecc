"""Fewer colors for a histogram, by the methods that create new colors."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geoindex.learn.kmeans.kmeans import kmeans
from geoindex.learn.kmeans.median_cut import median_cut
from geoindex.learn.kmeans.points import MAX_POINTS, TrueColors
from geoindex.learn.kmeans.rounding import filled, rounded_colors, settled_colors

__all__ = ["quantize"]

COARSE_POINTS = 2_048
"""Points for the random start of k-means; 8 per color if that is more."""

MIDDLE_POINTS = 32_768
"""Points for its search; 32 per color if that is more."""


def quantize(
    true_colors: TrueColors, n_colors: int, *, method: Literal["kmeans", "mediancut"], seed: int
) -> NDArray[np.uint8]:
    """Find colors that represent those of an image.

    Parameters
    ----------
    true_colors : TrueColors
        More than `n_colors`.
    n_colors : int
    method : {"kmeans", "mediancut"}
    seed : int
        Seed of k-means.

    Returns
    -------
    ndarray of uint8, shape (n_colors, 3)
        Distinct, ascending.
    """
    fine = true_colors.reduced(MAX_POINTS)
    if method == "mediancut":
        colors = rounded_colors(median_cut(fine, n_colors), true_colors.space)
        return filled(true_colors, colors, n_colors)
    n_middle, n_coarse = max(MIDDLE_POINTS, 32 * n_colors), max(COARSE_POINTS, 8 * n_colors)
    centers = kmeans(
        true_colors.reduced(min(n_coarse, MAX_POINTS)),
        true_colors.reduced(min(n_middle, MAX_POINTS)),
        fine,
        n_colors,
        seed,
    )
    return settled_colors(true_colors, centers)
