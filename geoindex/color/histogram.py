"""The distinct colors of an image of any size and how many pixels have each."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from geoindex.color.cells import CELL_SIDE, N_CELLS
from geoindex.color.pixels import NO_MASK, Pixels
from geoindex.color.threads import in_threads, n_cores
from geoindex.scaling import round_colors

__all__ = ["ColorCounter", "ColorHistogram", "color_histogram"]

N_TALLIES = min(2, n_cores())
"""Threads that count, each into its own tally; more would only cost memory beside a reader."""

PART_PIXELS = 250_000
"""Below this, handing a part to a thread costs more than the second core brings."""

NO_WEIGHTS = np.empty((0, 0), dtype=np.int64)
"""What the kernel takes for "every pixel counts once"."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ColorHistogram:
    """Distinct colors in ascending order of (red, green, blue) with their pixel counts."""

    colors: NDArray[np.uint8]
    """Shape (n, 3)."""

    counts: NDArray[np.int64]
    """Shape (n,), each above 0."""

    def __len__(self) -> int:
        return len(self.colors)

    @property
    def n_pixels(self) -> int:
        """Pixels that were counted."""
        return int(self.counts.sum())


class ColorCounter:
    """Counts colors block by block, in memory that does not grow with the image.

    Counts are kept for the cells of 8 x 8 x 8 colors that turn up: a few megabytes for a map or
    a photograph, and at most 256 MB for an image of all 16,777,216 colors.

    Examples
    --------
    >>> import numpy as np
    >>> from geoindex.color.histogram import ColorCounter
    >>> from geoindex.color.pixels import Pixels
    >>> counter = ColorCounter()
    >>> for block in np.array([[[[9, 8, 7], [1, 2, 3]]], [[[9, 8, 7], [9, 8, 7]]]], np.uint8):
    ...     counter.add(Pixels(table=block))
    >>> histogram = counter.histogram()
    >>> histogram.colors.tolist(), histogram.counts.tolist()
    ([[1, 2, 3], [9, 8, 7]], [1, 3])
    """

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget what was counted."""
        self._tallies = [_Tally() for _ in range(N_TALLIES)]

    def add(self, pixels: Pixels) -> None:
        """Count the pixels of a block.

        Parameters
        ----------
        pixels : Pixels
            Of shape (rows, cols). Colors in full depth are counted as the 8-bit colors nearest
            to them.
        """
        colors = round_colors(pixels.table)
        if pixels.codes is not None:
            codes = pixels.codes if pixels.valid is None else pixels.codes[pixels.valid != 0]
            weights = np.bincount(codes.ravel(), minlength=len(colors)).astype(np.int64)
            used = np.flatnonzero(weights)
            self._tallies[0].add(colors[np.newaxis, used], NO_MASK, weights[np.newaxis, used])
            return
        valid = NO_MASK if pixels.valid is None else pixels.valid

        def count(part: tuple[_Tally, slice]) -> None:
            tally, rows = part
            tally.add(colors[rows], valid[rows] if valid.size else valid, NO_WEIGHTS)

        n_parts = min(N_TALLIES, max(1, colors.size // (3 * PART_PIXELS)), len(colors))
        edges = [len(colors) * part // n_parts for part in range(n_parts + 1)]
        parts = [slice(*pair) for pair in pairwise(edges)]
        in_threads(count, list(zip(self._tallies, parts, strict=False)))

    def histogram(self) -> ColorHistogram:
        """Give what was counted so far.

        Returns
        -------
        ColorHistogram
        """
        total, *others = self._tallies
        for other in others:
            total.take(other)
        self._tallies = [total, *(_Tally() for _ in others)]
        return total.histogram()


class _Tally:
    """Counts of one thread."""

    def __init__(self) -> None:
        self._slots = np.full(N_CELLS, -1, dtype=np.int32)
        # The system gives memory to a row of zeros when it is first written to.
        self._counts = np.zeros((N_CELLS, CELL_SIDE**3), dtype=np.int64)
        self._used = 0

    def add(
        self, colors: NDArray[np.uint8], valid: NDArray[np.uint8], weights: NDArray[np.int64]
    ) -> None:
        """Count colors (rows, cols, 3)."""
        from geoindex.color import kernels

        self._used = kernels.count_codes(
            colors, valid, weights, self._slots, self._used, self._counts
        )

    def take(self, other: _Tally) -> None:
        """Add the counts of another tally."""
        cells = np.flatnonzero(other._slots >= 0)
        new = cells[self._slots[cells] < 0]
        self._slots[new] = np.arange(self._used, self._used + len(new))
        self._used += len(new)
        self._counts[self._slots[cells]] += other._counts[other._slots[cells]]

    def histogram(self) -> ColorHistogram:
        """Colors in ascending order."""
        from geoindex.color import kernels

        n_colors = np.count_nonzero(self._counts[: self._used])
        colors = np.empty((n_colors, 3), dtype=np.uint8)
        counts = np.empty(n_colors, dtype=np.int64)
        kernels.list_codes(self._slots, self._counts, colors, counts)
        return ColorHistogram(colors=colors, counts=counts)


def color_histogram(pixels: Pixels) -> ColorHistogram:
    """Count the distinct colors of an image.

    Parameters
    ----------
    pixels : Pixels
        As in :meth:`ColorCounter.add`.

    Returns
    -------
    ColorHistogram

    Examples
    --------
    >>> import numpy as np
    >>> from geoindex.color.histogram import color_histogram
    >>> from geoindex.color.pixels import Pixels
    >>> colors = np.array([[[9, 8, 7], [1, 2, 3], [9, 8, 7]]], np.uint8)
    >>> histogram = color_histogram(Pixels(table=colors))
    >>> histogram.colors.tolist(), histogram.counts.tolist()
    ([[1, 2, 3], [9, 8, 7]], [1, 2])
    """
    counter = ColorCounter()
    counter.add(pixels)
    return counter.histogram()
