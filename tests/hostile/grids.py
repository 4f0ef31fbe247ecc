"""Grids: ``.npy``, sidecars, tags of GeoTIFF, and the formats of other programs."""

from __future__ import annotations

import io
import json
import pickle
import struct
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from affine import Affine

from geoindex import IndexGrid, open_grid
from tests.hostile.case import (
    PALETTE,
    Case,
    canary,
    every_truncation,
    holding,
    several,
    shown,
    values,
)

CELLS = [[0, 1, 2], [2, 1, 0]]
GRID = IndexGrid(
    indices=np.array(CELLS, dtype=np.uint8), palette=PALETTE, nodata=255,
    transform=Affine(10, 0, 500, 0, -10, 900),
)  # fmt: skip


class Command:
    """What a pickle would run."""

    def __reduce__(self) -> tuple[Any, ...]:
        import os

        return os.system, (f"touch {canary()}.pickled",)


def written(name: str) -> dict[str, bytes]:
    """Files of a good grid."""
    with tempfile.TemporaryDirectory() as folder:
        GRID.save(Path(folder) / name)
        return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def npy(header: str | bytes, cells: bytes = bytes(6), version: bytes = b"\1\0") -> bytes:
    line = (header if isinstance(header, bytes) else header.encode()) + b"\n"
    size = struct.pack("<H" if version == b"\1\0" else "<I", len(line))
    return b"\x93NUMPY" + version + size + line + cells


def described(descr: str, shape: str = "(2, 3)", order: str = "False") -> str:
    return f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}}}"


def npy_cases() -> Iterator[Case]:
    side = written("a.npy")["a.npy.json"]
    headers: dict[str, str | bytes] = {
        "open brackets": "(((((",
        "open braces": "{" * 3000,
        "deep brackets": "(" * 60_000,
        "a call": "__import__('os').system('true')",
        "a comprehension": "[0 for _ in range(10 ** 9)]",
        "a power": described("'|u1'", "(10**9, 10**9)"),
        "mixed keys": "{'descr': '|u1', 1: 2}",
        "more keys": "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), 'x': 1}",
        "a set": "{1, 2}",
        "no UTF-8": b"\xff\xfe{}",
        "NUL": described("'|u1'").replace("descr", "de\0scr"),
        "a shape beyond memory": described("'|u1'", "(1000000000, 1000000000)"),
        "a shape of 400 digits": described("'|u1'", f"({'9' * 400}, 2)"),
        "a negative shape": described("'|u1'", "(-2, 3)"),
        "a shape of truths": described("'|u1'", "(True, 6)"),
        "no shape": described("'|u1'", "()"),
        "one axis": described("'|u1'", "(6,)"),
        "a thousand axes": described("'|u1'", f"({'1,' * 1000})"),
        "a shape of text": described("'|u1'", "'abc'"),
        "an empty shape": described("'|u1'", "(0, 3)"),
        "objects": described("'|O'"),
        "dates": described("'<M8[s]'", "(1, 1)"),
        "text": described("'<U3'", "(1, 1)"),
        "bytes without a type": described("'|V6'", "(1, 1)"),
        "fields": described("[('a', '|u1'), ('b', '|u1')]", "(1, 3)"),
        "fields of fields": described("[('a', [('b', '|u1')])]", "(2, 3)"),
        "cells of cells": described("('|u1', (3,))", "(2, 1)"),
        "complex numbers": described("'<c16'", "(1, 1)"),
        "no type": described("None"),
        "a type of braces": described("{}"),
        "an order of 1": described("'|u1'", order="1"),
    }
    for kind, header in headers.items():
        files = (("a.npy", npy(header)), ("a.npy.json", side))
        yield Case(f"npy: {kind}", several(*files), "a.npy")
        yield Case(f"npy values: {kind}", holding("a.npy", npy(header)), "a.npy", opened_by=values)
    for kind, content in {
        "a pickle": b"cposix\nsystem\n(S'true'\ntR.",
        "version 9": npy(described("'|u1'"), version=b"\x09\0"),
        "a length beyond": b"\x93NUMPY\2\0" + struct.pack("<I", 2**32 - 1) + b"{",
        "more cells": npy(described("'|u1'"), bytes(7)),
        "fewer cells": npy(described("'|u1'"), bytes(5)),
    }.items():
        yield Case(f"npy: {kind}", several(("a.npy", content), ("a.npy.json", side)), "a.npy")

    def pickled(folder: Path) -> Path:
        array = np.array([[Command()]], dtype=object)
        stream = io.BytesIO()
        np.save(stream, array, allow_pickle=True)
        return several(("a.npy", stream.getvalue()), ("a.npy.json", side))(folder)

    yield Case("npy: a pickle that runs a command", pickled, "a.npy")
    yield Case(
        "npy: a zip", several(("a.npy", b"PK\3\4" + bytes(99)), ("a.npy.json", side)), "a.npy"
    )
    columns = np.asfortranarray(np.array(CELLS, dtype=np.uint8))
    for kind, cells in {
        "Fortran order": columns,
        "big-endian": np.array(CELLS, dtype=">u2"),
    }.items():
        stream = io.BytesIO()
        np.save(stream, cells)
        yield Case(
            f"npy: {kind}", several(("a.npy", stream.getvalue()), ("a.npy.json", side)),
            refused="a.npy", right=shown(*CELLS),
        )  # fmt: skip
        yield Case(
            f"npy values: {kind}", holding("a.npy", stream.getvalue()), opened_by=values,
            right=lambda found: found.tolist() == CELLS,
        )  # fmt: skip
    yield every_truncation("a.npy", written("a.npy")["a.npy"], values)


