"""The nearest palette color of every pixel: exact, with ties going to the lowest index."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from geoindex.color import few_colors
from geoindex.color.cells import N_CELLS, N_CODES
from geoindex.color.metrics import (
    FullDepthSearch,
    Metric,
    check_metric,
    largest_square_within,
    make_search,
)
from geoindex.color.pixels import NO_MASK, Pixels
from geoindex.color.threads import Progress, in_threads, parts_of
from geoindex.errors import OptionError
from geoindex.palette import Palette
from geoindex.rules.indices import IndexArray, check_out, index_dtype, narrowed, nodata_value
from geoindex.rules.scale import ColorArray

if TYPE_CHECKING:
    from geoindex.color.scattered import BlockTable

__all__ = ["ColorMapper", "color_mapper"]

# Filling every cell takes 0.05 s on two cores for 256 colors; smaller images mostly need only a
# few hundred of the 32,768.
FULL_TABLE_PIXELS = 16_000_000

# Below this, handing a block to a thread costs more than the second core saves.
BLOCK_PIXELS = 250_000

ALL_FILLED = np.empty(0, dtype=np.uint8)
"""Tells the kernels that every cell is filled."""


class ColorMapper:
    """Maps pixels to the rows of one palette; reuse it for many images.

    The nearest row of each color is computed once and kept in a table of all 256 ** 3 colors (16
    MB, or 32 MB for more than 255 palette colors), which is filled as colors occur. Threads may
    share a mapper.

    Parameters
    ----------
    palette : Palette
        The colors.
    metric : {"rgb", "lab", "oklab", "ciede2000", "redmean", "shaded"}
        The color distance; see :data:`geoindex.color.metrics.METRICS`.
    max_distance : float, optional
        Colors farther than this from every palette color become nodata, in the metric's
        units.
    units : Palette, optional
        Colors to compare pixels with instead of the palette's, at most as many.
    rows : ndarray of int, shape (n_units,), optional
        Palette row of each unit.

    Raises
    ------
    OptionError
        The metric is unknown, or the distance is negative or not a number.
    """

    def __init__(
        self,
        palette: Palette,
        *,
        metric: Metric = "rgb",
        max_distance: float | None = None,
        units: Palette | None = None,
        rows: NDArray[np.intp] | None = None,
    ) -> None:
        self.palette = palette
        self.metric = metric
        self.max_distance = max_distance
        self.units = units
        self.rows = rows
        self._compared = palette if units is None else units
        # Nodata, which no unit has for a row, stays what it is.
        self._row_table = np.arange(2**16, dtype=np.uint16)
        if rows is not None:
            self._row_table[: len(rows)] = rows
        self._search = make_search(self._compared, metric, max_distance)
        # The table holds nodata only where a color can be too far.
        self._dtype = index_dtype(len(palette), has_nodata=max_distance is not None)
        self._table: IndexArray = np.empty(0, dtype=self._dtype)
        self._filled = np.zeros(N_CELLS, dtype=np.uint8)
        self._complete = False
        self._blocks: BlockTable | None = None
        self._n_pixels = 0
        self._lock = Lock()

    def map(
        self,
        pixels: ColorArray,
        valid: NDArray[np.generic] | None = None,
        *,
        out: IndexArray | None = None,
    ) -> IndexArray:
        """Find the nearest palette color of every pixel.

        Parameters
        ----------
        pixels : ndarray of uint8, uint16 or float64, shape (..., 3) or (..., 4)
            Colors in any memory layout; a fourth channel is ignored. uint8 is looked up in
            the table; uint16 (0..65535) and float64 (0..255) are compared with every palette
            color in their own precision. Arrays of three dimensions are never copied.
        valid : ndarray of uint8 or bool, shape (...), optional
            0 where a pixel is nodata; may be an alpha band.
        out : ndarray of uint8 or uint16, shape (...), optional
            Array for the indices, in any layout, of the dtype that would be returned without
            it. For 256 colors it may be uint16 even if no pixel is nodata.

        Returns
        -------
        ndarray of uint8 or uint16, shape (...)
            `out` if given. The dtype is the smallest that holds the palette and, if there is
            any, nodata (see :func:`geoindex.rules.indices.index_dtype`).

        Raises
        ------
        OptionError
            `out` has another shape, or a dtype that cannot hold the indices.
        """
        n_colors = len(self.palette)
        image, mask = _as_image(pixels, valid)
        # The dtype of the table has room for its own nodata, but maybe not for masked pixels.
        dtype = self._dtype
        if n_colors == 256 and mask.size and not mask.all():
            dtype = np.uint16
        target = np.empty(pixels.shape[:-1], dtype=dtype)
        if out is not None:
            check_out(out, target, n_colors)
            target = out
        nodata = nodata_value(n_colors, target.dtype)
        # A view if numpy can make one, otherwise a copy that is written back below.
        indices = target.reshape(image.shape[:2])
        if pixels.dtype == np.uint8:
            self.prepare(target.size)
        lookup = self._lookup_of(image)

        def map_block(block: tuple[slice, slice]) -> None:
            part = mask[block] if mask.size else mask
            lookup(image[block], part, indices[block], -1 if nodata is None else nodata)
            if self.rows is not None:
                indices[block] = self._row_table[indices[block]]

        in_threads(map_block, list(parts_of(image.shape[:2], BLOCK_PIXELS)))
        if out is not None:
            if not np.shares_memory(indices, out):
                out[...] = indices.reshape(out.shape)
            return out
        return narrowed(target, n_colors)

    def map_pixels(self, pixels: Pixels, *, out: IndexArray | None = None) -> IndexArray:
        """Find the nearest palette color of pixels, or of the color table that they refer to.

        Pixels whose color table starts with the palette keep their indices; if it starts with the
        units, these get their rows.

        Parameters
        ----------
        pixels : Pixels
        out : ndarray of uint8 or uint16, shape (...), optional
            As in :meth:`map`.

        Returns
        -------
        ndarray of uint8 or uint16, shape (...)
        """
        if pixels.codes is None:
            return self.map(pixels.table, pixels.valid, out=out)
        n_colors = len(self.palette)
        lookup = self.map_table(pixels.table)
        n_compared = len(self._compared)
        if np.array_equal(pixels.table[:n_compared], self._compared.colors):
            lookup[:n_compared] = self._row_table[:n_compared]
        target = lookup[pixels.codes]
        if pixels.valid is not None:
            missing = pixels.valid == 0
            if n_colors == 256 and missing.any():
                target = target.astype(np.uint16)
            nodata = nodata_value(n_colors, target.dtype)
            if nodata is not None:
                target[missing] = nodata
        target = narrowed(target, n_colors)
        if out is None:
            return target
        check_out(out, target, n_colors)
        out[...] = target
        return out

    def map_table(self, colors: ColorArray) -> IndexArray:
        """Map a list of colors (n, 3) as :meth:`map` does, without kernels if that is faster."""
        n_pairs = len(colors) * len(self._compared)
        if self.metric != "rgb" or colors.dtype != np.uint8 or not few_colors.is_faster(n_pairs):
            return self.map(colors)
        most = largest_square_within(self.max_distance)
        table = cast("NDArray[np.uint8]", colors)
        found = few_colors.nearest_rows(table, self._compared.colors, most)
        n_colors = len(self.palette)
        nodata = nodata_value(n_colors, self._dtype)
        rows = np.where(found < 0, -1 if nodata is None else nodata, self._row_table[found])
        return narrowed(rows.astype(self._dtype), n_colors)

    def distance(self, colors: NDArray[np.uint8], indices: IndexArray) -> NDArray[np.float64]:
        """Distance of colors from the palette colors assigned to them.

        Parameters
        ----------
        colors : ndarray of uint8, shape (n, 3)
        indices : ndarray of int, shape (n,)
            Palette rows.

        Returns
        -------
        ndarray of float64, shape (n,)
            In the units of the metric.
        """
        search = (
            self._search if self.units is None else make_search(self.palette, self.metric, None)
        )
        return search.distance(colors, indices)

    def prepare(self, n_pixels: int) -> None:
        """Be told how many pixels are coming; fill the table in advance if that is faster.

        Parameters
        ----------
        n_pixels : int
            Number of pixels of the image.
        """
        self._n_pixels += n_pixels
        # With other metrics this takes seconds, for colors that most maps do not contain.
        if n_pixels >= FULL_TABLE_PIXELS and self.metric == "rgb":
            self.fill()

    def spare_kernels(self, pixels: Pixels) -> Pixels:
        """Give pixels a color table where NumPy maps them before kernels are loaded.

        Returns
        -------
        Pixels
            The same colors, whose indices are the same.
        """
        if self.metric != "rgb" or not few_colors.is_faster(self._n_pixels):
            return pixels
        return few_colors.with_table(pixels)

    def fill(self, *, progress: Progress | None = None) -> None:
        """Fill the table for all 256 ** 3 colors, which pays off for many or large images.

        Parameters
        ----------
        progress : callable, optional
            Called with the number of parts done and their total.
        """
        if self._complete:
            return
        everything = np.ones(N_CELLS, dtype=np.uint8)
        with self._lock:
            cells = self._missing(everything)
        # Without the lock, because the threads that should help may be waiting for it while they
        # map other images. Whoever fills a cell writes the same values.
        parts = np.array_split(cells, max(1, len(cells) // 512))
        in_threads(self._search_cells, parts, progress=progress)
        with self._lock:
            self._note_filled(everything)

    def _lookup_of(self, image: ColorArray) -> Callable[..., None]:
        """Choose how blocks of an image are looked up."""
        if self._complete and self._table.dtype == image.dtype == np.uint8:
            from geoindex.color.scattered import BlockTable, are_scattered

            if are_scattered(cast("NDArray[np.uint8]", image)):
                if self._blocks is None:
                    self._blocks = BlockTable(cast("NDArray[np.uint8]", self._table))
                return self._blocks.lookup
        return self._map_block

    def _map_block(
        self, image: ColorArray, mask: NDArray[np.uint8], out: IndexArray, nodata: int
    ) -> None:
        """Look up a block, after filling the missing cells that it needs."""
        if image.dtype != np.uint8:
            self._full_depth.search(image, mask, nodata, out)
            return
        from geoindex.color import rgb_kernels as kernels

        pixels = cast("NDArray[np.uint8]", image)
        filled = ALL_FILLED if self._complete else self._filled
        if self._table.size and kernels.lookup(pixels, mask, self._table, filled, nodata, out):
            return
        touched = np.zeros(N_CELLS, dtype=np.uint8)
        kernels.mark_cells(pixels, mask, touched)
        self._fill_cells(touched)
        kernels.lookup(pixels, mask, self._table, ALL_FILLED, nodata, out)

    def _fill_cells(self, touched: NDArray[np.uint8]) -> None:
        """Fill the missing cells among those marked in `touched`, in this thread."""
        with self._lock:
            self._search_cells(self._missing(touched))
            # Only now may other threads read these cells.
            self._note_filled(touched)

    def _missing(self, touched: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Cells of `touched` that are not filled yet; the table is created if needed."""
        if not self._table.size:
            self._table = np.empty(N_CODES, dtype=self._dtype)
        return np.flatnonzero(touched & ~self._filled)

    def _search_cells(self, cells: NDArray[np.int64]) -> None:
        """Write the nearest rows of cells into the table."""
        nodata = nodata_value(len(self.palette), self._dtype)
        self._search.fill(cells, self._table, -1 if nodata is None else nodata)

    def _note_filled(self, touched: NDArray[np.uint8]) -> None:
        """Allow all threads to read these cells."""
        self._filled = self._filled | touched
        self._complete = bool(self._filled.all())

    @cached_property
    def _full_depth(self) -> FullDepthSearch:
        return FullDepthSearch(self._compared, self.metric, self.max_distance)

    def __dask_tokenize__(self) -> tuple[object, ...]:
        """Token for Dask, which would otherwise pickle the table to make one."""
        made = "geoindex", self.palette.sha256, self.metric, self.max_distance
        if self.units is None or self.rows is None:
            return made
        return (*made, self.units.sha256, *self.rows.tolist())

    def __getstate__(self) -> dict[str, Any]:
        # The table is cheaper to fill again than to send.
        names = ("palette", "metric", "max_distance", "units", "rows")
        return {name: getattr(self, name) for name in names}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(**state)  # type: ignore[misc]  # rebuilding is what unpickling means here


