"""Grids in image files: color table, text tag and GDAL's sidecar."""

from __future__ import annotations

import math
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from affine import Affine

from geoindex.errors import GeoindexWarning, GridError, errors_of
from geoindex.files.json_text import FORMAT_VERSION, dump_json
from geoindex.grid import IndexGrid
from geoindex.grids.attribute_table import classes_xml, write_pam
from geoindex.grids.class_values import FileNumbering, rows_of_values
from geoindex.grids.headers import FileHeader, GridHeader
from geoindex.grids.place_json import place_from_json
from geoindex.images.headers import TAG
from geoindex.images.place import Place
from geoindex.images.sidecars import place_beside
from geoindex.palettes.raster import RasterPalette, read_raster

__all__ = ["file_numbering", "read_tagged", "sidecar_path", "tag_content", "write_sidecar"]

MOST_PIXELS = 0.01
"""Largest difference of two transforms that count as equal."""


def tag_content(header: FileHeader, place: dict[str, Any], *, ascii_only: bool = False) -> str:
    """JSON for the tag: everything that color table and georeference cannot hold."""
    return dump_json(
        {
            "format_version": FORMAT_VERSION,
            **header.tag_fields,
            "provenance": header.provenance,
            **({"place": place} if place else {}),
        },
        ascii_only=ascii_only,
    )


def read_tagged(path: Path) -> IndexGrid:
    """Read a one-band image with a color table, ours or another program's.

    Raises
    ------
    GridError
        The file has no color table, more bands, or indices outside its table.
    """
    raster = read_raster(path)
    indices, nodata = raster.indices, raster.nodata
    if raster.is_values or indices.dtype not in (np.uint8, np.uint16):
        numbers = (raster.palette.values if raster.is_values else None) or range(
            len(raster.palette)
        )
        indices, nodata = rows_of_values(indices, numbers, nodata, str(path))
    place = _place(raster, path)
    with errors_of(path):
        return IndexGrid(
            indices=indices,
            palette=raster.palette,
            nodata=nodata,
            **place._asdict(),
            provenance=raster.content.get("provenance", {}),
        )


def file_numbering(path: Path) -> FileNumbering:
    """How a file that can be read numbers its classes."""
    raster = read_raster(path)
    return FileNumbering.of(
        values=raster.is_values, nodata=raster.nodata, dtype=raster.indices.dtype
    )


def _place(raster: RasterPalette, path: Path) -> Place:
    """Georeference of an image, from its tag, or else from the file and its sidecars.

    Warns
    -----
    GeoindexWarning
        The files beside the image are those of another one.
    """
    content, found = raster.content.get("place", {}), raster.place
    if not isinstance(content, dict):
        raise GridError(f"{path}, tag {TAG}: the georeference is damaged")
    kept = place_from_json(content, f"{path}, tag {TAG}")
    if "transform" in kept:
        kept["gcps"] = ()
    elif "gcps" in kept:
        kept["transform"] = None
    own = found._replace(**kept)
    is_other = found.crs is not None and own.crs != found.crs
    if found.transform is not None and own.transform != found.transform:
        is_other = is_other or not _agree(own.transform, found.transform, raster.indices.shape)
    # Without its sidecar, a GeoTIFF may have less in its keys than in its tag.
    if is_other and (
        sidecar_path(path).is_file()
        or any(place_beside(path, crs_only=crs_only) for crs_only in (True, False))
    ):
        warnings.warn(
            f"{path}: the files beside it give it another place than it was saved with, which is "
            "kept; save the grid again to replace the files",
            GeoindexWarning,
            stacklevel=4,
        )
    return own


def _agree(one: Affine | None, other: Affine, shape: tuple[int, int]) -> bool:
    """Whether two transforms differ only by the rounding of text."""
    if one is None:
        return False
    rows, cols = shape
    shifts = (~one @ (other @ corner) for corner in ((0, 0), (cols, 0), (0, rows)))
    wanted = ((0, 0), (cols, 0), (0, rows))
    pairs = zip(shifts, wanted, strict=True)
    return all(math.dist(shift, corner) < MOST_PIXELS for shift, corner in pairs)


def sidecar_path(path: Path) -> Path:
    """Path of GDAL's sidecar, which QGIS and ArcGIS also read."""
    return path.with_name(path.name + ".aux.xml")


def write_sidecar(path: Path, header: FileHeader, *, place: dict[str, Any]) -> None:
    """Write GDAL's sidecar (https://gdal.org, "PAM dataset") where there is something to store.

    Parameters
    ----------
    path : Path
        The sidecar.
    header : FileHeader
        Classes become category names and a raster attribute table.
    place : dict
        What the sidecar also holds of the georeference, by :func:`place_to_json`.
    """
    classes = _classes(header) if isinstance(header, GridHeader) else ""
    write_pam(path, [*_place_parts(place), classes])


def _classes(header: GridHeader) -> str:
    """Names and colors of the classes; "" if the color table is enough."""
    palette = header.palette
    if palette.names is None and len(palette) == 256 and header.pixel_dtype == np.uint8:
        return ""
    # GDAL counts categories from 0, so large class values would need a list of millions.
    names = header.has_color_table
    return classes_xml(palette, tuple(header.pixel_values), names=names, colors=False)


def _place_parts(place: dict[str, Any]) -> Iterator[str]:
    """Transform, CRS and ground control points in XML."""
    wkt = place.get("crs") or ""
    if wkt and not place.get("gcps"):
        yield _element("SRS", wkt)
    if place.get("transform") is not None:
        numbers = Affine(*place["transform"]).to_gdal()
        yield _element("GeoTransform", ", ".join(repr(float(v)) for v in numbers))
    if place.get("gcps"):
        points = ET.Element("GCPList", Projection=wkt)
        for number, (row, col, x, y, z) in enumerate(place["gcps"]):
            names = dict(zip("XYZ", map(repr, (x, y, z or 0.0)), strict=True))
            at = {"Id": str(number), "Pixel": repr(col), "Line": repr(row)}
            ET.SubElement(points, "GCP", at | names)
        yield ET.tostring(points, encoding="unicode")


def _element(tag: str, text: str) -> str:
    """Write an element of text in XML."""
    element = ET.Element(tag)
    element.text = text
    return ET.tostring(element, encoding="unicode")
