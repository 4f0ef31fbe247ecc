"""Grids as palette PNG, which every program shows in the right colors, written row by row.

Source: PNG specification, third edition (W3C, 2025). The tag ``GEOINDEX`` is a ``tEXt`` chunk. It
keeps the georeference, too; for other programs that goes to a world file and to GDAL's sidecar.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from geoindex.errors import OutputError
from geoindex.files.whole_files import output_set
from geoindex.grids.companions import gdal_companions, refuse_strangers
from geoindex.grids.headers import GridHeader
from geoindex.grids.place_json import place_to_json
from geoindex.grids.tagged import read_tagged, sidecar_path, tag_content, write_sidecar
from geoindex.grids.writing import BandBuffer, BlockWriter
from geoindex.images.files import Region
from geoindex.images.headers import TAG
from geoindex.images.sidecars import world_file

__all__ = ["open_png", "read_png"]

SIGNATURE = b"\x89PNG\r\n\x1a\n"
PALETTE_TYPE = 3
CHUNK_BYTES = 2**20

read_png = read_tagged


@contextmanager
def open_png(path: Path, header: GridHeader, *, overwrite: bool) -> Iterator[BlockWriter]:
    """Open a palette PNG for writing; see :class:`geoindex.grids.writing.GridOpener`."""
    if header.pixel_dtype != np.uint8:
        raise OutputError(
            f"{path}: a PNG holds at most 256 colors, nodata included, and class values from 0 to "
            "255; write .tif"
        )
    world = path.with_suffix(".pgw")
    beside = [world, *gdal_companions(path)]
    refuse_strangers(path, header, beside)
    with output_set(path, beside, overwrite=overwrite) as files:
        with files.target.open("wb") as file:
            writer = _PngWriter(file, header)
            yield writer
            writer.finish()
        if header.transform is not None:
            files[world].write_text(world_file(header.transform), "ascii", newline="\n")
        write_sidecar(files[sidecar_path(path)], header, place=place_to_json(header))


class _PngWriter:
    """Writes chunks as bands of rows come."""

    def __init__(self, file: BinaryIO, header: GridHeader) -> None:
        self._file = file
        self._header = header
        self._buffer = BandBuffer(header.shape)
        self._stream = zlib.compressobj()
        self._pending = bytearray()
        rows, cols = header.shape
        file.write(SIGNATURE)
        self._chunk(b"IHDR", struct.pack(">IIBBBBB", cols, rows, 8, PALETTE_TYPE, 0, 0, 0))
        table, alpha = _color_table(header)
        self._chunk(b"PLTE", table)
        if alpha:
            self._chunk(b"tRNS", alpha)
        # The chunk is Latin-1.
        content = tag_content(header, place_to_json(header), ascii_only=True).encode("ascii")
        self._chunk(b"tEXt", TAG.encode() + b"\0" + content)

    def write(self, cells: NDArray[Any], region: Region) -> None:
        band = self._buffer.add(self._header.pixels(cells), region)
        if band is None:
            return
        pixels, _ = band
        rows, cols = pixels.shape
        # The byte before each row is its filter; no filter is best for indices.
        lines = np.zeros((rows, cols + 1), dtype=np.uint8)
        lines[:, 1:] = pixels
        self._data(self._stream.compress(lines.data))

    def finish(self) -> None:
        """Write what is left."""
        self._data(self._stream.flush())
        self._chunk(b"IDAT", bytes(self._pending))
        self._chunk(b"IEND", b"")

    def _data(self, compressed: bytes) -> None:
        """Collect compressed bytes into chunks of some size."""
        self._pending += compressed
        if len(self._pending) >= CHUNK_BYTES:
            self._chunk(b"IDAT", bytes(self._pending))
            self._pending.clear()

    def _chunk(self, name: bytes, content: bytes) -> None:
        self._file.write(struct.pack(">I", len(content)) + name + content)
        self._file.write(struct.pack(">I", zlib.crc32(content, zlib.crc32(name))))


def _color_table(header: GridHeader) -> tuple[bytes, bytes]:
    """Contents of PLTE and tRNS; nodata is a transparent entry."""
    values = list(header.pixel_values)
    nodata = header.pixel_nodata
    colors = np.zeros((max([*values, nodata or 0]) + 1, 3), dtype=np.uint8)
    colors[values] = header.palette.shown
    if nodata is None:
        return colors.tobytes(), b""
    alpha = np.full(nodata + 1, 255, dtype=np.uint8)
    alpha[nodata] = 0
    return colors.tobytes(), alpha.tobytes()
