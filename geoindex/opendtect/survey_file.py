"""OpendTect's survey file ``.survey``, text of versions 6 to 8 or JSON.

Source: OpendTect's ``src/Basic/survinfo.cc`` and ``src/Basic/position.cc``. The JSON form follows
the source alone and was not tried with a file of OpendTect's.
"""

from __future__ import annotations

import json
import math
import re
import warnings
from collections.abc import Mapping
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np

from geoindex.errors import GeoindexWarning, MissingFileError, SurveyError
from geoindex.files.small_files import read_small
from geoindex.files.whole_files import write_whole
from geoindex.opendtect.numbering import UNDEFINED, is_undefined
from geoindex.palettes.keyed_text import (
    format_keyed,
    is_keyed,
    parse_keyed,
    split_list,
)
from geoindex.rules.crs import parse_crs
from geoindex.rules.lines import ZDomain
from geoindex.rules.paths import path_of
from geoindex.rules.plane import fit_plane
from geoindex.survey import Survey

if TYPE_CHECKING:
    from rasterio.crs import CRS

__all__ = ["format_survey", "parse_survey", "read_survey", "write_survey"]

LARGEST_FILE = 2**20
"""Largest size in bytes; survey files are far smaller."""

POINT = re.compile(r"\s*([^/`]+)/([^/`]+)`\s*\(?([^,()]+),([^,()]+)\)?\s*$")
"""``inline/crossline`(x,y)``."""

LONGEST_POINT = 400
"""Largest length of the text of four numbers; the pattern is slow for many blanks."""

DOMAINS: dict[str, ZDomain] = {"T": "time", "D": "depth", "F": "depth-feet"}
FLAGS = {domain: flag for flag, domain in DOMAINS.items()}

IN_FEET = ("XY in feet", "Coordinate System.XY in Feet")
"""Keys of a survey whose coordinates are in feet."""

ROUNDED = (1e-6, 0.01)
"""Differences in this range come from coefficients rounded to 10 digits."""

DEFAULT_STEP = 0.004
"""OpendTect's Z step where it is missing or zero."""


def read_survey(path: str | PathLike[str], *, crs: CRS | str | int | None = None) -> Survey:
    """Read a survey file; see :meth:`geoindex.Survey.open`."""
    path = path_of(path)
    if path.is_dir():
        others = sorted(one.name for one in path.glob("*.survey") if one.name != ".survey")
        if others and not (path / ".survey").exists():
            raise MissingFileError(
                f"{path}: holds no file .survey, but {', '.join(others)}; give the path of one"
            )
        path = path / ".survey"
    if not path.is_file():
        raise MissingFileError(
            f"{path}: no such file; the geometry of an OpendTect survey is in the hidden file "
            ".survey of its folder"
        )
    content = read_small(path, "survey file", error=SurveyError, largest=LARGEST_FILE)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    given = parse_crs(crs, error=SurveyError)
    survey = parse_survey(text, str(path), crs=given)
    if given is None:
        return survey
    if survey.crs is not None and survey.crs != given:
        raise SurveyError(
            f"{path}: names the coordinate reference system {survey.crs.to_string():.80}, and "
            f"{given.to_string():.80} is given; leave crs out, or correct the file"
        )
    return Survey(**{**vars(survey), "crs": given})


def write_survey(survey: Survey, path: str | PathLike[str], *, overwrite: bool) -> None:
    """Write a survey file; see :meth:`geoindex.Survey.save`.

    Warns
    -----
    GeoindexWarning
        The coordinate reference system has no code, by which the file would name it.
    """
    if survey.crs is not None and survey.crs.to_authority() is None:
        warnings.warn(
            f"{path}: {survey.crs.to_string():.60} has no code, by which a survey file names a "
            "coordinate reference system, and is left out; give it again to Survey.open "
            "(survey_crs=)",
            GeoindexWarning,
            stacklevel=3,
        )
    write_whole(path_of(path), format_survey(survey).encode(), overwrite=overwrite)


