"""Class recovery on Dask arrays: chunk by chunk, each with the halo that its result depends on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoindex.clean.blocks import clean_block
from geoindex.clean.kinds import largest_halo, may_need_recovery
from geoindex.clean.options import Plan
from geoindex.clean.sample import windows_within
from geoindex.color.mapper import ColorMapper
from geoindex.color.pixels import Pixels
from geoindex.rules.box import Region
from geoindex.rules.indices import IndexArray
from geoindex.rules.scale import round_colors

__all__ = ["clean_lazy"]

Halo = tuple[int, int]


def clean_lazy(
    values: Any,
    mapper: ColorMapper,
    plan: Plan,
    to_pixels: Callable[[NDArray[Any]], Pixels],
    index_type: type[np.uint8] | type[np.uint16],
) -> Any:
    """Map a Dask array and recover its classes without computing it.

    Parameters
    ----------
    values : dask.array.Array, shape (rows, cols, channels)
        Chunks smaller than the halo are merged.
    mapper : ColorMapper
    plan : Plan
        From :meth:`geoindex.Clean.plan`.
    to_pixels : callable
        Converts a block of values to colors; must be picklable.
    index_type : type
        Dtype of the indices.

    Returns
    -------
    dask.array.Array of uint8 or uint16, shape (rows, cols)
        The same indices as those of the array in memory.
    """
    from dask import delayed
    from dask.array.overlap import ensure_minimum_chunksize, overlap

    depth = largest_halo(plan)
    chunks = [
        ensure_minimum_chunksize(depth, parts) if sum(parts) > depth else (sum(parts),)
        for parts in values.chunks[:2]
    ]
    whole = values.rechunk((*chunks, -1))
    halo = tuple(depth if len(parts) > 1 else 0 for parts in chunks)
    with_halo = overlap(whole, depth={0: halo[0], 1: halo[1], 2: 0}, boundary="none")
    rows, cols = values.shape[:2]
    regions = [region for row in windows_within((rows, cols)) for region in row]
    if not may_need_recovery(plan) and plan.options.hatch != "auto":
        regions = []
    windows = [values[region] for region in regions]
    seen = delayed(_seen, pure=True)(plan, (rows, cols), regions, windows, to_pixels)
    return with_halo.map_blocks(
        _clean_chunk,
        delayed(mapper, pure=True, traverse=False),
        plan=seen,
        to_pixels=to_pixels,
        index_type=index_type,
        halo=halo,
        drop_axis=2,
        chunks=tuple(chunks),
        dtype=index_type,
        meta=np.empty((0, 0), dtype=index_type),
    )


def _seen(
    plan: Plan,
    shape: tuple[int, int],
    regions: list[Region],
    windows: list[NDArray[Any]],
    to_pixels: Callable[[NDArray[Any]], Pixels],
) -> Plan:
    """Find out what kind of picture a map is from its windows, if there are any."""
    if not regions:
        return plan

    def read(region: Region) -> Pixels:
        return to_pixels(windows[regions.index(region)])

    return plan.seen(shape, read)


def _clean_chunk(
    block: NDArray[Any],
    mapper: ColorMapper,
    *,
    plan: Plan,
    to_pixels: Callable[[NDArray[Any]], Pixels],
    index_type: type[np.uint8] | type[np.uint16],
    halo: Halo,
    block_info: dict[Any, Any],
) -> IndexArray:
    """Clean a chunk that comes with its halo, and return it without."""
    place = block_info[0]
    inner = [
        slice(depth if at > 0 else 0, n - depth if at < n_chunks - 1 else n)
        for depth, at, n_chunks, n in zip(
            halo, place["chunk-location"], place["num-chunks"], block.shape, strict=False
        )
    ]
    pixels = to_pixels(block)
    indices: IndexArray = mapper.map_pixels(pixels).astype(index_type, copy=False)
    colors = round_colors(pixels.colors)
    (top, _), (left, _) = block_info[None]["array-location"]
    origin = top - inner[0].start, left - inner[1].start
    return clean_block(colors, indices, plan, (inner[0], inner[1]), origin=origin).indices
