"""The place of a grid as JSON, in sidecars and tags, to the last digit."""

from __future__ import annotations

from typing import Any

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
            place["transform"] = Affine(*map(float, content["transform"]))
        if content.get("crs") is not None:
            place["crs"] = CRS.from_wkt(content["crs"])
        if content.get("gcps"):
            place["gcps"] = tuple(
                GroundControlPoint(float(row), float(col), float(x), float(y), z)
                for row, col, x, y, z in content["gcps"]
            )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise GridError(f"{where}: the georeference is damaged ({error})") from None
    return place
