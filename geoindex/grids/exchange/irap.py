"""IRAP classic (RMS) text grid (``.irap``): the one of these formats that holds a rotated grid.

Format: as xtgeo and petekio read and write it; 19 numbers, then the values along the first axis.
The second axis lies at a right angle, counter-clockwise of the first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from affine import Affine

from geoindex.errors import GridError, OutputError
from geoindex.grid import IndexGrid
from geoindex.grids.exchange.companions import grid_file, grid_of_values
from geoindex.grids.exchange.lattice import (
    Lattice,
    decimal_of,
    is_upright,
    lattice_of,
    north_up,
    number_text,
    placed_transform,
)
from geoindex.grids.exchange.text import header_words, index_texts, read_values, write_lines
from geoindex.rules.indices import IndexArray

if TYPE_CHECKING:
    from geoindex.grids.writing import GridHeader

__all__ = ["check_irap", "is_irap", "read_irap", "write_irap"]

NAME = "an IRAP classic grid"

NULL = "9999900.0"

# RMS takes at most 9.
PER_LINE = 6

N_HEADER = 19

# Farthest that a node may move where axes are not at a right angle, as a share of a cell.
SKEW_LIMIT = 0.1


@dataclass(frozen=True, kw_only=True)
class _Frame:
    """Origin node, steps and direction of the first axis."""

    x: Decimal
    y: Decimal
    dx: Decimal
    dy: Decimal
    angle: Decimal


def check_irap(path: Path, source: IndexGrid | GridHeader) -> None:
    """Refuse what the format cannot hold."""
    _frame(path, source)


def write_irap(path: Path, grid: IndexGrid, overwrite: bool) -> None:
    """Write a grid; the columns of a rotated one are the first axis."""
    frame = _frame(path, grid)
    lines = _lines(grid)
    n_j, n_i = lines.shape
    x_end, y_end = frame.x + (n_i - 1) * frame.dx, frame.y + (n_j - 1) * frame.dy
    header = [
        ["-996", str(n_j), *_texts(frame.dx, frame.dy)],
        _texts(frame.x, x_end, frame.y, y_end),
        [str(n_i), *_texts(frame.angle, frame.x, frame.y)],
        ["0"] * 7,
    ]
    texts = index_texts(len(grid.palette), grid.indices.dtype, grid.nodata, form="%d.0", null=NULL)
    with grid_file(path, grid, overwrite=overwrite) as file:
        file.write("".join(" ".join(line) + "\n" for line in header).encode())
        write_lines(file, lines, texts, per_line=PER_LINE)


def is_irap(start: bytes) -> bool:
    """Whether a file begins as such a grid."""
    return start.split(maxsplit=1)[:1] == [b"-996"]


def read_irap(path: Path) -> IndexGrid:
    """Read a grid and its legend; the first row of a rotated one is that of the origin.

    Raises
    ------
    MissingFileError
        There is no legend beside it.
    GridError
        The file is damaged, or holds other values than classes.
    """
    where = str(path)
    with path.open("rb") as file:
        numbers = [decimal_of(word, where) for word in header_words(file, N_HEADER, where)]
        if len(numbers) != N_HEADER:
            raise GridError(f"{where}: the header holds {len(numbers)} numbers, not {N_HEADER}")
        shape = int(numbers[1]), int(numbers[8])
        dx, dy, angle, x, y = (numbers[place] for place in (2, 3, 9, 10, 11))
        if dx <= 0 or dy == 0:
            raise GridError(f"{where}: steps of {dx} and {dy} make no grid")
        lines = read_values(file, shape, where)
    if angle % 360 == 0 and dy > 0:
        transform = Lattice.from_node(shape, x, y, dx, dy).transform
        lines = np.flipud(lines)
    else:
        direction = math.radians(float(angle))
        cos, sin = math.cos(direction), math.sin(direction)
        steps = float(dx) * cos, -float(dy) * sin, float(dx) * sin, float(dy) * cos
        transform = _around_node(steps, float(x), float(y))
    return grid_of_values(path, lines, lines >= float(NULL), transform)


def _lines(grid: IndexGrid) -> IndexArray:
    """Turn the indices so that the first axis runs along the columns, the second to its left."""
    transform = grid.transform
    if transform is None:
        raise AssertionError("the grid was not checked")
    if is_upright(transform, grid.shape):
        return np.flipud(north_up(grid))
    return np.flipud(grid.indices) if transform.determinant < 0 else grid.indices


def _frame(path: Path, source: IndexGrid | GridHeader) -> _Frame:
    """Place of the grid with axes at a right angle."""
    transform = placed_transform(source, path, NAME)
    if is_upright(transform, source.shape):
        lattice = lattice_of(source, path, NAME)
        return _Frame(
            x=lattice.west, y=lattice.south, dx=lattice.dx, dy=lattice.dy, angle=Decimal(0)
        )
    rows, cols = source.shape
    # Vectors along the first and the second axis; rows that run clockwise are turned over.
    turn = -1 if transform.determinant < 0 else 1
    i = complex(transform.a, transform.d)
    j = turn * complex(transform.b, transform.e)
    if abs(transform.determinant) <= 1e-12 * abs(i) * abs(j):
        raise OutputError(f"{path}: rows and columns of the grid run along one line")
    angle_i = math.atan2(i.imag, i.real)
    skew = math.remainder(math.atan2(j.imag, j.real) - math.pi / 2 - angle_i, 2 * math.pi)
    # The right angle that moves the corners least, by least squares about the center.
    half_i, half_j = abs(i) * (cols - 1) / 2, abs(j) * (rows - 1) / 2
    share = half_j**2 / ((half_i**2 + half_j**2) or 1.0)
    moved = math.hypot(half_i * skew * share, half_j * skew * (1 - share))
    if moved > SKEW_LIMIT * min(abs(i), abs(j)):
        raise OutputError(
            f"{path}: {NAME} has axes at a right angle, and those of this one are "
            f"{math.degrees(skew):.4g} degrees off, which would move its corners by {moved:.3g}; "
            "write GeoTIFF (.tif)"
        )
    angle = angle_i + skew * share
    center = complex(
        transform.c + (transform.a * cols + transform.b * rows) / 2,
        transform.f + (transform.d * cols + transform.e * rows) / 2,
    )
    origin = center - complex(half_i, half_j) * complex(math.cos(angle), math.sin(angle))
    numbers = (origin.real, origin.imag, abs(i), abs(j), math.degrees(angle) % 360)
    x, y, dx, dy, degrees = (Decimal(repr(number)) for number in numbers)
    return _Frame(x=x, y=y, dx=dx, dy=dy, angle=degrees)


def _around_node(steps: tuple[float, float, float, float], x: float, y: float) -> Affine:
    """Transform of cell corners from the steps along both axes and the first node."""
    a, b, d, e = steps
    return Affine(a, b, x - (a + b) / 2, d, e, y - (d + e) / 2)


def _texts(*numbers: Decimal) -> list[str]:
    """Numbers as text."""
    return [number_text(number) for number in numbers]
