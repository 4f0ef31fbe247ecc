"""Survey geometry against published surveys, as properties, and with bad input."""

from __future__ import annotations

import itertools
import json
import math
import pickle

import numpy as np
import pytest
import rasterio
from hypothesis import given
from hypothesis import strategies as st

from geoindex import Survey
from geoindex.errors import SurveyError
from geoindex.opendtect.survey_file import format_survey, parse_survey
from geoindex.rules.plane import Coefficients, Plane, fit_plane
from tests.support.surveys import F3, F3_CORNERS, KEVITSA


@st.composite
def surveys(draw: st.DrawFn) -> Survey:
    """Surveys of any direction and handedness, skewed by up to 45 degrees."""
    angle = draw(st.floats(0, 2 * math.pi))
    turn = draw(st.floats(math.pi / 4, 3 * math.pi / 4)) * draw(st.sampled_from([1, -1]))
    inline_size, crossline_size = draw(st.tuples(*[st.floats(1, 100)] * 2))
    start = draw(st.tuples(*[st.integers(-5000, 5000)] * 2))
    count = draw(st.tuples(*[st.integers(1, 400)] * 2))
    step = draw(st.tuples(*[st.integers(1, 7)] * 2))
    lines = [(start[i], start[i] + (count[i] - 1) * step[i], step[i]) for i in range(2)]
    return Survey(
        inlines=lines[0],
        crosslines=lines[1],
        x=(
            draw(st.floats(-1e7, 1e7)),
            *_steps(math.cos, angle, turn, inline_size, crossline_size),
        ),
        y=(
            draw(st.floats(-1e7, 1e7)),
            *_steps(math.sin, angle, turn, inline_size, crossline_size),
        ),
        z=(0, 3000, 2, draw(st.sampled_from(["time", "depth", "depth-feet"]))),
        name=draw(st.sampled_from(["", "North", "Kevitsa 3D"])),
    )


def _steps(wave, angle: float, turn: float, *sizes: float) -> tuple[float, float]:
    return sizes[0] * wave(angle), sizes[1] * wave(angle + turn)


def test_f3_has_its_published_corners() -> None:
    survey = parse_survey(F3, "F3")
    assert (survey.inlines, survey.crosslines) == (range(100, 751), range(300, 1251))
    for inline, crossline, x, y in F3_CORNERS:
        assert survey.xy(inline, crossline) == pytest.approx((x, y), abs=1e-5)
        assert survey.inline_crossline(x, y) == pytest.approx((inline, crossline), abs=1e-6)
    np.testing.assert_allclose(survey.corners, np.array(F3_CORNERS)[:, 2:], atol=1e-5)
    assert survey.crs.to_epsg() == 23031
    assert survey.z == (0, 1.848, 0.004, "time")
    assert survey.z.unit == "s"
    assert survey.name == "F3 Demo"
    assert survey.inline_spacing == pytest.approx(24.9994, abs=1e-4)
    # Inlines run almost due east, the numbers grow to the north.
    assert survey.azimuth == pytest.approx(88.4, abs=0.05)


def test_transform_is_the_raster_of_the_survey() -> None:
    survey = parse_survey(KEVITSA, "Kevitsa").extended(step=(3, 2))
    rows, cols = np.indices(survey.shape)
    xs, ys = rasterio.transform.xy(survey.transform, rows.ravel(), cols.ravel())
    inlines, crosslines = np.meshgrid(survey.inlines, survey.crosslines, indexing="ij")
    x, y = survey.xy(inlines, crosslines)
    np.testing.assert_allclose(xs, x.ravel(), atol=1e-6)
    np.testing.assert_allclose(ys, y.ravel(), atol=1e-6)


@given(survey=surveys(), data=st.data())
def test_there_and_back(survey: Survey, data: st.DataObject) -> None:
    inline, crossline = (
        data.draw(st.floats(lines[0] - 50, lines[-1] + 50))
        for lines in (survey.inlines, survey.crosslines)
    )
    back = survey.inline_crossline(*survey.xy(inline, crossline))
    assert back == pytest.approx((inline, crossline), abs=1e-4)
    snapped = survey.inline_crossline(*survey.xy(inline, crossline), snap=True)
    for number, exact, lines in zip(
        snapped, (inline, crossline), (survey.inlines, survey.crosslines), strict=True
    ):
        assert (number - lines[0]) % lines.step == 0
        assert abs(number - exact) <= lines.step / 2 + 1e-4


