"""Arrays in non-native byte order, as in FITS and NetCDF 3 files."""

from __future__ import annotations

from typing import Any

__all__ = ["in_native_order"]


def in_native_order(values: Any) -> Any:
    """Return the same numbers in this machine's byte order.

    ``>u2`` is not equal to ``uint16``, and compiled kernels do not take it.

    Returns
    -------
    ndarray, masked array or dask.array.Array
        `values` itself if their order is the native one.
    """
    dtype = values.dtype
    return values if dtype.isnative else values.astype(dtype.newbyteorder("="))
