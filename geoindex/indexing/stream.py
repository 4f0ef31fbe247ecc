"""Image files block by block: decoding, mapping and encoding at the same time.

Only a handful of blocks is in memory at once, whatever the size of the image.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from geoindex.color.histogram import ColorCounter
from geoindex.color.pixels import Pixels
from geoindex.color.threads import Progress, threads_apart
from geoindex.grids.writing import BlockWriter
from geoindex.images.blocks import plan_regions, read_ahead
from geoindex.images.files import MapImage, Region
from geoindex.indexing.options import ImageMapping
from geoindex.rules.indices import IndexArray, IndexType, index_dtype

if TYPE_CHECKING:
    from geoindex.clean.strips import BandCleaner

__all__ = ["stream_image"]

WRITE_BEHIND = 2

Write = Callable[[IndexArray, Region], None]

Writer = TypeVar("Writer", bound=BlockWriter)


class _NodataTurnedUpError(Exception):
    """A pixel is nodata, but the dtype of the indices has no value for it."""


def stream_image(
    image: MapImage,
    mapping: ImageMapping,
    open_writer: Callable[[IndexType], AbstractContextManager[Writer]],
    *,
    counter: ColorCounter | None = None,
    cleaner: BandCleaner | None = None,
    has_nodata: bool = False,
    n_readers: int = 1,
    progress: Progress | None = None,
) -> Writer:
    """Map an image file block by block.

    Parameters
    ----------
    image : MapImage
        The open file.
    mapping : ImageMapping
        How its pixels become classes.
    open_writer : callable
        Opens the writer of the indices, given their dtype. It is called again if a palette of
        256 colors turns out to need uint16 because some pixel is nodata.
    counter : ColorCounter, optional
        Counts the colors on the way.
    cleaner : BandCleaner, optional
        From ``mapping.cleaner``, for the caller to read afterward.
    has_nodata : bool
        Whether the dtype leaves a value for nodata even if no pixel is nodata.
    n_readers : int
        As in :func:`geoindex.images.blocks.read_ahead`.
    progress : callable, optional
        Called with the number of pixels done and their total.

    Returns
    -------
    BlockWriter
        The writer that `open_writer` opened, complete.

    Raises
    ------
    ImageError
        The file is damaged.
    """
    cleaner = cleaner or mapping.cleaner(image.shape)
    regions = plan_regions(image.shape, image.block_shape, whole_rows=cleaner is not None)

    n_pixels = image.shape[0] * image.shape[1]

    def tell(done: int) -> None:
        if progress is not None:
            progress(done, n_pixels)

    def run(dtype: IndexType) -> Writer:
        with (
            open_writer(mapping.class_type(dtype)) as writer,
            _writing_behind(writer.write, threaded=len(regions) > 1) as write,
            read_ahead(image, regions, n_readers) as blocks,
        ):
            mapping.mapper.prepare(n_pixels)
            _map_blocks(blocks, mapping, dtype, write, counter, cleaner, tell)
        return writer

    try:
        return run(index_dtype(len(mapping.mapper.palette), has_nodata=has_nodata))
    except _NodataTurnedUpError:
        if counter is not None:
            counter.clear()
        if cleaner is not None:
            cleaner.restart()
        return run(np.uint16)


def _map_blocks(
    blocks: Iterable[tuple[Region, Pixels]],
    mapping: ImageMapping,
    dtype: IndexType,
    write: Write,
    counter: ColorCounter | None,
    cleaner: BandCleaner | None,
    tell: Callable[[int], None],
) -> None:
    """Map and write block by block, and tell how many pixels are done."""
    done = 0
    for region, read in blocks:
        pixels = mapping.mapper.spare_kernels(read) if cleaner is None else read
        indices = mapping.mapper.map_pixels(pixels)
        if indices.dtype.itemsize > np.dtype(dtype).itemsize:
            raise _NodataTurnedUpError
        indices = indices.astype(dtype, copy=False)
        if cleaner is None:
            write(mapping.classes_of(indices), region)
        else:
            for block, place in cleaner.add(pixels, indices):
                write(mapping.classes_of(block.indices), place)
                for name, write_extra in cleaner.extras.items():
                    write_extra(getattr(block, name), place)
        if counter is not None:
            counter.add(pixels)
        done += indices.size
        tell(done)


@contextmanager
def _writing_behind(write: Write, *, threaded: bool) -> Iterator[Write]:
    """Write in a thread that is at most `WRITE_BEHIND` blocks behind."""
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
