"""Grids in image files: color table, text tag and GDAL's sidecar."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

from geoindex.files.json_text import FORMAT_VERSION, dump_json
from geoindex.files.whole_files import atomic_output
from geoindex.grid import IndexGrid
from geoindex.grids.class_values import rows_of_values
from geoindex.grids.writing import GridHeader
from geoindex.palettes.entries import one_line
from geoindex.palettes.raster import read_raster

__all__ = ["holds_values", "read_tagged", "sidecar_path", "tag_content", "write_sidecar"]


def tag_content(header: GridHeader, *, ascii_only: bool = False) -> str:
    """JSON for the tag: what neither color table nor georeference hold."""
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
            **({} if header.has_color_table else {"colors": palette.colors.tolist()}),
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
    raster = read_raster(path)
    indices, nodata = raster.indices, raster.nodata
    if raster.is_values:
        indices, nodata = rows_of_values(indices, raster.palette, nodata, str(path))
    return IndexGrid(
        indices=indices,
        palette=raster.palette,
        nodata=nodata,
        **raster.place._asdict(),
        provenance=raster.content.get("provenance", {}),
    )


def holds_values(path: Path) -> bool:
    """Whether a file that can be read holds class values."""
    return read_raster(path).is_values


def sidecar_path(path: Path) -> Path:
    """Place of GDAL's sidecar, which QGIS and ArcGIS read too."""
    return path.with_name(path.name + ".aux.xml")


def write_sidecar(path: Path, header: GridHeader, *, place: bool) -> None:
    """Write GDAL's sidecar (https://gdal.org, "PAM dataset") where there is something to store.

    Parameters
    ----------
    path : Path
        The image.
    header : GridHeader
        Its class names become category names.
    place : bool
        Whether the sidecar also holds the georeference.
    """
    root = ET.Element("PAMDataset")
    if place:
        _add_place(root, header)
    # GDAL counts the categories from 0, and none are in a list of millions.
    if header.palette.names is not None and header.has_color_table:
        band = ET.SubElement(root, "PAMRasterBand", band="1")
        categories = ET.SubElement(band, "CategoryNames")
        names = dict(zip(header.pixel_values, header.palette.names, strict=True))
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
