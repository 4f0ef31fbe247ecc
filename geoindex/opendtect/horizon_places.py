"""Positions in an ASCII horizon, line numbers or coordinates, as line numbers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geoindex.errors import GridError, SurveyError
from geoindex.opendtect.horizon_text import HOW_TO_TELL, LINES, PLACE, Layout
from geoindex.rules.plane import Floats
from geoindex.survey import Survey

__all__ = ["Positions", "find_positions", "position_columns"]

MOST_POINTS = 10_000
"""Largest number of points that the geometry of a survey is fitted to."""

SPARSEST = 50
"""Bins per line of text above which the numbers cannot be line numbers of a survey."""

LARGEST_LINE = 100_000
"""Larger whole numbers are more likely coordinates than line numbers."""


@dataclass(frozen=True)
class Positions:
    """Line numbers of every line of text."""

    inlines: NDArray[np.int64]
    crosslines: NDArray[np.int64]

    rows: range
    """Smallest range that holds the inlines."""

    cols: range
    """Smallest range that holds the crosslines."""

    survey: Survey | None
    """Survey of these ranges, or None if their coordinates are unknown."""

    is_guess: bool
    """Whether they were taken for line numbers only because they look like it."""


def position_columns(layout: Layout, xy: bool | None, path: Path) -> list[int]:
    """Columns of the position: two, or inline, crossline, x and y; line numbers where possible."""
    found = layout.columns
    lines, place = ([found[role] for role in pair if role in found] for pair in (LINES, PLACE))
    if len(lines) == 2 and not xy:
        return lines + (place if len(place) == 2 else [])
    if len(place) == 2 and xy is not False:
        return place
    names = {None: "inline and crossline, or for X and Y", True: "X and Y"}
    raise GridError(f"{path}: has no columns for {names.get(xy, 'inline and crossline')}")


def find_positions(
    table: Floats, layout: Layout, columns: list[int], survey: Survey | None, path: Path
) -> Positions:
    """Line numbers of the lines of a file.

    Parameters
    ----------
    table : ndarray of float64, shape (n_lines, n)
        Begins with the position.
    layout : Layout
        Whether it is sure what that is.
    columns : list of int
        As :func:`position_columns` tells.
    survey : Survey or None
        Which decides what is not sure, and in which every position lies.
    path : Path
        For messages.

    Raises
    ------
    GridError, SurveyError
        See :func:`geoindex.read_horizon`.
    """
    pair = table[:, :2]
    if not np.all(np.abs(pair) < 2**31):
        raise GridError(f"{path}: a position is undefined or outside any survey")
    is_xy = columns[0] == layout.columns.get("x")
    if not layout.is_told and survey is not None:
        is_xy = _survey_decides(pair, survey, path)
    if is_xy and survey is None:
        raise SurveyError(
            f"{path}: gives positions as X and Y; give the survey to find their inlines and "
            "crosslines (read_horizon(..., survey=...))"
        )
    lines = pair if not is_xy or survey is None else _snapped(pair, survey)
    problem = _problem(lines, survey)
    if problem:
        raise (GridError if survey is None else SurveyError)(f"{path}: {problem}")
    inlines, crosslines = lines.astype(np.int64).T
    rows, cols = _lattice(inlines), _lattice(crosslines)
    if len(rows) * len(cols) > SPARSEST * len(table) + 10_000:
        raise GridError(
            f"{path}: {len(table):,} lines spread over {len(rows):,} x {len(cols):,} bins, so "
            "their first columns are not line numbers"
        )
    is_guess = survey is None and not layout.is_told
    if is_guess:
        _check_guess(pair, rows, cols, path, has_points=layout.has_points)
    points = table[:, :4] if len(columns) == 4 else None
    located = _located(points, survey, rows, cols, path)
    return Positions(inlines, crosslines, rows, cols, located, is_guess)


def _snapped(pair: Floats, survey: Survey) -> Floats:
    """Lines of the bins that coordinates lie in, shape (n_lines, 2)."""
    return np.stack(survey.inline_crossline(*pair.T, snap=True), axis=-1)


def _problem(lines: Floats, survey: Survey | None) -> str:
    """Describe the first problem of line numbers; "" if there is none."""
    broken = np.any(lines != np.rint(lines), axis=1)
    if broken.any():
        inline, crossline = lines[int(np.argmax(broken))].tolist()
        return f"inline {inline:.10g}, crossline {crossline:.10g}: lines have whole numbers"
    if survey is None:
        return ""
    known = (survey.inlines, survey.crosslines)
    inside = [
        (numbers >= of[0]) & (numbers <= of[-1]) & ((numbers - of[0]) % of.step == 0)
        for numbers, of in zip(lines.T, known, strict=True)
    ]
    stray = ~np.logical_and(*inside)
    if not stray.any():
        return ""
    inline, crossline = lines[int(np.argmax(stray))].tolist()
    texts = [f"{of[0]} to {of[-1]} step {of.step}" for of in known]
    return (
        f"{int(stray.sum()):,} of {len(lines):,} positions are no bins of the survey, the first "
        f"at inline {inline:.10g}, crossline {crossline:.10g}; it has inlines {texts[0]} and "
        f"crosslines {texts[1]}; give the survey that the horizon was made on (a padded one is "
        "survey.extended(pad=...))"
    )


def _survey_decides(pair: Floats, survey: Survey, path: Path) -> bool:
    """Whether the numbers are coordinates: decided by which meaning fits the survey."""
    as_lines, as_place = _problem(pair, survey), _problem(_snapped(pair, survey), survey)
    if not as_lines and not as_place:
        raise SurveyError(
            f"{path}: the first two columns fit the survey as line numbers and as coordinates; "
            f"{HOW_TO_TELL}"
        )
    if as_lines and as_place:
        raise SurveyError(
            f"{path}: the first two columns do not fit the survey; as line numbers: {as_lines}; "
            f"as coordinates: {as_place}"
        )
    return not as_place


def _check_guess(pair: Floats, rows: range, cols: range, path: Path, *, has_points: bool) -> None:
    """Refuse whole numbers that could be coordinates."""
    steps = [lines.step for lines in (rows, cols) if len(lines) > 1]
    has_gaps = bool(steps) and min(steps) > 1
    if has_points or has_gaps or np.abs(pair).max() >= LARGEST_LINE:
        raise SurveyError(
            f"{path}: the first two columns could be line numbers or coordinates; give the survey "
            f"(survey=...), or {HOW_TO_TELL}"
        )


def _located(
    points: Floats | None, survey: Survey | None, rows: range, cols: range, path: Path
) -> Survey | None:
    """Survey of the lines in a file."""
    try:
        if survey is not None:
            if points is not None:
                survey.check_points(points)
            return survey.with_lines(rows, cols)
        if points is None:
            return None
        # Evenly spread; every n-th line of text could always be the same crossline.
        n_points = min(len(points), MOST_POINTS)
        some = points[np.arange(n_points) * (len(points) - 1) // max(1, n_points - 1)]
        return Survey.from_points(some, inlines=rows, crosslines=cols)
    except SurveyError as error:
        raise SurveyError(f"{path}: {error}") from None


def _lattice(numbers: NDArray[np.int64]) -> range:
    """Smallest range that holds all line numbers."""
    known = np.unique(numbers)
    step = int(np.gcd.reduce(np.diff(known))) if len(known) > 1 else 1
    return range(int(known[0]), int(known[-1]) + 1, step)
