"""Where the cells of a north-up grid lie, as the decimal numbers of a text file.

The numbers of a transform are taken as the shortest decimals that stand for them. In the exact
context of :mod:`geoindex.grids.exchange.frame` a transform survives a file to the last digit.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from affine import Affine
from numpy.typing import NDArray

from geoindex.errors import GridError, OutputError
from geoindex.grids.exchange.cells import Cells
from geoindex.grids.headers import FileHeader, GridHeader

__all__ = [
    "Lattice",
    "check_numbers",
    "decimal_of",
    "is_upright",
    "lattice_of",
    "lattice_with_spacing",
    "north_up",
    "placed_transform",
    "plain_text",
    "shape_of",
]

# Share of a cell over the whole grid; less is rounding, not rotation.
NEGLIGIBLE = 1e-6

LARGEST_NUMBER = 2**24
"""Programs store these formats as float32, which holds all integers up to this one."""

NUMBER = re.compile(r"[+-]?(\d{1,40}\.?\d{0,40}|\.\d{1,40})([eE][+-]?\d{1,2})?", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Lattice:
    """Nodes at the centers of the cells of a north-up grid."""

    shape: tuple[int, int]
    """Rows, from north to south, and columns, from west to east."""

    west: Decimal
    """X of the nodes of the first column."""

    east: Decimal
    """X of the nodes of the last column."""

    south: Decimal
    """Y of the nodes of the last row."""

    north: Decimal
    """Y of the nodes of the first row."""

    dx: Decimal
    """Distance between columns, positive."""

    dy: Decimal
    """Distance between rows, positive."""

    @classmethod
    def from_corner(
        cls, shape: tuple[int, int], west: Decimal, south: Decimal, dx: Decimal, dy: Decimal
    ) -> Lattice:
        """Lattice of the outer corner in the south-west."""
        return cls.from_node(shape, west + dx / 2, south + dy / 2, dx, dy)

    @classmethod
    def from_node(
        cls, shape: tuple[int, int], west: Decimal, south: Decimal, dx: Decimal, dy: Decimal
    ) -> Lattice:
        """Lattice of the node in the south-west."""
        return cls(
            shape=shape,
            west=west,
            east=west + (shape[1] - 1) * dx,
            south=south,
            north=south + (shape[0] - 1) * dy,
            dx=dx,
            dy=dy,
        )

    @classmethod
    def from_limits(
        cls,
        counts: tuple[Decimal, Decimal],
        x: tuple[Decimal, Decimal],
        y: tuple[Decimal, Decimal],
    ) -> Lattice:
        """Lattice of the rows and columns, and of the first and last node along each axis.

        Raises
        ------
        GridError
            The limits do not rise, or there is one node only between them.
        """
        rows, cols = shape = shape_of(*counts)
        if min(shape) < 2 or not (x[0] < x[1] and y[0] < y[1]):
            raise GridError(
                f"the limits {x[0]} to {x[1]} and {y[0]} to {y[1]} give no spacing for {cols} x "
                f"{rows} nodes"
            )
        dx, dy = (x[1] - x[0]) / (cols - 1), (y[1] - y[0]) / (rows - 1)
        return cls.from_node(shape, x[0], y[0], dx, dy)

    @property
    def limits(self) -> tuple[Decimal, Decimal, Decimal, Decimal]:
        """West, east, south and north, as many headers list them."""
        return self.west, self.east, self.south, self.north

    @property
    def transform(self) -> Affine:
        """Affine map from (column, row) of cell corners to coordinates."""
        left, top = self.west - self.dx / 2, self.north + self.dy / 2
        return Affine(float(self.dx), 0.0, float(left), 0.0, -float(self.dy), float(top))


def check_numbers(
    header: FileHeader, name: str, *, null: int | None = None, largest: int = LARGEST_NUMBER
) -> None:
    """Raise an error for class values that the format `name` cannot hold.

    Raises
    ------
    OutputError
        A class value is the format's `null`, or beyond its `largest` number.
    """
    numbers = header.pixel_values if isinstance(header, GridHeader) else ()
    wrong = next((n for n in numbers if n == null or abs(n) > largest), None)
    if wrong is not None:
        reason = "stands for nodata there" if wrong == null else f"is beyond {largest:,}"
        raise OutputError(
            f"{name} cannot hold the class value {wrong}, which {reason}; write .npy or .tif, or "
            "leave out values=True"
        )


def placed_transform(header: FileHeader, name: str) -> Affine:
    """Transform of a grid that is to be written in the format `name`, which needs one.

    Raises
    ------
    OutputError
        The grid has no georeference, or control points in its place.
    """
    if header.gcps:
        raise OutputError(
            f"{name} cannot hold ground control points; write .npy or .tif, or warp the map to a "
            "grid first"
        )
    if header.transform is None:
        raise OutputError(
            f"{name} needs a georeference, and this grid has no georeference; write .npy, .tif or "
            ".png, or put a world file beside the image"
        )
    return header.transform


def lattice_of(header: FileHeader, name: str) -> Lattice:
    """Lattice of a grid for the format `name`, which holds north-up grids only.

    Rows and columns of the grid may run along either axis, either way.

    Raises
    ------
    OutputError
        The grid is rotated, or not placed by a transform.
    """
    transform, shape = placed_transform(header, name), header.shape
    if is_upright(_transposed(transform), shape[::-1]):
        transform, shape = _transposed(transform), shape[::-1]
    elif not is_upright(transform, shape):
        angle = math.degrees(math.atan2(transform.d, transform.a))
        raise OutputError(
            f"{name} cannot hold a rotated grid (these rows run at {angle:.3f} degrees); write "
            "IRAP classic (.irap) or GeoTIFF (.tif), or warp the map to a north-up grid first"
        )
    x, dx = _ascending(transform.c, transform.a, shape[1])
    y, dy = _ascending(transform.f, transform.e, shape[0])
    return Lattice.from_corner(shape, x, y, dx, dy)


def lattice_with_spacing(header: FileHeader, name: str, instead: str) -> Lattice:
    """Lattice for a format that gives the spacing by the first and last node.

    Raises
    ------
    OutputError
        There is one row or column only, for which the message names the formats `instead`, or
        :func:`lattice_of` refuses the grid.
    """
    lattice = lattice_of(header, name)
    if min(lattice.shape) < 2:
        raise OutputError(f"{name} of one row or column has no spacing; write {instead}")
    return lattice


def north_up(cells: Cells) -> NDArray[Any]:
    """View the cells from north to south and west to east; for what has a lattice."""
    transform, array = cells.transform, cells.array
    if is_upright(_transposed(transform), array.shape[::-1]):
        transform, array = _transposed(transform), array.T
    return array[:: -1 if transform.e > 0 else 1, :: -1 if transform.a < 0 else 1]


def plain_text(*numbers: Decimal) -> str:
    """Numbers with blanks between them, without exponents and needless zeros."""
    return " ".join(format(number.normalize(), "f") for number in numbers)


def decimal_of(text: str) -> Decimal:
    """Take a number from a header.

    Raises
    ------
    GridError
        It is no number.
    """
    if not NUMBER.fullmatch(text):
        raise GridError(f"{text[:40]!r} in the header is not a number")
    return Decimal(text)


def shape_of(rows: Decimal, cols: Decimal) -> tuple[int, int]:
    """Take rows and columns from a header.

    Raises
    ------
    GridError
        They are not whole numbers from 1 on.
    """
    if min(rows, cols) < 1 or int(rows) != rows or int(cols) != cols:
        raise GridError(f"{rows} rows and {cols} columns in the header are no grid")
    return int(rows), int(cols)


def _transposed(transform: Affine) -> Affine:
    """Transform of the transposed grid."""
    a, b, c, d, e, f = transform[:6]
    return Affine(b, a, c, e, d, f)


def is_upright(transform: Affine, shape: tuple[int, ...]) -> bool:
    """Whether columns run along x and rows along y, except for rounding."""
    drift = max(abs(transform.b) * shape[0], abs(transform.d) * shape[1])
    cell = min(abs(transform.a), abs(transform.e))
    return bool(cell > 0 and drift <= NEGLIGIBLE * cell)


def _ascending(start: float, step: float, count: int) -> tuple[Decimal, Decimal]:
    """Lower end of an axis, and its step upward."""
    begin, exact_step = Decimal(repr(float(start))), Decimal(repr(float(step)))
    return min(begin, begin + count * exact_step), abs(exact_step)
