"""Coordinate reference systems: parsed from names and codes, and as WKT for other programs."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from geoindex.errors import GeoindexError

if TYPE_CHECKING:
    from rasterio.crs import CRS

__all__ = ["esri_wkt", "parse_crs", "prj_wkt", "registered_crs"]


def parse_crs(crs: CRS | str | int | None, *, error: type[GeoindexError]) -> CRS | None:
    """Coordinate reference system of a name, code or WKT.

    Parameters
    ----------
    crs : rasterio.crs.CRS, str, int or None
        A number, also as text, is an EPSG code. None comes back as it is.
    error : type of GeoindexError
        Class of the error.

    Raises
    ------
    GeoindexError
        Of the class `error`: PROJ does not know it, or it is vertical or geocentric.
    """
    if crs is None:
        return None
    if isinstance(crs, str) and crs.strip().isdecimal():
        crs = int(crs)
    import rasterio
    from rasterio.crs import CRS

    try:
        # Without it PROJ would print its own line, too.
        with rasterio.Env():
            found = CRS.from_user_input(crs)
    except (RecursionError, ValueError) as reason:
        raise error(
            f"the coordinate reference system {str(crs)[:100]!r} is not known ({reason})"
        ) from None
    is_of_maps = found.is_geographic or found.is_projected
    if not is_of_maps and found.wkt.startswith(("VERT", "GEOCCS")):
        raise error(
            f"the coordinate reference system {str(crs)[:100]!r} is one of heights or of three "
            "axes, which no map has; name that of the map"
        )
    return found


def esri_wkt(crs: CRS) -> str:
    """WKT in ESRI's form, or in GDAL's if ESRI's cannot express the CRS."""
    from rasterio.errors import CRSError

    try:
        return str(crs.to_wkt(version="WKT1_ESRI"))
    except CRSError:
        return str(crs.to_wkt())


@lru_cache(maxsize=64)  # sheets of a batch share a CRS, and PROJ takes 6 ms for each
def prj_wkt(crs: CRS) -> str:
    """WKT for a ``.prj``: ESRI's, or GDAL's if ESRI's would lose part of the CRS."""
    import rasterio

    # Without it PROJ would print its own line, too.
    with rasterio.Env():
        wkt = esri_wkt(crs)
        is_same = registered_crs(type(crs).from_wkt(wkt)) == registered_crs(crs)
        return wkt if is_same else str(crs.to_wkt())


@lru_cache(maxsize=64)
def registered_crs(crs: CRS | None) -> CRS | None:
    """CRS with the names of the EPSG registry; ESRI's WKT spells many differently."""
    import rasterio

    # Without it PROJ would print its own line, too.
    with rasterio.Env():
        code = None if crs is None else crs.to_epsg()
    if crs is None or code is None:
        return crs
    registered = type(crs).from_epsg(code)
    return registered if esri_wkt(registered) == esri_wkt(crs) else crs
