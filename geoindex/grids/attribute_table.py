"""Names and colors of classes in GDAL's sidecar, for GIS programs.

QGIS 3.30 and later list exactly the rows of a raster attribute table, with names; older versions
and other programs read category names and color tables. See https://gdal.org, "PAM dataset" and
"Raster attribute tables". A count of pixels is left out: gdalwarp would keep it as it was.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from geoindex.palette import Palette
from geoindex.palettes.labels import one_line

__all__ = ["add_category_names", "add_color_table", "classes_xml", "write_pam"]

INTEGER, TEXT = "0", "2"
"""Types of GDAL's columns."""

# Name, type and usage of each column. A table without a value of usage 5, "MinMax", is not used.
COLUMNS = (
    ("Value", INTEGER, "5"),
    ("Class", TEXT, "2"),
    ("Red", INTEGER, "6"),
    ("Green", INTEGER, "7"),
    ("Blue", INTEGER, "8"),
)


def write_pam(path: Path, parts: Iterable[str]) -> None:
    """Write GDAL's sidecar (https://gdal.org, "PAM dataset") of parts in XML, if there are any."""
    content = "".join(parts)
    if content:
        # GDAL 3.6 does not find the table after an XML declaration.
        path.write_bytes(f"<PAMDataset>{content}</PAMDataset>".encode())


# A batch writes the same table beside each of its sheets; making it takes longer than the sheet.
@lru_cache(maxsize=4)
def classes_xml(palette: Palette, values: tuple[int, ...], *, names: bool, colors: bool) -> str:
    """Band of the sidecar that lists the classes by their pixel `values`.

    Parameters
    ----------
    palette : Palette
    values : tuple of int
        Pixel value of each palette row.
    names, colors : bool
        Whether to add lists of names and of colors to the table, which count from 0.

    Returns
    -------
    str
        XML.
    """
    band = ET.Element("PAMRasterBand", band="1")
    if names:
        add_category_names(band, palette, values)
    if colors:
        add_color_table(band, palette, values)
    _add_attribute_table(band, palette, values)
    return ET.tostring(band, encoding="unicode")


def _add_attribute_table(band: ET.Element, palette: Palette, values: Sequence[int]) -> None:
    """Add the table of all classes by their pixel `values`."""
    table = ET.SubElement(band, "GDALRasterAttributeTable", tableType="thematic")
    for number, (name, kind, usage) in enumerate(COLUMNS):
        column = ET.SubElement(table, "FieldDefn", index=str(number))
        for tag, text in (("Name", name), ("Type", kind), ("Usage", usage)):
            ET.SubElement(column, tag).text = text
    for row, (value, color) in enumerate(zip(values, palette.shown.tolist(), strict=True)):
        entry = ET.SubElement(table, "Row", index=str(row))
        for cell in (value, one_line(palette.label(row)), *color):
            ET.SubElement(entry, "F").text = str(cell)


def add_category_names(band: ET.Element, palette: Palette, values: Sequence[int]) -> None:
    """Add the names, which GDAL counts from 0; there may be none."""
    if palette.names is None:
        return
    categories = ET.SubElement(band, "CategoryNames")
    names = dict(zip(values, palette.names, strict=True))
    for value in range(max(names) + 1):
        ET.SubElement(categories, "Category").text = one_line(names.get(value, ""))


def add_color_table(band: ET.Element, palette: Palette, values: Sequence[int]) -> None:
    """Add the colors, for formats that hold none; values between classes are transparent."""
    colors = dict(zip(values, palette.shown.tolist(), strict=True))
    table = ET.SubElement(band, "ColorTable")
    for value in range(max(colors) + 1):
        red, green, blue = colors.get(value, (0, 0, 0))
        alpha = 255 if value in colors else 0
        channels = {"c1": red, "c2": green, "c3": blue, "c4": alpha}
        ET.SubElement(table, "Entry", {key: str(channel) for key, channel in channels.items()})
