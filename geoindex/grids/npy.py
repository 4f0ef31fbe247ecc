"""Grids as ``.npy`` with a JSON sidecar.

The sidecar ``<name>.npy.json`` holds palette, nodata, transform, CRS, provenance and a checksum of
the indices, so that it is never used with another array.
"""

from __future__ import annotations

import math
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from geoindex.errors import GridError, MissingFileError, errors_of
from geoindex.files.json_text import FORMAT_VERSION, dump_json, load_json
from geoindex.files.memory import check_memory
from geoindex.files.small_files import read_small
from geoindex.files.whole_files import output_set, unfinished
from geoindex.grid import IndexGrid
from geoindex.grids.class_values import FileNumbering, rows_of_values
from geoindex.grids.headers import FileHeader
from geoindex.grids.place_json import place_from_json, place_to_json
from geoindex.grids.writing import BandBuffer, BlockWriter
from geoindex.images.files import Region
from geoindex.palettes.json_file import palette_from_json

__all__ = ["file_numbering", "load_npy", "open_npy", "read_npy", "sidecar_path"]

HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}
"""Readers of the header by version of the format; the third is for names of fields."""

LONGEST_HEADER = 10_000
"""Largest header in bytes; that of a grid has about a hundred."""


def sidecar_path(path: Path) -> Path:
    """Place of the JSON sidecar of an ``.npy`` grid."""
    return path.with_name(path.name + ".json")


@contextmanager
def open_npy(path: Path, header: FileHeader, *, overwrite: bool) -> Iterator[BlockWriter]:
    """Open indices and sidecar for writing; see :class:`geoindex.grids.writing.GridOpener`."""
    sidecar = sidecar_path(path)
    with output_set(path, [sidecar], overwrite=overwrite) as files:
        with files.target.open("wb") as file:
            writer = _NpyWriter(file, header)
            yield writer
        content = dump_json(_content(header, writer.checksum), indent=1) + "\n"
        files[sidecar].write_bytes(content.encode())


class _NpyWriter:
    """Appends bands of rows; pages of a memory map would count as memory of this process."""

    def __init__(self, file: BinaryIO, header: FileHeader) -> None:
        self._file = file
        self._header = header
        self._buffer = BandBuffer(header.shape)
        self.checksum = 0
        np.lib.format.write_array_header_1_0(
            file,
            {
                "shape": header.shape,
                "fortran_order": False,
                "descr": np.lib.format.dtype_to_descr(header.pixel_dtype),
            },
        )

    def write(self, cells: NDArray[Any], region: Region) -> None:
        band = self._buffer.add(self._header.pixels(cells), region)
        if band is not None:
            content = np.ascontiguousarray(band[0]).data
            self.checksum = zlib.crc32(content, self.checksum)
            self._file.write(content)


def _content(header: FileHeader, checksum: int) -> dict[str, Any]:
    """Content of the sidecar."""
    return {
        "format": "geoindex grid",
        "format_version": FORMAT_VERSION,
        "shape": list(header.shape),
        "dtype": header.pixel_dtype.name,
        "crc32": checksum,
        **header.sidecar_fields,
        "provenance": header.provenance,
        **place_to_json(header),
    }


def read_npy(path: Path) -> IndexGrid:
    """Read what :func:`open_npy` wrote.

    Raises
    ------
    MissingFileError
        The sidecar is not there.
    GridError
        The array is damaged, or the sidecar belongs to another array.
    """
    sidecar = sidecar_path(path)
    if not sidecar.is_file():
        raise MissingFileError(
            f"{path}: its sidecar {sidecar.name} is missing{unfinished(path)}, which holds "
            "palette and georeference; keep both files together, or load the array alone with "
            "numpy.load"
        )
    indices, content = load_npy(path)
    if "palette" not in content:
        raise GridError(f"{path}: holds values, not classes; open it with open_values")
    palette = palette_from_json(content["palette"], str(sidecar))
    nodata = content.get("nodata")
    is_values = bool(content.get("class_values"))
    if is_values or indices.dtype not in (np.uint8, np.uint16):
        numbers = (palette.values if is_values else None) or range(len(palette))
        indices, nodata = rows_of_values(indices, numbers, nodata, str(path))
    place = place_from_json(content, str(sidecar))
    with errors_of(sidecar):
        return IndexGrid(
            indices=indices,
            palette=palette,
            nodata=nodata,
            provenance=content.get("provenance", {}),
            **place,
        )


def load_npy(path: Path) -> tuple[NDArray[Any], dict[str, Any]]:
    """Read an array, and the content of its sidecar, {} if it has none.

    Raises
    ------
    GridError
        The array is damaged, or the sidecar belongs to another array.
    """
    sidecar = sidecar_path(path)
    content: dict[str, Any] = {}
    if sidecar.is_file():
        content = load_json(read_small(sidecar, "sidecar", error=GridError), str(sidecar))
    cells = _cells(path)
    if content and content.get("crc32") != _checksum(cells):
        raise GridError(
            f"{path}: the sidecar {sidecar.name} was written for other cells{unfinished(path)}; "
            "save the grid again"
        )
    return cells, content


def _cells(path: Path) -> NDArray[Any]:
    """Read a grid of numbers; raise an error if its size is not that of the header."""
    try:
        with path.open("rb") as file:
            dtype, shape = _header(file)
            n_bytes = math.prod(shape) * dtype.itemsize
            there = os.fstat(file.fileno()).st_size - file.tell()
        if there == n_bytes:
            check_memory(2 * n_bytes, path, error=GridError)
            cells: NDArray[Any] = np.load(path, allow_pickle=False)
            return cells
        reason = f"its header tells of {n_bytes:,} bytes of cells, it has {there:,}"
    except (GridError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001  headers are parsed as Python, which has many
        reason = " ".join(str(error).split())[:200]
    raise GridError(f"{path}: is not a readable .npy file ({reason})")


def _header(file: BinaryIO) -> tuple[np.dtype[Any], tuple[int, int]]:
    """Type and shape of the cells behind the header.

    Raises
    ------
    ValueError
        They are no grid of numbers, or the header is damaged; damage may raise any other error.
    """
    version = np.lib.format.read_magic(file)
    if version not in HEADERS:
        raise ValueError(f"its format is of version {version[0]}.{version[1]}")
    start = file.tell()
    length = int.from_bytes(file.read(2 * version[0]), "little")
    if length > LONGEST_HEADER:
        raise ValueError(f"its header has {length:,} bytes")
    file.seek(start)
    shape, _, dtype = HEADERS[version](file)
    if dtype.kind not in "iuf" or len(shape) != 2 or not all(type(n) is int for n in shape):
        raise ValueError(f"{dtype} of shape {shape} is no grid of numbers")
    if min(shape) < 1:
        raise ValueError(f"its shape is {shape}")
    return dtype, shape


def file_numbering(path: Path) -> FileNumbering:
    """How a file that can be read numbers its classes."""
    sidecar = sidecar_path(path)
    content = load_json(read_small(sidecar, "sidecar", error=GridError), str(sidecar))
    return FileNumbering.of(
        values=bool(content.get("class_values")),
        nodata=content.get("nodata"),
        dtype=content.get("dtype"),
    )


def _checksum(indices: NDArray[np.generic]) -> int:
    """CRC-32 of the values in row order."""
    return zlib.crc32(np.ascontiguousarray(indices).data)
