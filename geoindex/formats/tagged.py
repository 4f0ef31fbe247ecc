"""Grids in image files: their color table, and what a text tag and GDAL's sidecar add to it."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoindex.errors import GridError
from geoindex.formats.atomic import atomic_output
from geoindex.formats.bands import has_color_table
from geoindex.formats.class_values import rows_of_values
from geoindex.formats.drivers import open_raster
from geoindex.formats.metadata import FORMAT_VERSION, dump_json, load_json
from geoindex.formats.palette_files.entries import one_line
from geoindex.formats.place import place_of
from geoindex.formats.writing import GridHeader
from geoindex.grid import IndexGrid
from geoindex.palette import Palette

__all__ = ["TAG", "read_tagged", "sidecar_path", "tag_content", "write_sidecar"]

TAG = "GEOINDEX"
"""Name of the text (a GDAL metadata item) that holds names and provenance as JSON."""


def tag_content(header: GridHeader, *, ascii_only: bool = False) -> str:
    """JSON for the tag: all that neither color table nor georeference hold."""
    palette = header.palette
    return dump_json(
        {
            "format_version": FORMAT_VERSION,
            "n_colors": len(palette),
            "palette_name": palette.name,
            "names": palette.names,
            "values": palette.values,
            "roles": palette.roles,
            "class_values": header.values,
            "provenance": header.provenance,
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
    with open_raster(path) as source:
        if not has_color_table(source):
            raise GridError(
                f"{path}: is not an index grid: it has {source.count} band(s) and no color "
                "table; make one with geoindex convert"
            )
        indices = source.read(1)
        nodata = None if source.nodata is None else int(source.nodata)
        table = source.colormap(1)
        tag = source.tags().get(TAG)
        place = place_of(source, path)
    content: dict[str, Any] = {} if tag is None else load_json(tag, f"{path}, tag {TAG}")
    colors = np.array([table[index][:3] for index in sorted(table)], dtype=np.uint8)
    values = content.get("values")
    is_values = bool(content.get("class_values")) and values is not None
    n_colors = content.get("n_colors", _used_rows(indices, colors, nodata))
    try:
        palette = Palette(
            colors[values] if is_values else colors[:n_colors],
            content.get("names"),
            name=content.get("palette_name"),
            values=values,
            roles=content.get("roles"),
        )
    except (IndexError, TypeError, ValueError) as error:
        raise GridError(f"{path}: the color table is damaged ({error})") from None
    if is_values:
        indices, nodata = rows_of_values(indices, palette, nodata, str(path))
    return IndexGrid(
        indices=indices,
        palette=palette,
        nodata=nodata,
        **place._asdict(),
        provenance=content.get("provenance", {}),
    )


def sidecar_path(path: Path) -> Path:
    """Place of GDAL's sidecar, which QGIS and ArcGIS read too."""
    return path.with_name(path.name + ".aux.xml")


def write_sidecar(path: Path, header: GridHeader, *, place: bool) -> None:
    """Write GDAL's sidecar (https://gdal.org, "PAM dataset") where there is something to say.

    Parameters
    ----------
    path : Path
        The image.
    header : GridHeader
        Its class names become category names.
    place : bool
        Whether the sidecar carries the georeference, too.
    """
    root = ET.Element("PAMDataset")
    if place:
        _add_place(root, header)
    if header.palette.names is not None:
        band = ET.SubElement(root, "PAMRasterBand", band="1")
        categories = ET.SubElement(band, "CategoryNames")
        names = dict(zip(header.pixel_values, header.palette.names, strict=True))
        # GDAL counts the categories from 0.
        for value in range(max(names) + 1):
            ET.SubElement(categories, "Category").text = one_line(names.get(value, ""))
    if len(root):
        with atomic_output(sidecar_path(path), overwrite=True) as temporary:
            ET.ElementTree(root).write(temporary, encoding="utf-8")


def _add_place(root: ET.Element, header: GridHeader) -> None:
    """Add transform, CRS and ground control points."""
    wkt = "" if header.crs is None else header.crs.to_wkt()
    if wkt and not header.gcps:
        ET.SubElement(root, "SRS").text = wkt
    if header.transform is not None:
        numbers = header.transform.to_gdal()
        ET.SubElement(root, "GeoTransform").text = ", ".join(repr(float(v)) for v in numbers)
    if header.gcps:
        points = ET.SubElement(root, "GCPList", Projection=wkt)
        for number, gcp in enumerate(header.gcps):
            ET.SubElement(
                points,
                "GCP",
                Id=str(number),
                Pixel=repr(gcp.col),
                Line=repr(gcp.row),
                X=repr(gcp.x),
                Y=repr(gcp.y),
                Z=repr(gcp.z or 0.0),
            )


def _used_rows(indices: NDArray[Any], colors: NDArray[Any], nodata: int | None) -> int:
    """Rows of a foreign color table without the black padding at its end."""
    classes = indices if nodata is None else indices[indices != nodata]
    used = int(classes.max()) + 1 if classes.size else 1
    colored = np.flatnonzero(colors.any(axis=1))
    rows = max(used, int(colored[-1]) + 1 if colored.size else 1)
    return rows if nodata is None or nodata >= rows else max(used, nodata)
