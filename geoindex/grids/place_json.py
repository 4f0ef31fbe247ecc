"""Georeference of a grid as JSON for sidecars and tags, with all digits."""

from __future__ import annotations

import math
from typing import Any

import rasterio
from affine import Affine
from rasterio.control import GroundControlPoint
from rasterio.crs import CRS

from geoindex.errors import GridError
from geoindex.grids.headers import FileHeader

__all__ = ["place_from_json", "place_to_json"]


def place_to_json(header: FileHeader) -> dict[str, Any]:
    """JSON values of transform, CRS and ground control points."""
    return {
        "transform": None if header.transform is None else list(header.transform[:6]),
        "crs": None if header.crs is None else header.crs.to_wkt(),
        "gcps": [[gcp.row, gcp.col, gcp.x, gcp.y, gcp.z] for gcp in header.gcps],
    }


def place_from_json(content: dict[str, Any], where: str) -> dict[str, Any]:
    """Transform, CRS and ground control points, as far as they are given.

    Returns
    -------
    dict
        Fields of :class:`geoindex.images.place.Place`.

    Raises
    ------
    GridError
        The values are damaged.
    """
    place: dict[str, Any] = {}
    try:
        if content.get("transform") is not None:
            place["transform"] = _transform(content["transform"])
        if content.get("crs") is not None:
            # Within it, PROJ does not print its own message.
            with rasterio.Env():
                place["crs"] = CRS.from_wkt(content["crs"])
        if content.get("gcps"):
            place["gcps"] = tuple(
                GroundControlPoint(*map(_finite, point), None if z is None else _finite(z))
                for *point, z in content["gcps"]
            )
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
        raise GridError(f"{where}: the georeference is damaged ({error})") from None
    return place


def _transform(numbers: Any) -> Affine:
    """Transform that gives every pixel a different position."""
    transform = Affine(*map(_finite, numbers))
    if not transform.determinant:
        raise ValueError("its transform gives many pixels the same place")
    return transform


def _finite(value: Any) -> float:
    """Finite number of a JSON value."""
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{value!r} is not a finite number")
    return number
