"""CPS-3 text grid (``.cps3``), experimental: programs differ in the order of its values.

Format: Landmark CPS-3, as Golden Software describes it: a column at a time from left to right,
each from north to south. At least one other reader takes rows from south to north, so that a
grid must be looked at in the program it is for.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

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

__all__ = ["check_cps3", "is_cps3", "read_cps3", "write_cps3"]

NAME = "a CPS-3 grid"

NULL = "1.0E+30"

PER_LINE = 5


def check_cps3(path: Path, source: IndexGrid | GridHeader) -> Lattice:
    """Refuse what the format cannot hold, or return the lattice of what it can."""
    lattice = lattice_of(source, path, NAME)
    if min(lattice.shape) < 2:
        raise OutputError(
            f"{path}: {NAME} of one row or column has no area; write IRAP classic (.irap) or "
            "ESRI ASCII (.asc)"
        )
    return lattice


def write_cps3(path: Path, grid: IndexGrid, overwrite: bool) -> None:
    """Write a grid, column by column from west to east, each from north to south."""
    lattice = check_cps3(path, grid)
    limits = (lattice.west, lattice.east, lattice.south, lattice.north)
    header = [
        f'FSASCI 0 1 "Computed" 0 {NULL}',
        "FSATTR 0 0",
        f"FSLIMI {' '.join(map(number_text, limits))} 0 {len(grid.palette) - 1}",
        f"FSNROW {lattice.shape[0]} {lattice.shape[1]}",
        f"FSXINC {number_text(lattice.dx)} {number_text(lattice.dy)}",
        "->geoindex",
    ]
    texts = index_texts(len(grid.palette), grid.indices.dtype, grid.nodata, form="%d.0", null=NULL)
    with grid_file(path, grid, overwrite=overwrite) as file:
        file.write("".join(f"{line}\n" for line in header).encode())
        write_lines(file, north_up(grid).T, texts, per_line=PER_LINE)


def is_cps3(start: bytes) -> bool:
    """Whether a file begins as such a grid."""
    return start.startswith(b"FSASCI")


def read_cps3(path: Path) -> IndexGrid:
    """Read a grid in the order that :func:`write_cps3` has, and its legend.

    Raises
    ------
    MissingFileError
        There is no legend beside it.
    GridError
        The file is damaged, or holds other values than classes.
    """
    where = str(path)
    header: dict[str, list[str]] = {}
    with path.open("rb") as file:
        while not (line := header_line(file, where)).startswith("->"):
            key, *words = line.split() or [""]
            header[key] = words
        try:
            null = decimal_of(header["FSASCI"][-1], where)
            n_rows, n_cols = (decimal_of(word, where) for word in header["FSNROW"][:2])
            west, east, south, north = (decimal_of(word, where) for word in header["FSLIMI"][:4])
        except (KeyError, IndexError, ValueError):
            raise GridError(f"{where}: the header is not that of {NAME}") from None
        shape = int(n_rows), int(n_cols)
        lattice = Lattice.from_limits(shape, (west, east), (south, north), where)
        values = read_values(file, shape[::-1], where).T
    return grid_of_values(path, values, values == values.dtype.type(null), lattice.transform)
