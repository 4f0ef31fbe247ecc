"""The pixels of whatever holds an image, block by block."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from os import PathLike
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from geoindex.arrays import array_image
from geoindex.color.pixels import PixelRule, Pixels
from geoindex.color.threads import Progress
from geoindex.formats.rasters import MapImage, open_image
from geoindex.grid import IndexGrid

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["pixel_blocks"]

BLOCK_PIXELS = 4_000_000
"""Pixels of a file that are read at a time."""

BLOCK_ROWS = 512
"""Rows come in multiples of this where that is possible, so that tiles are read once."""


def pixel_blocks(
    image: str | PathLike[str] | ArrayLike | xr.DataArray | IndexGrid,
    rule: PixelRule,
    *,
    channel_axis: int | None = None,
    progress: Progress | None = None,
) -> Iterator[Pixels]:
    """Give the pixels of an image in blocks of whole rows, from top to bottom.

    Parameters
    ----------
    image : path-like, array_like, masked array, xarray.DataArray, PIL.Image.Image or IndexGrid
        Files are read block by block.
    rule : PixelRule
        What becomes of transparency, scale and depth.
    channel_axis : int, optional
        The axis of an array that holds its channels, where the shape does not tell.
    progress : callable, optional
        Called with the share that is done, after each block has been used.

    Yields
    ------
    Pixels
        Of shape (rows, all columns).

    Raises
    ------
    MissingFileError, ImageError
        The image is not there, or cannot be read.
    """
    if isinstance(image, str | PathLike):
        with open_image(image, rule) as source:
            yield from _read_ahead(source, progress)
        return
    if isinstance(image, IndexGrid):
        valid = None if image.nodata is None else image.valid.view(np.uint8)
        pixels = Pixels(table=image.palette.colors, codes=image.indices, valid=valid)
    else:
        pixels = array_image(image, rule, channel_axis).pixels
    n_rows, n_cols = pixels.shape
    for rows in _row_blocks((n_rows, n_cols)):
        valid = None if pixels.valid is None else pixels.valid[rows]
        if pixels.codes is None:
            yield Pixels(table=pixels.table[rows], valid=valid)
        else:
            yield Pixels(table=pixels.table, codes=pixels.codes[rows], valid=valid)
        if progress is not None:
            progress(rows.stop / n_rows)


def _read_ahead(source: MapImage, progress: Progress | None) -> Iterator[Pixels]:
    """Blocks of a file; the next one is read while one is used."""
    n_rows, n_cols = source.shape
    blocks = list(_row_blocks(source.shape))

    def read(rows: slice) -> Pixels:
        return source.read((rows, slice(0, n_cols)))

    # Leaving the block waits for what is being read, so the file is not closed under it.
    with ThreadPoolExecutor(1, thread_name_prefix="geoindex-read") as reader:
        coming = reader.submit(read, blocks[0])
        for rows, following in zip(blocks, [*blocks[1:], None], strict=True):
            pixels = coming.result()
            if following is not None:
                coming = reader.submit(read, following)
            yield pixels
            if progress is not None:
                progress(rows.stop / n_rows)


def _row_blocks(shape: tuple[int, int]) -> Iterator[slice]:
    """Rows of blocks, in whole tiles where that is possible."""
    rows, cols = shape
    step = max(1, BLOCK_PIXELS // cols)
    if step > BLOCK_ROWS:
        step -= step % BLOCK_ROWS
    for start in range(0, rows, step):
        yield slice(start, min(start + step, rows))
