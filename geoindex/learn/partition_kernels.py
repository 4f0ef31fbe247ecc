"""Compiled loops of the optimal partition; :mod:`geoindex.learn.partition` calls them.

They assume clean arguments. A *position* stands between two of the sorted values; a *moment* row
holds the sums of weight, weight times value and weight times squared value between the middle
position and another one, so that a difference of two rows belongs to the values between them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numpy.typing import NDArray

from geoindex.color.compiled import compiled

__all__ = ["cluster_means", "fill_moments", "find_reach", "least_costs", "path_back"]

_FLOATS = types.Array(types.float64, 1, "C", readonly=True)
_MOMENTS = types.Array(types.float64, 2, "C", readonly=True)
_POSITIONS = types.Array(types.int64, 1, "C", readonly=True)


@compiled()
def fill_moments(
    values: NDArray[Any],
    counts: NDArray[Any],
    scale: float,
    origin: float,
    positions: NDArray[np.int64],
    known: NDArray[np.uint8],
    moments: NDArray[np.float64],
) -> None:
    """Enter the moments of the positions that are not `known`, from the middle outwards.

    Sums that grow outwards keep the values far out, which may be outliers of any size, out of
    the sums of those in the middle. The position ``len(values) // 2``, where they are 0, must be
    one of the `positions` and known. Values count as ``value * scale - origin``; an empty
    `counts` weighs every value 1.
    """
    middle = np.searchsorted(positions, len(values) // 2)
    weighted = counts.size > 0
    for side in range(2):
        step = 1 if side == 0 else -1
        place = middle + step
        while 0 <= place < len(positions):
            if known[place] == 0:
                inner = positions[place - step]
                outer = positions[place]
                low, high = min(inner, outer), max(inner, outer)
                weight, first, second = 0.0, 0.0, 0.0
                for i in range(low, high):
                    count = np.float64(counts[i]) if weighted else 1.0
                    x = np.float64(values[i]) * scale - origin
                    weight += count
                    first += count * x
                    second += count * x * x
                moments[place, 0] = moments[place - step, 0] + step * weight
                moments[place, 1] = moments[place - step, 1] + step * first
                moments[place, 2] = moments[place - step, 2] + step * second
            place += step


@compiled()
def _cost(moments: NDArray[np.float64], start: int, stop: int) -> float:
    """Weighted sum of squared deviations from their mean of the values between two positions."""
    weight = moments[stop, 0] - moments[start, 0]
    if weight <= 0.0:
        return 0.0
    first = moments[stop, 1] - moments[start, 1]
    cost: float = max(moments[stop, 2] - moments[start, 2] - first * first / weight, 0.0)
    return cost


@compiled()
def _cost_around(moments: NDArray[np.float64], start: int, stop: int, center: float) -> float:
    """Squared deviations from `center` of what lies between two positions, at least."""
    if stop <= start:
        return 0.0
    weight = moments[stop, 0] - moments[start, 0]
    first = moments[stop, 1] - moments[start, 1]
    deviation = first / weight - center
    cost: float = _cost(moments, start, stop) + weight * deviation * deviation
    return cost


@compiled(types.void(_MOMENTS, _FLOATS, _FLOATS, _FLOATS, types.float64, types.float64[::1]))
def find_reach(
    moments: NDArray[np.float64],
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
            cost = _cost_around(moments, start, place - 1, lower_mean)
            cost += _cost_around(moments, place + 1, stop, upper_mean)
            if cost > known_cost:
                impossible = distance
            else:
                possible = distance
            if impossible - possible <= impossible / 4:
                break
        reach[place] = impossible


@compiled(
    types.void(
        _MOMENTS, _FLOATS, _FLOATS, _FLOATS, _POSITIONS, _POSITIONS, _POSITIONS, types.float64[::1]
    )
)
def least_costs(
    moments: NDArray[np.float64],
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
                least, best = np.inf, best_place[i - step]
                for start in range(best_place[i - step], final + 1):
                    cost = before[start - low] + _cost(moments, start, stop)
                    if cost < least:
                        least, best = cost, start
                table[offsets[j] + i - 1] = least
                best_place[i] = best
                i += 2 * step
            step //= 2


@compiled(
    types.float64(
        _MOMENTS,
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
            cost = table[offsets[j - 1] + start - first[j - 1]] + _cost(moments, start, place)
            cost -= slack[start] * min(reach[start], gaps[j - 1])
            if cost < least:
                least, best = cost, start
        total += _cost(moments, best, place)
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
    weights: NDArray[np.float64],
) -> float:
    """Write mean and weight of each cluster; return the weighted sum of squared deviations.

    Values count as in :func:`fill_moments`. Deviations are taken from a value of the cluster
    itself, so that nothing cancels.
    """
    weighted = counts.size > 0
    total = 0.0
    for j in range(len(boundaries) - 1):
        start, stop = boundaries[j], boundaries[j + 1]
        center = np.float64(values[(start + stop) // 2]) * scale - origin
        for _ in range(2):
            weight, first, second = 0.0, 0.0, 0.0
            for i in range(start, stop):
                count = np.float64(counts[i]) if weighted else 1.0
                x = np.float64(values[i]) * scale - origin - center
                weight += count
                first += count * x
                second += count * x * x
            center += first / weight
        means[j] = center
        weights[j] = weight
        total += second
    return total
