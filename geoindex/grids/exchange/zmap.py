"""ZMAP+ grid (``.zmap``): text in fixed columns, north-up, its limits at the outer nodes.

Format: Landmark's ZMAP Plus grid export; the fields as GDAL's driver ZMap, xtgeo and OpendTect
read them. Every program but GDAL takes the limits for nodes, as they are written here; GDAL does
with the option ``ZMAP_PIXEL_IS_POINT=TRUE``.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from geoindex.errors import GridError, OutputError
from geoindex.grid import IndexGrid
from geoindex.grids.exchange.companions import grid_file, grid_of_values
from geoindex.grids.exchange.lattice import (
    Lattice,
    decimal_of,
    lattice_of,
    north_up,
    number_text,
)
from geoindex.grids.exchange.text import header_line, index_texts, read_values, write_lines

if TYPE_CHECKING:
    from geoindex.grids.writing import GridHeader

__all__ = ["check_zmap", "is_zmap", "read_zmap", "write_zmap"]

NAME = "a ZMAP+ grid"

# xtgeo compares float32 values with the null as a double, which 1e30 fails.
NULL = "-99999.0"

WIDTH = 10
PER_LINE = 5

# GDAL reads no more of a header line than 100 characters, older programs no more than 80.
LONGEST_LINE = 80


def check_zmap(path: Path, source: IndexGrid | GridHeader) -> Lattice:
    """Refuse what the format cannot hold, or return the lattice of what it can."""
    lattice = lattice_of(source, path, NAME)
    if min(lattice.shape) < 2:
        raise OutputError(
            f"{path}: {NAME} of one row or column has no spacing; write IRAP classic (.irap) or "
            "ESRI ASCII (.asc)"
        )
    return lattice


def write_zmap(path: Path, grid: IndexGrid, overwrite: bool) -> None:
    """Write a grid, column by column from west to east, each from north to south."""
    lattice = check_zmap(path, grid)
    header = (
        "! class indices of a map, by geoindex; legend in the .legend.csv beside this file\n"
        f"@GRID FILE, GRID, {PER_LINE}\n"
        # GDAL refuses an empty third field, so that it holds a blank.
        f"{WIDTH}, {NULL}, , 1, 1\n"
        f"{_limits(lattice)}\n"
        "0.0, 0.0, 0.0\n"
        "@\n"
    )
    texts = index_texts(
        len(grid.palette),
        grid.indices.dtype,
        grid.nodata,
        form=f"%{WIDTH}.1f",
        null=NULL.rjust(WIDTH),
    )
    with grid_file(path, grid, overwrite=overwrite) as file:
        file.write(header.encode())
        write_lines(file, north_up(grid).T, texts, per_line=PER_LINE, separator=b"")


def is_zmap(start: bytes) -> bool:
    """Whether a file begins as such a grid."""
    lines = [line.strip() for line in start.splitlines() if line[:1] not in (b"!", b"+", b"")]
    fields = lines[0].upper().split(b",") if lines else []
    return len(fields) >= 2 and fields[0].startswith(b"@") and fields[1].strip() == b"GRID"


def read_zmap(path: Path) -> IndexGrid:
    """Read a grid and its legend.

    Raises
    ------
    MissingFileError
        There is no legend beside it.
    GridError
        The file is damaged, or holds other values than classes.
    """
    where = str(path)
    with path.open("rb") as file:
        _next_fields(file, where)
        layout = _next_fields(file, where)
        extent = _next_fields(file, where)
        while header_line(file, where) != "@":
            pass
        if len(layout) < 3 or len(extent) < 6:
            raise GridError(f"{where}: the header lacks fields of lines 2 and 3")
        null = decimal_of(layout[1] or layout[2], where)
        n_rows, n_cols, west, east, south, north = (decimal_of(text, where) for text in extent[:6])
        shape = int(n_rows), int(n_cols)
        lattice = Lattice.from_limits(shape, (west, east), (south, north), where)
        values = read_values(file, shape[::-1], where).T
    return grid_of_values(path, values, values == float(null), lattice.transform)


def _next_fields(file: BinaryIO, where: str) -> list[str]:
    """Comma-separated fields of the next line that is no comment."""
    while (line := header_line(file, where)).startswith(("!", "+")):
        pass
    return [field.strip() for field in line.split(",")]


def _limits(lattice: Lattice) -> str:
    """Line of rows, columns and limits, in full where it has room for all digits."""
    counts = [str(count) for count in lattice.shape]
    limits = (lattice.west, lattice.east, lattice.south, lattice.north)
    line = ", ".join([*counts, *map(number_text, limits)])
    places = 20
    while len(line) > LONGEST_LINE:
        unit = Decimal(1).scaleb(-places)
        rounded = [limit.quantize(unit, rounding=ROUND_HALF_EVEN) for limit in limits]
        line = ", ".join([*counts, *map(number_text, rounded)])
        places -= 1
    return line
