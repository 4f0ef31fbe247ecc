"""Compiled loops of the optimal partition; :mod:`geoindex.learn.gray.partition` calls them.

They assume clean arguments. A *position* stands between two of the sorted values; a *moment* row
holds the sums of weight, weight times value and weight times squared value between the middle
position and another one, so that a difference of two rows belongs to the values between them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoindex.color.compiled import compiled, types

__all__ = ["cluster_means", "fill_moments", "find_reach", "least_costs", "path_back"]

_FLAGS = types.Array(types.uint8, 1, "C", readonly=True)
_FLOATS = types.Array(types.float64, 1, "C", readonly=True)
_MOMENTS = types.Array(types.float64, 2, "C", readonly=True)
_POSITIONS = types.Array(types.int64, 1, "C", readonly=True)


SPLITTER = 2.0**27 + 1.0


@compiled()
def _product(a: float, b: float) -> tuple[float, float]:
    """Product and its rounding error, after T. J. Dekker (1971)."""
    product = a * b
    high = SPLITTER * a
    a_high = high - (high - a)
    high = SPLITTER * b
    b_high = high - (high - b)
    a_low, b_low = a - a_high, b - b_high
    return product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low


@compiled()
def _sum(a: float, b: float) -> tuple[float, float]:
    """Sum and its rounding error, after D. E. Knuth (1969)."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


@compiled()
def _add(
    sums: NDArray[np.float64], rests: NDArray[np.float64], i: int, term: float, rest: float
) -> None:
    """Add a term and its rest to a sum and its rest."""
    total, error = _sum(sums[i], term)
    sums[i], rests[i] = _sum(total, error + rest + rests[i])


