"""Every palette format: round trips, hand-written edge cases, and files from other programs."""

from __future__ import annotations

import json
import math
import struct
import warnings
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import rasterio
from hypothesis import given
from hypothesis import strategies as st
from PIL import GimpPaletteFile, Image

from geoindex import IndexGrid, Palette, load_palette, open_grid
from geoindex.errors import GeoindexWarning, OptionError, OutputError, PaletteError
from geoindex.palettes.entries import Entry, Request, palette_of_ramp
from geoindex.palettes.formats import FORMATS, PaletteFormat

# Palettes and small grids have no place on the map.
pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")

WRITTEN = [known for known in FORMATS if known.write is not None]
NAMED = {"csv", "tsv", "gimp", "clr", "qgis-text", "qml", "sld", "cpt", "json"}
VALUED = {"csv", "tsv", "clr", "qgis-text", "gdal", "qml", "sld", "cpt", "json"}

letters = st.characters(codec="utf-8", exclude_categories=["C", "Z"])
names = st.lists(st.text(letters, min_size=1), min_size=1, max_size=4).map(" ".join)


@st.composite
def palettes(draw: st.DrawFn) -> Palette:
    color = st.tuples(*[st.integers(0, 255)] * 3)
    colors = draw(st.lists(color, min_size=1, max_size=40))
    count = len(colors)
    label = st.lists(names, min_size=count, max_size=count)
    number = st.lists(st.integers(0, 2**31 - 1), min_size=count, max_size=count, unique=True)
    return Palette(colors, draw(st.none() | label), name="p", values=draw(st.none() | number))


@pytest.mark.filterwarnings("ignore:.*all channels are 0 or 1")
@pytest.mark.parametrize("known", WRITTEN, ids=lambda known: known.key)
@given(palette=palettes())
def test_round_trip(known: PaletteFormat, palette: Palette) -> None:
    back = known.read(known.write(palette), Request(where="p", name="p"))
    np.testing.assert_array_equal(back.colors, palette.colors)
    if known.key in NAMED and palette.names is not None and "Untitled" not in palette.names:
        assert back.names == palette.names
    if known.key in VALUED:
        assert back.values == palette.values
    if known.recognize is not None:
        assert known.recognize(known.write(palette))


@pytest.mark.parametrize(
    "suffix", [suffix for known in WRITTEN for suffix in known.suffixes] + [".tif"]
)
def test_files_by_suffix(tmp_path: Path, suffix: str, legend: Palette) -> None:
    path = tmp_path / f"legend{suffix}"
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", GeoindexWarning)
        legend.save(path)
    loses_names = load_palette(path).names is None
    assert [
        str(one.message).partition(": ")[2] for one in told if "names" in str(one.message)
    ] == ["the format stores no names; write .csv, .tsv or .json to keep them"] * loses_names
    np.testing.assert_array_equal(load_palette(path).colors, legend.colors)
    with pytest.raises(OutputError, match="exists already"):
        legend.save(path)


@pytest.mark.parametrize("known", [known for known in FORMATS if known.write is None])
def test_formats_that_are_only_read(tmp_path: Path, known: PaletteFormat, legend: Palette) -> None:
    for suffix in known.suffixes:
        with pytest.raises(
            OutputError, match=rf"{known.key} files are only read; .* \.csv, \.txt"
        ):
            legend.save(tmp_path / f"legend{suffix}")
    with pytest.raises(OutputError, match=f"{known.key} files are only read"):
        legend.save(tmp_path / "legend.txt", format=known.key)
    assert list(tmp_path.iterdir()) == []


def test_format_beats_suffix(tmp_path: Path, legend: Palette) -> None:
    with pytest.warns(GeoindexWarning, match=r"a\.pal: the format stores no names; write \.csv"):
        legend.save(tmp_path / "a.pal", format="riff")
    assert (tmp_path / "a.pal").read_bytes()[:4] == b"RIFF"
    assert load_palette(tmp_path / "a.pal") == Palette(legend.colors, name="a")
    legend.replace(names=None).save(tmp_path / "b.txt", format="gdal")
    assert len(load_palette(tmp_path / "b.txt")) == 3
    (tmp_path / "c.txt").write_text("7 0 0 255\n9 255 0 0\n")
    with pytest.raises(PaletteError, match=r"line 1: starts with four numbers.*suffix \.clr"):
        load_palette(tmp_path / "c.txt")
    assert load_palette(tmp_path / "c.txt", format="clr").values == (7, 9)
    with pytest.raises(OptionError, match="unknown palette format 'ico'; known: csv, tsv"):
        load_palette(tmp_path / "c.txt", format="ico")


