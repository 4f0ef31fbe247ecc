"""Every parser of bytes of ours, with files to begin from.

A target takes any bytes. What it raises beside a :class:`geoindex.errors.GeoindexError`, and a
warning of another library, is a finding.
"""

from __future__ import annotations

import functools
import io
import json
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from geoindex import Survey, ValueGrid, open_grid, open_values, read_horizon
from geoindex.batch.manifest import MANIFEST, open_manifest
from geoindex.images.control_points import read_control_points
from geoindex.images.gif import first_frame
from geoindex.images.headers import exif_orientation, is_own_grid, whole_reason
from geoindex.images.sidecars import crs_beside, world_file_transform
from geoindex.images.stray_bytes import stray_parts
from geoindex.opendtect.survey_file import format_survey, parse_survey
from geoindex.palettes.cube import MAGIC, load_cube
from geoindex.palettes.entries import Request
from geoindex.palettes.formats import FORMATS, PaletteFormat, format_named
from geoindex.palettes.legend_csv import grid_legend_path
from tests.hostile.texts import configured
from tests.support.exchange import READABLE, SUFFIX, UPRIGHT, make_grid
from tests.support.palettes import INK_PALETTE, STYLES, TABLES, VALUED, save_project
from tests.support.surveys import F3, KEVITSA, json_form


@dataclass(frozen=True)
class Target:
    """A parser."""

    name: str
    read: Callable[[bytes], Any]
    seeds: tuple[bytes, ...]
    """Files that it can read."""

    ends: str = ""
    """Part of the error by which reading them ends."""


TOP = tempfile.TemporaryDirectory(prefix="geoindex-fuzz-")
"""Folder of all files, which is removed at the end."""


@functools.cache
def folder(name: str) -> Path:
    """Folder of a target's files."""
    path = Path(TOP.name) / name
    path.mkdir()
    return path


def of_file(
    name: str,
    file: str,
    read: Callable[[Path], Any],
    *seeds: bytes,
    opened: tuple[str, bytes] | None = None,
    ends: str = "",
) -> Target:
    """Target whose bytes are a file, which is opened, or lies beside one that is."""

    @functools.cache
    def prepared() -> Path:
        place = folder(name)
        if opened is None:
            return place / file
        (place / opened[0]).write_bytes(opened[1])
        return place / opened[0]

    def read_bytes(content: bytes) -> Any:
        path = prepared()
        path.with_name(file).write_bytes(content)
        return read(path)

    return Target(name, read_bytes, seeds, ends)


RAMPS = {
    "clr": b"0 0 0 0\n50 120 30 200\n100 255 255 255\n",
    "opendtect": format_named("opendtect").write(VALUED),
    "qgis-text": b"# QGIS Generated Color Map Export File\nINTERPOLATION:INTERPOLATED\n"
    b"0,0,0,0,255,low\n100,255,255,255,255,high\n",
    "gdal": b"nv 0 0 0 0\n0 black\n50 120 30 200\n100 255 255 255 128\n",
    "qml": b"""<qgis><pipe><rasterrenderer type="singlebandpseudocolor"><rastershader>
        <colorrampshader colorRampType="INTERPOLATED" classificationMode="1"><item value="0"
        color="#000000" label="low"/><item value="9" color="#fad0c8" alpha="255" label="high"/>
        </colorrampshader></rastershader></rasterrenderer></pipe></qgis>""",
    "cpt": b"# COLOR_MODEL = RGB\n0 0 0 0 50 120 30 200\n50 120/30/200 100 white ; high\n"
    b"B black\nF white\nN gray\n",
}


def palettes() -> Iterator[Target]:
    """Palettes, styles and ramps of every format."""
    for known in FORMATS:
        seeds = [source[known.key] for source in (STYLES, TABLES) if known.key in source]
        if known.write is not None:
            seeds += [known.write(palette) for palette in (VALUED, INK_PALETTE)]
        if known.key == "qgis":
            project = folder("seeds") / "a.qgs"
            save_project(project, one=VALUED)
            seeds.append(project.read_bytes())
        if known.key in ("excel", "opendocument"):
            seeds.append(workbook() if known.key == "excel" else opendocument())
        yield Target(known.key, functools.partial(read_palette, known), tuple(seeds))
        if known.read_ramp is not None:
            ramp = functools.partial(known.read_ramp, request=Request(where="p"))
            yield Target(f"{known.key} ramp", ramp, (RAMPS[known.key],))
    # Bytes of an archive are mostly checksums; what is in it is parsed, too.
    for key, member, wrap in (
        ("excel", "xl/worksheets/sheet1.xml", workbook),
        ("opendocument", "content.xml", opendocument),
    ):
        archive = zipfile.ZipFile(io.BytesIO(wrap()))
        read = functools.partial(_wrapped, format_named(key), wrap)
        yield Target(f"{key} sheet", read, (archive.read(member),))


