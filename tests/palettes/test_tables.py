"""Tables of colors as people keep them: the columns, or an error that asks, never a guess."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import NamedTuple

import matplotlib.colors
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import CSS4_COLORS

from geoindex import load_palette
from geoindex.errors import GeoindexWarning, OptionError, PaletteError
from geoindex.palette import Palette
from geoindex.palettes.by_value import is_gdal_text
from geoindex.palettes.delimited import parse_delimited
from geoindex.palettes.entries import Request
from geoindex.rules.css_colors import CSS_COLORS


def read(text: str, **options: object) -> Palette:
    return parse_delimited(text.encode(), Request(where="p", **options))


class Table(NamedTuple):
    """A table of water, (72, 109, 162), and wetlands, (113, 164, 193); both from the NLCD."""

    id: str
    text: str
    values: tuple[int, int] | None = None
    is_named: bool = True


CODES = (11, 95)

TABLES = [
    Table(
        "pixel value",
        "Pixel Value,Land Cover Class,R,G,B\n11,W,72,109,162\n95,L,113,164,193",
        CODES,
    ),
    Table(
        "names by content",
        "Code;Lithology;Red;Green;Blue\n11;W;72;109;162\n95;L;113;164;193",
        CODES,
    ),
    Table("Dutch", "R;G;B;Eenheid\n72;109;162;W\n113;164;193;L"),
    Table("French with an accent", "R;G;B;Unité\n72;109;162;W\n113;164;193;L"),
    Table(
        "legend beside a grid",
        "index,r,g,b,name,value\n0,72,109,162,W,11\n1,113,164,193,L,95",
        CODES,
    ),
    Table("id before value", "id,value,r,g,b,name\n7,11,72,109,162,W\n8,95,113,164,193,L", CODES),
    Table(
        "attribute table",
        "Value,Count,Red,Green,Blue,Class_Name\n11,5,72,109,162,W\n95,5,113,164,193,L",
        CODES,
    ),
    Table("channels 0-255", "R (0-255),G (0-255),B (0-255),Name\n72,109,162,W\n113,164,193,L"),
    Table("decimal commas", "R;G;B;Name\n72,0;109,0;162,0;W\n113,0;164,0;193,0;L"),
    Table("rgb()", 'Name;Color\nW;rgb(72,109,162)\nL;"rgb(113, 164, 193)"'),
    Table("slashes", "11;72/109/162;W\n95;113/164/193;L", CODES),
    Table("hyphens", "Name,RGB\nW,72-109-162\nL,113-164-193"),
    Table("a triple in quotes", 'Code,Name,RGB\n11,W,"72,109,162"\n95,L,"113,164,193"', CODES),
    Table("hex without #", "color,name,value\n486da2,W,11\n71a4c1,L,95", CODES),
    Table("aligned", "11  W           72 109 162\n95  L          113 164 193", CODES),
    Table(
        "name between blanks", "Open water 72 109 162\nWoody wet lands 113 164 193", None, False
    ),
    Table("code, color, name by blanks", "11 #486da2 W\n95 #71a4c1 L", CODES),
    Table("code, name, numbers", "11 W 72 109 162\n95 L 113 164 193", CODES),
    Table("code, name, numbers by commas", "11,W,72,109,162\n95,L,113,164,193", CODES),
    Table("aligned for two digits", "9   W    72 109 162\n95  L   113 164 193", (9, 95)),
    Table("aligned for one digit", "9  W   72 109 162\n95 L  113 164 193", (9, 95)),
    Table("hex without # and header", "486da2,W\n71a4c1,L"),
    Table("hex alone", "486da2\n71a4c1", None, False),
    Table("names with colons", "W: #486da2\nL: #71a4c1"),
    Table("names with equals signs", "W = 72,109,162\nL = 113,164,193"),
    Table("sep=", "sep=;\nName;R;G;B\nW;72;109;162\nL;113;164;193"),
    Table(
        "titles and empty rows", "Sheet 12;;;\n;;;\nName;R;G;B\nW;72;109;162\n;;;\nL;113;164;193"
    ),
    Table("bars", "Name|R|G|B\nW|72|109|162\nL|113|164|193"),
    Table("line break in a name", 'r,g,b,name\n72,109,162,"W"\n\n113,164,193,"L"\n'),
    Table(
        "unit scale in German", "R;G;B;Name\n0,28235;0,42745;0,63529;W\n0,44314;0,64314;0,75686;L"
    ),
]


@pytest.mark.parametrize("table", TABLES, ids=[table.id for table in TABLES])
def test_tables_as_people_keep_them(table: Table) -> None:
    palette = read(table.text)
    assert palette.colors.tolist() == [[72, 109, 162], [113, 164, 193]]
    assert palette.values == table.values
    if table.is_named:
        assert palette.names == ("W", "L")


@pytest.mark.parametrize(
    "header",
    [
        *("Class_Name", "Lithology", "Formation", "Description", "Eenheid", "Unité", "Einheit"),
        *(
            "Label",
            "class",
            "Legende",
            "Gestein",
            "Название",
            "単元",
            "rock type",
            "Symbol",
            "Bez.",
        ),
    ],
)
def test_the_column_of_text_holds_the_names(header: str) -> None:
    palette = read(f"r,g,b,{header}\n72,109,162,W\n113,164,193,L")
    assert palette.names == ("W", "L")


ASKED = [
    ("0 10 20 30 255\n1 40 50 60 255\n", "line 1: starts with 5 numbers, more than a color"),
    ("1,10,20,30\n2,40,50,60\n", "line 1: starts with four numbers"),
    ("Water,11,72,109,162\n", "line 1: starts with four numbers"),
    ("72,109,162,Water,11\n", "line 1: starts with four numbers"),
    ("11,72,Water,109,162\n", "line 1: starts with four numbers"),
    ("72,109,162\n72,109,162,5\n", "line 2: '5' is not understood; name the columns"),
    ("red,blue\nyellow,cyan\n", "the header must name r, g, b"),
    ("name,color,fill\nx,#ff0000,#00ff00\n", "columns 2 and 3 hold colors; name the columns"),
    ("r,g,b,name\n1,2,3,Till, sandy\n", "line 2: has 5 cells under 4 columns"),
    ("2020,maps\nname,r,g,b\nW,1,2,3\n", "line 1: '2020 maps' is neither a color nor the header"),
    ('r,g,b,name\n1,2,3,"Till\n4,5,6,Clay\n', "line 2: is not a table"),
    (f"r,g,b,name\n1,2,3,{'x' * 1_000_000}\n", "line 2: is not a table .*131072"),
    ("c,m,y,k\n10,20,30,400\n", "line 2: its inks are not all from 0 to 255"),
    ("r,g,b,a\n1,2,3,0\n", "all colors are transparent"),
]


@pytest.mark.parametrize(("text", "message"), ASKED)
def test_what_could_be_meant_two_ways_is_asked(text: str, message: str) -> None:
    with pytest.raises(PaletteError, match=message):
        read(text)


TOLD = [
    (
        "code,class,name,r,g,b\n1,5,W,1,2,3\n2,6,L,4,5,6",
        "those of the column 'code'; 'class'",
        (1, 2),
    ),
    ("value,r,g,b\n101,1,2,3\n,4,5,6\n307,7,8,9", "line 3: a class value is missing", None),
    ("value,r,g,b\n1,1,2,3\n0.5,4,5,6", r"line 3: a class value 0\.5 has a fraction", None),
    ("c,m,y,k\n0,0,0,100\n100,0,0,0", r"percent are converted as 255 \(1 - C\) \(1 - K\)", None),
    ("r,g,b,age,epoch\n1,2,3,old,new\n4,5,6,old,new", "those of the column 'age'; 'epoch'", None),
    (
        "r,g,b,a\n1,2,3,255\n4,5,6,0",
        r"line 3: transparent entries are left out \(\(4, 5, 6\)\)",
        None,
    ),
    ("r,g,b,a\n1,2,3,1\n4,5,6,0.5", "line 3: partly transparent colors", None),
    ("Legend\n\n1;Built-Up;#0a0\n2;Water;#00f", "line 1: 'Legend' is taken for a title", (1, 2)),
    ("Legend;;;\nTill;250;208;200\nClay;25;208;20", "'Legend' is taken for a title", None),
]


@pytest.mark.parametrize(("text", "message", "values"), TOLD)
def test_what_is_taken_or_left_out_is_told(
    text: str, message: str, values: tuple[int, ...] | None
) -> None:
    with pytest.warns(GeoindexWarning, match=message):
        assert read(text).values == values


def test_inks_by_hand() -> None:
    text = "c,m,y,k\n0,0,0,100\n100,0,0,0\n0,50,0,0\n20,0,0,50\n"
    with pytest.warns(GeoindexWarning, match="0 to 100 percent"):
        palette = read(text)
    # 255 * 0.5 = 127.5 and 255 * 0.8 * 0.5 = 102.
    assert palette.colors.tolist() == [[0, 0, 0], [0, 255, 255], [255, 128, 255], [102, 128, 128]]


def test_columns_are_given(tmp_path: Path) -> None:
    (tmp_path / "relief.txt").write_text("5 10 20 30 255\n6 40 50 60 255\n")
    palette = load_palette(tmp_path / "relief.txt", columns="value,r,g,b,alpha")
    assert palette.colors.tolist() == [[10, 20, 30], [40, 50, 60]]
    assert palette.values == (5, 6)
    (tmp_path / "t.csv").write_text("a,b,c,d,e\n9,10,20,30,W\n8,40,50,60,L\n")
    palette = load_palette(tmp_path / "t.csv", columns=["-", "b", "g", "r", "name"])
    assert palette.colors.tolist() == [[30, 20, 10], [60, 50, 40]]
    assert (palette.names, palette.values) == (("W", "L"), None)
    with pytest.raises(PaletteError, match="unknown column 'hue'; known: value, r, g, b"):
        load_palette(tmp_path / "t.csv", columns="hue,r,g,b")
    (tmp_path / "p.gpl").write_text("GIMP Palette\n1 2 3\n")
    with pytest.raises(OptionError, match="is no table; leave out columns="):
        load_palette(tmp_path / "p.gpl", columns="r,g,b")


RELIEFS = [
    "  0: 65,155,223,255\n  1: 57,125,73,255\n",
    "0 65:155:223\n1 57:125:73\nnv 255:255:255\ndefault 0:0:0\nend\n",
    "0 65 155 223\n1 57 125 73\nnv 0 0 0 0\n",
]


@pytest.mark.parametrize("text", RELIEFS)
def test_color_tables_of_gdal_and_grass(tmp_path: Path, text: str) -> None:
    (tmp_path / "p.txt").write_text(text)
    palette = load_palette(tmp_path / "p.txt")
    assert palette.colors.tolist() == [[65, 155, 223], [57, 125, 73]]


def test_names_of_colors_in_a_table_are_no_color_relief() -> None:
    text = "1,Red sandstone,200,100,50\n2,Blue clay,1,2,3\n"
    assert not is_gdal_text(text.encode())
    palette = read(text, columns=["value", "name", "r", "g", "b"])
    assert palette.colors.tolist() == [[200, 100, 50], [1, 2, 3]]


@pytest.mark.parametrize(
    ("name", "encoding", "found"),
    [
        ("Jura \u2013 Trias", "cp1252", "cp1252"),
        ("Четвертичные пески и юрские глины", "cp1251", "cp1251"),
        ("石灰岩と泥岩の互層、花崗岩", "shift_jis", "shift_jis"),
    ],
)
def test_code_pages(tmp_path: Path, name: str, encoding: str, found: str) -> None:
    path = tmp_path / "p.csv"
    path.write_bytes(f"r,g,b,name\n1,2,3,{name}\n".encode(encoding))
    with pytest.warns(GeoindexWarning, match=f"read as {found}, with words such as"):
        assert load_palette(path).names == (name,)
    assert load_palette(path, encoding=encoding).names == (name,)
    with pytest.raises(OptionError, match="unknown encoding 'klingon'"):
        load_palette(path, encoding="klingon")
    with pytest.raises(PaletteError, match=r"p\.csv: is not in ascii"):
        load_palette(path, encoding="ascii")


@given(
    st.lists(
        st.tuples(
            *[st.integers(0, 255)] * 3,
            st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"])),
            st.integers(-(2**31), 2**31 - 1),
        ),
        min_size=1,
        max_size=20,
        unique_by=lambda row: row[4],
    ),
    st.permutations(["r", "g", "b", "name", "value"]),
    st.sampled_from(",;\t|"),
)
def test_the_order_of_columns_does_not_matter(
    rows: list[tuple[int, int, int, str, int]], order: list[str], mark: str
) -> None:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, order, delimiter=mark, quoting=csv.QUOTE_ALL)
    writer.writeheader()
    for row in rows:
        writer.writerow(dict(zip(("r", "g", "b", "name", "value"), row, strict=True)))
    palette = read(stream.getvalue())
    assert palette.colors.tolist() == [list(row[:3]) for row in rows]
    values = tuple(row[4] for row in rows)
    assert (palette.values or tuple(range(len(rows)))) == values
    assert (palette.names or ("",) * len(rows)) == tuple(row[3] for row in rows)


def test_color_names_are_those_of_css() -> None:
    named = {name: matplotlib.colors.to_hex(color) for name, color in CSS4_COLORS.items()}
    assert {name: "#" + bytes(color).hex() for name, color in CSS_COLORS.items()} == named


def test_a_color_given_twice_must_be_one() -> None:
    table = "r,g,b,hex,name\n255,0,0,#ff0000,A\n0,0,255,#{},B"
    assert read(table.format("0000ff")).colors.tolist() == [[255, 0, 0], [0, 0, 255]]
    with pytest.raises(PaletteError, match=r"p, line 3: red, green .*\(0, 0, 255\).*'#00ff00'"):
        read(table.format("00ff00"))
    unit = "r,g,b,hex\n0.282353,0.427451,0.635294,#486da2\n0.5,0,0,#7f0000"
    assert read(unit).colors.tolist() == [[72, 109, 162], [128, 0, 0]]
    # "gray" may be a word of the legend rather than that of CSS.
    assert read("r,g,b,color\n120,120,120,gray\n9,9,9,black").colors[0].tolist() == [120] * 3
