"""Arrays of palette indices: their dtype, their nodata, and whether they are lazy."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["IndexArray", "index_dtype", "is_lazy", "nodata_value"]

IndexArray = NDArray[np.uint8 | np.uint16]
"""Palette indices; uint8 or uint16."""


def index_dtype(n_colors: int, *, has_nodata: bool) -> type[np.uint8] | type[np.uint16]:
    """Smallest dtype that holds the indices of a palette and, if needed, nodata.

    Parameters
    ----------
    n_colors : int
        Number of palette colors.
    has_nodata : bool
        Whether any pixel is nodata.

    Returns
    -------
    numpy.uint8 or numpy.uint16
        uint8 for up to 256 values, nodata included.

    Examples
    --------
    >>> from geoindex.rules.indices import index_dtype
    >>> index_dtype(256, has_nodata=False).__name__, index_dtype(256, has_nodata=True).__name__
    ('uint8', 'uint16')
    """
    return np.uint8 if n_colors + int(has_nodata) <= 256 else np.uint16


def nodata_value(n_colors: int, dtype: np.typing.DTypeLike) -> int | None:
    """Nodata value of a grid: the largest value of its dtype, unless a color uses it.

    Parameters
    ----------
    n_colors : int
        Number of palette colors.
    dtype : dtype
        uint8 or uint16.

    Returns
    -------
    int or None
        255 in uint8, or None there with 256 colors; 65535 in uint16.
    """
    largest = int(np.iinfo(np.dtype(dtype)).max)
    return largest if n_colors <= largest else None


def is_lazy(values: Any) -> bool:
    """Whether `values` is a Dask array."""
    dask = sys.modules.get("dask.array")
    return dask is not None and isinstance(values, dask.Array)
