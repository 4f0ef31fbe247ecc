"""IRAP classic (RMS) text grid (``.irap``): the only exchange format for rotated grids.

Source: xtgeo's and petekio's readers and writers of "irap_ascii". 19 numbers stand before the
values, which run along the first axis; the second axis lies at a right angle, counter-clockwise
of the first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, BinaryIO

import numpy as np
from affine import Affine
from numpy.typing import NDArray

from geoindex.errors import GridError, OutputError
from geoindex.grids.exchange.cells import Cells
from geoindex.grids.exchange.frame import Numbers
from geoindex.grids.exchange.lattice import (
    Lattice,
    check_numbers,
    decimal_of,
    is_upright,
    lattice_of,
    north_up,
    placed_transform,
    plain_text,
    shape_of,
)
from geoindex.grids.exchange.text import header_words, read_values, write_values
from geoindex.grids.headers import FileHeader

__all__ = ["layout", "read", "recognize", "write"]

NAME = "an IRAP classic grid"

NULL = "9999900.0"

# All numbers from the null on are undefined.
LARGEST = 9_999_899

# RMS takes at most 9.
PER_LINE = 6

N_HEADER = 19

# Farthest that a node may move where axes are not at a right angle, as a share of a cell.
SKEW_LIMIT = 0.1

# Of the steps and, behind the point, of the angle of a rotated grid.
DIGITS = 12

# Behind the first digit of a cell, of the origin of a rotated grid.
DIGITS_OF_CELL = 7


@dataclass(frozen=True, kw_only=True)
class _Frame:
    """Origin node, steps and direction of the first axis."""

    x: Decimal
    y: Decimal
    dx: Decimal
    dy: Decimal
    angle: Decimal


def layout(header: FileHeader) -> _Frame:
    """Place the grid with axes at a right angle; raise an error if the format cannot hold it."""
    check_numbers(header, NAME, largest=LARGEST)
    transform = placed_transform(header, NAME)
    if is_upright(transform, header.shape):
        lattice = lattice_of(header, NAME)
        return _Frame(
            x=lattice.west, y=lattice.south, dx=lattice.dx, dy=lattice.dy, angle=Decimal(0)
        )
    return _rotated(transform, header.shape)


def write(file: BinaryIO, cells: Cells, frame: _Frame) -> None:
    """Write along the first axis, which runs along the columns of a rotated grid."""
    cells.check(NAME, largest=LARGEST)
    lines = _lines(cells)
    n_j, n_i = lines.shape
    x_end, y_end = frame.x + (n_i - 1) * frame.dx, frame.y + (n_j - 1) * frame.dy
    header = (
        f"-996 {n_j} {plain_text(frame.dx, frame.dy)}\n"
        f"{plain_text(frame.x, x_end, frame.y, y_end)}\n"
        f"{n_i} {plain_text(frame.angle, frame.x, frame.y)}\n"
        "0 0 0 0 0 0 0\n"
    )
    file.write(header.encode())
    write_values(file, lines, cells.numbers, form="%d.0", null=NULL, per_line=PER_LINE)


def recognize(start: bytes) -> bool:
    """Whether a file starts like such a grid."""
    return start.split(maxsplit=1)[:1] == [b"-996"]


QUARTERS: dict[float, tuple[float, float]] = {
    0: (1.0, 0.0),
    90: (0.0, 1.0),
    180: (-1.0, 0.0),
    270: (0.0, -1.0),
}
"""Cosine and sine of quarter turns, of which those of radians are 1e-16 off."""


def _direction(degrees: float) -> tuple[float, float]:
    """Cosine and sine of an angle from 0 to 360 degrees."""
    angle = math.radians(degrees)
    return QUARTERS.get(degrees, (math.cos(angle), math.sin(angle)))


def read(file: BinaryIO) -> Numbers:
    """Read a grid; the first row of a rotated grid starts at the origin."""
    numbers = [decimal_of(word) for word in header_words(file, N_HEADER)]
    shape = shape_of(numbers[1], numbers[8])
    dx, dy, angle, x, y = (numbers[place] for place in (2, 3, 9, 10, 11))
    if dx <= 0 or dy == 0:
        raise GridError(f"steps of {dx} and {dy} make no grid")
    if max(abs((numbers[4] - x) / dx), abs((numbers[6] - y) / dy)) > SKEW_LIMIT:
        raise GridError(
            f"the header places the first node at {numbers[4]}, {numbers[6]} and at {x}, {y}; "
            "export the grid again"
        )
    lines = read_values(file, shape)
    degrees = float(angle) % 360
    if degrees == 0 and dy > 0:
        transform = Lattice.from_node(shape, x, y, dx, dy).transform
        lines = np.flipud(lines)
    else:
        cos, sin = _direction(degrees)
        a, b, d, e = float(dx) * cos, -float(dy) * sin, float(dx) * sin, float(dy) * cos
        # From the first node to the corner of its cell.
        transform = Affine(a, b, float(x) - (a + b) / 2, d, e, float(y) - (d + e) / 2)
    return Numbers(lines, lines >= float(NULL), transform)


def _lines(cells: Cells) -> NDArray[Any]:
    """Turn the cells: the first axis along the columns, the second to its left."""
    if is_upright(cells.transform, cells.array.shape):
        return np.flipud(north_up(cells))
    return np.flipud(cells.array) if cells.transform.determinant < 0 else cells.array


def _rotated(transform: Affine, shape: tuple[int, int]) -> _Frame:
    """Frame with the right angle that moves the corners least."""
    rows, cols = shape
    # Vectors along the first and the second axis; rows that run clockwise are turned over.
    turn = -1 if transform.determinant < 0 else 1
    i = complex(transform.a, transform.d)
    j = turn * complex(transform.b, transform.e)
    if abs(transform.determinant) <= 1e-12 * abs(i) * abs(j):
        raise OutputError("the rows and columns of the grid are parallel")
    angle_i = math.atan2(i.imag, i.real)
    skew = math.remainder(math.atan2(j.imag, j.real) - math.pi / 2 - angle_i, 2 * math.pi)
    # By least squares about the center.
    half_i, half_j = abs(i) * (cols - 1) / 2, abs(j) * (rows - 1) / 2
    share = half_j**2 / ((half_i**2 + half_j**2) or 1.0)
    moved = math.hypot(half_i * skew * share, half_j * skew * (1 - share))
    if moved > SKEW_LIMIT * min(abs(i), abs(j)):
        raise OutputError(
            f"{NAME} needs perpendicular axes, and those of this grid are "
            f"{math.degrees(skew):.4g} degrees off, which would move its corners by {moved:.3g}; "
            "write GeoTIFF (.tif)"
        )
    angle = angle_i + skew * share
    center = complex(
        transform.c + (transform.a * cols + transform.b * rows) / 2,
        transform.f + (transform.d * cols + transform.e * rows) / 2,
    )
    origin = center - complex(half_i, half_j) * complex(math.cos(angle), math.sin(angle))
    # The last digits of sines and roots differ between processors.
    dx, dy = (Decimal(f"{abs(side):.{DIGITS}g}") for side in (i, j))
    unit = Decimal(1).scaleb(min(dx, dy).adjusted() - DIGITS_OF_CELL)
    x, y = (Decimal(part).quantize(unit) for part in (origin.real, origin.imag))
    degrees = round(Decimal(math.degrees(angle) % 360), DIGITS) % 360
    return _Frame(x=x, y=y, dx=dx, dy=dy, angle=degrees)
