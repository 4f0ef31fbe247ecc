"""ZMAP+ grid (``.zmap``): text in fixed columns, north-up, its limits at the outer nodes.

Source: Landmark's ZMAP Plus grid export, whose fields GDAL's driver ZMap, xtgeo and OpendTect
read. Every program but GDAL takes the limits for nodes, as they are written here; GDAL does with
the option ``ZMAP_PIXEL_IS_POINT=TRUE``.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from typing import BinaryIO

from geoindex.errors import GridError
from geoindex.grids.exchange.cells import Cells
from geoindex.grids.exchange.frame import Numbers
from geoindex.grids.exchange.lattice import (
    Lattice,
    check_numbers,
    decimal_of,
    lattice_with_spacing,
    north_up,
    plain_text,
)
from geoindex.grids.exchange.text import header_line, is_null, read_values, write_values
from geoindex.grids.headers import FileHeader

__all__ = ["layout", "read", "recognize", "write"]

NAME = "a ZMAP+ grid"

# xtgeo compares float32 values with the null as a double, which 1e30 fails.
NULL = "-99999.0"

WIDTH = 10

# The longest float32, -1.1754944e-38, leaves a blank before it.
VALUE_WIDTH = 16

# With its sign and decimal it leaves a blank between two values.
LARGEST = 999_999
PER_LINE = 5

# GDAL reads no more of a header line than 100 characters, older programs no more than 80.
LONGEST_LINE = 80


def layout(header: FileHeader) -> Lattice:
    """Place the nodes; raise an error for a grid that the format cannot hold."""
    check_numbers(header, NAME, null=int(float(NULL)), largest=LARGEST)
    return lattice_with_spacing(header, NAME, "IRAP classic (.irap) or ESRI ASCII (.asc)")


def write(file: BinaryIO, cells: Cells, lattice: Lattice) -> None:
    """Write column by column from west to east, each from north to south."""
    cells.check(NAME, null=float(NULL))
    content, width = "values of a map, by geoindex", VALUE_WIDTH
    if cells.numbers is not None:
        content = "class indices of a map, by geoindex; legend in the .legend.csv beside this file"
        width = WIDTH
    header = (
        f"! {content}\n"
        f"@GRID FILE, GRID, {PER_LINE}\n"
        # GDAL refuses an empty third field, so it holds a blank.
        f"{width}, {NULL}, , 1, 1\n"
        f"{_limits(lattice)}\n"
        "0.0, 0.0, 0.0\n"
        "@\n"
    )
    file.write(header.encode())
    write_values(
        file,
        north_up(cells).T,
        cells.numbers,
        form=f"%{WIDTH}.1f",
        null=NULL.rjust(width),
        per_line=PER_LINE,
        separator=b"",
        width=width,
    )


def recognize(start: bytes) -> bool:
    """Whether a file starts like such a grid."""
    lines = [line.strip() for line in start.splitlines() if line[:1] not in (b"!", b"+", b"")]
    fields = lines[0].upper().split(b",") if lines else []
    return len(fields) >= 2 and fields[0].startswith(b"@") and fields[1].strip() == b"GRID"


def read(file: BinaryIO) -> Numbers:
    """Read limits and values; the rest of the header is ignored."""
    _next_fields(file)
    form = _next_fields(file)
    extent = _next_fields(file)
    while header_line(file) != "@":
        pass
    if len(form) < 3 or len(extent) < 6:
        raise GridError("the header lacks fields of lines 2 and 3")
    null = decimal_of(form[1] or form[2])
    n_rows, n_cols, west, east, south, north = (decimal_of(text) for text in extent[:6])
    lattice = Lattice.from_limits((n_rows, n_cols), (west, east), (south, north))
    values = read_values(file, lattice.shape[::-1]).T
    return Numbers(values, is_null(values, null), lattice.transform)


def _next_fields(file: BinaryIO) -> list[str]:
    """Comma-separated fields of the next line that is not a comment."""
    while (line := header_line(file)).startswith(("!", "+")):
        pass
    return [field.strip() for field in line.split(",")]


def _limits(lattice: Lattice) -> str:
    """Line of rows, columns and limits, with all digits if there is room."""
    limits: tuple[Decimal, ...] = lattice.limits
    for places in range(20, -1, -1):
        line = plain_text(*map(Decimal, lattice.shape), *limits).replace(" ", ", ")
        if len(line) <= LONGEST_LINE:
            break
        unit = Decimal(1).scaleb(-places)
        limits = tuple(limit.quantize(unit, ROUND_HALF_EVEN) for limit in lattice.limits)
    return line
