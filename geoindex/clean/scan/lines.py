"""Contacts as lines of ink of one width between two units, blurred: moved until they fit."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoindex.clean.scan.coverage import even_type, places_type, units_type
from geoindex.color.compiled import compiled, types

__all__ = [
    "DARK_COST",
    "RANGE",
    "Profile",
    "darkening",
    "fit_lines",
    "luma_at",
    "move_lines",
    "normal",
]

RANGE, STEPS = 4, 64
"""Standard deviations that the normal distribution is listed for, and entries for each."""

_axis = np.arange(-RANGE * STEPS, RANGE * STEPS + 1) / STEPS
# Rounded, because the last bits of an error function differ between machines.
NORMAL = np.array([round(0.5 * math.erfc(-x / math.sqrt(2)), 6) for x in _axis])
QUANTILES = np.round(np.interp(np.arange(1025) / 1024, NORMAL, _axis), 4)

FARTHEST = 2.6
"""Pixels from a contact up to which its line matters."""

LEAST_PART = 1e-3
"""Share of the second unit, of the first, below which a pixel has no contact."""

SOFTNESS = 0.5
"""Width of the step between units in the shares that the line is kept as."""

DARKEST, LIGHTEST, DARK_COST = -0.65, -0.02, 5.0
"""By how much overprint may darken a pixel, and the misfit that it must save, in variances."""

MISFIT = 6.0
"""Squared misfit, in variances of the noise, that halves the weight of a pixel."""

FARTHEST_MOVE = 0.5
STIFFNESS = 1 / 0.09
"""Largest move of a line at once, and the pull against moving, in variances of the noise."""

LUMA = np.array([0.299, 0.587, 0.114]) * 3**0.5 * 0.7
BLUE_DIFFERENCE = np.array([-0.169, -0.331, 0.5]) * 1.2
RED_DIFFERENCE = np.array([0.5, -0.419, -0.081]) * 1.2
TO_LUMA = np.array([LUMA, BLUE_DIFFERENCE, RED_DIFFERENCE])
"""Colors as JPEG stores them, brightness apart from hue, which is blurred more."""


@dataclass(frozen=True, kw_only=True)
class Profile:
    """How contacts are drawn."""

    half_width: float
    """Half of the width of their lines in pixels; 0 without lines."""

    blur: float
    """Standard deviation of the blur of brightness in pixels."""

    hue_blur: float


@compiled()
def normal(x: float) -> float:
    """Share of a normal distribution below a place."""
    place = (min(max(x, -RANGE), RANGE) + RANGE) * STEPS
    low = min(int(place), 2 * RANGE * STEPS - 1)
    return float(NORMAL[low] + (place - low) * (NORMAL[low + 1] - NORMAL[low]))


@compiled()
def _density(x: float) -> float:
    """Slope of the normal distribution."""
    place = (min(max(x, -RANGE), RANGE) + RANGE) * STEPS
    low = min(int(place), 2 * RANGE * STEPS - 1)
    return float((NORMAL[low + 1] - NORMAL[low]) * STEPS)


@compiled()
def _quantile(part: float) -> float:
    """Inverse of the normal distribution, of a part of 0.5 to 1."""
    place = part * 1024
    low = min(int(place), 1023)
    return float(QUANTILES[low] + (place - low) * (QUANTILES[low + 1] - QUANTILES[low]))


@compiled()
def luma_at(
    even: NDArray[np.float32], to_luma: NDArray[np.float64], row: int, col: int, channel: int
) -> float:
    """One channel of a pixel, as JPEG stores it."""
    return float(
        to_luma[channel, 0] * even[row, col, 0]
        + to_luma[channel, 1] * even[row, col, 1]
        + to_luma[channel, 2] * even[row, col, 2]
    )


@compiled()
def darkening(model2: float, model_off: float, variance: float) -> float:
    """By how much overprint darkens a pixel, below 0; 0 if that explains too little.

    The colors of the model, squared and times what it leaves, are summed over the channels.
    """
    if model2 <= 0:
        return 0.0
    darker = model_off / model2
    explains = model_off * darker > DARK_COST * variance
    return darker if explains and DARKEST < darker < LIGHTEST else 0.0


@compiled(
    types.void(
        even_type, units_type, units_type, types.float64, types.float64, types.float64,
        types.float64, types.float64, types.boolean, places_type, types.int32[:, ::1],
        types.float32[:, ::1], types.int32[:, ::1], types.float32[:, :, ::1],
        types.float32[:, ::1],
    )
)  # fmt: skip
def fit_lines(
    even: NDArray[np.float32],
    units: NDArray[np.float64],
    to_luma: NDArray[np.float64],
    half_width: float,
    blur: float,
    hue_blur: float,
    spread: float,
    sigma: float,
    free: bool,
    places: NDArray[np.int64],
    best: NDArray[np.int32],
    sums: NDArray[np.float32],
    pairs: NDArray[np.int32],
    moves: NDArray[np.float32],
    fits: NDArray[np.float32],
) -> None:
    """Compare pixels near a contact with its line, and find where the line had better be.

    Parameters
    ----------
    even : ndarray of float32, shape (rows, cols, 3)
        Colors under even light.
    units : ndarray of float64, shape (n_units + 1, 3)
        Units, then the ink of contacts, by `to_luma`.
    to_luma : ndarray of float64, shape (3, 3)
    half_width, blur, hue_blur : float
        As in :class:`Profile`.
    spread : float
        Standard deviation of the step between units in `sums`.
    sigma : float
        Standard deviation of the noise.
    free : bool
        Whether ink may darken pixels, contacts included.
    places : ndarray of int64, shape (n,)
        Flat positions of the pixels.
    best, sums : shape (n, 2)
        From :func:`geoindex.clean.scan.coverage.smooth_coverage`.
    pairs : ndarray of int32, shape (rows, cols)
        Written: both units as a number, -1 where there is no contact.
    moves : ndarray of float32, shape (rows, cols, 2)
        Written: numerator and denominator of the move toward the lower unit, in pixels.
    fits : ndarray of float32, shape (n, 2)
        Written: signed distance from the contact, positive in the lower unit, and squared misfit.
    """
    cols = pairs.shape[1]
    n_units = len(units) - 1
    variance = sigma * sigma
    for slot in range(len(places)):
        row, col = places[slot] // cols, places[slot] % cols
        pairs[row, col] = -1
        fits[slot, 1] = 0
        one, other = best[slot, 0], best[slot, 1]
        if other < 0 or sums[slot, 1] < LEAST_PART * sums[slot, 0] or sums[slot, 0] <= 0:
            continue
        far = spread * _quantile(
            float(sums[slot, 0]) / (float(sums[slot, 0]) + float(sums[slot, 1]))
        )
        if far > FARTHEST:
            continue
        if one > other:
            one, other, far = other, one, -far
        pairs[row, col] = one * n_units + other
        fits[slot, 0] = far
        model2, model_off, model_slope = 0.0, 0.0, 0.0
        slope2, slope_off, off2 = 0.0, 0.0, 0.0
        a, b, slope_a, slope_b = 0.0, 0.0, 0.0, 0.0
        for channel in range(3):
            if channel < 2:
                width = blur if channel == 0 else hue_blur
                toward, away = (far - half_width) / width, (-far - half_width) / width
                a, b = normal(toward), normal(away)
                slope_a, slope_b = _density(toward) / width, -_density(away) / width
            color = luma_at(even, to_luma, row, col, channel)
            ink = units[n_units, channel]
            above, below = units[one, channel] - ink, units[other, channel] - ink
            model = ink + a * above + b * below
            off = color - model
            slope = slope_a * above + slope_b * below
            slope2 += slope * slope
            slope_off += slope * off
            off2 += off * off
            model2 += model * model
            model_off += model * off
            model_slope += model * slope
        darker = darkening(model2, model_off, variance) if free else 0.0
        if darker < 0:
            slope_off -= model_slope * darker
            slope2 -= model_slope * model_slope / model2
            off2 -= model_off * darker - DARK_COST * variance
        weight = 1 / (1 + off2 / (MISFIT * variance))
        weight *= weight
        moves[row, col, 0] = weight * slope_off
        moves[row, col, 1] = weight * slope2
        fits[slot, 1] = off2


@compiled(
    types.void(
        types.Array(types.int32, 2, "C", readonly=True),
        types.Array(types.float32, 3, "C", readonly=True),
        types.Array(types.float32, 2, "C", readonly=True),
        types.Array(types.int32, 2, "C", readonly=True),
        types.int64, types.float64, types.float64, places_type,
        types.Array(types.int64, 2, "C", readonly=True),
        types.Array(types.float32, 1, "C", readonly=True),
        types.int32[:, :, ::1], types.float32[:, :, ::1],
    )
)  # fmt: skip
def move_lines(
    pairs: NDArray[np.int32],
    moves: NDArray[np.float32],
    fits: NDArray[np.float32],
    best: NDArray[np.int32],
    n_units: int,
    sigma: float,
    relaxation: float,
    places: NDArray[np.int64],
    taps: NDArray[np.int64],
    weights: NDArray[np.float32],
    members: NDArray[np.int32],
    parts: NDArray[np.float32],
) -> None:
    """Move contacts by what the pixels around agree on, those of the same two units.

    Parameters
    ----------
    pairs, moves, fits
        From :func:`fit_lines`.
    best : ndarray of int32, shape (n, 2)
        Units of the pixels; the first counts where there is no contact.
    n_units : int
    sigma : float
        Standard deviation of the noise.
    relaxation : float
        What moves are multiplied by.
    places : ndarray of int64, shape (n,)
    taps, weights
        Places and weights of the pixels around.
    members : ndarray of int32, shape (rows, cols, 2)
    parts : ndarray of float32, shape (rows, cols, 2)
        Written: units and their shares.
    """
    rows, cols = pairs.shape
    stiffness = STIFFNESS * sigma * sigma
    for slot in range(len(places)):
        row, col = places[slot] // cols, places[slot] % cols
        pair = pairs[row, col]
        if pair < 0:
            members[row, col, 0], members[row, col, 1] = best[slot, 0], -1
            parts[row, col, 0], parts[row, col, 1] = 1, 0
            continue
        upper, lower = np.float32(0), np.float32(0)
        for tap in range(len(taps)):
            y, x = row + taps[tap, 0], col + taps[tap, 1]
            if y < 0 or x < 0 or y >= rows or x >= cols or pairs[y, x] != pair:
                continue
            upper += weights[tap] * moves[y, x, 0]
            lower += weights[tap] * moves[y, x, 1]
        move = relaxation * float(upper) / (float(lower) + stiffness)
        move = min(max(move, -FARTHEST_MOVE), FARTHEST_MOVE)
        part = normal((fits[slot, 0] + move) / SOFTNESS)
        members[row, col, 0], members[row, col, 1] = pair // n_units, pair % n_units
        parts[row, col, 0], parts[row, col, 1] = part, 1 - part
