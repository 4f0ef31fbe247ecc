"""Grids as text of one cell a line; nodata is left out.

- XYZ: ``x y index``
- DUG Insight's ``.xya``: the same, behind a comment that names the lines of a survey (DUG Insight
  help, pages on horizon text files)
- ``.ijxyz``: ``inline crossline x y index``, as xtgeo and others read it
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

__all__ = [
    "check_lines",
    "check_points",
    "write_dug",
    "write_lines_and_points",
    "write_points",
]

NAME = "a text of points"


def check_points(path: Path, source: IndexGrid | GridHeader) -> None:
    """Refuse what has no coordinates."""
    placed_transform(source, path, NAME)


def check_lines(path: Path, source: IndexGrid | GridHeader) -> None:
    """Refuse what is not on the inlines and crosslines of a survey."""
    check_points(path, source)
    if "survey" not in source.provenance:
        raise OutputError(
            f"{path}: the grid has no inlines and crosslines; put it on a survey first, with "
            "grid.resample(survey), or write .xyz"
        )


def write_points(path: Path, grid: IndexGrid, overwrite: bool) -> None:
    """Write ``x y index`` of each cell center, row by row."""
    _write(path, grid, overwrite)


def write_dug(path: Path, grid: IndexGrid, overwrite: bool) -> None:
    """Write ``x y index``, and before them the lines where the grid is on a survey."""
    survey = grid.survey
    comment = ""
    if survey is not None:
        lines = (survey.inlines, survey.crosslines)
        il, cl = (f"{numbers[0]}-{numbers[-1]}[{numbers.step}]" for numbers in lines)
        comment = f"# subgrid=il:{il}+cl:{cl}\n"
    _write(path, grid, overwrite, comment=comment)


def write_lines_and_points(path: Path, grid: IndexGrid, overwrite: bool) -> None:
    """Write ``inline crossline x y index`` of each bin, inline by inline."""
    check_lines(path, grid)
    survey = grid.survey
    if survey is None:
        raise OutputError(
            f"{path}: the grid has been moved off its survey; put it on the survey again, with "
            "grid.resample(survey)"
        )
    lines = (np.array(survey.inlines), np.array(survey.crosslines))
    _write(path, grid, overwrite, lines=lines)


def _write(
    path: Path,
    grid: IndexGrid,
    overwrite: bool,
    *,
    comment: str = "",
    lines: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None,
) -> None:
    """Write the cells that have a class, with the line numbers of rows and columns if given."""
    transform = placed_transform(grid, path, NAME)
    if not grid.valid.any():
        raise OutputError(f"{path}: every pixel is nodata, so there is no point to write")
    with grid_file(path, grid, overwrite=overwrite) as file:
        file.write(comment.encode())
        for rows, cols, indices in _bands(grid):
            columns = [*_coordinates(transform, rows, cols), whole_numbers(indices)]
            if lines is not None:
                columns[:0] = [whole_numbers(lines[0][rows]), whole_numbers(lines[1][cols])]
            file.write(lines_of(columns))


def _bands(
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


def _coordinates(
    transform: Affine, rows: NDArray[np.int64], cols: NDArray[np.int64]
) -> list[list[Texts]]:
    """Columns x and y of cell centers, to a thousandth of a cell or finer."""
    cell = math.sqrt(abs(transform.determinant))
    decimals = min(max(3 - math.floor(math.log10(cell)), 2), 9)
    col, row = cols + 0.5, rows + 0.5
    x = transform.c + transform.a * col + transform.b * row
    y = transform.f + transform.d * col + transform.e * row
    return [fixed_point(x, decimals), fixed_point(y, decimals)]
