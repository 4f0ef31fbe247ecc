"""Surfer 6 text grid (``.grd``): north-up, limits at the outer nodes.

Source: Golden Software, "Surfer 6 Text Grid File Format".
"""

from __future__ import annotations

from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

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
from geoindex.grids.exchange.text import (
    header_words,
    read_values,
    write_values,
)
from geoindex.grids.headers import FileHeader

__all__ = ["BLANK_FROM", "is_blank", "layout", "read", "recognize", "write"]

NAME = "a Surfer 6 grid"

# Golden Software's blank.
NULL = "1.70141e+38"

# Values at least this large are blank, whatever their last digits.
BLANK_FROM = 1.7e38

PER_LINE = 10

# DSAA and the numbers behind it.
N_WORDS = 9


def layout(header: FileHeader) -> Lattice:
    """Place the nodes; raise an error for a grid that the format cannot hold."""
    check_numbers(header, NAME)
    instead = 'Surfer 7 (format="surfer7") or ESRI ASCII (.asc)'
    return lattice_with_spacing(header, NAME, instead)


def write(file: BinaryIO, cells: Cells, lattice: Lattice) -> None:
    """Write row by row from south to north."""
    cells.check(NAME, largest=BLANK_FROM)
    low, high = cells.limits
    header = (
        f"DSAA\n{lattice.shape[1]} {lattice.shape[0]}\n"
        f"{plain_text(lattice.west, lattice.east)}\n"
        f"{plain_text(lattice.south, lattice.north)}\n"
        f"{low} {high}\n"
    )
    file.write(header.encode())
    lines = np.flipud(north_up(cells))
    write_values(file, lines, cells.numbers, form="%d", null=NULL, per_line=PER_LINE)


def recognize(start: bytes) -> bool:
    """Whether a file starts like such a grid."""
    return start.startswith(b"DSAA")


def read(file: BinaryIO) -> Numbers:
    """Read limits and values."""
    _, *words = header_words(file, N_WORDS)
    numbers = (decimal_of(word.replace(",", ".")) for word in words)
    n_cols, n_rows, west, east, south, north, *_ = numbers
    lattice = Lattice.from_limits((n_rows, n_cols), (west, east), (south, north))
    values = np.flipud(read_values(file, lattice.shape, null_word=b"nan"))
    return Numbers(values, is_blank(values), lattice.transform)


def is_blank(values: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Where values are Golden Software's blank, or no numbers."""
    blank: NDArray[np.bool_] = np.isnan(values) | (values >= BLANK_FROM)
    return blank
