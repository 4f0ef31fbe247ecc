"""Which colors of an image hold area: blocks of 2 x 2 pixels of one color, counted by color."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoindex.color.compiled import compiled, types
from geoindex.color.histogram import ColorCounter, ColorHistogram
from geoindex.color.pixels import NO_MASK, Pixels
from geoindex.color.threads import in_threads
from geoindex.scaling import round_colors

__all__ = ["AreaCounter", "ColorAreas"]

NEARLY_ONE = 8
"""Levels a channel by which the four pixels of a block of nearly one color may differ."""

MARKED_ROWS = 128
"""Rows that a thread looks at."""

UNEVEN, NEARLY, UNIFORM = 0, 1, 2


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
    """Tell of each pixel what the block is whose upper left it is; blocks are 2 x 2 pixels.

    `marks` has one row and one column less than `colors`. An empty `valid` means that every
    pixel is valid; a block with one that is not is uneven.
    """
    for row in range(marks.shape[0]):
        for col in range(marks.shape[1]):
            if valid.size > 0 and (
                valid[row, col] == 0
                or valid[row, col + 1] == 0
                or valid[row + 1, col] == 0
                or valid[row + 1, col + 1] == 0
            ):
                marks[row, col] = UNEVEN
                continue
            spread = np.int32(0)
            for channel in range(3):
                a = np.int32(colors[row, col, channel])
                b = np.int32(colors[row, col + 1, channel])
                c = np.int32(colors[row + 1, col, channel])
                d = np.int32(colors[row + 1, col + 1, channel])
                least = min(a, b, c, d)
                most = max(a, b, c, d)
                spread = max(spread, most - least)
            if spread == 0:
                marks[row, col] = UNIFORM
            else:
                marks[row, col] = NEARLY if spread <= NEARLY_ONE else UNEVEN


@dataclass(frozen=True, kw_only=True, eq=False)
class ColorAreas:
    """The colors of an image, with their pixels and the blocks of one color."""

    histogram: ColorHistogram
    """All colors."""

    blocks: NDArray[np.int64]
    """Blocks of 2 x 2 pixels of each color; shape (n,). Blocks may overlap."""

    nearly: int
    """Blocks of nearly one color that are not of one color."""

    @property
    def evenness(self) -> float:
        """Share of the blocks of one color among those of nearly one, 0 to 1.

        Flat colors kept without loss give nearly 1; JPEG and photographs give less than 0.85.
        """
        uniform = int(self.blocks.sum())
        return uniform / max(1, uniform + self.nearly)


class AreaCounter:
    """Counts the colors of an image and their blocks; rows come in order, from top to bottom."""

    def __init__(self) -> None:
        self._all = ColorCounter()
        self._uniform = ColorCounter()
        self._nearly = 0
        self._last: tuple[NDArray[np.uint8], NDArray[np.uint8]] | None = None

    def add(self, pixels: Pixels) -> None:
        """Count the next rows.

        Parameters
        ----------
        pixels : Pixels
            Of shape (rows, all columns).
        """
        self._all.add(pixels)
        colors = round_colors(pixels.colors)
        valid = NO_MASK if pixels.valid is None else pixels.valid
        edges = valid if valid.size else np.ones((1, colors.shape[1]), dtype=np.uint8)
        if self._last is not None:
            # The blocks on the seam belong to the row before.
            self._count(
                np.concatenate([self._last[0], colors[:1]]),
                np.concatenate([self._last[1], edges[:1]]),
            )
        self._count(colors, valid)
        self._last = colors[-1:].copy(), edges[-1:].copy()

    def areas(self) -> ColorAreas:
        """Give what was counted so far.

        Returns
        -------
        ColorAreas
        """
        histogram, uniform = self._all.histogram(), self._uniform.histogram()
        blocks = np.zeros(len(histogram), dtype=np.int64)
        blocks[np.searchsorted(_codes(histogram), _codes(uniform))] = uniform.counts
        return ColorAreas(histogram=histogram, blocks=blocks, nearly=self._nearly)

    def _count(self, colors: NDArray[np.uint8], valid: NDArray[np.uint8]) -> None:
        """Count the blocks within rows."""
        rows, cols = colors.shape[:2]
        if rows < 2 or cols < 2:
            return
        marks = np.empty((rows - 1, cols - 1), dtype=np.uint8)

        def mark(start: int) -> None:
            stop = start + MARKED_ROWS
            part = valid[start : stop + 1] if valid.size else valid
            _mark_blocks(colors[start : stop + 1], part, marks[start:stop])

        in_threads(mark, range(0, rows - 1, MARKED_ROWS))
        self._nearly += int(np.count_nonzero(marks == NEARLY))
        self._uniform.add(Pixels(table=colors[:-1, :-1], valid=(marks == UNIFORM).view(np.uint8)))


def _codes(histogram: ColorHistogram) -> NDArray[np.int64]:
    """One number a color, ascending."""
    codes: NDArray[np.int64] = histogram.colors @ np.array([65_536, 256, 1])
    return codes