def parse(key: str, content: str | bytes, **options: object) -> Palette:
    known = next(known for known in FORMATS if known.key == key)
    data = content.encode() if isinstance(content, str) else content
    return known.read(data, Request(where="p", **options))


RED_BLUE = [[255, 0, 0], [0, 0, 255]]

GOOD = {
    "gimp": [
        "GIMP Palette\nName: Rocks\nColumns: 4\n# c\n255 0 0 Old gneiss\n\n  0   0 255\tLake\n",
        "GIMP Palette\r\n#\r\n255\t0\t0\tOld gneiss\r\n0 0 255 Lake  \r\n",
    ],
    "clr": [
        "1 255 0 0 255 Old gneiss\n2 0 0 255 255 Lake\n",
        "# comment\r\n1,255,0,0,Old gneiss\r\n\r\n2,0,0,255,Lake\r\n",
        "1\t255\t0\t0\tOld gneiss\n2:0:0:255 Lake\nnv 0 0 0 0\n",
    ],
    "qgis-text": [
        "# QGIS Generated Color Map Export File\nINTERPOLATION:DISCRETE\n"
        "1,255,0,0,255,Old gneiss\n2,0,0,255,255,Lake\n"
    ],
    "cpt": [
        "# COLOR_MODEL = RGB\n1 255/0/0 ;Old gneiss\n2 blue ;Lake\nB white\nF black\nN 127.5\n",
        "0 255 0 0 1 255 0 0 ;Old gneiss\n1 0 0 255 2 0 0 255 B ;Lake\n",
        "# COLOR_MODEL = HSV\n0 0-1-1 1 0-1-1 ;Old gneiss\n1 240-1-1 2 240-1-1 ;Lake\n",
        "# COLOR_MODEL = +HSV\n0 0 1 1 1 0 1 1 ;Old gneiss\n1 240 1 1 2 240 1 1;Lake\n",
        "1 #ff0000 ;Old gneiss\r\n2 0/0/255 ;Lake\r\n",
    ],
    "qml": [
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n<qgis version='3.28'><pipe>"
        "<rasterrenderer type='paletted' band='1'><colorPalette>"
        "<paletteEntry value='1' color='#ff0000' alpha='255' label='Old gneiss'/>"
        "<paletteEntry value='2' color='#0000FF' label='Lake'/>"
        "</colorPalette></rasterrenderer></pipe></qgis>",
        "<qgis><rasterrenderer type='singlebandpseudocolor'><rastershader>"
        "<colorrampshader colorRampType='EXACT'>"
        "<item value='1' color='#ff0000' label='Old gneiss'/>"
        "<item value='2' color='#0000ff' label='Lake'/>"
        "</colorrampshader></rastershader></rasterrenderer></qgis>",
    ],
    "sld": [
        "<?xml version='1.0' encoding='UTF-8'?>"
        "<sld:StyledLayerDescriptor xmlns:sld='http://www.opengis.net/sld'>"
        "<sld:ColorMap type='intervals'>"
        "<sld:ColorMapEntry color='#ff0000' quantity='1' label='Old gneiss'/>"
        "<sld:ColorMapEntry color='#0000ff' quantity='2' label='Lake' opacity='1'/>"
        "</sld:ColorMap></sld:StyledLayerDescriptor>",
    ],
    "json": [
        '[{"color": "#ff0000", "name": "Old gneiss", "value": 1},'
        '{"color": [0, 0, 255], "name": "Lake", "value": 2}]',
        '{"colors": [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]], "names": ["Old gneiss", "Lake"]}',
    ],
}


@pytest.mark.parametrize(
    ("key", "content"), [(key, content) for key, files in GOOD.items() for content in files]
)
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_files_by_hand(key: str, content: str, bom: bytes) -> None:
    palette = parse(key, bom + content.encode())
    assert palette.colors.tolist() == RED_BLUE
    assert palette.names == ("Old gneiss", "Lake")
    assert palette.values in (None, (1, 2))


