"""Horizons exported by OpendTect, in every form its dialog offers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from geoindex import Palette, Survey, read_horizon
from geoindex.errors import GridError, OptionError, SurveyError
from tests.support.surveys import F3, SURVEY

EXPORTS = {
    "units": '# "Inl"\t"Crl"\t"Z (ms)"\t"Geology"\n# - - - - - - - - - -\n',
    "no header": "",
    "single line": '# "Inline"\t"Crossline"\t"Z"\t"Geology"\n# - - - - - - - - - -\n',
    "multi line": "# 1: Inline\n# 2: Crossline\n# 3: Z\n# 4: Geology\n# - - - - - - - - - -\n",
}


ROWS = ["10\t105\t648.61750602722168\t2", "10\t107\t650\t1e30", "14\t105\t1e30\t0"]


EXPECTED = [[2, 255], [0, 255]]


@pytest.fixture
def three() -> Palette:
    return Palette([[0, 0, 0], [100, 0, 0], [0, 200, 0]], name="three")


@pytest.mark.parametrize("form", EXPORTS)
def test_exports_of_opendtect(tmp_path: Path, three: Palette, form: str) -> None:
    path = tmp_path / "export.dat"
    path.write_text(EXPORTS[form] + "\n".join(ROWS) + "\n")
    grid = read_horizon(path, palette=three, survey=SURVEY)
    assert grid.indices.tolist() == EXPECTED
    assert grid.survey.inlines == range(10, 15, 4)
    assert grid.survey.xy(14, 107) == SURVEY.xy(14, 107)
    # Blanks or commas between the columns, and Windows line ends.
    for separator in ("  ", ",", ", "):
        text = EXPORTS[form] + "\n".join(ROWS).replace("\t", separator)
        path.write_bytes(text.replace("\n", "\r\n").encode())
        xy = None if EXPORTS[form] else False
        assert read_horizon(path, palette=three, xy=xy).indices.tolist() == EXPECTED


def f3_rows(*, with_lines: bool) -> list[str]:
    """Lines of an export with coordinates, on a part of F3."""
    survey = Survey.from_points(
        [(100, 300, 605835.52, 6073556.38), (750, 1250, 629122.55, 6090463.17),
         (100, 1250, 629576.26, 6074219.89)],
        inlines=(370, 400),
        crosslines=(900, 930, 3),
    )  # fmt: skip
    rows = []
    for inline in survey.inlines:
        for crossline in survey.crosslines:
            x, y = survey.xy(inline, crossline)
            lines = f"\t{inline}\t{crossline}" if with_lines else ""
            value = (inline + crossline) % 3
            rows.append(f"{float(x):.2f}\t{float(y):.2f}{lines}\t648.6175\t{value}")
    return rows


def test_exports_with_coordinates(tmp_path: Path, three: Palette) -> None:
    (tmp_path / ".survey").write_text(F3)
    path = tmp_path / "export.dat"
    expected = [[(i + c) % 3 for c in range(900, 931, 3)] for i in range(370, 401)]
    titles = '# "X"\t"Y"\t"Inline"\t"Crossline"\t"Z"\t"Map"\n# - - - - - - - - - -\n'
    f3 = Survey.open(tmp_path)
    for head in ("", titles):
        path.write_text(head + "\n".join(f3_rows(with_lines=True)))
        grid = read_horizon(path, palette=three)
        assert grid.indices.tolist() == expected
        np.testing.assert_allclose(grid.survey.xy(370, 900), f3.xy(370, 900), atol=0.01)
        assert read_horizon(path, palette=three, survey=f3).crs == f3.crs
    for head in ("", '# "X"\t"Y"\t"Z"\t"Map"\n'):
        path.write_text(head + "\n".join(f3_rows(with_lines=False)))
        grid = read_horizon(path, palette=three, survey=tmp_path)
        assert grid.indices.tolist() == expected
        assert grid.survey.crosslines == range(900, 931, 3)
        with pytest.raises(SurveyError, match="gives positions as X and Y; give the survey"):
            read_horizon(path, palette=three)


@pytest.mark.parametrize("named_title", ["", '"Name"\t'])
def test_exports_of_several_horizons(tmp_path: Path, three: Palette, named_title: str) -> None:
    path = tmp_path / "bulk.dat"
    head = f'# {named_title}"Inline"\t"Crossline"\t"Z"\t"Geology"\n# - - - - - - - - - -\n'
    rows = [f'"{name}"\t{row}' for name in ("Top 4", "Base") for row in ROWS]
    path.write_text(head + "\n".join(rows[:3]))
    assert read_horizon(path, palette=three).indices.tolist() == EXPECTED
    path.write_text(
        head
        + "\n".join(rows).replace(
            '"Base"\t10\t105\t648.61750602722168\t2', '"Base"\t10\t105\t1\t1'
        )
    )
    assert read_horizon(path, palette=three, horizon="Base").indices.tolist() == [
        [1, 255],
        [0, 255],
    ]
    assert read_horizon(path, palette=three, horizon="Top 4").indices.tolist() == EXPECTED
    with pytest.raises(OptionError, match=r"several horizons \(Top 4, Base, \.\.\.\); choose one"):
        read_horizon(path, palette=three)
    with pytest.raises(GridError, match="holds no horizon 'Middle'"):
        read_horizon(path, palette=three, horizon="Middle")


def test_several_attributes(tmp_path: Path, three: Palette) -> None:
    path = tmp_path / "export.dat"
    rows = "\n".join(f"{row}\t0.8236881" for row in ROWS)
    path.write_text('# "Inline"\t"Crossline"\t"Z"\t"Geology"\t"Similarity"\n' + rows)
    assert read_horizon(path, palette=three, attribute="Geology").indices.tolist() == EXPECTED
    with pytest.raises(OptionError, match="attributes Geology, Similarity; choose one"):
        read_horizon(path, palette=three)
    with pytest.raises(OptionError, match="no attribute 'Rock'; it has Geology, Similarity"):
        read_horizon(path, palette=three, attribute="Rock")
    with pytest.raises(GridError, match=r"Similarity: the value 0\.823688 is not an index"):
        read_horizon(path, palette=three, attribute="Similarity")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "holds no lines of data"),
        ("# only\n# comments\n", "holds no lines of data"),
        ("1 2\n", r"has 2 column\(s\)"),
        ("a b c d\n", "is not an ASCII horizon, which holds numbers in columns: 'a b c d'"),
        ("1 2 0 1\n1 3 0\n", "is not an ASCII horizon"),
        ("1 2 0 1\n1 3 0 x\n", "'1 3 0 x'"),
        ("1 2 0 7\n", "the value 7 is not an index of the palette, which has 3 classes"),
        ("1 2 0 -1\n", "the value -1 is not an index"),
        ("1 2 0 0\n1 2 0 0\n1 2 0 1\n", "inline 1, crossline 2 has two values"),
        ("1 2 0 0\n90000 3 0 0\n5 90000 0 0\n", "so their first columns are not line numbers"),
        ('# "Inline"\t"Crossline"\t"Z"\n1 2 0\n', "holds Z alone"),
        ('# "Inline"\t"Crossline"\t"Z"\n1 2 0 1\n', "names 3 columns .* the lines hold 4"),
        ('# "Depth"\t"Porosity"\t"Z"\n1 2 0\n', "has no columns for inline and crossline"),
        ('"A"\t1 2 0 1\n1 2 0 1\n', "does not begin with a quoted name"),
        ("1 2 0 1\nnan 2 0 1\n", "a position is undefined|has no columns|X and Y"),
    ],
)
def test_refuses_what_is_no_horizon(
    tmp_path: Path, three: Palette, content: str, message: str
) -> None:
    path = tmp_path / "export.dat"
    path.write_text(content)
    with pytest.raises((GridError, SurveyError), match=message):
        read_horizon(path, palette=three)
