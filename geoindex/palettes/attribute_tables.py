"""Attribute tables of rasters: ``.vat.dbf`` of ArcGIS, and those of GDAL in ``.aux.xml``.

Sources: dBASE III+ and IV table files (header, field descriptors, records of fixed width); GDAL's
"Raster attribute table model" and its XML.
"""

from __future__ import annotations

import struct
import warnings
from collections.abc import Sequence
from pathlib import Path
from xml.etree.ElementTree import Element

from geoindex.errors import GeoindexWarning, PaletteError
from geoindex.files.small_files import read_small
from geoindex.palette import Palette
from geoindex.palettes.delimited import palette_of_table
from geoindex.palettes.entries import Request, text_of
from geoindex.palettes.styles.xml_tree import parse_xml
from geoindex.palettes.table_rows import Row, cell_number
from geoindex.rules.choices import is_whole

__all__ = ["is_gdal_table", "names_beside", "parse_dbf", "parse_gdal_table"]

HEADER = struct.Struct("<4xIHH20x")
FIELD = struct.Struct("<11sc4xB15x")
END_OF_FIELDS = b"\r"

TEXT_TYPES = b"CNFDLI"
"""Types of fields whose bytes are text; other types are skipped."""

USAGES = {"2": "name", "5": "value", "6": "red", "7": "green", "8": "blue", "9": "alpha"}
"""Meaning of a column of GDAL, by the number of its usage."""


def parse_dbf(content: bytes, request: Request) -> Palette:
    """Read the columns of a dBASE table, by the same rules as a table in text.

    Raises
    ------
    PaletteError
        The file is damaged, or has no colors.
    """
    header, rows, _ = _dbf_rows(content, request)
    return palette_of_table([header, *rows], request)


def _dbf_rows(content: bytes, request: Request) -> tuple[Row, list[Row], list[bool]]:
    """Header and rows of a dBASE table, and which columns hold text."""
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
            fields.append((name.partition(b"\0")[0], kind, slice(start, start + length)))
        start += length
    end = n_header + n_records * n_record
    if not fields or start > n_record or len(content) < end:
        raise request.error("is no dBASE table, or is cut short")
    lines = [[name for name, _, _ in fields]]
    for at in range(n_header, end, n_record):
        record = content[at : at + n_record]
        # A star marks a deleted record.
        if not record.startswith(b"*"):
            lines.append([record[place] for _, _, place in fields])
    # Decode all text at once, so that its encoding is detected only once.
    joined = b"\n".join(
        b"\t".join(cell.translate(None, b"\0\t\r\n").strip() for cell in line) for line in lines
    )
    rows = [Row(None, line.split("\t")) for line in text_of(joined, request).split("\n")]
    is_text = [kind == b"C" for _, kind, _ in fields]
    return rows[0], [row for row in rows[1:] if any(row.cells)], is_text


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
    header, rows = _gdal_rows(parse_xml(content, request))
    if header is None:
        raise request.error("holds no attribute table of GDAL")
    return palette_of_table([header, *rows], request)


def _gdal_rows(root: Element) -> tuple[Row | None, list[Row]]:
    """Header, from the usages of the columns, and rows of an attribute table of GDAL."""
    table = next(root.iter("GDALRasterAttributeTable"), None)
    if table is None:
        return None, []
    header = [
        USAGES.get(_text(field, "Usage")) or _text(field, "Name")
        for field in table.findall("FieldDefn")
    ]
    rows = [
        Row(None, [" ".join((cell.text or "").split()) for cell in row.findall("F")])
        for row in table.findall("Row")
    ]
    return Row(None, header), rows


def names_beside(path: Path) -> dict[int, str]:
    """Names of the values of an image, in the ``.aux.xml`` or the ``.vat.dbf`` beside it.

    Warns
    -----
    GeoindexWarning
        A file is there, and its names cannot be read or could be in several columns.
    """
    for ending, read in ((".aux.xml", _gdal_names), (".vat.dbf", _dbf_names)):
        beside = path.with_name(path.name + ending)
        if not beside.is_file():
            continue
        request = Request(where=str(beside))
        try:
            content = read_small(beside, "table of names", error=PaletteError)
            names = read(content, request)
        except PaletteError as error:
            warnings.warn(f"{error}; its names are left out", GeoindexWarning, stacklevel=2)
            continue
        if names:
            return names
    return {}


def _gdal_names(content: bytes, request: Request) -> dict[int, str]:
    """Names in the list of categories, or in the attribute table, of GDAL."""
    if b"<CategoryNames" not in content and not is_gdal_table(content):
        return {}
    root = parse_xml(content, request)
    categories = next(root.iter("CategoryNames"), None)
    if categories is not None:
        listed = [" ".join((one.text or "").split()) for one in categories.findall("Category")]
        return {value: name for value, name in enumerate(listed) if name}
    header, rows = _gdal_rows(root)
    cells = () if header is None else header.cells
    if "name" not in cells:
        return {}
    value = cells.index("value") if "value" in cells else None
    return _by_value(rows, value, cells.index("name"))


def _dbf_names(content: bytes, request: Request) -> dict[int, str]:
    """Names in the one column of text of a dBASE table."""
    header, rows, is_text = _dbf_rows(content, request)
    words = [cell.casefold() for cell in header.cells]
    texts = [place for place, text in enumerate(is_text) if text]
    if "value" not in words or not texts:
        return {}
    if len(texts) > 1:
        columns = ", ".join(header.cells[place] for place in texts)
        raise request.error(f"has names in several columns ({columns[:80]})")
    return _by_value(rows, words.index("value"), texts[0])


def _by_value(rows: Sequence[Row], value: int | None, name: int) -> dict[int, str]:
    """Names by value; if the table has no values, these are row numbers."""
    found: dict[int, str] = {}
    for place, row in enumerate(rows):
        if len(row.cells) <= max(value or 0, name):
            continue
        known = place if value is None else cell_number(row.cells[value])
        if is_whole(known) and row.cells[name]:
            found[int(known or 0)] = row.cells[name]
    return found


def _text(element: Element, name: str) -> str:
    """Text of a child, "" where it is missing."""
    return (element.findtext(name) or "").strip()
