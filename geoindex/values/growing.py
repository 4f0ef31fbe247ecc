"""Values of colors that a ramp has at several places, from the pixels beside them.

From pixels whose value is known the answer grows into their neighbors, the least change first.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoindex.color.pixels import Pixels
from geoindex.rules.scale import round_colors
from geoindex.values.inverse import codes_of

__all__ = ["OPEN", "grow_values"]

OPEN = np.float32(np.inf)
"""Value of pixels that are still to be decided."""


def grow_values(
    values: NDArray[np.float32],
    pixels: Pixels,
    codes: NDArray[np.int64],
    begins: NDArray[np.int64],
    choices: NDArray[np.float32],
    step: float,
) -> None:
    """Decide the pixels that are open, in place; NaN where nothing beside them is known.

    Parameters
    ----------
    values : ndarray of float32, shape (rows, cols)
        :data:`OPEN` where a pixel is to be decided, NaN where there is no value.
    pixels : Pixels
        Of the same shape.
    codes : ndarray of int64, shape (n,), rising
        Colors that can stand for several values.
    begins : ndarray of int64, shape (n + 1,)
        Where the values of each begin.
    choices : ndarray of float32
        The values.
    step : float
        Change of a value from pixel to pixel beyond which its neighbor says nothing.
    """
    from geoindex.values import growing_kernels as kernels

    which = np.full(values.shape, -1, dtype=np.int32)
    is_open = values == OPEN
    colors = round_colors(pixels.colors)[is_open]
    which[is_open] = np.searchsorted(codes, codes_of(colors))
    kernels.grow(values, which, begins, choices, step)
    values[np.isinf(values)] = np.nan
