"""The pixels of whatever holds an image, block by block."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from os import PathLike
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from geoindex.arrays import array_image
from geoindex.color.pixels import PixelRule, Pixels
from geoindex.color.threads import Progress
from geoindex.formats.blocks import plan_regions, read_ahead
from geoindex.formats.rasters import open_image
from geoindex.grid import IndexGrid

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["pixel_blocks"]


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
        Called with the rows that are done and how many there are, after each block.

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
            regions = plan_regions(source.shape, source.block_shape, whole_rows=True)
            with closing(read_ahead(source, regions)) as blocks:
                for (rows, _), block in blocks:
                    yield block
                    if progress is not None:
                        progress(rows.stop, source.shape[0])
        return
    if isinstance(image, IndexGrid):
        valid = None if image.nodata is None else image.valid.view(np.uint8)
        pixels = Pixels(table=image.palette.colors, codes=image.indices, valid=valid)
    else:
        pixels = array_image(image, rule, channel_axis).pixels
    n_rows, n_cols = pixels.shape
    for rows, _ in plan_regions((n_rows, n_cols), (1, n_cols)):
        valid = None if pixels.valid is None else pixels.valid[rows]
        if pixels.codes is None:
            yield Pixels(table=pixels.table[rows], valid=valid)
        else:
            yield Pixels(table=pixels.table, codes=pixels.codes[rows], valid=valid)
        if progress is not None:
            progress(rows.stop, n_rows)