def _wrapped(known: PaletteFormat, wrap: Callable[[bytes], bytes], content: bytes) -> Any:
    return read_palette(known, wrap(content))


def read_palette(known: PaletteFormat, content: bytes) -> None:
    """Read a palette, which must come back from a file of ours."""
    palette = known.read(content, Request(where="p", n_colors=5))
    again = format_named("json")
    assert again.write is not None
    assert again.read(again.write(palette), Request(where="p")) == palette


def workbook(sheet: bytes | None = None) -> bytes:
    """Workbook of a palette, with another sheet in its place."""
    from openpyxl import Workbook

    book = Workbook()
    for row in (["value", "r", "g", "b", "name"], [1, 250, 208, 200, "Gneiss"], [7, 1, 2, 3, "x"]):
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    if sheet is None:
        return stream.getvalue()
    return _replaced(stream, "xl/worksheets/sheet1.xml", sheet)


@functools.cache
def _members(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def _replaced(archive: io.BytesIO, name: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as target:
        for member, known in _members(archive.getvalue()).items():
            target.writestr(member, content if member == name else known)
    return stream.getvalue()


ODS = (
    b'<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    b'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    b'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body>'
    b'<office:spreadsheet><table:table table:name="a"><table:table-row>'
    + b"".join(
        b"<table:table-cell><text:p>%s</text:p></table:table-cell>" % word
        for word in (b"r", b"g", b"b", b"name")
    )
    + b'</table:table-row><table:table-row table:number-rows-repeated="2">'
    b'<table:table-cell office:value-type="float" office:value="7" '
    b'table:number-columns-repeated="3"><text:p>7</text:p></table:table-cell>'
    b"<table:table-cell><text:p>Till<text:s/>x</text:p></table:table-cell></table:table-row>"
    b"</table:table></office:spreadsheet></office:body></office:document-content>"
)


def opendocument(content: bytes = ODS) -> bytes:
    """OpenDocument spreadsheet with some content."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
    return stream.getvalue()


def grids() -> Iterator[Target]:
    """Grid files of ours and of other programs, and what lies beside them."""
    grid = make_grid(UPRIGHT, n_colors=3, shape=(4, 5))
    values = ValueGrid(values=np.float32([[1.5, np.nan], [2.5, 3.25]]), transform=UPRIGHT)
    made = folder("seeds")
    for key in READABLE:
        path, other = made / f"{key}{SUFFIX[key]}", made / f"{key}2{SUFFIX[key]}"
        grid.save(path, format=key)
        values.save(other, format=key)
        seeds = (path.read_bytes(), other.read_bytes())
        yield of_file(key, f"a{SUFFIX[key]}", open_values, *seeds)
    legend = grid_legend_path(made / "esri.asc").read_bytes()
    cells = (made / "esri.asc").read_bytes()
    yield of_file("legend", "a.asc.legend.csv", open_grid, legend, opened=("a.asc", cells))
    grid.save(made / "a.npy")
    values.save(made / "v.npy")
    array, sidecar = (made / "a.npy").read_bytes(), (made / "a.npy.json").read_bytes()
    yield of_file("npy", "a.npy", open_values, array, (made / "v.npy").read_bytes())
    yield of_file("npy sidecar", "a.npy.json", open_grid, sidecar, opened=("a.npy", array))
    cube = json.dumps(
        {"definition": 1, "metric": "rgb", "max_distance": None, "dtype": "uint8",
         "palette": json.loads(sidecar)["palette"]}
    ).encode()  # fmt: skip
    sealed = of_file("color cube", "a.colorcube", load_cube)
    yield Target(
        "color cube",
        lambda content: sealed.read(with_checksum(content)),
        (cube + b"\n",),
        "damaged",
    )
    record = json.dumps({"made": "a.tif", "source": "a.png", "signature": [["a.png", 1]],
                         "settings": "0", "files": {"a.tif": 3}})  # fmt: skip
    begun = json.dumps({"begun": ["a.tif", "b.tif"], "sources": ["a.png", "b.png"]})
    yield of_file("batch record", MANIFEST, read_record, f"{begun}\n{record}\n".encode())


def with_checksum(content: bytes) -> bytes:
    """Content of a color cube that is not refused for its checksum."""
    return MAGIC + b"%08x\n" % zlib.crc32(content) + content


def read_record(path: Path) -> None:
    """Ask all that a batch asks its record."""
    with open_manifest(path.parent) as record:
        record.is_made("a.tif", "a.png", [["a.png", 1]], "0")
        record.was_made("a.tif")
        record.other_source("a.tif", "b.png")
        record.other_palettes((), "0")
        record.without_source()


def texts() -> Iterator[Target]:
    """Surveys, horizons and configurations."""
    seeds = (F3.encode(), KEVITSA.encode(), json.dumps(json_form()).encode())
    yield Target("survey", read_survey, seeds)
    lines = b'# "Inline"\t"Crossline"\t"Z"\t"class"\n1\t1\t0.5\t0\n1\t2\t0.5\t2\n3\t1\t0.25\t1\n'
    points = b"605835.52 6073556.38 1 1\n605860.51 6073557.08 1 2\n605834.82 6073581.37 1 0\n"
    read = functools.partial(read_horizon, palette=VALUED)
    yield of_file("horizon", "a.dat", read, lines)
    read = functools.partial(read, survey=parse_survey(F3, "s"))
    yield of_file("horizon of points", "a.dat", read, points)
    toml = b'palette = "windows-256"\nmax-distance = 30\nmetric = "lab"\nbox = [0, 0, 9, 9]\n'
    yield of_file("configuration", "a.toml", configured, toml, ends="none.png")


def read_survey(content: bytes) -> None:
    """Read a survey; what was read must come back from a file of ours."""
    survey = parse_survey(content.decode("utf-8", "replace"), "s")
    assert isinstance(survey, Survey)
    assert parse_survey(format_survey(survey), "again").shape == survey.shape


def headers() -> Iterator[Target]:
    """Headers of images that are read by us, and texts beside images."""
    place = b"10\n0\n0\n-10\n500005\n6999995\n"
    yield of_file("world file", "a.pgw", world_file_transform, place, opened=("a.png", b""))
    wkt = b'LOCAL_CS["site",UNIT["metre",1]]'
    yield of_file("prj", "a.prj", crs_beside, wkt, opened=("a.png", b""))
    points = (
        b"#CRS: EPSG:3067\nmapX,mapY,sourceX,sourceY,enable,dX,dY,residual\n"
        b"1,2,0,-1,1,0,0,0\n5,6,7,-8,1,0,0,0\n9,1,2,-3,0,0,0,0\n3,9,4,-5,1,0,0,0\n"
    )
    yield of_file("control points", "a.points", read_control_points, points)
    for driver, kind in {
        "GTiff": "tiff", "PNG": "png", "WEBP": "webp", "JPEG": "jpeg", "GIF": "gif",
    }.items():  # fmt: skip
        yield of_file(
            f"{kind} header", f"a.{kind}", functools.partial(read_header, driver), picture(kind)
        )


def read_header(driver: str, path: Path) -> None:
    """Read all headers of a file."""
    assert 1 <= exif_orientation(path, driver) <= 8
    whole_reason(driver, path)
    is_own_grid(path)
    if driver == "GIF":
        first_frame(path)
    if driver == "JPEG":
        stray_parts(path)


def picture(kind: str) -> bytes:
    """A small turned picture."""
    exif = Image.Exif()
    exif[274] = 6
    stream = io.BytesIO()
    pixels = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    Image.fromarray(pixels).save(stream, kind, **({} if kind == "gif" else {"exif": exif}))
    return stream.getvalue()


def targets() -> dict[str, Target]:
    """All targets by name."""
    rooms = (palettes, grids, texts, headers)
    return {target.name: target for room in rooms for target in room()}
