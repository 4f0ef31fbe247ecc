"""ASCII horizons of OpendTect, its own exports and ours, as index grids.

After OpendTect's source, ``src/uiEarthModel/uiexphorizon.cc``: tabs or blanks between columns,
no header, a line ``# "Inline" "Crossline" ...`` or lines ``# 1: Inline``, and in exports of
several horizons the name of each as a quoted first column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoindex.errors import GridError, MissingFileError, OptionError, SurveyError
from geoindex.grid import IndexGrid
from geoindex.palette import Palette
from geoindex.palettes.legend_csv import legend_path
from geoindex.rules.indices import index_dtype
from geoindex.survey import Survey

__all__ = ["read_horizon"]

CHUNK = 2**19
"""Lines that are parsed at a time."""

SAMPLE = 1000
"""Lines by which the columns of a file without header are told."""

UNDEFINED = 1e29
"""Values from here on stand for none; OpendTect writes 1e30."""

LARGEST_LINE = 100_000
"""Larger whole numbers are coordinates, not line numbers."""

SPARSEST = 50
"""Bins for each line of text beyond which the line numbers cannot be those of a survey."""

ROLES = {
    **dict.fromkeys(("inline", "iline", "inl", "il"), "inline"),
    **dict.fromkeys(("crossline", "xline", "crl", "xl"), "crossline"),
    **dict.fromkeys(("x", "xcoord", "xcoordinate"), "x"),
    **dict.fromkeys(("y", "ycoord", "ycoordinate"), "y"),
    **dict.fromkeys(("z", "zs", "zms", "zm", "zft"), "z"),
    "name": "name",
}
"""What header titles mean, in small letters without blanks and marks; others are attributes."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class _Layout:
    """What the columns of a file are."""

    columns: Mapping[str, int]
    """Column of each role: inline, crossline, x, y, z."""

    attributes: Mapping[str, int]
    """Column of each attribute."""

    named: bool
    """Whether a quoted name stands before the columns."""

    delimiter: str | None
    """Between columns; None is white space."""


