"""Grids as ``.npy`` with a JSON sidecar.

The sidecar ``<name>.npy.json`` carries palette, nodata, transform, CRS and provenance, and a
checksum of the indices, so that a sidecar is never taken for that of another array.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from geoindex.errors import GridError, MissingFileError
from geoindex.files.json_text import FORMAT_VERSION, dump_json, load_json
from geoindex.files.whole_files import atomic_output, check_target
from geoindex.grid import IndexGrid
from geoindex.grids.class_values import rows_of_values
from geoindex.grids.georeference import georeference_from_json, georeference_to_json
from geoindex.grids.writing import BandBuffer, BlockWriter, GridHeader
from geoindex.images.files import Region
from geoindex.palettes.json_file import palette_from_json, palette_to_json
from geoindex.rules.indices import IndexArray

__all__ = ["open_npy", "read_npy", "sidecar_path"]


def sidecar_path(path: Path) -> Path:
    """Place of the JSON sidecar of an ``.npy`` grid."""
    return path.with_name(path.name + ".json")


@contextmanager
def open_npy(path: Path, header: GridHeader, *, overwrite: bool) -> Iterator[BlockWriter]:
    """Open indices and sidecar for writing; see :class:`geoindex.grids.writing.GridOpener`."""
    sidecar = sidecar_path(path)
    check_target(sidecar, overwrite=overwrite)
    with atomic_output(path, overwrite=overwrite) as temporary:
        with temporary.open("wb") as file:
            writer = _NpyWriter(file, header)
            yield writer
        with atomic_output(sidecar, overwrite=overwrite) as temporary_sidecar:
            content = _content(header, writer.checksum)
            temporary_sidecar.write_text(dump_json(content, indent=1) + "\n", encoding="utf-8")


class _NpyWriter:
    """Appends bands of rows; memory-mapped pages would count as memory of this process."""

    def __init__(self, file: BinaryIO, header: GridHeader) -> None:
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

    def write(self, indices: IndexArray, region: Region) -> None:
        band = self._buffer.add(self._header.pixels(indices), region)
        if band is not None:
            content = np.ascontiguousarray(band[0]).data
            self.checksum = zlib.crc32(content, self.checksum)
            self._file.write(content)


def _content(header: GridHeader, checksum: int) -> dict[str, Any]:
    """All that the sidecar carries."""
    return {
        "format": "geoindex grid",
        "format_version": FORMAT_VERSION,
        "shape": list(header.shape),
        "dtype": header.pixel_dtype.name,
        "crc32": checksum,
        "nodata": header.pixel_nodata,
        "class_values": header.values,
        "palette": palette_to_json(header.palette),
        "provenance": header.provenance,
        **georeference_to_json(header),
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
            f"{path}: its sidecar {sidecar.name} is missing, which holds palette and "
            "georeference; keep both files together, or read the bare array with numpy.load"
        )
    try:
        text = sidecar.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise GridError(f"{sidecar}: is not the JSON that geoindex writes ({error})") from None
    content = load_json(text, str(sidecar))
    try:
        indices = np.load(path, allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        raise GridError(f"{path}: is not a readable .npy file ({error})") from None
    if not isinstance(indices, np.ndarray) or content.get("crc32") != _checksum(indices):
        raise GridError(
            f"{path}: the sidecar {sidecar.name} was written for other indices; save the grid "
            "again"
        )
    palette = palette_from_json(content.get("palette"), str(sidecar))
    nodata = content.get("nodata")
    if content.get("class_values"):
        indices, nodata = rows_of_values(indices, palette, nodata, str(path))
    return IndexGrid(
        indices=indices,
        palette=palette,
        nodata=nodata,
        provenance=content.get("provenance", {}),
        **georeference_from_json(content, str(sidecar)),
    )


def _checksum(indices: NDArray[np.generic]) -> int:
    """CRC-32 of the values in row order."""
    return zlib.crc32(np.ascontiguousarray(indices).data)
