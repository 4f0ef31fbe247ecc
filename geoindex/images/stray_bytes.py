"""Stray bytes between the markers of a JPEG, as some scanners write them.

ITU-T T.81, annex B: a segment is a marker and its length; fill bytes 0xFF may come before a
marker. libjpeg skips anything else with a warning, and says nothing of further damage then. Bytes
behind a scan look like more of it; only libjpeg, which decodes it, tells how many they are.
"""

from __future__ import annotations

import io
import re
import warnings
from pathlib import Path

import rasterio
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.io import MemoryFile
from rasterio.windows import Window

from geoindex.errors import GeoindexWarning

__all__ = ["STRICT", "Strictness", "count_stray", "stray_parts", "warn_of_stray"]

STRICT = "GDAL_ERROR_ON_LIBJPEG_WARNING"

MOST_SEGMENTS = 10_000

MOST_STRAY = 65_536
"""Largest number of stray bytes; more of them are damage."""

MOST_MARKERS = 128
"""A progressive JPEG has twenty behind its first scan."""

MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
"""Marker that ends a scan, unlike those within scans."""

BEHIND_SCAN = re.compile(r"(\d+) extraneous bytes before marker")

ROWS = 256
"""Rows decoded at once."""

START_OF_SCAN, END = b"\xda", b"\xd9"


def stray_parts(path: Path) -> list[slice]:
    """Find the bytes before the first scan of a JPEG that belong to no segment.

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


def count_stray(path: Path) -> int:
    """Count the bytes of a JPEG that belong to no segment and to no scan.

    Raises
    ------
    RasterioError
        The file without these bytes is damaged, so that pixels are lost.
    """
    content = whole = path.read_bytes()
    for part in reversed(stray_parts(path)):
        content = content[: part.start] + content[part.stop :]
    try:
        _decode(content)
    except RasterioError as error:
        if _n_behind_scan(error) == 0:
            raise
        content = _without_behind_scans(content)
        _decode(content)
    return len(whole) - len(content)


def warn_of_stray(path: Path, n_stray: int, stacklevel: int) -> None:
    """Warn of bytes that are skipped."""
    warnings.warn(
        f"{path}: {n_stray} stray bytes between its markers are skipped, as some scanners write "
        "them; its pixels are whole",
        GeoindexWarning,
        stacklevel=stacklevel,
    )


class Strictness:
    """Whether warnings of libjpeg are errors: not if a JPEG is complete apart from stray bytes.

    Parameters
    ----------
    jpeg : Path or None
        The file, if it is a JPEG.
    """

    def __init__(self, jpeg: Path | None) -> None:
        self._jpeg = jpeg
        self.is_on = jpeg is None or not stray_parts(jpeg)

    def after(self, error: Exception) -> None:
        """Accept stray bytes from now on, with a warning, or raise an error of another cause."""
        if self._jpeg is None or _n_behind_scan(error) == 0:
            raise error
        try:
            n_stray = count_stray(self._jpeg)
        except RasterioError:
            raise error from None
        warn_of_stray(self._jpeg, n_stray, stacklevel=5)
        self.is_on = False


def _n_behind_scan(error: BaseException | None) -> int:
    """Count the stray bytes that a message of libjpeg reports; 0 for any other error."""
    while error is not None:
        found = BEHIND_SCAN.search(str(error))
        if found:
            return int(found[1])
        error = error.__cause__
    return 0


def _without_behind_scans(content: bytes) -> bytes:
    """Remove stray bytes after scans, which libjpeg reports if the picture ends with a scan."""
    place = content.find(b"\xff" + START_OF_SCAN) + 2
    for _ in range(MOST_MARKERS):
        found = MARKER.search(content, place)
        if found is None:
            break
        place = found.start()
        try:
            _decode(content[:place] + b"\xff" + END)
        except RasterioError as error:
            n_stray = _n_behind_scan(error)
            content = content[: place - n_stray] + content[place:]
            place -= n_stray
        place += 2
    return content


def _decode(content: bytes) -> None:
    """Decode a JPEG, so that GDAL reports damage."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with (
            rasterio.Env(**{STRICT: "TRUE"}),
            MemoryFile(content, ext=".jpg") as memory,
            memory.open(driver="JPEG") as source,
        ):
            for row in range(0, source.height, ROWS):
                source.read(window=Window(0, row, source.width, min(ROWS, source.height - row)))


def _marker_in(ahead: bytes) -> int:
    """Place of the next marker, or -1."""
    place = ahead.find(b"\xff")
    while 0 <= place < len(ahead) - 1 and ahead[place + 1] == 0:
        place = ahead.find(b"\xff", place + 2)
    return place
