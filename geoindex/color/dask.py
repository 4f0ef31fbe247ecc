"""Dask arrays mapped block by block when they are computed, and not before.

Needs ``geoindex-raster[dask]``. What decides on the result must be known without looking at the
pixels: so floats need their scale, and with 256 colors the indices are uint16 wherever a pixel
could be nodata, whether one is or not. In all else the values are those of the array in memory.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoindex.color.mapper import ColorMapper
from geoindex.color.pixels import PixelRule, Pixels
from geoindex.errors import ImageError
from geoindex.rules.indices import IndexArray, index_dtype, is_lazy

__all__ = ["check_lazy", "lazy_values", "map_lazy"]


def lazy_values(values: Any) -> Any | None:
    """Dask array that this is, or that a DataArray holds, or None."""
    xarray = sys.modules.get("xarray")
    if xarray is not None and isinstance(values, xarray.DataArray):
        values = values.data
    return values if is_lazy(values) else None


def check_lazy(values: Any, rule: PixelRule) -> None:
    """Refuse a Dask array that cannot be worked through in parts.

    Raises
    ------
    ImageError
        Floats whose scale is not said, or a shape that is not known.
    """
    if values.dtype.kind == "f" and rule.scale is None:
        raise ImageError(
            "the scale of a Dask array of floats cannot be seen before it is computed; say "
            "scale='unit' or scale='byte'"
        )
    if any(np.isnan(length) for length in values.shape):
        raise ImageError(
            f"the shape {values.shape} of the Dask array is not known; call its "
            "compute_chunk_sizes() first"
        )


def map_lazy(
    values: Any,
    mapper: ColorMapper,
    rule: PixelRule,
    to_pixels: Callable[[NDArray[Any]], Pixels],
    *,
    has_mask: bool = False,
) -> Any:
    """Map an array that is not computed yet.

    Parameters
    ----------
    values : dask.array.Array, shape (..., channels)
        Its chunks are kept, but for the channels, which come together.
    mapper : ColorMapper
        It is one node of the graph, so that a worker gets it once.
    rule : PixelRule
        The one that `to_pixels` goes by.
    to_pixels : callable
        Brings a block of values to colors; it can be pickled.
    has_mask : bool
        Whether pixels may be masked for a reason other than alpha and NaN.

    Returns
    -------
    dask.array.Array of uint8 or uint16, shape (...)

    Raises
    ------
    ImageError
        Floats whose scale is not said, or a shape that is not known.
    """
    import dask.array as da
    from dask import delayed

    check_lazy(values, rule)
    is_float = values.dtype.kind == "f"
    has_alpha = values.shape[-1] in (2, 4) and rule.alpha == "mask"
    may_have_nodata = has_mask or has_alpha or is_float or mapper.max_distance is not None
    dtype = index_dtype(len(mapper.palette), has_nodata=may_have_nodata)
    whole = values.rechunk({values.ndim - 1: -1})
    return da.map_blocks(
        _map_block,
        whole,
        delayed(mapper, pure=True, traverse=False),
        to_pixels=to_pixels,
        index_type=dtype,
        drop_axis=whole.ndim - 1,
        dtype=dtype,
        meta=np.empty((0,) * (whole.ndim - 1), dtype=dtype),
    )


def _map_block(
    block: NDArray[Any],
    mapper: ColorMapper,
    *,
    to_pixels: Callable[[NDArray[Any]], Pixels],
    index_type: type[np.uint8] | type[np.uint16],
) -> IndexArray:
    return mapper.map_pixels(to_pixels(block)).astype(index_type, copy=False)
