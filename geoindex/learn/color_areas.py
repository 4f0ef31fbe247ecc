"""The area of each color of an image: its blocks of 2 x 2 pixels, counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoindex.color.compiled import compiled, types
from geoindex.color.histogram import ColorCounter, ColorHistogram
from geoindex.color.pixels import NO_MASK, Pixels
from geoindex.color.threads import in_threads
from geoindex.rules.scale import round_colors

__all__ = ["AreaCounter", "ColorAreas", "Rows"]

NEARLY_ONE = 8
"""Levels per channel by which the pixels of a block of nearly one color may differ."""

COUNTED_ROWS = 64
"""Rows per thread and step; so many stay in the cache."""

UNEVEN, NEARLY, UNIFORM = np.uint8(0), np.uint8(1), np.uint8(2)


@compiled(
    types.void(
        types.Array(types.uint8, 3, "A", readonly=True),
        types.Array(types.uint8, 2, "A", readonly=True),
        types.uint8[:, ::1],
    )
)
def _mark_blocks(
    colors: NDArray[np.uint8], valid: NDArray[np.uint8], marks: NDArray[np.uint8]
) -> None:
    """Mark for each pixel how even the block of 2 x 2 pixels is whose upper left it is.

    `marks` has one row and one column less than `colors`. An empty `valid` means that every
    pixel is valid; a block with an invalid pixel is uneven.

    Bytes without branches let the compiler handle many pixels at once.
    """
    for row in range(marks.shape[0]):
        for col in range(marks.shape[1]):
            spread = np.uint8(0)
            for channel in range(3):
                a, b = colors[row, col, channel], colors[row, col + 1, channel]
                c, d = colors[row + 1, col, channel], colors[row + 1, col + 1, channel]
                most, least = max(a, b, c, d), min(a, b, c, d)
                spread = max(spread, np.uint8(most - least))
            mark = NEARLY if spread <= NEARLY_ONE else UNEVEN
            marks[row, col] = UNIFORM if spread == 0 else mark
        if valid.size > 0:
            for col in range(marks.shape[1]):
                is_whole = (
                    (valid[row, col] != 0)
                    & (valid[row, col + 1] != 0)
                    & (valid[row + 1, col] != 0)
                    & (valid[row + 1, col + 1] != 0)
                )
                marks[row, col] = marks[row, col] if is_whole else UNEVEN


@dataclass(frozen=True, kw_only=True, eq=False)
class ColorAreas:
    """The colors of an image with their pixels and their blocks of one color."""

    histogram: ColorHistogram
    """All colors."""

    blocks: NDArray[np.int64]
    """Blocks of 2 x 2 pixels of each color; shape (n,). Blocks may overlap."""

    nearly: int
    """Blocks of nearly, but not exactly, one color."""

    @property
    def evenness(self) -> float:
        """Share of the blocks of one color among those of nearly one, 0 to 1.

        Losslessly stored flat colors give nearly 1; JPEG and photographs less than 0.85.
        """
        uniform = int(self.blocks.sum())
        return uniform / max(1, uniform + self.nearly)


@dataclass(frozen=True, kw_only=True, eq=False)
class Rows:
    """The border of rows whose pixels were counted; blocks across it are not yet."""

    colors: NDArray[np.uint8]
    """First and last row; shape (2, cols, 3)."""

    valid: NDArray[np.uint8]
    """Shape (2, cols)."""

    nearly: int
    """Blocks of nearly one color within the rows."""


class AreaCounter:
    """Counts the colors of an image and their blocks, a few rows at a time."""

    def __init__(self) -> None:
        self._all = ColorCounter()
        self._uniform = ColorCounter()
        self._nearly = 0
        self._last: Rows | None = None

    def count(self, pixels: Pixels) -> Rows:
        """Count rows of pixels, in any order and in several threads at once.

        Parameters
        ----------
        pixels : Pixels
            Of shape (rows, all columns).

        Returns
        -------
        Rows
            For :meth:`join`.
        """
        self._all.add(pixels)
        colors = round_colors(pixels.colors)
        valid = NO_MASK if pixels.valid is None else pixels.valid
        edges = valid if valid.size else np.ones((1, colors.shape[1]), dtype=np.uint8)
        return Rows(
            colors=np.stack([colors[0], colors[-1]]),
            valid=np.stack([edges[0], edges[-1]]),
            nearly=self._count_blocks(colors, valid),
        )

    def join(self, rows: Rows) -> None:
        """Count the blocks on the seam with the rows above.

        Parameters
        ----------
        rows : Rows
            The results of :meth:`count`, from top to bottom.
        """
        self._nearly += rows.nearly
        if self._last is not None:
            self._nearly += self._count_blocks(
                np.stack([self._last.colors[1], rows.colors[0]]),
                np.stack([self._last.valid[1], rows.valid[0]]),
            )
        self._last = rows

    def add(self, other: AreaCounter) -> None:
        """Add the counts of another image, which has no seam with this one."""
        self._all.join(other._all)
        self._uniform.join(other._uniform)
        self._nearly += other._nearly

    def areas(self) -> ColorAreas:
        """Return what was counted so far."""
        histogram, uniform = self._all.histogram(), self._uniform.histogram()
        blocks = np.zeros(len(histogram), dtype=np.int64)
        blocks[np.searchsorted(_codes(histogram), _codes(uniform))] = uniform.counts
        return ColorAreas(histogram=histogram, blocks=blocks, nearly=self._nearly)

    def _count_blocks(self, colors: NDArray[np.uint8], valid: NDArray[np.uint8]) -> int:
        """Count the blocks of one color within rows; return the number of nearly one color."""
        rows, cols = colors.shape[:2]
        if rows < 2 or cols < 2:
            return 0
        nearly: list[int] = []

        def count(start: int) -> None:
            part = slice(start, start + COUNTED_ROWS + 1)
            own, own_valid = colors[part], valid[part] if valid.size else valid
            marks = np.empty((len(own) - 1, cols - 1), dtype=np.uint8)
            _mark_blocks(own, own_valid, marks)
            nearly.append(int(np.count_nonzero(marks == NEARLY)))
            uniform = (marks == UNIFORM).view(np.uint8)
            self._uniform.add(Pixels(table=own[:-1, :-1], valid=uniform))

        in_threads(count, range(0, rows - 1, COUNTED_ROWS))
        return sum(nearly)


def _codes(histogram: ColorHistogram) -> NDArray[np.int64]:
    """One number per color, ascending."""
    codes: NDArray[np.int64] = histogram.colors @ np.array([65_536, 256, 1])
    return codes
