"""Compiled loops of the optimal partition; :mod:`geoindex.learn.gray.partition` calls them.

They assume clean arguments. Positions and moments are those of
:mod:`geoindex.learn.gray.moments`; a *cell* holds the values between two positions.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geoindex.color.compiled import compiled
from geoindex.learn.gray.moments import product_of, sum_of

__all__ = ["Places", "find_reach", "least_costs", "path_back"]


class Places(NamedTuple):
    """Where each boundary may stand, and what the costs between two places depend on.

    Boundary 0 stands at position 0. Any other boundary j at position p, but the one that a cost
    is for, takes ``slack[p] * min(reach[p], gaps[j])`` off the cost.
    """

    moments: NDArray[np.float64]
    """Sums at each position; shape (n, 3)."""

    rests: NDArray[np.float64]
    """Rounding errors of the moments, or empty if float64 is precise enough; shape (n, 3)."""

    is_single: NDArray[np.bool_]
    """Whether each cell holds one value; shape (n - 1,)."""

    slack: NDArray[np.float64]
    """Weight times width of the wider cell beside each position; shape (n,)."""

    reach: NDArray[np.float64]
    """Largest distance of the means beside a boundary at each position; shape (n,)."""

    gaps: NDArray[np.float64]
    """Largest distance of the means beside each boundary; shape (k + 1,)."""

    first: NDArray[np.int64]
    """First place of each boundary; shape (k + 1,)."""

    last: NDArray[np.int64]
    """Last place of each boundary; shape (k + 1,)."""

    offsets: NDArray[np.int64]
    """Where the costs of each boundary begin in a table, and its length; shape (k + 2,)."""


@compiled()
def _plain_cost(moments: NDArray[np.float64], start: int, stop: int) -> float:
    """Weighted sum of squared deviations from their mean of the values between two positions."""
    weight = moments[stop, 0] - moments[start, 0]
    if weight <= 0.0:
        return 0.0
    first = moments[stop, 1] - moments[start, 1]
    cost: float = max(moments[stop, 2] - moments[start, 2] - first * first / weight, 0.0)
    return cost


@compiled()
def _precise_cost(
    moments: NDArray[np.float64], rests: NDArray[np.float64], start: int, stop: int
) -> float:
    """Find the same as :func:`_plain_cost` with twice the digits."""
    weight = moments[stop, 0] - moments[start, 0]
    if weight <= 0.0:
        return 0.0
    first, error = sum_of(moments[stop, 1], -moments[start, 1])
    first_rest = error + (rests[stop, 1] - rests[start, 1])
    second, error = sum_of(moments[stop, 2], -moments[start, 2])
    second_rest = error + (rests[stop, 2] - rests[start, 2])
    mean = (first + first_rest) / weight
    # With a center near the mean: second - 2 * center * first + center ** 2 * weight.
    product, product_rest = product_of(mean, weight)
    left, left_rest = sum_of(first, -product)
    factor, factor_rest = sum_of(first, left)
    factor_rest += first_rest + (left_rest - product_rest + first_rest)
    product, product_rest = product_of(mean, factor)
    total, error = sum_of(second, -product)
    cost: float = max(total + (error + second_rest - product_rest - mean * factor_rest), 0.0)
    return cost


@compiled()
def _cost(
    moments: NDArray[np.float64],
    rests: NDArray[np.float64],
    is_single: NDArray[np.bool_],
    start: int,
    stop: int,
) -> float:
    """Find the cost of what lies between two positions, as precise as the moments are."""
    # A value alone costs nothing; if it lies far out, its sums would say otherwise.
    if stop == start + 1 and is_single[start]:
        return 0.0
    if rests.size > 0:
        return _precise_cost(moments, rests, start, stop)
    return _plain_cost(moments, start, stop)


@compiled()
def _cost_around(
    moments: NDArray[np.float64],
    rests: NDArray[np.float64],
    is_single: NDArray[np.bool_],
    start: int,
    stop: int,
    center: float,
) -> float:
    """Squared deviations from `center` of what lies between two positions, at least."""
    if stop <= start:
        return 0.0
    weight = moments[stop, 0] - moments[start, 0]
    deviation = (moments[stop, 1] - moments[start, 1]) / weight - center
    cost: float = weight * deviation * deviation
    return cost + _cost(moments, rests, is_single, start, stop)


@compiled()
def find_reach(
    places: Places,
    lowest: NDArray[np.float64],
    highest: NDArray[np.float64],
    known_cost: float,
) -> None:
    """Narrow the reach of each position down, in place.

    The values between the two means of an optimum cost no more than the whole of a partition
    that is known. `lowest` and `highest` are those of each cell.
    """
    # A helper that gets the whole tuple takes a fifth longer.
    moments, rests, is_single = places.moments, places.rests, places.is_single
    slack, reach = places.slack, places.reach
    for place in range(1, len(lowest)):
        if slack[place] == 0.0:
            continue
        # The boundary may lie anywhere in the two cells beside the position.
        left, right = lowest[place - 1], highest[place]
        possible, impossible = 0.0, reach[place]
        for _ in range(1000):
            distance = (possible + impossible) / 2
            lower_mean, upper_mean = right - distance / 2, left + distance / 2
            start = np.searchsorted(lowest, lower_mean)
            stop = np.searchsorted(highest, upper_mean, side="right")
            cost = _cost_around(moments, rests, is_single, start, place - 1, lower_mean)
            cost += _cost_around(moments, rests, is_single, place + 1, stop, upper_mean)
            if cost > known_cost:
                impossible = distance
            else:
                possible = distance
            if impossible - possible <= impossible / 4:
                break
        reach[place] = impossible


@compiled()
def _best(
    moments: NDArray[np.float64],
    before: NDArray[np.float64],
    low: int,
    begin: int,
    end: int,
    stop: int,
) -> tuple[float, int]:
    """Least plain cost up to `stop`, and the boundary before, from `begin` to before `end`."""
    least, best = np.inf, begin
    for start in range(begin, end):
        cost = before[start - low] + _plain_cost(moments, start, stop)
        if cost < least:
            least, best = cost, start
    return least, best


@compiled()
def least_costs(places: Places) -> NDArray[np.float64]:
    """Make the table of the least costs of all that lies before each place of each boundary.

    The best place of the boundary before moves with the boundary (the cost has the quadrangle
    inequality), so that each row is filled by divide and conquer, after F. F. Yao (1980),
    "Efficient dynamic programming using quadrangle inequalities", and A. Groenlund et al.
    (2017), "Fast exact k-means, k-medians and Bregman divergence clustering in 1D".
    """
    first, last, offsets = places.first, places.last, places.offsets
    moments, rests, is_single = places.moments, places.rests, places.is_single
    table = np.zeros(offsets[-1])
    for j in range(1, len(first)):
        low, high = first[j - 1], last[j - 1]
        before = table[offsets[j - 1] : offsets[j]] - places.slack[low : high + 1] * np.minimum(
            places.reach[low : high + 1], places.gaps[j - 1]
        )
        n = last[j] - first[j] + 1
        # Places are numbered from 1; that of number 0 is where all begin.
        best_place = np.full(n + 1, low)
        step = 1
        while step < n:
            step *= 2
        while step > 0:
            for i in range(step, n + 1, 2 * step):
                stop = first[j] + i - 1
                final = min(best_place[i + step] if i + step <= n else high, stop)
                begin = best_place[i - step]
                # Where the cost is plain for certain, the loop is several times as fast.
                end = begin if rests.size > 0 else max(begin, min(final + 1, stop - 1))
                least, best = _best(moments, before, low, begin, end, stop)
                for start in range(end, final + 1):
                    cost = before[start - low] + _cost(moments, rests, is_single, start, stop)
                    if cost < least:
                        least, best = cost, start
                table[offsets[j] + i - 1], best_place[i] = least, best
            step //= 2
    return table


@compiled()
def path_back(places: Places, table: NDArray[np.float64], boundaries: NDArray[np.int64]) -> float:
    """Write the positions of the cheapest boundaries, lowest on a tie; return their true cost."""
    moments, rests, is_single = places.moments, places.rests, places.is_single
    place = places.last[-1]
    boundaries[-1] = place
    total = 0.0
    for j in range(len(boundaries) - 1, 0, -1):
        least, best = np.inf, places.first[j - 1]
        for start in range(places.first[j - 1], min(places.last[j - 1], place) + 1):
            cost = table[places.offsets[j - 1] + start - places.first[j - 1]]
            cost += _cost(moments, rests, is_single, start, place)
            cost -= places.slack[start] * min(places.reach[start], places.gaps[j - 1])
            if cost < least:
                least, best = cost, start
        total += _cost(moments, rests, is_single, best, place)
        place = best
        boundaries[j - 1] = place
    return total
