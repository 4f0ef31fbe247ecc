"""Color distances beyond plain RGB, compiled: coordinates and values.

Every metric maps a color to three coordinates and compares colors by a *value* that grows with
the distance. Values are made so that they do not depend on the machine: where a formula has
roots, its coordinates are rounded to a grid fine enough not to matter and coarse enough that
sums of squares are exact in float64.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from geoindex.color.ciede2000 import ciede2000
from geoindex.color.compiled import compiled, types

__all__ = [
    "METRIC_IDS",
    "RGB",
    "color_coordinates",
    "coordinates_of",
    "distance_of",
    "distances",
    "light_coordinates",
    "value_between",
    "value_of",
]

RGB, LAB, OKLAB, CIEDE2000, REDMEAN, SHADED = range(6)

METRIC_IDS = {
    "rgb": RGB,
    "lab": LAB,
    "oklab": OKLAB,
    "ciede2000": CIEDE2000,
    "redmean": REDMEAN,
    "shaded": SHADED,
}

# Coordinates are rounded to 1 / step; differences stay below 2 ** 25, squares below 2 ** 50.
LAB_STEP = 2.0**16
OKLAB_STEP = 2.0**24
# CIEDE2000 is rounded too, so that colors equally far in exact arithmetic tie on every machine.
CIEDE2000_STEP = 2.0**30

# Range of brightness of hillshade that the shaded metric forgives.
DARKEST_PERCENT, BRIGHTEST_PERCENT = 65.0, 106.0
DARKEST, BRIGHTEST = DARKEST_PERCENT / 100, BRIGHTEST_PERCENT / 100


def _linear_srgb() -> NDArray[np.float64]:
    """Linear light of the 256 sRGB values (IEC 61966-2-1)."""
    encoded = np.arange(256) / 255
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


LINEAR = _linear_srgb()

_POINTS = types.Array(types.float64, 2, "C", readonly=True)
_COLORS = types.Array(types.uint8, 2, "A", readonly=True)
_ROWS = types.Array(types.int64, 1, "A", readonly=True)


@compiled()
def _round(value: float, step: float) -> float:
    """Nearest multiple of 1 / `step`, as an integer."""
    return math.floor(value * step + 0.5)


@compiled()
def _lab_root(ratio: float) -> float:
    """CIE 15:2004: cube root with a straight piece near black."""
    if ratio > 216 / 24389:
        return float(np.cbrt(ratio))
    return (24389 / 27 * ratio + 16) / 116


@compiled()
def color_coordinates(metric: int, red: int, green: int, blue: int) -> tuple[float, float, float]:
    """Coordinates of an 8-bit sRGB color in the space of a metric."""
    if metric in (RGB, REDMEAN, SHADED):
        return float(red), float(green), float(blue)
    return light_coordinates(metric, LINEAR[red], LINEAR[green], LINEAR[blue])


@compiled()
def light_coordinates(metric: int, r: float, g: float, b: float) -> tuple[float, float, float]:
    """Coordinates of linear light (0..1) in the space of a Lab-like metric."""
    if metric == OKLAB:
        long = np.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
        medium = np.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
        short = np.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
        return (
            _round(0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short, OKLAB_STEP),
            _round(1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short, OKLAB_STEP),
            _round(0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short, OKLAB_STEP),
        )
    x = _lab_root((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047)
    y = _lab_root(0.2126729 * r + 0.7151522 * g + 0.0721750 * b)
    z = _lab_root((0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883)
    return (
        _round(116 * y - 16, LAB_STEP),
        _round(500 * (x - y), LAB_STEP),
        _round(200 * (y - z), LAB_STEP),
    )


@compiled()
def value_between(
    metric: int, x1: float, y1: float, z1: float, x2: float, y2: float, z2: float
) -> float:
    """Compare a color (first) with a palette color (second): the smaller, the nearer."""
    dx, dy, dz = x1 - x2, y1 - y2, z1 - z2
    if metric in (RGB, LAB, OKLAB):
        return dx * dx + dy * dy + dz * dz
    if metric == REDMEAN:
        reds = x1 + x2
        return (1024 + reds) * dx * dx + 2048 * dy * dy + (1534 - reds) * dz * dz
    if metric == SHADED:
        length = x2 * x2 + y2 * y2 + z2 * z2
        along = x1 * x2 + y1 * y2 + z1 * z2
        if along <= DARKEST * length or along >= BRIGHTEST * length:
            percent = DARKEST_PERCENT if along <= DARKEST * length else BRIGHTEST_PERCENT
            dx, dy, dz = 100 * x1 - percent * x2, 100 * y1 - percent * y2, 100 * z1 - percent * z2
            return (dx * dx + dy * dy + dz * dz) / 10_000
        # The squared length of the cross product: an exact integer, and no cancellation.
        cx, cy, cz = y1 * z2 - z1 * y2, z1 * x2 - x1 * z2, x1 * y2 - y1 * x2
        return (cx * cx + cy * cy + cz * cz) / length
    s = LAB_STEP
    return _round(ciede2000(x1 / s, y1 / s, z1 / s, x2 / s, y2 / s, z2 / s), CIEDE2000_STEP)


@compiled()
def value_of(metric: int, color: NDArray[np.float64], point: NDArray[np.float64]) -> float:
    """Value of two colors given as arrays."""
    return value_between(metric, color[0], color[1], color[2], point[0], point[1], point[2])


@compiled()
def distance_of(metric: int, value: float) -> float:
    """Turn a value into the metric's units."""
    if metric == LAB:
        return math.sqrt(value) / LAB_STEP
    if metric == OKLAB:
        return math.sqrt(value) / OKLAB_STEP
    if metric == REDMEAN:
        return math.sqrt(value / 512)
    if metric in (RGB, SHADED):
        return math.sqrt(value)
    return value / CIEDE2000_STEP


@compiled(types.float64[:, ::1](types.int64, _COLORS))
def coordinates_of(metric: int, colors: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Coordinates (n, 3) of colors (n, 3) in the space of a metric."""
    points = np.empty((len(colors), 3))
    for row in range(len(colors)):
        points[row, 0], points[row, 1], points[row, 2] = color_coordinates(
            metric, colors[row, 0], colors[row, 1], colors[row, 2]
        )
    return points


@compiled(types.float64[::1](types.int64, _COLORS, _POINTS, _ROWS))
def distances(
    metric: int,
    colors: NDArray[np.uint8],
    points: NDArray[np.float64],
    rows: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Distance (n,) of colors (n, 3) from the palette rows (n,), in the metric's units."""
    result = np.empty(len(colors))
    own = coordinates_of(metric, colors)
    for i in range(len(colors)):
        result[i] = distance_of(metric, value_of(metric, own[i], points[rows[i]]))
    return result
