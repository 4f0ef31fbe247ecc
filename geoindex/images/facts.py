"""What an image file says of itself, without its pixels."""

from __future__ import annotations

from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoindex.images.bands import has_color_table
from geoindex.images.drivers import open_raster

__all__ = ["describe_raster", "read_color_table"]


def describe_raster(path: str | PathLike[str]) -> dict[str, Any]:
    """Facts about an image file, as JSON values.

    Parameters
    ----------
    path : path-like
        As in :func:`geoindex.images.files.open_image`.

    Returns
    -------
    dict
        Kind, format, size, bands, dtype, transform and CRS.
    """
    with open_raster(path) as source:
        return {
            "kind": "image",
            "format": source.driver,
            "size": f"{source.width} x {source.height} pixels",
            "bands": [kind.name for kind in source.colorinterp],
            "dtype": source.dtypes[0],
            "transform": None if source.transform.is_identity else list(source.transform[:6]),
            "crs": None if source.crs is None else source.crs.to_string(),
            "gcps": len(source.gcps[0]),
        }


def read_color_table(path: str | PathLike[str]) -> NDArray[np.uint8] | None:
    """Read the color table of a one-band image file.

    Parameters
    ----------
    path : path-like
        PNG, GIF, BMP or TIFF.

    Returns
    -------
    ndarray of uint8, shape (n_colors, 3), or None
        None where the file has no color table.

    Raises
    ------
    MissingFileError
        There is no such file.
    ImageError
        The file is damaged or of another format.
    """
    with open_raster(path) as source:
        if not has_color_table(source):
            return None
        table = source.colormap(1)
    return np.array([table[index][:3] for index in sorted(table)], dtype=np.uint8)
