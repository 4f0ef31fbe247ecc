"""Palettes in Excel and OpenDocument workbooks, by the same rules as tables in text."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from geoindex.errors import PaletteError
from geoindex.palette import MAX_COLORS, Palette
from geoindex.palettes.delimited import palette_of_table
from geoindex.palettes.entries import Request
from geoindex.palettes.styles.layers import MapLayer, choose_layer
from geoindex.palettes.styles.xml_tree import parse_xml
from geoindex.palettes.table_rows import Row, has_color

if TYPE_CHECKING:
    from openpyxl import Workbook

__all__ = ["is_opendocument", "is_workbook", "parse_opendocument", "parse_workbook"]

OPENDOCUMENT = b"application/vnd.oasis.opendocument.spreadsheet"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"

LARGEST_CONTENT = 32 * 2**20
"""Largest unpacked size of a workbook, in bytes; the largest palette takes some megabytes."""

MOST_ROWS = MAX_COLORS + 1000
MOST_COLUMNS = 200


def is_workbook(content: bytes) -> bool:
    """Whether content is an Excel workbook of the formats since 2007."""
    return content.startswith(b"PK\x03\x04") and b"xl/workbook" in content


def parse_workbook(content: bytes, request: Request) -> Palette:
    """Read a palette from a sheet of an Excel workbook.

    Parameters
    ----------
    content : bytes
        Of an ``.xlsx`` or ``.xlsm`` file.
    request : Request
        Its `layer` names the sheet, if several hold colors.

    Raises
    ------
    PaletteError
        The file is damaged or too large, openpyxl is missing, or no sheet, or several, hold
        colors.
    """
    try:
        import openpyxl
    except ImportError:
        raise request.error(
            "Excel workbooks need openpyxl; install geoindex-raster[excel], or save the sheet as "
            ".csv"
        ) from None
    try:
        _check_size(content, request)
        with warnings.catch_warnings():
            # openpyxl warns of parts that it skips, such as drawings.
            warnings.simplefilter("ignore")
            # openpyxl parses XML with defusedxml if that is installed.
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            sheets = list(_sheets(book, request))
    except PaletteError:
        raise
    except Exception as error:  # noqa: BLE001  whatever a damaged part makes openpyxl raise
        cause = error.__cause__ or error
        reason = f"{type(cause).__name__}: {' '.join(str(cause).split())}"
        raise request.error(f"is a damaged Excel workbook ({reason[:200]})") from None
    return _palette_of_sheets(sheets, request)


def is_opendocument(content: bytes) -> bool:
    """Whether content is an OpenDocument spreadsheet."""
    return content.startswith(b"PK\x03\x04") and OPENDOCUMENT in content[:200]


def parse_opendocument(content: bytes, request: Request) -> Palette:
    """Read a palette from a sheet of an OpenDocument spreadsheet; see :func:`parse_workbook`.

    Raises
    ------
    PaletteError
        The file is damaged or too large, or no sheet, or several, hold colors.
    """
    try:
        _check_size(content, request)
        with ZipFile(io.BytesIO(content)) as parts:
            document = parts.read("content.xml")
    except PaletteError:
        raise
    except Exception as error:  # noqa: BLE001  whatever a damaged part makes zipfile raise
        raise request.error(f"is a damaged OpenDocument spreadsheet ({error})") from None
    root = parse_xml(document, request)
    sheets = [
        _sheet(table.get(f"{TABLE}name") or "", _opendocument_rows(table), request)
        for table in root.iter(f"{TABLE}table")
    ]
    return _palette_of_sheets(sheets, request)


def _palette_of_sheets(sheets: Sequence[MapLayer[list[Row]]], request: Request) -> Palette:
    """Palette of the sheet that the user named, or of the only one with colors."""
    if not any(sheet.has_classes for sheet in sheets):
        raise request.error(
            "holds no colors as text or numbers, such as columns r, g, b or hex; fill colors of "
            "cells are not read"
        )
    return palette_of_table(choose_layer(sheets, request, "sheet").style, request)


def _check_size(content: bytes, request: Request) -> None:
    """Raise an error for a file that unpacks to more than any palette needs."""
    with ZipFile(io.BytesIO(content)) as parts:
        # Even if the header lies, no more than this is unpacked.
        size = sum(part.file_size for part in parts.infolist())
    if size > LARGEST_CONTENT:
        raise request.error(
            f"unpacks to {size // 2**20:,} MB, so it is no palette file; save the table of colors "
            "as .csv"
        )


def _sheets(book: Workbook, request: Request) -> Iterator[MapLayer[list[Row]]]:
    """Sheets with their rows."""
    for sheet in book.worksheets:
        cells = sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS, values_only=True)
        numbered = enumerate((list(map(_text, row)) for row in cells), start=1)
        yield _sheet(sheet.title, numbered, request)


def _sheet(
    name: str, numbered: Iterable[tuple[int, list[str]]], request: Request
) -> MapLayer[list[Row]]:
    """Sheet with its rows, except empty ones and comments."""
    rows = []
    for number, cells in numbered:
        while cells and not cells[-1]:
            cells.pop()
        if cells and number > MOST_ROWS:
            raise request.error(f"sheet {name!r} has more than {MOST_ROWS:,} rows")
        row = Row(number, cells)
        if cells and not row.is_comment:
            rows.append(row)
    has_classes = any(has_color(row.cells) for row in rows)
    return MapLayer(name=name, has_classes=has_classes, style=rows)


def _opendocument_rows(table: Element) -> Iterator[tuple[int, list[str]]]:
    """Numbers and cells of the rows of a sheet, in which repetitions are written once."""
    number = 1
    for row in table.iter(f"{TABLE}table-row"):
        cells: list[str] = []
        for cell in row:
            if len(cells) < MOST_COLUMNS:
                count = min(_count(cell, "number-columns-repeated"), MOST_COLUMNS - len(cells))
                cells += [_opendocument_text(cell)] * count
        count = _count(row, "number-rows-repeated")
        # Files repeat empty rows to the end of the sheet.
        for place in range(number, number + (min(count, MOST_ROWS) if any(cells) else 1)):
            yield place, list(cells)
        number += count


def _opendocument_text(cell: Element) -> str:
    """Text of a cell: the stored number, without its format, or the displayed text."""
    number = cell.get(f"{OFFICE}value")
    if number is not None:
        return number.removesuffix(".0")
    lines = ("".join(part.itertext()) for part in cell.iter(f"{TEXT}p"))
    return " ".join(" ".join(lines).split())


def _count(element: Element, name: str) -> int:
    """How often a row or a cell is repeated."""
    text = element.get(f"{TABLE}{name}", "1")
    return int(text) if text.isdecimal() and len(text) < 10 else 1


def _text(cell: Any) -> str:
    """Text of a cell, as in a table in text."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, date) else " ".join(str(cell).split())
