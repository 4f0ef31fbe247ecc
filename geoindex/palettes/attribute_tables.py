"""Attribute tables of rasters: ``.vat.dbf`` of ArcGIS, and those of GDAL in ``.aux.xml``.

Sources: dBASE III+ and IV table files (header, field descriptors, records of fixed width); GDAL's
"Raster attribute table model" and its XML.
"""

from __future__ import annotations

import struct
from xml.etree.ElementTree import Element

from geoindex.palette import Palette
from geoindex.palettes.delimited import palette_of_table
from geoindex.palettes.entries import Request, text_of
from geoindex.palettes.styles.xml_tree import parse_xml
from geoindex.palettes.table_rows import Row

__all__ = ["is_gdal_table", "parse_dbf", "parse_gdal_table"]

HEADER = struct.Struct("<4xIHH20x")
FIELD = struct.Struct("<11sc4xB15x")
END_OF_FIELDS = b"\r"

TEXT_TYPES = b"CNFDLI"
"""Types of fields that hold text; of those in other files nothing is known."""

USAGES = {"2": "name", "5": "value", "6": "red", "7": "green", "8": "blue", "9": "alpha"}
"""Meaning of a column of GDAL, by the number of its usage."""


def parse_dbf(content: bytes, request: Request) -> Palette:
    """Read the columns of a dBASE table by the rules of tables in text.

    Raises
    ------
    PaletteError
        The file is damaged, or has no colors.
    """
    if len(content) < HEADER.size + FIELD.size:
        raise request.error("is no dBASE table, or is cut short")
    n_records, n_header, n_record = HEADER.unpack_from(content)
    fields = []
    start = 1
    for at in range(HEADER.size, min(n_header, len(content)) - FIELD.size + 1, FIELD.size):
        if content[at : at + 1] == END_OF_FIELDS:
            break
        name, kind, length = FIELD.unpack_from(content, at)
        if kind in TEXT_TYPES:
            fields.append((name.partition(b"\0")[0], start, length))
        start += length
    if not fields or start > n_record or len(content) < n_header + n_records * n_record:
        raise request.error("is no dBASE table, or is cut short")
    records = [
        content[at : at + n_record]
        for at in range(n_header, n_header + n_records * n_record, n_record)
    ]
    lines = [[name for name, _, _ in fields]]
    # A star marks what was deleted.
    lines += [
        [record[start : start + length] for _, start, length in fields]
        for record in records
        if not record.startswith(b"*")
    ]
    # All text at once, so that its encoding is found once.
    joined = b"\n".join(
        b"\t".join(cell.translate(None, b"\0\t\r\n").strip() for cell in line) for line in lines
    )
    text = text_of(joined, request)
    rows = [Row(None, line.split("\t")) for line in text.split("\n")]
    return palette_of_table([row for row in rows if any(row.cells)], request)


def is_gdal_table(content: bytes) -> bool:
    """Whether XML holds an attribute table of GDAL."""
    return b"<GDALRasterAttributeTable" in content


def parse_gdal_table(content: bytes, request: Request) -> Palette:
    """Read the first attribute table of an ``.aux.xml`` or ``.vrt`` file.

    Raises
    ------
    PaletteError
        The XML is damaged, or the table has no colors.
    """
    root = parse_xml(content, request)
    table = next(root.iter("GDALRasterAttributeTable"), None)
    if table is None:
        raise request.error("holds no attribute table of GDAL")
    header = [
        USAGES.get(_text(field, "Usage")) or _text(field, "Name")
        for field in table.findall("FieldDefn")
    ]
    rows = [
        Row(None, [" ".join((cell.text or "").split()) for cell in row.findall("F")])
        for row in table.findall("Row")
    ]
    return palette_of_table([Row(None, header), *rows], request)


def _text(element: Element, name: str) -> str:
    """Text of a child, "" where it is missing."""
    return (element.findtext(name) or "").strip()
