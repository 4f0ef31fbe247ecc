"""Georeference of web tiles, given by their path: ``zoom/column/row.png``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from affine import Affine

from geoindex.errors import ImageError

__all__ = ["WEB_MERCATOR", "TileScheme", "tile_transform"]

TileScheme = Literal["xyz", "tms"]
"""``"xyz"``: rows count from the north, as in OpenStreetMap; ``"tms"``: from the south."""

WEB_MERCATOR = 3857
"""EPSG code of the reference system of web tiles."""

HALF = 20_037_508.342789244
"""Half the width of the world in Web Mercator: pi times 6378137 m."""

LARGEST_ZOOM = 30


def tile_transform(path: Path, shape: tuple[int, int], scheme: TileScheme) -> Affine:
    """Transform of a web tile in Web Mercator (EPSG:3857).

    Parameters
    ----------
    path : Path
        The tile, whose name and folders are numbers: ``12/2345/1211.png``.
    shape : tuple of int
        Its rows and columns.
    scheme : {"xyz", "tms"}
        Whether rows count from the north or from the south.

    Raises
    ------
    ImageError
        The path does not end in three numbers, or there is no such tile.

    Examples
    --------
    >>> from pathlib import Path
    >>> from geoindex.images.web_tiles import tile_transform
    >>> tile_transform(Path("1/1/0.png"), (256, 256), "xyz")[2:6:3]
    (0.0, 20037508.342789244)
    """
    *_, zoom, col, row = ("", "", *Path(os.path.abspath(path)).with_suffix("").parts)  # noqa: PTH100  no links
    if not all(part.isascii() and part.isdigit() for part in (zoom, col, row)):
        raise ImageError(
            "is no web tile: its path does not end in zoom/column/row, as 12/2345/1211.png"
        )
    z, x, y = int(zoom), int(col), int(row)
    if z > LARGEST_ZOOM or x >= 2**z or y >= 2**z:
        raise ImageError(
            f"is no web tile: zoom {z} of at most {LARGEST_ZOOM} has no column {x} and row {y}"
        )
    north = y if scheme == "xyz" else 2**z - 1 - y
    side = 2 * HALF / 2**z
    rows, cols = shape
    return Affine(side / cols, 0, x * side - HALF, 0, -side / rows, HALF - north * side)
