"""Names and colors of classes in GDAL's sidecar, for GIS programs.

QGIS 3.30 and later list exactly the rows of a raster attribute table, with names; older versions
and other programs read category names and color tables. See https://gdal.org, "PAM dataset" and
"Raster attribute tables". A count of pixels is left out: gdalwarp would keep it as it was.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence

from geoindex.palette import Palette
from geoindex.palettes.entries import one_line

__all__ = ["add_attribute_table", "add_category_names", "add_color_table"]

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


def add_attribute_table(band: ET.Element, palette: Palette, values: Sequence[int]) -> None:
    """Add the table of all classes, where `values` are those of the pixels."""
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
