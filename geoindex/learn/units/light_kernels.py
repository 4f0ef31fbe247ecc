"""Weighted least squares whose normal matrix is a band, compiled.

One thread and sums in a fixed order, so that a fit is the same on any number of cores.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoindex.color.compiled import compiled, types

__all__ = ["add_observations", "solve_band"]


@compiled(
    types.void(
        types.int64[:, ::1],
        types.float64[:, ::1],
        types.float64[::1],
        types.float64[::1],
        types.int64[::1],
        types.float64[:, ::1],
        types.float64[:, ::1],
    )
)
def add_observations(
    at: NDArray[np.int64],
    values: NDArray[np.float64],
    weights: NDArray[np.float64],
    wanted: NDArray[np.float64],
    units: NDArray[np.int64],
    band: NDArray[np.float64],
    right: NDArray[np.float64],
) -> None:
    """Add observations to normal equations.

    An observation says that `values` times the unknowns `at` their numbers, and the unknown of its
    unit, add up to `wanted`. `band` holds entry (i, i + d) of the symmetric matrix at [i, d]. The
    first column of `right` is the right side, the others are the entries of units 0, 1, ...;
    `units` may be empty.
    """
    for i in range(len(at)):
        weight = weights[i]
        for p in range(at.shape[1]):
            row, part = at[i, p], weight * values[i, p]
            right[row, 0] += part * wanted[i]
            if len(units) > 0:
                right[row, units[i] + 1] += part
            for q in range(at.shape[1]):
                if at[i, q] >= row:
                    band[row, at[i, q] - row] += part * values[i, q]


@compiled(types.void(types.float64[:, ::1], types.float64[:, ::1]))
def solve_band(band: NDArray[np.float64], right: NDArray[np.float64]) -> None:
    """Solve a positive definite band system for several right sides, in place.

    Elimination without pivots; `band` is as in :func:`add_observations`.
    """
    n, width = band.shape
    n_right = right.shape[1]
    for i in range(n):
        last = min(width, n - i)
        for d in range(1, last):
            factor = band[i, d] / band[i, 0]
            if factor == 0:
                continue
            row = i + d
            for e in range(last - d):
                band[row, e] -= factor * band[i, d + e]
            for k in range(n_right):
                right[row, k] -= factor * right[i, k]
    for i in range(n - 1, -1, -1):
        for d in range(1, min(width, n - i)):
            for k in range(n_right):
                right[i, k] -= band[i, d] * right[i + d, k]
        for k in range(n_right):
            right[i, k] /= band[i, 0]