@given(survey=surveys())
def test_other_ways_to_the_same_survey(survey: Survey) -> None:
    assert Survey.from_dict(json.loads(json.dumps(survey.to_dict()))) == survey
    assert pickle.loads(pickle.dumps(survey)) == survey
    again = parse_survey(format_survey(survey), "p")
    assert (again.inlines, again.crosslines, again.z) == (
        survey.inlines,
        survey.crosslines,
        survey.z,
    )
    np.testing.assert_allclose(again.corners, survey.corners, atol=1e-3)
    corners = [(0, 0), (0, 7), (11, 0), (11, 7)]
    points = [(i, c, *map(float, survey.xy(i, c))) for i, c in corners]
    for count in (3, 4):
        fitted = Survey.from_points(
            points[:count], inlines=survey.inlines, crosslines=survey.crosslines
        )
        np.testing.assert_allclose(fitted.corners, survey.corners, atol=1e-3)


def test_bounds_hold_the_bins_to_their_edges() -> None:
    survey = Survey(inlines=(2, 6, 2), crosslines=(1, 5), x=(0, 0, 10), y=(0, 20, 0))
    assert survey.bounds == (5, 20, 55, 140)
    assert survey.corners.tolist() == [[10, 40], [50, 40], [50, 120], [10, 120]]


@pytest.mark.parametrize(
    ("points", "message"),
    [
        ([(1, 1, 0, 0), (1, 9, 5, 5)], r"three points or more, .* found the shape \(2, 4\)"),
        ([(1, 1, 0, 0), (2, 2, 5, 5), (3, 3, 9, 9)], "1/1, 2/2, 3/3 are on one line"),
        ([(1, 1, 0, 0), (2, 2, 5, 5), (3, 1, 9, math.nan)], "a point is not finite"),
        ([(1, 1, 0, 0), (9, 1, 8, 8), (1, 9, 16, 16)], "do not span an area"),
        (
            [(1, 1, 0, 0), (9, 1, 80, 0), (1, 9, 0, 80), (9, 9, 80, 120)],
            # Least squares puts all four off by 10; the first is named.
            r"inline 1, crossline 1 is given as \(0, 0\), but the geometry puts it at "
            r"\(0, -10\), 10 away \(3 more are as far off\); bins are 10.3078 x 12.5$",
        ),
    ],
)
def test_refuses_points_that_make_no_survey(points: list[tuple], message: str) -> None:
    with pytest.raises(SurveyError, match=message):
        Survey.from_points(points, inlines=(1, 9), crosslines=(1, 9))


@pytest.mark.parametrize("signs", list(itertools.product((-1, 1), repeat=6)))
def test_rounding_changes_no_message(monkeypatch: pytest.MonkeyPatch, signs: tuple) -> None:
    """Coefficients that differ in their last bits, as those of other processors may."""

    def shaken(points: object) -> Plane:
        shaking = np.reshape(signs, (2, 3)) * 1e-15 + 1
        x, y = (np.asarray(fit_plane(points)) * shaking).tolist()
        return Plane(Coefficients(*x), Coefficients(*y))

    monkeypatch.setattr("geoindex.survey.fit_plane", shaken)
    lines = {"inlines": (1, 9), "crosslines": (1, 9)}
    points = np.array([(1, 1, 0, 0), (9, 1, 80, 0), (1, 9, 0, 80), (9, 9, 80, 120)])
    for order in ([0, 1, 2, 3], [3, 2, 1, 0]):
        inline, crossline, x, y = points[order[0]]
        message = (
            rf"inline {inline}, crossline {crossline} is given as \({x}, {y}\), .* 10 away \(3"
        )
        with pytest.raises(SurveyError, match=message):
            Survey.from_points(points[order], **lines)


