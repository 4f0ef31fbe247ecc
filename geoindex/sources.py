"""The pixels of whatever holds an image, block by block."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from os import PathLike
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoindex.arrays import array_image
from geoindex.color.histogram import ColorCounter, ColorHistogram
from geoindex.color.pixels import PixelRule, Pixels
from geoindex.color.threads import Progress, n_cores
from geoindex.errors import ImageError
from geoindex.formats.blocks import plan_regions, read_ahead
from geoindex.formats.rasters import open_image
from geoindex.grid import IndexGrid

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["check_not_empty", "count_colors", "image_name", "pixel_blocks", "reduced_picture"]


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
            with read_ahead(source, regions, n_cores()) as blocks:
                for (rows, _), block in blocks:
                    yield block
                    if progress is not None:
                        progress(rows.stop, source.shape[0])
        return
    pixels = _in_memory(image, rule, channel_axis)
    n_rows, n_cols = pixels.shape
    for rows, _ in plan_regions((n_rows, n_cols), (1, n_cols)):
        valid = None if pixels.valid is None else pixels.valid[rows]
        if pixels.codes is None:
            yield Pixels(table=pixels.table[rows], valid=valid)
        else:
            yield Pixels(table=pixels.table, codes=pixels.codes[rows], valid=valid)
        if progress is not None:
            progress(rows.stop, n_rows)


def count_colors(blocks: Iterable[Pixels]) -> ColorHistogram:
    """Count the colors of blocks.

    Parameters
    ----------
    blocks : iterable of Pixels

    Returns
    -------
    ColorHistogram
    """
    counter = ColorCounter()
    for block in blocks:
        counter.add(block)
    return counter.histogram()


def image_name(image: object) -> str:
    """Name of an image in messages: its file, or "the image"."""
    return str(image) if isinstance(image, str | PathLike) else "the image"


def check_not_empty(histogram: ColorHistogram, name: str) -> None:
    """Refuse an image without a color.

    Parameters
    ----------
    histogram : ColorHistogram
    name : str
        Of the image, for the message.

    Raises
    ------
    ImageError
        No pixel was counted.
    """
    if not len(histogram):
        raise ImageError(
            f"{name} has no pixel that is not transparent or nodata, so there is no color to "
            "look at; alpha='strip' ignores transparency"
        )


def reduced_picture(
    image: str | PathLike[str] | ArrayLike | xr.DataArray | IndexGrid,
    rule: PixelRule,
    *,
    channel_axis: int | None = None,
    most: int = 900,
) -> NDArray[np.uint8]:
    """Give a picture of an image of any size, to look at.

    Parameters
    ----------
    image, rule, channel_axis
        As in :func:`pixel_blocks`.
    most : int
        Largest number of rows and columns; of larger images every second, third, ... is taken.

    Returns
    -------
    ndarray of uint8, shape (rows, cols, 4)
        RGBA; alpha is 0 where the image has no color, else 255.
    """
    parts = []
    if isinstance(image, str | PathLike):
        with open_image(image, rule) as source:
            step = -(-max(source.shape) // most)
        start = 0
        for pixels in pixel_blocks(image, rule):
            parts.append(_opaque(pixels, slice(-start % step, None, step), step))
            start += pixels.shape[0]
    else:
        pixels = _in_memory(image, rule, channel_axis)
        step = -(-max(pixels.shape) // most)
        parts.append(_opaque(pixels, slice(None, None, step), step))
    return np.concatenate(parts)


def _opaque(pixels: Pixels, rows: slice, step: int) -> NDArray[np.uint8]:
    """Take some rows and columns of a block as RGBA."""
    chosen = rows, slice(None, None, step)
    if pixels.codes is None:
        colors = pixels.table[chosen][..., :3]
    else:
        colors = pixels.table[pixels.codes[chosen]]
    picture = np.full((*colors.shape[:2], 4), 255, dtype=np.uint8)
    picture[..., :3] = colors
    if pixels.valid is not None:
        picture[pixels.valid[chosen] == 0] = 0
    return picture


def _in_memory(
    image: ArrayLike | xr.DataArray | IndexGrid, rule: PixelRule, channel_axis: int | None
) -> Pixels:
    """Pixels of what is no file."""
    if isinstance(image, IndexGrid):
        valid = None if image.nodata is None else image.valid.view(np.uint8)
        return Pixels(table=image.palette.colors, codes=image.indices, valid=valid)
    return array_image(image, rule, channel_axis).pixels
