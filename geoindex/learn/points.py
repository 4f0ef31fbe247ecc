"""Weighted points in a color space, in boxes, and what a set of centers makes of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoindex.color.histogram import ColorHistogram
from geoindex.color.spaces import Space, space_coordinates
from geoindex.color.threads import in_threads
from geoindex.learn.lloyd import assign

__all__ = ["Assignment", "Points", "color_points", "reduced_points"]

MAX_POINTS = 2**18
"""Most points that are held at a time: colors are merged in cells of 2, then 4 levels a side."""

PARTS = 8
"""Parts for the threads: as many on every machine, since rounding depends on the order of sums."""

PART_POINTS = 10_000
"""Fewer points are not worth a thread."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Assignment:
    """What each center is given."""

    sums: NDArray[np.int64]
    """Weighted coordinates of its points; shape (k, 3)."""

    totals: NDArray[np.int64]
    """Weight of its points; shape (k,)."""

    errors: NDArray[np.float64]
    """Weighted squared distances of its points; shape (k,)."""

    @property
    def error(self) -> float:
        """Sum of all weighted squared distances."""
        return float(self.errors.sum())

    def means(self, centers: NDArray[np.float64]) -> NDArray[np.float64]:
        """Mean of each center's points; a center without points stays where it is."""
        given = self.totals > 0
        means = centers.copy()
        means[given] = self.sums[given] / self.totals[given, np.newaxis]
        return means


@dataclass(frozen=True, kw_only=True, eq=False)
class Points:
    """Weighted points with integer coordinates, sorted into boxes."""

    coordinates: NDArray[np.float64]
    """Shape (n, 3)."""

    weights: NDArray[np.int64]
    """Shape (n,)."""

    starts: NDArray[np.int64]
    """First point of each box, and the number of points at the end."""

    low: NDArray[np.float64]
    """Lower corner of each box."""

    high: NDArray[np.float64]
    """Upper corner of each box."""

    def __len__(self) -> int:
        return len(self.coordinates)

    def assign(self, centers: NDArray[np.float64]) -> Assignment:
        """Give every point to its nearest center; the first of equally near ones.

        Parameters
        ----------
        centers : ndarray of float64, shape (k, 3)

        Returns
        -------
        Assignment
            The same on every machine, whatever the number of threads.
        """
        k = len(centers)
        n_parts = PARTS if len(self) >= PART_POINTS else 1
        sums = np.zeros((n_parts, k, 3), dtype=np.int64)
        totals = np.zeros((n_parts, k), dtype=np.int64)
        errors = np.zeros((n_parts, k))
        edges = np.linspace(0, len(self.low), n_parts + 1).astype(np.int64)
        centers = np.ascontiguousarray(centers)

        def work(part: int) -> None:
            assign(
                self.coordinates,
                self.weights,
                self.starts,
                self.low,
                self.high,
                edges[part],
                edges[part + 1],
                centers,
                sums[part],
                totals[part],
                errors[part],
            )

        in_threads(work, range(n_parts))
        return Assignment(
            sums=sums.sum(axis=0), totals=totals.sum(axis=0), errors=errors.sum(axis=0)
        )


def color_points(
    histogram: ColorHistogram, space: Space, weights: NDArray[np.int64]
) -> Iterator[Points]:
    """Give the true colors of an image as points, at most MAX_POINTS at a time.

    Parameters
    ----------
    histogram : ColorHistogram
    space : {"rgb", "lab", "oklab"}
    weights : ndarray of int64, shape (n,)
        Of each color.

    Yields
    ------
    Points
    """
    for start in range(0, len(histogram), MAX_POINTS):
        part = slice(start, start + MAX_POINTS)
        colors = histogram.colors[part]
        yield _in_boxes(colors, space_coordinates(colors, space), weights[part])


def reduced_points(
    histogram: ColorHistogram, space: Space, weights: NDArray[np.int64], max_points: int
) -> Points:
    """Give the colors of an image as at most `max_points` points.

    Colors of one cell are replaced by their weighted mean; cells have 1, 2, 4, ... levels a
    side, as small as is possible.

    Parameters
    ----------
    histogram : ColorHistogram
    space : {"rgb", "lab", "oklab"}
    weights : ndarray of int64, shape (n,)
    max_points : int
        512 or more.

    Returns
    -------
    Points
    """
    colors = histogram.colors
    if len(colors) <= max_points:
        return _in_boxes(colors, space_coordinates(colors, space), weights)
    for shift in range(1, 6):
        side = 256 >> shift
        red, green, blue = (colors >> np.uint8(shift)).astype(np.intp).T
        members = (red * side + green) * side + blue
        totals = np.bincount(members, weights=weights, minlength=side**3)
        used = np.flatnonzero(totals)
        if len(used) <= max_points:
            break
    sums = np.zeros((side**3, 3))
    for start in range(0, len(colors), MAX_POINTS):
        part = slice(start, start + MAX_POINTS)
        own = space_coordinates(colors[part], space) * weights[part, np.newaxis]
        for axis in range(3):
            sums[:, axis] += np.bincount(members[part], own[:, axis], side**3)
    coordinates = np.floor(sums[used] / totals[used, np.newaxis] + 0.5)
    corners = np.stack(np.unravel_index(used, (side, side, side)), axis=-1)
    return _in_boxes(
        (corners << shift).astype(np.uint8), coordinates, totals[used].astype(np.int64)
    )


def _codes(colors: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """One number a color."""
    red, green, blue = colors.astype(np.uint32).T
    codes: NDArray[np.uint32] = red << 16 | green << 8 | blue
    return codes


def _in_boxes(
    colors: NDArray[np.uint8], coordinates: NDArray[np.float64], weights: NDArray[np.int64]
) -> Points:
    """Sort points into boxes of 8 x 8 x 8 colors."""
    cells = _codes(colors >> np.uint8(3))
    order = np.argsort(cells, kind="stable")
    cells, coordinates = cells[order], coordinates[order]
    starts = np.flatnonzero(np.r_[True, cells[1:] != cells[:-1]])
    return Points(
        coordinates=coordinates,
        weights=weights[order],
        starts=np.r_[starts, len(colors)],
        low=np.minimum.reduceat(coordinates, starts),
        high=np.maximum.reduceat(coordinates, starts),
    )
