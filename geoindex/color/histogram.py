"""The distinct colors of an image of any size and how many pixels have each."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from geoindex.color.cells import CELL_SIDE, N_CELLS
from geoindex.color.pixels import NO_MASK, Pixels
from geoindex.scaling import round_colors

__all__ = ["ColorCounter", "ColorHistogram"]


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
    a photograph, and at most 128 MB for an image of all 16,777,216 colors.

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
        self._lock = Lock()
        self.clear()

    def clear(self) -> None:
        """Forget what was counted."""
        self._slots = np.full(N_CELLS, -1, dtype=np.int32)
        # The system gives memory to a row of zeros when it is first written to.
        self._counts = np.zeros((N_CELLS, CELL_SIDE**3), dtype=np.int64)
        self._used = 0

    def add(self, pixels: Pixels) -> None:
        """Count the pixels of a block; threads may do so at once.

        Parameters
        ----------
        pixels : Pixels
            Of shape (rows, cols). Colors in full depth are counted as the 8-bit colors nearest
            to them.
        """
        from geoindex.color import kernels

        colors = round_colors(pixels.table)
        valid = NO_MASK if pixels.valid is None else pixels.valid
        if pixels.codes is None:
            with self._lock:
                self._used = kernels.count_codes(
                    colors, valid, self._slots, self._used, self._counts
                )
            return
        codes = pixels.codes[valid != 0] if valid.size else pixels.codes
        totals = np.bincount(codes.ravel(), minlength=len(colors)).astype(np.int64)
        with self._lock:
            self._used = kernels.count_table(colors, totals, self._slots, self._used, self._counts)

    def histogram(self) -> ColorHistogram:
        """Give what was counted so far, colors in ascending order.

        Returns
        -------
        ColorHistogram
        """
        from geoindex.color import kernels

        n_colors = np.count_nonzero(self._counts[: self._used])
        colors = np.empty((n_colors, 3), dtype=np.uint8)
        counts = np.empty(n_colors, dtype=np.int64)
        kernels.list_codes(self._slots, self._counts, colors, counts)
        return ColorHistogram(colors=colors, counts=counts)
