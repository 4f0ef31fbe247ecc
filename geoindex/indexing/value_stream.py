"""Values of pictures block by block, each with the margin of pixels that they depend on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoindex.color.pixels import PixelRule, Pixels
from geoindex.color.threads import Progress
from geoindex.images.blocks import plan_regions, read_ahead
from geoindex.images.files import MapImage
from geoindex.images.in_memory import Picture, picture_pixels
from geoindex.rules.scale import round_colors
from geoindex.values.mapper import ValueMapper, Values

__all__ = ["ValueBlock", "lazy_blocks", "value_blocks", "whole_block"]


@dataclass(frozen=True, kw_only=True, eq=False)
class ValueBlock:
    """Values of some rows of a picture."""

    rows: slice
    """Which."""

    values: Values
    """Shape (rows of the slice, cols)."""

    band: Values | None
    """Error band, if it is wanted."""

    filled: NDArray[np.bool_] | None
    """Where values were filled in, if that is wanted."""


def value_blocks(
    image: MapImage, mapper: ValueMapper, progress: Progress | None = None
) -> Iterator[ValueBlock]:
    """Values of an open image file, in blocks of rows that do not grow with the image.

    What depends on the whole picture is done in one block.
    """
    n_rows, n_cols = image.shape
    if mapper.needs_whole:
        yield whole_block(image.read(), mapper)
        return
    margin = mapper.margin
    regions = plan_regions(image.shape, image.block_shape, whole_rows=True)
    held, top, done = None, 0, 0
    with read_ahead(image, regions) as blocks:
        for (rows, _), pixels in blocks:
            held = pixels if held is None else _joined(held, pixels)
            ready = n_rows if rows.stop == n_rows else max(done, rows.stop - margin)
            if ready == done:
                continue
            own = slice(done - top, ready - top)
            values = mapper.values(held)[own]
            mapper.hide(values, done)
            band = mapper.error_band(_rows(held, own), values)
            yield ValueBlock(rows=slice(done, ready), values=values, band=band, filled=None)
            held = _rows(held, slice(max(0, ready - margin - top), None))
            top, done = max(0, ready - margin), ready
            if progress is not None:
                progress(done * n_cols, n_rows * n_cols)


def whole_block(pixels: Pixels, mapper: ValueMapper) -> ValueBlock:
    """Values of a whole picture."""
    values = mapper.values(pixels)
    mapper.hide(values)
    filled = mapper.finish(values, pixels)
    band = mapper.error_band(pixels, values)
    if band is not None and filled is not None:
        band[filled] = np.nan
    return ValueBlock(rows=slice(0, len(values)), values=values, band=band, filled=filled)


def lazy_blocks(picture: Picture, rule: PixelRule, mapper: ValueMapper) -> Any:
    """Values of a Dask array, not computed; each block with the margin that it depends on."""
    import dask.array as da
    from dask import delayed

    values = picture.values.rechunk({2: -1})
    depth = {0: mapper.margin, 1: mapper.margin, 2: 0}
    around = da.overlap.overlap(values, depth=depth, boundary="none")
    found = da.map_blocks(
        _lazy_block,
        around,
        delayed(mapper, pure=True, traverse=False),
        rule=rule,
        fill=picture.fill,
        drop_axis=2,
        dtype=np.float32,
        meta=np.empty((0, 0), dtype=np.float32),
    )
    inner = {0: mapper.margin, 1: mapper.margin}
    trimmed = da.overlap.trim_internal(found, inner, boundary="none")
    mapper.hide(trimmed)
    return trimmed


def _lazy_block(
    block: NDArray[Any], mapper: ValueMapper, *, rule: PixelRule, fill: float | None
) -> Values:
    return mapper.values(picture_pixels(block, rule, fill))


def _joined(above: Pixels, below: Pixels) -> Pixels:
    """Pixels of two blocks of rows."""
    valid: NDArray[np.uint8] | None = None
    if above.valid is not None or below.valid is not None:
        masks = (
            np.ones(part.shape, np.uint8) if part.valid is None else part.valid
            for part in (above, below)
        )
        valid = np.concatenate(list(masks))
    colors = np.concatenate([round_colors(above.colors), round_colors(below.colors)])
    return Pixels(table=colors, valid=valid)


def _rows(pixels: Pixels, rows: slice) -> Pixels:
    """Take some rows of a block of pixels."""
    valid = None if pixels.valid is None else pixels.valid[rows]
    return Pixels(table=round_colors(pixels.colors)[rows], valid=valid)
