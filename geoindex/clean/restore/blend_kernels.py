"""Colors as a share of a unit's color and some gray."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoindex.color.compiled import compiled, types

__all__ = ["CAP", "SCALE", "blend_costs", "gray_left", "gray_off", "misfits"]

SCALE = 4
"""Costs are counted in parts of half a squared deviation in units of the noise."""

CAP = 13 * SCALE
"""Most that a pixel counts against a unit: ink and mixtures are no unit's color."""

FITS = 4.5 * SCALE
"""Cost up to which a pixel is its unit's color."""

LEVELS = 4
"""Gray is counted in quarters of a level."""

pixel_array = types.Array(types.uint8, 3, "A", readonly=True)
valid_array = types.Array(types.uint8, 2, "C", readonly=True)
units_array = types.Array(types.float32, 2, "C", readonly=True)
field_array = types.Array(types.float32, 2, "C", readonly=True)


@compiled(
    types.void(
        types.Array(types.uint8, 2, "C", readonly=True),
        types.Array(types.float64, 2, "C", readonly=True),
        types.Array(types.float64, 1, "C", readonly=True),
        types.float64,
        types.float64[::1],
    )
)
def misfits(
    colors: NDArray[np.uint8],
    units: NDArray[np.float64],
    opacities: NDArray[np.float64],
    cap: float,
    found: NDArray[np.float64],
) -> None:
    """Measure how well units of different opacity explain the colors but for their gray.

    Parameters
    ----------
    colors : ndarray of uint8, shape (n, 3)
    units : ndarray of float64, shape (n_units, 3)
    opacities : ndarray of float64, shape (m,)
    cap : float
        Most that a color counts.
    found : ndarray of float64, shape (m,)
        Written: the mean squared distance from the nearest unit.
    """
    n = len(units)
    red, green, blue = np.empty(n), np.empty(n), np.empty(n)
    for j in range(len(opacities)):
        for k in range(n):
            gray = (units[k, 0] + units[k, 1] + units[k, 2]) / 3
            red[k] = opacities[j] * (units[k, 0] - gray)
            green[k] = opacities[j] * (units[k, 1] - gray)
            blue[k] = opacities[j] * (units[k, 2] - gray)
        total = 0.0
        for i in range(len(colors)):
            r, g, b = float(colors[i, 0]), float(colors[i, 1]), float(colors[i, 2])
            gray = (r + g + b) / 3
            r, g, b = r - gray, g - gray, b - gray
            least = cap
            for k in range(n):
                squared = (r - red[k]) ** 2 + (g - green[k]) ** 2 + (b - blue[k]) ** 2
                least = min(least, squared)
            total += least
        found[j] = total / max(len(colors), 1)


@compiled(
    types.void(
        pixel_array, valid_array, units_array, field_array, field_array, types.float64,
        types.uint8[:, :, ::1],
    )
)  # fmt: skip
def blend_costs(
    pixels: NDArray[np.uint8],
    valid: NDArray[np.uint8],
    units: NDArray[np.float32],
    gray: NDArray[np.float32],
    variance: NDArray[np.float32],
    noise: float,
    costs: NDArray[np.uint8],
) -> None:
    """Compare each pixel with each unit under the gray that its surroundings have.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (rows, cols, 3 or 4)
    valid : ndarray of uint8, shape (rows, cols)
        0 for nodata, which costs nothing.
    units : ndarray of float32, shape (n, 3)
        Colors times opacity.
    gray, variance : ndarray of float32, shape (rows, cols)
        Gray that lies on a unit at each pixel, and how much it may differ.
    noise : float
        Standard deviation of colors from units but for their gray.
    costs : ndarray of uint8, shape (rows, cols, n)
        Written.
    """
    n = len(units)
    own = np.empty(n, np.float32)
    red, green, blue = np.empty(n, np.float32), np.empty(n, np.float32), np.empty(n, np.float32)
    for k in range(n):
        own[k] = (units[k, 0] + units[k, 1] + units[k, 2]) / np.float32(3)
        red[k], green[k] = units[k, 0] - own[k], units[k, 1] - own[k]
        blue[k] = units[k, 2] - own[k]
    of_color = np.float32(0.5 * SCALE / (noise * noise))
    cap = np.float32(CAP)
    for row in range(costs.shape[0]):
        for col in range(costs.shape[1]):
            if valid[row, col] == 0:
                costs[row, col] = 0
                continue
            r, g, b = (
                np.float32(pixels[row, col, 0]),
                np.float32(pixels[row, col, 1]),
                np.float32(pixels[row, col, 2]),
            )
            mean = (r + g + b) / np.float32(3)
            r, g, b = r - mean, g - mean, b - mean
            rest = mean - gray[row, col]
            of_gray = np.float32(0.5 * SCALE) / variance[row, col]
            for k in range(n):
                dr, dg, db = r - red[k], g - green[k], b - blue[k]
                off = rest - own[k]
                cost = of_color * (dr * dr + dg * dg + db * db) + of_gray * off * off
                costs[row, col, k] = np.uint8(min(cost, cap))


