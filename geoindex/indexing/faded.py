"""Whether a map shows a palette through a layer that is partly transparent."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from geoindex.palette import Palette
from geoindex.rules.palette_columns import faded_colors

__all__ = ["faded_text", "likely_opacity"]

LOOKED_AT = 40
"""Frequent colors that are compared."""

LEAST_SHARE = 0.5
"""Least share of the pixels that these must have: a photograph has no frequent colors."""

MOST_CLASSES = 1024
"""Palettes with more colors have some near every color."""

LEAST_COLORS = 4
"""Fewest frequent colors that tell, and fewest colors of the palette that they must show: one
color or two can be faded to nearly anything."""

ALIKE = 16
"""Steps of a channel within which colors of the palette count as one."""

WHITE = (255, 255, 255)

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
    if _fit(drawn, weights, palette.colors)[0] < FAR:
        return None
    faded = _faded(palette)
    fits = {percent: _fit(drawn, weights, colors) for percent, colors in faded.items()}
    best = min(fits, key=lambda percent: fits[percent][0])
    distance, rows = fits[best]
    shown = {tuple(color) for color in (faded[best][rows] // ALIKE).tolist()}
    return best / 100 if distance < CLOSE and len(shown) >= LEAST_COLORS else None


@lru_cache(maxsize=4)
def _faded(palette: Palette) -> dict[int, NDArray[np.uint8]]:
    """Colors of a palette on white by the percents of opacity; the sheets of a batch share it."""
    return {
        percent: faded_colors(palette.colors, percent / 100, WHITE)
        for percent in range(20, 100, 5)
    }


def faded_text(opacity: float) -> str:
    """Tell what to do about a layer that is partly transparent."""
    return (
        f"the map has the colors of the palette at an opacity of about {opacity:.0%} on white; "
        f"use opacity={opacity:g}, by palette.faded in Python"
    )


def _fit(
    colors: NDArray[np.uint8], weights: NDArray[np.int64], palette: NDArray[np.uint8]
) -> tuple[float, NDArray[np.int64]]:
    """Mean RGB distance of colors from the nearest of a palette, and the rows of these."""
    one, other = colors.astype(np.float32), palette.astype(np.float32)
    # Whole numbers below 2 ** 24, hence exact.
    squares = (one**2).sum(1)[:, np.newaxis] + (other**2).sum(1) - 2 * one @ other.T
    distances = np.sqrt(squares.min(axis=1).astype(np.float64))
    # Rounded, so that its last bits decide nothing.
    mean = round(float((distances * weights).sum() / weights.sum()), 6)
    return mean, squares.argmin(axis=1)
