"""Tables in Excel workbooks, written by openpyxl, and in OpenDocument spreadsheets."""

from __future__ import annotations

import contextlib
import io
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from geoindex import load_palette
from geoindex.errors import GeoindexError, OptionError, PaletteError
from geoindex.palettes.entries import Request
from geoindex.palettes.spreadsheet import parse_workbook
from tests.support.command_line import printed
from tests.support.damage import damage

openpyxl = pytest.importorskip("openpyxl")

TABLE = [["Code", "Lithology", "Red", "Green", "Blue"], [11, "Gneiss", 250, 208, 200.0]]
TABLE += [[42, "Till, sandy\nor silty", 247, 236, 192]]


def save(path: Path, **sheets: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize(
    "rows",
    [
        TABLE,
        [["Legend of the map"], [], *TABLE, [None, "", None]],
        [["# made by hand"], [None, *TABLE[0]], [], *([None, *row] for row in TABLE[1:])],
        [
            ["value", "color", "unit"],
            [11, "#fad0c8", "Gneiss"],
            [42, "f7ecc0", "Till, sandy or silty"],
        ],
        [["value", "name", "r", "g", "b"]]
        + [[value, name, *(c / 255 for c in color)] for value, name, *color in TABLE[1:]],
        [
            ["value", "name", "r", "g", "b", "seen"],
            *([*row, date(2020, 1, 2)] for row in TABLE[1:]),
        ],
    ],
    ids=["plain", "title", "comment", "hex", "unit scale", "dates"],
)
@pytest.mark.filterwarnings("ignore:.*is taken for the header|.*holds text, too")
def test_rows_are_those_of_tables(tmp_path: Path, rows: list[list[object]]) -> None:
    palette = load_palette(save(tmp_path / "legend.xlsx", Legend=rows))
    assert palette.colors.tolist() == [[250, 208, 200], [247, 236, 192]]
    assert palette.names == ("Gneiss", "Till, sandy or silty")
    assert palette.values == (11, 42)


def test_the_sheet_with_colors_is_taken(tmp_path: Path) -> None:
    path = save(tmp_path / "legend.xlsx", Notes=[["Drawn in 2020"], [1, 2]], Legend=TABLE)
    assert len(load_palette(path)) == 2
    path = save(tmp_path / "two.xlsx", North=TABLE, South=TABLE[:2])
    with pytest.raises(PaletteError, match=r"holds 2 sheets with classes; .*layer=.*North, South"):
        load_palette(path)
    assert len(load_palette(path, layer="South")) == 1
    assert "Gneiss" in printed("palette", "show", path, "--layer", "South")
    with pytest.raises(PaletteError, match="holds no sheet 'East'; it holds: North, South"):
        load_palette(path, layer="East")


def test_errors_name_the_row_of_the_sheet(tmp_path: Path) -> None:
    path = save(tmp_path / "a.xlsx", Legend=[["A title"], [], *TABLE, [7, "Sand", 1, 2, "x"]])
    with pytest.raises(PaletteError, match=r"a\.xlsx, line 6: 'x' is not a number"):
        load_palette(path)
    path = save(tmp_path / "b.xlsx", Legend=[[11, 250, 208, 200, 255], [42, 1, 2, 3, 255]])
    with pytest.raises(PaletteError, match=r"line 1: starts with 5 numbers, .*columns="):
        load_palette(path)
    assert load_palette(path, columns="value,r,g,b,alpha").values == (11, 42)


def test_fill_colors_are_not_read(tmp_path: Path) -> None:
    path = save(tmp_path / "a.xlsx", Legend=[["Gneiss"], ["Till"]])
    with pytest.raises(PaletteError, match=r"holds no colors as text or numbers.*fill colors"):
        load_palette(path)


def test_without_openpyxl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(tmp_path / "legend.xlsx", Legend=TABLE)
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(PaletteError, match=r"need openpyxl; install geoindex-raster\[excel\]"):
        load_palette(path)


def changed(path: Path, part: str, content: bytes) -> Path:
    """Workbook with another content of one of its parts."""
    with zipfile.ZipFile(path) as parts:
        kept = {name: parts.read(name) for name in parts.namelist()}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as parts:
        for name, old in kept.items():
            parts.writestr(name, content if name == part else old)
    path.write_bytes(stream.getvalue())
    return path


LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;">]>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">
<c r="A1" t="str"><v>&c;</v></c></row></sheetData></worksheet>"""


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<worksheet>" + b" " * (40 * 2**20), "unpacks to 40 MB, so it is no palette file"),
        (LAUGHS, r"is a damaged Excel workbook \(EntitiesForbidden"),
        (b"<worksheet", "is a damaged Excel workbook"),
    ],
    ids=["bomb", "entities", "cut"],
)
def test_untrusted_workbooks(tmp_path: Path, content: bytes, message: str) -> None:
    path = save(tmp_path / "legend.xlsx", Legend=TABLE)
    with pytest.raises(PaletteError, match=message):
        load_palette(changed(path, "xl/worksheets/sheet1.xml", content))


def test_a_cell_far_away_takes_no_memory(tmp_path: Path) -> None:
    """The sheet of its corners would have 17 thousand million cells."""
    path = save(tmp_path / "far.xlsx", Legend=TABLE)
    book = openpyxl.load_workbook(path)
    book.active["XFD1048576"] = "far"
    book.save(path)
    assert len(load_palette(path)) == 2


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(change=damage())
@pytest.mark.filterwarnings("ignore::geoindex.errors.GeoindexWarning")
def test_damaged_workbooks(tmp_path: Path, change: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "legend.xlsx"
    content = path.read_bytes() if path.exists() else save(path, Legend=TABLE).read_bytes()
    with contextlib.suppress(GeoindexError):
        assert len(parse_workbook(change(content), Request(where="p"))) >= 1


@pytest.mark.parametrize("content", [b"", b"PK\3\4xl/workbook", b"a,b,c"])
def test_what_is_no_workbook(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.xlsx").write_bytes(content)
    with pytest.raises(PaletteError, match="is a damaged Excel workbook"):
        load_palette(tmp_path / "a.xlsx")


def test_columns_of_a_format_without_tables(tmp_path: Path) -> None:
    (tmp_path / "a.gpl").write_text("GIMP Palette\n1 2 3\n")
    with pytest.raises(OptionError, match="is no table"):
        load_palette(tmp_path / "a.gpl", columns="r,g,b")


OPENDOCUMENT = """<office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">
<office:body><office:spreadsheet>{}</office:spreadsheet></office:body></office:document-content>"""

REST = """<table:table-row table:number-rows-repeated="1048000">
<table:table-cell table:number-columns-repeated="16384"/></table:table-row>"""


def opendocument(path: Path, **sheets: list[list[object]]) -> Path:
    """Write a spreadsheet as LibreOffice does: repetitions once, empty cells to the end."""
    tables = []
    for name, rows in sheets.items():
        lines = []
        for row in rows:
            cells = "".join(
                f'<table:table-cell office:value-type="float" office:value="{cell}">'
                f"<text:p>{cell},00</text:p></table:table-cell>"
                if isinstance(cell, int | float)
                else f"<table:table-cell><text:p>{cell}</text:p></table:table-cell>"
                for cell in row
            )
            rest = '<table:table-cell table:number-columns-repeated="16000"/>'
            lines.append(f"<table:table-row>{cells}{rest}</table:table-row>")
        tables.append(f'<table:table table:name="{name}">{"".join(lines)}{REST}</table:table>')
    return pack(path, OPENDOCUMENT.format("".join(tables)).encode())


def pack(path: Path, content: bytes) -> Path:
    """Spreadsheet of this content."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as parts:
        kind = "application/vnd.oasis.opendocument.spreadsheet"
        parts.writestr("mimetype", kind, zipfile.ZIP_STORED)
        parts.writestr("content.xml", content)
    return path


def test_opendocument_spreadsheets(tmp_path: Path) -> None:
    path = opendocument(tmp_path / "a.ods", Notes=[["Drawn", 1998]], Legend=[["Sheet 5"], *TABLE])
    palette = load_palette(path)
    assert palette.colors.tolist() == [[250, 208, 200], [247, 236, 192]]
    assert palette.names == ("Gneiss", "Till, sandy or silty")
    assert palette.values == (11, 42)
    two = opendocument(tmp_path / "two.csv", North=TABLE, South=TABLE[:2])
    with pytest.raises(PaletteError, match=r"holds 2 sheets with classes; .*North, South"):
        load_palette(two)
    assert len(load_palette(two, layer="South")) == 1


def test_repeated_cells_and_rows(tmp_path: Path) -> None:
    row = """<table:table-row table:number-rows-repeated="{}"><table:table-cell
        table:number-columns-repeated="3" office:value="7"/></table:table-row>"""
    table = '<table:table table:name="a"><table:table-row table:number-rows-repeated="3"/>{}'
    for rows, expected in ((2, [[7, 7, 7]] * 2), (10**8, None)):
        content = OPENDOCUMENT.format((table + "</table:table>").format(row.format(rows)))
        path = pack(tmp_path / f"{rows}.ods", content.encode())
        if expected is None:
            with pytest.raises(PaletteError, match="sheet 'a' has more than 66,535 rows"):
                load_palette(path)
        else:
            assert load_palette(path).colors.tolist() == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<a>" + b" " * (40 * 2**20), "unpacks to 40 MB, so it is no palette file"),
        (b'<!DOCTYPE a [<!ENTITY b "ha">]><a>&b;</a>', "holds unsafe XML"),
        (b"<a", "is damaged XML"),
        (b"<a/>", "holds no colors as text or numbers"),
    ],
)
def test_untrusted_opendocument(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(PaletteError, match=message):
        load_palette(pack(tmp_path / "a.ods", content))
    (tmp_path / "b.ods").write_bytes((tmp_path / "a.ods").read_bytes()[:-60])
    with pytest.raises(PaletteError, match="is a damaged OpenDocument spreadsheet"):
        load_palette(tmp_path / "b.ods")
