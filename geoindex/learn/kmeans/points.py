"""Weighted points in a color space, and the nearest of some centers to each of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from geoindex.color.histogram import ColorHistogram
from geoindex.color.spaces import Space, colors_of, space_coordinates
from geoindex.color.threads import in_threads
from geoindex.learn.kmeans.lloyd import assign

__all__ = ["Assignment", "Points", "TrueColors"]

MAX_POINTS = 2**18
"""Most points held at once; more colors are merged in cells of 2, then 4 levels a side."""

PARTS = 2
"""Parts for the threads; the same on every machine, as rounding depends on the order of sums."""

PART_POINTS = 20_000
"""Fewer points are not worth a thread."""

BOX_POINTS = 40
"""Points that a box should hold on average, as every center is compared with the box, too."""

NO_LABELS = np.empty(0, dtype=np.int32)
"""What the kernel takes for "no labels wanted"."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Assignment:
    """The points of each center, summed up."""

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
        totals = self.totals[:, np.newaxis]
        means: NDArray[np.float64] = np.divide(
            self.sums, totals, out=centers.copy(), where=totals > 0
        )
        return means


@dataclass(frozen=True, kw_only=True, eq=False)
class Boxes:
    """Groups of neighbors in a sequence, with what bounds them."""

    starts: NDArray[np.int64]
    """First member of each group, and the number of members at the end."""

    low: NDArray[np.float64]
    """Least coordinates in each group; shape (n, 3)."""

    high: NDArray[np.float64]
    """Largest coordinates in each group; shape (n, 3)."""

    @classmethod
    def of(
        cls, cells: NDArray[np.integer], low: NDArray[np.float64], high: NDArray[np.float64]
    ) -> Boxes:
        """Group members that follow each other and have the same cell."""
        starts = np.flatnonzero(np.r_[True, cells[1:] != cells[:-1]])
        return cls(
            starts=np.r_[starts, len(cells)],
            low=np.minimum.reduceat(low, starts),
            high=np.maximum.reduceat(high, starts),
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Points:
    """Weighted points with integer coordinates, sorted into boxes, and these into blocks."""

    coordinates: NDArray[np.float64]
    """Shape (n, 3)."""

    weights: NDArray[np.int64]
    """Shape (n,)."""

    boxes: Boxes
    """Groups of points."""

    blocks: Boxes
    """Groups of boxes."""

    @cached_property
    def edges(self) -> NDArray[np.intp]:
        """First block of each part, and the number of blocks; parts have equally many points."""
        n_parts = PARTS if len(self) >= PART_POINTS else 1
        ends = self.boxes.starts[self.blocks.starts]
        return np.searchsorted(ends, np.arange(n_parts + 1) * len(self) // n_parts)

    def __len__(self) -> int:
        return len(self.coordinates)

    def assign(self, centers: NDArray[np.float64]) -> Assignment:
        """Assign every point to its nearest center; on a tie to the first.

        Parameters
        ----------
        centers : ndarray of float64, shape (k, 3)

        Returns
        -------
        Assignment
            The same on every machine and any number of threads.
        """
        return self._assign(centers, NO_LABELS)

    def nearest(self, centers: NDArray[np.float64]) -> NDArray[np.int32]:
        """Find the row of the nearest center of each point; on a tie the first.

        Parameters
        ----------
        centers : ndarray of float64, shape (k, 3)

        Returns
        -------
        ndarray of int32, shape (n,)
        """
        labels = np.empty(len(self), dtype=np.int32)
        self._assign(centers, labels)
        return labels

    def _assign(self, centers: NDArray[np.float64], labels: NDArray[np.int32]) -> Assignment:
        """Run the kernel in parts."""
        k, edges = len(centers), self.edges
        n_parts = len(edges) - 1
        sums = np.zeros((n_parts, k, 3), dtype=np.int64)
        totals = np.zeros((n_parts, k), dtype=np.int64)
        errors = np.zeros((n_parts, k))
        centers = np.ascontiguousarray(centers)

        def work(part: int) -> None:
            assign(
                self.coordinates,
                self.weights,
                self.boxes.starts,
                self.boxes.low,
                self.boxes.high,
                self.blocks.starts,
                self.blocks.low,
                self.blocks.high,
                edges[part],
                edges[part + 1],
                centers,
                sums[part],
                totals[part],
                errors[part],
                labels,
            )

        in_threads(work, range(n_parts))
        if n_parts == 1:
            # Sums over nothing would take a tenth of the time of a small step.
            return Assignment(sums=sums[0], totals=totals[0], errors=errors[0])
        return Assignment(
            sums=sums.sum(axis=0), totals=totals.sum(axis=0), errors=errors.sum(axis=0)
        )


class TrueColors:
    """All colors of an image as points, at most MAX_POINTS at once.

    Parameters
    ----------
    histogram : ColorHistogram
    space : {"rgb", "lab", "oklab"}
    weights : ndarray of int64, shape (n,)
        Weight of each color.
    """

    def __init__(
        self, histogram: ColorHistogram, space: Space, weights: NDArray[np.int64]
    ) -> None:
        self.space: Space = space
        self._colors = histogram.colors
        self._weights = weights
        self._kept = next(self._parts()) if len(self) <= MAX_POINTS else None

    def __len__(self) -> int:
        return len(self._colors)

    def assign(self, centers: NDArray[np.float64]) -> Assignment:
        """Assign every color to its nearest center; see :meth:`Points.assign`."""
        if self._kept is not None:
            return self._kept.assign(centers)
        parts = [points.assign(centers) for points in self._parts()]
        return Assignment(
            sums=np.sum([part.sums for part in parts], axis=0),
            totals=np.sum([part.totals for part in parts], axis=0),
            errors=np.sum([part.errors for part in parts], axis=0),
        )

    def served_worst(self, centers: NDArray[np.float64], n_colors: int) -> NDArray[np.uint8]:
        """Find the colors with the largest errors.

        Parameters
        ----------
        centers : ndarray of float64, shape (k, 3)
        n_colors : int
            How many at most.

        Returns
        -------
        ndarray of uint8, shape (n, 3)
            Different colors, none of them a center.
        """
        coordinates, errors = np.empty((0, 3)), np.empty(0)
        for points in self._parts() if self._kept is None else [self._kept]:
            offsets = points.coordinates - centers[points.nearest(centers)]
            errors = np.concatenate([errors, points.weights * (offsets**2).sum(axis=1)])
            coordinates = np.concatenate([coordinates, points.coordinates])
            worst = np.argsort(-errors, kind="stable")[:n_colors]
            coordinates, errors = coordinates[worst], errors[worst]
        return colors_of(coordinates[errors > 0], self.space)

    def reduced(self, max_points: int) -> Points:
        """Merge the colors into at most `max_points` points.

        Colors of one cell are replaced by their weighted mean. Cells have 2, 4, 8, ... levels a
        side, as few as possible; this leaves more than an eighth of `max_points`.

        Parameters
        ----------
        max_points : int
            512 to MAX_POINTS.
        """
        if self._kept is not None and len(self) <= max_points:
            return self._kept
        shift = 1
        corners, places = _halved(self._colors, 128)
        while len(corners) > max_points:
            shift += 1
            corners, halved_places = _halved(corners, 256 >> shift)
            places = halved_places[places]
        totals = np.bincount(places, weights=self._weights)
        sums = np.zeros((len(corners), 3))
        for start in range(0, len(self), MAX_POINTS):
            part = slice(start, start + MAX_POINTS)
            own = space_coordinates(self._colors[part], self.space)
            for axis in range(3):
                weighted = own[:, axis] * self._weights[part]
                sums[:, axis] += np.bincount(places[part], weighted, len(corners))
        return _in_boxes(
            corners << np.uint8(shift),
            np.floor(sums / totals[:, np.newaxis] + 0.5),
            totals.astype(np.int64),
        )

    def _parts(self) -> Iterator[Points]:
        for start in range(0, len(self), MAX_POINTS):
            part = slice(start, start + MAX_POINTS)
            colors = self._colors[part]
            yield _in_boxes(colors, space_coordinates(colors, self.space), self._weights[part])


def _halved(corners: NDArray[np.uint8], side: int) -> tuple[NDArray[np.uint8], NDArray[np.intp]]:
    """Corners (n, 3) of cells of twice the side, and the cell of each given corner."""
    red, green, blue = (corners >> 1).astype(np.intp).T
    used, places = _used_cells((red * side + green) * side + blue, side**3)
    return np.stack(np.unravel_index(used, (side, side, side)), axis=-1).astype(np.uint8), places


def _used_cells(
    cells: NDArray[np.intp], n_cells: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Numbers of the cells that occur, ascending, and the position of each cell in them."""
    if len(cells) < n_cells // 8:
        # A table of all cells takes longer than sorting a few.
        used, places = np.unique(cells, return_inverse=True)
        return used, places
    turns_up = np.zeros(n_cells, dtype=bool)
    turns_up[cells] = True
    return np.flatnonzero(turns_up), (np.cumsum(turns_up) - 1)[cells]


def _in_boxes(
    colors: NDArray[np.uint8], coordinates: NDArray[np.float64], weights: NDArray[np.int64]
) -> Points:
    """Sort points into boxes of 16 levels a side, or 32, and these into blocks of 2 x 2 x 2."""
    for shift in (4, 5):
        keys = _box_keys(colors >> np.uint8(shift), 8 - shift)
        order = np.argsort(keys, kind="stable")
        keys, sorted_coordinates = keys[order], coordinates[order]
        boxes = Boxes.of(keys, sorted_coordinates, sorted_coordinates)
        if len(keys) >= BOX_POINTS * len(boxes.low):
            break
    return Points(
        coordinates=sorted_coordinates,
        weights=weights[order],
        boxes=boxes,
        blocks=Boxes.of(keys[boxes.starts[:-1]] >> 3, boxes.low, boxes.high),
    )


def _box_keys(levels: NDArray[np.uint8], bits: int) -> NDArray[np.uint16]:
    """Numbers of boxes by their levels: the block's of `bits` - 1 a channel, then the box in it.

    At most 12 bits, so that the sort is by radix.
    """
    blocks, boxes = levels.T.astype(np.uint16) >> 1, levels.T & 1
    keys = blocks[0] << (2 * bits - 2) | blocks[1] << (bits - 1) | blocks[2]
    in_block = boxes[0] << 2 | boxes[1] << 1 | boxes[2]
    numbers: NDArray[np.uint16] = keys << 3 | in_block
    return numbers