@compiled(
    types.void(
        pixel_array, valid_array, units_array, types.Array(types.int32, 2, "C", readonly=True),
        types.Array(types.uint8, 3, "C", readonly=True), types.int32[:, ::1], types.int32[:, ::1],
    )
)  # fmt: skip
def gray_left(
    pixels: NDArray[np.uint8],
    valid: NDArray[np.uint8],
    units: NDArray[np.float32],
    best: NDArray[np.int32],
    costs: NDArray[np.uint8],
    gray: NDArray[np.int32],
    sure: NDArray[np.int32],
) -> None:
    """Find the gray that is left of each pixel without its unit.

    Parameters
    ----------
    pixels, valid, units, costs
        As in :func:`blend_costs`.
    best : ndarray of int32, shape (rows, cols)
        The unit of each pixel.
    gray : ndarray of int32, shape (rows, cols)
        Written: in quarters of a level; 0 where it is not sure.
    sure : ndarray of int32, shape (rows, cols)
        Written: 1 where the pixel has its unit's color, 0 elsewhere.
    """
    for row in range(best.shape[0]):
        for col in range(best.shape[1]):
            k = best[row, col]
            sure[row, col] = valid[row, col] != 0 and costs[row, col, k] <= FITS
            total = np.float64(pixels[row, col, 0]) - units[k, 0]
            total += np.float64(pixels[row, col, 1]) - units[k, 1]
            total += np.float64(pixels[row, col, 2]) - units[k, 2]
            gray[row, col] = sure[row, col] * np.int32(np.floor(total * (LEVELS / 3.0) + 0.5))


@compiled(
    types.void(
        pixel_array, field_array, types.float64, types.Array(types.int32, 2, "C", readonly=True),
        types.uint8[:, :, ::1], types.int32[:, ::1],
    )
)  # fmt: skip
def gray_off(
    pixels: NDArray[np.uint8],
    gray: NDArray[np.float32],
    opacity: float,
    palette: NDArray[np.int32],
    restored: NDArray[np.uint8],
    nearest: NDArray[np.int32],
) -> None:
    """Take the gray off colors, make what is left opaque, and find the nearest palette color.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (rows, cols, 3 or 4)
    gray : ndarray of float32, shape (rows, cols)
    opacity : float
    palette : ndarray of int32, shape (n_colors, 3)
    restored : ndarray of uint8, shape (rows, cols, 3)
        Written.
    nearest : ndarray of int32, shape (rows, cols)
        Written: the palette row, the lowest of several.
    """
    for row in range(gray.shape[0]):
        for col in range(gray.shape[1]):
            for channel in range(3):
                value = (pixels[row, col, channel] - gray[row, col]) / opacity
                restored[row, col, channel] = np.uint8(min(max(value + 0.5, 0.0), 255.0))
            r, g, b = (
                np.int32(restored[row, col, 0]),
                np.int32(restored[row, col, 1]),
                np.int32(restored[row, col, 2]),
            )
            least, place = np.int32(1 << 30), 0
            for k in range(len(palette)):
                dr, dg, db = r - palette[k, 0], g - palette[k, 1], b - palette[k, 2]
                squared = dr * dr + dg * dg + db * db
                if squared < least:
                    least, place = squared, k
            nearest[row, col] = place
