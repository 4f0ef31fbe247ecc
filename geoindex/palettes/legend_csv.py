"""The legend CSV beside a grid whose format has no colors: the class of each number.

The header is ``index,r,g,b,name``, followed by `palette_index` if the numbers are not palette
rows, `value` if the palette has class values, `role` if it has roles, and `checksum`, that of the
grid and its ``.prj``. Where the grid holds class values, the column `value` comes first, in place
of `index`. A spreadsheet may sort the rows and drop columns.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geoindex.errors import GridError, MissingFileError, PaletteError
from geoindex.files import checksums
from geoindex.files.small_files import read_small
from geoindex.files.whole_files import unfinished
from geoindex.palette import Palette
from geoindex.palettes.entries import Request, number, text_of
from geoindex.palettes.labels import labels
from geoindex.rules.choices import is_whole
from geoindex.rules.indices import IndexArray, rows_of_numbers

__all__ = ["Legend", "format_legend", "grid_legend_path", "legend_path", "read_legend"]


COLUMNS = ("index", "value", "r", "g", "b", "name", "palette_index", "role", "checksum")
"""Columns that are read; others are ignored."""


def legend_path(path: Path) -> Path:
    """Path of the legend of a horizon: ``map.legend.csv`` beside ``map.dat``."""
    return path.with_name(path.stem + ".legend.csv")


def grid_legend_path(path: Path) -> Path:
    """Path of the legend of a grid: ``map.asc.legend.csv`` beside ``map.asc``.

    Grids of several formats often share a stem and a folder, but not their numbers.
    """
    return path.with_name(path.name + ".legend.csv")


def format_legend(
    palette: Palette,
    rows: Sequence[int] | None = None,
    *,
    values: bool = False,
    checksum: str | None = None,
) -> str:
    """Format a legend, which :func:`geoindex.load_palette` can read as a palette.

    Parameters
    ----------
    palette : Palette
        The classes.
    rows : sequence of int, optional
        Palette row of each number, if the numbers are not palette rows themselves. Written as
        column `palette_index`.
    values : bool
        Whether the numbers are the class values of the palette. The legend has no column `index`
        then.
    checksum : str, optional
        Of the files that the legend is written with, by :func:`geoindex.files.checksums.checksum`.

    Returns
    -------
    str
        CSV with the header ``index,r,g,b,name``.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    shown = {
        "palette_index": rows is not None,
        "value": palette.values is not None and not values,
        "role": palette.roles is not None,
        "checksum": checksum is not None,
    }
    further = [column for column, is_shown in shown.items() if is_shown]
    writer.writerow(["value" if values else "index", "r", "g", "b", "name", *further])
    classes, roles = labels(palette), palette.roles or [""] * len(palette)
    for index, row in enumerate(range(len(palette)) if rows is None else rows):
        value, color, name = classes[row]
        cells = {"palette_index": row, "value": value, "role": roles[row], "checksum": checksum}
        writer.writerow(
            [value if values else index, *color, name, *(cells[column] for column in further)]
        )
    return stream.getvalue()


@dataclass(frozen=True, kw_only=True, eq=False)
class Legend:
    """The classes of a grid that holds numbers, and the numbers that it may hold."""

    palette: Palette
    """The classes, in the order of their numbers."""

    numbers: tuple[Sequence[int], ...]
    """Number of each palette row in the file, those of `palette.values` for class values;
    several if the legend leaves that open."""

    hint: str
    """What to do if the cells fit several numberings; for messages."""

    @classmethod
    def of(cls, palette: Palette) -> Legend:
        """Legend of a palette for a file whose cells are palette rows or class values."""
        rows = range(len(palette))
        return cls(
            palette=palette,
            numbers=(rows,) if palette.values is None else (rows, palette.values),
            hint="palette rows or class values; give palette.replace(values=None) for rows",
        )

    def rows(
        self, cells: NDArray[np.generic], blank: NDArray[np.bool_], where: str
    ) -> tuple[IndexArray, int | None, int | None, Sequence[int]]:
        """Palette rows of cells, as by :func:`geoindex.rules.indices.rows_of_numbers`.

        The last result are the numbers that the cells hold.

        Raises
        ------
        GridError
            The cells can be read in several ways.
        """
        missing = blank if blank.any() else None
        found = [(*rows_of_numbers(cells, each, missing), each) for each in self.numbers]
        fitting = [one for one in found if one[2] is None]
        if len(fitting) > 1 and any(
            not np.array_equal(one[0], fitting[0][0]) for one in fitting[1:]
        ):
            raise GridError(f"{where}: the numbers could be {self.hint}")
        return (fitting or found)[0]


def read_legend(legend: Path, grid: Path) -> Legend:
    """Read a legend, whose rows may be in any order.

    Parameters
    ----------
    legend : Path
        A table with the columns `r`, `g`, `b`, `name` and the number of each class: `index`,
        from 0 without gaps or else codes such as 11, 12, 95; or `value`.
    grid : Path
        The grid beside it, for messages.

    Returns
    -------
    Legend
        Codes are the class values of its palette.

    Raises
    ------
    MissingFileError
        There is no legend.
    GridError
        The file is not such a legend; the message names the line.
    """
    if not legend.is_file():
        raise MissingFileError(
            f"{grid}: its legend {legend.name} is missing{unfinished(grid)}; keep both files "
            "together, or create it: a header line index,r,g,b,name and one line per class"
        )
    content = read_small(legend, "legend", error=GridError)
    try:
        text = text_of(content, Request(where=str(legend)))
        rows = list(_rows_of_text(text))
        _check_written_with(rows, legend, grid)
        return _legend_of_rows(rows, str(legend))
    except csv.Error as error:
        raise GridError(f"{legend}: is not a table of classes ({error})") from None
    except PaletteError as error:
        raise GridError(str(error)) from None


