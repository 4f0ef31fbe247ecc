"""Image files block by block: decoding, mapping and encoding at the same time.

What is in memory at once is a handful of blocks, whatever the size of the image.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager
from itertools import islice
from typing import TypeVar

import numpy as np

from geoindex.color.histogram import ColorCounter
from geoindex.color.mapper import ColorMapper
from geoindex.color.pixels import Pixels
from geoindex.color.threads import Progress
from geoindex.formats.rasters import MapImage
from geoindex.formats.writing import BlockWriter, Region
from geoindex.grid import IndexArray

__all__ = ["plan_regions", "stream_image"]

# 4 MB of RGBA: larger blocks are no faster, smaller ones cost more hand-overs.
BLOCK_PIXELS = 2**20

# Rows of blocks that suit the tiles of most files that are read and of all that are written.
TILE = 256

READ_AHEAD = 2
WRITE_BEHIND = 2

Write = Callable[[IndexArray, Region], None]
IndexType = type[np.uint8 | np.uint16]

Writer = TypeVar("Writer", bound=BlockWriter)


class _NodataTurnedUpError(Exception):
    """A pixel is nodata, which the dtype of the indices has no value for."""


def stream_image(
    image: MapImage,
    mapper: ColorMapper,
    open_writer: Callable[[IndexType], AbstractContextManager[Writer]],
    *,
    counter: ColorCounter | None = None,
    progress: Progress | None = None,
) -> Writer:
    """Map an image file block by block.

    Parameters
    ----------
    image : MapImage
        The open file.
    mapper : ColorMapper
        Palette, metric and largest distance.
    open_writer : callable
        Opens what takes the indices, whose dtype it is given. It is called again where a
        palette of 256 colors turns out to need uint16 because some pixel is nodata.
    counter : ColorCounter, optional
        Counts the colors on the way.
    progress : callable, optional
        Called with the pixels that are done and how many there are.

    Returns
    -------
    BlockWriter
        What `open_writer` opened, complete.

    Raises
    ------
    ImageError
        The file is damaged.
    """
    n_colors = len(mapper.palette)
    dtype: IndexType = np.uint8 if n_colors <= 256 else np.uint16
    try:
        with open_writer(dtype) as writer:
            _map_blocks(image, mapper, writer.write, dtype, counter, progress)
    except _NodataTurnedUpError:
        if counter is not None:
            counter.clear()
        with open_writer(np.uint16) as writer:
            _map_blocks(image, mapper, writer.write, np.uint16, counter, progress)
    return writer


def plan_regions(shape: tuple[int, int], block_shape: tuple[int, int]) -> list[Region]:
    """Cut an image into regions of whole blocks, in the order of rows, then columns.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns of the image.
    block_shape : tuple of int
        Rows and columns of the blocks that it is decoded in.

    Returns
    -------
    list of tuple of slice
        Bands of whole rows, cut into columns only where a band of tiles is large.

    Examples
    --------
    >>> from geoindex.streaming import plan_regions
    >>> plan_regions((300, 3000), (1, 3000))
    [(slice(0, 300, None), slice(0, 3000, None))]
    """
    rows, cols = shape
    block_rows, block_cols = min(block_shape[0], rows), min(block_shape[1], cols)
    if rows * cols <= BLOCK_PIXELS:
        return [(slice(0, rows), slice(0, cols))]
    n_rows, n_cols = max(1, BLOCK_PIXELS // cols), cols
    unit = TILE if block_rows <= TILE <= n_rows else block_rows
    n_rows = max(unit, n_rows // unit * unit)
    if n_rows * cols > 2 * BLOCK_PIXELS and block_cols < cols:
        n_cols = block_cols * max(1, BLOCK_PIXELS // (n_rows * block_cols))
    return [
        (slice(row, min(row + n_rows, rows)), slice(col, min(col + n_cols, cols)))
        for row in range(0, rows, n_rows)
        for col in range(0, cols, n_cols)
    ]


def _map_blocks(
    image: MapImage,
    mapper: ColorMapper,
    write: Write,
    dtype: IndexType,
    counter: ColorCounter | None,
    progress: Progress | None,
) -> None:
    """Read, map and write region by region."""
    rows, cols = image.shape
    mapper.prepare(rows * cols)
    done = 0
    regions = plan_regions(image.shape, image.block_shape)
    with (
        _writing_behind(write, threaded=len(regions) > 1) as write_soon,
        closing(_read_ahead(image, regions)) as blocks,
    ):
        for region, pixels in blocks:
            indices = mapper.map_pixels(pixels)
            if indices.dtype.itemsize > np.dtype(dtype).itemsize:
                raise _NodataTurnedUpError
            write_soon(indices.astype(dtype, copy=False), region)
            if counter is not None:
                counter.add(pixels)
            done += indices.size
            if progress is not None:
                progress(done, rows * cols)


def _read_ahead(image: MapImage, regions: list[Region]) -> Generator[tuple[Region, Pixels]]:
    """Read regions in a thread that is a few of them ahead."""
    if len(regions) == 1:
        # Starting a thread takes longer than most small images do.
        yield regions[0], image.read(regions[0])
        return
    reader = ThreadPoolExecutor(1, thread_name_prefix="geoindex-read")
    try:
        coming = iter(regions)
        reads: deque[tuple[Region, Future[Pixels]]] = deque(
            (region, reader.submit(image.read, region)) for region in islice(coming, READ_AHEAD)
        )
        while reads:
            region, read = reads.popleft()
            pixels = read.result()
            reads.extend((r, reader.submit(image.read, r)) for r in islice(coming, 1))
            yield region, pixels
    finally:
        reader.shutdown(cancel_futures=True)


@contextmanager
def _writing_behind(write: Write, *, threaded: bool) -> Iterator[Write]:
    """Write in a thread that is at most a few regions behind."""
    if not threaded:
        yield write
        return
    writer = ThreadPoolExecutor(1, thread_name_prefix="geoindex-write")
    writes: deque[Future[None]] = deque()

    def write_soon(indices: IndexArray, region: Region) -> None:
        if len(writes) >= WRITE_BEHIND:
            writes.popleft().result()
        writes.append(writer.submit(write, indices, region))

    try:
        yield write_soon
        for pending in writes:
            pending.result()
    finally:
        writer.shutdown(cancel_futures=True)