def sidecar_cases() -> Iterator[Case]:
    good = written("a.npy")
    content = json.loads(good["a.npy.json"])
    changes: dict[str, dict[str, Any]] = {
        "provenance 5": {"provenance": 5},
        "provenance of a list": {"provenance": [1]},
        "transform of nan": {"transform": [float("nan")] * 6},
        "transform of zeros": {"transform": [0] * 6},
        "transform of two": {"transform": [1, 2]},
        "transform of text": {"transform": "abcdef"},
        "transform beyond floats": {"transform": [10**400, 0, 0, 0, 1, 0]},
        "endless transform": {"transform": [float("inf"), 0, 0, 0, 1, 0]},
        "transform of lists": {"transform": [[1]] * 6},
        "gcps 5": {"gcps": 5},
        "gcps of numbers": {"gcps": [1]},
        "gcps of objects": {"gcps": [{"row": 1}]},
        "gcps of text": {"gcps": [["a", 1, 2, 3, 4]]},
        "gcps of nan": {"gcps": [[float("nan"), 1, 2, 3, 4]] * 3},
        "crs 5": {"crs": 5},
        "crs of nonsense": {"crs": "nonsense"},
        "crs of a file": {"crs": "/etc/passwd"},
        "crs of an address": {"crs": "http://127.0.0.1/"},
        "nested crs": {"crs": "GEOGCS[" * 20_000},
        "nodata of text": {"nodata": "x"},
        "nodata of a fraction": {"nodata": 1.5},
        "nodata beyond": {"nodata": 10**30},
        "nodata below": {"nodata": -1},
        "palette 5": {"palette": 5},
        "palette of nothing": {"palette": {}},
        "palette of text": {"palette": {"colors": "abc", "names": None, "name": None}},
        "names of numbers": {"palette": {**content["palette"], "names": [1, 2, 3]}},
        "a name that is a list": {"palette": {**content["palette"], "name": [5]}},
        "values of fractions": {"palette": {**content["palette"], "values": [0.5, 1, 2]}},
        "merge of text": {"palette": {**content["palette"], "merge": "abc"}},
        "show of numbers": {"palette": {**content["palette"], "show": 7}},
        "checksum of text": {"crc32": "a"},
        "no version": {"format_version": None},
        "version true": {"format_version": True},
        "version 99": {"format_version": 99},
    }
    for kind, change in changes.items():
        side = json.dumps(content | change)
        files = (("a.npy", good["a.npy"]), ("a.npy.json", side))
        yield Case(f"sidecar: {kind}", several(*files), "a.npy")
    for kind, text in {
        "open bracket": "[",
        "nesting": "[" * 100_000,
        "nested objects": '{"a":' * 100_000,
        "no object": "null",
        "no text": b"\xff\xfe",
        "nothing": "",
        "digits": '{"format_version": 1, "crc32": ' + "9" * 5000 + "}",
        "17 MB": " " * 17_000_000,
    }.items():
        yield Case(f"sidecar: {kind}",
                   several(("a.npy", good["a.npy"]), ("a.npy.json", text)), "a.npy")  # fmt: skip


def tag_cases() -> Iterator[Case]:
    """GeoTIFFs whose tag lies."""
    for kind, content in {
        "text": "no JSON",
        "nesting": "[" * 20_000,
        "no object": "5",
        "provenance": json.dumps({"format_version": 1, "provenance": 5, "n_colors": 3}),
        "colors": json.dumps({"format_version": 1, "n_colors": 10**9, "names": ["a"]}),
        "names": json.dumps({"format_version": 1, "n_colors": 3, "names": 5}),
        "values": json.dumps(
            {"format_version": 1, "n_colors": 3, "values": [-5, 1, 10**12], "class_values": True}
        ),
        "place": json.dumps({"format_version": 1, "n_colors": 3, "place": {"transform": [0] * 6}}),
        "place of nan": json.dumps(
            {"format_version": 1, "n_colors": 3, "place": {"transform": [float("nan")] * 6}}
        ),
    }.items():
        yield Case(f"tag: {kind}", tagged(content), "a.tif")


