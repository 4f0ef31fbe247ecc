"""The distinct colors of an image of any size with their pixel counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoindex.color.cells import N_STRIPS, STRIP
from geoindex.color.few_colors import packed, unpacked
from geoindex.color.pixels import NO_MASK, Pixels
from geoindex.rules.scale import round_colors

__all__ = ["ColorCounter", "ColorHistogram"]


_Counts = tuple[NDArray[np.uint32], NDArray[np.int64]]


@dataclass(frozen=True, kw_only=True, eq=False)
class ColorHistogram:
    """Distinct colors in ascending order of (red, green, blue) with their pixel counts."""

    colors: NDArray[np.uint8]
    """Shape (n, 3)."""

    counts: NDArray[np.int64]
    """Shape (n,), all above 0."""

    def __len__(self) -> int:
        return len(self.colors)

    @property
    def n_pixels(self) -> int:
        """Number of pixels counted."""
        return int(self.counts.sum())


class ColorCounter:
    """Counts colors block by block, in memory that does not grow with the image.

    Each counting thread keeps counts for the strips of 64 colors that occur: a few megabytes for a
    map, ten or twenty for a photograph, and at most 129 MB if all 16,777,216 colors occur.

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
        """Reset all counts."""
        self._tables = [_Table()]
        self._free = self._tables.copy()

    def add(self, pixels: Pixels) -> None:
        """Count the pixels of a block; safe to call from several threads.

        Parameters
        ----------
        pixels : Pixels
            Shape (rows, cols). Colors in full depth are rounded to 8 bits.
        """
        # A table per thread: waiting for a shared one would cost a tenth of the time of a file.
        try:
            table = self._free.pop()
        except IndexError:
            table = _Table()
            self._tables.append(table)
        try:
            table.add(pixels)
        finally:
            self._free.append(table)

    def join(self, other: ColorCounter) -> None:
        """Take the counts of another counter, which is not used after; not while threads count."""
        if all(table.is_empty for table in self._tables):
            self._tables, self._free = other._tables, other._free
            return
        for table in other._tables:
            self._tables[0].add_table(table)

    def histogram(self) -> ColorHistogram:
        """Return the counts so far, colors in ascending order; not while threads are counting."""
        first = self._tables[0]
        while len(self._tables) > 1:
            first.add_table(self._tables.pop())
        self._free = [first]
        return first.histogram()


class _Table:
    """The counts of one thread."""

    def __init__(self) -> None:
        self._slots = np.zeros(N_STRIPS, dtype=np.uint32)
        # The system allocates memory for zeros only when they are first written to.
        self._counts = np.zeros((N_STRIPS + 1) * STRIP, dtype=np.int64)
        self._used = 0
        # Codes from color tables, each once, and their counts.
        self._listed: _Counts = np.empty(0, dtype=np.uint32), np.empty(0, dtype=np.int64)

    @property
    def is_empty(self) -> bool:
        return not self._used and not len(self._listed[0])

    def add(self, pixels: Pixels) -> None:
        colors = round_colors(pixels.table)
        if pixels.codes is not None:
            valid = pixels.valid
            codes = pixels.codes if valid is None else pixels.codes[valid != 0]
            # Codes of nodata may be beyond the table.
            totals = np.bincount(codes.ravel(), minlength=len(colors))[: len(colors)]
            self._list(packed(colors), totals)
            return
        from geoindex.color import counting_kernels as kernels

        valid = NO_MASK if pixels.valid is None else pixels.valid
        self._used = kernels.count_pixels(colors, valid, self._slots, self._used, self._counts)

    def add_table(self, other: _Table) -> None:
        self._list(*other._listed)
        if not other._used:
            return
        from geoindex.color import counting_kernels as kernels

        self._used = kernels.add_counts(
            other._slots, other._counts, self._slots, self._used, self._counts
        )

    def histogram(self) -> ColorHistogram:
        codes, counts = self._listed
        if self._used:
            from geoindex.color import counting_kernels as kernels

            n_colors = np.count_nonzero(self._counts[: self._used + STRIP])
            colors = np.empty((n_colors, 3), dtype=np.uint8)
            totals = np.empty(n_colors, dtype=np.int64)
            kernels.list_colors(self._slots, self._counts, colors, totals)
            if not codes.size:
                return ColorHistogram(colors=colors, counts=totals)
            codes, counts = _sum_up(self._listed, (packed(colors), totals))
        return ColorHistogram(colors=unpacked(codes), counts=counts)

    def _list(self, codes: NDArray[np.uint32], counts: NDArray[np.int64]) -> None:
        self._listed = _sum_up(self._listed, (codes, counts))


def _sum_up(*parts: _Counts) -> _Counts:
    """Each code that is counted once, in ascending order, and the sum of its counts."""
    codes, counts = map(np.concatenate, zip(*parts, strict=True))
    distinct, rows = np.unique(codes, return_inverse=True)
    sums = np.zeros(len(distinct), dtype=np.int64)
    np.add.at(sums, rows, counts)
    return distinct[sums > 0], sums[sums > 0]
