"""The flat colors of a map as they were drawn: what holds area, and line work.

A color is drawn if the map has blocks of 2 x 2 pixels of it: anti-aliasing mixes colors along
edges, which are one pixel wide. Line work may be as thin; such a color is drawn if it is
frequent and no mixture of two others. JPEG leaves blocks of one color inside flat areas, but
spreads each drawn color over its neighbors, so there the peaks of the blocks count.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoindex.learn.color_areas import ColorAreas

__all__ = ["flat_colors"]

EVEN = 0.9
"""Evenness from which a map counts as kept without loss."""

LEAST_DISTANCE = 6.0
"""RGB distance below which two drawn colors count as one: a legend cannot tell them apart."""

LEAST_DISTANCE_NOISY = 12.0
"""The same after JPEG: the radius of the noise around a color."""

LEAST_BLOCKS = 4
"""Blocks that a drawn color has; 3 x 3 pixels have as many."""

LEAST_BLOCKS_SHARE = 1e-5
"""Blocks among all pixels that a drawn color has: in a large map a few come about by chance."""

LEAST_BLOCK_SHARE = 0.05
"""Blocks a pixel that a drawn color has; hatching and lines of two pixels have 0.1 to 0.5."""

LEAST_NOISY_SHARE = 0.0003
"""Blocks among all pixels that a color and the noise around it have after JPEG."""

LEAST_PEAK_SHARE = 0.5
"""Share of a drawn color in the blocks of the noise around it; photographs stay below 0.25."""

CERTAIN_SHARE = 0.001
"""Blocks among all pixels from which a color is drawn, mixture or not."""

LEAST_INK_SHARE = 0.001
"""Share of the pixels that a color without area needs to be looked at."""

MIXED_SHARE = 0.0001
"""Share of the pixels from which a color may be the other end of a mixture."""

MIXED_WITHIN = 4.0
"""RGB distance from the line between two colors within which a color is their mixture."""

MOST_ENDS = 200
"""Most colors that are looked at as ends of mixtures."""


def flat_colors(
    areas: ColorAreas, min_distance: float | None = None
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Find the flat colors of a map.

    Parameters
    ----------
    areas : ColorAreas
        Its colors, with their pixels and blocks.
    min_distance : float, optional
        Colors nearer than this (RGB) to one that holds more area count as its noise; by default
        6, and 12 in a map that JPEG has smeared.

    Returns
    -------
    colors : ndarray of uint8, shape (k, 3)
        By number of pixels, then red, green, blue; none where the image has no flat color.
    counts : ndarray of int64, shape (k,)
        Pixels of exactly this color; after JPEG those within the noise around it.
    """
    noisy = areas.evenness < EVEN
    if min_distance is None:
        min_distance = LEAST_DISTANCE_NOISY if noisy else LEAST_DISTANCE
    colors = areas.histogram.colors.astype(np.float64)
    if noisy:
        chosen, counts = _noisy(areas, colors, min_distance)
    else:
        chosen = _holding_area(areas, colors, min_distance)
        chosen = [*chosen, *_inks(areas, colors, chosen, min_distance)]
        counts = areas.histogram.counts[chosen]
    drawn = areas.histogram.colors[chosen]
    order = np.lexsort((*drawn.T[::-1], -counts))
    return drawn[order], counts[order]


def _holding_area(
    areas: ColorAreas, colors: NDArray[np.float64], min_distance: float
) -> list[int]:
    """Colors that have blocks, most blocks first, without the noise around them."""
    blocks = areas.blocks
    least = max(LEAST_BLOCKS, LEAST_BLOCKS_SHARE * areas.histogram.n_pixels)
    holding = (blocks >= least) & (blocks >= LEAST_BLOCK_SHARE * areas.histogram.counts)
    return _peaks(colors, np.where(holding, blocks, 0), min_distance)


