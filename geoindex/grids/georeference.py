"""What travels with the indices of a saved grid, as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from affine import Affine
from rasterio.control import GroundControlPoint
from rasterio.crs import CRS
from rasterio.errors import CRSError

from geoindex.errors import GridError
from geoindex.grid import IndexGrid

if TYPE_CHECKING:
    from geoindex.grids.writing import GridHeader

__all__ = [
    "georeference_from_json",
    "georeference_to_json",
]


def georeference_to_json(grid: IndexGrid | GridHeader) -> dict[str, Any]:
    """Transform, CRS and ground control points of a grid as JSON values."""
    return {
        "transform": None if grid.transform is None else list(grid.transform[:6]),
        "crs": None if grid.crs is None else grid.crs.to_wkt(),
        "gcps": [[gcp.row, gcp.col, gcp.x, gcp.y, gcp.z] for gcp in grid.gcps],
    }


def georeference_from_json(content: dict[str, Any], where: str) -> dict[str, Any]:
    """Fields of an :class:`IndexGrid` out of :func:`georeference_to_json`.

    Raises
    ------
    GridError
        One of them is damaged.
    """
    try:
        transform = content["transform"]
        crs = content["crs"]
        return {
            "transform": None if transform is None else Affine(*map(float, transform)),
            "crs": None if crs is None else CRS.from_wkt(crs),
            "gcps": tuple(
                GroundControlPoint(float(row), float(col), float(x), float(y), z)
                for row, col, x, y, z in content.get("gcps", ())
            ),
        }
    except (KeyError, TypeError, ValueError, CRSError) as error:
        raise GridError(f"{where}: the georeference is damaged ({error})") from None