@pytest.mark.parametrize("sign", [-1, 0, 1])
def test_a_point_may_be_off_by_half_a_bin(sign: int) -> None:
    spacing = 12.1 * (1 + sign * 1e-15)
    survey = Survey(inlines=(1, 9), crosslines=(1, 9), x=(0, spacing, 0), y=(0, 0, spacing))
    survey.check_points([(3, 5, 36.3, 66.55)])
    with pytest.raises(SurveyError, match=r"at \(36.3, 60.5\), 6.051 away; bins are 12.1 x 12.1$"):
        survey.check_points([(3, 5, 36.3, 66.551)])


@given(survey=surveys(), seed=st.integers(0, 2**32 - 1), count=st.integers(3, 40))
def test_planes_are_those_of_least_squares(survey: Survey, seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    numbers = rng.integers(-5000, 5000, (count, 2))
    numbers[:3] = [(0, 0), (700, 10), (30, 900)]
    points = np.column_stack([numbers, *survey.xy(*numbers.T)])
    points[:, 2:] += rng.normal(0, 3, (count, 2))
    design = np.column_stack([np.ones(count), numbers])
    expected = np.linalg.lstsq(design, points[:, 2:], rcond=None)[0]
    found = np.transpose(fit_plane(points))
    np.testing.assert_allclose(design @ found, design @ expected, atol=1e-5)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"inlines": (5, 1)}, "inlines must rise, found first 5, last 1, step 1"),
        ({"crosslines": (1, 5, 0)}, "crosslines must rise"),
        ({"inlines": "ab"}, "inlines are given as first, last and step, found 'ab'"),
        ({"inlines": (1, 2**40)}, "beyond 32 bits"),
        ({"x": (1, 2)}, r"x must be three numbers .* found \(1, 2\)"),
        ({"y": (math.inf, 0, 0)}, "y must be finite numbers"),
        ({"x": (0, 0, 0)}, "do not span an area"),
        ({"z": (0, 1, 1, "miles")}, "unknown Z domain 'miles'; known: time, depth, depth-feet"),
        ({"crs": "nowhere"}, "'nowhere' is not known"),
    ],
)
def test_refuses_geometry_that_is_none(change: dict[str, object], message: str) -> None:
    good = {"inlines": (1, 9), "crosslines": (1, 9), "x": (0, 0, 10), "y": (0, 10, 0)}
    Survey(**good)
    with pytest.raises(SurveyError, match=message):
        Survey(**{**good, **change})


def test_extended_stays_on_the_lattice() -> None:
    survey = Survey(inlines=(10, 30, 2), crosslines=(5, 9), x=(0, 0, 10), y=(0, 10, 0))
    wide = survey.extended(pad=(3, 1), step=(4, 1))
    assert (wide.inlines, wide.crosslines) == (range(4, 37, 4), range(4, 11))
    assert wide.xy(10, 5) == survey.xy(10, 5)
    with pytest.raises(SurveyError, match=r"step 3 is not a multiple of 2, .* inlines"):
        survey.extended(step=3)
    with pytest.raises(SurveyError, match="pad must be 0 or more bins, found -1"):
        survey.extended(pad=-1)


@pytest.mark.parametrize("degrees", [0, 18.6, 33, 45, 137])
def test_points_halfway_between_two_lines_go_up(degrees: float) -> None:
    c, s = 12.5 * np.cos(np.radians(degrees)), 12.5 * np.sin(np.radians(degrees))
    survey = Survey(
        inlines=(100, 400), crosslines=(300, 700, 2), x=(6.1e5, -s, c), y=(6.07e6, c, s)
    )
    inline, crossline = np.meshgrid(np.arange(100, 400), np.arange(300, 700, 2), indexing="ij")
    # The coordinates of a text, in which the last digits are rounded.
    x, y = (np.round(part, 6) for part in survey.xy(inline + 0.5, crossline + 1))
    snapped = survey.inline_crossline(x, y, snap=True)
    np.testing.assert_array_equal(snapped[0], inline + 1)
    np.testing.assert_array_equal(snapped[1], crossline + 2)