@compiled()
def _cell_sums(
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
    values: NDArray[Any],
    counts: NDArray[Any],
    scale: float,
    origin: float,
    positions: NDArray[np.int64],
    known: NDArray[np.uint8],
    moments: NDArray[np.float64],
    rests: NDArray[np.float64],
) -> None:
    """Enter the moments of the positions that are not `known`, from the middle outwards.

    Sums that grow outwards keep the values far out, which may be outliers of any size, out of
    the sums of those in the middle. The position ``len(values) // 2``, where they are 0, must be
    one of the `positions` and known. Values count as ``value * scale - origin``; an empty
    `counts` weighs every value 1.
    """
    middle = np.searchsorted(positions, len(values) // 2)
    sums, rest = np.empty(3), np.empty(3)
    for side in range(2):
        step = 1 if side == 0 else -1
        place = middle + step
        while 0 <= place < len(positions):
            if known[place] == 0:
                inner = positions[place - step]
                outer = positions[place]
                low, high = min(inner, outer), max(inner, outer)
                for power in range(3):
                    sums[power] = moments[place - step, power]
                    rest[power] = rests[place - step, power]
                # About a value of their own the sums lose nothing; brought to the origin, they
                # need twice the digits.
                center = np.float64(values[(low + high) // 2]) * scale - origin
                weight, first, second = _cell_sums(
                    values, counts, scale, origin, low, high, center
                )
                square, square_rest = _product(center, center)
                _add(sums, rest, 0, step * weight, 0.0)
                _add(sums, rest, 1, step * first, 0.0)
                term, error = _product(weight, center)
                _add(sums, rest, 1, step * term, step * error)
                _add(sums, rest, 2, step * second, 0.0)
                term, error = _product(2.0 * first, center)
                _add(sums, rest, 2, step * term, step * error)
                term, error = _product(weight, square)
                _add(sums, rest, 2, step * term, step * (error + weight * square_rest))
                for power in range(3):
                    moments[place, power] = sums[power]
                    rests[place, power] = rest[power]
            place += step


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
    first, error = _sum(moments[stop, 1], -moments[start, 1])
    first_rest = error + (rests[stop, 1] - rests[start, 1])
    second, error = _sum(moments[stop, 2], -moments[start, 2])
    second_rest = error + (rests[stop, 2] - rests[start, 2])
    mean = (first + first_rest) / weight
    # With a center near the mean: second - 2 * center * first + center ** 2 * weight.
    product, product_rest = _product(mean, weight)
    left, left_rest = _sum(first, -product)
    factor, factor_rest = _sum(first, left)
    factor_rest += first_rest + (left_rest - product_rest + first_rest)
    product, product_rest = _product(mean, factor)
    total, error = _sum(second, -product)
    cost: float = max(total + (error + second_rest - product_rest - mean * factor_rest), 0.0)
    return cost


@compiled()
def _cost(
    moments: NDArray[np.float64], rests: NDArray[np.float64], start: int, stop: int
) -> float:
    """Find the cost of what lies between two positions, as precise as the moments are."""
    if rests.size > 0:
        return _precise_cost(moments, rests, start, stop)
    return _plain_cost(moments, start, stop)


@compiled()
def _is_alone(is_single: NDArray[np.uint8], start: int, stop: int) -> bool:
    """Tell whether one value lies between two positions."""
    return stop == start + 1 and is_single[start] != 0


@compiled()
def _cost_around(
    moments: NDArray[np.float64],
    rests: NDArray[np.float64],
    start: int,
    stop: int,
    center: float,
) -> float:
    """Squared deviations from `center` of what lies between two positions, at least."""
    if stop <= start:
        return 0.0
    weight = moments[stop, 0] - moments[start, 0]
    first = moments[stop, 1] - moments[start, 1]
    deviation = first / weight - center
    cost: float = _cost(moments, rests, start, stop) + weight * deviation * deviation
    return cost


@compiled(
    types.void(_MOMENTS, _MOMENTS, _FLOATS, _FLOATS, _FLOATS, types.float64, types.float64[::1])
)
def find_reach(
    moments: NDArray[np.float64],
    rests: NDArray[np.float64],
    slack: NDArray[np.float64],
    lowest: NDArray[np.float64],
    highest: NDArray[np.float64],
    known_cost: float,
    reach: NDArray[np.float64],
) -> None:
    """Narrow the distance that the means beside a boundary at each position may have.

    The values between the two means of an optimum cost no more than the whole of a partition
    that is known. `lowest` and `highest` are those of each cell.
    """
    n_cells = len(lowest)
    for place in range(1, n_cells):
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
            cost = _cost_around(moments, rests, start, place - 1, lower_mean)
            cost += _cost_around(moments, rests, place + 1, stop, upper_mean)
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
    final: int,
    stop: int,
) -> tuple[float, int]:
    """Least cost up to `stop`, and the place from `begin` to `final` of the boundary before."""
    least, best = np.inf, begin
    for start in range(begin, final + 1):
        cost = before[start - low] + _plain_cost(moments, start, stop)
        if cost < least:
            least, best = cost, start
    return least, best


@compiled()
def _precise_best(
    moments: NDArray[np.float64],
    rests: NDArray[np.float64],
    before: NDArray[np.float64],
    low: int,
    begin: int,
    final: int,
    stop: int,
) -> tuple[float, int]:
    """Find the same as :func:`_best` with twice the digits."""
    least, best = np.inf, begin
    for start in range(begin, final + 1):
        cost = before[start - low] + _precise_cost(moments, rests, start, stop)
        if cost < least:
            least, best = cost, start
    return least, best


@compiled(
    types.void(
        _MOMENTS,
        _MOMENTS,
        _FLAGS,
        _FLOATS,
        _FLOATS,
        _FLOATS,
        _POSITIONS,
        _POSITIONS,
        _POSITIONS,
        types.float64[::1],
    )
)
def least_costs(
    moments: NDArray[np.float64],
    rests: NDArray[np.float64],
    is_single: NDArray[np.uint8],
    slack: NDArray[np.float64],
    reach: NDArray[np.float64],
    gaps: NDArray[np.float64],
    first: NDArray[np.int64],
    last: NDArray[np.int64],
    offsets: NDArray[np.int64],
    table: NDArray[np.float64],
) -> None:
    """Fill the table of the least costs of all that lies before each boundary.

    Boundary j may stand at positions ``first[j]`` to ``last[j]``; its costs begin at
    ``table[offsets[j]]``. Boundary 0 stands at position 0. A boundary j at position p, other
    than the one that a cost is for, takes ``slack[p] * min(reach[p], gaps[j])`` off.

    The best place of the boundary before moves with the boundary (the cost has the quadrangle
    inequality), so that each row is filled by divide and conquer, after F. F. Yao (1980),
    "Efficient dynamic programming using quadrangle inequalities", and A. Groenlund et al.
    (2017), "Fast exact k-means, k-medians and Bregman divergence clustering in 1D".
    """
    table[offsets[0]] = 0.0
    longest = 0
    for j in range(len(first)):
        longest = max(longest, last[j] - first[j] + 1)
    before = np.empty(longest)
    best_place = np.empty(longest + 1, np.int64)
    for j in range(1, len(first)):
        low, high = first[j - 1], last[j - 1]
        for place in range(low, high + 1):
            before[place - low] = table[offsets[j - 1] + place - low] - slack[place] * min(
                reach[place], gaps[j - 1]
            )
        n = last[j] - first[j] + 1
        best_place[0] = low
        step = 1
        while step < n:
            step *= 2
        while step > 0:
            i = step
            while i <= n:
                stop = first[j] + i - 1
                final = min(best_place[i + step] if i + step <= n else high, stop)
                begin = best_place[i - step]
                inner = min(final, stop - 2)
                if rests.size > 0:
                    least, best = _precise_best(moments, rests, before, low, begin, inner, stop)
                else:
                    least, best = _best(moments, before, low, begin, inner, stop)
                # A value alone costs nothing; if it lies far out its sums would say otherwise.
                for start in range(max(begin, stop - 1), final + 1):
                    cost = before[start - low]
                    if not _is_alone(is_single, start, stop):
                        cost += _cost(moments, rests, start, stop)
                    if cost < least:
                        least, best = cost, start
                table[offsets[j] + i - 1] = least
                best_place[i] = best
                i += 2 * step
            step //= 2


@compiled(
    types.float64(
        _MOMENTS,
        _MOMENTS,
        _FLAGS,
        _FLOATS,
        _FLOATS,
        _FLOATS,
        _POSITIONS,
        _POSITIONS,
        _POSITIONS,
        _FLOATS,
        types.int64[::1],
    )
)
def path_back(
    moments: NDArray[np.float64],
    rests: NDArray[np.float64],
    is_single: NDArray[np.uint8],
    slack: NDArray[np.float64],
    reach: NDArray[np.float64],
    gaps: NDArray[np.float64],
    first: NDArray[np.int64],
    last: NDArray[np.int64],
    offsets: NDArray[np.int64],
    table: NDArray[np.float64],
    boundaries: NDArray[np.int64],
) -> float:
    """Write the positions of the cheapest boundaries, lowest on a tie; return their true cost."""
    place = last[-1]
    boundaries[-1] = place
    total = 0.0
    for j in range(len(first) - 1, 0, -1):
        least, best = np.inf, first[j - 1]
        for start in range(first[j - 1], min(last[j - 1], place) + 1):
            cost = table[offsets[j - 1] + start - first[j - 1]]
            if not _is_alone(is_single, start, place):
                cost += _cost(moments, rests, start, place)
            cost -= slack[start] * min(reach[start], gaps[j - 1])
            if cost < least:
                least, best = cost, start
        if not _is_alone(is_single, best, place):
            total += _cost(moments, rests, best, place)
        place = best
        boundaries[j - 1] = place
    return total


@compiled()
def cluster_means(
    values: NDArray[Any],
    counts: NDArray[Any],
    scale: float,
    origin: float,
    boundaries: NDArray[np.int64],
    means: NDArray[np.float64],
) -> float:
    """Write the mean of each cluster; return the weighted sum of squared deviations.

    Values count as in :func:`fill_moments`. Deviations are taken from a value of the cluster
    itself, so that nothing cancels.
    """
    total = 0.0
    for j in range(len(boundaries) - 1):
        start, stop = boundaries[j], boundaries[j + 1]
        center = np.float64(values[(start + stop) // 2]) * scale - origin
        # The second time the center is the mean.
        for _ in range(2):
            weight, first, second = _cell_sums(values, counts, scale, origin, start, stop, center)
            center += first / weight
        means[j] = center
        total += second
    return total
