"""Density of colors in cells of a color cube, and which cells belong to which peak; compiled."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoindex.color.compiled import compiled, types

__all__ = ["cell_densities", "climb"]

LINKED = 2
"""Cells at most so far apart, in each direction, are neighbors: density has gaps by chance."""


@compiled(
    types.void(
        types.int64[:, ::1],
        types.float64[::1],
        types.int32[:, :, ::1],
        types.float64[::1],
        types.float64[::1],
    )
)
def cell_densities(
    cells: NDArray[np.int64],
    weights: NDArray[np.float64],
    places: NDArray[np.int32],
    bell: NDArray[np.float64],
    densities: NDArray[np.float64],
) -> None:
    """Sum the weights around each cell.

    `places` holds the number of the cell at each place of the cube, or -1; cells lie at least
    ``len(bell) - 1`` inside it. `bell` holds the weight at each distance along an axis.
    """
    reach = len(bell) - 1
    for i in range(len(cells)):
        x, y, z = cells[i]
        total = 0.0
        for a in range(-reach, reach + 1):
            for b in range(-reach, reach + 1):
                part = bell[abs(a)] * bell[abs(b)]
                for c in range(-reach, reach + 1):
                    other = places[x + a, y + b, z + c]
                    if other >= 0:
                        total += part * bell[abs(c)] * weights[other]
        densities[i] = total


@compiled()
def _root(above: NDArray[np.int64], cell: int) -> int:
    while above[cell] != cell:
        above[cell] = above[above[cell]]
        cell = above[cell]
    return cell


@compiled(
    types.void(
        types.int64[:, ::1],
        types.float64[::1],
        types.int32[:, :, ::1],
        types.float64,
        types.int64[::1],
        types.float64[::1],
    )
)
def climb(
    cells: NDArray[np.int64],
    densities: NDArray[np.float64],
    places: NDArray[np.int32],
    prominence: float,
    above: NDArray[np.int64],
    saddles: NDArray[np.float64],
) -> None:
    """Give each cell the peak that it belongs to.

    The cells are in the order of falling density. A peak that stands less than `prominence` times
    above its saddle to a higher one belongs to that. `above` gets the number of the peak's cell
    for each cell, `saddles` the highest saddle of each peak to another one.

    F. Chazal, L. Guibas, S. Oudot and P. Skraba (2013), "Persistence-based clustering in
    Riemannian manifolds".
    """
    for i in range(len(cells)):
        above[i], saddles[i] = i, 0
    for i in range(len(cells)):
        x, y, z = cells[i]
        highest = i
        for a in range(-LINKED, LINKED + 1):
            for b in range(-LINKED, LINKED + 1):
                for c in range(-LINKED, LINKED + 1):
                    other = places[x + a, y + b, z + c]
                    if other >= 0 and other < highest:
                        highest = other
        if highest == i:
            continue
        mine = _root(above, highest)
        above[i] = mine
        for a in range(-LINKED, LINKED + 1):
            for b in range(-LINKED, LINKED + 1):
                for c in range(-LINKED, LINKED + 1):
                    other = places[x + a, y + b, z + c]
                    if other < 0 or other >= i:
                        continue
                    theirs = _root(above, other)
                    if theirs == mine:
                        continue
                    low, high = max(mine, theirs), min(mine, theirs)
                    if densities[low] < prominence * densities[i]:
                        above[low] = high
                        mine = high
                    else:
                        saddles[low] = max(saddles[low], densities[i])
                        saddles[high] = max(saddles[high], densities[i])
        above[i] = mine
    for i in range(len(cells)):
        above[i] = _root(above, i)
