"""Where the cells of a north-up grid lie, as the decimal numbers of a text file.

The numbers of a transform are taken as the shortest decimals that stand for them, and all sums
are exact in these, so that a transform that went through a file comes back to the last digit.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from pathlib import Path
from typing import TYPE_CHECKING

from affine import Affine

from geoindex.errors import GridError, OutputError
from geoindex.grid import IndexGrid
from geoindex.rules.indices import IndexArray

if TYPE_CHECKING:
    from geoindex.grids.writing import GridHeader

__all__ = [
    "Lattice",
    "decimal_of",
    "is_upright",
    "lattice_of",
    "north_up",
    "number_text",
    "placed_transform",
]

# Sums of 17-digit numbers of very different size are still exact.
EXACT = Context(prec=100)

# Of a cell, over the whole grid: what is less is rounding and not a rotation.
NEGLIGIBLE = 1e-6

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
        with localcontext(EXACT):
            return cls.from_node(shape, west + dx / 2, south + dy / 2, dx, dy)

    @classmethod
    def from_node(
        cls, shape: tuple[int, int], west: Decimal, south: Decimal, dx: Decimal, dy: Decimal
    ) -> Lattice:
        """Lattice of the node in the south-west."""
        with localcontext(EXACT):
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
        shape: tuple[int, int],
        x: tuple[Decimal, Decimal],
        y: tuple[Decimal, Decimal],
        where: str,
    ) -> Lattice:
        """Lattice of the first and last node along each axis.

        Raises
        ------
        GridError
            The limits do not rise, or there is one node only between them.
        """
        if min(shape) < 2 or not (x[0] < x[1] and y[0] < y[1]):
            raise GridError(
                f"{where}: limits {x[0]} to {x[1]} and {y[0]} to {y[1]} give {shape[1]} x "
                f"{shape[0]} nodes no spacing"
            )
        with localcontext(EXACT):
            dx, dy = (x[1] - x[0]) / (shape[1] - 1), (y[1] - y[0]) / (shape[0] - 1)
        return cls.from_node(shape, x[0], y[0], dx, dy)

    @property
    def transform(self) -> Affine:
        """Affine map from (column, row) of cell corners to coordinates."""
        with localcontext(EXACT):
            left, top = self.west - self.dx / 2, self.north + self.dy / 2
        return Affine(float(self.dx), 0.0, float(left), 0.0, -float(self.dy), float(top))


def placed_transform(source: IndexGrid | GridHeader, path: Path, name: str) -> Affine:
    """Transform of a grid that is to be written in a format that needs one.

    Parameters
    ----------
    source : IndexGrid or GridHeader
        What is written.
    path : Path
        The target.
    name : str
        Name of the format.

    Raises
    ------
    OutputError
        The grid has no georeference, or control points in its place.
    """
    if source.gcps:
        raise OutputError(
            f"{path}: {name} cannot hold ground control points; write .npy or .tif, or warp the "
            "map to a grid first"
        )
    if source.transform is None:
        raise OutputError(
            f"{path}: {name} needs to know where the grid lies, and this one has no georeference; "
            "write .npy, .tif or .png, or put a world file beside the image"
        )
    return source.transform


def lattice_of(source: IndexGrid | GridHeader, path: Path, name: str) -> Lattice:
    """Lattice of a grid for a format that holds north-up grids only.

    Parameters
    ----------
    source : IndexGrid or GridHeader
        What is written; its rows and columns may run along either axis, either way.
    path : Path
        The target.
    name : str
        Name of the format.

    Returns
    -------
    Lattice

    Raises
    ------
    OutputError
        The grid is rotated, or not placed by a transform.
    """
    transform = placed_transform(source, path, name)
    shape = source.shape
    if is_upright(_transposed(transform), shape[::-1]):
        transform, shape = _transposed(transform), shape[::-1]
    elif not is_upright(transform, shape):
        angle = math.degrees(math.atan2(transform.d, transform.a))
        raise OutputError(
            f"{path}: {name} cannot hold a rotated grid, and the rows of this one run at "
            f"{angle:.3f} degrees; write IRAP classic (.irap) or GeoTIFF (.tif), or put the map "
            "on a north-up grid first"
        )
    with localcontext(EXACT):
        x, dx = _ascending(transform.c, transform.a, shape[1])
        y, dy = _ascending(transform.f, transform.e, shape[0])
    return Lattice.from_corner(shape, x, y, dx, dy)


def north_up(grid: IndexGrid) -> IndexArray:
    """View the indices from north to south and west to east; for what has a lattice."""
    transform, indices = grid.transform, grid.indices
    if transform is None:
        raise AssertionError("the grid was not checked")
    if is_upright(_transposed(transform), indices.shape[::-1]):
        transform, indices = _transposed(transform), indices.T
    return indices[:: -1 if transform.e > 0 else 1, :: -1 if transform.a < 0 else 1]


def number_text(number: Decimal) -> str:
    """Write a number as plain decimal text, without an exponent and needless zeros."""
    return format(number.normalize(EXACT), "f")


def decimal_of(text: str, where: str) -> Decimal:
    """Take a number from a header.

    Raises
    ------
    GridError
        It is no number.
    """
    if not NUMBER.fullmatch(text):
        raise GridError(f"{where}: {text[:40]!r} in the header is not a number")
    return Decimal(text)


def _transposed(transform: Affine) -> Affine:
    """Transform of the transposed grid."""
    a, b, c, d, e, f = transform[:6]
    return Affine(b, a, c, e, d, f)


def is_upright(transform: Affine, shape: tuple[int, ...]) -> bool:
    """Whether columns run along x and rows along y, but for rounding."""
    drift = max(abs(transform.b) * shape[0], abs(transform.d) * shape[1])
    cell = min(abs(transform.a), abs(transform.e))
    return bool(cell > 0 and drift <= NEGLIGIBLE * cell)


def _ascending(start: float, step: float, count: int) -> tuple[Decimal, Decimal]:
    """Lower end of an axis, and its step upward."""
    begin, exact_step = Decimal(repr(float(start))), Decimal(repr(float(step)))
    return min(begin, begin + count * exact_step), abs(exact_step)
