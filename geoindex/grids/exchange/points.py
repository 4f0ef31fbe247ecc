"""Grids as text of one cell a line; nodata is left out.

- XYZ: ``x y index``
- DUG Insight's ``.xya``: the same, behind a comment that names the lines of a survey (DUG Insight
  help, pages on horizon text files)
- ``.ijxyz``: ``inline crossline x y index``, as xtgeo and others read it
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from geoindex.errors import OutputError
from geoindex.grid import IndexGrid
from geoindex.grids.exchange.companions import grid_file
from geoindex.grids.exchange.lattice import placed_transform

if TYPE_CHECKING:
    from geoindex.grids.writing import GridHeader

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
            f"{path}: the grid has no inlines and crosslines; put it on a survey with geoindex "
            "resample, or grid.resample(survey), or write .xyz"
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
    _write(path, grid, overwrite, lines=(survey.inlines, survey.crosslines))


def _write(
    path: Path,
    grid: IndexGrid,
    overwrite: bool,
    *,
    comment: str = "",
    lines: tuple[range, range] | None = None,
) -> None:
    """Write the cells that have a class, with the line numbers of rows and columns if given."""
    # Its compiled code is not loaded for other formats.
    from geoindex.surveys.cell_lines import point_lines

    transform = placed_transform(grid, path, NAME)
    if not grid.valid.any():
        raise OutputError(f"{path}: every pixel is nodata, so there is no point to write")
    endings = [f"{index}\n" for index in range(len(grid.palette))]
    if grid.nodata is not None:
        endings += [""] * (grid.nodata + 1 - len(endings))
    with grid_file(path, grid, overwrite=overwrite) as file:
        file.write(comment.encode())
        for text in point_lines(
            grid.indices, endings, lines=lines, transform=transform, separator=" "
        ):
            file.write(text)
