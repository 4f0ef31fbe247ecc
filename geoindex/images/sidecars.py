"""World files and ``.prj`` files beside an image, which GDAL does not read for all formats."""

from __future__ import annotations

import math
from pathlib import Path

import rasterio
from affine import Affine
from rasterio.crs import CRS
from rasterio.errors import CRSError

from geoindex.errors import ImageError
from geoindex.files.small_files import read_small

__all__ = [
    "crs_beside",
    "names_beside",
    "place_beside",
    "points_beside",
    "unread_places",
    "world_file",
    "world_file_transform",
]

LARGEST = 2**20
"""Bytes of a text beside an image; a WKT has thousands."""


def world_file_transform(path: Path) -> Affine | None:
    """Transform of the world file of an image.

    Returns
    -------
    Affine or None
        None if there is no world file.

    Raises
    ------
    ImageError
        The world file does not hold six numbers.
    """
    for name in _world_suffixes(path):
        beside = _beside(path, name)
        if beside is None:
            continue
        try:
            content = read_small(beside, "world file", error=ImageError, largest=LARGEST)
            # GDAL takes decimal commas, too.
            text = content.decode("utf-8-sig").replace(",", ".")
            a, d, b, e, x, y = map(float, text.split())
        except ValueError:
            a = d = b = e = x = y = math.nan
        if not math.isfinite(a + d + b + e + x + y) or a * e == b * d:
            raise ImageError(f"{beside}: is not a world file of six numbers; correct or remove it")
        # A world file gives the center of the first pixel, a transform its corner.
        return Affine(a, b, x - (a + b) / 2, d, e, y - (d + e) / 2)
    return None


def world_file(transform: Affine) -> str:
    """Text of the world file of a transform: six numbers, the last two a pixel center."""
    a, b, c, d, e, f = transform[:6]
    numbers = (a, d, b, e, c + (a + b) / 2, f + (d + e) / 2)
    return "".join(f"{float(number)!r}\n" for number in numbers)


def crs_beside(path: Path) -> CRS | None:
    """CRS of the ``.prj`` file of an image with a world file.

    Returns
    -------
    rasterio.crs.CRS or None
        None if there is no such file.

    Raises
    ------
    ImageError
        The file holds no WKT.
    """
    beside = _beside(path, ".prj")
    if beside is None:
        return None
    try:
        content = read_small(beside, ".prj file", error=ImageError, largest=LARGEST)
        # Within it, PROJ does not print its own message.
        with rasterio.Env():
            return CRS.from_wkt(content.decode("utf-8-sig"))
    except (CRSError, UnicodeDecodeError) as error:
        raise ImageError(
            f"{beside}: is not a coordinate reference system in WKT ({error}); correct or "
            "remove it"
        ) from error


def names_beside(path: Path) -> tuple[str, ...]:
    """Lower-case names of the files that are read together with an image.

    Returns
    -------
    tuple of str
        World files, ``.prj``, ``.aux.xml``, ``.msk``, ``.tab`` and ``.points``, whether they
        exist or not.
    """
    suffixes = (*_world_suffixes(path), ".prj", ".tab", ".points")
    names = [path.with_suffix(suffix).name for suffix in suffixes]
    names += [path.name + ending for ending in (".aux.xml", ".msk", ".points")]
    return tuple(name.lower() for name in names)


def points_beside(path: Path) -> list[Path]:
    """Files of control points that QGIS's georeferencer has saved beside an image."""
    named = [path.with_name(path.name + ".points"), path.with_suffix(".points")]
    return [beside for beside in named if beside.is_file()]


def unread_places(path: Path) -> list[Path]:
    """Files beside an image that give its place to other programs but are not read here.

    They are ground overlays of Google Earth, and the world files (``.pgwx``) that ArcGIS writes
    for places that a world file cannot tell.
    """
    suffixes = [".kml", *(f"{suffix}x" for suffix in _world_suffixes(path))]
    found = (_beside(path, suffix) for suffix in suffixes)
    return [beside for beside in found if beside is not None]


def place_beside(path: Path, *, crs_only: bool) -> list[Path]:
    """Files that would give an image a place.

    Parameters
    ----------
    path : Path
        The image, which need not be there.
    crs_only : bool
        Whether the image has a transform, so that only a CRS would be read.

    Returns
    -------
    list of Path
        World files, MapInfo's ``.tab``, which GDAL reads, and control points; or the ``.prj``.
    """
    suffixes = (".prj",) if crs_only else (*_world_suffixes(path), ".tab")
    found = (_beside(path, suffix) for suffix in suffixes)
    points = [] if crs_only else points_beside(path)
    return [*(beside for beside in found if beside is not None), *points]


def _world_suffixes(path: Path) -> tuple[str, ...]:
    """Possible suffixes of world files, the usual one first."""
    suffix = path.suffix
    if not suffix:
        return (".wld",)
    return (suffix[:2] + suffix[-1:] + "w", suffix + "w", ".wld")


def _beside(path: Path, suffix: str) -> Path | None:
    """File of the same name with another suffix, in lower or upper case; None if there is none."""
    for written in (suffix, suffix.upper()):
        beside = path.with_suffix(written)
        if beside != path and beside.is_file():
            return beside
    return None
