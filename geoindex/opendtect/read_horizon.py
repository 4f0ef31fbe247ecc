"""Read ASCII horizons, OpendTect's exports and ours, as index grids."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoindex.errors import GridError, MissingFileError, OptionError, SurveyError
from geoindex.grid import IndexGrid
from geoindex.opendtect.horizon_text import Layout, read_layout, read_numbers
from geoindex.opendtect.numbering import is_undefined
from geoindex.palette import Palette
from geoindex.palettes.legend_csv import legend_path
from geoindex.palettes.load import load_palette
from geoindex.rules.indices import index_dtype
from geoindex.rules.plane import Floats
from geoindex.survey import Survey

__all__ = ["read_horizon"]

MOST_POINTS = 10_000
"""Points that the geometry of a survey is fitted to."""

SPARSEST = 50
"""Bins for each line of text beyond which the line numbers cannot be those of a survey."""


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
    layout = read_layout(path)
    place = _Places.of(layout, survey, path)
    title, column = _attribute(layout, attribute, path)
    table = read_numbers(path, layout, [*place.columns, column], horizon)
    inlines, crosslines = place.lines(table)
    rows, cols = _lattice(inlines), _lattice(crosslines)
    if len(rows) * len(cols) > SPARSEST * len(table) + 10_000:
        raise GridError(
            f"{path}: {len(table):,} lines spread over {len(rows):,} x {len(cols):,} bins, so "
            "their first columns are not line numbers"
        )
    dtype = index_dtype(len(classes), has_nodata=True)
    nodata = int(np.iinfo(dtype).max)
    indices = np.full((len(rows), len(cols)), nodata, dtype=dtype)
    at = ((inlines - rows.start) // rows.step, (crosslines - cols.start) // cols.step)
    values = _indices(table[:, -1], len(classes), nodata, f"{path}, {title}")
    indices[at] = values
    if not np.array_equal(indices[at], values):
        first = int(np.argmax(indices[at] != values))
        raise GridError(
            f"{path}: inline {inlines[first]}, crossline {crosslines[first]} has two values; "
            "give the survey that the horizon was made on"
        )
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
    def of(cls, layout: Layout, survey: Survey | None, path: Path) -> _Places:
        """Choose the columns: line numbers where there are some."""
        columns = layout.columns
        lines = [columns[role] for role in ("inline", "crossline") if role in columns]
        place = [columns[role] for role in ("x", "y") if role in columns]
        if len(lines) == 2:
            return cls(lines + (place if survey is None else []), survey, False, path)
        if len(place) < 2:
            raise GridError(f"{path}: has no columns for inline and crossline, or for X and Y")
        if survey is None:
            raise SurveyError(
                f"{path}: gives positions as X and Y; give the survey to find their inlines and "
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
                raise GridError(f"{self.where}: a position is undefined or outside any survey")
        # OpendTect rounds, too.
        inlines, crosslines = (np.rint(numbers).astype(np.int64) for numbers in (first, second))
        return inlines, crosslines

    def survey(self, table: Floats, inlines: range, crosslines: range) -> Survey | None:
        """Survey of the lines in the file, or None where nothing tells where they lie."""
        if self.given is not None:
            return self.given.with_lines(inlines, crosslines)
        if len(self.columns) < 4:
            return None
        # Evenly spread: every so many lines could all be of one crossline.
        n_points = min(len(table), MOST_POINTS)
        points = table[np.arange(n_points) * (len(table) - 1) // max(1, n_points - 1), :4]
        try:
            return Survey.from_points(points, inlines=inlines, crosslines=crosslines)
        except SurveyError as error:
            raise SurveyError(f"{self.where}: {error}") from None


def _attribute(layout: Layout, wanted: str | None, path: Path) -> tuple[str, int]:
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


def _lattice(numbers: NDArray[np.int64]) -> range:
    """Smallest range that holds all line numbers."""
    known = np.unique(numbers)
    step = int(np.gcd.reduce(np.diff(known))) if len(known) > 1 else 1
    return range(int(known[0]), int(known[-1]) + 1, step)


def _indices(values: Floats, n_colors: int, nodata: int, where: str) -> NDArray[np.int64]:
    """Turn the values of an attribute into indices."""
    void = is_undefined(values)
    bad = ~void & ((values != np.rint(values)) | (values < 0) | (values >= n_colors))
    if bad.any():
        value = values[int(np.argmax(bad))]
        raise GridError(
            f"{where}: the value {value:g} is not an index of the palette, which has {n_colors} "
            "classes; give the palette of the map, or choose another attribute"
        )
    return np.where(void, nodata, values).astype(np.int64)
