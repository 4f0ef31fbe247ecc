"""Class recovery band by band, in memory that does not grow with the height of the image."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoindex.clean.blocks import TILE, CleanBlock, clean_block
from geoindex.clean.confidence import N_MARGINS, Quality
from geoindex.clean.options import Plan
from geoindex.clean.reasons import REASONS, Extra, account, count_hatched
from geoindex.clean.unlisted import UnlistedColors, count_close
from geoindex.color.counting_kernels import count_indices
from geoindex.color.histogram import ColorCounter, ColorHistogram
from geoindex.color.merged import MergedColors
from geoindex.color.pixels import Pixels
from geoindex.color.threads import in_threads
from geoindex.images.files import Region
from geoindex.rules.indices import IndexArray
from geoindex.rules.scale import round_colors

__all__ = ["BandCleaner"]


class BandCleaner:
    """Collects bands of whole rows, and cleans those whose halo is complete.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns of the image.
    plan : Plan
        From :meth:`geoindex.Clean.plan`.
    """

    def __init__(self, shape: tuple[int, int], plan: Plan) -> None:
        self.plan = plan
        self.extras: dict[Extra, Callable[[IndexArray, Region], None]] = {}
        self._shape = shape
        self.restart()

    def restart(self) -> None:
        """Forget all bands, to start again at the top."""
        n_colors = len(self.plan.palette)
        self.before = np.zeros(n_colors, dtype=np.int64)
        self.after = np.zeros(n_colors, dtype=np.int64)
        self.unlisted = UnlistedColors(self.plan)
        self._changed = np.zeros(len(REASONS) + 1, dtype=np.int64)
        self._changed_colors = ColorCounter()
        self._hatched = np.zeros(n_colors, dtype=np.int64)
        self._margins = np.zeros(N_MARGINS, dtype=np.int64)
        self._colors: list[NDArray[np.uint8]] = []
        self._indices: list[IndexArray] = []
        self._first = self._done = self._come = 0

    def add(self, pixels: Pixels, indices: IndexArray) -> Iterator[tuple[CleanBlock, Region]]:
        """Add the next band.

        Parameters
        ----------
        pixels : Pixels
            Of shape (rows, all columns).
        indices : ndarray of uint8 or uint16, shape (rows, all columns)
            Their nearest palette rows.

        Yields
        ------
        block : CleanBlock
        region : tuple of slice
            Its place in the image.
        """
        n_rows, n_cols = self._shape
        self._colors.append(round_colors(pixels.colors))
        self._indices.append(indices)
        self._come += len(indices)
        ready = n_rows
        if self._come < n_rows:
            ready = self._come - self.plan.halo
            # Whole tiles, because each needs a halo of its own.
            ready -= (ready - self._done) % TILE
        if ready <= self._done:
            return
        if len(self._colors) > 1:
            self._colors = [np.concatenate(self._colors)]
            self._indices = [np.concatenate(self._indices)]
        colors, indices = self._colors[0], self._indices[0]
        inner = slice(self._done - self._first, ready - self._first), slice(0, n_cols)
        block = clean_block(colors, indices, self.plan, inner, origin=(self._first, 0))
        self._tally(indices[inner], block)
        if self.plan.recovery is None:
            self.unlisted.add(colors, inner[0].start, indices[inner], block.indices)
        self._count_changed(colors[inner], block)
        yield block, (slice(self._done, ready), slice(0, n_cols))
        keep = max(0, ready - self.plan.halo - self._first)
        self._colors, self._indices = [colors[keep:].copy()], [indices[keep:].copy()]
        self._first, self._done = self._first + keep, ready

    def _count_changed(self, colors: NDArray[np.uint8], block: CleanBlock) -> None:
        """Count the colors of changed pixels."""

        def count(top: int) -> None:
            part = slice(top, top + TILE // 4)
            changed = (block.reasons[part] != 0).view(np.uint8)
            self._changed_colors.add(Pixels(table=colors[part], valid=changed))

        in_threads(count, list(range(0, len(colors), TILE // 4)))

    def to_dict(self, merged: Sequence[MergedColors]) -> dict[str, Any]:
        """All counts as JSON values, as :meth:`geoindex.clean.grid.Cleaned.to_dict`.

        Parameters
        ----------
        merged : sequence of MergedColors
            From `unlisted`.
        """
        plan = self.plan
        quality = Quality.of(
            self._margins, plan.calibration, is_lacking=bool(merged or plan.lacking),
            n_close=count_close(merged, plan.palette),
        )  # fmt: skip
        return account(self.plan, self._changed, self._hatched, self.before, self.after, quality)

    def changed_colors(self, histogram: ColorHistogram) -> NDArray[np.int64]:
        """Count the changed pixels of each color of the image, shape (n,)."""
        changed = self._changed_colors.histogram()
        codes = np.array([1 << 16, 1 << 8, 1], np.int64)
        places = np.searchsorted(histogram.colors @ codes, changed.colors @ codes)
        counts = np.zeros(len(histogram), np.int64)
        counts[places] = changed.counts
        return counts

    def _tally(self, before: IndexArray, block: CleanBlock) -> None:
        """Count classes and reasons."""
        count_indices(before, self.before)
        count_indices(block.indices, self.after)
        count_indices(block.reasons, self._changed)
        self._margins += block.margins
        if self.plan.hatches:
            self._hatched += count_hatched(block.reasons, block.indices, len(self.before))
