"""Grids as text with one cell per line; nodata is left out.

- XYZ: ``x y index``, as GDAL's driver XYZ and most programs read it
- DUG Insight's ``.xya``: the same, behind a comment that names the lines of a survey. Source: the
  pages of DUG Insight's help on horizon text files
- ``.ijxyz``: ``inline crossline x y index``. Source: xtgeo's reader of "ijxyz"
"""

from __future__ import annotations

from typing import BinaryIO

from affine import Affine

from geoindex.errors import OutputError
from geoindex.grids.exchange.cells import Cells, index_endings, value_endings
from geoindex.grids.exchange.lattice import placed_transform
from geoindex.grids.headers import FileHeader

__all__ = ["layout", "layout_on_survey", "write_dug", "write_ijxyz", "write_xyz"]

NAME = "a text of points"


def layout(header: FileHeader) -> Affine:
    """Transform of the cells; raise an error for a grid without one."""
    return placed_transform(header, NAME)


def layout_on_survey(header: FileHeader) -> Affine:
    """Transform of the bins; raise an error for a grid that is not on a survey."""
    transform = layout(header)
    if "survey" not in header.provenance:
        raise OutputError(
            "the grid has no inlines and crosslines; resample it to a survey with geoindex "
            "resample or grid.resample(survey), or write .xyz"
        )
    return transform


def write_xyz(file: BinaryIO, cells: Cells, transform: Affine) -> None:
    """Write ``x y index`` of each cell center, row by row."""
    _write(file, cells, transform)


def write_dug(file: BinaryIO, cells: Cells, transform: Affine) -> None:
    """Write ``x y index``, and before them the lines where the grid is on a survey."""
    survey = cells.survey
    if survey is not None:
        lines = (survey.inlines, survey.crosslines)
        il, cl = (f"{numbers[0]}-{numbers[-1]}[{numbers.step}]" for numbers in lines)
        file.write(f"# subgrid=il:{il}+cl:{cl}\n".encode())
    _write(file, cells, transform)


def write_ijxyz(file: BinaryIO, cells: Cells, transform: Affine) -> None:
    """Write ``inline crossline x y index`` of each bin, inline by inline."""
    survey = cells.survey
    if survey is None:
        raise OutputError(
            "the grid no longer lies on its survey; resample it again with grid.resample(survey)"
        )
    _write(file, cells, transform, lines=(survey.inlines, survey.crosslines))


def _write(
    file: BinaryIO,
    cells: Cells,
    transform: Affine,
    lines: tuple[range, range] | None = None,
) -> None:
    """Write the cells that are not nodata, with the line numbers of rows and columns if given."""
    # Loads compiled code, which other formats do not need.
    from geoindex.surveys.cell_lines import point_lines

    if cells.is_blank:
        raise OutputError("every pixel is nodata, so there are no points to write")
    cells.check(NAME)
    known = cells.numbers
    for text in point_lines(
        cells.array,
        value_endings if known is None else index_endings(cells.array, known),
        lines=lines,
        transform=transform,
        separator=" ",
    ):
        file.write(text)
