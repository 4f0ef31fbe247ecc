"""Compiled loop of finding narrow jumps; :mod:`geoindex.values.spikes` checks its arguments."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoindex.color.compiled import compiled, types

__all__ = ["SIDE", "mark_jumps"]

SIDE = 5
"""Side of the square in pixels: what is narrower is a line. 7 and 11 flatten real hills."""

REACH = SIDE // 2

ROWS = types.float32[:, ::1]


@compiled()
def widen(
    row: NDArray[np.float32],
    padded: NDArray[np.float32],
    out: NDArray[np.float32],
    sign: np.float32,
) -> None:
    """Write the largest of five values side by side, times `sign`, into `out`.

    What is outside of the row, and what is not finite, counts as nothing.
    """
    cols = len(row)
    for col in range(cols):
        value = sign * row[col]
        padded[col + REACH] = value if np.isfinite(value) else np.float32(-np.inf)
    for col in range(cols):
        left = max(padded[col], padded[col + 1])
        right = max(padded[col + 3], padded[col + 4])
        out[col] = max(left, right, padded[col + 2])


@compiled()
def narrow(
    rows: NDArray[np.float32], padded: NDArray[np.float32], out: NDArray[np.float32]
) -> None:
    """Write the smallest of five values side by side of the largest of five rows into `out`.

    Where all is nothing, it counts as nothing again.
    """
    cols = rows.shape[1]
    for col in range(cols):
        upper = max(rows[0, col], rows[1, col])
        lower = max(rows[3, col], rows[4, col])
        value = max(upper, lower, rows[2, col])
        padded[col + REACH] = value if value > np.float32(-np.inf) else np.float32(np.inf)
    for col in range(cols):
        left = min(padded[col], padded[col + 1])
        right = min(padded[col + 3], padded[col + 4])
        out[col] = min(left, right, padded[col + 2])


@compiled()
def mark_row(
    row: NDArray[np.float32],
    closed: NDArray[np.float32],
    opened: NDArray[np.float32],
    limits: NDArray[np.float32],
    off: NDArray[np.uint8],
) -> None:
    """Set `off` to 1 where five rows of envelopes are too far above or below a row.

    `limits` are the jump of a spike, the place of black or NaN, the share of the distance from
    black that is a jump, too, and the least jump of all. `opened` has the opposite sign.
    """
    most, black, share, least = limits[0], limits[1], limits[2], limits[3]
    for col in range(len(row)):
        upper = min(closed[0, col], closed[1, col])
        lower = min(closed[3, col], closed[4, col])
        rise = min(upper, lower, closed[2, col]) - row[col]
        upper = min(opened[0, col], opened[1, col])
        lower = min(opened[3, col], opened[4, col])
        fall = min(upper, lower, opened[2, col]) + row[col]
        away = row[col] - black
        near = min(max(share * abs(away), least), most)
        above = near if away >= np.float32(0) else most
        below = near if away <= np.float32(0) else most
        if np.isfinite(row[col]) and (rise > above or fall > below):
            off[col] = 1


@compiled(types.void(ROWS, types.int64, types.float32[::1], types.uint8[:, ::1]))
def mark_jumps(
    shares: NDArray[np.float32],
    first: int,
    limits: NDArray[np.float32],
    off: NDArray[np.uint8],
) -> None:
    """Set `off` to 1 for narrow jumps of shares of a ramp.

    Parameters
    ----------
    shares : ndarray of float32, shape (rows, cols)
        Not finite where there is none. Outside of it is nothing.
    first : int
        Row of `shares` that `off` begins with.
    limits : ndarray of float32, shape (4,)
        See :func:`mark_row`.
    off : ndarray of uint8, shape (any, cols)
        Written.
    """
    n_rows, cols = shares.shape
    behind = first + off.shape[0]
    padded = np.full(cols + 2 * REACH, np.float32(-np.inf))
    padded_again = np.full(cols + 2 * REACH, np.float32(np.inf))
    # Rings of the last five rows.
    high = np.full((SIDE, cols), np.float32(-np.inf))
    low = np.full((SIDE, cols), np.float32(-np.inf))
    closed = np.full((SIDE, cols), np.float32(np.inf))
    opened = np.full((SIDE, cols), np.float32(np.inf))
    for row in range(first - 2 * REACH, behind + 2 * REACH):
        ring = (row + 2 * SIDE) % SIDE
        if 0 <= row < n_rows:
            widen(shares[row], padded, high[ring], np.float32(1))
            widen(shares[row], padded, low[ring], np.float32(-1))
        else:
            high[ring] = np.float32(-np.inf)
            low[ring] = np.float32(-np.inf)
        middle = row - REACH
        ring = (middle + 2 * SIDE) % SIDE
        if 0 <= middle < n_rows:
            narrow(high, padded_again, closed[ring])
            narrow(low, padded_again, opened[ring])
        else:
            closed[ring] = np.float32(np.inf)
            opened[ring] = np.float32(np.inf)
        own = row - 2 * REACH
        if own >= first:
            mark_row(shares[own], closed, opened, limits, off[own - first])
