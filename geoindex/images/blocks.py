"""Image files in blocks: where to divide them, and how to decode blocks in advance."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, ExitStack, contextmanager
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from geoindex.color.pixels import Pixels
from geoindex.color.threads import threads_apart
from geoindex.images.held import check_held
from geoindex.rules.box import Region

if TYPE_CHECKING:
    from geoindex.images.files import MapImage

__all__ = ["plan_regions", "read_ahead", "work_ahead"]

Result = TypeVar("Result")

# 8 MB of RGBA: larger blocks are no faster, smaller ones have more overhead.
BLOCK_PIXELS = 2**21

# Tile height of most input files and of all output files.
TILE = 256

MAX_READERS = 4
"""Largest number of threads that decode a file; each holds a block, and maybe color counts."""


def plan_regions(
    shape: tuple[int, int], block_shape: tuple[int, int], *, whole_rows: bool = False
) -> list[Region]:
    """Divide an image into regions of whole blocks, in row-major order.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns of the image.
    block_shape : tuple of int
        Rows and columns of the blocks in which it is decoded.
    whole_rows : bool
        Whether regions always span all columns; memory then grows with the image's width.

    Returns
    -------
    list of tuple of slice
        Bands of whole rows, divided into columns only if a row of tiles is large.

    Examples
    --------
    >>> from geoindex.images.blocks import plan_regions
    >>> plan_regions((300, 3000), (1, 3000))
    [(slice(0, 300, None), slice(0, 3000, None))]
    """
    rows, cols = shape
    block_rows, block_cols = min(block_shape[0], rows), min(block_shape[1], cols)
    if rows * cols <= BLOCK_PIXELS:
        return [(slice(0, rows), slice(0, cols))]
    n_rows, n_cols = max(1, BLOCK_PIXELS // cols), cols
    unit = TILE if block_rows <= TILE and TILE * cols <= 2 * BLOCK_PIXELS else block_rows
    n_rows = max(unit, n_rows // unit * unit)
    if not whole_rows and n_rows * cols > 2 * BLOCK_PIXELS and block_cols < cols:
        n_cols = block_cols * max(1, BLOCK_PIXELS // (n_rows * block_cols))
    return [
        (slice(row, min(row + n_rows, rows)), slice(col, min(col + n_cols, cols)))
        for row in range(0, rows, n_rows)
        for col in range(0, cols, n_cols)
    ]


def read_ahead(
    image: MapImage, regions: list[Region], n_readers: int = 1
) -> AbstractContextManager[Iterator[tuple[Region, Pixels]]]:
    """Read regions of an image file in threads, a few regions in advance.

    Parameters
    ----------
    image, regions, n_readers
        As in :func:`work_ahead`.

    Returns
    -------
    context manager of an iterator of tuple
        Each region with its pixels, in order.
    """
    return work_ahead(image, regions, lambda pixels: pixels, n_readers)


@contextmanager
def work_ahead(
    image: MapImage, regions: list[Region], work: Callable[[Pixels], Result], n_readers: int = 1
) -> Iterator[Iterator[tuple[Region, Result]]]:
    """Read and process regions of an image file in threads, a few regions in advance.

    The threads start immediately, and none uses the file any more when the block ends.

    Parameters
    ----------
    image : MapImage
        The open file.
    regions : list of tuple of slice
        See :func:`plan_regions`.
    work : callable
        Takes the pixels of a region, in the thread that read them: several at once, in any
        order.
    n_readers : int
        Largest number of threads. More than one are used only if blocks can be decoded
        independently; each then opens the file for itself.

    Yields
    ------
    iterator of tuple
        Each region with its result, in order.

    Raises
    ------
    ImageError
        The file was changed meanwhile, or has to be decoded as a whole and is too large for that.
    """
    check_held(image, whole=False)
    n_readers = min(n_readers, MAX_READERS, len(regions)) if image.blocks_apart else 1
    with ExitStack() as stack:
        # Each thread takes an open file that no other is reading, and puts it back.
        free = [image, *(stack.enter_context(image.reopened()) for _ in range(n_readers - 1))]

        def read(region: Region) -> Pixels:
            opened = free.pop()
            try:
                return opened.read(region)
            finally:
                free.append(opened)

        if len(regions) == 1 or image.is_borrowed:
            # Starting a thread takes longer than reading most small images; and a dataset of the
            # caller's belongs to this one.
            yield ((region, work(read(region))) for region in regions)
            image.check_unchanged()
            return
        submit = stack.enter_context(threads_apart("geoindex-read", n_readers))
        coming = iter(regions)
        begun: deque[tuple[Region, Future[Result]]] = deque()

        def begin(n_regions: int) -> None:
            for region in islice(coming, n_regions):
                begun.append((region, submit(lambda region: work(read(region)), region)))

        def results() -> Iterator[tuple[Region, Result]]:
            while begun:
                region, future = begun.popleft()
                result = future.result()
                begin(1)
                yield region, result

        begin(n_readers + 1)
        yield results()
        image.check_unchanged()
