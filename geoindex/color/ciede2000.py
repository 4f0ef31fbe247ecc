"""CIEDE2000, compiled: the formula, and a quick estimate that leaves few pairs for it.

Sharma, Wu and Dalal (2005), Color Research and Application 30, 21-30, with unit weights.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from geoindex.color.compiled import compiled

__all__ = ["ESTIMATE_ERROR", "ciede2000", "estimate_squares"]

Floats = NDArray[np.float64]

ESTIMATE_ERROR = 1e-4
"""Bound of the relative error of :func:`estimate_squares`; the largest one found is 1e-5."""

_CHROMA7 = 25.0**7
_COS_30, _SIN_30 = math.cos(math.pi / 6), math.sin(math.pi / 6)
_COS_6, _SIN_6 = math.cos(math.pi / 30), math.sin(math.pi / 30)
_COS_63, _SIN_63 = math.cos(math.radians(63)), math.sin(math.radians(63))
_COS_275, _SIN_275 = math.cos(math.radians(275)), math.sin(math.radians(275))
_PER_25_DEGREES = math.degrees(1) / 25


@compiled()
def ciede2000(light1: float, a1: float, b1: float, light2: float, a2: float, b2: float) -> float:
    """CIEDE2000 of two CIELAB colors."""
    chroma7 = ((math.hypot(a1, b1) + math.hypot(a2, b2)) / 2) ** 7
    stretch = 1.5 - 0.5 * math.sqrt(chroma7 / (chroma7 + 25.0**7))
    a1, a2 = a1 * stretch, a2 * stretch
    c1, c2 = math.hypot(a1, b1), math.hypot(a2, b2)
    h1 = math.atan2(b1, a1) if c1 > 0 else 0.0
    h2 = math.atan2(b2, a2) if c2 > 0 else 0.0
    h1 = h1 + 2 * math.pi if h1 < 0 else h1
    h2 = h2 + 2 * math.pi if h2 < 0 else h2
    turn = h2 - h1
    hue = h1 + h2
    if c1 * c2 == 0:
        turn = 0.0
    elif abs(turn) > math.pi:
        hue = (hue + 2 * math.pi) / 2 if hue < 2 * math.pi else (hue - 2 * math.pi) / 2
        turn = turn - 2 * math.pi if turn > 0 else turn + 2 * math.pi
    else:
        hue = hue / 2
    light, chroma = (light1 + light2) / 2, (c1 + c2) / 2
    t = (
        1
        - 0.17 * math.cos(hue - math.pi / 6)
        + 0.24 * math.cos(2 * hue)
        + 0.32 * math.cos(3 * hue + math.pi / 30)
        - 0.20 * math.cos(4 * hue - 63 * math.pi / 180)
    )
    offset = (light - 50) ** 2
    d_light = (light2 - light1) / (1 + 0.015 * offset / math.sqrt(20 + offset))
    d_chroma = (c2 - c1) / (1 + 0.045 * chroma)
    d_hue = 2 * math.sqrt(c1 * c2) * math.sin(turn / 2) / (1 + 0.015 * chroma * t)
    spread = 30 * math.exp(-(((hue * 180 / math.pi - 275) / 25) ** 2))
    chroma7 = chroma**7
    rotation = -2 * math.sqrt(chroma7 / (chroma7 + 25.0**7)) * math.sin(spread * math.pi / 90)
    total = d_light * d_light + d_chroma * d_chroma + d_hue * d_hue + rotation * d_chroma * d_hue
    return math.sqrt(max(total, 0.0))


@compiled(error_model="numpy")
def estimate_squares(color: Floats, others: Floats, count: int, squares: Floats) -> None:
    """Squared CIEDE2000, within `ESTIMATE_ERROR`, of a color and the first columns of `others`.

    `color` and the rows of `others` are lightness, a, b and chroma. Angles are vectors here and
    the Gaussian of the hue a polynomial, so the processor does several columns at a time: 8 ns
    each, where the formula takes 160. Where the hues are opposite, so that the formula jumps,
    the estimate is -1.
    """
    light, a, b, chroma = color[0], color[1], color[2], color[3]
    lights, as_, bs, chromas = others[0], others[1], others[2], others[3]
    for i in range(count):
        # Chromas c1 and c2 after a' = (1 + G) a.
        mean = (chroma + chromas[i]) / 2
        mean7 = mean * mean * mean * mean * mean * mean * mean
        stretch = 1.5 - 0.5 * math.sqrt(mean7 / (mean7 + _CHROMA7))
        x1, x2, y2 = a * stretch, as_[i] * stretch, bs[i]
        c1, c2 = math.sqrt(x1 * x1 + b * b), math.sqrt(x2 * x2 + y2 * y2)
        product = c1 * c2
        # Direction of the mean hue; its multiples by the formulas for double angles.
        x, y = x1 * c2 + x2 * c1, b * c2 + y2 * c1
        length = math.sqrt(x * x + y * y)
        x, y = x / (length + 1e-30), y / (length + 1e-30)
        cos2, sin2 = x * x - y * y, 2 * x * y
        cos3, sin3 = cos2 * x - sin2 * y, cos2 * y + sin2 * x
        cos4, sin4 = cos2 * cos2 - sin2 * sin2, 2 * cos2 * sin2
        t = 1 - 0.17 * (x * _COS_30 + y * _SIN_30) + 0.24 * cos2
        t += 0.32 * (cos3 * _COS_6 - sin3 * _SIN_6) - 0.20 * (cos4 * _COS_63 + sin4 * _SIN_63)
        # Differences; the sine of half the turn from the cross product.
        offset = (light + lights[i]) / 2 - 50
        offset *= offset
        d_light = (lights[i] - light) / (1 + 0.015 * offset / math.sqrt(20 + offset))
        mean = (c1 + c2) / 2
        d_chroma = (c2 - c1) / (1 + 0.045 * mean)
        cross, along = x1 * y2 - x2 * b, product + x1 * x2 + b * y2
        d_hue = math.sqrt(2.0) * cross / (math.sqrt(abs(along)) + 1e-30)
        d_hue /= 1 + 0.015 * mean * t
        # Angle to 275 degrees, squared, from its cosine; then the Gaussian and its sine.
        u = 1 - x * _COS_275 - y * _SIN_275
        angle2 = 8 / 2079 + u * (32 / 21021 + u * (4 / 6435 + u * (256 / 984555)))
        angle2 = 1 / 3 + u * (4 / 45 + u * (1 / 35 + u * (16 / 1575 + u * angle2)))
        angle2 = u * (2 + u * angle2)
        k = angle2 * (_PER_25_DEGREES**2 / 16)
        power = 1 + k * (1 / 2 + k * (1 / 6 + k * (1 / 24 + k * (1 / 120 + k * (1 / 720)))))
        power = 1 / (1 + k * power)
        power *= power
        power *= power
        power *= power
        spread = power * power * (math.pi / 3)
        spread2 = spread * spread
        sine = 1 / 6 - spread2 * (1 / 120 - spread2 * (1 / 5040 - spread2 * (1 / 362880)))
        sine = spread * (1 - spread2 * sine)
        mean7 = mean * mean * mean * mean * mean * mean * mean
        rotation = -2 * math.sqrt(mean7 / (mean7 + _CHROMA7)) * sine
        square = d_light * d_light + d_chroma * d_chroma + d_hue * (d_hue + rotation * d_chroma)
        squares[i] = square if length >= 1e-5 * product else -1.0
