"""Rows and cells of tables in text: any delimiter, quoted cells, columns aligned by blanks."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from geoindex.palettes.entries import Request, number
from geoindex.rules.color_text import color_of_text, is_color_word

__all__ = ["MOST_CELLS", "Row", "cell_number", "has_color", "table_rows"]

DELIMITERS = "\t;,|"

# Enough lines to tell the delimiter.
SAMPLE = 200

MOST_CELLS = 1000
"""Largest number of columns of a table."""


@dataclass(frozen=True)
class Row:
    """A line of a table."""

    line: int | None
    """Line of the file, counted from 1, or None if the format has no lines."""

    cells: Sequence[str]
    """Cells, without blanks around them."""

    @property
    def is_comment(self) -> bool:
        """Whether the first cell with text starts with ``#`` but is not a color."""
        first = next((cell for cell in self.cells if cell), "")
        return first.startswith("#") and color_of_text(first) is None and len(first) > 1


def table_rows(text: str, request: Request) -> list[Row]:
    """Rows of a table, without empty ones and comments.

    Empty lines, lines of empty cells, and lines that start with ``#`` but not with a color are
    left out; Excel's first line ``sep=;`` sets the delimiter.

    Raises
    ------
    PaletteError
        Quotes do not match, a cell is longer than 131,072 characters, or there are too many cells.
    """
    lines = text.splitlines()
    for place, line in enumerate(lines, start=1):
        # Checked first, because splitting takes long.
        n_cells = 1 + max(map(line.count, DELIMITERS))
        if n_cells > MOST_CELLS:
            raise request.error(f"has {n_cells:,} columns, so it is no palette", place)
    kept = ["" if _is_comment(line) else line for line in lines]
    first = next((place for place, line in enumerate(kept) if line.strip()), None)
    if first is None:
        return []
    declared = re.fullmatch(r"\s*\"?sep=(.)\"?\s*", kept[first], re.IGNORECASE)
    if declared is not None:
        kept[first] = ""
        return _delimited(kept, declared[1], request)
    sample = [line for line in kept if line.strip()][:SAMPLE]
    marks = {
        mark: (_score([line.split(mark) for line in sample]), sum(mark in line for line in sample))
        for mark in DELIMITERS
    }
    mark = max(DELIMITERS, key=marks.__getitem__)
    score, lines_with_mark = marks[mark]
    splits: list[Callable[[str], list[str]]] = [_columns, _words]
    cells = [[split(line) for line in sample] for split in splits]
    # Aligned columns give the same number of cells in every line.
    blanks = [(_score(found), -len(set(map(len, found)))) for found in cells]
    if lines_with_mark and score >= max(blanks)[0]:
        return _delimited(kept, mark, request)
    return _each(kept, splits[blanks.index(max(blanks))])


def cell_number(text: str) -> float | None:
    """Value of a number with a decimal point or comma; None if it is not a number."""
    value = number(text)
    if value is None and re.fullmatch(r"[+-]?\d*,\d+", text, re.ASCII):
        return number(text.replace(",", "."))
    return value


def has_color(cells: Sequence[str]) -> bool:
    """Whether cells hold three numbers, or a color in one cell."""
    if sum(cell_number(cell) is not None for cell in cells) >= 3:
        return True
    return any(color_of_text(cell) is not None for cell in cells)


def _score(split: Sequence[Sequence[str]]) -> int:
    """Count the lines whose cells hold a color; those with only one cell do not count."""
    return sum(
        len(cells) > 1 and has_color([cell.strip(' "') for cell in cells]) for cells in split
    )


def _is_comment(line: str) -> bool:
    """Whether a line starts with ``#`` but not with a color such as ``#ff8000``."""
    line = line.strip()
    first = re.split(r"[,;|\s]", line, maxsplit=1)[0]
    return line.startswith("#") and len(first) > 0 and color_of_text(first) is None


def _delimited(lines: Sequence[str], mark: str, request: Request) -> list[Row]:
    """Rows of cells between marks; a quoted cell may hold the mark and line breaks."""
    reader = csv.reader(
        (line + "\n" for line in lines), delimiter=mark, strict=True, skipinitialspace=True
    )
    rows: list[Row] = []
    before = 0
    try:
        for fields in reader:
            # Line breaks inside quotes belong to a cell; they become blanks.
            cells = [" ".join(field.split()) for field in fields]
            if any(cells):
                rows.append(Row(before + 1, cells))
            before = reader.line_num
    except csv.Error as error:
        raise request.error(f"is not a table ({error})", before + 1) from None
    return rows


def _each(lines: Sequence[str], split: Callable[[str], list[str]]) -> list[Row]:
    """Rows of lines, each split on its own."""
    return [Row(place, split(line)) for place, line in enumerate(lines, start=1) if line.strip()]


def _columns(line: str) -> list[str]:
    """Cells separated by two or more blanks, as in aligned columns."""
    return re.split(r"\s{2,}", line.strip())


def _words(line: str) -> list[str]:
    """Cells separated by single blanks; the words of a name stay together.

    Numbers before and after the name are cells of their own, and so is a color.
    """
    words = line.split()
    head = _leading_numbers(words)
    for place, word in enumerate(words):
        if color_of_text(word) is not None and not is_color_word(word):
            head = min(head, place)
            before = [*words[:head], *_name(words[head:place])]
            return [*before, word, *_name(words[place + 1 :])]
    if head >= 3:
        return [*words[:head], *_name(words[head:])]
    tail = _leading_numbers(words[::-1])
    if tail >= 3:
        return [*words[:head], *_name(words[head:-tail]), *words[-tail:]]
    return words


def _leading_numbers(words: Sequence[str]) -> int:
    """How many numbers a list of words starts with."""
    is_number = [number(word) is not None for word in words]
    return [*is_number, False].index(False)


def _name(words: Sequence[str]) -> list[str]:
    """One cell for the words of a name, none for no words."""
    # As in Till: #f7ecc0 and Till = 247 236 192.
    name = " ".join(words).strip('"').rstrip(" :=")
    return [name] if name else []
