"""The distinct colors of an image and how many pixels have each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoindex.color import kernels
from geoindex.color.pixels import NO_MASK
from geoindex.scaling import ColorArray, round_colors

__all__ = ["ColorHistogram", "color_histogram"]


@dataclass(frozen=True, kw_only=True, eq=False)
class ColorHistogram:
    """Distinct colors in ascending order of (red, green, blue) with their pixel counts."""

    colors: NDArray[np.uint8]
    """Shape (n, 3)."""

    counts: NDArray[np.int64]
    """Shape (n,), each above 0."""


def color_histogram(colors: ColorArray, valid: NDArray[np.uint8] | None = None) -> ColorHistogram:
    """Count the distinct colors of an image.

    Parameters
    ----------
    colors : ndarray of uint8, shape (rows, cols, 3) or (rows, cols, 4)
        Any memory layout; a fourth channel is ignored. Colors in full depth are counted as
        the 8-bit colors nearest to them.
    valid : ndarray of uint8, shape (rows, cols), optional
        0 where a pixel does not count.

    Returns
    -------
    ColorHistogram

    Examples
    --------
    >>> import numpy as np
    >>> from geoindex.color.histogram import color_histogram
    >>> histogram = color_histogram(np.array([[[9, 8, 7], [1, 2, 3], [9, 8, 7]]], np.uint8))
    >>> histogram.colors.tolist(), histogram.counts.tolist()
    ([[1, 2, 3], [9, 8, 7]], [1, 2])
    """
    counts = np.zeros(kernels.N_CODES, dtype=np.int64)
    kernels.count_codes(round_colors(colors), NO_MASK if valid is None else valid, counts)
    codes = np.flatnonzero(counts)
    distinct = np.stack([codes >> 16, codes >> 8 & 255, codes & 255], axis=-1).astype(np.uint8)
    return ColorHistogram(colors=distinct, counts=counts[codes])
