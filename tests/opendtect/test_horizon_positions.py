"""What the first two columns of a horizon are: line numbers or coordinates, never by a guess."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from geoindex import IndexGrid, Palette, Survey, open_grid, read_horizon, write_horizon
from geoindex.errors import GeoindexWarning, GridError, SurveyError

PALETTE = Palette([[i, 0, 0] for i in range(20)])

LOCAL = Survey(inlines=(1, 4), crosslines=(1, 5), x=(0, 0, 25), y=(0, 25, 0))
"""Coordinates of a local grid, whole and small as line numbers are."""

FAR = Survey(inlines=(200_001, 200_020), crosslines=(300_001, 300_010), x=(0, 0, 25), y=(0, 25, 0))
"""Line numbers as large as coordinates."""

SAME = Survey(inlines=(0, 3), crosslines=(0, 4), x=(0, 1, 0), y=(0, 0, 1))
"""Every line number is a coordinate, too."""


def rows(survey: Survey, *, xy: bool, decimals: int = 0) -> str:
    """Lines of text of every bin, the class of which is its number modulo 20."""
    lines = []
    for inline in survey.inlines:
        for crossline in survey.crosslines:
            x, y = survey.xy(inline, crossline) if xy else (inline, crossline)
            value = (7 * inline + crossline) % 20
            lines.append(f"{float(x):.{decimals}f}\t{float(y):.{decimals}f}\t0\t{value}\n")
    return "".join(lines)


def expected(survey: Survey) -> list[list[int]]:
    return [[(7 * i + c) % 20 for c in survey.crosslines] for i in survey.inlines]


TITLES = {
    "no header": "",
    "lines": '# "Inline"\t"Crossline"\t"Z"\t"Map"\n',
    "xy": '# "X"\t"Y"\t"Z"\t"Map"\n',
}


@pytest.mark.parametrize("survey", [LOCAL, FAR], ids=["local", "far"])
@pytest.mark.parametrize("decimals", [0, 2])
@pytest.mark.parametrize("has_header", [False, True])
@pytest.mark.parametrize("xy", [False, True])
def test_a_survey_decides(
    tmp_path: Path, survey: Survey, decimals: int, *, has_header: bool, xy: bool
) -> None:
    path = tmp_path / "map.dat"
    head = TITLES["no header" if not has_header else "xy" if xy else "lines"]
    path.write_text(head + rows(survey, xy=xy, decimals=decimals))
    grid = read_horizon(path, palette=PALETTE, survey=survey)
    assert grid.indices.tolist() == expected(survey)
    assert grid.survey.inlines == survey.inlines


@pytest.mark.parametrize(
    ("survey", "xy", "decimals"),
    [(LOCAL, True, 0), (LOCAL, True, 2), (LOCAL, False, 2), (FAR, False, 0), (FAR, True, 0)],
    ids=["local xy", "local xy.00", "lines.00", "large lines", "local xy of many"],
)
def test_what_could_be_either_is_asked(
    tmp_path: Path, survey: Survey, decimals: int, *, xy: bool
) -> None:
    path = tmp_path / "map.dat"
    path.write_text(rows(survey, xy=xy, decimals=decimals))
    with pytest.raises(SurveyError, match="could be line numbers or coordinates; give the survey"):
        read_horizon(path, palette=PALETTE)
    if xy:
        with pytest.raises(SurveyError, match="gives positions as X and Y; give the survey"):
            read_horizon(path, palette=PALETTE, xy=True)
    else:
        grid = read_horizon(path, palette=PALETTE, xy=False)
        assert grid.indices.tolist() == expected(survey)


def test_whole_numbers_without_gaps_are_lines_and_it_is_said(tmp_path: Path) -> None:
    path = tmp_path / "map.dat"
    path.write_text(rows(LOCAL, xy=False))
    with pytest.warns(GeoindexWarning, match="are taken for inline and crossline"):
        grid = read_horizon(path, palette=PALETTE)
    assert grid.indices.tolist() == expected(LOCAL)


@pytest.mark.parametrize("xy", [False, True])
def test_what_fits_the_survey_both_ways_is_asked(tmp_path: Path, *, xy: bool) -> None:
    path = tmp_path / "map.dat"
    path.write_text(rows(SAME, xy=xy))
    with pytest.raises(SurveyError, match="as line numbers and as coordinates; begin the file"):
        read_horizon(path, palette=PALETTE, survey=SAME)
    grid = read_horizon(path, palette=PALETTE, survey=SAME, xy=xy)
    assert grid.indices.tolist() == expected(SAME)


@pytest.mark.parametrize("xy", [False, True])
@pytest.mark.parametrize("survey", [LOCAL, FAR, SAME], ids=["local", "far", "same"])
def test_our_own_files_say_it(tmp_path: Path, survey: Survey, *, xy: bool) -> None:
    made = IndexGrid(
        indices=np.array(expected(survey), np.uint8), palette=PALETTE, transform=survey.transform
    )
    path = tmp_path / "map.dat"
    write_horizon(made, survey, path, xy=xy)
    back = read_horizon(path, survey=survey)
    np.testing.assert_array_equal(back.indices, made.indices)
    if xy:
        with pytest.raises(SurveyError, match="gives positions as X and Y; give the survey"):
            open_grid(path)
    else:
        np.testing.assert_array_equal(open_grid(path).indices, made.indices)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (TITLES["lines"] + "1 1 0 3\n5 1 0 3\n", r"1 of 2 positions .* at inline 5, crossline 1;"),
        (TITLES["lines"] + "1 0 0 3\n", "inlines 1 to 4 step 1 and crosslines 1 to 5 step 1"),
        (TITLES["xy"] + "25 25 0 3\n25 125 0 3\n", "at inline 5, crossline 1"),
        (TITLES["xy"] + "25 12.4 0 3\n", "at inline 0, crossline 1"),
        ("1000 2000 0 3\n", "do not fit the survey; as line numbers: .* as coordinates: "),
        (TITLES["lines"] + "1.4 1 0 3\n", r"inline 1\.4, crossline 1: lines have whole numbers"),
    ],
)
def test_positions_outside_the_survey(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "map.dat"
    path.write_text(text)
    with pytest.raises(SurveyError, match=message):
        read_horizon(path, palette=PALETTE, survey=LOCAL)


def test_lines_between_lines(tmp_path: Path) -> None:
    path = tmp_path / "map.dat"
    path.write_text(TITLES["lines"] + "1 1 0 3\n1.4 2 0 3\n")
    with pytest.raises(GridError, match=r"inline 1\.4, crossline 2: lines have whole numbers"):
        read_horizon(path, palette=PALETTE)
    path.write_text(TITLES["lines"] + "1 1 0 3\n2 1 0 3\n")
    even = Survey(inlines=(1, 9, 2), crosslines=(1, 5), x=(0, 0, 25), y=(0, 25, 0))
    with pytest.raises(
        SurveyError, match="at inline 2, crossline 1; it has inlines 1 to 9 step 2"
    ):
        read_horizon(path, palette=PALETTE, survey=even)


def test_a_padded_horizon_needs_the_padded_survey(tmp_path: Path) -> None:
    made = IndexGrid(
        indices=np.array(expected(LOCAL), np.uint8), palette=PALETTE, transform=LOCAL.transform
    )
    path = tmp_path / "map.dat"
    write_horizon(made, LOCAL, path, pad=1)
    with pytest.raises(SurveyError, match=r"survey\.extended\(pad=\.\.\.\)"):
        read_horizon(path, survey=LOCAL)
    back = read_horizon(path, survey=LOCAL.extended(pad=1))
    np.testing.assert_array_equal(back.indices[1:-1, 1:-1], made.indices)


def test_coordinates_must_agree_with_the_survey(tmp_path: Path) -> None:
    path = tmp_path / "map.dat"
    path.write_text(
        '# "X"\t"Y"\t"Inline"\t"Crossline"\t"Z"\t"Map"\n25 25 1 1 0 3\n50 75 1 2 0 3\n'
    )
    with pytest.raises(SurveyError, match="inline 1, crossline 2 is given as"):
        read_horizon(path, palette=PALETTE, survey=LOCAL)
    path.write_text("25 25 1 1 0 3\n50 25 1 2 0 3\n")
    with pytest.raises(SurveyError, match="columns 1 and 2 could be line numbers, and so could 3"):
        read_horizon(path, palette=PALETTE)
