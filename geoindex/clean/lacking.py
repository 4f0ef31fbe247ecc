"""Colors of areas of a map that no unit of the palette has, by the typical colors of small cells.

A unit that the palette lacks shows in many cells of one color, far from all units. Shade, words
and printed lines move the colors of cells as far, but to many different ones.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["find_lacking"]

LEAST_SHARE = 0.35
"""Share of a cell that must have its typical color."""

FAR = 14.0
"""Levels off every unit: more than a printed legend and the noise of cells are."""

SAME, AROUND = 10.0, 24.0
"""Levels within which cells have one color, and within which others would have similar ones."""

DOUBTFUL_LEGEND = 30.0
"""Levels up to which a unit's own color may be wrong, if it is seen nowhere on the map."""

LEAST_CELLS, LEAST_AREA = 4, 0.004
"""Cells of a color, at least, and their share."""

LEAST_ALONE, LEAST_ALONE_SHADED = 0.5, 0.9
"""Share of the cells around a color that must have it; if a unit in other light has it, too."""

DARKEST, BRIGHTEST = 0.6, 1.4
"""Range of the light that a hillshade makes, where it is taken for noise."""

MOST_SHADED = 0.15
"""Share of the cells of other units that may be darker or brighter than these: more is shade."""

MOST_COLORS = 16


def find_lacking(
    cells: NDArray[np.float64],
    shares: NDArray[np.float64],
    units: NDArray[np.float64],
    inks: NDArray[np.float64],
) -> tuple[tuple[int, int, int], ...]:
    """Find the colors that areas have and units do not, the most frequent one first.

    Parameters
    ----------
    cells : ndarray of float64, shape (n, 3)
        Typical color of each cell under even light.
    shares : ndarray of float64, shape (n,)
        Share of the cell's pixels that have it.
    units, inks : ndarray of float64, shape (n, 3)
        Colors of the palette.
    """
    # Rounded, so that the last bits of a mean decide nothing.
    colors = np.floor(cells[shares >= LEAST_SHARE] + 0.5)
    least = max(LEAST_CELLS, LEAST_AREA * len(colors))
    near, off, off_shaded = _nearest_units(colors, units)
    candidate = off > FAR
    if len(inks):
        to_ink = ((colors[:, np.newaxis] - inks) ** 2).sum(axis=2)
        candidate &= to_ink.min(axis=1) > DOUBTFUL_LEGEND**2
    shaded = candidate & (off_shaded <= FAR)
    rest, found = np.flatnonzero(candidate), list[tuple[int, int, int]]()
    if len(rest) < least:
        return ()
    from scipy.spatial import cKDTree  # not loaded for most maps

    every = cKDTree(colors[rest])
    while len(rest) >= least and len(found) < MOST_COLORS:
        tree = cKDTree(colors[rest])
        counts = tree.query_ball_point(colors[rest], SAME, return_length=True)
        best = int(counts.argmax())
        if counts[best] < least:
            break
        center = colors[rest[tree.query_ball_point(colors[rest[best]], SAME)]].mean(axis=0)
        same = rest[tree.query_ball_point(center, SAME)]
        around = every.query_ball_point(center, AROUND, return_length=True)
        rest = np.delete(rest, tree.query_ball_point(center, AROUND))
        if len(same) < least:
            continue
        unit = np.bincount(near[same]).argmax()
        is_seen = np.count_nonzero((near == unit) & ~candidate) >= LEAST_CELLS
        alone = len(same) / around
        of_shade = 2 * np.count_nonzero(shaded[same]) > len(same)
        if of_shade:
            others = near != unit
            is_shade = np.count_nonzero(shaded & others) > MOST_SHADED * np.count_nonzero(others)
            is_lacking = is_seen and not is_shade and alone >= LEAST_ALONE_SHADED
        else:
            gap = float(np.sqrt(((center - units) ** 2).sum(axis=1).min()))
            is_lacking = alone >= LEAST_ALONE and (is_seen or gap > DOUBTFUL_LEGEND)
        if is_lacking:
            red, green, blue = np.clip(np.floor(center + 0.5), 0, 255).astype(int).tolist()
            found.append((red, green, blue))
    return tuple(found)


def _nearest_units(
    colors: NDArray[np.float64], units: NDArray[np.float64]
) -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.float64]]:
    """Find the unit nearest to each color, how far it is, and how far one is in any light."""
    near = np.zeros(len(colors), np.intp)
    least, least_shaded = np.full((2, len(colors)), np.inf)
    for number, unit in enumerate(units):
        off = ((colors - unit) ** 2).sum(axis=1)
        factor = (colors * unit).sum(axis=1) / max((unit * unit).sum(), 1.0)
        light = np.clip(factor, DARKEST, BRIGHTEST)[:, np.newaxis]
        near[off < least] = number
        np.minimum(off, least, out=least)
        np.minimum(((colors - light * unit) ** 2).sum(axis=1), least_shaded, out=least_shaded)
    return near, np.sqrt(least), np.sqrt(least_shaded)
