"""Values where ink covers a map, from those around: the smoothest surface through its borders."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geoindex.color.threads import in_threads

__all__ = ["MARGIN", "Fill", "fill_holes"]

Fill = Literal["harmonic"]
"""``"harmonic"``: each filled value is the mean of its four neighbors."""

REACH = 24
"""Pixels from the nearest value beyond which nothing is filled: paper around a map stays empty."""

OVERSHOOT = 1.7
"""Of successive over-relaxation; holes are a few pixels wide, for which this converges fast."""

ROUNDS = 32
"""Always as many, so that no value depends on pixels far away."""

MARGIN = REACH + 2 * ROUNDS
"""Pixels around a part of a grid that its filled values depend on: each half of a round reaches
one pixel further."""

PLACES_A_PART = 2**16
"""Pixels that are handed to a thread at a time."""


def fill_holes(
    values: NDArray[np.float32], allowed: NDArray[np.bool_], parity: int = 0
) -> NDArray[np.bool_]:
    """Fill holes of a grid in place.

    Parameters
    ----------
    values : ndarray of float32, shape (rows, cols)
        NaN where there is none.
    allowed : ndarray of bool, same shape
        Where a value may be filled in.
    parity : int
        Row plus column of the first pixel in the whole grid, of which this is a part: every other
        pixel takes turns, and must do so in all parts alike.

    Returns
    -------
    ndarray of bool, same shape
        What was filled.
    """
    from scipy.ndimage import distance_transform_edt

    from geoindex.values import filling_kernels as kernels

    holes = np.isnan(values)
    if holes.all() or not holes.any():
        return np.zeros_like(holes)
    far, nearest = distance_transform_edt(holes, return_indices=True)
    filled: NDArray[np.bool_] = holes & allowed & (far <= REACH)
    rows, cols = np.nonzero(filled)
    values[rows, cols] = values[nearest[0][rows, cols], nearest[1][rows, cols]]
    odd = (rows + cols + parity) % 2 == 1
    halves = [(rows[half], cols[half]) for half in (~odd, odd)]
    for half in ROUNDS * halves:

        def work(first: int, half: tuple[NDArray[np.int64], NDArray[np.int64]] = half) -> None:
            part = slice(first, first + PLACES_A_PART)
            kernels.relax(values, half[0][part], half[1][part], OVERSHOOT)

        in_threads(work, range(0, len(half[0]), PLACES_A_PART))
    return filled
