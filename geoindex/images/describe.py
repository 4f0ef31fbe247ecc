"""Facts about an image file without its pixels."""

from __future__ import annotations

from os import PathLike
from typing import Any

from geoindex.images.drivers import open_raster

__all__ = ["describe_raster"]


def describe_raster(path: str | PathLike[str]) -> dict[str, Any]:
    """Describe an image file as JSON values.

    Parameters
    ----------
    path : path-like
        As in :func:`geoindex.images.files.open_image`.

    Returns
    -------
    dict
        Kind, format, size, bands, dtype, transform, CRS and number of GCPs.
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
