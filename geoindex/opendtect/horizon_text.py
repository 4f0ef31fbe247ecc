"""The text of ASCII horizons: the meaning of their columns, and their numbers.

Source: OpendTect's ``src/uiEarthModel/uiexphorizon.cc``: tabs or blanks between columns, no
header, a line ``# "Inline" "Crossline" ...`` or lines ``# 1: Inline``, and in exports of several
horizons the name of each as a quoted first column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TextIO

import numpy as np

from geoindex.errors import GridError, OptionError, SurveyError
from geoindex.opendtect.import_steps import told_by_steps
from geoindex.rules.plane import Floats

__all__ = ["HOW_TO_TELL", "LINES", "PLACE", "Layout", "read_layout", "read_numbers"]

CHUNK = 2**19
"""Lines parsed at once."""

LINES_AT_ONCE = 1000
"""Lines whose length is looked at together."""

SAMPLE = 1000
"""Number of lines that decide on the columns of a file without a header."""

LONGEST_LINE = 10_000
"""Largest length of a line of numbers, in characters."""

LINES, PLACE = ("inline", "crossline"), ("x", "y")
"""Roles of the two columns of a position."""

HOW_TO_TELL = (
    'begin the file with its titles, such as \'# "Inline" "Crossline" "Z" "Geology"\' or '
    '\'# "X" "Y" "Z" "Geology"\', or give read_horizon(..., xy=False) or xy=True'
)
"""What to do if a position has two possible meanings; for messages."""

ROLES = {
    **dict.fromkeys(("inline", "iline", "inl", "il"), "inline"),
    **dict.fromkeys(("crossline", "xline", "crl", "xl"), "crossline"),
    **dict.fromkeys(("x", "xcoord", "xcoordinate"), "x"),
    **dict.fromkeys(("y", "ycoord", "ycoordinate"), "y"),
    **dict.fromkeys(("z", "zs", "zms", "zm", "zft"), "z"),
    "name": "name",
}
"""Meaning of titles, in lower case without blanks and punctuation; others are attributes."""


@dataclass(frozen=True)
class Layout:
    """The columns of a file."""

    columns: Mapping[str, int]
    """Column of each role: inline, crossline, x, y, z."""

    attributes: Mapping[str, int]
    """Column of each attribute."""

    named: bool
    """Whether a quoted name precedes the columns."""

    delimiter: str | None
    """Separator of columns; None is white space."""

    is_told: bool
    """Whether it is sure what the position is: by a header, our steps beside it, the caller, or
    numbers that cannot be line numbers."""

    has_points: bool
    """Whether numbers of the position are written with a decimal point or exponent."""


def read_layout(path: Path, *, xy: bool | None = None) -> Layout:
    """Columns of a file, by its header or else by its numbers.

    Parameters
    ----------
    path : Path
    xy : bool, optional
        Whether positions are coordinates, as the caller says.
    """
    titles: list[str] = []
    sample: list[str] = []
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in islice(_lines(file, path), 10 * SAMPLE):
            text = line.strip()
            if text.startswith("#"):
                titles += _titles(text)
            elif text:
                sample.append(text)
            if len(sample) == SAMPLE:
                break
    if not sample:
        raise GridError(f"{path}: holds no lines of data")
    named = sample[0].startswith('"')
    if named:
        sample = [_named(line, path)[1] for line in sample]
        titles = titles[1:] if titles and ROLES.get(_plain(titles[0])) == "name" else titles
    delimiter = "," if "," in sample[0] and "\t" not in sample[0] else None
    numbers = _parse(sample, delimiter, None, path)
    n_columns = numbers.shape[1]
    if titles and len(titles) != n_columns:
        raise GridError(
            f"{path}: the header names {len(titles)} columns ({', '.join(titles)[:120]}), the "
            f"lines hold {n_columns}"
        )
    is_told = True
    if titles:
        roles = [ROLES.get(_plain(title), "") for title in titles]
    else:
        xy = told_by_steps(path) if xy is None else xy
        roles, is_told = _guess(numbers, xy, path)
    repeated = [one for one in (*titles, *filter(None, roles))
                if titles.count(one) > 1 or roles.count(one) > 1]  # fmt: skip
    if repeated:
        raise GridError(
            f"{path}: the header names {repeated[0]!r} twice; give the columns different titles"
        )
    columns = {role: at for at, role in enumerate(roles) if role}
    names = titles or [f"column {at + 1}" for at in range(n_columns)]
    attributes = {names[at]: at for at, role in enumerate(roles) if not role}
    has_points = any(
        set(number) & set(".eE") for line in sample for number in line.split(delimiter)[:2]
    )
    return Layout(columns, attributes, named, delimiter, is_told, has_points)


def _titles(comment: str) -> list[str]:
    """Titles of columns in a line of the header."""
    numbered = re.match(r"#\s*\d+\s*:\s*(.+)$", comment)
    if numbered is not None:
        return [numbered.group(1).strip().strip('"')]
    return re.findall(r'"([^"]*)"', comment)


def _plain(title: str) -> str:
    """Title in lower case, without blanks and punctuation."""
    return re.sub(r"[^a-z0-9]", "", title.lower())


def _guess(numbers: Floats, xy: bool | None, path: Path) -> tuple[list[str], bool]:
    """Roles of the columns of a file without header, and whether the position is sure."""
    n_columns = numbers.shape[1]
    if n_columns < 3:
        raise GridError(
            f"{path}: has {n_columns} column(s); a horizon needs two for the position and one for "
            "the value"
        )
    may_be_lines = _are_whole(numbers[:, :2])
    has_two = n_columns > 4 and _are_whole(numbers[:, 2:4]) and _all_differ(numbers[:, 2:4])
    head: tuple[str, ...] = PLACE if xy or (xy is None and not may_be_lines) else LINES
    if has_two and xy is None:
        if may_be_lines and _all_differ(numbers[:, :2]) and len(numbers) > 1:
            raise SurveyError(
                f"{path}: columns 1 and 2 could be line numbers, and so could 3 and 4; "
                f"{HOW_TO_TELL}"
            )
        head = head if may_be_lines else PLACE + LINES
    left = n_columns - len(head)
    roles = [*head, *["z"] * (left > 1), *[""] * (left - (left > 1))]
    return roles, xy is not None or not may_be_lines


def _are_whole(pair: Floats) -> bool:
    """Whether two columns can be line numbers."""
    return bool(np.all(np.abs(pair) < 2**31) and np.all(pair == np.rint(pair)))


def _all_differ(pair: Floats) -> bool:
    """Whether all pairs of numbers differ."""
    return len(np.unique(pair, axis=0)) == len(pair)


def read_numbers(path: Path, layout: Layout, columns: list[int], horizon: str | None) -> Floats:
    """Numbers of some columns of all lines, shape (lines, columns)."""
    parts = []
    with path.open(encoding="utf-8", errors="replace") as file:
        lines: Iterator[str] = (
            line for line in _lines(file, path) if (text := line.lstrip()) and text[0] != "#"
        )
        if layout.named:
            lines = _of_one_horizon(lines, horizon, path)
        while chunk := list(islice(lines, CHUNK)):
            parts.append(_parse(chunk, layout.delimiter, columns, path))
    if not parts:
        raise GridError(f"{path}: holds no horizon {horizon!r}")
    return np.concatenate(parts)


def _lines(file: TextIO, path: Path) -> Iterator[str]:
    """Lines of a file, if they are short enough for columns."""
    every = iter(partial(file.readline, LONGEST_LINE + 1), "")
    while some := list(islice(every, LINES_AT_ONCE)):
        if max(map(len, some)) > LONGEST_LINE:
            raise GridError(
                f"{path}: has a line of more than {LONGEST_LINE:,} characters, so it is no horizon"
            )
        yield from some


def _of_one_horizon(lines: Iterator[str], wanted: str | None, path: Path) -> Iterator[str]:
    """Lines of a horizon without its name; if no horizon is named, the file must hold only one."""
    first = wanted
    for line in lines:
        name, rest = _named(line, path)
        first = name if first is None else first
        if name == first:
            yield rest
        elif wanted is None:
            raise OptionError(
                f"{path}: holds several horizons ({first}, {name}, ...); choose one (horizon=...)"
            )


def _named(line: str, path: Path) -> tuple[str, str]:
    """Quoted name and the rest of a line."""
    match = re.match(r'\s*"([^"]*)"[\s,]*(\S.*)$', line, re.DOTALL)
    if match is None:
        raise GridError(
            f"{path}: the line {line.strip()[:60]!r} does not begin with a quoted name, as others "
            "do"
        )
    return match.group(1), match.group(2)


def _parse(
    lines: Sequence[str], delimiter: str | None, columns: list[int] | None, path: Path
) -> Floats:
    """Numbers of lines."""
    try:
        return np.loadtxt(lines, delimiter=delimiter, usecols=columns, ndmin=2, comments=None)
    except ValueError as error:
        at = re.search(r"at row (\d+)", str(error))
        line = lines[min(int(at.group(1)), len(lines) - 1)].strip()[:60] if at else ""
        raise GridError(
            f"{path}: is not an ASCII horizon, which holds numbers in columns: "
            f"{f'{line!r}: ' if line else ''}{error}"
        ) from None
