"""Palettes in delimited text: comma, semicolon, tab or blank, with or without a header."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import numpy as np

from geoindex.palette import Palette
from geoindex.palettes.entries import Entry, Request, palette_of_entries, text_of
from geoindex.palettes.table_columns import CMYK, Columns, columns_of_table, meaning_of_word
from geoindex.palettes.table_rows import MOST_CELLS, Row, cell_number, has_color, table_rows
from geoindex.rules.color_text import COLOR_FORMS, color_of_text, is_color_word
from geoindex.rules.scale import ScaleProblemError, to_uint8

__all__ = ["format_csv", "format_tsv", "palette_of_rows", "palette_of_table", "parse_delimited"]


RGB = ("red", "green", "blue")


def parse_delimited(content: bytes, request: Request) -> Palette:
    """Read a palette from delimited text.

    Parameters
    ----------
    content : bytes
        One color per line: red, green, blue, or a color in one cell such as ``#rrggbb``,
        optionally followed by a name; or any columns under a header that names them. Separated
        by comma, semicolon, tab, bar or blanks. Empty lines, titles above the header, and lines
        that start with ``#`` but are not a color are skipped.
    request : Request
        File name for messages, names of the columns, and scale of the values.

    Raises
    ------
    PaletteError
        A line is not a color; the message names file, line and reason.
    """
    return palette_of_table(table_rows(text_of(content, request), request), request)


def palette_of_table(rows: Sequence[Row], request: Request) -> Palette:
    """Palette of the rows of a table."""
    if not rows:
        raise request.error("holds no colors")
    widest = max(rows, key=lambda row: len(row.cells))
    if len(widest.cells) > MOST_CELLS:
        raise request.error(f"has {len(widest.cells):,} columns, so it is no palette", widest.line)
    header, body = _header_and_body(rows, request)
    if not body:
        raise request.error("has a header but no colors")
    return palette_of_rows(header, body, request)


def palette_of_rows(header: Row | None, body: Sequence[Row], request: Request) -> Palette:
    """Palette of the rows below a header."""
    columns = columns_of_table(header, body, request)
    for row in body:
        _check_cells(row, columns, header, request)
    colors = _colors(body, columns, request)
    _check_other_color(body, colors, columns, request)
    if columns.color == RGB and request.scale is None and _are_bits(colors):
        request.warn(
            "all channels are 0 or 1 and are read as 0-255, which is nearly black; if they are "
            "fractions, say scale='unit' (geoindex palette convert)"
        )
    entries = [
        Entry(
            color=color,
            line=row.line,
            name=_text(row, columns, "name"),
            role=_text(row, columns, "role"),
            value=_number_if_any(row, columns, "value", request),
            merge=_number_if_any(row, columns, "merge", request),
            show=_text(row, columns, "show"),
        )
        for row, color in zip(body, colors, strict=True)
    ]
    return palette_of_entries(entries, request)


def format_csv(palette: Palette) -> bytes:
    """Write comma-separated text with the columns r, g and b, and the others of the palette.

    These are value, name, role, merge and show.
    """
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
    tail += list(palette.edits)
    writer.writerow([*head, "r", "g", "b", *tail])
    for row, color in enumerate(palette.colors.tolist()):
        value = [] if palette.values is None else [palette.values[row]]
        # Most programs end the line at a line break, even inside quotes.
        name = [] if palette.names is None else [" ".join(palette.names[row].split())]
        role = [] if palette.roles is None else [palette.roles[row]]
        edits = [entries[row] for entries in palette.edits.values()]
        writer.writerow([*value, *color, *name, *role, *edits])
    return stream.getvalue().encode()


def _header_and_body(rows: Sequence[Row], request: Request) -> tuple[Row | None, Sequence[Row]]:
    """Header, and the rows below it."""
    first = next(
        (place for place, row in enumerate(rows) if has_color(row.cells) and not _is_header(row)),
        len(rows),
    )
    place = next((place for place, row in enumerate(rows[:first]) if _is_header(row)), first - 1)
    if first == len(rows) and not _is_header(rows[place]):
        # Nothing looks like a color, so the first line decides.
        place = 0 if _is_text(rows[0]) and not _has_bare_color(rows) else -1
    for row in rows[: place + 1]:
        if not _is_text(row):
            raise request.error(
                f"{' '.join(row.cells)[:40]!r} is neither a color nor the header of a table",
                row.line,
            )
    if place < 0:
        return None, rows
    header = rows[place]
    if not _is_header(header) and first < len(rows) and _is_title(header, rows[first]):
        request.warn(f"{' '.join(header.cells)[:60].strip()!r} is taken for a title", header.line)
        return None, rows[first:]
    if request.columns is None and not _is_header(header) and first < len(rows):
        request.warn(f"{', '.join(header.cells)[:60]!r} is taken for the header", header.line)
    return header, rows[place + 1 :]


def _is_title(row: Row, below: Row) -> bool:
    """Whether a row has text in one cell only and the color below it has more cells."""
    return sum(map(bool, row.cells)) == 1 < sum(map(bool, below.cells))


def _has_bare_color(rows: Sequence[Row]) -> bool:
    """Whether a column holds colors such as ``ff8000`` from the first row on."""
    return any(
        all(len(row.cells) > place and color_of_text(row.cells[place], bare=True) for row in rows)
        for place in range(len(rows[0].cells))
    )


def _is_text(row: Row) -> bool:
    """Whether a row has no number and no color, except words such as those of a header."""
    return not any(
        cell_number(cell) is not None
        or (color_of_text(cell) is not None and not is_color_word(cell))
        for cell in row.cells
    )


def _is_header(row: Row) -> bool:
    """Whether the words of a row name the columns of a color."""
    meanings = {meaning_of_word(cell) for cell in row.cells}
    channels = {"red", "green", "blue", *CMYK}
    return _is_text(row) and (
        {"red", "green", "blue"} <= meanings
        or "color" in meanings
        or meanings >= set(CMYK)
        or (len(row.cells) > 1 and meanings <= channels)
    )


def _check_cells(row: Row, columns: Columns, header: Row | None, request: Request) -> None:
    """Refuse a row that is too short for a color or has cells under no column."""
    needed = max(columns.places[meaning] for meaning in columns.color) + 1
    if len(row.cells) < needed:
        raise request.error(f"a color needs {needed} columns, found {len(row.cells)}", row.line)
    if any(row.cells[columns.width :]):
        raise request.error(
            f"has {len(row.cells)} cells under {columns.width} columns; put names that hold the "
            "delimiter between double quotes",
            row.line,
        )
    if header is None and request.columns is None:
        known = {*columns.places.values(), *columns.ignored}
        stray = next((c for place, c in enumerate(row.cells) if c and place not in known), None)
        if stray is not None:
            raise request.error(
                f"{stray[:40]!r} is not understood; name the columns: columns='r,g,b,name'",
                row.line,
            )


def _colors(rows: Sequence[Row], columns: Columns, request: Request) -> list[tuple[float, ...]]:
    """Color of each row, with its alpha if there is one."""
    if columns.color == ("color",):
        colors = [_cell_color(row, columns, request) for row in rows]
    else:
        colors = [
            tuple(_number(row, columns, meaning, request) for meaning in columns.color)
            for row in rows
        ]
        if columns.color == CMYK:
            colors = _rgb_of_cmyk(rows, colors, request)
    if "alpha" not in columns:
        return colors
    alphas = [_number(row, columns, "alpha", request) for row in rows]
    full = next((full for full in (1, 100, 255) if max(alphas) <= full), 255)
    # In percent, at least one class has the full 100.
    full = 255 if full == 100 and max(alphas) < 100 else full
    return [
        (*color[:3], int(255 * alpha / full + 0.5))
        for color, alpha in zip(colors, alphas, strict=True)
    ]


def _are_bits(colors: Sequence[tuple[float, ...]]) -> bool:
    """Whether several whole channels are all 0 or 1."""
    channels = {channel for color in colors for channel in color[:3]}
    return len(colors) > 1 and channels == {0, 1} and all(isinstance(c, int) for c in channels)


def _check_other_color(
    rows: Sequence[Row], colors: Sequence[tuple[float, ...]], columns: Columns, request: Request
) -> None:
    """Refuse a row whose red, green and blue are not the color that it has in one cell."""
    if columns.color != RGB or "color" not in columns:
        return
    channels = np.array([color[:3] for color in colors])
    try:
        known = to_uint8(channels, scale=request.scale).astype(int)
    except ScaleProblemError:  # reported with its line when the palette is made
        return
    # The color in one cell may have been truncated or rounded.
    allowed = 0 if channels.dtype.kind in "iu" else 1
    for row, color in zip(rows, known.tolist(), strict=True):
        text = _text(row, columns, "color")
        other = None if is_color_word(text) else color_of_text(text, bare=True)
        if other is not None and np.abs(np.subtract(color, other[:3])).max() > allowed:
            raise request.error(
                f"red, green and blue are {tuple(color)}, but {text!r} is {other[:3]}; correct "
                "one, or name the columns to take (columns=)",
                row.line,
            )


def _cell_color(row: Row, columns: Columns, request: Request) -> tuple[float, ...]:
    """Color in one cell."""
    cell = row.cells[columns.places["color"]]
    color = color_of_text(cell, bare=True)
    if color is None:
        raise request.error(f"{cell[:40]!r} is not a color ({COLOR_FORMS})", row.line)
    return color


def _rgb_of_cmyk(
    rows: Sequence[Row], colors: Sequence[tuple[float, ...]], request: Request
) -> list[tuple[float, ...]]:
    """Convert CMYK without a color profile; the largest number decides on the scale."""
    inks = np.array(colors, dtype=np.float64)
    largest = inks.max()
    full = {"unit": 1, "byte": 255}.get(
        request.scale or "", 1 if largest <= 1 else 100 if largest <= 100 else 255
    )
    for row, ink in zip(rows, inks, strict=True):
        if not (ink >= 0).all() or not (ink <= full).all():
            raise request.error(f"its inks are not all from 0 to {full}", row.line)
    paper = 1 - inks / full
    rgb = np.floor((255 * paper[:, :3] * paper[:, 3:]).round(6) + 0.5).astype(int)
    scale = {1: "0 to 1", 100: "0 to 100 percent", 255: "0 to 255"}[full]
    request.warn(
        f"cyan, magenta, yellow and black of {scale} are converted as 255 (1 - C) (1 - K), "
        "without a color profile; on the map they may look different"
    )
    return [tuple(color) for color in rgb.tolist()]


def _text(row: Row, columns: Columns, meaning: str) -> str:
    """Text in a column, "" if there is none."""
    place = columns.places.get(meaning)
    return row.cells[place] if place is not None and place < len(row.cells) else ""


def _number_if_any(row: Row, columns: Columns, meaning: str, request: Request) -> float | None:
    """Return the number in a column, None where it is empty."""
    return _number(row, columns, meaning, request) if _text(row, columns, meaning) else None


def _number(row: Row, columns: Columns, meaning: str, request: Request) -> float:
    """Return the number in a column."""
    text = _text(row, columns, meaning)
    value = cell_number(text)
    if value is None:
        raise request.error(f"{text[:40]!r} is not a number", row.line)
    return value
