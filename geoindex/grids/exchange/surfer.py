"""Surfer grids (``.grd``): version 6 as text, version 7 as binary; north-up, limits at nodes.

Format: Golden Software, "Surfer 6 Text Grid File Format" and "Surfer 7 Grid File Format".
"""

from __future__ import annotations

import struct
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from numpy.typing import NDArray

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
from geoindex.grids.exchange.text import (
    bands,
    header_words,
    index_texts,
    read_values,
    write_lines,
)

if TYPE_CHECKING:
    from geoindex.grids.writing import GridHeader

__all__ = [
    "check_surfer6",
    "check_surfer7",
    "is_surfer6",
    "is_surfer7",
    "read_surfer6",
    "read_surfer7",
    "write_surfer6",
    "write_surfer7",
]

TEXT_NAME = "a Surfer 6 grid"
BINARY_NAME = "a Surfer 7 grid"

# Golden Software's blank, as text and as the double that GDAL takes for nodata.
NULL = "1.70141e+38"
BLANK = 1.701410009187828e38

# Values at least this large are blank, whatever the digits.
BLANK_FROM = 1.7e38

PER_LINE = 10

# Words of the header behind DSAA.
N_WORDS = 8

SECTION = struct.Struct("<4si")
GRID = struct.Struct("<ii8d")

# The size of a section is a signed 32-bit number.
MOST_VALUES = (2**31 - 1) // 8


def check_surfer6(path: Path, source: IndexGrid | GridHeader) -> Lattice:
    """Refuse what the text format cannot hold, or return the lattice of what it can."""
    lattice = lattice_of(source, path, TEXT_NAME)
    if min(lattice.shape) < 2:
        raise OutputError(
            f"{path}: {TEXT_NAME} of one row or column has no spacing; write Surfer 7 "
            '(format="surfer7") or ESRI ASCII (.asc)'
        )
    return lattice


def check_surfer7(path: Path, source: IndexGrid | GridHeader) -> Lattice:
    """Refuse what the binary format cannot hold, or return the lattice of what it can."""
    lattice = lattice_of(source, path, BINARY_NAME)
    rows, cols = lattice.shape
    if rows * cols > MOST_VALUES:
        raise OutputError(
            f"{path}: {BINARY_NAME} holds up to {MOST_VALUES:,} values, and this one has "
            f'{rows * cols:,}; write Surfer 6 text (format="surfer6") or GeoTIFF (.tif)'
        )
    return lattice


def write_surfer6(path: Path, grid: IndexGrid, overwrite: bool) -> None:
    """Write text, row by row from south to north."""
    lattice = check_surfer6(path, grid)
    low, high = _range(grid)
    header = [
        "DSAA",
        f"{lattice.shape[1]} {lattice.shape[0]}",
        f"{number_text(lattice.west)} {number_text(lattice.east)}",
        f"{number_text(lattice.south)} {number_text(lattice.north)}",
        f"{low} {high}",
    ]
    texts = index_texts(len(grid.palette), grid.indices.dtype, grid.nodata, form="%d", null=NULL)
    with grid_file(path, grid, overwrite=overwrite) as file:
        file.write("".join(f"{line}\n" for line in header).encode())
        write_lines(file, np.flipud(north_up(grid)), texts, per_line=PER_LINE)


def write_surfer7(path: Path, grid: IndexGrid, overwrite: bool) -> None:
    """Write doubles, row by row from south to north."""
    lattice = check_surfer7(path, grid)
    rows, cols = lattice.shape
    table = np.arange(int(np.iinfo(grid.indices.dtype).max) + 1, dtype="<f8")
    table[len(grid.palette) :] = BLANK
    section = GRID.pack(
        rows,
        cols,
        float(lattice.west),
        float(lattice.south),
        float(lattice.dx),
        float(lattice.dy),
        *_range(grid),
        0.0,
        BLANK,
    )
    with grid_file(path, grid, overwrite=overwrite) as file:
        file.write(SECTION.pack(b"DSRB", 4) + struct.pack("<i", 1))
        file.write(SECTION.pack(b"GRID", GRID.size) + section)
        file.write(SECTION.pack(b"DATA", rows * cols * 8))
        for band in bands(np.flipud(north_up(grid))):
            file.write(table[band].tobytes())


def is_surfer6(start: bytes) -> bool:
    """Whether a file begins as a grid of version 6 in text."""
    return start.startswith(b"DSAA")


def is_surfer7(start: bytes) -> bool:
    """Whether a file begins as a grid of version 7."""
    return start.startswith(b"DSRB")


def read_surfer6(path: Path) -> IndexGrid:
    """Read a text grid and its legend.

    Raises
    ------
    MissingFileError
        There is no legend beside it.
    GridError
        The file is damaged, or holds other values than classes.
    """
    where = str(path)
    with path.open("rb") as file:
        words = header_words(file, 1 + N_WORDS, where)
        if len(words) != 1 + N_WORDS:
            raise GridError(f"{where}: the header holds {len(words) - 1} numbers, not {N_WORDS}")
        n_cols, n_rows, west, east, south, north, *_ = (
            decimal_of(word, where) for word in words[1:]
        )
        shape = int(n_rows), int(n_cols)
        lattice = Lattice.from_limits(shape, (west, east), (south, north), where)
        values = np.flipud(read_values(file, shape, where))
    return grid_of_values(path, values, values >= BLANK_FROM, lattice.transform)


def read_surfer7(path: Path) -> IndexGrid:
    """Read a binary grid and its legend.

    Raises
    ------
    MissingFileError
        There is no legend beside it.
    GridError
        The file is damaged, or holds other values than classes.
    """
    where = str(path)
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(SECTION.size + 4)
        length = _section(file, b"GRID", where)
        if length != GRID.size:
            raise GridError(f"{where}: the section GRID has {length} bytes, not {GRID.size}")
        fields = GRID.unpack(file.read(GRID.size).ljust(GRID.size, b"\0"))
        shape = fields[0], fields[1]
        length = _section(file, b"DATA", where)
        n_values = shape[0] * shape[1]
        if min(shape) < 1 or length != 8 * n_values or file.tell() + length > size:
            raise GridError(
                f"{where}: the header says {shape[0]} x {shape[1]} values, the section DATA has "
                "another size; export or copy it again"
            )
        if not np.isfinite(fields[2:6]).all() or min(fields[4:6]) <= 0:
            raise GridError(f"{where}: steps of {fields[4]} and {fields[5]} make no grid")
        values: NDArray[np.float64] = np.fromfile(file, dtype="<f8", count=n_values)
    west, south, dx, dy = (Decimal(repr(number)) for number in fields[2:6])
    lattice = Lattice.from_node(shape, west, south, dx, dy)
    values = np.flipud(values.reshape(shape))
    blank = values >= min(fields[9], BLANK_FROM)
    return grid_of_values(path, values, blank, lattice.transform)


def _section(file: BinaryIO, name: bytes, where: str) -> int:
    """Size of the next section, which must have this name."""
    head = file.read(SECTION.size)
    if len(head) < SECTION.size or head[:4] != name:
        raise GridError(
            f"{where}: the section {name.decode()} is missing; export or copy it again"
        )
    return int(SECTION.unpack(head)[1])


def _range(grid: IndexGrid) -> tuple[int, int]:
    """Lowest and highest index that is not blank; zeros where there is none."""
    used = np.flatnonzero(grid.counts())
    return (int(used[0]), int(used[-1])) if len(used) else (0, 0)