def color_mapper(
    palette: Palette | ColorMapper, metric: Metric = "rgb", max_distance: float | None = None
) -> ColorMapper:
    """Mapper with these settings; the last two are cached with their tables.

    Parameters
    ----------
    palette : Palette or ColorMapper
        The colors, or a mapper with these settings, which is returned as is.
    metric, max_distance
        As in :class:`ColorMapper`.

    Raises
    ------
    OptionError
        The metric is unknown, the distance is invalid, or the mapper has other settings.
    """
    if not isinstance(palette, Palette | ColorMapper):
        raise OptionError(
            f"palette must be a Palette or a ColorCube, found {type(palette).__name__}; "
            "use Palette(colors) for an array of colors, load_palette(source) for a file or a name"
        )
    if not isinstance(palette, ColorMapper):
        check_metric(metric, max_distance)
        return _kept_mapper(palette, metric, max_distance)
    if metric not in ("rgb", palette.metric) or max_distance not in (None, palette.max_distance):
        raise OptionError(
            f"the color cube was made with metric {palette.metric!r} and max_distance "
            f"{palette.max_distance}; leave both out or make another cube"
        )
    return palette


@lru_cache(maxsize=2)
def _kept_mapper(palette: Palette, metric: Metric, max_distance: float | None) -> ColorMapper:
    return ColorMapper(palette, metric=metric, max_distance=max_distance)


def _as_image(
    pixels: ColorArray, valid: NDArray[np.generic] | None
) -> tuple[ColorArray, NDArray[np.uint8]]:
    """Pixels of any shape (..., channels) as (rows, cols, channels), with their mask."""
    mask = NO_MASK if valid is None else valid.view(np.uint8)
    if pixels.ndim != 3:
        pixels = pixels.reshape(1, -1, pixels.shape[-1])
        mask = mask.reshape(1, -1) if valid is not None else mask
    return pixels, mask
