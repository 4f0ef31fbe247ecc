"""Compiled sums over sorted values, with the rounding errors where they matter.

A *position* stands between two of the sorted values. A *moment* row holds the sums of weight,
weight times value and weight times squared value between the middle position and another one, so
the difference of two rows belongs to the values between their positions.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geoindex.color.compiled import compiled

__all__ = ["Values", "cluster_means", "fill_moments", "product_of", "sum_of"]

SPLITTER = 2.0**27 + 1.0


class Values(NamedTuple):
    """Sorted values; kernels work with ``values[i] * scale - origin``."""

    values: NDArray[Any]
    """Distinct, ascending, finite; shape (n,)."""

    counts: NDArray[np.uint32 | np.int64]
    """Weight of each value, or empty if all weigh 1; shape (n,)."""

    scale: float
    """A power of two that keeps squares finite."""

    origin: float
    """The scaled value that counts as 0."""


@compiled()
def product_of(a: float, b: float) -> tuple[float, float]:
    """Product and its rounding error, after T. J. Dekker (1971)."""
    product = a * b
    high = SPLITTER * a
    a_high = high - (high - a)
    high = SPLITTER * b
    b_high = high - (high - b)
    a_low, b_low = a - a_high, b - b_high
    return product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low


@compiled()
def sum_of(a: float, b: float) -> tuple[float, float]:
    """Sum and its rounding error, after D. E. Knuth (1969)."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


@compiled()
def _add(
    sums: NDArray[np.float64], rests: NDArray[np.float64], i: int, term: float, rest: float
) -> None:
    """Add a term and its rest to a sum and its rest."""
    total, error = sum_of(sums[i], term)
    sums[i], rests[i] = sum_of(total, error + rest + rests[i])


@compiled()
def _range_sums(
    values: NDArray[Any],
    counts: NDArray[Any],
    scale: float,
    origin: float,
    start: int,
    stop: int,
    center: float,
) -> tuple[float, float, float]:
    """Sum weight, weighted deviation from `center` and its square over a range of values."""
    weight, first, second = 0.0, 0.0, 0.0
    if counts.size > 0:
        for i in range(start, stop):
            count = np.float64(counts[i])
            x = np.float64(values[i]) * scale - origin - center
            weight += count
            first += count * x
            second += count * x * x
    else:
        for i in range(start, stop):
            x = np.float64(values[i]) * scale - origin - center
            first += x
            second += x * x
        weight = np.float64(stop - start)
    return weight, first, second


@compiled()
def fill_moments(
    given: Values,
    positions: NDArray[np.int64],
    known: NDArray[np.bool_],
    moments: NDArray[np.float64],
    rests: NDArray[np.float64],
) -> None:
    """Enter the moments of the positions that are not `known`, from the middle outwards.

    Sums that grow outwards keep values far out, which may be outliers of any size, out of the
    sums of those in the middle. The position ``n // 2``, where they are 0, must be one of the
    `positions` and known.
    """
    values, counts, scale, origin = given
    middle = np.searchsorted(positions, len(values) // 2)
    for step in (1, -1):
        place = middle + step
        while 0 <= place < len(positions):
            if not known[place]:
                sums, rest = moments[place], rests[place]
                sums[:], rest[:] = moments[place - step], rests[place - step]
                low = min(positions[place - step], positions[place])
                high = max(positions[place - step], positions[place])
                # Sums about a value of their own lose nothing; moving them to the origin takes
                # twice the digits.
                center = np.float64(values[(low + high) // 2]) * scale - origin
                weight, first, second = _range_sums(
                    values, counts, scale, origin, low, high, center
                )
                square, square_rest = product_of(center, center)
                _add(sums, rest, 0, step * weight, 0.0)
                _add(sums, rest, 1, step * first, 0.0)
                term, error = product_of(weight, center)
                _add(sums, rest, 1, step * term, step * error)
                _add(sums, rest, 2, step * second, 0.0)
                term, error = product_of(2.0 * first, center)
                _add(sums, rest, 2, step * term, step * error)
                term, error = product_of(weight, square)
                _add(sums, rest, 2, step * term, step * (error + weight * square_rest))
            place += step


@compiled()
def cluster_means(
    given: Values, boundaries: NDArray[np.int64], means: NDArray[np.float64]
) -> float:
    """Write the mean of each cluster; return the weighted sum of squared deviations.

    Deviations are taken from a value of the cluster itself, so that nothing cancels.
    """
    values, counts, scale, origin = given
    total = 0.0
    for j in range(len(boundaries) - 1):
        start, stop = boundaries[j], boundaries[j + 1]
        center = np.float64(values[(start + stop) // 2]) * scale - origin
        # In the second pass the center is the mean.
        for _ in range(2):
            weight, first, second = _range_sums(values, counts, scale, origin, start, stop, center)
            center += first / weight
        means[j] = center
        total += second
    return total