def test_latin_1_and_utf_16_names() -> None:
    text = "GIMP Palette\n1 2 3 Grån gneis\n"
    for encoding in ("utf-8-sig", "utf-16"):
        assert parse("gimp", text.encode(encoding)).names == ("Grån gneis",)
    with pytest.warns(GeoindexWarning, match="read as cp1252, with words such as 'Grån'"):
        assert parse("gimp", text.encode("latin-1")).names == ("Grån gneis",)


def test_jasc_riff_and_act_by_hand() -> None:
    jasc = "JASC-PAL\r\n0100\r\n2\r\n255 0 0\r\n0 0 255 255\r\n"
    assert parse("jasc", jasc).colors.tolist() == RED_BLUE
    data = struct.pack("<HH", 0x300, 2) + bytes([255, 0, 0, 0, 0, 0, 255, 4])
    riff = b"RIFF" + struct.pack("<I", 12 + len(data)) + b"PAL data"
    riff += struct.pack("<I", len(data)) + data
    assert parse("riff", riff).colors.tolist() == RED_BLUE
    table = bytes([255, 0, 0, 0, 0, 255]).ljust(768, b"\7")
    assert parse("act", table).colors[:3].tolist() == [*RED_BLUE, [7, 7, 7]]
    assert parse("act", table + b"\0\2\xff\xff").colors.tolist() == RED_BLUE
    with pytest.warns(
        GeoindexWarning, match="p: color 1 is marked as transparent; it is taken as"
    ):
        assert parse("act", table + b"\0\2\0\1").colors.tolist() == RED_BLUE
    with pytest.warns(GeoindexWarning, match=r"p, line 5: transparent entries are left out"):
        found = parse("jasc", jasc.replace("0 0 255 255", "0 0 255 0"))
    assert found.colors.tolist() == RED_BLUE[:1]


BAD = [
    ("gimp", "", "must start with the line 'GIMP Palette'"),
    ("gimp", "GIMP Palette\n#\n", "p: holds no colors"),
    ("gimp", "GIMP Palette\n1 2\n", "p, line 2: a color needs 3 numbers"),
    ("gimp", "GIMP Palette\n1 2 300\n", "p, line 2: '300' is not a color value from 0 to 255"),
    ("jasc", "JASC-PAL\n0100\n3\n1 2 3\n", "p, line 3: declares 3 colors but holds 1"),
    ("jasc", "JASC-PAL\n0100\nmany\n", "must start with JASC-PAL, 0100 and its size"),
    ("riff", b"RIFF\0\0\0\0PAL data\0\0\0\0\0\3\5\0", "declares 5 colors but is cut short"),
    ("riff", b"RIFF", "is not a RIFF palette, or is cut short"),
    ("act", b"\0" * 700, "has 768 or 772 bytes, this file has 700"),
    ("act", b"\0" * 768 + b"\2\0\0\0", "declares 512 colors"),
    ("clr", "", "p: holds no colors"),
    ("clr", "1 2 3\n", "p, line 1: a color needs value, red, green, blue"),
    ("clr", "1 2 3 4\nx 2 3 4\n", "p, line 2: 'x' is not a class value"),
    ("clr", "0.5 2 3 4\n1.5 2 3 4\n", "is a continuous ramp"),
    ("clr", "".join(f"{i} 1 2 3\n" for i in range(70_000)), "line 65536: .* at most 65,535"),
    ("cpt", "0 black 1 white\n", "is a continuous ramp and has no classes"),
    ("cpt", "0 black\n1 black 2 black\n", "mixes categories and slices"),
    ("cpt", "0 ultramarineish\n", "p, line 1: 'ultramarineish' is not a color"),
    ("cpt", "0 1/2/300\n", "p, line 1: '1/2/300' is not a color from 0 to 255"),
    ("cpt", "0 1 2\n", "p, line 1: '0 1 2' is neither a category nor a slice"),
    ("qml", "<qgis>", "p, line 1: is damaged XML"),
    ("qml", "<qgis/>", "is not the style of a vector layer, or of a paletted"),
    ("qml", "<qgis><rasterrenderer type='multiband'/></qgis>", "but of multiband"),
    (
        "qml",
        "<qgis><rasterrenderer type='paletted'><paletteEntry value='1' color='red'/>"
        "</rasterrenderer></qgis>",
        "'red' is not #rrggbb",
    ),
    (
        "qml",
        "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;'>]><qgis>&b;</qgis>",
        "holds unsafe XML",
    ),
    (
        "sld",
        "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><s>&a;</s>",
        "holds unsafe XML",
    ),
    ("sld", "<s/>", "holds no ColorMap"),
    ("sld", "<s><ColorMap><ColorMapEntry color='#ffffff' quantity='1'/></ColorMap></s>", "ramp"),
    ("json", "[1, 2", "p, line 1: is damaged JSON"),
    ("json", "{}", "holds no list of colors"),
    ("json", "[[1, 2]]", r"color 0 is not '#rrggbb' or \[r, g, b\]"),
    ("json", '{"colors": [[1, 2, 3]], "names": []}', "names must be a list of 1 entries"),
    ("json", '{"colors": [[1, 2, 3]], "values": ["a"]}', "class value of color 0 is not a number"),
    ("json", "[" * 100_000, "is damaged JSON"),
]


