"""Ramps that come near themselves: colors that stand for values far apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoindex.rules.plane import Floats
from geoindex.values.inverse import ColorPlaces, codes_of
from geoindex.values.pieces import ONE_PLACE, Pieces

__all__ = ["NO_CHOICES", "Approach", "Choices", "choices_of", "find_approaches", "folded_share"]

NEAR = 12.0
"""Levels of 0 to 255 within which two places of a ramp are near each other."""

AWAY = 36.0
"""Levels that it must have been away in between."""

MOST_POINTS = 1024
"""Points of a ramp that are compared with each other."""


@dataclass(frozen=True, kw_only=True)
class Approach:
    """Two stretches of a ramp that have nearly the same colors."""

    first: tuple[float, float]
    """The lower one, as shares of the ramp."""

    second: tuple[float, float]
    """The upper one."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Choices:
    """Colors of a picture that the ramp has at several places."""

    colors: NDArray[np.int64]
    """Which of the colors of the picture, rising."""

    begins: NDArray[np.int64]
    """Where the places of each begin in `places`; one more at the end."""

    places: Floats
    """Middles of the places as shares of the ramp."""


NO_CHOICES = Choices(
    colors=np.empty(0, dtype=np.int64), begins=np.zeros(1, dtype=np.int64), places=np.empty(0)
)
"""Where every color stands for one value."""


def find_approaches(pieces: Pieces) -> list[Approach]:
    """Find where a ramp comes near itself after it had gone away.

    Returns
    -------
    list of Approach
        From low to high.
    """
    from scipy.ndimage import find_objects, label

    thinned = np.unique(np.linspace(0, len(pieces.codes) - 1, MOST_POINTS).astype(int))
    colors = pieces.colors[thinned].astype(np.float64)
    lows, highs = pieces.lows[thinned], pieces.highs[thinned]
    squared = ((colors[:, np.newaxis] - colors) ** 2).sum(axis=2)
    # From each point upward, how far the ramp has been from it.
    farthest = np.maximum.accumulate(np.triu(squared), axis=1)
    returns = np.triu(squared <= NEAR**2) & (farthest >= AWAY**2)
    blobs, _ = label(returns, structure=np.ones((3, 3)))
    found = []
    for rows, cols in find_objects(blobs):
        first = (float(lows[rows.start]), float(highs[rows.stop - 1]))
        second = (float(lows[cols.start]), float(highs[cols.stop - 1]))
        found.append(Approach(first=first, second=second))
    return sorted(found, key=lambda approach: (approach.first, approach.second))


def folded_share(approaches: list[Approach]) -> float:
    """Share of a ramp that has nearly the same colors elsewhere."""
    covered, end = 0.0, 0.0
    for low, high in sorted(side for one in approaches for side in (one.first, one.second)):
        covered += max(0.0, high - max(low, end))
        end = max(end, high)
    return covered


def choices_of(
    places: ColorPlaces, approaches: list[Approach], is_on: NDArray[np.bool_]
) -> Choices:
    """Find the colors of a picture that can stand for several places, and these.

    Colors that the ramp makes have the intervals of that color. Others, within an approach, can
    also stand for the nearest point of its other side.
    """
    pieces = places.pieces
    known, lows, highs = pieces.intervals
    codes = codes_of(places.histogram.colors)
    left = np.searchsorted(known, codes, side="left")
    right = np.searchsorted(known, codes, side="right")
    chosen: list[int] = []
    middles: list[Floats] = []
    for color in np.flatnonzero(is_on & places.is_exact & (right - left > 1)).tolist():
        chosen.append(color)
        span = slice(left[color], right[color])
        middles.append((lows[span] + highs[span]) / 2)
    for color in np.flatnonzero(is_on & ~places.is_exact).tolist() if approaches else []:
        more = _other_sides(places, color, approaches)
        if len(more) > 1:
            chosen.append(color)
            middles.append(np.array(more))
    order = np.argsort(chosen, kind="stable")
    middles = [middles[i] for i in order]
    sizes = [len(part) for part in middles]
    return Choices(
        colors=np.array(chosen, dtype=np.int64)[order],
        begins=np.cumsum([0, *sizes]).astype(np.int64),
        places=np.concatenate(middles) if middles else np.empty(0),
    )


def _other_sides(places: ColorPlaces, color: int, approaches: list[Approach]) -> list[float]:
    """Places of a color that the ramp does not make: the nearest one, and rivals far from it."""
    own = float(places.lows[color])
    rgb = places.histogram.colors[color].astype(np.float64)
    pieces = places.pieces
    found = [own]
    for approach in approaches:
        for here, there in ((approach.first, approach.second), (approach.second, approach.first)):
            if here[0] - ONE_PLACE <= own <= here[1] + ONE_PLACE:
                inside = np.flatnonzero((pieces.highs >= there[0]) & (pieces.lows <= there[1]))
                far = ((pieces.colors[inside].astype(np.float64) - rgb) ** 2).sum(axis=1)
                best = inside[int(np.argmin(far))]
                if far.min() <= (places.distances[color] + NEAR) ** 2:
                    found.append(float(pieces.lows[best] + pieces.highs[best]) / 2)
    return sorted(set(found))
