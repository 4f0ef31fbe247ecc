"""Surfer 7 binary grid (``.grd``): north-up, placed by the node in the south-west.

Source: Golden Software, "Surfer 7 Grid File Format".
"""

from __future__ import annotations

import struct
from decimal import Decimal
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from geoindex.errors import GridError, OutputError
from geoindex.grids.exchange.cells import Cells
from geoindex.grids.exchange.frame import Numbers
from geoindex.grids.exchange.lattice import Lattice, check_numbers, lattice_of, north_up
from geoindex.grids.exchange.surfer6 import BLANK_FROM
from geoindex.grids.exchange.text import bands, bytes_left
from geoindex.grids.headers import FileHeader

__all__ = ["layout", "read", "recognize", "write"]

NAME = "a Surfer 7 grid"

# Golden Software's blank, as the double that GDAL recognizes.
BLANK = 1.701410009187828e38

SECTION = struct.Struct("<4si")
GRID = struct.Struct("<ii8d")

# The size of a section is a signed 32-bit number.
MOST_VALUES = (2**31 - 1) // 8


def layout(header: FileHeader) -> Lattice:
    """Place the nodes; raise an error for a grid that the format cannot hold."""
    check_numbers(header, NAME)
    lattice = lattice_of(header, NAME)
    rows, cols = lattice.shape
    if rows * cols > MOST_VALUES:
        raise OutputError(
            f"{NAME} holds up to {MOST_VALUES:,} values, and this grid has {rows * cols:,}; write "
            'Surfer 6 text (format="surfer6") or GeoTIFF (.tif)'
        )
    return lattice


def write(file: BinaryIO, cells: Cells, lattice: Lattice) -> None:
    """Write doubles, row by row from south to north."""
    rows, cols = lattice.shape
    cells.check(NAME, largest=BLANK_FROM)
    place = map(float, (lattice.west, lattice.south, lattice.dx, lattice.dy))
    file.write(SECTION.pack(b"DSRB", 4) + struct.pack("<i", 1))
    file.write(SECTION.pack(b"GRID", GRID.size))
    file.write(GRID.pack(rows, cols, *place, *map(float, cells.limits), 0.0, BLANK))
    file.write(SECTION.pack(b"DATA", rows * cols * 8))
    for band in bands(np.flipud(north_up(cells))):
        file.write(cells.as_floats(band, BLANK).astype("<f8", copy=False).data)


def recognize(start: bytes) -> bool:
    """Whether a file starts like such a grid."""
    return start.startswith(b"DSRB")


def read(file: BinaryIO) -> Numbers:
    """Read the sections GRID and DATA."""
    file.seek(SECTION.size + 4)
    length = _section(file, b"GRID")
    if length != GRID.size:
        raise GridError(f"the section GRID has {length} bytes, not {GRID.size}")
    rows, cols, *fields = GRID.unpack(file.read(GRID.size).ljust(GRID.size, b"\0"))
    length = _section(file, b"DATA")
    if min(rows, cols) < 1 or length != 8 * rows * cols or length > bytes_left(file):
        raise GridError(
            f"the header says {rows} x {cols} values, the section DATA has another size; export "
            "or copy it again"
        )
    if not np.isfinite(fields[:4]).all() or min(fields[2:4]) <= 0:
        raise GridError(f"steps of {fields[2]} and {fields[3]} make no grid")
    values: NDArray[np.float64] = np.fromfile(file, dtype="<f8", count=rows * cols)
    values = np.flipud(values.reshape(rows, cols))
    west, south, dx, dy = (Decimal(repr(number)) for number in fields[:4])
    lattice = Lattice.from_node((rows, cols), west, south, dx, dy)
    return Numbers(values, values >= min(fields[7], BLANK_FROM), lattice.transform)


def _section(file: BinaryIO, name: bytes) -> int:
    """Size of the next section, which must have this name."""
    head = file.read(SECTION.size)
    if len(head) < SECTION.size or head[:4] != name:
        raise GridError(f"the section {name.decode()} is missing; export or copy it again")
    return int(SECTION.unpack(head)[1])