@pytest.mark.parametrize(("key", "content", "message"), BAD)
def test_refuses_and_names_the_line(key: str, content: str | bytes, message: str) -> None:
    with pytest.raises(PaletteError, match=message):
        parse(key, content)


TEXT_FORMATS = [known.key for known in FORMATS if known.key not in ("riff", "act")]


@pytest.mark.parametrize("key", TEXT_FORMATS)
def test_binary_junk_is_no_palette(key: str) -> None:
    junk = np.random.default_rng(1).integers(0, 256, 5000, dtype=np.uint8).tobytes()
    with pytest.raises(PaletteError, match=r"p: |p, line"):
        parse(key, junk)


@given(span=st.integers(1, 10_000), n_colors=st.integers(2, 60), top=st.integers(0, 255))
def test_halves_on_a_ramp_are_rounded_up(span: int, n_colors: int, top: int) -> None:
    """Against fractions: floats miss a half by their last bits in every seventh ramp."""
    stops = [Entry(color=(0, 0, 0), value=0), Entry(color=(top, 0, 0), value=span)]
    palette = palette_of_ramp(stops, Request(where="p", n_colors=n_colors))
    exact = [Fraction(top * row, n_colors - 1) for row in range(n_colors)]
    assert palette.colors[:, 0].tolist() == [math.floor(red + Fraction(1, 2)) for red in exact]


def test_ramps_give_colors_when_asked(tmp_path: Path) -> None:
    (tmp_path / "r.cpt").write_text("0 0/0/0 10 100/50/0\n10 100/50/0 20 200/0/0\n")
    with pytest.raises(PaletteError, match=r"sample it at equal steps, n_colors=16"):
        load_palette(tmp_path / "r.cpt")
    palette = load_palette(tmp_path / "r.cpt", n_colors=5)
    expected = [[0, 0, 0], [50, 25, 0], [100, 50, 0], [150, 25, 0], [200, 0, 0]]
    assert palette.colors.tolist() == expected
    (tmp_path / "s.sld").write_text(
        "<s><ColorMap><ColorMapEntry color='#000000' quantity='0'/>"
        "<ColorMapEntry color='#0000c8' quantity='9.5'/></ColorMap></s>"
    )
    assert load_palette(tmp_path / "s.sld", n_colors=3).colors[1].tolist() == [0, 0, 100]
    (tmp_path / "c.csv").write_text("1,2,3\n4,5,6\n")
    with pytest.raises(OptionError, match="holds 2 classes and is not a ramp"):
        load_palette(tmp_path / "c.csv", n_colors=9)
    for n_colors in (0, 65_536):
        with pytest.raises(OptionError, match="n_colors must be within"):
            load_palette("viridis", n_colors=n_colors)


def test_matplotlib_colormaps() -> None:
    import matplotlib as mpl

    tab20 = load_palette("tab20")
    assert tab20.name == "tab20"
    np.testing.assert_allclose(tab20.unit(), mpl.colormaps["tab20"].colors, atol=1 / 500)
    with pytest.raises(PaletteError, match="matplotlib colormap viridis: is a continuous ramp"):
        load_palette("viridis")
    ends = load_palette("viridis", n_colors=2).unit()
    np.testing.assert_allclose(ends, mpl.colormaps["viridis"]([0.0, 1.0])[:, :3], atol=1 / 500)