def tagged(content: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        import rasterio

        path = folder / "a.tif"
        GRID.save(path)
        (folder / "a.tif.aux.xml").unlink(missing_ok=True)
        with rasterio.open(path, "r+") as target:
            target.update_tags(GEOINDEX=content)
        return path

    return make


FORMATS = {
    "esri": "a.asc", "grass": "g.asc", "irap": "a.irap", "zmap": "a.zmap", "surfer6": "s.grd",
    "surfer6-binary": "b.grd", "surfer7": "c.grd", "cps3": "a.cps3",
}  # fmt: skip


def saved(key: str) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        GRID.save(Path(folder) / FORMATS[key], format=key)
        return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def changed(key: str, old: bytes, new: bytes) -> Callable[[Path], Path]:
    files = saved(key)
    name = FORMATS[key]
    assert old in files[name], files[name]
    files[name] = files[name].replace(old, new, 1)
    return several((name, files.pop(name)), *files.items())


WORDS = {
    "esri": {b"ncols 3": [b"999999999", b"-3", b"3.5", b"nan", b"9" * 5000, b"1e300"],
             b"cellsize 10": [b"0", b"nan", b"1e400", b"-10"]},
    "grass": {b"cols: 3": [b"999999999", b"-3", b"9" * 5000]},
    "irap": {b"-996 2": [b"999999999", b"-2", b"nan"]},
}  # fmt: skip
"""Beginnings of lines of a header, and what their last word becomes."""

COUNTS = {"surfer6-binary": (4, "<H"), "surfer7": (20, "<I")}
"""Place and type of the number of columns."""


def lying(key: str) -> Iterator[tuple[str, Callable[[Path], Path]]]:
    """Kinds of lies in the header of a format."""
    for old, words in WORDS.get(key, {}).items():
        for word in words:
            new = old.rpartition(b" ")[0] + b" " + word
            yield f"{old.decode()} as {word[:9].decode()} ({len(word)})", changed(key, old, new)
    name, files = FORMATS[key], saved(key)
    if key in COUNTS:
        at, form = COUNTS[key]
        for number in (0, 2**15, 2 ** (8 * struct.calcsize(form)) - 1):
            content = bytearray(files[name])
            content[at : at + struct.calcsize(form)] = struct.pack(form, number)
            others = [(other, files[other]) for other in files if other != name]
            yield f"{number} columns", several((name, bytes(content)), *others)
    if key in ("zmap", "cps3", "surfer6"):
        for number, line in enumerate(files[name].splitlines()[:6]):
            numbers = line.replace(b",", b" ").split() or [b"none"]
            for word in (b"999999999", b"nan", b"-1", b"1e308"):
                new = line.replace(numbers[-1], word)
                if new != line:
                    yield f"line {number} with {word.decode()}", changed(key, line, new)


def exchange_cases() -> Iterator[Case]:
    for key, name in FORMATS.items():
        files = saved(key)
        others = [(other, files[other]) for other in files if other != name]
        for kind, make in lying(key):
            # What is a comment or a name to the format changes nothing.
            yield Case(f"{key}: {kind}", make, name[:2], right=same_cells)
        rest = files[name][:200]
        yield Case(f"{key}: no legend", holding(name, files[name]), name[:2])
        for kind, content in {
            "binary": rest + bytes(range(256)) * 400,
            "words": rest + b" word" * 200_000,
            "a word of 2 MB": rest + b"9" * 2_000_000,
            "lines": rest + b"\n" * 1_000_000,
        }.items():
            yield Case(f"{key}: {kind}", several((name, content), *others), name[:2],
                       right=same_cells)  # fmt: skip
        yield every_truncation(f"grid of {key} {name}", files[name], values,
                               is_text=key not in ("surfer6-binary", "surfer7"))  # fmt: skip
    legend = saved("esri")
    for kind, text in {
        "of another grid": legend["a.asc.legend.csv"].replace(b"0,0,0,0", b"9,0,0,0"),
        "NUL": b"index,r,g,b,name\n0,0,0,0,\0\n",
        "a million rows": b"index,r,g,b,name\n" + b"0,0,0,0,a\n" * 1_000_000,
        "open quote": b'index,r,g,b,name\n0,0,0,0,"' + b"x" * 1_000_000,
    }.items():
        files = (("a.asc", legend["a.asc"]), ("a.asc.legend.csv", text))
        yield Case(f"legend: {kind}", several(*files), "a.asc")


def same_cells(grid: Any) -> bool:
    return bool(np.asarray(grid.indices).tolist() == CELLS)


def cases() -> Iterator[Case]:
    """All grids."""
    yield from npy_cases()
    yield from sidecar_cases()
    yield from tag_cases()
    yield from exchange_cases()
    stack = pickle.dumps([Command.__name__])
    yield Case("tif: a pickle", holding("a.tif", stack), "a.tif", opened_by=open_grid)
