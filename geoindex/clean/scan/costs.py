"""What each color costs for each unit, and the pixels of a scan under even light."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from geoindex.clean.pooling import LARGEST_COST
from geoindex.color.compiled import compiled, types

__all__ = ["BITS", "cost_table", "even_out"]

BITS = 6
"""Bits of each channel in the code of a color. Noise is larger than what the others tell."""

PENALTY = 8.0
"""Cost of every explanation that needs ink, in nats."""

CAP = 13.0
"""Cost of a color that no explanation fits."""

KEPT_TABLES = 2

_matrix = types.Array(types.float64, 2, "C", readonly=True)


@compiled(types.void(_matrix, _matrix, _matrix, types.float64, types.uint8[:, ::1]))
def fill_costs(
    units: NDArray[np.float64],
    inks: NDArray[np.float64],
    overprints: NDArray[np.float64],
    sigma: float,
    costs: NDArray[np.uint8],
) -> None:
    """Find the best explanation of each color by each unit.

    Parameters
    ----------
    units, inks : ndarray of float64, shape (n, 3)
        Inks cover: a pixel is a mixture of the unit and the ink.
    overprints : ndarray of float64, shape (n, 3)
        Directions of inks that multiply: a channel is the unit's times 1 less a part of this.
    sigma : float
        Standard deviation of the noise in levels.
    costs : ndarray of uint8, shape (2 ** (3 * BITS), n_units)
        Written.
    """
    levels, width = 1 << BITS, 256 >> BITS
    scale = 1 / (2 * sigma * sigma)
    towards = np.empty((len(units), len(inks) + len(overprints), 3))
    lengths = np.empty(towards.shape[:2])
    for k in range(len(units)):
        for i in range(towards.shape[1]):
            length = 0.0
            for channel in range(3):
                if i < len(inks):
                    step = inks[i, channel] - units[k, channel]
                else:
                    step = -units[k, channel] * overprints[i - len(inks), channel]
                towards[k, i, channel] = step
                length += step * step
            lengths[k, i] = length
    for code in range(len(costs)):
        red = (code // (levels * levels)) * width + (width - 1) / 2
        green = (code // levels % levels) * width + (width - 1) / 2
        blue = (code % levels) * width + (width - 1) / 2
        for k in range(len(units)):
            r, g, b = red - units[k, 0], green - units[k, 1], blue - units[k, 2]
            squared = r * r + g * g + b * b
            best = min(squared * scale, CAP)
            for i in range(towards.shape[1]):
                along = r * towards[k, i, 0] + g * towards[k, i, 1] + b * towards[k, i, 2]
                if best <= PENALTY or along <= 0:
                    continue
                part = min(along / lengths[k, i], 1.0)
                left = squared - part * (2 * along - part * lengths[k, i])
                best = min(best, left * scale + PENALTY)
            costs[code, k] = np.uint8(best * (LARGEST_COST / CAP) + 0.5)


_tables: OrderedDict[bytes, NDArray[np.uint8]] = OrderedDict()
_making = Lock()


def cost_table(
    units: NDArray[np.float64],
    inks: NDArray[np.float64],
    overprints: NDArray[np.float64],
    sigma: float,
) -> NDArray[np.uint8]:
    """Costs of all colors, made once for a map.

    Parameters
    ----------
    units, inks, overprints, sigma
        As in :func:`fill_costs`.

    Returns
    -------
    ndarray of uint8, shape (2 ** (3 * BITS), n_units)
    """
    key = repr((units.tolist(), inks.tolist(), overprints.tolist(), sigma)).encode()
    with _making:
        if key not in _tables:
            costs = np.empty((1 << 3 * BITS, len(units)), np.uint8)
            fill_costs(units, inks, overprints, sigma, costs)
            _tables[key] = costs
            while len(_tables) > KEPT_TABLES:
                _tables.popitem(last=False)
        _tables.move_to_end(key)
        return _tables[key]


@compiled(
    types.void(
        types.Array(types.uint8, 3, "A", readonly=True),
        types.Array(types.int32, 2, "A", readonly=True),
        types.Array(types.float64, 3, "C", readonly=True),
        types.int64,
        types.int64,
        types.int64,
        types.float32[:, :, ::1],
        types.int32[:, ::1],
    )
)
def even_out(
    pixels: NDArray[np.uint8],
    nearest: NDArray[np.int32],
    light: NDArray[np.float64],
    top: int,
    left: int,
    cell: int,
    even: NDArray[np.float32],
    codes: NDArray[np.int32],
) -> None:
    """Divide pixels by the light, interpolated between the centers of cells.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (rows, cols, 3 or 4)
    nearest : ndarray of int32, shape (rows, cols)
        Negative for nodata.
    light : ndarray of float64, shape (n_down, n_across, 3)
    top, left : int
        Place of the first pixel in the first cell, or beyond it.
    cell : int
        Pixels along a side of a cell.
    even : ndarray of float32, shape (rows, cols, 3)
        Written: the pixels.
    codes : ndarray of int32, shape (rows, cols)
        Written: the row of each pixel in the table of costs, -1 for nodata.
    """
    rows, cols = codes.shape
    mask = (1 << BITS) - 1
    line = np.empty((light.shape[1], 3))
    for row in range(rows):
        place = (top + row + 0.5) / cell - 0.5
        first = min(max(int(np.floor(place)), 0), len(light) - 1)
        part = min(max(place - first, 0.0), 1.0)
        last = min(first + 1, len(light) - 1)
        for across in range(light.shape[1]):
            for channel in range(3):
                low, high = light[first, across, channel], light[last, across, channel]
                line[across, channel] = low + part * (high - low)
        for col in range(cols):
            place = (left + col + 0.5) / cell - 0.5
            low = min(max(int(np.floor(place)), 0), len(line) - 1)
            part = min(max(place - low, 0.0), 1.0)
            high = min(low + 1, len(line) - 1)
            code = 0
            for channel in range(3):
                factor = line[low, channel] + part * (line[high, channel] - line[low, channel])
                value = pixels[row, col, channel] / factor
                even[row, col, channel] = value
                code = code << BITS | min(int(value + 0.5) >> (8 - BITS), mask)
            codes[row, col] = code if nearest[row, col] >= 0 else -1
