"""Grids as text of one cell a line: XYZ, and DUG Insight's ``.xya``; nodata is left out.

Format of ``.xya``: DUG Insight help, pages on horizon text files: easting, northing and attribute
with blanks between them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from affine import Affine
from numpy.typing import NDArray

from geoindex.errors import OutputError
from geoindex.formats.gridfiles.companions import grid_file
from geoindex.formats.gridfiles.digits import Texts, fixed_point, lines_of, whole_numbers
from geoindex.formats.gridfiles.lattice import placed_transform
from geoindex.formats.gridfiles.text import BAND_VALUES
from geoindex.grid import IndexArray, IndexGrid

if TYPE_CHECKING:
    from geoindex.formats.writing import GridHeader

__all__ = ["cell_bands", "check_points", "coordinate_columns", "write_points"]

NAME = "a text of points"


def check_points(path: Path, source: IndexGrid | GridHeader) -> None:
    """Refuse what has no coordinates."""
    placed_transform(source, path, NAME)


def write_points(path: Path, grid: IndexGrid, overwrite: bool) -> None:
    """Write ``x y index`` of each cell center, row by row; nodata is left out."""
    transform = placed_transform(grid, path, NAME)
    if not grid.valid.any():
        raise OutputError(f"{path}: every pixel is nodata, so there is no point to write")
    with grid_file(path, grid, overwrite=overwrite) as file:
        for rows, cols, indices in cell_bands(grid):
            place = coordinate_columns(transform, rows, cols)
            file.write(lines_of([*place, whole_numbers(indices)]))


def cell_bands(
    grid: IndexGrid,
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], IndexArray]]:
    """Row, column and index of the cells with a class, a band of rows at a time."""
    step = max(1, BAND_VALUES // grid.shape[1])
    for start in range(0, grid.shape[0], step):
        band = grid.indices[start : start + step]
        is_valid = np.ones(band.shape, bool) if grid.nodata is None else band != grid.nodata
        rows, cols = np.nonzero(is_valid)
        if len(rows):
            yield rows + start, cols, band[is_valid]


def coordinate_columns(
    transform: Affine, rows: NDArray[np.int64], cols: NDArray[np.int64]
) -> list[list[Texts]]:
    """Columns x and y of cell centers, to a thousandth of a cell or finer.

    Parameters
    ----------
    transform : Affine
        Of cell corners.
    rows, cols : ndarray of int64, shape (n,)
        The cells.

    Returns
    -------
    list of two columns for :func:`geoindex.formats.gridfiles.digits.lines_of`
    """
    cell = math.sqrt(abs(transform.determinant))
    decimals = min(max(3 - math.floor(math.log10(cell)), 2), 9)
    col, row = cols + 0.5, rows + 0.5
    x = transform.c + transform.a * col + transform.b * row
    y = transform.f + transform.d * col + transform.e * row
    return [fixed_point(x, decimals), fixed_point(y, decimals)]
