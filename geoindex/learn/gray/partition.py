"""The best partition of sorted numbers into k clusters: one-dimensional k-means, exactly."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoindex.learn.gray.costs import Places, find_reach, least_costs, path_back
from geoindex.learn.gray.moments import Values, cluster_means, fill_moments

__all__ = ["Partition", "optimal_partition"]

FIRST_POSITIONS = 2048
"""Places that a boundary may take in the first, coarse round."""

MOST_NEW = 2**14
"""Places that a later round adds, unless halving what is open takes more."""

WORK = 2**18
"""Sum of the places of all boundaries that a later round has, with the same exception."""

NO_COUNTS = np.empty(0, dtype=np.uint32)
"""The counts that weigh every value 1."""

NO_RESTS = np.empty((0, 3))
"""The rests that say that float64 is precise enough."""

NOTICEABLE = 1e-9
"""Share of the cost that rounding may reach before more digits are used."""

ROUNDING = 1e-10
"""Share of the cost within which two partitions are not told apart."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Partition:
    """Clusters of sorted values."""

    boundaries: NDArray[np.int64]
    """Shape (n_clusters + 1,): cluster j holds the values ``boundaries[j]:boundaries[j + 1]``."""

    means: NDArray[np.float64]
    """Weighted mean of each cluster, ascending."""

    cost: float
    """Weighted sum of squared deviations from the means."""


def optimal_partition(
    values: NDArray[Any], counts: NDArray[np.uint32 | np.int64] | None, k: int
) -> Partition:
    """Partition sorted values so that the squared deviations from the cluster means are least.

    Parameters
    ----------
    values : ndarray of float or integer up to 32 bits, shape (n,)
        Distinct, ascending, finite.
    counts : ndarray of uint32 or int64, shape (n,), or None
        Weight of each value; None weighs all alike.
    k : int
        Clusters, 1 to n.

    Returns
    -------
    Partition
        A global optimum, the same on every machine with the same arithmetic.

    Notes
    -----
    A dynamic program over all n places of a boundary costs n * k * log(n). Here the boundaries
    first stand between coarse cells of values only. Moving a boundary of the true optimum from
    inside a cell of weight w and width h to a side of it costs at most ``w * h * gap``, where
    the gap is the distance of the two means beside it: with as much taken off, the cost through
    a place is a lower bound, and where that is above the cost of a partition at hand the place
    is ruled out. What is left is split finer, until no cell is left that a boundary of an
    optimum could divide.
    """
    scale, origin = _normalization(values)
    given = Values(values, NO_COUNTS if counts is None else counts, scale, origin)
    if k == len(values):
        boundaries = np.arange(k + 1, dtype=np.int64)
    else:
        boundaries = _Search(given, k).boundaries()
    means = np.empty(len(boundaries) - 1)
    cost = cluster_means(given, boundaries, means)
    return Partition(
        boundaries=boundaries,
        means=(means + origin) / scale,
        cost=cost / scale / scale,
    )


