"""Whether a map shows a palette through a layer that is partly transparent."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoindex.palette import Palette

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
    if _fit(drawn, weights, palette)[0] < FAR:
        return None
    fits = {
        percent: _fit(drawn, weights, palette.faded(percent / 100))
        for percent in range(20, 100, 5)
    }
    best = min(fits, key=lambda percent: fits[percent][0])
    distance, n_shown = fits[best]
    return best / 100 if distance < CLOSE and n_shown >= LEAST_COLORS else None


def faded_text(opacity: float) -> str:
    """Tell what to do about a layer that is partly transparent."""
    return (
        f"the map has the colors of the palette at an opacity of about {opacity:.0%} on white; "
        f"use opacity={opacity:g}, by palette.faded in Python"
    )


def _fit(
    colors: NDArray[np.uint8], weights: NDArray[np.int64], palette: Palette
) -> tuple[float, int]:
    """Mean RGB distance of colors from the nearest of a palette; how many of it are nearest."""
    apart = colors.astype(np.int64)[:, np.newaxis] - palette.colors[np.newaxis]
    squares = (apart**2).sum(axis=-1)
    distances = np.sqrt(squares.min(axis=1))
    # Rounded, so that its last bits decide nothing.
    mean = round(float((distances * weights).sum() / weights.sum()), 6)
    shown = palette.colors[squares.argmin(axis=1)] // ALIKE
    return mean, len(np.unique(shown, axis=0))
