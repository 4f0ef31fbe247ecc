"""Headers of image files that GDAL does not expose, or not as fast: TIFF tags, Exif orientation.

Tags follow TIFF 6.0 (Adobe, 1992) and BigTIFF, the orientation Exif 2.32, which PNG stores in its
``eXIf`` chunk and WebP in its ``EXIF`` chunk.
"""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple

__all__ = [
    "EXTRA_SAMPLES",
    "LONG",
    "ORIENTATION",
    "PHOTOMETRIC",
    "ROWS_PER_STRIP",
    "TAG",
    "TILE_WIDTH",
    "TiffTag",
    "exif_orientation",
    "is_own_grid",
    "tiff_directory",
    "tiff_tags",
    "whole_reason",
]

PHOTOMETRIC = 262
ORIENTATION = 274
ROWS_PER_STRIP = 278
TILE_WIDTH = 322
EXTRA_SAMPLES = 338
GDAL_METADATA = 42112

BYTE_ORDERS: dict[bytes, Literal["<", ">"]] = {b"II": "<", b"MM": ">"}

SHORT, LONG, DOUBLE = 3, 4, 12

BYTES = {SHORT: 2, LONG: 4, DOUBLE: 8}
"""Size of a value of each kind."""

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
    return {
        tag.number: tag.integer(tag.kind)
        for tag in tiff_directory(file)
        if tag.kind in (SHORT, LONG)
    }


class TiffTag(NamedTuple):
    """An entry of a directory of TIFF."""

    order: Literal["<", ">"]
    """Byte order, as `struct` writes it."""

    number: int
    """Which tag."""

    kind: int
    """Type of its values."""

    n_values: int
    """How many there are."""

    at: int
    """Where :attr:`field` lies in the file."""

    field: bytes
    """The values if there is room for them, or else the place of the values."""

    def integer(self, kind: int) -> int:
        """First SHORT or LONG of the field."""
        (value,) = struct.unpack_from(self.order + ("H" if kind == SHORT else "I"), self.field)
        return int(value)

    @property
    def values_at(self) -> int:
        """Where SHORT, LONG or DOUBLE values lie in a file below 4 GB."""
        has_room = self.n_values * BYTES[self.kind] <= len(self.field)
        return self.at if has_room else self.integer(LONG)


def tiff_directory(file: BinaryIO) -> list[TiffTag]:
    """Read the entries of the first directory of a TIFF file or Exif block.

    Parameters
    ----------
    file : binary file
        Positioned at the byte order mark.

    Returns
    -------
    list of TiffTag
        Empty if the directory cannot be read.
    """
    base = file.tell()
    try:
        order = BYTE_ORDERS[file.read(2)]
        big = _unpack(file, order + "H") == 43
        if big:
            file.seek(4, io.SEEK_CUR)
        file.seek(base + _unpack(file, order + ("Q" if big else "I")))
        n_entries = min(_unpack(file, order + ("Q" if big else "H")), 0xFFFF)
        size, layout = (20, order + "HHQ") if big else (12, order + "HHI")
        first = file.tell()
        directory = file.read(n_entries * size)
    except (KeyError, OSError, OverflowError, ValueError, struct.error):
        return []
    field, tags = struct.calcsize(layout), list[TiffTag]()
    for start in range(0, len(directory) - size + 1, size):
        number, kind, n_values = struct.unpack_from(layout, directory, start)
        value = directory[start + field : start + size]
        tags.append(TiffTag(order, number, kind, n_values, first + start + field, value))
    return tags


def is_own_grid(path: Path) -> bool:
    """Whether the text tag of a PNG or TIFF says that geoindex wrote it.

    Parameters
    ----------
    path : Path
        A file that cannot be read is none.
    """
    if not path.is_file():  # opening a pipe waits
        return False
    try:
        with path.open("rb") as file:
            start = file.read(TAG_BYTES)
            if start.startswith(b"\x89PNG"):
                return f"tEXt{TAG}\0".encode() in start
            file.seek(0)
            for tag in tiff_directory(file):
                if tag.number == GDAL_METADATA:
                    file.seek(int.from_bytes(tag.field, "little" if tag.order == "<" else "big"))
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
