"""Compiled loop of filling holes; :mod:`geoindex.values.filling` checks its arguments."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoindex.color.compiled import compiled, types

__all__ = ["relax"]

_PLACES = types.Array(types.int64, 1, "C", readonly=True)


@compiled(types.void(types.float32[:, ::1], _PLACES, _PLACES, types.float64))
def relax(
    values: NDArray[np.float32],
    rows: NDArray[np.int64],
    cols: NDArray[np.int64],
    overshoot: float,
) -> None:
    """Move each listed value toward the mean of its neighbors, of which none is listed."""
    n_rows, n_cols = values.shape
    for i in range(len(rows)):
        row, col = rows[i], cols[i]
        total, count = 0.0, 0
        if row > 0 and not np.isnan(values[row - 1, col]):
            total += values[row - 1, col]
            count += 1
        if row + 1 < n_rows and not np.isnan(values[row + 1, col]):
            total += values[row + 1, col]
            count += 1
        if col > 0 and not np.isnan(values[row, col - 1]):
            total += values[row, col - 1]
            count += 1
        if col + 1 < n_cols and not np.isnan(values[row, col + 1]):
            total += values[row, col + 1]
            count += 1
        if count > 0:
            old = values[row, col]
            values[row, col] = np.float32(old + overshoot * (total / count - old))
