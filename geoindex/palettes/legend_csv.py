"""The legend CSV beside a grid whose format has no colors: the class of each number.

The header is ``index,r,g,b,name``, followed by `palette_index` if the numbers are not palette
rows, `value` if the palette has class values, and `role` if it has roles.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from geoindex.errors import GridError, MissingFileError
from geoindex.files.small_files import read_small
from geoindex.palette import Palette
from geoindex.palettes.entries import labels

__all__ = ["format_legend", "grid_legend_path", "legend_path", "read_legend"]


def legend_path(path: Path) -> Path:
    """Path of the legend of a horizon: ``map.legend.csv`` beside ``map.dat``."""
    return path.with_name(path.stem + ".legend.csv")


def grid_legend_path(path: Path) -> Path:
    """Path of the legend of a grid: ``map.asc.legend.csv`` beside ``map.asc``.

    Grids of several formats often share a stem and a folder, but not their numbers.
    """
    return path.with_name(path.name + ".legend.csv")


def format_legend(palette: Palette, rows: Sequence[int] | None = None) -> str:
    """Format a legend, which :func:`geoindex.load_palette` can read as a palette.

    Parameters
    ----------
    palette : Palette
        The classes.
    rows : sequence of int, optional
        Palette row of each number, if the numbers are not palette rows themselves. Written as
        column `palette_index`.

    Returns
    -------
    str
        CSV with the header ``index,r,g,b,name``.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    shown = {
        "palette_index": rows is not None,
        "value": palette.values is not None,
        "role": palette.roles is not None,
    }
    further = [column for column, is_shown in shown.items() if is_shown]
    writer.writerow(["index", "r", "g", "b", "name", *further])
    classes, roles = labels(palette), palette.roles or [""] * len(palette)
    for index, row in enumerate(range(len(palette)) if rows is None else rows):
        value, color, name = classes[row]
        cells = {"palette_index": row, "value": value, "role": roles[row]}
        writer.writerow([index, *color, name, *(cells[column] for column in further)])
    return stream.getvalue()


def read_legend(legend: Path, grid: Path) -> Palette:
    """Read the palette of a legend, whose rows may be in any order.

    Parameters
    ----------
    legend : Path
        The legend.
    grid : Path
        The grid beside it, for messages.

    Returns
    -------
    Palette

    Raises
    ------
    MissingFileError
        There is no legend.
    GridError
        The file is not such a legend; the message names the line.
    """
    if not legend.is_file():
        raise MissingFileError(
            f"{grid}: its legend {legend.name} is missing; keep both files together, or "
            "create it: a header line index,r,g,b,name and one line per class"
        )
    content = read_small(legend, "legend", error=GridError)
    text = content.decode("utf-8-sig", errors="replace")
    # Spreadsheets save with semicolons in some countries.
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    try:
        rows = list(csv.DictReader(io.StringIO(text), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise GridError(f"{legend}: is not a table of classes ({error})") from None
    return _palette_of_rows(rows, str(legend))


def _palette_of_rows(rows: list[dict[str, str]], where: str) -> Palette:
    """Palette of the rows of a legend."""
    classes: dict[int, tuple[list[int], str, int | None, str]] = {}
    for line, row in enumerate(rows, start=2):
        try:
            index, red, green, blue = (int(row[key]) for key in ("index", "r", "g", "b"))
            value = int(row["value"]) if row.get("value") else None
        except (KeyError, TypeError, ValueError):
            raise GridError(
                f"{where}, line {line}: a class needs whole numbers for index, r, g and b"
            ) from None
        if index in classes:
            raise GridError(f"{where}, line {line}: index {index} is repeated")
        texts = (row.get("name") or "", row.get("role") or "")
        classes[index] = ([red, green, blue], texts[0], value, texts[1])
    missing = next((i for i in range(len(classes)) if i not in classes), None)
    if not classes or missing is not None:
        raise GridError(f"{where}: has no class with the index {missing or 0}")
    colors, names, values, roles = zip(*(classes[i] for i in range(len(classes))), strict=True)
    given = [value for value in values if value is not None]
    try:
        return Palette(
            np.array(colors),
            names if any(names) else None,
            values=given if len(given) == len(values) else None,
            roles=roles if any(roles) else None,
            scale="byte",
        )
    except (OverflowError, ValueError) as error:
        raise GridError(f"{where}: {error}") from None
