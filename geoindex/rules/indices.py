"""Arrays of palette indices: dtype, nodata, and whether they are lazy."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoindex.errors import GridError, OptionError
from geoindex.rules.choices import is_whole

__all__ = [
    "IndexArray",
    "IndexType",
    "check_indices",
    "check_nodata",
    "check_out",
    "index_dtype",
    "is_lazy",
    "narrowed",
    "nodata_value",
    "row_blocks",
    "rows_of_numbers",
    "with_numbers",
]

IndexArray = NDArray[np.uint8 | np.uint16]
"""Palette indices; uint8 or uint16."""

IndexType = type[np.uint8] | type[np.uint16]
"""Their dtype."""

# Cells looked up at once.
BAND_CELLS = 2**20

# Pixels checked at once, so that they stay in the cache.
CHECKED_PIXELS = 2**18


def index_dtype(n_colors: int, *, has_nodata: bool) -> type[np.uint8] | type[np.uint16]:
    """Smallest dtype that holds the indices of a palette and, if needed, nodata.

    Parameters
    ----------
    n_colors : int
        Number of palette colors.
    has_nodata : bool
        Whether any pixel is nodata.

    Returns
    -------
    numpy.uint8 or numpy.uint16
        uint8 for up to 256 values, nodata included.

    Examples
    --------
    >>> from geoindex.rules.indices import index_dtype
    >>> index_dtype(256, has_nodata=False).__name__, index_dtype(256, has_nodata=True).__name__
    ('uint8', 'uint16')
    """
    return np.uint8 if n_colors + int(has_nodata) <= 256 else np.uint16


def nodata_value(n_colors: int, dtype: np.typing.DTypeLike) -> int | None:
    """Nodata value of a grid: the largest value of its dtype, unless a color uses it.

    Parameters
    ----------
    n_colors : int
        Number of palette colors.
    dtype : dtype
        uint8 or uint16.

    Returns
    -------
    int or None
        255 in uint8, or None there with 256 colors; 65535 in uint16.
    """
    largest = int(np.iinfo(np.dtype(dtype)).max)
    return largest if n_colors <= largest else None


def narrowed(indices: IndexArray, n_colors: int) -> IndexArray:
    """Convert indices of 256 colors to uint8 if none is nodata."""
    if n_colors != 256 or indices.dtype == np.uint8 or (indices == np.uint16(65_535)).any():
        return indices
    return indices.astype(np.uint8)


def check_out(out: IndexArray, expected: IndexArray, n_colors: int) -> None:
    """Raise an error for an array without the shape and dtype of `expected`."""
    if out.shape != expected.shape:
        raise OptionError(f"out must have the shape {expected.shape}, found {out.shape}")
    widened = n_colors == 256 and out.dtype == np.uint16
    if out.dtype != expected.dtype and not widened:
        raise OptionError(
            f"out must be {expected.dtype} for this palette and mask, found {out.dtype}"
        )


def check_nodata(nodata: Any, n_colors: int, dtype: np.typing.DTypeLike) -> int:
    """Check the nodata value of a grid and return it as an int.

    Raises
    ------
    GridError
        It is no integer, a palette row, or beyond the dtype.
    """
    largest = int(np.iinfo(np.dtype(dtype)).max)
    if not is_whole(nodata):
        raise GridError(f"nodata must be an integer, found {nodata!r}")
    if not n_colors <= nodata <= largest:
        raise GridError(
            f"nodata {nodata} must lie between the number of colors, {n_colors}, and "
            f"the largest {np.dtype(dtype).name}, {largest}"
        )
    return int(nodata)


def with_numbers(
    indices: IndexArray, n_colors: int, *, nodata: Any = None, dtype: Any = None
) -> tuple[IndexArray, int | None]:
    """Change the dtype and the nodata value of indices.

    Parameters
    ----------
    indices : ndarray or dask.array.Array of uint8 or uint16
        Their nodata is that of :func:`nodata_value`.
    n_colors : int
        Number of palette colors.
    nodata : int, optional
        By default the largest value of the dtype, unless a color uses it.
    dtype : dtype, optional
        By default that of `indices`, or the smallest that holds `nodata`.

    Returns
    -------
    indices : as given
    nodata : int or None

    Raises
    ------
    OptionError
        The dtype is none of indices or too small, or `nodata` is a palette row or beyond it.

    Examples
    --------
    >>> import numpy as np
    >>> from geoindex.rules.indices import with_numbers
    >>> with_numbers(np.uint8([[1, 255]]), 2, nodata=999)
    (array([[  1, 999]], dtype=uint16), 999)
    """
    before = nodata_value(n_colors, indices.dtype)
    if nodata is None and dtype is None:
        return indices, before
    wanted = _wanted_dtype(indices.dtype, nodata, dtype)
    if wanted.itemsize < indices.dtype.itemsize:
        raise OptionError(
            f"uint8 cannot hold the indices of {n_colors} colors and nodata; leave out dtype, or "
            "choose 'uint16'"
        )
    try:
        after = nodata_value(n_colors, wanted)
        after = after if nodata is None else check_nodata(nodata, n_colors, wanted)
    except GridError as error:
        raise OptionError(
            f"{error}, for indices are palette rows; IndexGrid.save and convert write other "
            "numbers to files, such as nodata=0 with first=1"
        ) from None

    def renumber(block: IndexArray) -> IndexArray:
        changed = block.astype(wanted)
        if before is not None and after is not None:
            changed[block == before] = after
        return changed

    lazy: Any = indices
    changed = lazy.map_blocks(renumber, dtype=wanted) if is_lazy(indices) else renumber(indices)
    return changed, after


def _wanted_dtype(
    found: np.dtype[np.uint8 | np.uint16], nodata: Any, dtype: Any
) -> np.dtype[np.uint8 | np.uint16]:
    """Dtype for indices: the requested one, or the smallest that holds nodata."""
    if dtype is None:
        is_larger = is_whole(nodata) and nodata > np.iinfo(found).max
        return np.dtype(np.uint16) if is_larger else found
    for known in (np.uint8, np.uint16):
        try:
            if np.dtype(dtype) == known:
                return np.dtype(known)
        except TypeError:
            break
    raise OptionError(f"indices are 'uint8' or 'uint16', found dtype {dtype!r}")


def check_indices(indices: IndexArray, n_colors: int, nodata: int | None) -> None:
    """Raise an error for an index that is neither a palette row nor nodata.

    Raises
    ------
    GridError
        The message names the first such pixel.
    """
    if n_colors > int(np.iinfo(indices.dtype).max):
        return
    for rows, block in row_blocks(indices, CHECKED_PIXELS):
        if int(block.max()) < n_colors:
            continue
        stray = block >= n_colors
        if nodata is not None:
            stray &= block != nodata
        if stray.any():
            row, col = np.unravel_index(int(np.argmax(stray)), stray.shape)
            raise GridError(
                f"index {block[row, col]} at row {rows.start + int(row)}, column {col} is "
                f"neither one of the {n_colors} palette rows nor nodata ({nodata})"
            )


def row_blocks(values: Any, n_pixels: int) -> Iterator[tuple[slice, NDArray[Any]]]:
    """Rows of an array of shape (rows, cols), in blocks of about `n_pixels`, computed.

    A Dask array is read by its own chunks.
    """
    rows, cols = values.shape
    if is_lazy(values):
        stops = np.cumsum(values.chunks[0]).tolist()
    else:
        step = max(1, n_pixels // cols)
        stops = [*range(step, rows, step), rows]
    for start, stop in pairwise([0, *stops]):
        yield slice(start, stop), np.asarray(values[start:stop])


def is_lazy(values: Any) -> bool:
    """Whether `values` is a Dask array."""
    dask = sys.modules.get("dask.array")
    return dask is not None and isinstance(values, dask.Array)


DENSE = 2**16
"""Numbers of classes that are looked up in a table if they are no farther apart."""


def rows_of_numbers(
    cells: NDArray[np.generic], numbers: Sequence[int], blank: NDArray[np.bool_] | None
) -> tuple[IndexArray, int | None, int | None]:
    """Palette rows of cells that hold the number of a class.

    Parameters
    ----------
    cells : ndarray of int or float, any shape
        What a file holds.
    numbers : sequence of int
        Number of each palette row; the first row with a number is taken.
    blank : ndarray of bool, optional
        Where a cell has no class, in the shape of `cells`; None if nodata needs no value.

    Returns
    -------
    indices : ndarray of uint8 or uint16, in the shape of `cells`
    nodata : int or None
        Index of blank cells.
    stray : int or None
        Flat position of the first cell that holds no class, from where on `indices` mean nothing.

    Examples
    --------
    >>> import numpy as np
    >>> from geoindex.rules.indices import rows_of_numbers
    >>> cells = np.array([[95.0, 11.0], [0.0, 11.0]])
    >>> indices, nodata, stray = rows_of_numbers(cells, [11, 12, 95], cells == 0)
    >>> indices.tolist(), nodata, stray
    ([[2, 0], [255, 0]], 255, None)
    """
    dtype = index_dtype(len(numbers), has_nodata=blank is not None)
    nodata = nodata_value(len(numbers), dtype)
    known = np.asarray(numbers, dtype=np.int64)
    order = np.argsort(known, kind="stable")
    ordered, rows = known[order], order.astype(dtype)
    places = None
    if ordered[-1] - ordered[0] < DENSE:
        # A place for each number in between takes half the time of a search for each cell.
        places = np.searchsorted(ordered, np.arange(ordered[0], ordered[-1] + 1))
    indices = np.empty(cells.size, dtype=dtype)
    flat = cells.reshape(-1)
    for start in range(0, len(flat), BAND_CELLS):
        band = slice(start, start + BAND_CELLS)
        place = _places(ordered, places, flat[band])
        stray = ordered[place] != flat[band]
        indices[band] = rows[place]
        if blank is not None and nodata is not None:
            is_blank = blank.reshape(-1)[band]
            stray &= ~is_blank
            indices[band][is_blank] = nodata
        if stray.any():
            return indices.reshape(cells.shape), nodata, start + int(np.argmax(stray))
    return indices.reshape(cells.shape), nodata, None


def _places(
    ordered: NDArray[np.int64], places: NDArray[np.intp] | None, cells: NDArray[np.generic]
) -> NDArray[np.intp]:
    """Place of each cell in `ordered`, or any place for one that is not there."""
    if places is None:
        return np.searchsorted(ordered, cells).clip(max=len(ordered) - 1)
    near: NDArray[Any] = np.clip(cells, ordered[0], ordered[-1]) - ordered[0]
    with np.errstate(invalid="ignore"):
        # What NaN becomes depends on the processor.
        found: NDArray[np.intp] = places[near.astype(np.intp).clip(0, len(places) - 1)]
    return found
