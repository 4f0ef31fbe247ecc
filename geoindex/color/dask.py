"""Dask arrays, mapped block by block when they are computed.

Needs ``geoindex-raster[dask]``. The dtype of the result must be known before the pixels are, so
floats need a scale, and indices of 256 colors are uint16 if any pixel could be nodata. Otherwise
the result equals that of an array in memory.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoindex.color.mapper import ColorMapper
from geoindex.color.pixels import PixelRule, Pixels
from geoindex.errors import ImageError, OptionError
from geoindex.rules.indices import IndexArray, index_dtype, is_lazy

__all__ = ["check_lazy", "lazy_index_type", "lazy_values", "map_lazy"]


def lazy_values(values: Any) -> Any | None:
    """Dask array itself or in a DataArray; None for anything else."""
    xarray = sys.modules.get("xarray")
    if xarray is not None and isinstance(values, xarray.DataArray):
        values = values.data
    return values if is_lazy(values) else None


def check_lazy(values: Any, rule: PixelRule) -> None:
    """Raise an error for a Dask array that cannot be mapped in blocks.

    Raises
    ------
    ImageError
        The array holds floats and `rule` has no scale, or its shape is unknown.
    OptionError
        A collar is looked for, which needs the whole image.
    """
    if values.dtype.kind == "f" and rule.scale is None:
        raise ImageError(
            "the scale of a Dask array of floats is unknown until it is computed; set "
            "scale='unit' or scale='byte'"
        )
    if rule.collar_rgbs:
        raise OptionError(
            "a collar may be joined to the border through other chunks of a Dask array; compute "
            "the array first, or give the file"
        )
    if any(np.isnan(length) for length in values.shape):
        raise ImageError(
            f"the shape {values.shape} of the Dask array is unknown; call its "
            "compute_chunk_sizes() first"
        )


def lazy_index_type(
    values: Any, mapper: ColorMapper, rule: PixelRule, *, has_mask: bool
) -> type[np.uint8] | type[np.uint16]:
    """Dtype of the indices of a Dask array, which must be known before the pixels are.

    Raises
    ------
    ImageError
        The array cannot be mapped in blocks.
    """
    check_lazy(values, rule)
    is_float = values.dtype.kind == "f"
    has_alpha = values.shape[-1] in (2, 4) and rule.alpha == "mask"
    may_have_nodata = has_mask or has_alpha or is_float or mapper.max_distance is not None
    return index_dtype(len(mapper.palette), has_nodata=may_have_nodata)


def map_lazy(
    values: Any,
    mapper: ColorMapper,
    rule: PixelRule,
    to_pixels: Callable[[NDArray[Any]], Pixels],
    *,
    has_mask: bool = False,
) -> Any:
    """Map a Dask array without computing it.

    Parameters
    ----------
    values : dask.array.Array, shape (..., channels)
        Its chunks are kept, except that the channels are merged into one.
    mapper : ColorMapper
        It becomes one node of the graph, so that each worker receives it once.
    rule : PixelRule
        The rule that `to_pixels` applies.
    to_pixels : callable
        Converts a block of values to colors; must be picklable.
    has_mask : bool
        Whether pixels may be masked other than by alpha and NaN.

    Returns
    -------
    dask.array.Array of uint8 or uint16, shape (...)

    Raises
    ------
    ImageError
        The array holds floats and `rule` has no scale, or its shape is unknown.
    OptionError
        A collar is looked for, which needs the whole image.
    """
    import dask.array as da
    from dask import delayed

    dtype = lazy_index_type(values, mapper, rule, has_mask=has_mask)
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
