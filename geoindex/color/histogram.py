"""The distinct colors of an image and how many pixels have each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoindex.color import kernels
from geoindex.color.pixels import NO_MASK, Pixels
from geoindex.scaling import round_colors

__all__ = ["ColorHistogram", "color_histogram"]

SORTED_PIXELS = 2_000_000
"""Up to here sorting the pixels beats a table of all colors: 0.4 against 31 ms for 256 x 256."""


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
    colors = round_colors(pixels.table)
    codes: NDArray[np.integer]
    if pixels.codes is not None:
        rows = pixels.codes if pixels.valid is None else pixels.codes[pixels.valid != 0]
        uses = np.bincount(rows.ravel(), minlength=len(colors))
        codes, inverse = np.unique(_packed(colors), return_inverse=True)
        counts = np.zeros(len(codes), dtype=np.int64)
        np.add.at(counts, inverse, uses)
        codes, counts = codes[counts > 0], counts[counts > 0]
    elif colors.size <= 3 * SORTED_PIXELS:
        packed = _packed(colors)
        if pixels.valid is not None:
            packed = packed[pixels.valid != 0]
        codes, counts = np.unique(packed, return_counts=True)
    else:
        table = np.zeros(kernels.N_CODES, dtype=np.int64)
        kernels.count_codes(colors, NO_MASK if pixels.valid is None else pixels.valid, table)
        codes = np.flatnonzero(table)
        counts = table[codes]
    distinct = np.stack([codes >> 16, codes >> 8 & 255, codes & 255], axis=-1).astype(np.uint8)
    return ColorHistogram(colors=distinct, counts=counts)


def _packed(colors: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """Red, green and blue of shape (..., 3) or (..., 4) in one number."""
    red, green, blue = (colors[..., channel].astype(np.uint32) for channel in range(3))
    return red << np.uint32(16) | green << np.uint32(8) | blue
