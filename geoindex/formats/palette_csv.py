"""Palettes as delimited text: parsing and formatting, no files."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass

import numpy as np

from geoindex.errors import PaletteError
from geoindex.palette import Palette
from geoindex.scaling import Scale

__all__ = ["format_csv", "parse_csv"]

HEX_COLOR = re.compile(r"#[0-9a-fA-F]{6}$")

# What people call the columns, in lower case.
HEADER_WORDS = {
    "r": "red",
    "red": "red",
    "g": "green",
    "green": "green",
    "b": "blue",
    "blue": "blue",
    "hex": "hex",
    "color": "hex",
    "colour": "hex",
    "name": "name",
    "label": "name",
    "class": "name",
    "unit": "name",
}


@dataclass(frozen=True)
class _Line:
    """A line of the file that holds data, split into its fields."""

    number: int
    fields: list[str]


def parse_csv(
    text: str, *, where: str, name: str | None = None, scale: Scale | None = None
) -> Palette:
    """Read a palette from delimited text.

    Parameters
    ----------
    text : str
        A color a line: red, green, blue or ``#rrggbb``, optionally followed by a name; or
        any columns under a header that names them. Separated by comma, semicolon, tab or
        blanks. Empty lines and lines that begin with ``#`` and are no color are skipped.
    where : str
        File name for error messages.
    name : str, optional
        Name of the palette.
    scale : {"unit", "byte"}, optional
        Scale of the values; see :class:`~geoindex.Palette`.

    Returns
    -------
    Palette

    Raises
    ------
    PaletteError
        A line that is no color; the message names file, line and reason.
    """
    lines = _data_lines(text)
    if not lines:
        raise PaletteError(f"{where}: holds no colors")
    columns = _header(lines[0])
    if columns is not None:
        if "hex" not in columns and not {"red", "green", "blue"} <= columns.keys():
            raise PaletteError(
                f"{where}, line {lines[0].number}: the header must name r, g, b or hex, found "
                f"{', '.join(lines[0].fields)}"
            )
        lines = lines[1:]
        if not lines:
            raise PaletteError(f"{where}: holds a header but no colors")
    colors: list[list[float]] = []
    names: list[str] = []
    for line in lines:
        color, label = _color_of(line, columns, where)
        colors.append(color)
        names.append(label)
    values = np.array(colors)
    if all(isinstance(value, int) for color in colors for value in color):
        values = values.astype(np.int64)
    try:
        return Palette(values, names if any(names) else None, name=name, scale=scale)
    except PaletteError as error:
        if error.row is None or error.row >= len(lines):
            raise PaletteError(f"{where}: {error}") from None
        reason = str(error).removeprefix(f"palette row {error.row}: ")
        raise PaletteError(
            f"{where}, line {lines[error.row].number}: {reason}", row=error.row
        ) from None


def format_csv(palette: Palette) -> str:
    """Write a palette as comma-separated text with a header.

    Parameters
    ----------
    palette : Palette

    Returns
    -------
    str
        ``r,g,b`` or, where the palette has names, ``r,g,b,name``.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["r", "g", "b"] if palette.names is None else ["r", "g", "b", "name"])
    for index, color in enumerate(palette.colors.tolist()):
        writer.writerow(color if palette.names is None else [*color, palette.names[index]])
    return stream.getvalue()


def _data_lines(text: str) -> list[_Line]:
    """Lines that are neither empty nor comments, split into fields."""
    kept = [
        (number, line.strip())
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip() and not _is_comment(line.strip())
    ]
    if not kept:
        return []
    delimiter = next((mark for mark in ",;\t" if mark in kept[0][1]), None)
    return [_Line(number, _split(line, delimiter)) for number, line in kept]


def _is_comment(line: str) -> bool:
    """Whether a line begins with ``#`` but not with a color such as ``#ff8000``."""
    first = re.split(r"[,;\s]", line, maxsplit=1)[0]
    return line.startswith("#") and not HEX_COLOR.match(first)


def _split(line: str, delimiter: str | None) -> list[str]:
    """Fields of a line; a quoted field may hold the delimiter."""
    if delimiter is None:
        fields = line.split()
        # Blanks also separate the words of a name.
        n_colors = 1 if HEX_COLOR.match(fields[0]) else 3
        return [*fields[:n_colors], *filter(None, [" ".join(fields[n_colors:])])]
    return [field.strip() for field in next(csv.reader([line], delimiter=delimiter))]


def _header(line: _Line) -> dict[str, int] | None:
    """Columns by meaning where the line is a header, which holds no number and no color."""
    if any(_number(field) is not None or HEX_COLOR.match(field) for field in line.fields):
        return None
    columns: dict[str, int] = {}
    for column, word in enumerate(line.fields):
        meaning = HEADER_WORDS.get(word.lower())
        if meaning is not None:
            columns.setdefault(meaning, column)
    return columns


def _color_of(line: _Line, columns: dict[str, int] | None, where: str) -> tuple[list[float], str]:
    """Color values and name ("" where there is none) of a line."""
    fields = line.fields
    if columns is None:
        columns = _columns_without_header(line, where)
    wanted = ["hex"] if "hex" in columns else ["red", "green", "blue"]
    short = max(columns[meaning] for meaning in wanted) + 1
    if len(fields) < short:
        raise PaletteError(
            f"{where}, line {line.number}: a color needs {short} columns, found {len(fields)}"
        )
    label_column = columns.get("name")
    has_label = label_column is not None and label_column < len(fields)
    label = fields[label_column] if label_column is not None and has_label else ""
    if wanted == ["hex"]:
        text = fields[columns["hex"]]
        if not HEX_COLOR.match(text):
            raise PaletteError(f"{where}, line {line.number}: {text!r} is not #rrggbb")
        return list(bytes.fromhex(text[1:])), label
    color: list[float] = []
    for meaning in wanted:
        text = fields[columns[meaning]]
        value = _number(text)
        if value is None:
            raise PaletteError(f"{where}, line {line.number}: {text!r} is not a number")
        color.append(value)
    return color, label


def _columns_without_header(line: _Line, where: str) -> dict[str, int]:
    """Columns of a line in a file without header: a color, then perhaps a name."""
    if HEX_COLOR.match(line.fields[0]):
        return {"hex": 0, "name": 1}
    if len(line.fields) > 3 and _number(line.fields[3]) is not None:
        raise PaletteError(
            f"{where}, line {line.number}: holds {len(line.fields)} numbers; say which columns "
            "are the color with a header line such as index,r,g,b"
        )
    return {"red": 0, "green": 1, "blue": 2, "name": 3}


def _number(text: str) -> int | float | None:
    """Value of a decimal number, int where it is written as one, or None."""
    if re.fullmatch(r"[+-]?\d{1,9}", text):
        return int(text)
    if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?|[+-]?(nan|inf)", text, re.I):
        return float(text)
    return None
