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

    def part(self, rows: slice, cols: slice, place: slice | None = None) -> ValueBlock:
        """Part of it, which lies at other rows of the picture if `place` is given."""
        return ValueBlock(
            rows=rows if place is None else place,
            values=self.values[rows, cols],
            band=None if self.band is None else self.band[rows, cols],
            filled=None if self.filled is None else self.filled[rows, cols],
        )


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
            around = whole_block(held, mapper, (top, 0))
            yield around.part(slice(done - top, ready - top), slice(None), slice(done, ready))
            held = _rows(held, slice(max(0, ready - margin - top), None))
            top, done = max(0, ready - margin), ready
            if progress is not None:
                progress(done * n_cols, n_rows * n_cols)


def whole_block(
    pixels: Pixels, mapper: ValueMapper, origin: tuple[int, int] = (0, 0)
) -> ValueBlock:
    """Values of a whole picture, or of a part of it whose first pixel lies at `origin`."""
    pixels = mapper.visible(pixels, origin)
    values = mapper.values(pixels)
    filled = mapper.finish(values, pixels, origin)
    band = mapper.error_band(pixels, values)
    if band is not None and filled is not None:
        band[filled] = np.nan
    return ValueBlock(rows=slice(0, len(values)), values=values, band=band, filled=filled)


def lazy_blocks(picture: Picture, rule: PixelRule, mapper: ValueMapper) -> tuple[Any, Any, Any]:
    """Values, error band and mask of filled values of a Dask array, not computed.

    Each chunk comes with the margin that it depends on. Band and mask are None if not wanted.
    """
    from dask import delayed
    from dask.array.overlap import ensure_minimum_chunksize, overlap

    depth = mapper.margin
    chunks = tuple(
        ensure_minimum_chunksize(depth, parts) if sum(parts) > depth else (sum(parts),)
        for parts in picture.values.chunks[:2]
    )
    halo = tuple(depth if len(parts) > 1 else 0 for parts in chunks)
    has_band, has_filled = mapper.half_widths is not None, mapper.fill is not None
    found = overlap(
        picture.values.rechunk((*chunks, -1)), {0: halo[0], 1: halo[1], 2: 0}, boundary="none"
    ).map_blocks(
        _lazy_block,
        delayed(mapper, pure=True, traverse=False),
        rule=rule,
        fill=picture.fill,
        halo=halo,
        edges=tuple((0, *np.cumsum(parts).tolist()) for parts in chunks),
        chunks=(*chunks, (1 + has_band + has_filled,)),
        dtype=np.float32,
        meta=np.empty((0, 0, 0), dtype=np.float32),
    )
    return (
        found[..., 0],
        found[..., 1] if has_band else None,
        found[..., -1] != 0 if has_filled else None,
    )


def _lazy_block(
    block: NDArray[Any],
    mapper: ValueMapper,
    *,
    rule: PixelRule,
    fill: float | None,
    halo: tuple[int, ...],
    edges: tuple[tuple[int, ...], ...],
    block_info: dict[Any, Any],
) -> Values:
    """Values of a chunk that comes with its halo, one layer for each of those wanted."""
    inner, begins = [], []
    for depth, at, ends in zip(halo, block_info[0]["chunk-location"], edges, strict=False):
        before = depth if at > 0 else 0
        inner.append(slice(before, before + ends[at + 1] - ends[at]))
        begins.append(ends[at] - before)
    around = whole_block(picture_pixels(block, rule, fill), mapper, (begins[0], begins[1]))
    own = around.part(inner[0], inner[1])
    layers = [part for part in (own.values, own.band, own.filled) if part is not None]
    return np.stack(layers, axis=-1, dtype=np.float32)


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
