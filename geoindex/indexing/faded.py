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
"""Fewest frequent colors that tell."""

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
    if _mean_distance(drawn, weights, palette) < FAR:
        return None
    found = {
        percent: _mean_distance(drawn, weights, palette.faded(percent / 100))
        for percent in range(20, 100, 5)
    }
    best = min(found, key=lambda percent: found[percent])
    return best / 100 if found[best] < CLOSE else None


def faded_text(opacity: float) -> str:
    """Tell what to do about a layer that is partly transparent."""
    return (
        f"the map has the colors of the palette at an opacity of about {opacity:.0%} on white; "
        f"use opacity={opacity:g}, by palette.faded in Python"
    )


def _mean_distance(
    colors: NDArray[np.uint8], weights: NDArray[np.int64], palette: Palette
) -> float:
    """Mean RGB distance of colors from the nearest of a palette."""
    apart = colors.astype(np.int64)[:, np.newaxis] - palette.colors[np.newaxis]
    nearest = np.sqrt((apart**2).sum(axis=-1).min(axis=1))
    # Rounded, so that its last bits decide nothing.
    return round(float((nearest * weights).sum() / weights.sum()), 6)
