"""Detects that a map shows a palette with partial opacity."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from geoindex.palette import Palette
from geoindex.rules.palette_columns import faded_colors

__all__ = ["faded_text", "likely_opacity"]

LOOKED_AT = 40
"""Number of frequent colors that are compared."""

LEAST_SHARE = 0.5
"""Least share of the pixels with frequent colors; a photograph has no frequent colors."""

MOST_CLASSES = 1024
"""Palettes with more colors have one near any color."""

LEAST_COLORS = 4
"""Fewest frequent colors that tell, and fewest colors of the palette that they must show: one
color or two can be faded to nearly anything."""

ALIKE = 16
"""Steps of a channel within which colors of the palette count as one."""

WHITE = (255, 255, 255)

PERCENTS = range(20, 100, 5)
"""Opacities that are tried."""

CLOSE, FAR = 3.0, 12.0
"""Mean RGB distances up to which a palette fits, and from which it does not."""


def likely_opacity(
    colors: NDArray[np.uint8], counts: NDArray[np.int64], palette: Palette
) -> float | None:
    """Opacity at which a palette on white paper has the frequent colors of a map.

    Parameters
    ----------
    colors : ndarray of uint8, shape (n, 3)
        Distinct colors of the map.
    counts : ndarray of int64, shape (n,)
        Their pixels.
    palette : Palette

    Returns
    -------
    float or None
        None if the palette fits as it is, or at no opacity.
    """
    chosen = np.argsort(-counts, kind="stable")[:LOOKED_AT]
    weights = counts[chosen]
    frequent = weights >= counts.sum() / 500
    if len(palette) > MOST_CLASSES or frequent.sum() < LEAST_COLORS:
        return None
    if weights[frequent].sum() < LEAST_SHARE * counts.sum():
        return None
    drawn, weights = colors[chosen][frequent], weights[frequent]
    if _fits(drawn, weights, palette.colors[np.newaxis])[0][0] < FAR:
        return None
    faded = _faded(palette)
    distances, rows = _fits(drawn, weights, faded)
    best = int(distances.argmin())
    shown = {tuple(color) for color in (faded[best][rows[best]] // ALIKE).tolist()}
    is_shown = distances[best] < CLOSE and len(shown) >= LEAST_COLORS
    return PERCENTS[best] / 100 if is_shown else None


@lru_cache(maxsize=4)
def _faded(palette: Palette) -> NDArray[np.uint8]:
    """Colors of a palette on white by its opacity; the sheets of a batch share them."""
    return np.stack([faded_colors(palette.colors, percent / 100, WHITE) for percent in PERCENTS])


def faded_text(opacity: float) -> str:
    """Say what to do about partial opacity."""
    return (
        f"the map has the colors of the palette at an opacity of about {opacity:.0%} on white; "
        f"use opacity={opacity:g}, by palette.faded in Python"
    )


def _fits(
    colors: NDArray[np.uint8], weights: NDArray[np.int64], palettes: NDArray[np.uint8]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Mean RGB distance of colors from the nearest of each palette, and the rows of these."""
    one, other = colors.astype(np.float32), palettes.astype(np.float32)
    # Whole numbers below 2 ** 24, hence exact.
    squares = -2 * one @ other.transpose(0, 2, 1)
    squares += (one**2).sum(1)[:, np.newaxis] + (other**2).sum(2)[:, np.newaxis]
    distances = np.sqrt(squares.min(axis=2).astype(np.float64))
    # Rounded, so that the last bits do not matter.
    return ((distances * weights).sum(1) / weights.sum()).round(6), squares.argmin(axis=2)