def read_horizon(
    path: str | PathLike[str],
    *,
    palette: Palette | str | PathLike[str] | None = None,
    survey: Survey | str | PathLike[str] | None = None,
    attribute: str | None = None,
    horizon: str | None = None,
) -> IndexGrid:
    """Read an attribute of an ASCII horizon as an index grid.

    Parameters
    ----------
    path : path-like
        What :func:`geoindex.write_horizon` wrote or OpendTect exported, with any header.
    palette : Palette, str or path-like, optional
        The classes; by default the legend ``<name>.legend.csv`` or the color table
        ``<name>.odct`` beside the file.
    survey : Survey, str or path-like, optional
        Places line numbers on the map. Without it the grid has a transform only where the
        file holds coordinates beside line numbers.
    attribute : str, optional
        Title of the column of indices; by default the only attribute, or the last column of
        a file without header.
    horizon : str, optional
        Which one, in an export of several.

    Returns
    -------
    IndexGrid
        Rows are inlines, columns crosslines; bins without a line, or with an undefined value,
        are nodata.

    Raises
    ------
    MissingFileError
        There is no such file, or no palette.
    GridError
        The file is no horizon, or its values are no indices of the palette.
    SurveyError
        The file holds coordinates alone and no survey is given.
    """
    path = Path(path)
    if not path.is_file():
        raise MissingFileError(f"{path}: no such file")
    classes = _palette(path, palette)
    if survey is not None and not isinstance(survey, Survey):
        survey = Survey.open(survey)
    layout = _layout(path)
    place = _Places.of(layout, survey, path)
    title, column = _attribute(layout, attribute, path)
    table = _read(path, layout, [*place.columns, column], horizon)
    inlines, crosslines = place.lines(table)
    rows, cols = _lattice(inlines), _lattice(crosslines)
    if len(rows) * len(cols) > SPARSEST * len(table) + 10_000:
        raise GridError(
            f"{path}: {len(table):,} lines spread over {len(rows):,} x {len(cols):,} bins, so "
            "their first columns are no line numbers"
        )
    dtype = index_dtype(len(classes), has_nodata=True)
    nodata = int(np.iinfo(dtype).max)
    indices = np.full((len(rows), len(cols)), nodata, dtype=dtype)
    at = ((inlines - rows.start) // rows.step, (crosslines - cols.start) // cols.step)
    indices[at] = _indices(table[:, -1], len(classes), nodata, f"{path}, {title}")
    located = place.survey(table, rows, cols)
    provenance: dict[str, Any] = {
        "horizon": {
            "attribute": title,
            "inlines": [rows[0], rows[-1], rows.step],
            "crosslines": [cols[0], cols[-1], cols.step],
        }
    }
    if located is not None:
        provenance["survey"] = located.to_dict()
    return IndexGrid(
        indices=indices,
        palette=classes,
        nodata=nodata,
        transform=None if located is None else located.transform,
        crs=None if located is None else located.crs,
        provenance=provenance,
    )


def _palette(path: Path, palette: Palette | str | PathLike[str] | None) -> Palette:
    """Take the given palette, or the one beside the file."""
    # Palette files know grid files, which know this one.
    from geoindex.palettes.load import load_palette

    if palette is not None:
        return load_palette(palette)
    for beside in (legend_path(path), path.with_suffix(".odct")):
        if beside.is_file():
            return load_palette(beside)
    raise MissingFileError(
        f"{path}: a horizon has no colors, and {legend_path(path).name} is not beside it; give "
        "the palette (read_horizon(..., palette=...))"
    )


@dataclass(frozen=True)
class _Places:
    """How the position of a line of text becomes line numbers."""

    columns: list[int]
    """Columns of the position: two, or inline, crossline, x and y."""

    given: Survey | None
    """The survey that the user gave."""

    from_xy: bool
    """Whether the two columns are coordinates."""

    where: Path

    @classmethod
    def of(cls, layout: _Layout, survey: Survey | None, path: Path) -> _Places:
        """Choose the columns: line numbers where there are some."""
        columns = layout.columns
        lines = [columns[role] for role in ("inline", "crossline") if role in columns]
        place = [columns[role] for role in ("x", "y") if role in columns]
        if len(lines) == 2:
            return cls(lines + (place if survey is None else []), survey, False, path)
        if len(place) < 2:
            raise GridError(f"{path}: has no columns of inline and crossline, or of X and Y")
        if survey is None:
            raise SurveyError(
                f"{path}: gives the position as X and Y; the survey tells their inlines and "
                "crosslines (read_horizon(..., survey=...))"
            )
        return cls(place, survey, True, path)

    def lines(self, table: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Inline and crossline of each line of text."""
        first, second = table[:, 0], table[:, 1]
        if self.from_xy and self.given is not None:
            first, second = self.given.inline_crossline(first, second, snap=True)
        for numbers in (first, second):
            if not np.all(np.abs(numbers) < 2**31):
                raise GridError(f"{self.where}: a position is undefined or beyond any survey")
        # OpendTect rounds, too.
        inlines, crosslines = (np.rint(numbers).astype(np.int64) for numbers in (first, second))
        return inlines, crosslines

    def survey(self, table: Floats, inlines: range, crosslines: range) -> Survey | None:
        """Survey of the lines in the file, or None where nothing tells where they lie."""
        if self.given is not None:
            return self.given.with_lines(inlines, crosslines)
        if len(self.columns) < 4:
            return None
        points = table[:: max(1, len(table) // 10_000), :4]
        try:
            return Survey.from_points(points, inlines=inlines, crosslines=crosslines)
        except SurveyError as error:
            raise SurveyError(f"{self.where}: {error}") from None


def _layout(path: Path) -> _Layout:
    """Columns of a file, by its header or else by its numbers."""
    titles: list[str] = []
    sample: list[str] = []
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in islice(file, 10 * SAMPLE):
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
    roles = [ROLES.get(_plain(title), "") for title in titles] or _guess(numbers, path)
    columns = {role: at for at, role in enumerate(roles) if role}
    names = titles or [f"column {at + 1}" for at in range(n_columns)]
    attributes = {names[at]: at for at, role in enumerate(roles) if not role}
    return _Layout(columns, attributes, named, delimiter)


def _titles(comment: str) -> list[str]:
    """Titles of columns in a line of the header."""
    numbered = re.match(r"#\s*\d+\s*:\s*(.+)$", comment)
    if numbered is not None:
        return [numbered.group(1).strip().strip('"')]
    return re.findall(r'"([^"]*)"', comment)


def _plain(title: str) -> str:
    """Title in small letters, without blanks and marks."""
    return re.sub(r"[^a-z0-9]", "", title.lower())


def _guess(numbers: Floats, path: Path) -> list[str]:
    """Roles of the columns of a file without header."""
    n_columns = numbers.shape[1]
    if n_columns < 3:
        raise GridError(
            f"{path}: has {n_columns} column(s); a horizon has a position of two and a value"
        )
    if _are_lines(numbers[:, :2]):
        head = ["inline", "crossline"]
    elif n_columns > 4 and _are_lines(numbers[:, 2:4]) and _all_differ(numbers[:, 2:4]):
        head = ["x", "y", "inline", "crossline"]
    else:
        head = ["x", "y"]
    left = n_columns - len(head)
    return head + ["z"] * (left > 1) + [""] * (left - (left > 1))


def _are_lines(pair: Floats) -> bool:
    """Whether two columns can be line numbers."""
    return bool(np.all(np.abs(pair) < LARGEST_LINE) and np.all(pair == np.rint(pair)))


def _all_differ(pair: Floats) -> bool:
    """Whether no pair of numbers occurs twice."""
    return len(np.unique(pair, axis=0)) == len(pair)


def _attribute(layout: _Layout, wanted: str | None, path: Path) -> tuple[str, int]:
    """Title and column of the indices."""
    found = layout.attributes
    if wanted is not None:
        if wanted not in found:
            raise OptionError(
                f"{path}: has no attribute {wanted!r}; it has {', '.join(found) or 'none'}"
            )
        return wanted, found[wanted]
    if not found:
        raise GridError(f"{path}: holds Z alone; export the horizon with its attribute of indices")
    titles = list(found)
    if len(titles) > 1 and not titles[0].startswith("column "):
        raise OptionError(
            f"{path}: holds the attributes {', '.join(titles)}; choose one (attribute=...)"
        )
    return titles[-1], found[titles[-1]]


def _read(path: Path, layout: _Layout, columns: list[int], horizon: str | None) -> Floats:
    """Numbers of some columns of all lines, shape (lines, columns)."""
    parts = []
    with path.open(encoding="utf-8", errors="replace") as file:
        lines: Iterator[str] = (
            line for line in file if line.strip() and not line.lstrip().startswith("#")
        )
        if layout.named:
            lines = _of_one_horizon(lines, horizon, path)
        while chunk := list(islice(lines, CHUNK)):
            parts.append(_parse(chunk, layout.delimiter, columns, path))
    if not parts:
        raise GridError(f"{path}: holds no horizon {horizon!r}")
    return np.concatenate(parts)


def _of_one_horizon(lines: Iterator[str], wanted: str | None, path: Path) -> Iterator[str]:
    """Lines of a horizon without its name; the only one where none is named."""
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
            f"{path}: the line {line.strip()[:60]!r} is no quoted name and numbers, as others are"
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
            f"{path}: is no ASCII horizon, which holds numbers in columns: "
            f"{f'{line!r}: ' if line else ''}{error}"
        ) from None


def _lattice(numbers: NDArray[np.int64]) -> range:
    """Smallest range that holds all line numbers."""
    known = np.unique(numbers)
    step = int(np.gcd.reduce(np.diff(known))) if len(known) > 1 else 1
    return range(int(known[0]), int(known[-1]) + 1, step)


def _indices(values: Floats, n_colors: int, nodata: int, where: str) -> NDArray[np.int64]:
    """Turn the values of an attribute into indices."""
    void = ~(np.abs(values) < UNDEFINED)
    bad = ~void & ((values != np.rint(values)) | (values < 0) | (values >= n_colors))
    if bad.any():
        value = values[int(np.argmax(bad))]
        raise GridError(
            f"{where}: the value {value:g} is no index of the palette, which has {n_colors} "
            "classes; give the palette of the map, or choose another attribute"
        )
    return np.where(void, nodata, values).astype(np.int64)
