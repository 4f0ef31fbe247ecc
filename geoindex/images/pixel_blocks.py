"""The pixels of an image of any kind, block by block."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from itertools import chain, pairwise
from os import PathLike
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoindex.color.dask import check_lazy, lazy_values
from geoindex.color.histogram import ColorCounter, ColorHistogram
from geoindex.color.pixels import PixelRule, Pixels
from geoindex.color.threads import Progress, n_cores, threads_apart
from geoindex.errors import GridError, ImageError
from geoindex.grid import IndexGrid
from geoindex.images.blocks import plan_regions, work_ahead
from geoindex.images.drivers import is_dataset
from geoindex.images.files import open_image
from geoindex.images.in_memory import Picture, arrange, array_image, picture_pixels
from geoindex.rules.box import region_of

if TYPE_CHECKING:
    import xarray as xr

Result = TypeVar("Result")

__all__ = [
    "check_made_of",
    "check_not_empty",
    "count_colors",
    "image_name",
    "image_shape",
    "reduced_picture",
    "worked_blocks",
]


def worked_blocks(
    image: str | PathLike[str] | ArrayLike | xr.DataArray | IndexGrid,
    rule: PixelRule,
    work: Callable[[Pixels], Result],
    *,
    channel_axis: int | None = None,
    gdal: bool = False,
    progress: Progress | None = None,
) -> Iterator[Result]:
    """Apply a function to the pixels of an image, block by block.

    Parameters
    ----------
    image : path-like, array_like, masked array, xarray.DataArray, PIL.Image.Image or IndexGrid
        Or an open rasterio dataset. Files are read block by block.
    rule : PixelRule
        How to treat transparency, scale and depth.
    work : callable
        Takes the pixels of a block of whole rows. It runs in several threads at once.
    channel_axis : int, optional
        Channel axis of an array, if it does not follow from the shape.
    gdal : bool
        As in :func:`geoindex.images.files.open_image`.
    progress : callable, optional
        Called after each block with the number of rows done and their total.

    Returns
    -------
    iterator
        Results of `work`, from top to bottom.

    Raises
    ------
    MissingFileError, ImageError
        The image does not exist or cannot be read.
    """
    if isinstance(image, str | PathLike) or is_dataset(image):
        with open_image(image, rule, gdal=gdal) as source:
            regions = plan_regions(source.shape, source.block_shape, whole_rows=True)
            with work_ahead(source, regions, work, n_cores()) as results:
                for (rows, _), result in results:
                    yield result
                    if progress is not None:
                        progress(rows.stop, source.shape[0])
        return
    shape, bands = _in_memory(image, rule, channel_axis)
    done = 0
    # Chunks of a Dask array are computed one by one, each in all threads.
    n_threads = 1 if lazy_values(image) is not None else n_cores()
    for n_rows, result in _results(bands, work, n_threads):
        yield result
        done += n_rows
        if progress is not None:
            progress(done, shape[0])


def _results(
    bands: Iterator[Pixels], work: Callable[[Pixels], Result], n_threads: int
) -> Iterator[tuple[int, Result]]:
    """Apply `work` to each block; yield its number of rows and the result, in order."""
    first = next(bands, None)
    second = next(bands, None)
    if first is None:
        return
    if second is None or n_threads == 1:
        # Starting threads takes longer than counting most small images.
        for pixels in chain([first], [] if second is None else [second], bands):
            yield pixels.shape[0], work(pixels)
        return
    with threads_apart("geoindex-work", n_threads) as submit:
        begun: deque[tuple[int, Future[Result]]] = deque()
        for pixels in chain([first, second], bands):
            begun.append((pixels.shape[0], submit(work, pixels)))
            if len(begun) > n_threads:
                n_rows, future = begun.popleft()
                yield n_rows, future.result()
        for n_rows, future in begun:
            yield n_rows, future.result()


def _in_memory(
    image: ArrayLike | xr.DataArray | IndexGrid, rule: PixelRule, channel_axis: int | None
) -> tuple[tuple[int, ...], Iterator[Pixels]]:
    """Shape of an image that is not a file, and its pixels in blocks of rows."""
    if isinstance(image, IndexGrid):
        part = region_of(image.shape, image.transform, box=rule.box, map_box=rule.map_box)
        image = image if part is None else image[part]
        return image.shape, _grid_bands(image)
    if lazy_values(image) is not None:
        picture = arrange(image, rule, channel_axis)
        check_lazy(picture.values, rule)
        return picture.values.shape[:2], _lazy_bands(picture, rule)
    pixels = array_image(image, rule, channel_axis).pixels
    return pixels.shape, _array_bands(pixels)


def _grid_bands(grid: IndexGrid) -> Iterator[Pixels]:
    for _, indices in grid.bands():
        valid = None if grid.nodata is None else (indices != grid.nodata).view(np.uint8)
        yield Pixels(table=grid.palette.colors, codes=indices, valid=valid)


def _lazy_bands(picture: Picture, rule: PixelRule) -> Iterator[Pixels]:
    for start, stop in pairwise([0, *np.cumsum(picture.values.chunks[0]).tolist()]):
        if start == stop:
            continue
        yield picture_pixels(picture.values[start:stop].compute(), rule, picture.fill)


def _array_bands(pixels: Pixels) -> Iterator[Pixels]:
    n_rows, n_cols = pixels.shape
    for rows, _ in plan_regions((n_rows, n_cols), (1, n_cols)):
        valid = None if pixels.valid is None else pixels.valid[rows]
        yield Pixels(table=pixels.table[rows], valid=valid)


def count_colors(
    image: str | PathLike[str] | ArrayLike | xr.DataArray | IndexGrid,
    rule: PixelRule,
    *,
    channel_axis: int | None = None,
    gdal: bool = False,
    progress: Progress | None = None,
) -> ColorHistogram:
    """Count the colors of an image, on all cores if it is a file.

    Parameters
    ----------
    image, rule, channel_axis, gdal, progress
        As in :func:`worked_blocks`.

    Raises
    ------
    MissingFileError, ImageError
        The image does not exist or cannot be read.
    """
    counter = ColorCounter()
    for _ in worked_blocks(
        image, rule, counter.add, channel_axis=channel_axis, gdal=gdal, progress=progress
    ):
        pass
    return counter.histogram()


def image_name(image: Any) -> str:
    """Name of an image in messages: its path, that of a dataset, or "the image"."""
    if is_dataset(image):
        return str(image.name)
    return str(image) if isinstance(image, str | PathLike) else "the image"


def check_not_empty(histogram: ColorHistogram, name: str) -> None:
    """Raise an error for an image without any colors.

    Parameters
    ----------
    histogram : ColorHistogram
    name : str
        Name of the image, for the message.

    Raises
    ------
    ImageError
        No pixel was counted.
    """
    if not len(histogram):
        raise ImageError(
            f"{name} has only transparent or nodata pixels and so no colors; alpha='strip' "
            "ignores transparency"
        )


def image_shape(
    image: str | PathLike[str] | ArrayLike | xr.DataArray | IndexGrid,
    rule: PixelRule,
    *,
    channel_axis: int | None = None,
    gdal: bool = False,
) -> tuple[int, int]:
    """Rows and columns of an image, or of the part that a rule selects.

    Parameters
    ----------
    image, rule, channel_axis, gdal
        As in :func:`worked_blocks`.
    """
    if isinstance(image, str | PathLike) or is_dataset(image):
        with open_image(image, rule, gdal=gdal) as source:
            return source.shape
    rows, cols = _in_memory(image, rule, channel_axis)[0]
    return rows, cols


def reduced_picture(
    image: str | PathLike[str] | ArrayLike | xr.DataArray | IndexGrid,
    rule: PixelRule,
    *,
    channel_axis: int | None = None,
    gdal: bool = False,
    most: int = 900,
    like: IndexGrid | None = None,
) -> NDArray[np.uint8]:
    """Reduce an image of any size to a picture for display.

    Parameters
    ----------
    image, rule, channel_axis, gdal
        As in :func:`worked_blocks`.
    most : int
        Largest number of rows and columns; larger images are thinned to every nth.
    like : IndexGrid, optional
        Grid of as many rows and columns that was made of the image.

    Returns
    -------
    ndarray of uint8, shape (rows, cols, 4)
        RGBA; alpha is 0 for nodata, else 255.

    Raises
    ------
    GridError
        The grid has another size.
    """
    shape = image_shape(image, rule, channel_axis=channel_axis, gdal=gdal)
    if like is not None:
        check_made_of(image_name(image), shape, like.shape)
    step = -(-max(shape) // most)
    parts, start = [], 0
    for pixels in worked_blocks(
        image, rule, lambda pixels: pixels, channel_axis=channel_axis, gdal=gdal
    ):
        parts.append(_opaque(pixels, slice(-start % step, None, step), step))
        start += pixels.shape[0]
    return np.concatenate(parts)


def check_made_of(what: str, found: tuple[int, ...], expected: tuple[int, int]) -> None:
    """Raise an error if an image, or another grid, has other rows and columns than a grid.

    Parameters
    ----------
    what : str
        What the message is about.
    found, expected : tuple of int
        Its rows and columns, and those of the grid.

    Raises
    ------
    GridError
        They differ.
    """
    if tuple(found) != tuple(expected):
        raise GridError(
            f"{what} has {found[1]} x {found[0]} pixels and the grid {expected[1]} x "
            f"{expected[0]}; give what the grid was made of, or with"
        )


def _opaque(pixels: Pixels, rows: slice, step: int) -> NDArray[np.uint8]:
    """RGBA picture of some rows and columns of a block."""
    chosen = rows, slice(None, None, step)
    table = pixels.table[chosen] if pixels.codes is None else pixels.table
    codes = None if pixels.codes is None else pixels.codes[chosen]
    colors = Pixels(table=table, codes=codes).colors
    picture = np.full((*colors.shape[:2], 4), 255, dtype=np.uint8)
    picture[..., :3] = colors
    if pixels.valid is not None:
        picture[pixels.valid[chosen] == 0] = 0
    return picture
