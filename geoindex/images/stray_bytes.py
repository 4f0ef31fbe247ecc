"""Stray bytes between the markers of a JPEG, as some scanners write them.

ITU-T T.81, annex B: a segment is a marker and its length; fill bytes 0xFF may come before a
marker. libjpeg skips anything else with a warning, and says nothing of further damage then.
"""

from __future__ import annotations

import io
from pathlib import Path

from rasterio.io import MemoryFile
from rasterio.windows import Window

__all__ = ["decode_without", "stray_parts"]

MOST_SEGMENTS = 10_000

MOST_STRAY = 65_536
"""More stray bytes are damage."""

ROWS = 256
"""Rows that are decoded at a time."""

START_OF_SCAN, END = b"\xda", b"\xd9"


def stray_parts(path: Path) -> list[slice]:
    """Find the bytes before the first scan of a JPEG that belong to no segment.

    Parameters
    ----------
    path : Path

    Returns
    -------
    list of slice
        Of the file; empty also if no scan is found.
    """
    parts = []
    with path.open("rb") as file:
        file.seek(2)
        for _ in range(MOST_SEGMENTS):
            begin = file.tell()
            ahead = file.read(MOST_STRAY)
            skipped = _marker_in(ahead)
            if skipped < 0:
                return []
            if skipped:
                parts.append(slice(begin, begin + skipped))
            file.seek(begin + skipped)
            marker = b"\xff"
            while marker == b"\xff":
                marker = file.read(1)
            if marker == START_OF_SCAN:
                return parts
            if marker in (END, b""):
                return []
            file.seek(int.from_bytes(file.read(2), "big") - 2, io.SEEK_CUR)
    return []


def decode_without(path: Path, parts: list[slice]) -> None:
    """Decode a JPEG without some of its bytes, so that GDAL reports any other damage."""
    content = path.read_bytes()
    starts = [0, *(part.stop for part in parts)]
    stops = [*(part.start for part in parts), len(content)]
    whole = b"".join(content[start:stop] for start, stop in zip(starts, stops, strict=True))
    with MemoryFile(whole, ext=".jpg") as memory, memory.open(driver="JPEG") as source:
        for row in range(0, source.height, ROWS):
            source.read(window=Window(0, row, source.width, min(ROWS, source.height - row)))


def _marker_in(ahead: bytes) -> int:
    """Place of the next marker, or -1."""
    place = ahead.find(b"\xff")
    while 0 <= place < len(ahead) - 1 and ahead[place + 1] == 0:
        place = ahead.find(b"\xff", place + 2)
    return place
