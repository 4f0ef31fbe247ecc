"""Peaks of the density of colors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoindex.learn.units.peak_kernels import LINKED, cell_densities, climb

__all__ = ["Peaks", "find_peaks"]

PROMINENCE = 1.5
"""A peak stands so many times above its saddle to a higher one."""

CELLS_PER_WIDTH = 1.5
"""Cells of the color cube per standard deviation of the bell."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Peaks:
    """Colors in groups around the peaks of their density."""

    groups: NDArray[np.intp]
    """Group of each color, shape (n,)."""

    heights: NDArray[np.float64]
    """Density of each peak, shape (n_groups,)."""

    centers: NDArray[np.float64]
    """Color of each peak, shape (n_groups, 3)."""

    prominences: NDArray[np.float64]
    """How far the density falls between each peak and the next: 0 not at all, 1 to nothing."""


def find_peaks(colors: NDArray[np.floating], weights: NDArray[np.floating], width: float) -> Peaks:
    """Find the peaks of the density of colors.

    Parameters
    ----------
    colors : ndarray, shape (n, 3)
    weights : ndarray, shape (n,)
    width : float
        Standard deviation of the bell that each color is spread over, in levels.
    """
    size = max(width / CELLS_PER_WIDTH, 1.0)
    reach = max(LINKED, int(np.ceil(2.5 * width / size)))
    bell = np.exp(-((np.arange(reach + 1) * size / width) ** 2) / 2)
    cube = np.floor(colors / size).astype(np.int64)
    cube -= cube.min(axis=0) - reach
    shape = tuple(int(side) for side in cube.max(axis=0) + reach + 1)
    codes = np.ravel_multi_index(tuple(cube.T), shape)
    found, group = np.unique(codes, return_inverse=True)
    mass = np.bincount(group, weights).astype(np.float64)
    cells = np.stack(np.unravel_index(found, shape), axis=1).astype(np.int64)
    places = np.full(shape, -1, np.int32)
    places.ravel()[found] = np.arange(len(found))
    densities = np.empty(len(found))
    cell_densities(cells, mass, places, bell, densities)
    order = np.argsort(-densities, kind="stable")
    cells, densities = cells[order], densities[order]
    places.ravel()[found[order]] = np.arange(len(found))
    above, saddles = np.empty(len(found), np.int64), np.empty(len(found))
    climb(cells, densities, places, PROMINENCE, above, saddles)
    rank = np.empty(len(found), np.int64)
    rank[order] = np.arange(len(found))
    tops, groups = np.unique(above[rank[group]], return_inverse=True)
    origin = np.floor(colors / size).min(axis=0) - reach
    return Peaks(
        groups=groups,
        heights=densities[tops],
        centers=(cells[tops] + origin + 0.5) * size,
        prominences=1 - saddles[tops] / densities[tops],
    )
