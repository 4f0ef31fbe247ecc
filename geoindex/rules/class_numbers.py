"""Whether whole numbers in one band are class numbers rather than levels of gray.

They are gray if a value lies in the upper half of the scale, if they are black and white, or if
there are many values and most neighbors differ, as in a dark photograph. The largest value of the
scale does not count, because it may be nodata.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["could_be_classes", "few_dark_levels"]

MOST_CLASSES = 64
"""Largest number of different values in a dark band that may be class numbers."""

MOST_SEARCHED = 2**20
"""Size of the evenly spread sample in which different values are counted."""


def could_be_classes(values: NDArray[Any], valid: NDArray[np.bool_] | None = None) -> bool:
    """Whether an array of one band could hold class numbers.

    Parameters
    ----------
    values : ndarray, shape (rows, cols)
        Integers other than uint8 and uint16, such as those of `scipy.ndimage.label`, are gray only
        if they are black and white or a photograph.
    valid : ndarray of bool, shape (rows, cols), optional
        Pixels that are not masked.

    Examples
    --------
    >>> could_be_classes(np.array([[0, 1, 2, 255]], np.uint8))
    True
    >>> could_be_classes(np.array([[0, 85, 170, 255]], np.uint8))
    False
    """
    if values.dtype.kind not in "iuf":
        return False
    levels = values.ravel() if valid is None else values[valid]
    if values.dtype.kind == "f":
        # Floats may be integers with NaN as nodata; values within 0-1 are not classes.
        levels = levels[~np.isnan(levels)]
        if not (levels > 1).any() or (levels != np.rint(levels)).any():
            return False
    full = 65_535 if values.dtype == np.uint16 else 255
    below = levels[levels < full]
    if not below.size or (below.max() == 0 and below.size < levels.size):
        return False
    is_usual = values.dtype.kind == "f" or values.dtype in (np.uint8, np.uint16)
    if is_usual and below.max() > full // 2:
        return False
    few = len(np.unique(below[:: -(-below.size // MOST_SEARCHED)])) <= MOST_CLASSES
    return few or 2 * int((values[:, 1:] != values[:, :-1]).sum()) <= values[:, 1:].size


def few_dark_levels(levels: NDArray[np.uint8]) -> bool:
    """Whether the levels of a band, whose places are not known, could be class numbers.

    Examples
    --------
    >>> few_dark_levels(np.arange(8, dtype=np.uint8))
    True
    """
    below = levels[levels < 255]
    is_dark = below.size > 0 and below.max() <= 127
    is_bilevel = below.size == 1 and below.max() == 0 and below.size < levels.size
    return bool(is_dark and not is_bilevel and below.size <= MOST_CLASSES)
