"""Palettes in delimited text: comma, semicolon, tab or blank, with or without a header."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass

from geoindex.palette import Palette
from geoindex.palettes.entries import (
    HEX_COLOR,
    Entry,
    Request,
    hex_color,
    number,
    palette_of_entries,
    text_of,
)

__all__ = ["format_csv", "format_tsv", "parse_delimited"]

# Common column names, in lower case.
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
    "role": "role",
    "value": "value",
    "index": "value",
    "id": "value",
    "code": "value",
}


@dataclass(frozen=True)
class _Line:
    """A data line of the file, split into fields."""

    number: int
    fields: list[str]


def parse_delimited(content: bytes, request: Request) -> Palette:
    """Read a palette from delimited text.

    Parameters
    ----------
    content : bytes
        One color per line: red, green, blue or ``#rrggbb``, optionally followed by a name; or
        any columns under a header that names them. Separated by comma, semicolon, tab or
        blanks. Empty lines and lines that start with ``#`` but are not a color are skipped.
    request : Request
        File name for messages, and scale of the values.

    Returns
    -------
    Palette

    Raises
    ------
    PaletteError
        A line is not a color; the message names file, line and reason.
    """
    lines = _data_lines(text_of(content, request))
    if not lines:
        raise request.error("holds no colors")
    columns = _header(lines[0])
    if columns is not None:
        if "hex" not in columns and not {"red", "green", "blue"} <= columns.keys():
            raise request.error(
                f"the header must name r, g, b or hex, found {', '.join(lines[0].fields)[:80]}",
                lines[0].number,
            )
        lines = lines[1:]
        if not lines:
            raise request.error("has a header but no colors")
    return palette_of_entries([_entry(line, columns, request) for line in lines], request)


def format_csv(palette: Palette) -> bytes:
    """Write comma-separated text with the header ``r,g,b``, and value, name and role if known."""
    return _format(palette, ",")


def format_tsv(palette: Palette) -> bytes:
    """Write tab-separated text with the same columns as :func:`format_csv`."""
    return _format(palette, "\t")


def _format(palette: Palette, delimiter: str) -> bytes:
    """Write text with a header and one color per line."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter, lineterminator="\n")
    head = [] if palette.values is None else ["value"]
    tail = [] if palette.names is None else ["name"]
    tail += [] if palette.roles is None else ["role"]
    writer.writerow([*head, "r", "g", "b", *tail])
    for row, color in enumerate(palette.colors.tolist()):
        value = [] if palette.values is None else [palette.values[row]]
        # Most programs would end the line at a line break inside quotes.
        name = [] if palette.names is None else [" ".join(palette.names[row].split())]
        role = [] if palette.roles is None else [palette.roles[row]]
        writer.writerow([*value, *color, *name, *role])
    return stream.getvalue().encode()


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
    """Whether a line starts with ``#`` but not with a color such as ``#ff8000``."""
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
    """Columns by meaning if the line is a header, which has no number and no color; else None."""
    if any(number(field) is not None or HEX_COLOR.match(field) for field in line.fields):
        return None
    columns: dict[str, int] = {}
    for column, word in enumerate(line.fields):
        meaning = HEADER_WORDS.get(word.lower())
        if meaning is not None:
            columns.setdefault(meaning, column)
    return columns


def _entry(line: _Line, columns: dict[str, int] | None, request: Request) -> Entry:
    """Color, name and class value of a line."""
    if columns is None:
        columns = _columns_without_header(line, request)
    wanted = ["hex"] if "hex" in columns else ["red", "green", "blue"]
    short = max(columns[meaning] for meaning in wanted) + 1
    if len(line.fields) < short:
        raise request.error(
            f"a color needs {short} columns, found {len(line.fields)}", line.number
        )
    color: tuple[float, ...]
    if wanted == ["hex"]:
        color = hex_color(line.fields[columns["hex"]], request, line.number)
    else:
        color = tuple(_value(line, columns[meaning], request) for meaning in wanted)
    value = columns.get("value")
    return Entry(
        color=color,
        line=line.number,
        name=_text(line, columns.get("name")),
        role=_text(line, columns.get("role")),
        value=None if value is None or value >= len(line.fields) else _value(line, value, request),
    )


def _text(line: _Line, column: int | None) -> str:
    """Text in a column, "" if there is none."""
    return line.fields[column] if column is not None and column < len(line.fields) else ""


def _columns_without_header(line: _Line, request: Request) -> dict[str, int]:
    """Columns of a line in a file without header: a color, with a name before or after it."""
    if HEX_COLOR.match(line.fields[0]):
        return {"hex": 0, "name": 1}
    is_number = [number(field) is not None for field in line.fields[:4]]
    if is_number == [False, True, True, True]:
        return {"name": 0, "red": 1, "green": 2, "blue": 3}
    if is_number == [True, True, True, True]:
        more = ",name" if len(line.fields) > 4 else ""
        raise request.error(
            "starts with four numbers, one more than a color; name the columns in a header "
            f"line, value,r,g,b{more} or r,g,b,a{more} (files with the suffix .clr need none)",
            line.number,
        )
    return {"red": 0, "green": 1, "blue": 2, "name": 3}


def _value(line: _Line, column: int, request: Request) -> float:
    """Return the number in a column."""
    value = number(line.fields[column])
    if value is None:
        raise request.error(f"{line.fields[column][:40]!r} is not a number", line.number)
    return value
