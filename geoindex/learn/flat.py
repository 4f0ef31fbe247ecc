"""The flat colors of a map exactly as drawn: those of areas and those of lines.

A color counts as drawn if the map has blocks of 2 x 2 pixels of it: the mixtures that
anti-aliasing leaves along edges are one pixel wide. Lines may be as thin; their color counts as
drawn if it is frequent and no mixture of two others. JPEG leaves blocks of one color inside flat
areas but blurs each color into similar ones, so there only the peaks of the blocks count.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoindex.learn.color_areas import ColorAreas

__all__ = ["EVEN", "LEAST_DISTANCE", "block_shares", "drawn_as_lines", "flat_colors"]

EVEN = 0.9
"""Evenness from which a map counts as losslessly stored."""

LEAST_DISTANCE = 6.0
"""RGB distance below which two drawn colors count as one: a legend cannot tell them apart."""

LEAST_DISTANCE_NOISY = 12.0
"""The same for JPEG: the radius of the noise around a color."""

LEAST_BLOCKS = 4
"""Fewest blocks of a drawn color; 3 x 3 pixels have as many."""

LEAST_BLOCKS_SHARE = 1e-5
"""Fewest blocks of a drawn color per pixel of the map; a large map has a few by chance."""

LEAST_BLOCK_SHARE = 0.05
"""Fewest blocks per pixel of a drawn color; hatching and two-pixel lines have 0.1 to 0.5."""

LEAST_NOISY_SHARE = 0.0003
"""Fewest blocks of a color and the noise around it per pixel of the map, for JPEG."""

LEAST_PEAK_SHARE = 0.5
"""Share of a drawn color in the blocks of the noise around it; photographs stay below 0.25."""

CERTAIN_SHARE = 0.001
"""Blocks per pixel of the map from which a color counts as drawn, mixture or not."""

LEAST_INK_SHARE = 0.001
"""Least share of the pixels of a color of lines."""

THIN_BLOCK_SHARE = 0.5
"""Blocks per pixel below which a color is drawn as lines; a line of two pixels has 0.5, an area
nearly 1."""

DARK = 96
"""Brightness (0-255) below which lines and text count as ink."""

MIXED_SHARE = 0.0001
"""Least share of the pixels of a color that others may be mixed with."""

MIXED_WITHIN = 4.0
"""RGB distance from the line between two colors within which a color is their mixture."""

MOST_ENDS = 200
"""Most colors considered as ends of mixtures."""


def flat_colors(
    areas: ColorAreas, min_distance: float | None = None
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Find the flat colors of a map.

    Parameters
    ----------
    areas : ColorAreas
        The colors of the map with their pixels and blocks.
    min_distance : float, optional
        Colors closer than this (RGB) to one with more area are merged into it; 6 by default,
        12 for a map that was stored as JPEG.

    Returns
    -------
    colors : ndarray of uint8, shape (k, 3)
        Ordered by number of pixels, then red, green, blue; empty if there is no flat color.
    counts : ndarray of int64, shape (k,)
        Pixels of exactly this color; for JPEG also those of the noise around it.
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


def drawn_as_lines(areas: ColorAreas, colors: NDArray[np.uint8]) -> list[bool]:
    """Find the dark colors that are drawn as thin lines and text, which print over the units.

    Parameters
    ----------
    areas : ColorAreas
    colors : ndarray of uint8, shape (k, 3)
        Flat colors of the map.

    Returns
    -------
    list of bool
        All False for a map that was stored as JPEG, where lines have no color of their own, and
        if all colors would be lines.
    """
    if areas.evenness < EVEN:
        return [False] * len(colors)
    is_thin = block_shares(areas, colors) < THIN_BLOCK_SHARE
    is_dark = colors @ np.array([299, 587, 114]) < DARK * 1000
    inks = is_thin & is_dark
    return [bool(ink) for ink in inks & ~inks.all()]


def block_shares(areas: ColorAreas, colors: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Blocks per pixel of flat colors of a map: nearly 1 in areas, less in lines.

    Parameters
    ----------
    areas : ColorAreas
    colors : ndarray of uint8, shape (k, 3)

    Returns
    -------
    ndarray of float, shape (k,)
    """
    known = {color.tobytes(): row for row, color in enumerate(areas.histogram.colors)}
    rows = [known[color.tobytes()] for color in colors]
    return np.asarray(areas.blocks[rows] / areas.histogram.counts[rows])


def _holding_area(
    areas: ColorAreas, colors: NDArray[np.float64], min_distance: float
) -> list[int]:
    """Colors with enough blocks, most blocks first, without the noise around them."""
    blocks = areas.blocks
    least = max(LEAST_BLOCKS, LEAST_BLOCKS_SHARE * areas.histogram.n_pixels)
    holding = (blocks >= least) & (blocks >= LEAST_BLOCK_SHARE * areas.histogram.counts)
    return _peaks(colors, np.where(holding, blocks, 0), min_distance)


def _peaks(
    colors: NDArray[np.float64], heights: NDArray[np.int64], min_distance: float
) -> list[int]:
    """Highest colors, none of them closer than the distance to a higher one."""
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
    """Peaks of the blocks, and the number of pixels around each."""
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
    """Total weight of the colors around each peak; each color counts for its nearest peak."""
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
    """Frequent colors without area that are no mixtures: those of lines."""
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
    # Whole numbers, exact in any order: nothing is divided and no root taken.
    length = (along**2).sum(axis=-1)
    way = (along * offset).sum(axis=-1)
    left = length - way
    # Beyond the other end, or close to it, the other one would be the mixture.
    between = (way > 0) & (left > 0) & (left**2 > within**2 * length)
    beside = (offset**2).sum(axis=-1) * length - way**2
    return bool((between & (beside <= within**2 * length)).any())