def _peaks(
    colors: NDArray[np.float64], heights: NDArray[np.int64], min_distance: float
) -> list[int]:
    """Highest colors of which none is nearer to a higher one than the distance."""
    left = np.flatnonzero(heights)
    left = left[np.argsort(-heights[left], kind="stable")]
    peaks: list[int] = []
    while len(left):
        peaks.append(int(left[0]))
        away = np.linalg.norm(colors[left] - colors[left[0]], axis=1) >= min_distance
        # With a distance of 0 a color is still not its own neighbor.
        away[0] = False
        left = left[away]
    return peaks


def _noisy(
    areas: ColorAreas, colors: NDArray[np.float64], min_distance: float
) -> tuple[list[int], NDArray[np.int64]]:
    """Peaks of the blocks, and the pixels around each."""
    n_pixels = areas.histogram.n_pixels
    peaks = _peaks(colors, areas.blocks, min_distance)
    blocks = _around(colors, areas.blocks, peaks, min_distance)
    drawn: list[int] = []
    for place in np.argsort(-blocks, kind="stable"):
        peak, share = peaks[place], blocks[place] / n_pixels
        if blocks[place] < LEAST_BLOCKS or share < LEAST_NOISY_SHARE:
            break
        if areas.blocks[peak] < LEAST_PEAK_SHARE * blocks[place]:
            continue
        known = colors[drawn]
        if share >= CERTAIN_SHARE or not _is_mixture(colors[peak], known, known, min_distance):
            drawn.append(peak)
    return drawn, _around(colors, areas.histogram.counts, drawn, min_distance)


def _around(
    colors: NDArray[np.float64],
    weights: NDArray[np.int64],
    peaks: list[int],
    min_distance: float,
) -> NDArray[np.int64]:
    """Weight of the colors that are nearest to each peak, and within the distance."""
    nearest = np.full(len(colors), -1)
    least = np.full(len(colors), min_distance)
    for place, peak in enumerate(peaks):
        distance = np.linalg.norm(colors - colors[peak], axis=1)
        nearer = distance < least
        nearest[nearer], least[nearer] = place, distance[nearer]
    given = nearest >= 0
    sums = np.zeros(len(peaks), dtype=np.int64)
    np.add.at(sums, nearest[given], weights[given])
    return sums


def _inks(
    areas: ColorAreas, colors: NDArray[np.float64], drawn: list[int], min_distance: float
) -> list[int]:
    """Frequent colors without area that are no mixture: the line work."""
    if not drawn:
        return []
    counts, n_pixels = areas.histogram.counts, areas.histogram.n_pixels
    frequent = np.flatnonzero(counts >= max(1, LEAST_INK_SHARE * n_pixels))
    frequent = frequent[np.argsort(-counts[frequent], kind="stable")][:MOST_ENDS]
    ends = np.flatnonzero(counts >= max(1, MIXED_SHARE * n_pixels))
    ends = ends[np.argsort(-counts[ends], kind="stable")][:MOST_ENDS]
    units = colors[drawn[:MOST_ENDS]]
    inks: list[int] = []
    for color in frequent:
        known = colors[[*drawn, *inks]]
        near = np.linalg.norm(known - colors[color], axis=1).min() < min_distance
        if not near and not _is_mixture(colors[color], units, colors[ends], MIXED_WITHIN):
            inks.append(int(color))
    return inks


def _is_mixture(
    color: NDArray[np.float64],
    units: NDArray[np.float64],
    ends: NDArray[np.float64],
    within: float,
) -> bool:
    """Whether a color lies between a unit and another color of the map, away from both."""
    along = ends[np.newaxis] - units[:, np.newaxis]
    offset = color - units[:, np.newaxis]
    squared = (along**2).sum(axis=-1)
    share = (along * offset).sum(axis=-1) / np.maximum(squared, 1)
    beside = np.linalg.norm(offset - share[..., np.newaxis] * along, axis=-1)
    # Beyond the other end, or all but there, it would be the other that is the mixture.
    between = (share > 0) & ((1 - share) * np.sqrt(squared) > within)
    return bool((between & (beside <= within)).any())