def parse_survey(text: str, where: str, *, crs: CRS | None = None) -> Survey:
    """Read the text of a survey file.

    Parameters
    ----------
    text : str
        Keyed text, or JSON, which begins with ``{``.
    where : str
        Name of the file for messages.
    crs : CRS, optional
        What the coordinates are in, if the file does not say it.

    Raises
    ------
    SurveyError
        It is not a survey file, a key is missing, or its values contradict one another.

    Warns
    -----
    GeoindexWarning
        The coordinates are in feet, and no CRS says so.
    """
    if text.lstrip().startswith("{"):
        values: Mapping[str, str] = _values_of_json(text, where)
    elif is_keyed(text):
        content = parse_keyed(text, paragraphs=1)
        if not content.kind.lower().startswith("survey info"):
            raise SurveyError(
                f"{where}: is an OpendTect file of type {content.kind!r:.60}, not a survey; give "
                "the file .survey of a survey"
            )
        values = content.values
    else:
        raise SurveyError(
            f"{where}: is not an OpendTect survey file, which begins with the line 'dTect V...'"
        )
    try:
        survey = _survey(values)
    except SurveyError as error:
        raise SurveyError(f"{where}: {error}") from None
    in_feet = any(values.get(key, "").strip().lower() == "yes" for key in IN_FEET)
    known = survey.crs or crs
    if in_feet and (known is None or known.linear_units_factor[1] == 1):
        warnings.warn(
            f"{where}: says that its X and Y are in feet, which no coordinate reference system "
            "here does; give the survey one that counts in feet with crs=",
            GeoindexWarning,
            stacklevel=3,
        )
    return survey


def format_survey(survey: Survey) -> str:
    """Write the text of a survey file, as OpendTect 7 does."""
    z = survey.z
    corner_lines = [
        (survey.inlines[0], survey.crosslines[0]),
        (survey.inlines[-1], survey.crosslines[-1]),
        (survey.inlines[0], survey.crosslines[-1]),
    ]
    entries = [
        ("Name", " ".join(survey.name.split()) or "geoindex"),
        ("Survey Data Type", "Only 3D"),
        ("In-line range", _range_text(survey.inlines)),
        ("Cross-line range", _range_text(survey.crosslines)),
    ]
    if z is not None:
        entries.append(("Z range", f"{z.start:.9g}`{z.stop:.9g}`{z.step:.9g}`{FLAGS[z.domain]}"))
    entries += [
        ("Coord-X-BinID", "`".join(f"{value:.15g}" for value in survey.x)),
        ("Coord-Y-BinID", "`".join(f"{value:.15g}" for value in survey.y)),
    ]
    for number, (inline, crossline) in enumerate(corner_lines, start=1):
        x, y = survey.xy(inline, crossline)
        point = f"{inline}/{crossline}`({float(x):.15g},{float(y):.15g})"
        entries.append((f"Set Point.{number}", point))
    authority = None if survey.crs is None else survey.crs.to_authority()
    if authority is not None:
        entries += [
            ("Coordinate System.System name", "ProjectionBased System"),
            ("Coordinate System.Projection.ID", "`".join(authority)),
        ]
    return format_keyed("Survey Info", entries, version="7.0")


def _survey(values: Mapping[str, str]) -> Survey:
    """Survey of the values of a file, by key."""
    inlines = _numbers(values, "In-line range", (2, 3))
    crosslines = _numbers(values, "Cross-line range", (2, 3))
    points = _set_points(values)
    keys = ("Coord-X-BinID", "Coord-Y-BinID")
    common: dict[str, Any] = {
        "inlines": inlines,
        "crosslines": crosslines,
        "z": _z(values),
        "crs": _crs(values),
        "name": values.get("Name", ""),
    }
    if points is not None and not any(key in values for key in keys):
        return Survey.from_points(points, **common)
    x, y = (_numbers(values, key, (3,)) for key in keys)
    survey = Survey(x=x, y=y, **common)
    if points is None:
        return survey
    try:
        survey.check_points(points)
    except SurveyError as error:
        raise SurveyError(
            f"Set Point and Coord-X-BinID, Coord-Y-BinID disagree: {error}; OpendTect uses the "
            "latter, so remove the Set Point lines if those are right"
        ) from None
    return _in_more_digits(survey, points, common)


def _in_more_digits(
    survey: Survey, points: list[tuple[float, ...]], common: dict[str, Any]
) -> Survey:
    """Take the geometry from the points, which have more digits, if both agree."""
    try:
        x, y = fit_plane(points)
        exact = Survey(x=x, y=y, **common)
    except SurveyError:
        return survey
    apart = np.abs(exact.corners - survey.corners).max()
    return exact if ROUNDED[0] < apart < ROUNDED[1] else survey


