"""Files of control points, as the georeferencer of QGIS writes them (``.points``)."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import TYPE_CHECKING

from geoindex.errors import ImageError, MissingFileError
from geoindex.files.small_files import read_small
from geoindex.rules.crs import parse_crs

if TYPE_CHECKING:
    from rasterio.control import GroundControlPoint
    from rasterio.crs import CRS

__all__ = ["read_control_points"]

COLUMNS = {
    "mapx": "x", "mapy": "y", "sourcex": "col", "sourcey": "row", "pixelx": "col",
    "pixely": "row", "enable": "enable",
}  # fmt: skip
"""Column names of QGIS 2 and 3."""


def read_control_points(path: Path) -> tuple[tuple[GroundControlPoint, ...], CRS | None]:
    """Read control points that QGIS has saved.

    Parameters
    ----------
    path : Path
        A text of the columns mapX, mapY, sourceX (pixelX), sourceY (pixelY) and enable. Rows of
        the image count upward from 0, so they are negative.

    Returns
    -------
    points : tuple of rasterio.control.GroundControlPoint
        Those that are enabled.
    crs : rasterio.crs.CRS or None
        That of the line ``#CRS:``.

    Raises
    ------
    MissingFileError
        There is no such file.
    ImageError
        It does not hold control points; the message names the line.
    """
    from rasterio.control import GroundControlPoint

    lines = _lines(path)
    crs = _crs_of(lines, path)
    numbered = [(n, line) for n, line in enumerate(lines, 1) if line.strip() and line[0] != "#"]
    try:
        rows = list(csv.reader(line for _, line in numbered))
    except csv.Error as error:
        raise ImageError(f"{path}: is no table of control points ({error})") from None
    names = [COLUMNS.get(name.strip().lower(), "") for name in rows[0]] if rows else []
    if not {"x", "y", "col", "row"} <= set(names):
        raise ImageError(
            f"{path}: is no file of control points: its header must name mapX, mapY, sourceX and "
            "sourceY, as QGIS writes it"
        )
    points = []
    for (number, _), row in zip(numbered[1:], rows[1:], strict=True):
        cells = dict(zip(names, row, strict=False))
        if cells.get("enable", "1").strip() == "0":
            continue
        try:
            x, y, col, up = (float(cells[key]) for key in ("x", "y", "col", "row"))
        except (KeyError, ValueError):
            x = y = col = up = math.nan
        if not all(map(math.isfinite, (x, y, col, up))):
            raise ImageError(f"{path}, line {number}: is not a control point of four numbers")
        points.append(GroundControlPoint(row=-up, col=col, x=x, y=y))
    if len(points) < 3:
        raise ImageError(f"{path}: holds {len(points)} control points; at least 3 are needed")
    return tuple(points), crs


def _lines(path: Path) -> list[str]:
    """Lines of a text."""
    if not path.is_file():
        raise MissingFileError(f"{path}: no such file of control points")
    content = read_small(path, "file of control points", error=ImageError)
    try:
        return content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise ImageError(f"{path}: is not UTF-8 text, so it holds no control points") from None


def _crs_of(lines: list[str], path: Path) -> CRS | None:
    """CRS of the line ``#CRS:``, if there is one."""
    for line in lines:
        if line.upper().startswith("#CRS:"):
            try:
                return parse_crs(line[5:].strip(), error=ImageError)
            except ImageError as error:
                raise ImageError(f"{path}: {error}") from None
    return None
