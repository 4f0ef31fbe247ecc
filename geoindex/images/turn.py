"""How a picture is to be turned before it is shown, by its Exif tag."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from geoindex.images.headers import exif_orientation

if TYPE_CHECKING:
    from rasterio.io import DatasetReader

__all__ = ["NO_TURN", "turn_of"]

# Exif orientation: whether to swap rows and columns, then to flip up-down and left-right.
TURNS = {
    1: (False, False, False),
    2: (False, False, True),
    3: (False, True, True),
    4: (False, True, False),
    5: (True, False, False),
    6: (True, False, True),
    7: (True, True, True),
    8: (True, True, False),
}

NO_TURN = TURNS[1]
"""Of a picture that is shown as it is stored."""


def turn_of(source: DatasetReader, path: Path) -> tuple[bool, bool, bool]:
    """Whether to swap rows and columns, then to flip up-down and left-right.

    GDAL reports the Exif orientation only for JPEG.
    """
    if source.driver != "JPEG":
        return TURNS[exif_orientation(path, source.driver)]
    text = source.tags().get("EXIF_Orientation", "1").strip()
    return TURNS[int(text) if text in map(str, TURNS) else 1]
