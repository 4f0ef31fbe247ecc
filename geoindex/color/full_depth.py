"""Nearest palette color of pixels finer than 8 bits: every color compared, compiled.

A table of colors only holds 8 bits a channel, so these pixels are compared with the whole
palette, one by one.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from geoindex.color.compiled import compiled, types
from geoindex.color.metric_kernels import (
    CIEDE2000,
    LAB,
    OKLAB,
    RGB,
    distance_of,
    light_coordinates,
    value_between,
)
from geoindex.rules.indices import IndexArray

__all__ = ["search_pixels"]

_PIXELS = types.Array(types.float64, 3, "A", readonly=True)
_VALID = types.Array(types.uint8, 2, "A", readonly=True)
_POINTS = types.Array(types.float64, 2, "C", readonly=True)


@compiled()
def _linear(value: float, full: float) -> float:
    """Linear light of an sRGB value 0..`full` (IEC 61966-2-1)."""
    encoded = value / full
    if encoded <= 0.04045:
        return encoded / 12.92
    return float(math.pow((encoded + 0.055) / 1.055, 2.4))


@compiled(
    [
        types.void(
            types.int64,
            _PIXELS,
            types.float64,
            _VALID,
            _POINTS,
            types.float64,
            types.int64,
            types.Array(index, 2, "A"),
        )
        for index in (types.uint8, types.uint16)
    ]
)
def search_pixels(
    metric: int,
    pixels: NDArray[np.float64],
    full: float,
    valid: NDArray[np.uint8],
    points: NDArray[np.float64],
    max_distance: float,
    nodata: int,
    out: IndexArray,
) -> None:
    """Write the nearest palette row of every pixel into `out`; the lowest row wins a tie.

    `pixels` hold 0..`full` a channel; `points` are the palette's coordinates in the space of
    the metric, but for plain RGB on the scale of the pixels, so that integers are compared
    exactly. Pixels beyond `max_distance`, and those where `valid` is 0, become `nodata`; an empty
    `valid` means that every pixel is valid.
    """
    in_light = metric in (LAB, OKLAB, CIEDE2000)
    unit = 255 / full
    # Squares of integers on the scale of the pixels come down to those of bytes exactly.
    squared = (full / 255) ** 2 if metric == RGB else 1.0
    for row in range(pixels.shape[0]):
        for col in range(pixels.shape[1]):
            if valid.size > 0 and valid[row, col] == 0:
                out[row, col] = nodata
                continue
            x, y, z = pixels[row, col, 0], pixels[row, col, 1], pixels[row, col, 2]
            if in_light:
                x, y, z = light_coordinates(
                    metric, _linear(x, full), _linear(y, full), _linear(z, full)
                )
            elif metric != RGB:
                x, y, z = x * unit, y * unit, z * unit
            nearest, least = 0, np.inf
            for i in range(len(points)):
                value = value_between(metric, x, y, z, points[i, 0], points[i, 1], points[i, 2])
                if value < least:
                    nearest, least = i, value
            too_far = distance_of(metric, least / squared) > max_distance
            out[row, col] = nodata if too_far else nearest
