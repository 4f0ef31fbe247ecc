"""Surfer 6 binary grid (``.grd``): north-up, limits at the outer nodes.

Source: Golden Software, "Surfer 6 Binary Grid File Format".
"""

from __future__ import annotations

import struct
from decimal import Decimal
from typing import BinaryIO

import numpy as np

from geoindex.errors import GridError, OutputError
from geoindex.grids.exchange.cells import Cells
from geoindex.grids.exchange.frame import Numbers
from geoindex.grids.exchange.lattice import (
    Lattice,
    check_numbers,
    lattice_with_spacing,
    north_up,
)
from geoindex.grids.exchange.surfer6 import BLANK_FROM, NULL, is_blank
from geoindex.grids.exchange.text import bands, bytes_left
from geoindex.grids.headers import FileHeader

__all__ = ["layout", "read", "recognize", "write"]

NAME = "a Surfer 6 binary grid"

MARK = b"DSBB"
HEADER = struct.Struct("<4shh6d")

MOST_NODES = 2**15 - 1
"""Largest number of nodes along each axis, a signed 16-bit number."""


def layout(header: FileHeader) -> Lattice:
    """Place the nodes; raise an error for a grid that the format cannot hold."""
    check_numbers(header, NAME)
    instead = 'Surfer 7 (format="surfer7") or ESRI ASCII (.asc)'
    lattice = lattice_with_spacing(header, NAME, instead)
    if max(lattice.shape) > MOST_NODES:
        rows, cols = lattice.shape
        raise OutputError(
            f"{NAME} holds up to {MOST_NODES:,} rows and columns, and this grid has {rows:,} x "
            f"{cols:,}; write {instead}"
        )
    return lattice


def write(file: BinaryIO, cells: Cells, lattice: Lattice) -> None:
    """Write floats, row by row from south to north."""
    rows, cols = lattice.shape
    cells.check(NAME, largest=BLANK_FROM)
    limits = (*map(float, lattice.limits), *map(float, cells.limits))
    file.write(HEADER.pack(MARK, cols, rows, *limits))
    for band in bands(np.flipud(north_up(cells))):
        file.write(cells.as_floats(band, float(NULL)).astype("<f4").tobytes())


def recognize(start: bytes) -> bool:
    """Whether a file starts like such a grid."""
    return start.startswith(MARK)


def read(file: BinaryIO) -> Numbers:
    """Read limits and values."""
    head = file.read(HEADER.size)
    if len(head) < HEADER.size:
        raise GridError("is cut short in its header; export or copy the file again")
    _, cols, rows, *fields = HEADER.unpack(head)
    if min(rows, cols) < 1 or bytes_left(file) < 4 * rows * cols:
        raise GridError(
            f"the file is too short for the {rows} x {cols} values of its header; export or copy "
            "it again"
        )
    if not np.isfinite(fields[:4]).all():
        raise GridError("the limits in the header are no numbers")
    west, east, south, north = (Decimal(repr(number)) for number in fields[:4])
    counts = Decimal(rows), Decimal(cols)
    lattice = Lattice.from_limits(counts, (west, east), (south, north))
    values = np.frombuffer(file.read(4 * rows * cols), dtype="<f4").reshape(rows, cols)
    values = np.flipud(values)
    return Numbers(values, is_blank(values), lattice.transform)
