"""The collar of a map: pixels of its color that are joined to the border of the image.

Pixels are joined if they share a side, so that a line of one pixel keeps the collar out. Rows come
a block at a time. In memory are the runs of the collar along each row, and those of spots that
reach the last row and may yet be joined to it; spots that ended inside the map are forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from geoindex.color.pixels import PixelRule, Pixels, is_color
from geoindex.rules.box import Region

__all__ = ["Collar", "collar_blocks", "find_collar", "without_collar"]

NO_SPOT, JOINED = -1, 0


@dataclass(frozen=True, kw_only=True, eq=False)
class Collar:
    """The runs of collar pixels along rows, in the order of rows."""

    rows: NDArray[np.int32]
    """Row of each run."""

    starts: NDArray[np.int32]
    """First column."""

    stops: NDArray[np.int32]
    """Column behind the last one."""

    def apply(self, pixels: Pixels, region: Region) -> Pixels:
        """Pixels of a region in which the collar is nodata."""
        rows, cols = region
        part = slice(*np.searchsorted(self.rows, [rows.start, rows.stop]))
        lines = self.rows[part] - rows.start
        steps = np.zeros((rows.stop - rows.start, cols.stop - cols.start + 1), dtype=np.int32)
        for ends, step in ((self.starts, 1), (self.stops, -1)):
            np.add.at(steps, (lines, ends[part].clip(cols.start, cols.stop) - cols.start), step)
        inside = steps.cumsum(axis=1, dtype=np.int32)[:, :-1] == 0
        valid = inside.view(np.uint8)
        if pixels.valid is not None:
            valid = np.where(inside, pixels.valid, np.uint8(0))
        return replace(pixels, valid=valid)


def without_collar(pixels: Pixels, rule: PixelRule) -> Pixels:
    """Pixels of a whole image in which the collar of the rule is nodata."""
    rows, cols = pixels.shape
    for color in rule.collar_rgbs:
        found = find_collar(collar_blocks([(0, pixels)], color, rule), (rows, cols))
        pixels = found.apply(pixels, (slice(0, rows), slice(0, cols)))
    return pixels


def collar_blocks(
    blocks: Iterable[tuple[int, Pixels]], color: tuple[int, int, int], rule: PixelRule
) -> Iterator[tuple[int, NDArray[np.bool_]]]:
    """Mark the pixels that can belong to a collar: those of its color, and nodata.

    Parameters
    ----------
    blocks : iterable of tuple
        First row, and pixels of whole rows.
    color : tuple of int
        Red, green, blue.
    rule : PixelRule
        Its tolerance counts.

    Yields
    ------
    tuple of int and ndarray of bool
        First row and marks.
    """
    for row, pixels in blocks:
        near = is_color(pixels.table[..., :3], color, rule.tolerance)
        marks = near if pixels.codes is None else near[pixels.codes]
        yield row, marks if pixels.valid is None else marks | (pixels.valid == 0)


def find_collar(blocks: Iterable[tuple[int, NDArray[np.bool_]]], shape: tuple[int, int]) -> Collar:
    """Find the marked pixels that are joined to the border of the image.

    Parameters
    ----------
    blocks : iterable of tuple
        First row, and marks of whole rows, shape (rows, cols), from top to bottom.
    shape : tuple of int
        Rows and columns of the image.

    Returns
    -------
    Collar
        The same for any division into blocks.
    """
    finder = _Finder(shape)
    for row, marks in blocks:
        finder.add(row, marks)
    return finder.collar()


Runs = NDArray[np.int32]
"""Runs of pixels; shape (n, 4): row, start, stop and spot."""


class _Finder:
    """Joins the connected spots of each block to those above it."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self._shape = shape
        self._joined: list[Runs] = [np.empty((0, 4), dtype=np.int32)]
        self._open: Runs = np.empty((0, 4), dtype=np.int32)
        self._n_open = 0
        # Spot of each pixel of the row above: none, the collar, or one that is open.
        self._above = np.full(shape[1], NO_SPOT, dtype=np.int32)

    def add(self, row: int, marks: NDArray[np.bool_]) -> None:
        """Take the rows below."""
        from scipy import ndimage
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        labels, n_spots = ndimage.label(marks)
        is_last = row + len(marks) == self._shape[0]
        edges = [labels[:, 0], labels[:, -1], *([labels[-1]] * is_last)]
        border = np.unique(np.concatenate([*edges, *([labels[0]] * (row == 0))]))
        # The collar is node 0, the spots of this block and the open ones follow.
        n_nodes = 1 + n_spots + self._n_open
        seam = (self._above != NO_SPOT) & marks[0]
        above = self._above[seam]
        ends = (
            np.concatenate([np.zeros(len(border), np.int32), np.where(above, above + n_spots, 0)]),
            np.concatenate([border, labels[0][seam]]),
        )
        links = coo_array((np.ones(len(ends[0]), dtype=bool), ends), shape=(n_nodes, n_nodes))
        _, part = connected_components(links, directed=False)
        runs = _runs(marks, labels, row)
        self._open[:, 3] += n_spots
        runs = np.concatenate([self._open, runs])
        parts = part[runs[:, 3]]
        self._joined.append(runs[parts == part[0]])
        last = np.where(marks[-1], part[labels[-1]], NO_SPOT)
        alive = np.unique(last[(last != NO_SPOT) & (last != part[0])])
        self._n_open = len(alive)
        self._open = runs[np.isin(parts, alive)]
        self._open[:, 3] = 1 + np.searchsorted(alive, part[self._open[:, 3]])
        found = 1 + np.searchsorted(alive, last)
        self._above = np.where(last == part[0], JOINED, found).astype(np.int32)
        self._above[last == NO_SPOT] = NO_SPOT

    def collar(self) -> Collar:
        """Return the pixels joined to the border, after all rows were added."""
        rows, starts, stops, _ = np.concatenate(self._joined).T
        order = np.lexsort((starts, rows))
        return Collar(rows=rows[order], starts=starts[order], stops=stops[order])


def _runs(marks: NDArray[np.bool_], labels: NDArray[np.int32], row: int) -> Runs:
    """List the runs of marked pixels along the rows of a block that begins at `row`."""
    padded = np.zeros((len(marks), marks.shape[1] + 2), dtype=np.int8)
    padded[:, 1:-1] = marks
    steps = np.diff(padded, axis=1)
    rows, starts = np.nonzero(steps == 1)
    _, stops = np.nonzero(steps == -1)
    return np.stack([rows + row, starts, stops, labels[rows, starts]], axis=1).astype(np.int32)
