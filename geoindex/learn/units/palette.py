"""Units and inks as colors of 8 bits, with their roles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoindex.learn.flat import (
    EVEN,
    LEAST_DISTANCE,
    block_shares,
    drawn_as_lines,
    flat_colors,
)
from geoindex.learn.units.inks import lies_on_units, printed_inks
from geoindex.learn.units.survey import Survey
from geoindex.learn.units.thin_inks import mixed_with_inks, thin_inks

__all__ = ["UnitColors", "unit_colors"]

THIN = 0.6
"""Blocks of 2 x 2 per pixel below which a color is drawn as lines, of up to three pixels."""

SOFT = 0.2
"""The same below which a rare color is that of soft edges or of lines thinner than a pixel."""

RARE = 0.002
"""Share of the map of a rare color."""

UNSURE = 0.3
"""Certainty of a color that is drawn exactly but holds no window."""


@dataclass(frozen=True, kw_only=True, eq=False)
class UnitColors:
    """Units and inks, largest first."""

    colors: NDArray[np.uint8]
    """Shape (n, 3), all different."""

    counts: NDArray[np.int64]
    """Pixels of each: exactly of this color if the map is drawn exactly, else an estimate."""

    spreads: NDArray[np.float64]
    """Scatter of a unit's windows in levels per channel; 0 for inks."""

    certainties: NDArray[np.float64]
    """0 to 1."""

    is_ink: NDArray[np.bool_]


def unit_colors(survey: Survey, min_distance: float | None) -> UnitColors:
    """Give units and inks colors of 8 bits.

    Parameters
    ----------
    survey : Survey
    min_distance : float, optional
        Colors closer than this (RGB) to one with more area are left out; 6 by default.

    Returns
    -------
    UnitColors
        Empty if nothing holds area.
    """
    least = LEAST_DISTANCE if min_distance is None else min_distance
    found = survey.found
    is_lit = found is not None and found.lights[0].kind is not None
    if survey.areas.evenness >= EVEN and not is_lit:
        return _drawn(survey, least)
    return _without_close(_measured(survey), least)


def _measured(survey: Survey) -> UnitColors:
    """Units of a picture with noise, or in uneven light."""
    found = survey.found
    if found is None:
        return _none()
    n_pixels = survey.areas.histogram.n_pixels
    n_windows = sum(label.size for label in found.labels)
    inks, shares = printed_inks(survey.samples, found)
    colors = np.vstack([_whole(found.colors), inks])
    weights = np.concatenate([found.windows / n_windows, shares])
    n_inks = len(inks)
    return UnitColors(
        colors=colors.astype(np.uint8),
        counts=np.floor(weights * n_pixels + 0.5).astype(np.int64),
        spreads=np.concatenate([found.spreads, np.zeros(n_inks)]),
        certainties=np.concatenate([found.certainties, np.full(n_inks, UNSURE)]),
        is_ink=np.arange(len(colors)) >= len(found.colors),
    )


def _drawn(survey: Survey, least: float) -> UnitColors:
    """Units and inks of a map that is drawn exactly: its flat colors."""
    areas, found = survey.areas, survey.found
    colors, counts = flat_colors(areas, least)
    spreads, certainties = np.zeros(len(colors)), np.full(len(colors), UNSURE)
    is_ink = np.array(drawn_as_lines(areas, colors), dtype=bool).reshape(-1)
    if found is not None and len(found.colors) and len(colors):
        gaps = np.linalg.norm(colors[:, np.newaxis] - found.colors.astype(np.float64), axis=-1)
        holds = gaps.min(axis=1) < LEAST_DISTANCE
        nearest = gaps.argmin(axis=1)
        certainties[holds] = found.certainties[nearest[holds]]
        spreads[holds] = found.spreads[nearest[holds]]
        blocks = block_shares(areas, colors)
        several, most = lies_on_units(survey.samples, found, colors)
        is_ink = ~holds & (is_ink | ((blocks < THIN) & several))
        rare = (counts < RARE * areas.histogram.n_pixels) & ~holds & ~is_ink
        soft, under = rare & (blocks < SOFT), _whole(found.colors)[most]
        mixed = np.flatnonzero(soft & (most >= 0))
        inks = thin_inks(colors[mixed], under[mixed], colors[is_ink])
        every = np.concatenate([colors[is_ink], inks])
        soft |= rare & (blocks < THIN) & mixed_with_inks(colors, under, every)
        # No pixel has exactly the color of such an ink.
        colors = np.concatenate([colors[~soft], inks])
        counts, is_ink, spreads, certainties = (
            np.concatenate([given[~soft], np.full(len(inks), value, given.dtype)])
            for given, value in ((counts, 0), (is_ink, True), (spreads, 0), (certainties, UNSURE))
        )
    return _ordered(
        UnitColors(
            colors=colors,
            counts=counts,
            spreads=spreads,
            certainties=certainties,
            is_ink=is_ink & ~is_ink.all(),
        )
    )


def _whole(colors: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Colors in whole levels."""
    whole: NDArray[np.uint8] = np.clip(np.floor(colors + 0.5), 0, 255).astype(np.uint8)
    return whole


def _without_close(given: UnitColors, least: float) -> UnitColors:
    """Leave out colors that are close to one with more area, or the same in 8 bits."""
    given = _ordered(given)
    kept: list[int] = []
    for row, color in enumerate(given.colors.astype(np.float64)):
        gaps = np.linalg.norm(given.colors[kept] - color, axis=1)
        # With a distance of 0 a color is still not its own neighbor.
        if not len(gaps) or gaps.min() >= max(least, 0.5):
            kept.append(row)
    return _chosen(given, np.array(kept, dtype=np.intp))


def _ordered(given: UnitColors) -> UnitColors:
    return _chosen(given, np.lexsort((*given.colors.T[::-1], -given.counts)))


def _chosen(given: UnitColors, rows: NDArray[np.intp]) -> UnitColors:
    return UnitColors(
        colors=given.colors[rows],
        counts=given.counts[rows],
        spreads=given.spreads[rows],
        certainties=given.certainties[rows],
        is_ink=given.is_ink[rows],
    )


def _none() -> UnitColors:
    return UnitColors(
        colors=np.empty((0, 3), np.uint8),
        counts=np.empty(0, np.int64),
        spreads=np.empty(0),
        certainties=np.empty(0),
        is_ink=np.empty(0, np.bool_),
    )
