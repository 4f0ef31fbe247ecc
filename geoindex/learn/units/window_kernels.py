"""The main color of a window, compiled."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoindex.color.compiled import compiled, types

__all__ = ["fill_main_colors"]

ROUNDS = 6
"""Most steps of a window's mean shift."""

SETTLED = 0.01
"""Squared step in levels below which the mean shift has arrived."""


@compiled()
def _begin(
    window: NDArray[np.float32], n: int, width: int, radius2: float, center: NDArray[np.float32]
) -> None:
    """Find the pixel that has most others around it in color, of every third in each direction."""
    best = np.float32(-1)
    for first in range(0, n, 3):
        if (first // width) % 3 != 0:
            continue
        red, green, blue = window[0, first], window[1, first], window[2, first]
        weight = np.float32(0)
        for other in range(0, n, 2):
            one, two = window[0, other] - red, window[1, other] - green
            three = window[2, other] - blue
            near = np.float32(1) - (one * one + two * two + three * three) / np.float32(radius2)
            weight += max(near, np.float32(0))
        if weight > best:
            best = weight
            center[0], center[1], center[2] = red, green, blue


@compiled()
def _shift(
    window: NDArray[np.float32], n: int, radius2: float, center: NDArray[np.float32]
) -> tuple[np.float32, np.float32, np.float32]:
    """Move a color to the weighted mean of those around it.

    Returns the squared step, the number of colors around it and their summed squared distance.
    """
    total, near, scatter = np.float32(0), np.float32(0), np.float32(0)
    red, green, blue = np.float32(0), np.float32(0), np.float32(0)
    for pixel in range(n):
        one, two = window[0, pixel] - center[0], window[1, pixel] - center[1]
        three = window[2, pixel] - center[2]
        squared = one * one + two * two + three * three
        weight = np.float32(1) - squared / np.float32(radius2)
        if weight > 0:
            total += weight
            red += weight * window[0, pixel]
            green += weight * window[1, pixel]
            blue += weight * window[2, pixel]
            near += np.float32(1)
            scatter += squared
    if total == 0:
        return np.float32(0), np.float32(0), np.float32(0)
    red, green, blue = red / total, green / total, blue / total
    step = (red - center[0]) ** 2 + (green - center[1]) ** 2 + (blue - center[2]) ** 2
    center[0], center[1], center[2] = red, green, blue
    return step, near, scatter


@compiled(
    types.void(
        types.Array(types.uint8, 3, "A", readonly=True),
        types.Array(types.uint8, 2, "A", readonly=True),
        types.int64,
        types.int64[::1],
        types.int64,
        types.float64,
        types.float32[:, ::1],
        types.float32[::1],
        types.float32[::1],
    )
)
def fill_main_colors(
    colors: NDArray[np.uint8],
    valid: NDArray[np.uint8],
    row: int,
    cols: NDArray[np.int64],
    reach: int,
    radius: float,
    modes: NDArray[np.float32],
    shares: NDArray[np.float32],
    spreads: NDArray[np.float32],
) -> None:
    """Find the main colors of windows around pixels of a row.

    A window is cut off at the border of `colors`. `valid` may be empty. A share is that of the
    pixels within `radius` of the main color; it is 0 where half of a window is not valid. A spread
    is their mean distance per channel (root mean square).
    """
    rows, width = colors.shape[:2]
    side = 2 * reach + 1
    window = np.empty((3, side * side), np.float32)
    center = np.empty(3, np.float32)
    radius2 = radius * radius
    top, bottom = max(0, row - reach), min(rows, row + reach + 1)
    for place in range(len(cols)):
        left, right = max(0, cols[place] - reach), min(width, cols[place] + reach + 1)
        n, uneven = 0, False
        for y in range(top, bottom):
            for x in range(left, right):
                if valid.size > 0 and valid[y, x] == 0:
                    continue
                for channel in range(3):
                    window[channel, n] = colors[y, x, channel]
                    uneven = uneven or window[channel, n] != window[channel, 0]
                n += 1
        shares[place], spreads[place] = 0, 0
        if 2 * n < (bottom - top) * (right - left):
            continue
        if not uneven:
            modes[place], shares[place] = window[:, 0], 1
            continue
        _begin(window, n, right - left, radius2, center)
        near, scatter = np.float32(0), np.float32(0)
        for _ in range(ROUNDS):
            step, near, scatter = _shift(window, n, radius2, center)
            if step < SETTLED:
                break
        modes[place], shares[place] = center, near / n
        spreads[place] = np.sqrt(scatter / max(near, np.float32(1)) / 3)
