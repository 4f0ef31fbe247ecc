"""GRASS ASCII grid, of r.out.ascii: north-up, limits at the outer edges of the cells.

Source: GRASS GIS, manual pages of r.in.ascii and r.out.ascii.
"""

from __future__ import annotations

from decimal import Decimal
from typing import BinaryIO

from geoindex.errors import GridError
from geoindex.grids.exchange.cells import Cells
from geoindex.grids.exchange.frame import Numbers
from geoindex.grids.exchange.lattice import (
    Lattice,
    check_numbers,
    decimal_of,
    lattice_of,
    north_up,
    plain_text,
    shape_of,
)
from geoindex.grids.exchange.text import header_line, is_null, read_values, write_values
from geoindex.grids.headers import FileHeader, GridHeader

__all__ = ["layout", "read", "recognize", "write"]

NAME = "a GRASS ASCII grid"

NULL = -9999
"""Number written for nodata; GDAL reads the ``*`` of r.out.ascii as 0."""

STAR = "*"
"""Nodata if the header does not define it."""

LIMITS = ("north", "south", "east", "west")
NEEDED = (*LIMITS, "rows", "cols")
KEYS = (*NEEDED, "null", "type", "multiplier")


def layout(header: FileHeader) -> tuple[Lattice, int]:
    """Place the cells, and give the number of nodata; raise an error if that is impossible."""
    asked = header.numbering.nodata if isinstance(header, GridHeader) else None
    null = NULL if asked is None else asked
    check_numbers(header, NAME, null=null)
    return lattice_of(header, NAME), null


def write(file: BinaryIO, cells: Cells, place: tuple[Lattice, int]) -> None:
    """Write row by row from north to south, classes as integers."""
    lattice, null = place
    cells.check(NAME, null=float(null))
    half_x, half_y = lattice.dx / 2, lattice.dy / 2
    limits = (
        ("north", lattice.north + half_y),
        ("south", lattice.south - half_y),
        ("east", lattice.east + half_x),
        ("west", lattice.west - half_x),
    )
    header = "".join(f"{key}: {plain_text(limit)}\n" for key, limit in limits)
    kind = "float" if cells.numbers is None else "int"
    header += f"rows: {lattice.shape[0]}\ncols: {lattice.shape[1]}\nnull: {null}\ntype: {kind}\n"
    file.write(header.encode())
    write_values(file, north_up(cells), cells.numbers, form="%d", null=str(null))


def recognize(start: bytes) -> bool:
    """Whether a file starts like such a grid."""
    return start.lstrip().lower().startswith(tuple(f"{key}:".encode() for key in NEEDED))


def read(file: BinaryIO) -> Numbers:
    """Read limits and values; `multiplier` is a factor of all values."""
    header = _header(file)
    try:
        rows, cols = shape = shape_of(decimal_of(header["rows"]), decimal_of(header["cols"]))
        north, south, east, west = (_limit(key, header[key]) for key in LIMITS)
    except KeyError as error:
        raise GridError(f"the header lacks {error.args[0]}") from None
    if not (west < east and south < north):
        raise GridError(f"the limits {west} to {east} and {south} to {north} make no grid")
    null = header.get("null") or STAR
    word = null.encode("latin-1")
    values = read_values(file, shape, null_word=word)
    is_number = null.lstrip("+-")[:1].isdigit()
    blank = is_null(values, decimal_of(null) if is_number else Decimal("nan"))
    values = values * float(decimal_of(header.get("multiplier", "1")))
    lattice = Lattice.from_corner(shape, west, south, (east - west) / cols, (north - south) / rows)
    return Numbers(values, blank, lattice.transform)


def _limit(key: str, text: str) -> Decimal:
    """Limit of the grid in map units."""
    if ":" in text:
        raise GridError(
            f"{key} is {text[:40]} in degrees, minutes and seconds; write the grid again with "
            "decimal degrees"
        )
    return decimal_of(text)


def _header(file: BinaryIO) -> dict[str, str]:
    """Keys in lower case and their texts in front of the values."""
    header: dict[str, str] = {}
    while True:
        begin = file.tell()
        key, colon, text = header_line(file).partition(":")
        key = key.strip().lower()
        if not colon or key not in KEYS:
            file.seek(begin)
            return header
        if key in header:
            raise GridError(f"the header gives {key} twice; remove one of the lines")
        header[key] = text.strip().replace(",", ".")
