"""Values where ink covers a map, from those around: the smoothest surface through its borders."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["Fill", "fill_holes"]

Fill = Literal["harmonic"]
"""``"harmonic"``: each filled value is the mean of its four neighbors."""

REACH = 24
"""Pixels from the nearest value beyond which nothing is filled: paper around a map stays empty."""

OVERSHOOT = 1.7
"""Of successive over-relaxation; holes are a few pixels wide, for which this converges fast."""

TOLERANCE = 1e-6
"""Largest change of a value in the last round, as a share of all values' range."""

MOST_ROUNDS = 1000


def fill_holes(values: NDArray[np.float32], allowed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Fill holes of a grid in place.

    Parameters
    ----------
    values : ndarray of float32, shape (rows, cols)
        NaN where there is none.
    allowed : ndarray of bool, same shape
        Where a value may be filled in.

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
    rows, cols = (np.ascontiguousarray(place) for place in np.nonzero(filled))
    values[rows, cols] = values[nearest[0][rows, cols], nearest[1][rows, cols]]
    known = values[~holes]
    least = TOLERANCE * (float(known.max()) - float(known.min()))
    for _ in range(MOST_ROUNDS):
        if kernels.relax(values, rows, cols, OVERSHOOT) <= least:
            break
    return filled
