"""What travels with the indices of a saved grid, as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
from affine import Affine
from rasterio.control import GroundControlPoint
from rasterio.crs import CRS
from rasterio.errors import CRSError

from geoindex.errors import GridError, PaletteError
from geoindex.grid import IndexGrid
from geoindex.palette import Palette

if TYPE_CHECKING:
    from geoindex.formats.writing import GridHeader

__all__ = [
    "FORMAT_VERSION",
    "dump_json",
    "georeference_from_json",
    "georeference_to_json",
    "load_json",
    "palette_from_json",
    "palette_to_json",
]

FORMAT_VERSION = 1


def dump_json(
    content: dict[str, Any], *, indent: int | None = None, ascii_only: bool = False
) -> str:
    """JSON text of the same bytes for the same content."""
    return json.dumps(
        content, sort_keys=True, ensure_ascii=ascii_only, indent=indent, default=_plain
    )


def _plain(value: Any) -> Any:
    """Python number of a numpy one."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{value!r} cannot be written as JSON")


def load_json(text: str, where: str) -> dict[str, Any]:
    """Parse the JSON object that :func:`dump_json` wrote.

    Parameters
    ----------
    text : str
        The JSON.
    where : str
        Name of the place for error messages.

    Raises
    ------
    GridError
        It is no JSON object, or of a later version than this geoindex knows.
    """
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise GridError(f"{where}: is not the JSON that geoindex writes ({error})") from None
    if not isinstance(content, dict):
        raise GridError(f"{where}: is not the JSON object that geoindex writes")
    version = content.get("format_version")
    if version != FORMAT_VERSION:
        raise GridError(
            f"{where}: has format version {version}, this geoindex reads {FORMAT_VERSION}; "
            "install a newer geoindex"
        )
    return content


def palette_to_json(palette: Palette) -> dict[str, Any]:
    """Palette as a JSON object with ``#rrggbb`` colors."""
    return {
        "name": palette.name,
        "colors": ["#" + bytes(color).hex() for color in palette.colors],
        "names": palette.names,
        "values": palette.values,
        "roles": palette.roles,
    }


def palette_from_json(content: Any, where: str) -> Palette:
    """Palette of :func:`palette_to_json`.

    Raises
    ------
    GridError
        The object is not such a palette.
    """
    try:
        colors = [tuple(bytes.fromhex(color.removeprefix("#"))) for color in content["colors"]]
        return Palette(
            colors,
            content["names"],
            name=content["name"],
            values=content.get("values"),
            roles=content.get("roles"),
        )
    except (AttributeError, KeyError, TypeError, ValueError, PaletteError) as error:
        raise GridError(f"{where}: the palette is damaged ({error})") from None


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
