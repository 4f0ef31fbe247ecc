"""ESRI ASCII grid (``.asc``): north-up, square cells, placed by its outer corner.

Source: ESRI, "Esri ASCII raster format", ArcGIS documentation; ``dx``, ``dy`` and the lower-case
keys as GDAL's driver AAIGrid writes and reads them.
"""

from __future__ import annotations

from decimal import Decimal
from typing import BinaryIO, NamedTuple

from geoindex.errors import GridError, OutputError
from geoindex.grids.exchange.cells import Cells
from geoindex.grids.exchange.frame import Numbers
from geoindex.grids.exchange.lattice import (
    NEGLIGIBLE,
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

NAME = "an ESRI ASCII grid"

NULL = Decimal(-9999)

KEYS = (
    *("ncols", "nrows", "xllcorner", "xllcenter", "yllcorner", "yllcenter"),
    *("cellsize", "dx", "dy", "nodata_value"),
)


NO_NUMBERS = (["null"], ["nan"])
"""What ArcGIS and others write if nodata has no number."""


TWO_WAYS = (
    *(("xllcorner", "xllcenter"), ("yllcorner", "yllcenter")),
    *(("cellsize", "dx"), ("cellsize", "dy")),
)
"""Pairs of keys of which a header has one."""


class _Frame(NamedTuple):
    """Nodes, and the number of nodata."""

    lattice: Lattice
    null: int


def layout(header: FileHeader) -> _Frame:
    """Place the nodes; raise an error for a grid that the format cannot hold."""
    asked = header.numbering.nodata if isinstance(header, GridHeader) else None
    null = int(NULL) if asked is None else asked
    check_numbers(header, NAME, null=null)
    lattice = lattice_of(header, NAME)
    difference = abs(lattice.dx - lattice.dy) * max(lattice.shape)
    if difference > Decimal(NEGLIGIBLE) * lattice.dx:
        raise OutputError(
            f"{NAME} needs square cells, and those of this grid are {float(lattice.dx):g} x "
            f"{float(lattice.dy):g}; write Surfer (.grd), ZMAP+ (.zmap) or IRAP classic (.irap)"
        )
    return _Frame(lattice, null)


def write(file: BinaryIO, cells: Cells, frame: _Frame) -> None:
    """Write row by row from north to south, classes as integers, which GDAL reads as such."""
    lattice, null = frame
    cells.check(NAME, null=float(null))
    half = lattice.dx / 2
    header = (
        f"ncols {lattice.shape[1]}\n"
        f"nrows {lattice.shape[0]}\n"
        f"xllcorner {plain_text(lattice.west - half)}\n"
        f"yllcorner {plain_text(lattice.south - half)}\n"
        f"cellsize {plain_text(lattice.dx)}\n"
        f"NODATA_value {null}\n"
    )
    file.write(header.encode())
    write_values(file, north_up(cells), cells.numbers, form="%d", null=str(null))


def recognize(start: bytes) -> bool:
    """Whether a file starts like such a grid."""
    return start.lstrip().lower().startswith((b"ncols", b"nrows"))


def read(file: BinaryIO) -> Numbers:
    """Read a grid placed by its corner or by the center of its first cell."""
    header = _header(file)
    for one, other in TWO_WAYS:
        if one in header and other in header:
            raise GridError(f"the header gives {one} and {other}; remove one of the lines")
    try:
        shape = shape_of(header["nrows"], header["ncols"])
        dx, dy = (header["cellsize" if "cellsize" in header else key] for key in ("dx", "dy"))
        is_corner = "xllcorner" in header
        x = header["xllcorner" if is_corner else "xllcenter"]
        y = header["yllcorner" if is_corner else "yllcenter"]
    except KeyError as error:
        raise GridError(f"the header lacks {error.args[0]}") from None
    if dx <= 0 or dy <= 0:
        raise GridError(f"cells of {dx} x {dy} make no grid")
    place = Lattice.from_corner if is_corner else Lattice.from_node
    values = read_values(file, shape, null_word=b"null")
    blank = is_null(values, header.get("nodata_value", NULL))
    return Numbers(values, blank, place(shape, x, y, dx, dy).transform)


def _header(file: BinaryIO) -> dict[str, Decimal]:
    """Keys in lower case and numbers in front of the values."""
    header: dict[str, Decimal] = {}
    while True:
        begin = file.tell()
        key, *words = header_line(file).lower().split() or [""]
        if key not in KEYS:
            file.seek(begin)
            return header
        if key in header:
            raise GridError(f"the header gives {key} twice; remove one of the lines")
        if key == "nodata_value" and words in NO_NUMBERS:
            # Cells without a value are no numbers then, either.
            header[key] = Decimal("nan")
            continue
        header[key] = decimal_of(" ".join(words).replace(",", "."))
