"""The distinct colors of an image and how many pixels have each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoindex.color import kernels
from geoindex.color.pixels import NO_MASK, Pixels
from geoindex.scaling import round_colors

__all__ = ["ColorHistogram", "color_histogram"]


@dataclass(frozen=True, kw_only=True, eq=False)
class ColorHistogram:
    """Distinct colors in ascending order of (red, green, blue) with their pixel counts."""

    colors: NDArray[np.uint8]
    """Shape (n, 3)."""

    counts: NDArray[np.int64]
    """Shape (n,), each above 0."""


def color_histogram(pixels: Pixels) -> ColorHistogram:
    """Count the distinct colors of an image.

    Parameters
    ----------
    pixels : Pixels
        Of shape (rows, cols). Colors in full depth are counted as the 8-bit colors nearest
        to them.

    Returns
    -------
    ColorHistogram

    Examples
    --------
    >>> import numpy as np
    >>> from geoindex.color.histogram import color_histogram
    >>> from geoindex.color.pixels import Pixels
    >>> colors = np.array([[[9, 8, 7], [1, 2, 3], [9, 8, 7]]], np.uint8)
    >>> histogram = color_histogram(Pixels(table=colors))
    >>> histogram.colors.tolist(), histogram.counts.tolist()
    ([[1, 2, 3], [9, 8, 7]], [1, 2])
    """
    counts = np.zeros(kernels.N_CODES, dtype=np.int64)
    if pixels.codes is None:
        colors = round_colors(pixels.table)
        kernels.count_codes(colors, NO_MASK if pixels.valid is None else pixels.valid, counts)
    else:
        codes = pixels.codes if pixels.valid is None else pixels.codes[pixels.valid != 0]
        red, green, blue = round_colors(pixels.table).astype(np.intp).T
        np.add.at(
            counts,
            red << 16 | green << 8 | blue,
            np.bincount(codes.ravel(), minlength=len(pixels.table)),
        )
    codes = np.flatnonzero(counts)
    distinct = np.stack([codes >> 16, codes >> 8 & 255, codes & 255], axis=-1).astype(np.uint8)
    return ColorHistogram(colors=distinct, counts=counts[codes])
