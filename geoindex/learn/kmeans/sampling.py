"""Random draws of pixels, made on the histogram of an image."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["draw_colors", "draw_pixels"]


def draw_pixels(weights: NDArray[np.int64], n_pixels: int, seed: int) -> NDArray[np.int64]:
    """Draw pixels without replacement, all equally likely.

    Parameters
    ----------
    weights : ndarray of int64, shape (n,)
        Pixels of each color.
    n_pixels : int
        Number of pixels to draw, at most all.
    seed : int

    Returns
    -------
    ndarray of int64, shape (n,)
        Drawn pixels of each color.
    """
    ends = np.cumsum(weights)
    rng = np.random.default_rng(seed)
    drawn = rng.choice(int(ends[-1]), size=n_pixels, replace=False, shuffle=False)
    return np.bincount(np.searchsorted(ends, drawn, side="right"), minlength=len(weights))


def draw_colors(weights: NDArray[np.int64], n_colors: int, seed: int) -> NDArray[np.intp]:
    """Draw pixels until there are `n_colors` distinct colors.

    Parameters
    ----------
    weights : ndarray of int64, shape (n,)
        Pixels of each color.
    n_colors : int
        At most `n`.
    seed : int

    Returns
    -------
    ndarray of int, shape (n_colors,)
        The colors, ascending.
    """
    # The first pixel of color i is met after a time exponentially distributed with its weight
    # (Efraimidis and Spirakis, 2006, "Weighted random sampling with a reservoir").
    times = np.random.default_rng(seed).exponential(size=len(weights)) / weights
    return np.sort(np.argsort(times, kind="stable")[:n_colors])
