"""The light of a scan: a slow field for each channel, from cells whose unit is beyond doubt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoindex.clean.scan.cells import CELL
from geoindex.color.compiled import compiled, types

__all__ = ["LIGHT_HALO", "CoarseLight", "cell_light"]

REACH = 9
"""Cells around a cell that its light is found from."""

LIGHT_HALO = (REACH + 2) * CELL
"""Pixels around a block that its light depends on."""

DRIFT = 0.1
"""By how much the light of a cell may differ from what is expected there."""

WIDTH = 0.03
"""Standard deviation of the light of cells of one neighborhood."""

FAR, LEAST_SHARE = 20.0, 0.35
"""Levels off a unit's color that make a cell doubtful, and the share of a cell that must have its
typical color."""

PRIOR = 0.02
"""Weight of the expected light, where a neighborhood has few cells that tell."""

STEPS = 4

WEIGHTS = np.array([(1 - (step / (REACH + 1)) ** 2) ** 2 for step in range(REACH + 1)])
"""Of cells, by their distance along one axis."""


@dataclass(frozen=True, kw_only=True, eq=False)
class CoarseLight:
    """The light that is expected at each place of an image."""

    rows: tuple[float, ...]
    """Rows of the places where it is known, ascending."""

    cols: tuple[float, ...]

    values: NDArray[np.float64]
    """Shape (n_rows, n_cols)."""

    def at(self, rows: NDArray[np.float64], cols: NDArray[np.float64]) -> NDArray[np.float64]:
        """Light on the grid of some rows and columns."""
        down, across = _between(self.rows, rows), _between(self.cols, cols)
        return np.ascontiguousarray(_blend(_blend(self.values, down).T, across).T)


def _between(known: tuple[float, ...], at: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fractional places among known ones, within their range."""
    return np.interp(at, known, np.arange(len(known), dtype=np.float64))


def _blend(values: NDArray[np.float64], places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Linear interpolation along the first axis."""
    low = np.floor(places).astype(int)
    high = np.minimum(low + 1, len(values) - 1)
    part = (places - low)[:, np.newaxis]
    blended: NDArray[np.float64] = values[low] * (1 - part) + values[high] * part
    return blended


@compiled(
    types.void(
        types.float64[:, :, ::1],
        types.float64[:, ::1],
        types.Array(types.float64, 2, "C", readonly=True),
        types.float64[:, ::1],
        types.float64[:, :, ::1],
        types.float64[:, ::1],
    )
)
def compare_cells(
    modes: NDArray[np.float64],
    shares: NDArray[np.float64],
    units: NDArray[np.float64],
    expected: NDArray[np.float64],
    ratios: NDArray[np.float64],
    weights: NDArray[np.float64],
) -> None:
    """Find the unit of each cell, and the light under which it has the cell's color.

    Parameters
    ----------
    modes : ndarray of float64, shape (n_down, n_across, 3)
    shares, expected : ndarray of float64, shape (n_down, n_across)
    units : ndarray of float64, shape (n_units, 3)
    ratios : ndarray of float64, shape (n_down, n_across, 4)
        Written: cell over unit, of all channels together and of each.
    weights : ndarray of float64, shape (n_down, n_across)
        Written: how much a cell is to be trusted.
    """
    for down in range(shares.shape[0]):
        for across in range(shares.shape[1]):
            weights[down, across] = 0.0
            if shares[down, across] < LEAST_SHARE:
                continue
            mode, light = modes[down, across], expected[down, across]
            least, best, factor, off = np.inf, 0, 1.0, 0.0
            for k in range(len(units)):
                length, along = 1.0, 0.0
                for channel in range(3):
                    length += units[k, channel] * units[k, channel]
                    along += units[k, channel] * mode[channel]
                ratio = min(max(along / length, light - DRIFT), light + DRIFT)
                far = 0.0
                for channel in range(3):
                    far += (mode[channel] - ratio * units[k, channel]) ** 2
                drift = (ratio - light) / DRIFT
                if far + FAR * FAR * drift * drift < least:
                    least, best, factor, off = far + FAR * FAR * drift * drift, k, ratio, far
            ratios[down, across, 0] = factor
            for channel in range(3):
                ratios[down, across, channel + 1] = mode[channel] / max(units[best, channel], 1.0)
            trust = 1 / (1 + off / (FAR * FAR))
            weights[down, across] = shares[down, across] * trust * trust


@compiled(
    types.void(
        types.float64[:, :, ::1],
        types.float64[:, ::1],
        types.Array(types.float64, 1, "C", readonly=True),
        types.float64[:, ::1],
        types.float64[:, :, ::1],
    )
)
def settle_light(
    ratios: NDArray[np.float64],
    weights: NDArray[np.float64],
    near: NDArray[np.float64],
    expected: NDArray[np.float64],
    light: NDArray[np.float64],
) -> None:
    """Find the light that most cells around each cell agree on.

    Parameters
    ----------
    ratios, weights
        From :func:`compare_cells`.
    near : ndarray of float64, shape (reach + 1,)
        Weight of cells by their distance along an axis.
    expected : ndarray of float64, shape (n_down, n_across)
    light : ndarray of float64, shape (n_down, n_across, 3)
        Written.
    """
    rows, cols = weights.shape
    reach = len(near) - 1
    sums = np.empty(4)
    for row in range(rows):
        for col in range(cols):
            found = expected[row, col]
            width = 2 * WIDTH
            for step in range(STEPS):
                last = step == STEPS - 1
                total = PRIOR
                sums[:] = PRIOR * (found if last else expected[row, col])
                for y in range(max(0, row - reach), min(rows, row + reach + 1)):
                    for x in range(max(0, col - reach), min(cols, col + reach + 1)):
                        if weights[y, x] <= 0:
                            continue
                        off = (ratios[y, x, 0] - found) / width
                        if off * off >= 9:
                            continue
                        w = near[abs(y - row)] * near[abs(x - col)] * weights[y, x]
                        w *= (1 - off * off / 9) ** 2
                        total += w
                        sums[0] += w * ratios[y, x, 0]
                        if last:
                            for channel in range(3):
                                # A dark channel tells little of the light.
                                part = ratios[y, x, channel + 1]
                                part = min(max(part, found - WIDTH), found + WIDTH)
                                sums[channel + 1] += w * part
                found = sums[0] / total
                width = WIDTH
            for channel in range(3):
                light[row, col, channel] = sums[channel + 1] / total


def cell_light(
    modes: NDArray[np.float64],
    shares: NDArray[np.float64],
    units: NDArray[np.float64],
    expected: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Find the light of cells.

    Parameters
    ----------
    modes, shares
        From :func:`geoindex.clean.scan.cells.modes_of`.
    units : ndarray of float64, shape (n_units, 3)
    expected : ndarray of float64, shape (n_down, n_across)
        The light as far as it is known.

    Returns
    -------
    ndarray of float64, shape (n_down, n_across, 3)
        What the colors of units are multiplied by, for each channel.
    """
    ratios, weights = np.ones((*shares.shape, 4)), np.empty(shares.shape)
    compare_cells(modes, shares, units, expected, ratios, weights)
    light = np.empty(modes.shape)
    settle_light(ratios, weights, WEIGHTS, expected, light)
    return light
