"""Color cubes in files, and the mapper that a name, a palette or a cube stands for.

A ``.colorcube`` file is one line of magic, one line with the CRC-32 of what follows, one line
of JSON (settings and palette) and the table, compressed by zlib.
"""

from __future__ import annotations

import json
import zlib
from os import PathLike, fspath
from pathlib import Path
from typing import Any

import numpy as np

from geoindex.color.cells import N_CODES
from geoindex.color.cube import ColorCube
from geoindex.color.mapper import ColorMapper, color_mapper
from geoindex.color.search import DEFINITION, Metric
from geoindex.errors import (
    CubeError,
    GeoindexError,
    GridError,
    MissingFileError,
    OptionError,
    OutputError,
)
from geoindex.formats.atomic import atomic_output, check_target
from geoindex.formats.metadata import dump_json, palette_from_json, palette_to_json
from geoindex.formats.palettes import load_palette
from geoindex.grid import IndexArray
from geoindex.palette import Palette

__all__ = ["SUFFIX", "check_cube_target", "load_cube", "load_mapper", "save_cube"]

SUFFIX = ".colorcube"
MAGIC = b"geoindex color cube 1\n"

# 65,535 colors with names of a hundred letters stay below this.
LARGEST_FILE = 16 * 2**20 + 2 * N_CODES


def load_mapper(
    source: ColorMapper | Palette | str | PathLike[str],
    metric: Metric = "rgb",
    max_distance: float | None = None,
) -> ColorMapper:
    """Prepare to map pixels to a palette or cube, in memory or in a file.

    Parameters
    ----------
    source : ColorMapper, Palette, str or path-like
        A cube or another mapper, the file of a cube, or what :func:`geoindex.load_palette`
        takes.
    metric, max_distance
        As in :func:`geoindex.index_image`. A mapper brings its own: here they may only be left
        out or be the same.

    Returns
    -------
    ColorMapper

    Raises
    ------
    GeoindexError
        The source cannot be read, or is a cube of other settings.
    """
    if isinstance(source, ColorMapper):
        return color_mapper(source, metric, max_distance)
    if not isinstance(source, Palette | str | PathLike):
        raise OptionError(
            f"palette must be a Palette, a ColorCube, a file or a name, found "
            f"{type(source).__name__}; Palette(colors) makes one of colors"
        )
    if not isinstance(source, Palette) and Path(fspath(source)).suffix.lower() == SUFFIX:
        return color_mapper(load_cube(source), metric, max_distance)
    return color_mapper(load_palette(source), metric, max_distance)


def save_cube(cube: ColorCube, path: str | PathLike[str], *, overwrite: bool = False) -> None:
    """Write a cube to a file; see :meth:`geoindex.ColorCube.save`."""
    path = check_cube_target(path, overwrite=overwrite)
    table = cube.table.astype(cube.table.dtype.newbyteorder("<"), copy=False)
    header = {
        "definition": DEFINITION,
        "metric": cube.metric,
        "max_distance": cube.max_distance,
        "palette": palette_to_json(cube.palette),
        "dtype": table.dtype.name,
    }
    content = dump_json(header).encode() + b"\n" + zlib.compress(table.data)
    with atomic_output(path, overwrite=overwrite) as temporary:
        temporary.write_bytes(MAGIC + b"%08x\n" % zlib.crc32(content) + content)


def check_cube_target(path: str | PathLike[str], *, overwrite: bool) -> Path:
    """Refuse a target that cannot or must not be written, before a cube is computed."""
    path = Path(path)
    if path.suffix.lower() != SUFFIX:
        raise OutputError(f"{path}: unknown suffix; color cubes are written as {SUFFIX}")
    check_target(path, overwrite=overwrite)
    return path


def load_cube(path: str | PathLike[str], palette: Palette | None = None) -> ColorCube:
    """Load a cube from a file; see :meth:`geoindex.ColorCube.load`."""
    path = Path(path)
    if not path.is_file():
        raise MissingFileError(f"{path}: no such color cube file")
    header, compressed = _read_parts(path)
    if header["definition"] != DEFINITION:
        raise CubeError(
            f"{path}: was made with another version of the color distances "
            f"({header['definition']}, now {DEFINITION}); make the cube again"
        )
    try:
        found = palette_from_json(header["palette"], str(path))
    except GridError as error:
        raise CubeError(f"{error}; make the cube again") from error
    if palette is not None and found.sha256 != palette.sha256:
        raise CubeError(f"{path}: was made for other colors ({found!r}); make the cube again")
    table = _decompress(compressed, header, path)
    try:
        return ColorCube(
            found if palette is None else palette,
            header["metric"],
            header["max_distance"],
            table=table,
        )
    except (TypeError, GeoindexError) as error:
        raise CubeError(f"{path}: is damaged ({error}); make the cube again") from error


def _read_parts(path: Path) -> tuple[dict[str, Any], bytes]:
    """Read settings and compressed table of a file that is ours and whole."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise CubeError(f"{path}: is too large to be a color cube")
        content = path.read_bytes()
    except OSError as error:
        raise CubeError(f"{path}: cannot be read: {error.strerror}") from error
    if not content.startswith(MAGIC):
        raise CubeError(f"{path}: is not a color cube that this geoindex wrote")
    checksum, _, content = content.removeprefix(MAGIC).partition(b"\n")
    line, _, compressed = content.partition(b"\n")
    if checksum != b"%08x" % zlib.crc32(content):
        raise CubeError(f"{path}: is damaged or cut short; make the cube again")
    try:
        header = json.loads(line)
    except (ValueError, RecursionError):
        header = None
    wanted = {"definition", "metric", "max_distance", "palette", "dtype"}
    if not isinstance(header, dict) or not wanted <= header.keys():
        raise CubeError(f"{path}: is damaged; make the cube again")
    return header, compressed


def _decompress(compressed: bytes, header: dict[str, Any], path: Path) -> IndexArray:
    """Table of a cube; a file can make it neither longer nor shorter than it must be."""
    damaged = f"{path}: is damaged or cut short; make the cube again"
    if header["dtype"] not in ("uint8", "uint16"):
        raise CubeError(damaged)
    dtype = np.dtype(header["dtype"]).newbyteorder("<")
    stream = zlib.decompressobj()
    try:
        content = stream.decompress(compressed, N_CODES * dtype.itemsize + 1)
    except zlib.error as error:
        raise CubeError(damaged) from error
    if len(content) != N_CODES * dtype.itemsize or not stream.eof or stream.unused_data:
        raise CubeError(damaged)
    return np.frombuffer(content, dtype=dtype).astype(header["dtype"], copy=False)