def test_other_programs_read_what_we_write(tmp_path: Path, legend: Palette) -> None:
    legend.save(tmp_path / "p.gpl")
    with (tmp_path / "p.gpl").open("rb") as file:
        found = GimpPaletteFile.GimpPaletteFile(file).getpalette()[0]
    # Some versions of Pillow take its header for entries, too.
    assert legend.colors.astype(np.uint8).tobytes() in found
    legend.save(tmp_path / "p.tif")
    with rasterio.open(tmp_path / "p.tif") as source:
        table = source.colormap(1)
    assert [list(table[row][:3]) for row in range(3)] == legend.colors.tolist()


@pytest.mark.parametrize("suffix", ["png", "gif", "bmp", "tif"])
def test_color_tables_of_images_that_pillow_wrote(tmp_path: Path, suffix: str) -> None:
    colors = np.random.default_rng(2).integers(1, 256, (256, 3), dtype=np.uint8)
    image = Image.fromarray(np.arange(256, dtype=np.uint8).reshape(16, 16))
    image.putpalette(colors.tobytes())
    image.save(tmp_path / f"map.{suffix}")
    np.testing.assert_array_equal(load_palette(tmp_path / f"map.{suffix}").colors, colors)


def test_act_holds_256_colors(tmp_path: Path) -> None:
    many = Palette(np.zeros((257, 3), int))
    with pytest.raises(OutputError, match=r"p\.act: an Adobe color table .* at most 256 colors"):
        many.save(tmp_path / "p.act")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([1, 2], "3 colors but 2 class values"),
        ([0.5, 1, 2], "row 0: class value 0.5 is not a 32-bit integer"),
        ([0, 1, 2**31], "row 2: class value 2147483648 is not a 32-bit integer"),
    ],
)
def test_refuses_bad_class_values(values: list[float], message: str) -> None:
    with pytest.raises(PaletteError, match=message):
        Palette(np.zeros((3, 3), int), values=values)


@pytest.mark.parametrize("suffix", ["npy", "tif"])
@pytest.mark.parametrize("nodata", [None, 255])
@pytest.mark.parametrize("values", [(101, 205, 7), (255, 254, 0), (101, 65_535, 300)])
def test_grids_with_class_values(
    tmp_path: Path, suffix: str, nodata: int | None, values: tuple[int, ...]
) -> None:
    palette = Palette([[9, 9, 9], [50, 0, 0], [0, 60, 0]], ["a", "b", "c"], values=values)
    indices = np.array([[0, 1, 2], [2, 1, 0 if nodata is None else nodata]], dtype=np.uint8)
    grid = IndexGrid(indices=indices, palette=palette, nodata=nodata)
    path = tmp_path / f"grid.{suffix}"
    grid.save(path, values=True)
    if suffix == "npy":
        stored = np.load(path)
    else:
        with rasterio.open(path) as source:
            stored = source.read(1)
            table = source.colormap(1)
            assert [table[v][:3] for v in values] == [tuple(c) for c in palette.colors.tolist()]
    np.testing.assert_array_equal(stored[0], values)
    if nodata is not None:
        assert stored[1, 2] not in values
    opened = open_grid(path)
    np.testing.assert_array_equal(opened.indices, indices)
    assert opened.palette == palette
    assert opened.valid.tolist() == grid.valid.tolist()


def test_class_values_beyond_a_color_table(tmp_path: Path) -> None:
    palette = Palette([[9, 9, 9], [50, 0, 0]], values=[-5, 70_000])
    grid = IndexGrid(indices=np.array([[0, 1, 255]], np.uint8), palette=palette, nodata=255)
    with pytest.raises(OutputError, match=r"class values from 0 to 255; write \.tif"):
        grid.save(tmp_path / "grid.png", values=True)
    grid.save(tmp_path / "grid.npy", values=True)
    assert np.load(tmp_path / "grid.npy")[0, :2].tolist() == [-5, 70_000]
    np.testing.assert_array_equal(open_grid(tmp_path / "grid.npy").indices, grid.indices)
    content = json.loads((tmp_path / "grid.npy.json").read_text())
    assert content["palette"]["values"] == [-5, 70_000]
