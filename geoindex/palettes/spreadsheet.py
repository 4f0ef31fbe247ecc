"""Palettes in Excel workbooks: a table in one of the sheets, by the rules of tables in text."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

from geoindex.errors import PaletteError
from geoindex.palette import MAX_COLORS, Palette
from geoindex.palettes.delimited import palette_of_table
from geoindex.palettes.entries import Request
from geoindex.palettes.styles.layers import MapLayer, choose_layer
from geoindex.palettes.table_rows import Row, has_color

if TYPE_CHECKING:
    from openpyxl import Workbook

__all__ = ["is_workbook", "parse_workbook"]

LARGEST_CONTENT = 32 * 2**20
"""Bytes of all parts of a workbook when unpacked; the largest palette takes some megabytes."""

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

    Returns
    -------
    Palette

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
            # Of what is left out, such as drawings, nothing is wanted.
            warnings.simplefilter("ignore")
            # XML is parsed by defusedxml, which openpyxl takes where it is installed.
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            sheets = list(_sheets(book, request))
    except PaletteError:
        raise
    except Exception as error:  # noqa: BLE001  whatever a damaged part makes openpyxl raise
        cause = error.__cause__ or error
        reason = f"{type(cause).__name__}: {' '.join(str(cause).split())}"
        raise request.error(f"is a damaged Excel workbook ({reason[:200]})") from None
    if not any(sheet.has_classes for sheet in sheets):
        raise request.error(
            "holds no colors as text or numbers, such as columns r, g, b or hex; fill colors of "
            "cells are not read"
        )
    return palette_of_table(choose_layer(sheets, request, "sheet").style, request)


def _check_size(content: bytes, request: Request) -> None:
    """Refuse a file that unpacks to more than a palette has."""
    with ZipFile(io.BytesIO(content)) as parts:
        # No more than this is unpacked, even if it is not true.
        size = sum(part.file_size for part in parts.infolist())
    if size > LARGEST_CONTENT:
        raise request.error(
            f"unpacks to {size // 2**20:,} MB, so it is no palette file; save the table of colors "
            "as .csv"
        )


def _sheets(book: Workbook, request: Request) -> Iterator[MapLayer[list[Row]]]:
    """Sheets with their rows."""
    for sheet in book.worksheets:
        rows = list(_rows(sheet, request))
        yield MapLayer(
            name=sheet.title, has_classes=any(has_color(row.cells) for row in rows), style=rows
        )


def _rows(sheet: Any, request: Request) -> Iterator[Row]:
    """Rows that are not empty and no comments, with their numbers in the sheet."""
    cells = sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS, values_only=True)
    for number, found in enumerate(cells, start=1):
        row = Row(number, " \t".join(map(_text, found)).rstrip().split(" \t"))
        if number > MOST_ROWS and any(row.cells):
            raise request.error(f"sheet {sheet.title!r} has more than {MOST_ROWS:,} rows")
        if any(row.cells) and not row.is_comment:
            yield row


def _text(cell: Any) -> str:
    """Text of a cell as it stands in a table of text."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, date) else " ".join(str(cell).split())
