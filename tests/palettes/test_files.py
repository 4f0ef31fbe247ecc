"""Palette files: delimited text, and images with a color table."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from geoindex import Palette, load_palette
from geoindex.errors import (
    GeoindexError,
    GeoindexWarning,
    MissingFileError,
    OutputError,
    PaletteError,
)
from geoindex.palettes.delimited import format_csv, parse_delimited
from geoindex.palettes.entries import Request
from geoindex.rules.scale import Scale


def parse_csv(text: str, where: str, name: str | None = None, scale: Scale | None = None):
    return parse_delimited(text.encode(), Request(where=where, name=name, scale=scale))


RED_BLUE = [[255, 0, 0], [0, 0, 255]]


@pytest.mark.parametrize(
    "text",
    [
        "255,0,0\n0,0,255\n",
        "255;0;0\n0;0;255",
        "255\t0\t0\r\n0\t0\t255\r\n",
        "255 0 0\n  0   0 255  \n",
        "r,g,b\n255,0,0\n0,0,255\n",
        "Index;Blue;Green;Red\n0;0;0;255\n1;255;0;0\n",
        "# a comment\n\n255,0,0\n\n# another\n0,0,255\n",
        "\n1.0,0.0,0.0\n0.0,0.0,1.0\n",
        "255.0,0.0,0.0\n0.0,0.0,255.0\n",
        "#ff0000\n#0000FF\n",
        "#ff0000,\n#0000ff,\n",
    ],
)
def test_reads(text: str) -> None:
    assert parse_csv(text, where="p.csv").colors.tolist() == RED_BLUE


@pytest.mark.parametrize(
    "text",
    [
        "255,0,0,Old gneiss\n0,0,255,Lake\n",
        '255,0,0,"Old gneiss"\n0,0,255,Lake\n',
        "255 0 0 Old gneiss\n0 0 255 Lake\n",
        "#ff0000 Old gneiss\n#0000ff Lake\n",
        "name,r,g,b,role\nOld gneiss,255,0,0,unit\nLake,0,0,255,unit\n",
        "hex;label\n#ff0000;Old gneiss\n#0000ff;Lake\n",
    ],
)
def test_reads_names(text: str) -> None:
    palette = parse_csv(text, where="p.csv")
    assert palette.colors.tolist() == RED_BLUE
    assert palette.names == ("Old gneiss", "Lake")


def test_a_quoted_name_may_hold_the_separator() -> None:
    assert parse_csv('1,2,3,"Till, sandy"', where="p.csv").names == ("Till, sandy",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "p.csv: holds no colors"),
        ("# only a comment\n", "p.csv: holds no colors"),
        ("r,g,b\n", "p.csv: has a header but no colors"),
        ("red,green\n1,2\n", "p.csv, line 1: the header must name r, g, b or hex"),
        ("0,0,0\n\n# c\n1,2\n", "p.csv, line 4: a color needs 3 columns, found 2"),
        ("0,0,0\n1,x,3\n", "p.csv, line 2: 'x' is not a number"),
        ("0,0,0\n1,2,256\n", "p.csv, line 2: value 256 is outside 0..255"),
        ("r,g,b\n0,0,0\n1,2,-3\n", "p.csv, line 3: value -3 is outside 0..255"),
        ("128,0,0\n0.1,0.2,0.3\n", "p.csv, line 2: value 0.1 looks like the 0-1 scale"),
        ("0.1,nan,0.3\n", "p.csv, line 1: value nan is not a number"),
        (
            "1,2,3,4\n",
            "p.csv, line 1: starts with four numbers, more than a color; name the columns: col",
        ),
        ("hex\nff000\n", r"p.csv, line 2: 'ff000' is not a color \(#rrggbb, "),
        ("0,0,0\n" * 65_536, "at most 65,535 colors"),
    ],
)
def test_refuses_and_names_the_line(text: str, message: str) -> None:
    with pytest.raises(PaletteError, match=message):
        parse_csv(text, where="p.csv")


def test_scale_decides_an_ambiguous_file() -> None:
    palette = parse_csv("128,0,0\n0.6,0.2,0.3\n", where="p.csv", scale="byte")
    assert palette.colors.tolist() == [[128, 0, 0], [1, 0, 0]]


@given(
    st.lists(
        st.tuples(
            *[st.integers(0, 255)] * 3,
            st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1),
        ),
        min_size=1,
    )
)
def test_csv_round_trip(rows: list[tuple[int, int, int, str]]) -> None:
    palette = Palette([row[:3] for row in rows], names=[row[3] for row in rows], name="p")
    assert parse_csv(format_csv(palette).decode(), where="p", name="p") == palette


@given(st.text(max_size=200))
def test_any_text_is_a_palette_or_an_error(text: str) -> None:
    with contextlib.suppress(GeoindexError):
        assert 1 <= len(parse_csv(text, where="p.csv")) <= 200


def test_files(tmp_path: Path, legend: Palette) -> None:
    legend.save(tmp_path / "legend.csv")
    assert load_palette(tmp_path / "legend.csv") == legend
    with pytest.raises(OutputError, match="exists already"):
        legend.save(tmp_path / "legend.csv")
    with pytest.raises(OutputError, match=r"palettes are written as \.csv, "):
        legend.save(tmp_path / "legend.docx")


def test_byte_order_mark_and_latin_1(tmp_path: Path) -> None:
    (tmp_path / "bom.csv").write_bytes(b"\xef\xbb\xbf1,2,3,Gr\xc3\xa5n\r\n")
    (tmp_path / "latin.csv").write_bytes(b"1,2,3,Gr\xe5n\r\n")
    assert load_palette(tmp_path / "bom.csv").names == ("Grån",)
    with pytest.warns(
        GeoindexWarning, match=r"latin\.csv: is not in UTF-8; read as cp1252.*'Grån'"
    ):
        assert load_palette(tmp_path / "latin.csv").names == ("Grån",)


def test_refuses_files_that_are_no_palette(tmp_path: Path) -> None:
    (tmp_path / "junk.csv").write_bytes(b"\x00\x01\x02")
    (tmp_path / "palette.xyz").write_text("1,2,3")
    Image.new("RGB", (2, 2)).save(tmp_path / "rgb.png")
    with pytest.raises(PaletteError, match="binary file"):
        load_palette(tmp_path / "junk.csv")
    with pytest.raises(PaletteError, match=r"palette\.xyz: unknown suffix"):
        load_palette(tmp_path / "palette.xyz")
    with pytest.raises(PaletteError, match="no color table"):
        load_palette(tmp_path / "rgb.png")
    with pytest.raises(PaletteError, match="is not a file"):
        load_palette(tmp_path)
    with pytest.raises(MissingFileError, match=r"did you mean 'windows-256'"):
        load_palette("windows-255")
    with pytest.raises(MissingFileError, match=r"built in: .*windows-256"):
        load_palette("nothing-like-it")


def test_color_table_of_an_image(tmp_path: Path) -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([10, 20, 30, 40, 50, 60])
    image.putdata([0, 1])
    image.save(tmp_path / "p.png")
    colors = load_palette(tmp_path / "p.png").colors
    assert colors[:2].tolist() == [[10, 20, 30], [40, 50, 60]]


def test_names_before_the_color(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("Till,247,236,192\nPeat,1,2,3\n")
    palette = load_palette(tmp_path / "p.csv")
    assert palette.colors.tolist() == [[247, 236, 192], [1, 2, 3]]
    assert palette.names == ("Till", "Peat")


@pytest.mark.parametrize(
    ("suffix", "message"),
    [
        (".lyr", r"layer file of ArcMap, .*save the layer as \.lyrx"),
        (".MXD", r"map of ArcMap, .*save the layer as \.lyrx"),
        (".ase", r"swatches of Adobe programs; save them as \.act"),
        (".xls", r"old Excel; save it as \.xlsx, \.ods or \.csv"),
        (".pdf", r"is a document; export the legend as a picture, for geoindex palette legend"),
        (".xml", r"is XML, but no style that is known"),
        (".jpg", r"without a color table; geoindex palette learn"),
        (".xyz", r"unknown suffix; palettes are read from \.csv"),
    ],
)
def test_formats_that_are_not_read_are_named(tmp_path: Path, suffix: str, message: str) -> None:
    path = tmp_path / f"legend{suffix}"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    with pytest.raises(PaletteError, match=message):
        load_palette(path)