def _normalization(values: NDArray[Any]) -> tuple[float, float]:
    """Power of two, and origin after it, that keep squares of the values finite."""
    largest = max(abs(float(values[0])), abs(float(values[-1])))
    spread = math.ldexp(float(values[-1]), -1) - math.ldexp(float(values[0]), -1)
    exponent = 0
    if largest > 2.0**400:
        exponent = math.frexp(largest)[1]
    elif 0 < spread < 2.0**-400:
        exponent = max(math.frexp(spread)[1], -1000)
    scale = math.ldexp(1.0, -exponent)
    return scale, float(values[len(values) // 2]) * scale


class _Search:
    """Narrows the places of the boundaries down, round by round."""

    def __init__(self, given: Values, k: int) -> None:
        self.given = given
        self.k = k
        n = len(given.values)
        n_cells = min(n, max(FIRST_POSITIONS, 4 * k))
        steps = np.linspace(0, n, n_cells + 1).astype(np.int64)
        self.positions = np.unique(np.append(steps, n // 2))
        self.moments = np.zeros((len(self.positions), 3))
        self.rests = np.zeros((len(self.positions), 3))
        self.is_precise = False
        self.is_open = np.diff(self.positions) > 1
        self._fill(self.positions == n // 2)
        # Boundary 0 stands before all values, boundary k after them, the others anywhere.
        self.first = np.zeros(k + 1, dtype=np.int64)
        self.last = np.full(k + 1, len(self.positions) - 1, dtype=np.int64)
        self.last[0], self.first[-1] = 0, self.last[-1]
        self.gaps = np.full(k + 1, self._at(n - 1) - self._at(0))
        self.reach = np.full(len(self.positions), self.gaps[0])

    def boundaries(self) -> NDArray[np.int64]:
        """Boundaries of the optimum, as places among the values."""
        while self.is_open.any():
            self._narrow()
        found, _ = self._best_known()
        # Clusters that differ by less than the rounding of their sums may come out empty.
        return np.unique(self.positions[found])

    def _at(self, index: Any) -> Any:
        """Values as the kernels take them."""
        return self.given.values[index].astype(np.float64) * self.given.scale - self.given.origin

    def _fill(self, known: NDArray[np.bool_]) -> None:
        """Sum up what lies between the positions that are new."""
        fill_moments(self.given, self.positions, known, self.moments, self.rests)

    def _places(self, slack: NDArray[np.float64]) -> Places:
        """Places of the boundaries at present."""
        return Places(
            self.moments,
            self.rests if self.is_precise else NO_RESTS,
            np.diff(self.positions) == 1,
            slack,
            self.reach,
            self.gaps,
            self.first,
            self.last,
            _offsets(self.first, self.last),
        )

    def _best_known(self) -> tuple[NDArray[np.int64], float]:
        """Cheapest boundaries among the positions, and what they cost."""
        places = self._places(np.zeros(len(self.positions)))
        found = np.empty(self.k + 1, dtype=np.int64)
        cost = float(path_back(places, least_costs(places), found))
        if not self.is_precise and self._rounding() > NOTICEABLE * cost:
            self.is_precise = True
            return self._best_known()
        return found, cost

    def _rounding(self) -> float:
        """Error of a cost, about: that of the largest sum, values alone at the ends apart."""
        sizes = np.diff(self.positions[[0, 1, -2, -1]])
        ends = [1 if sizes[0] == 1 else 0, -2 if sizes[-1] == 1 else -1]
        largest = np.abs(self.moments[ends, 2]).max()
        return float(largest) * (1e-28 if self.is_precise else 1e-15)

    def _narrow(self) -> None:
        """Rule out places by bounds of their cost, and split the cells beside those left."""
        _, known_cost = self._best_known()
        limit = known_cost * (1 + ROUNDING) + self._rounding()
        lowest, highest = self._at(self.positions[:-1]), self._at(self.positions[1:] - 1)
        products = np.where(self.is_open, np.diff(self.moments[:, 0]) * (highest - lowest), 0.0)
        slack = np.maximum(np.append(products, 0.0), np.insert(products, 0, 0.0))
        places = self._places(slack)
        find_reach(places, lowest, highest, limit)
        forward = least_costs(places)
        # In the mirror, costs before a boundary are those after it; its table is turned round.
        backward = least_costs(_mirrored(places))[::-1]
        left = np.zeros(len(self.positions), dtype=bool)
        for j in range(1, self.k):
            band = slice(self.first[j], self.last[j] + 1)
            row = slice(places.offsets[j], places.offsets[j + 1])
            through = forward[row] + backward[row]
            through -= slack[band] * np.minimum(self.reach[band], self.gaps[j])
            possible = np.flatnonzero(through <= limit) + self.first[j]
            if len(possible):
                self.first[j], self.last[j] = possible[0], possible[-1]
            left[possible] = True
        self._split(left, products)

    def _split(self, left: NDArray[np.bool_], products: NDArray[np.float64]) -> None:
        """Keep the positions that are `left` and divide the open cells beside them."""
        old, last = self.positions, len(self.positions) - 1
        beside = self.is_open & (left[:-1] | left[1:])
        starts = np.flatnonzero(beside)
        # Cut in n parts, a cell of weight and width has an n-th of both.
        need = np.sqrt(products[starts] * np.maximum(self.reach[starts], self.reach[starts + 1]))
        coverage = (self.last - self.first + 1).sum() / (last + 1)
        total = max(min(WORK / coverage, MOST_NEW), 2.0 * len(starts))
        inner = _cut(old[starts], old[starts + 1], _share(need, np.diff(old)[starts], total))
        kept = left.copy()
        # Sums of the new cells begin at a side of the old ones.
        kept[starts] = kept[starts + 1] = True
        kept[[0, last]] = True
        kept[np.searchsorted(old, len(self.given.values) // 2)] = True
        positions = np.unique(np.append(old[kept], inner))
        place = np.searchsorted(positions, old)
        known = np.isin(positions, old[kept])
        moments, rests = np.zeros((2, len(positions), 3))
        moments[known], rests[known] = self.moments[kept], self.rests[kept]
        cell = np.searchsorted(old, positions[:-1], side="right") - 1
        is_open = beside[cell] & (np.diff(positions) > 1)
        # A boundary may stand inside the open cells beside its outermost places.
        middle = slice(1, self.k)
        lower = np.where(beside[np.maximum(self.first[middle] - 1, 0)], 1, 0)
        upper = np.where(beside[np.minimum(self.last[middle], last - 1)], 1, 0)
        self.first[middle] = place[np.maximum(self.first[middle] - lower, 0)]
        self.last[middle] = place[np.minimum(self.last[middle] + upper, last)]
        self.last[-1] = self.first[-1] = len(positions) - 1
        self.positions, self.moments, self.rests = positions, moments, rests
        self.is_open = is_open
        self._fill(known)
        # Means beside a boundary lie between the outermost places of its neighbors.
        lowest = self._at(np.minimum(positions[self.first], len(self.given.values) - 1))
        highest = self._at(np.maximum(positions[self.last] - 1, 0))
        self.gaps[1:-1] = np.maximum(highest[2:] - lowest[:-2], 0.0)
        self.reach = np.full(len(positions), self.gaps[0])


def _offsets(first: NDArray[np.int64], last: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where the rows of a table of costs begin."""
    return np.concatenate([[0], np.cumsum(last - first + 1)])


def _mirrored(places: Places) -> Places:
    """Bring the places of the same boundaries into the opposite order."""
    end = len(places.moments) - 1
    first, last = end - places.last[::-1], end - places.first[::-1]
    return Places(
        np.ascontiguousarray(-places.moments[::-1]),
        np.ascontiguousarray(-places.rests[::-1]),
        np.ascontiguousarray(places.is_single[::-1]),
        np.ascontiguousarray(places.slack[::-1]),
        np.ascontiguousarray(places.reach[::-1]),
        np.ascontiguousarray(places.gaps[::-1]),
        first,
        last,
        _offsets(first, last),
    )


def _share(need: NDArray[np.float64], sizes: NDArray[np.int64], total: float) -> NDArray[np.int64]:
    """Parts for each cell, 1 to its size, in proportion to `need`; about `total` in all."""
    if need.sum() == 0:
        return sizes
    parts = np.minimum(np.ceil(need * (total / need.sum())), sizes).astype(np.int64)
    # Where nothing would change, the neediest cell is cut, so that every round makes progress.
    if (parts <= 1).all():
        parts[np.argmax(need)] = 2
    at_least_one: NDArray[np.int64] = np.maximum(parts, 1)
    return at_least_one


def _cut(
    starts: NDArray[np.int64], stops: NDArray[np.int64], parts: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Places that divide each stretch of places into about equal parts, with its start."""
    number = np.arange(parts.sum()) - np.repeat(np.cumsum(parts) - parts, parts)
    cut: NDArray[np.int64] = np.repeat(starts, parts) + number * np.repeat(
        stops - starts, parts
    ) // np.repeat(parts, parts)
    return cut
