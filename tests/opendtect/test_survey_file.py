"""Survey files of OpendTect: every version and form, and files that contradict themselves."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from geoindex import Survey
from geoindex.errors import GeoindexWarning, MissingFileError, OutputError, SurveyError
from geoindex.opendtect.survey_file import parse_survey
from tests.support.surveys import F3, F3_CORNERS, KEVITSA, json_form


def test_kevitsa_of_version_6() -> None:
    survey = parse_survey(KEVITSA, "Kevitsa")
    assert survey.shape == (280, 287)
    assert survey.z == (0, 3000, 1, "depth")
    assert survey.crs is None
    assert survey.x == pytest.approx((3491336.248, -3.19541219, 9.4758042), abs=1e-3)
    assert survey.y == pytest.approx((7497848.4, 9.47383513, 3.19552448), abs=1e-3)
    assert (survey.inline_spacing, survey.crossline_spacing) == pytest.approx(
        (9.9982, 10.0001), abs=1e-4
    )


def test_json_form_is_the_same_survey() -> None:
    assert parse_survey(json.dumps(json_form()), "j") == parse_survey(F3, "F3")
    lists = {**json_form(), "CRS": {"Projection": {"ID": ["EPSG", 23031]}}}
    lists["Z-Axis"] = {"Range": "0`1.848`0.004", "Domain": "Feet"}
    other = parse_survey(json.dumps(lists), "j")
    assert other.crs.to_epsg() == 23031
    assert other.z.domain == "depth-feet"


def test_opens_file_and_folder(tmp_path: Path) -> None:
    (tmp_path / ".survey").write_bytes(b"\xef\xbb\xbf" + F3.replace("\n", "\r\n").encode())
    assert Survey.open(tmp_path) == Survey.open(tmp_path / ".survey") == parse_survey(F3, "F3")
    with pytest.raises(MissingFileError, match=r"hidden file \.survey of its folder"):
        Survey.open(tmp_path / "none")
    survey = Survey.open(tmp_path)
    with pytest.raises(OutputError, match="exists already"):
        survey.save(tmp_path / ".survey")
    survey.save(tmp_path / "copy.survey")
    assert Survey.open(tmp_path / "copy.survey").crs == survey.crs


def test_points_of_fewer_digits_do_not_replace_the_coefficients() -> None:
    rounded = F3.replace("605835.52047669", "605835.9")
    survey = parse_survey(rounded, "p")
    assert survey.x == (598408.2476, -0.6980137931, 24.99024752)
    only_points = "\n".join(line for line in F3.splitlines() if "BinID" not in line)
    corners = np.array(F3_CORNERS)[:, 2:]
    np.testing.assert_allclose(parse_survey(only_points, "p").corners, corners, atol=1e-5)
    # Coefficients of few digits do not replace what the points tell better.
    short = F3.replace("598408.2476`-0.6980137931", "598408.248`-0.698013")
    assert parse_survey(short, "p").x != (598408.248, -0.698013, 24.99024752)
    np.testing.assert_allclose(parse_survey(short, "p").corners, corners, atol=1e-5)
    only_coefficients = "\n".join(line for line in F3.splitlines() if "Set Point" not in line)
    assert parse_survey(only_coefficients, "p").x == survey.x


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("dTect V7.0", "other", r"p: is not an OpendTect survey file, which begins with"),
        (
            "Survey Info",
            "Color table definitions",
            "of type 'Color table definitions', not a survey",
        ),
        ("In-line range", "Inlines", "the line 'In-line range' is missing"),
        ("100`750`1", "100`750`x", "In-line range: 'x' is not a number"),
        ("100`750`1", "750`100`1", "inlines must rise, found first 750, last 100, step 1"),
        ("100`750`1", "100.5`750`1", "inlines must be whole numbers"),
        ("100`750`1", "100", "must hold 2 or 3 numbers, found '100'"),
        ("0`1.848`0.004`T", "0", "Z range must hold first and last, found '0'"),
        ("0`1.848`0.004`T", "2`1.848`0.004`T", "z must rise, found first 2, last 1.848"),
        ("`24.99024752", "", "Coord-X-BinID must hold 3 numbers"),
        ("EPSG`23031", "EPSG`1", "'EPSG:1' is not known"),
        (
            "605835.52047669",
            "605935.52047669",
            r"disagree: the point at inline 100, crossline 300 is given as \(605935.52.*, but the "
            r"geometry puts it at \(605835.52.*, 100.* away; bins are 24.99.* remove the Set",
        ),
        (
            "-0.6980137931`24.99024752\nCoord-Y-BinID: 6070847.887`24.98965517`0.6984323432",
            "10`20\nCoord-Y-BinID: 6070847.887`10.001`20.001",
            r"do not span an area: .*\(10, 10.001\), .*\(20, 20.001\)",
        ),
        ("100/300`(605835.52047669,6073556.38221996)", "100,300", "Set Point.1 must be inline/"),
    ],
)
def test_refuses_files_that_contradict_themselves(old: str, new: str, message: str) -> None:
    assert old in F3
    with pytest.raises(SurveyError, match=message):
        parse_survey(F3.replace(old, new), "p")


@pytest.mark.parametrize(
    "text", ["", "{", "{}", "[]", '{"In-line range": {}}', "dTect", "dTect V"]
)
def test_refuses_what_is_no_survey(text: str) -> None:
    with pytest.raises(SurveyError, match=r"^p: "):
        parse_survey(text, "p")


def test_undefined_values_are_not_there() -> None:
    text = F3.replace("0`1.848`0.004`T", "1e30`1e30`1e30`T")
    text = text.replace("(605835.52047669,6073556.38221996)", "<undef>")
    survey = parse_survey(text, "p")
    assert survey.z is None
    assert survey.x == (598408.2476, -0.6980137931, 24.99024752)
    assert parse_survey(F3.replace("0.004`T", "0"), "p").z == (0, 1.848, 0.004, "time")


def test_systems_of_other_authorities(tmp_path: Path) -> None:
    survey = dataclasses.replace(parse_survey(F3, "F3"), crs="ESRI:102008")
    survey.save(tmp_path / "area.survey")
    assert Survey.open(tmp_path / "area.survey").crs == survey.crs


@pytest.mark.parametrize("key", ["XY in feet", "Coordinate System.XY in Feet"])
def test_coordinates_in_feet_are_told(tmp_path: Path, key: str) -> None:
    rest = "\n".join(line for line in KEVITSA.splitlines() if "in feet" not in line.lower())
    at = rest.index("Set Point")
    (tmp_path / ".survey").write_text(f"{rest[:at]}{key}: Yes\n{rest[at:]}\n")
    with pytest.warns(GeoindexWarning, match="X and Y are in feet"):
        Survey.open(tmp_path)
    with pytest.warns(GeoindexWarning, match="X and Y are in feet"):
        Survey.open(tmp_path, crs=3067)
    assert Survey.open(tmp_path, crs=2263).crs.to_epsg() == 2263  # in feet: no warning