def _set_points(values: Mapping[str, str]) -> list[tuple[float, ...]] | None:
    """Inline, crossline, x, y of the three points, or None where they are not all there."""
    points = []
    for number in (1, 2, 3):
        text = values.get(f"Set Point.{number}")
        if text is None or "undef" in text:
            return None
        match = POINT.match(text) if len(text) <= LONGEST_POINT else None
        if match is None:
            raise SurveyError(
                f"Set Point.{number} must be inline/crossline`(x,y), found {text[:80]!r}"
            )
        points.append(tuple(_number(part, f"Set Point.{number}") for part in match.groups()))
    return None if is_undefined(points).any() else points


def _z(values: Mapping[str, str]) -> tuple[float, float, float, ZDomain] | None:
    """Z range, or None where it is not given or not defined."""
    if "Z range" not in values:
        return None
    parts = split_list(values["Z range"])
    if len(parts) < 2:
        raise SurveyError(f"Z range must hold first and last, found {values['Z range'][:80]!r}")
    numbers = [_number(part, "Z range") for part in parts[:3]]
    flag = parts[3].strip() if len(parts) > 3 else "T"
    if is_undefined(numbers[:2]).any():
        return None
    step = numbers[2] if len(numbers) > 2 else 0.0
    if not 0 < step < UNDEFINED:
        step = DEFAULT_STEP
    # Anything but time and feet is meters, as in OpendTect.
    domain = DOMAINS.get(flag[:1].upper() or "T", "depth")
    return numbers[0], numbers[1], step, domain


def _crs(values: Mapping[str, str]) -> str | None:
    """Code of the coordinate reference system, or None."""
    code = values.get("Coordinate System.Projection.ID", "")
    parts = [part.strip() for part in split_list(code) if part.strip()]
    if not parts:
        return None
    return ":".join(parts[-2:]) if len(parts) > 1 else f"EPSG:{parts[0]}"


def _numbers(values: Mapping[str, str], key: str, counts: tuple[int, ...]) -> list[float]:
    """Numbers of a key that must be there."""
    if key not in values:
        raise SurveyError(f"the line {key!r} is missing, which holds the geometry")
    parts = split_list(values[key])
    if len(parts) not in counts:
        raise SurveyError(
            f"{key} must hold {' or '.join(map(str, counts))} numbers, found {values[key][:80]!r}"
        )
    return [_number(part, key) for part in parts]


def _number(text: str, key: str) -> float:
    """Finite number of a text."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise SurveyError(f"{key}: {text.strip()[:40]!r} is not a number")
    return value


def _range_text(lines: range) -> str:
    """First, last and step."""
    return f"{lines[0]}`{lines[-1]}`{lines.step}"


def _values_of_json(text: str, where: str) -> dict[str, str]:
    """Values of the JSON form, by the keys of the text form."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SurveyError(f"{where}: is damaged JSON ({error})") from None
    values: dict[str, str] = {}
    _flatten(content, "", values)
    axis, change = "Z-Axis.", "Transformation."
    for key in list(values):
        if key.startswith(change):
            values[key.removeprefix(change)] = values[key]
        elif key.startswith("CRS."):
            values["Coordinate System." + key.removeprefix("CRS.")] = values[key]
    if axis + "Range" in values:
        domain = values.get(axis + "Domain", "Time")
        bounds = split_list(values[axis + "Range"])
        step = bounds[2] if len(bounds) > 2 else "0"
        values["Z range"] = "`".join([*bounds[:2], step, domain])
    for number in (1, 2, 3):
        lines, place = (values.get(f"Set Point.{number}.{part}") for part in ("IC", "XY"))
        if lines is not None and place is not None:
            values[f"Set Point.{number}"] = (
                f"{lines.replace('`', '/')}`({place.replace('`', ',')})"
            )
    return values


def _flatten(content: Any, key: str, values: dict[str, str], depth: int = 0) -> None:
    """Flatten nested values to keys of the text form; lists of numbers become its lists."""
    if isinstance(content, Mapping) and depth < 8:
        for name, part in content.items():
            _flatten(part, f"{key}.{name}" if key else str(name), values, depth + 1)
    elif isinstance(content, list) and any(isinstance(part, Mapping) for part in content):
        for number, part in enumerate(content[:8], start=1):
            _flatten(part, f"{key}.{number}", values, depth + 1)
    elif isinstance(content, list):
        values[key] = "`".join(str(part) for part in content[:8])
    elif content is not None:
        values[key] = str(content)
