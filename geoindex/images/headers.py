"""Headers of image files that GDAL does not expose, or not as fast: TIFF tags, Exif orientation.

Tags follow TIFF 6.0 (Adobe, 1992) and BigTIFF, the orientation Exif 2.32, which PNG stores in its
``eXIf`` chunk and WebP in its ``EXIF`` chunk.
"""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import BinaryIO

__all__ = [
    "EXTRA_SAMPLES",
    "ORIENTATION",
    "PHOTOMETRIC",
    "ROWS_PER_STRIP",
    "TAG",
    "TILE_WIDTH",
    "exif_orientation",
    "is_own_grid",
    "tiff_tags",
    "whole_reason",
]

PHOTOMETRIC = 262
ORIENTATION = 274
ROWS_PER_STRIP = 278
TILE_WIDTH = 322
EXTRA_SAMPLES = 338
GDAL_METADATA = 42112

SHORT, LONG = 3, 4

TAG = "GEOINDEX"
"""Name of the GDAL metadata item of a grid that holds names and provenance as JSON."""

TAG_BYTES = 4096
"""Where that name stands: after the color table of a PNG, in the metadata of a TIFF."""

WHOLE = {"WEBP": "WebP", "GIF": "GIF"}
"""Drivers that decode a file as a whole."""

# No valid file has more; in a damaged file the search might never end.
MOST_CHUNKS = 10_000


def tiff_tags(file: BinaryIO) -> dict[int, int]:
    """First value of the SHORT and LONG tags in the first directory of a TIFF file or Exif block.

    Parameters
    ----------
    file : binary file
        Positioned at the byte order mark.

    Returns
    -------
    dict of int to int
        Values by tag; empty if the directory cannot be read.
    """
    tags: dict[int, int] = {}
    for order, tag, kind, value in _directory(file):
        if kind in (SHORT, LONG):
            # Small values are stored in the entry itself.
            (tags[tag],) = struct.unpack_from(order + ("H" if kind == SHORT else "I"), value)
    return tags


def _directory(file: BinaryIO) -> list[tuple[str, int, int, bytes]]:
    """Byte order, tag, kind and value, or its place, of the entries of the first directory."""
    base = file.tell()
    try:
        order = {b"II": "<", b"MM": ">"}[file.read(2)]
        big = _unpack(file, order + "H") == 43
        if big:
            file.seek(4, io.SEEK_CUR)
        file.seek(base + _unpack(file, order + ("Q" if big else "I")))
        n_entries = min(_unpack(file, order + ("Q" if big else "H")), 0xFFFF)
        size, value_at = (20, 12) if big else (12, 8)
        directory = file.read(n_entries * size)
    except (KeyError, OSError, OverflowError, ValueError, struct.error):
        return []
    starts = range(0, len(directory) - size + 1, size)
    return [
        (
            order,
            *struct.unpack_from(order + "HH", directory, start),
            directory[start + value_at : start + size],
        )
        for start in starts
    ]


def is_own_grid(path: Path) -> bool:
    """Whether the text tag of a PNG or TIFF says that geoindex wrote it.

    Parameters
    ----------
    path : Path
        A file that cannot be read is none.
    """
    try:
        with path.open("rb") as file:
            start = file.read(TAG_BYTES)
            if start.startswith(b"\x89PNG"):
                return f"tEXt{TAG}\0".encode() in start
            file.seek(0)
            for order, tag, _, value in _directory(file):
                if tag == GDAL_METADATA:
                    file.seek(int.from_bytes(value, "little" if order == "<" else "big"))
                    return f'name="{TAG}"'.encode() in file.read(TAG_BYTES)
    except OSError:
        pass
    return False


def exif_orientation(path: Path, driver: str) -> int:
    """Orientation in which a PNG, WebP or TIFF is meant to be shown.

    Parameters
    ----------
    path : Path
        The image.
    driver : str
        GDAL driver that reads it.

    Returns
    -------
    int
        1 to 8 as numbered in Exif and TIFF; 1 if the file does not specify it.
    """
    with path.open("rb") as file:
        try:
            if driver == "PNG":
                file.seek(8)
                exif = _chunk(file, b"eXIf", order=">", name_first=False, end=b"IEND")
            elif driver == "WEBP":
                file.seek(12)
                exif = _chunk(file, b"EXIF", order="<", name_first=True, end=b"")
            elif driver == "GTiff":
                return _checked(tiff_tags(file))
            else:
                return 1
        except (OSError, struct.error):
            return 1
    return _checked(tiff_tags(io.BytesIO(exif.removeprefix(b"Exif\0\0"))))


def whole_reason(driver: str, file: Path | None) -> str | None:
    """Return why a file can only be decoded as a whole, or None if it can be decoded in blocks.

    Parameters
    ----------
    driver : str
        GDAL driver that reads it.
    file : Path or None
        The file, if its header can be read.
    """
    if driver in WHOLE:
        return f"{WHOLE[driver]} is decoded at once"
    if file is not None and driver == "PNG" and _is_interlaced_png(file):
        return "this PNG is interlaced"
    if file is not None and driver == "JPEG" and _is_progressive_jpeg(file):
        return "this JPEG is progressive"
    return None


def _is_interlaced_png(path: Path) -> bool:
    """Whether a PNG is interlaced, so that only the whole image can be decoded."""
    with path.open("rb") as file:
        start = file.read(29)
    return len(start) == 29 and start[28] != 0


def _is_progressive_jpeg(path: Path) -> bool:
    """Whether a JPEG is progressive, so that only the whole image can be decoded.

    ITU-T T.81, annex B: SOF2 as the start of frame.
    """
    with path.open("rb") as file:
        file.seek(2)
        for _ in range(MOST_CHUNKS):
            head = file.read(4)
            if len(head) < 4 or head[0] != 0xFF:
                break
            if head[1] in (0xC0, 0xC1, 0xC2, 0xDA):
                return head[1] == 0xC2
            file.seek(int.from_bytes(head[2:], "big") - 2, io.SEEK_CUR)
    return False


def _checked(tags: dict[int, int]) -> int:
    """Orientation among the tags, or 1."""
    orientation = tags.get(ORIENTATION, 1)
    return orientation if 1 <= orientation <= 8 else 1


def _chunk(file: BinaryIO, name: bytes, *, order: str, name_first: bool, end: bytes) -> bytes:
    """Content of the first chunk with this name; b"" if there is none."""
    for _ in range(MOST_CHUNKS):
        head = file.read(8)
        if len(head) < 8:
            break
        found = head[:4] if name_first else head[4:]
        (length,) = struct.unpack(order + "I", head[4:] if name_first else head[:4])
        if found == name:
            return file.read(min(length, 2**16))
        if found == end:
            break
        # A PNG chunk ends with four bytes of checksum, a RIFF chunk is padded to an even length.
        file.seek(length + (length % 2 if name_first else 4), io.SEEK_CUR)
    return b""


def _unpack(file: BinaryIO, layout: str) -> int:
    """Read one number."""
    (value,) = struct.unpack(layout, file.read(struct.calcsize(layout)))
    return int(value)
