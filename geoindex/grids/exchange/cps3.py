"""CPS-3 text grid (``.cps3``), experimental: programs differ in the order of its values.

Source: Golden Software, "CPS-3 Grid File Format", for Landmark's CPS-3: a column at a time from
left to right, each from north to south. At least one other reader takes rows from south to north,
so check a grid in the program it is for.
"""

from __future__ import annotations

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

NAME = "a CPS-3 grid"

NULL = "1.0E+30"

PER_LINE = 5

LARGEST_DIFFERENCE = 0.001
"""Largest relative difference of spacings that a header gives twice; some are rounded."""


def layout(header: FileHeader) -> Lattice:
    """Place the nodes; raise an error for a grid that the format cannot hold."""
    check_numbers(header, NAME)
    return lattice_with_spacing(header, NAME, "IRAP classic (.irap) or ESRI ASCII (.asc)")


def write(file: BinaryIO, cells: Cells, lattice: Lattice) -> None:
    """Write column by column from west to east, each from north to south."""
    cells.check(NAME, null=float(NULL))
    low, high = cells.limits
    header = (
        f'FSASCI 0 1 "Computed" 0 {NULL}\n'
        "FSATTR 0 0\n"
        f"FSLIMI {plain_text(*lattice.limits)} {low} {high}\n"
        f"FSNROW {lattice.shape[0]} {lattice.shape[1]}\n"
        f"FSXINC {plain_text(lattice.dx, lattice.dy)}\n"
        "->geoindex\n"
    )
    file.write(header.encode())
    lines = north_up(cells).T
    write_values(file, lines, cells.numbers, form="%d.0", null=NULL, per_line=PER_LINE)


def recognize(start: bytes) -> bool:
    """Whether a file starts like such a grid."""
    return start.startswith(b"FSASCI")


def read(file: BinaryIO) -> Numbers:
    """Read in the order in which :func:`write` writes."""
    header: dict[str, list[str]] = {}
    while not (line := header_line(file)).startswith("->"):
        key, *words = line.split() or [""]
        header[key] = words
    try:
        null = decimal_of(header["FSASCI"][-1])
        n_rows, n_cols = (decimal_of(word) for word in header["FSNROW"][:2])
        west, east, south, north = (decimal_of(word) for word in header["FSLIMI"][:4])
        steps = [decimal_of(word) for word in header.get("FSXINC", ())[:2]]
    except (KeyError, IndexError, ValueError):
        raise GridError(f"the header is not that of {NAME}") from None
    lattice = Lattice.from_limits((n_rows, n_cols), (west, east), (south, north))
    for step, known in zip(steps, (lattice.dx, lattice.dy), strict=False):
        if abs(abs(step) / known - 1) > LARGEST_DIFFERENCE:
            raise GridError(
                f"FSXINC has a spacing of {step}, and FSLIMI and FSNROW one of {known:.10g}; "
                "export the grid again"
            )
    values = read_values(file, lattice.shape[::-1]).T
    return Numbers(values, is_null(values, null), lattice.transform)
