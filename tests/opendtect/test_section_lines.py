"""Lines of cross-sections: in degrees, bent, of one trace, and those that are none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import segyio
from hypothesis import given
from hypothesis import strategies as st

from geoindex import IndexGrid, Palette, write_section
from geoindex.errors import SectionError
from tests.support.sections import PLACE, as_floats, make_grid, segyio_coordinates

LINE = {"start": (10.5, 53.0), "end": (10.52, 53.005)}
"""Two kilometers in the north of Germany, in longitude and latitude."""


def test_degrees_are_kept_as_seconds_of_arc(tmp_path: Path) -> None:
    path = tmp_path / "line.sgy"
    grid = make_grid((51, 1000))
    report = write_section(grid, path, **LINE, top=0, bottom=500, degrees=True)
    with segyio.open(path, ignore_geometry=True) as file:
        assert set(file.attributes(89)[:]) == {2}
        assert set(file.attributes(71)[:]) == {-10_000}
        assert file.bin[segyio.BinField.MeasurementSystem] == 1
        text = segyio.tools.wrap(file.text[0])
    assert "SECONDS OF ARC TIMES 10000" in text
    assert "X 10.5200000  Y 53.0050000" in text
    expected = np.linspace(LINE["start"], LINE["end"], 1000)
    for fields in ((73, 77), (81, 85), (181, 185)):
        found = segyio_coordinates(path, *fields)
        assert len(np.unique(found, axis=0)) == 1000
        np.testing.assert_allclose(found / 3600, expected, rtol=0, atol=0.000051 / 3600)
    assert report.trace_spacing == pytest.approx(np.hypot(0.02, 0.005) / 999)


@pytest.mark.parametrize(
    ("place", "options", "message"),
    [
        (LINE, {}, r"look like longitudes and latitudes, .* give degrees=True, or"),
        (
            LINE,
            {"degrees": False},
            r"traces are 2\.06e-05 apart, .* coordinates to 0\.0001, .* at most 201 traces",
        ),
        (
            {"start": (10.5, 53), "end": (10.50002, 53)},
            {"degrees": True},
            r"to 0\.0001 of arc seconds, .* at most 721 traces",
        ),
        (PLACE, {"degrees": True}, "no longitudes and latitudes"),
    ],
)
def test_traces_in_one_place_are_refused(
    tmp_path: Path, place: dict[str, tuple[float, float]], options: dict, message: str
) -> None:
    with pytest.raises(SectionError, match=message):
        write_section(
            make_grid((51, 1000)), tmp_path / "line.sgy", **place, top=0, bottom=500, **options
        )
    assert not list(tmp_path.iterdir())


@given(
    start=st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)),
    length=st.floats(1e-3, 1e5),
    angle=st.floats(0, 6.3),
    n_traces=st.integers(2, 400),
)
def test_no_two_traces_share_a_place(
    tmp_path_factory: pytest.TempPathFactory,
    start: tuple[float, float],
    length: float,
    angle: float,
    n_traces: int,
) -> None:
    path = tmp_path_factory.getbasetemp() / "places.sgy"
    end = start[0] + length * np.cos(angle), start[1] + length * np.sin(angle)
    grid = IndexGrid(indices=np.zeros((3, 3), np.uint8), palette=Palette([[0, 0, 0]]))
    try:
        write_section(
            grid, path, start=start, end=end, top=0, bottom=9, n_traces=n_traces,
            degrees=False, overwrite=True,
        )  # fmt: skip
    except SectionError:
        return
    assert len(np.unique(segyio_coordinates(path), axis=0)) == n_traces


def test_a_bent_line_takes_equal_steps_along_it(tmp_path: Path) -> None:
    """Ten units east, then five north: every unit one trace."""
    grid = make_grid((9, 16))
    line = [(1000.0, 2000.0), (1010.0, 2000.0), (1010.0, 2005.0)]
    report = write_section(grid, tmp_path / "line.sgy", line=line, top=0, bottom=80)
    assert report.n_traces == 16
    assert report.trace_spacing == pytest.approx(1)
    expected = [(1000 + i, 2000) for i in range(11)] + [(1010, 2000 + i) for i in range(1, 6)]
    np.testing.assert_allclose(segyio_coordinates(tmp_path / "line.sgy"), expected, atol=0.005)
    straight = write_section(grid, tmp_path / "a.sgy", line=line[:2], top=0, bottom=80)
    assert straight.trace_spacing == pytest.approx(10 / 15)


def test_a_picture_of_one_column(tmp_path: Path) -> None:
    grid = make_grid((9, 16))[:, :1]
    report = write_section(grid, tmp_path / "line.sgy", **PLACE, top=0, bottom=80)
    assert report.n_traces == 2
    with segyio.open(tmp_path / "line.sgy", ignore_geometry=True) as file:
        np.testing.assert_array_equal(file.trace.raw[:], np.tile(as_floats(grid), (2, 1)))


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ({"line": [(0, 0)]}, "two points or more, found 1"),
        ({"line": [(0, 0), (1, 1), (1, 1)]}, "points 2 and 3 of line are the same"),
        ({"line": [(0, 0), (1, float("nan"))]}, "point 2 of line must be finite"),
        ({"line": [(0, 0), 3]}, "point 2 of line is two numbers"),
        ({"line": [(0, 0), (9, 9)], "start": (0, 0)}, "start and end or line, not both"),
        ({"start": (0, 0)}, "start and end, or its line"),
    ],
)
def test_lines_that_are_none(tmp_path: Path, place: dict, message: str) -> None:
    with pytest.raises(SectionError, match=message):
        write_section(make_grid(), tmp_path / "line.sgy", **place, top=0, bottom=80)
