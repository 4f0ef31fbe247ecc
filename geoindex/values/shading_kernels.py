"""Compiled loops of reading shaded colors; :mod:`geoindex.values.shading` checks arguments."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoindex.color.compiled import compiled, types
from geoindex.rules.plane import Floats

__all__ = ["under_alpha", "under_multiply"]

_COLORS = types.Array(types.uint8, 2, "C", readonly=True)
_POINTS = types.Array(types.float64, 2, "C", readonly=True)
_PLACES = types.Array(types.float64, 1, "C", readonly=True)
_OUT = types.float64[::1]

AS_GOOD = 1.5
"""Distance that the rounding of a color and of its shade can add."""

LIGHT_FIRST = 0.75
"""Levels by which a color is preferred for a full step of shade from black to none."""


@compiled()
def best_of(misses: Floats, middles: Floats) -> tuple[Any, float]:
    """Best point of a ramp, and half of the range of those that are as good."""
    best = np.argmin(misses)
    low = high = middles[best]
    for i in range(len(misses)):
        if misses[i] <= misses[best] + AS_GOOD:
            low, high = min(low, middles[i]), max(high, middles[i])
    return best, (high - low) / 2


@compiled(types.void(_COLORS, _POINTS, _PLACES, _OUT, _OUT, _OUT))
def under_multiply(
    colors: NDArray[np.uint8],
    points: Floats,
    middles: Floats,
    places: Floats,
    distances: Floats,
    spreads: Floats,
) -> None:
    """Read colors that are those of the ramp times a shade from 0 to 1."""
    misses = np.empty(len(points))
    for n in range(len(colors)):
        red, green, blue = float(colors[n, 0]), float(colors[n, 1]), float(colors[n, 2])
        for i in range(len(points)):
            r, g, b = points[i, 0], points[i, 1], points[i, 2]
            length = r * r + g * g + b * b
            shade = 1.0
            if length > 0.0:
                shade = min(max((red * r + green * g + blue * b) / length, 0.0), 1.0)
            dr, dg, db = red - shade * r, green - shade * g, blue - shade * b
            misses[i] = np.sqrt(dr * dr + dg * dg + db * db) + LIGHT_FIRST * (1.0 - shade)
        best, spreads[n] = best_of(misses, middles)
        places[n], distances[n] = middles[best], misses[best]


@compiled(types.void(_COLORS, _POINTS, _PLACES, types.float64, _OUT, _OUT, _OUT))
def under_alpha(
    colors: NDArray[np.uint8],
    points: Floats,
    middles: Floats,
    opacity: float,
    places: Floats,
    distances: Floats,
    spreads: Floats,
) -> None:
    """Read colors that are mixtures of the ramp with any gray, whose share is the opacity."""
    misses = np.empty(len(points))
    clear = 1.0 - opacity
    for n in range(len(colors)):
        red, green, blue = float(colors[n, 0]), float(colors[n, 1]), float(colors[n, 2])
        for i in range(len(points)):
            dr = red - clear * points[i, 0]
            dg = green - clear * points[i, 1]
            db = blue - clear * points[i, 2]
            gray = (dr + dg + db) / 3.0
            inside = min(max(gray, 0.0), 255.0 * opacity)
            dr, dg, db = dr - inside, dg - inside, db - inside
            misses[i] = np.sqrt(dr * dr + dg * dg + db * db)
        best, spreads[n] = best_of(misses, middles)
        places[n], distances[n] = middles[best], misses[best]
