"""Palettes of every format: what XML, ZIP, JSON and tables can hide."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from geoindex import ColorCube, Palette, load_palette
from geoindex.palettes.formats import FORMATS
from tests.hostile.case import (
    PALETTE,
    Case,
    address,
    canary,
    every_truncation,
    holding,
    named,
    ramp,
)
from tests.support.dbase import dbase

NAMES = {
    "escapes": "\x1b[2J\x1b]0;owned\x07",
    "bidi marks": "abc\u202egpj\u202c\u2066x\u2069",
    "formula": '=HYPERLINK("http://example.org","x")',
    "command": "+cmd|' /C calc'!A0",
    "markup": "<script>alert(1)</script>",
    "zero width": "a\u200b\u200db\ufeff",
    "format codes": "%s%n{0}{0.__class__}",
}
"""Names that are only names."""

LAUGHS = '<!DOCTYPE a [<!ENTITY e0 "ha">' + "".join(
    f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12)
)
EXTERNAL = '<!DOCTYPE a [<!ENTITY x SYSTEM "file://{canary}">'
REMOTE = '<!DOCTYPE a SYSTEM "{address}/a.dtd" ['

XML = {
    "qml": '<qgis><renderer-v2 type="categorizedSymbol"><categories><category symbol="0" '
    'value="1" label="{name}" render="true"/></categories><symbols><symbol name="0" type="fill">'
    '<layer class="SimpleFill" enabled="1"><prop k="color" v="1,2,3,255"/>'
    '<prop k="outline_color" v="1,2,3,255"/></layer></symbol>'
    "</symbols></renderer-v2></qgis>",
    "sld": "<StyledLayerDescriptor><FeatureTypeStyle><Rule><Title>{name}</Title>"
    "<PolygonSymbolizer><Fill><CssParameter name='fill'>#010203</CssParameter></Fill>"
    "</PolygonSymbolizer></Rule></FeatureTypeStyle></StyledLayerDescriptor>",
    "qgs": "<qgis><projectlayers><maplayer><layername>a</layername><renderer-v2 "
    'type="categorizedSymbol"><categories><category symbol="0" value="1" label="{name}"/>'
    '</categories><symbols><symbol name="0" type="fill"><layer class="SimpleFill" enabled="1">'
    '<prop k="color" v="1,2,3,255"/><prop k="outline_color" v="1,2,3,255"/></layer></symbol>'
    "</symbols></renderer-v2></maplayer>"
    "</projectlayers></qgis>",
}


def filled(name: str, text: str) -> Callable[[Path], Path]:
    """Maker of a text that may name the canary."""

    def make(folder: Path) -> Path:
        path = folder / name
        path.write_text(
            text.replace("{canary}", canary()).replace("{address}", address()), encoding="utf-8"
        )
        return path

    return make


def zipped(*members: tuple[str, bytes], lies: int | None = None) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    content = stream.getvalue()
    if lies is not None:
        # The size of the first member, in its own header and in the directory.
        size = struct.pack("<I", len(members[0][1]))
        content = content.replace(size, struct.pack("<I", lies))
    return content


def many_members() -> bytes:
    """Zip file of 20,000 members."""
    return zipped(*((f"{n}.txt", b"") for n in range(20_000)))


def zip_bomb(member: str) -> bytes:
    """A ZIP whose member grows to 200 MB."""
    return zipped((member, b"<a>" + b" " * 200_000_000))


def has_one_color(palette: Palette) -> bool:
    return len(palette) == 1


def xml_cases() -> Iterator[Case]:
    for suffix, text in XML.items():
        name = f"style.{suffix}"
        whole = text.replace("{name}", "{0}")
        for kind, start, entity in (
            ("growing entities", LAUGHS, "&e11;"),
            ("external entity", EXTERNAL, "&x;"),
            ("remote DTD", REMOTE, ""),
        ):
            made = f"{start}]>{whole.replace('{0}', entity)}"
            # A DTD that is not there changes nothing.
            right = has_one_color if entity == "" else None
            yield Case(f"{suffix}: {kind}", filled(name, made), name, right)
        nested = "<a>" * 200_000 + "</a>" * 200_000
        yield Case(f"{suffix}: nesting", holding(name, nested), name)
        yield Case(f"{suffix}: NUL", holding(name, whole.replace("{0}", "\0")), name)
        attributes = " ".join(f'a{n}="1"' for n in range(100_000))
        yield Case(f"{suffix}: 100,000 attributes", holding(name, f"<qgis {attributes}/>"), name)
        for kind in ("bidi marks", "formula", "format codes"):
            made = whole.replace("{0}", NAMES[kind].replace('"', "&quot;"))
            yield Case(f"{suffix}: {kind}", holding(name, made), right=named(NAMES[kind]))
    include = (
        '<qgis xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="{canary}"/></qgis>'
    )
    yield Case("qml: XInclude", filled("style.qml", include), "style.qml")
    sheet = '<?xml-stylesheet href="{address}"?>' + XML["sld"].replace("{name}", "a")
    yield Case("sld: style sheet", filled("style.sld", sheet), "style.sld", right=named("a"))
    picture = XML["sld"].replace(
        "<Fill>",
        '<Fill><GraphicFill><Graphic><ExternalGraphic><OnlineResource href="{address}/a.png"/>'
        "</ExternalGraphic></Graphic></GraphicFill>",
    )
    yield Case("sld: picture at an address", filled("style.sld", picture), "style.sld",
               right=has_one_color)  # fmt: skip
    widened = XML["qml"].replace("{name}", "a").replace("1,2,3,255", "1,2,3,255," * 50_000)
    yield Case("qml: a color of 400 kB", holding("style.qml", widened), "style.qml",
               right=named("a"))  # fmt: skip


def zip_cases() -> Iterator[Case]:
    yield Case("qgz: bomb", holding("a.qgz", partial(zip_bomb, "project.qgs")), "a.qgz")
    lying = zipped(("project.qgs", b"<qgis>" + b" " * 20_000_000), lies=10)
    yield Case("qgz: lying size", holding("a.qgz", lying), "a.qgz")
    for place in ("../../outside.qgs", "/etc/outside.qgs"):
        style = XML["qgs"].replace("{name}", "a").encode()
        yield Case(f"qgz: {place}", holding("a.qgz", zipped((place, style))), "a.qgz",
                   right=named("a"))  # fmt: skip
    yield Case("qgz: 20,000 members", holding("a.qgz", many_members), "a.qgz")
    for suffix in ("xlsx", "ods"):
        name = f"a.{suffix}"
        yield Case(f"{suffix}: no sheets", holding(name, zipped(("a", b"b"))), name)
        for member in ("content.xml", "[Content_Types].xml"):
            made = partial(zip_bomb, member)
            yield Case(f"{suffix}: bomb of {member}", holding(name, made), name)
        yield Case(f"{suffix}: cut short", holding(name, zipped(("a", b"b"))[:-30]), name)
    office = (
        '<!DOCTYPE a [<!ENTITY e0 "ha">' + LAUGHS.partition("ha\">")[2]
        + "]><office:document>&e11;</office:document>"
    )  # fmt: skip
    yield Case("ods: growing entities", holding("a.ods", zipped(
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", office.encode()))), "a.ods")  # fmt: skip
    repeated = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body>'
        '<office:spreadsheet><table:table table:name="a"><table:table-row '
        'table:number-rows-repeated="2000000000"><table:table-cell '
        'table:number-columns-repeated="2000000000"><text:p>1</text:p></table:table-cell>'
        "</table:table-row></table:table></office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    yield Case("ods: repeated cells", holding("a.ods", zipped(
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", repeated.encode()))), "a.ods")  # fmt: skip


def json_cases() -> Iterator[Case]:
    colors = [[1, 2, 3], [4, 5, 6]]
    texts = {
        "nesting": "[" * 100_000,
        "nested objects": '{"colors":' * 50_000,
        "digits": '{"colors": [[' + "9" * 5000 + ",1,1]]}",
        "infinite": '{"colors": [[1e999, 1, 1]]}',
        "nan": '{"colors": [[NaN, 1, 1]]}',
        "negative": '{"colors": [[-1, 1, 1]]}',
        "objects for colors": '{"colors": [{"a": 1}]}',
        "half a surrogate": json.dumps({"colors": colors, "names": ["\ud800", "a"]}),
        "too many": json.dumps({"colors": [[1, 2, 3]] * 70_000}),
        "names of other types": json.dumps({"colors": colors, "names": {"a": 1}}),
        "values that are text": json.dumps({"colors": colors, "values": "ab"}),
        "values beyond 64 bits": json.dumps({"colors": colors, "values": [10**30, 1]}),
        "nothing": "",
        "null": "null",
        "UTF-16 without a mark": json.dumps({"colors": colors}).encode("utf-16-le"),
    }
    for kind, text in texts.items():
        yield Case(f"json: {kind}", holding("a.json", text), "a.json")
    twice = '{"colors": [[9, 9, 9]], "colors": [[1, 2, 3]]}'
    yield Case("json: a key twice", holding("a.json", twice), "a.json",
               right=has_one_color)  # fmt: skip
    layer = {
        "name": "a", "renderer": {"type": "CIMUniqueValueRenderer", "groups": [{"classes": []}]}
    }  # fmt: skip
    deep: Any = {}
    for _ in range(300):
        deep = {"type": "CIMGroupLayer", "layerDefinitions": [deep]}
    for kind, content in {
        "no classes": {"layerDefinitions": [layer]},
        "groups of groups": {"layerDefinitions": [deep]},
        "classes that are numbers": {
            "layerDefinitions": [
                {"renderer": {"type": "CIMUniqueValueRenderer", "groups": [{"classes": [1, 2]}]}}
            ]
        },
        "renderer that is a list": {"layerDefinitions": [{"renderer": [1]}]},
        "path to elsewhere": {"layerDefinitions": [], "layers": ["CIMPATH=../../etc/passwd"]},
    }.items():
        yield Case(f"lyrx: {kind}", holding("a.lyrx", json.dumps(content)), "a.lyrx")
    service = {"drawingInfo": {"renderer": {"type": "uniqueValue", "uniqueValueInfos": [
        {"value": "1", "label": "a", "symbol": {"type": "esriPFS", "url": "{address}/a.png",
         "imageData": "AAAA"}}]}}}  # fmt: skip
    yield Case("arcgis: picture at an address",
               filled("a.json", json.dumps(service)), "a.json",
               right=has_one_color)  # fmt: skip


def text_cases() -> Iterator[Case]:
    headed = "value,red,green,blue,name\n"
    for kind, name in NAMES.items():
        quoted = '"' + name.replace('"', '""') + '"'
        yield Case(f"csv: {kind}", holding("a.csv", f"{headed}1,1,2,3,{quoted}\n"),
                   "a.csv", right=named(" ".join(name.split())))  # fmt: skip
        written = json.dumps({"colors": [[1, 2, 3]], "names": [name]})
        yield Case(f"json: {kind}", holding("a.json", written), "a.json",
                   right=named(" ".join(name.split())))  # fmt: skip
    million = "n" * 1_000_000
    for suffix, text in {
        "csv": f"{headed}1,1,2,3,{million}\n",
        "tsv": f"value\tred\tgreen\tblue\tname\n1\t1\t2\t3\t{million}\n",
        "gpl": f"GIMP Palette\n1 2 3 {million}\n",
        "clr": f"1 1 2 3 {million}\n",
        "json": json.dumps({"colors": [[1, 2, 3]], "names": [million]}),
        "qml": XML["qml"].replace("{name}", million),
        "sld": XML["sld"].replace("{name}", million),
    }.items():
        yield Case(f"{suffix}: name of 1 MB", holding(f"a.{suffix}", text), f"a.{suffix}",
                   right=named(million))  # fmt: skip
    texts = {
        "a.csv": {
            "NUL": "red,green,blue\n1,\0,3\n",
            "open quote": 'red,green,blue,name\n1,2,3,"' + "x" * 500_000,
            "a million columns": "red,green,blue" + ",a" * 1_000_000 + "\n1,2,3\n",
            "commas": "," * 2_000_000,
            "too many": "1,2,3\n" * 67_000,
            "digits": "red,green,blue\n" + "1" * 500_000 + ",2,3\n",
            "exponents": "red,green,blue\n1e400,2,3\n",
            "random bytes": bytes(range(256)) * 50,
            "17 MB": "1,2,3\n" * 3_000_000,
            "lines of blanks": " \n" * 1_000_000,
            "UTF-32": "red,green,blue\n1,2,3\n".encode("utf-32")[:-1],
        },
        "a.gpl": {"counts": "GIMP Palette\nColumns: " + "9" * 100_000 + "\n1 2\n"},
        "a.pal": {
            "JASC count": "JASC-PAL\n0100\n2000000000\n1 2 3\n",
            "JASC count of 100 kB": "JASC-PAL\n0100\n" + "9" * 100_000 + "\n1 2 3\n",
            "RIFF size": b"RIFF" + struct.pack("<I", 2**32 - 1) + b"PAL data"
            + struct.pack("<IHH", 2**32 - 1, 0x300, 65_535),
            "RIFF chunks": b"RIFF" + struct.pack("<I", 16_000_000) + b"PAL "
            + (b"junk" + struct.pack("<I", 0)) * 500_000,
        },
        "a.act": {"size": bytes(771), "count": bytes(768) + b"\xff\xff\0\0"},
        "a.clr": {"colons": "1 " + ":" * 60_000, "words": "a b c d\n" * 60_000},
        "a.odct": {
            "colons": "dTect V7\nColor table\n!\n" + ":" * 500_000,
            "markers": "dTect V7.0.0\nDefault Color Tables\nx\n!\nColor table: a\nMarkers: "
            + "9" * 100_000 + "\n!\n",
        },
        "a.txt": {"blanks": " \t" * 500_000 + "x", "slashes": "0 " + "/" * 500_000},
        "a.cpt": {
            "slashes": "0 " + "/" * 500_000,
            "steps": "".join(f"{n} 1/2/3 {n + 1} 1/2/3\n" for n in range(66_000)),
            "nan": "nan 1/2/3 nan 4/5/6\n",
            "endless": "0 1/2/3 1e999 4/5/6\n",
        },
    }  # fmt: skip
    for name, kinds in texts.items():
        for kind, text in kinds.items():
            yield Case(f"{name[2:]}: {kind}", holding(name, text), "a.")
    table = dbase([("VALUE", "N", 9), ("RED", "N", 5), ("GREEN", "N", 5), ("BLUE", "N", 5)],
                  [["1", "1", "2", "3"]])  # fmt: skip
    for kind, content in {
        "rows": table[:4] + struct.pack("<I", 2**32 - 1) + table[8:],
        "header": table[:8] + struct.pack("<H", 65_535) + table[10:],
        "record": table[:10] + struct.pack("<H", 65_535) + table[12:],
        "no record": table[:10] + struct.pack("<H", 0) + table[12:],
    }.items():
        yield Case(f"dbf: lying {kind}", holding("a.dbf", content), "a.dbf",
                   right=lambda palette: palette.colors.tolist() == [[1, 2, 3]])  # fmt: skip


def cube_cases() -> Iterator[Case]:
    line = {"definition": 1, "metric": "rgb", "max_distance": None, "dtype": "uint8",
            "palette": {"name": "a", "colors": ["#010203"], "names": None, "values": None,
                        "roles": None}}  # fmt: skip

    def cube(table: bytes, **changes: Any) -> bytes:
        content = json.dumps(line | changes).encode() + b"\n" + table
        return b"geoindex color cube 1\n" + b"%08x\n" % zlib.crc32(content) + content

    zeros = zlib.compress(bytes(2**24))
    kinds: dict[str, Any] = {
        "bomb": lambda: cube(zlib.compress(bytes(100_000_000))),
        "short": cube(zlib.compress(b"\0")),
        "wrong checksum": b"geoindex color cube 1\n00000000\n{}\n",
        "pickle": b"geoindex color cube 1\n" + b"cposix\nsystem\n(S'true'\ntR.",
        "indices beyond": cube(zlib.compress(b"\7" * 2**24)),
        "metric": cube(zeros, metric="__import__('os')"),
        "distance": cube(zeros, max_distance=float("nan")),
        "dtype": cube(zeros, dtype="O"),
        "palette": cube(zeros, palette=[]),
        "definition": cube(zeros, definition={"a": 1}),
    }
    for kind, content in kinds.items():
        yield Case(f"cube: {kind}", holding("a.colorcube", content), "a.colorcube",
                   opened_by=ColorCube.load)  # fmt: skip


def cases() -> Iterator[Case]:
    """All palettes."""
    yield from xml_cases()
    yield from zip_cases()
    yield from json_cases()
    yield from text_cases()
    yield from cube_cases()
    yield Case("ramp: nan", holding("a.cpt", "nan 1/2/3 1 4/5/6\n"), "a.cpt", opened_by=ramp)
    yield Case("ramp: downhill", holding("a.cpt", "5 1/2/3 1 4/5/6\n"), "a.cpt", opened_by=ramp)
    for known in FORMATS:
        if known.write is not None:
            name = f"{known.key}{known.suffixes[0]}"
            content = known.write(small_palette())

            def load(path: Path, key: str = known.key) -> Palette:
                return load_palette(path, format=key)

            is_text = known.key != "riff"
            yield every_truncation(name, content, load, is_text=is_text)


def small_palette() -> Palette:
    return Palette(PALETTE.colors, names=["Ink", "Till", "Sand"], values=[1, 2, 3])
