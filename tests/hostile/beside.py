"""Side files of an image: georeference, mask, overviews and metadata."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tests.hostile.case import Case, address, canary, image, several, shown
from tests.hostile.images import CELLS, RIGHT, VRT
from tests.support.png import png

PICTURE = png(CELLS.astype(np.int64), 2, 8)
PALETTED = png(np.array([[[0], [1]]]), 3, 8, palette=bytes([0, 0, 0, 230, 60, 20]))

AUX = "<PAMDataset>{}</PAMDataset>"


def beside(name: str, content: Callable[[], str | bytes]) -> Callable[[Path], Path]:
    """Maker of an image with a file beside it."""

    def make(folder: Path) -> Path:
        return several(("map.png", PICTURE), (name, content()))(folder)

    return make


def no_place(grid: Any) -> bool:
    return grid.transform is None and np.asarray(grid.indices).tolist() == RIGHT


def cases() -> Iterator[Case]:
    """All side files."""
    worlds = {
        "not numbers": "10\n0\n0\n-10\nhere\n0\n",
        "nan": "nan\n0\n0\n-10\n5\n5\n",
        "infinite": "1e999\n0\n0\n-10\n5\n5\n",
        "zeros": "0\n" * 6,
        "five numbers": "10\n0\n0\n-10\n5\n",
        "a million numbers": "10\n" * 1_000_000,
        "no text": b"\xff\xfe\0\xd8" * 9,
        "NUL": b"10\n0\n0\n-10\n5\0\n5\n",
        "one line of 2 MB": "1" * 2_000_000,
    }
    for name, text in worlds.items():
        yield Case(f"world file: {name}", beside("map.pgw", lambda t=text: t), "map.p")
    projections = {
        "nonsense": 'PROJCS["a"',
        "nested": "GEOGCS[" * 50_000,
        "2 MB": 'GEOGCS["' + "a" * 2_000_000 + '"]',
        "escapes": "\x1b[2J\x1b[31m",
        "binary": bytes(range(256)),
        "a path": "/etc/passwd",
    }
    for name, text in projections.items():
        files = (("map.png", PICTURE), ("map.pgw", "10\n0\n0\n-10\n5\n5\n"), ("map.prj", text))
        yield Case(f".prj: {name}", several(*files), "map.prj")
    grown = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    entities = f'<!DOCTYPE a [<!ENTITY e0 "ha">{grown}]>'
    auxiliary = {
        "entities": entities + AUX.format("<SRS>&e11;</SRS>"),
        "external entity": '<!DOCTYPE a [<!ENTITY x SYSTEM "file://{canary}">]>'
        + AUX.format("<SRS>&x;</SRS>"),
        "nested": "<a>" * 100_000,
        "other overviews": AUX.format(
            '<Metadata domain="OVERVIEWS"><MDI key="OVERVIEW_FILE">{canary}</MDI></Metadata>'
        ),
        "other mask": AUX.format(
            '<PAMRasterBand band="1"><Metadata domain="SOURCE"><MDI key="F">{canary}</MDI>'
            "</Metadata></PAMRasterBand>"
        ),
        "derived": AUX.format('<Subdataset name="DERIVED_SUBDATASET:AMPLITUDE:{canary}"/>'),
        "NUL": AUX.format("<SRS>\0</SRS>"),
        "a palette of a million": AUX.format(
            '<PAMRasterBand band="1"><ColorTable>'
            + '<Entry c1="1" c2="2" c3="3" c4="4"/>' * 100_000
            + "</ColorTable></PAMRasterBand>"
        ),
    }
    for name, text in auxiliary.items():
        yield Case(
            f".aux.xml: {name}",
            beside("map.png.aux.xml", lambda t=text: t.replace("{canary}", canary())),
            refused="map.png", right=shown(*RIGHT),
        )  # fmt: skip
    nowhere = AUX.format("<GeoTransform>0, 0, 0, 0, 0, 0</GeoTransform>")
    yield Case(".aux.xml: no place", beside("map.png.aux.xml", lambda: nowhere), "the same place")
    endless = AUX.format("<GeoTransform>nan, nan, 0, 0, inf, 0</GeoTransform>")
    yield Case(".aux.xml: nan", beside("map.png.aux.xml", lambda: endless), "is not finite")
    for name, numbers in (("line", "0, 1, 1, 0, 1, 1"), ("huge", "0, 1e200, 0, 0, 0, -1e200")):
        flat = AUX.format(f"<GeoTransform>{numbers}</GeoTransform>")
        yield Case(
            f".aux.xml: {name}", beside("map.png.aux.xml", lambda t=flat: t), "too large, or gives"
        )
    for ending in (".msk", ".ovr", ".MSK", ".msk.msk", ".ovr.msk"):
        yield Case(
            f"{ending} that is a VRT",
            beside(f"map.png{ending}", lambda: VRT.format(canary=canary())),
            "is not a TIFF",
        )
    for ending in (".msk", ".ovr"):
        yield Case(
            f"{ending} that names an address",
            beside(f"map.png{ending}", lambda: f"<VRTDataset>{address()}</VRTDataset>"),
            "is not a TIFF",
        )
    large = io.BytesIO()
    Image.fromarray(np.zeros((64, 64), np.uint8)).save(large, "TIFF")
    yield Case(
        ".msk of another size", beside("map.png.msk", large.getvalue), "map.png",
        right=shown(*RIGHT),
    )  # fmt: skip
    yield Case(".msk cut short", beside("map.png.msk", lambda: large.getvalue()[:100]), "map.png",
               right=shown(*RIGHT))  # fmt: skip
    loop = b"II*\0" + struct.pack("<IHHHIII", 8, 1, 256, 4, 1, 2, 8)
    yield Case(".ovr that follows itself", beside("map.png.ovr", lambda: loop), "map.png",
               right=shown(*RIGHT))  # fmt: skip
    points = {
        "words": "mapX,mapY,sourceX,sourceY\na,b,c,d\n",
        "infinite": "mapX,mapY,sourceX,sourceY\n" + "1e999,1,1,1\n" * 3,
        "two": "mapX,mapY,sourceX,sourceY\n1,1,1,1\n2,2,2,2\n",
        "a cell of 1 MB": "mapX,mapY,sourceX,sourceY\n" + '"' + "1" * 1_000_000 + '",1,1,1\n',
        "no CRS": "#CRS: " + "[" * 5000 + "\nmapX,mapY,sourceX,sourceY\n" + "1,1,1,1\n" * 3,
        "17 MB": "#" * 17_000_000,
    }
    for name, text in points.items():
        yield Case(f".points: {name}", beside("map.points", lambda t=text: t), "map")
    yield Case(
        ".tab that names a file",
        beside(
            "map.tab",
            lambda: (
                f'!table\n!version 300\nDefinition Table\n File "{canary()}"\n Type "RASTER"\n'
            ),
        ),
        refused="map.png", right=no_place,
    )  # fmt: skip
    yield Case("image that is a folder", folder_named("map.png"), "is not a file", opened_by=image)
    for name in ("map.pgw", "map.png.aux.xml", "map.png.msk", "map.prj"):
        yield Case(f"pipe as {name}", pipe_named(name), "is a pipe or device")


def folder_named(name: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / name).mkdir()
        return folder / name

    return make


def pipe_named(name: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        import os

        os.mkfifo(folder / name)
        return several(("map.png", PICTURE))(folder)

    return make
