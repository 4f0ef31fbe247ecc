"""Image files block by block: decoding, mapping and encoding at the same time.

What is in memory at once is a handful of blocks, whatever the size of the image.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from geoindex.color.histogram import ColorCounter
from geoindex.color.mapper import ColorMapper
from geoindex.color.threads import Progress, threads_apart
from geoindex.grids.writing import BlockWriter
from geoindex.images.blocks import plan_regions, read_ahead
from geoindex.images.files import MapImage, Region
from geoindex.rules.indices import IndexArray, index_dtype

if TYPE_CHECKING:
    from geoindex.clean.strips import BandCleaner

__all__ = ["IndexType", "stream_image"]

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
    cleaner: BandCleaner | None = None,
    n_readers: int = 1,
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
    cleaner : BandCleaner, optional
        Recovers the classes on the way.
    n_readers : int
        As in :func:`geoindex.images.blocks.read_ahead`.
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

    def run(dtype: IndexType) -> Writer:
        with open_writer(dtype) as writer:
            _map_blocks(image, mapper, writer.write, dtype, counter, cleaner, n_readers, progress)
        return writer

    try:
        return run(index_dtype(len(mapper.palette), has_nodata=False))
    except _NodataTurnedUpError:
        if counter is not None:
            counter.clear()
        if cleaner is not None:
            cleaner.restart()
        return run(np.uint16)


def _map_blocks(
    image: MapImage,
    mapper: ColorMapper,
    write: Write,
    dtype: IndexType,
    counter: ColorCounter | None,
    cleaner: BandCleaner | None,
    n_readers: int,
    progress: Progress | None,
) -> None:
    """Read, map and write region by region."""
    rows, cols = image.shape
    done = 0
    regions = plan_regions(image.shape, image.block_shape, whole_rows=cleaner is not None)
    with (
        _writing_behind(write, threaded=len(regions) > 1) as write_soon,
        read_ahead(image, regions, n_readers) as blocks,
    ):
        mapper.prepare(rows * cols)
        for region, pixels in blocks:
            indices = mapper.map_pixels(pixels)
            if indices.dtype.itemsize > np.dtype(dtype).itemsize:
                raise _NodataTurnedUpError
            indices = indices.astype(dtype, copy=False)
            if cleaner is None:
                write_soon(indices, region)
            else:
                for block, place in cleaner.add(pixels, indices):
                    write_soon(block.indices, place)
                    for name, write_extra in cleaner.extras.items():
                        write_extra(getattr(block, name), place)
            if counter is not None:
                counter.add(pixels)
            done += indices.size
            if progress is not None:
                progress(done, rows * cols)


@contextmanager
def _writing_behind(write: Write, *, threaded: bool) -> Iterator[Write]:
    """Write in a thread that is at most a few regions behind."""
    if not threaded:
        yield write
        return
    writes: deque[Future[None]] = deque()
    with threads_apart("geoindex-write") as submit:

        def write_soon(indices: IndexArray, region: Region) -> None:
            if len(writes) >= WRITE_BEHIND:
                writes.popleft().result()
            writes.append(submit(write, indices, region))

        yield write_soon
        for pending in writes:
            pending.result()