def _check_written_with(rows: list[_Row], legend: Path, grid: Path) -> None:
    """Raise an error for a legend that was written with another grid or another ``.prj``."""
    prj = grid.with_suffix(".prj")
    for known in sorted({row.cells.get("checksum", "").strip() for row in rows} - {""}):
        has_crs = known.count(":") > 1
        if has_crs and not prj.is_file():
            raise GridError(
                f"{grid}: {prj.name}, which was written with it, is missing{unfinished(grid)}; "
                "keep both together"
            )
        if checksums.checksum(*([grid, prj] if has_crs else [grid])) != known:
            is_grid = known.startswith(checksums.checksum(grid))
            raise GridError(
                f"{grid}: the {prj.name if is_grid else legend.name} beside it was written with "
                f"another grid{unfinished(grid)}; save the grid again, or, if you changed a file "
                f"yourself, empty the column checksum of {legend.name}"
            )


class _Row(NamedTuple):
    """A row of a legend."""

    line: int
    cells: dict[str, str]

    def whole(self, column: str) -> int:
        """Whole number in a column."""
        text = self.cells.get(column, "").strip()
        found = number(text)
        if found is None or not is_whole(found):
            raise _LineError(
                self.line,
                "a class needs whole numbers for index, r, g and b, and for value where others "
                f"have one; {column} is {text[:40]!r}",
            )
        return int(found)


class _LineError(PaletteError):
    """A row of a legend that is wrong."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")


def _rows_of_text(text: str) -> Iterator[_Row]:
    """Rows of a table, without those that a spreadsheet leaves empty."""
    head = text.partition("\n")[0]
    # In some countries, spreadsheets separate columns by semicolons.
    delimiter = next((sign for sign in ";\t" if sign in head), ",")
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    columns = [column.strip().lower() for column in next(reader, [])]
    twice = next((column for column in COLUMNS if columns.count(column) > 1), None)
    if twice is not None:
        raise _LineError(reader.line_num, f"has two columns {twice!r}; remove one of them")
    for fields in reader:
        if not any(field.strip() for field in fields):
            continue
        if any(field.strip() for field in fields[len(columns) :]):
            raise _LineError(
                reader.line_num,
                f"has {len(fields)} cells under {len(columns)} columns; put names that contain "
                f"{delimiter!r} between double quotes",
            )
        yield _Row(reader.line_num, dict(zip(columns, fields, strict=False)))


def _legend_of_rows(rows: list[_Row], where: str) -> Legend:
    """Legend of the rows of a table."""
    if not rows:
        raise GridError(f"{where}: holds no class; a legend has one line per class")
    columns = rows[0].cells
    key = "value" if "index" not in columns and "value" in columns else "index"
    has_values = any(row.cells.get("value", "").strip() for row in rows)
    try:
        classes = _in_order(rows, key, is_ours="palette_index" in columns or "checksum" in columns)
        numbers = [row.whole(key) for row in classes]
        values = [row.whole("value") for row in classes] if has_values else None
        colors = [[row.whole(channel) for channel in "rgb"] for row in classes]
    except _LineError as error:
        raise GridError(f"{where}, {error}") from None
    names = [row.cells.get("name", "") for row in classes]
    roles = [row.cells.get("role", "") for row in classes]
    palette = Palette(
        np.array(colors),
        names if any(names) else None,
        values=numbers if values is None else values,
        roles=roles if any(roles) else None,
        scale="byte",
    )
    # Codes are class values, unless they are row numbers after all.
    known = palette.values or range(len(palette))
    if key == "value" or values is None:
        candidates: tuple[Sequence[int], ...] = (known if numbers == list(known) else numbers,)
    else:
        candidates = (numbers,) if "checksum" in columns else (numbers, known)
    return Legend(
        palette=palette,
        numbers=candidates,
        hint=f"those of the column index or of the column value of {Path(where).name}; remove "
        "the wrong column",
    )


def _in_order(rows: list[_Row], key: str, *, is_ours: bool) -> list[_Row]:
    """Rows in the order of their numbers, which must not be repeated.

    Numbers from 0 on are palette rows, so none may be missing.
    """
    seen: set[int] = set()
    for row in rows:
        if row.whole(key) in seen:
            raise _LineError(row.line, f"{key} {row.whole(key)} is repeated")
        seen.add(row.whole(key))
    ordered = sorted(rows, key=lambda row: row.whole(key))
    if key == "index" and (is_ours or min(seen) == 0):
        for expected, row in enumerate(ordered):
            if row.whole(key) != expected:
                raise _LineError(
                    row.line,
                    f"index {row.whole(key)}, but no line has the index {expected}; restore that "
                    "line, or if these are codes of another program, name the column value",
                )
    return ordered
