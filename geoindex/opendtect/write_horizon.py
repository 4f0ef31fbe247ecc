"""Write an index grid as a horizon for OpendTect, with color table, legend and import steps.

Source: OpendTect's ``src/EarthModel/emhorizon3d.cc`` and ``horizonscanner.cc``: text of one
bin a line, of which versions from 7 on take only those whose Z lies within the survey's range.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geoindex.color.threads import Progress
from geoindex.errors import OptionError, OutputError
from geoindex.files.targets import check_targets
from geoindex.files.whole_files import output_set
from geoindex.grid import IndexGrid, Resampling, check_grid
from geoindex.opendtect.import_steps import HorizonFiles, import_steps, steps_path
from geoindex.opendtect.numbering import UNDEFINED_TEXT, number_classes
from geoindex.opendtect.survey_file import read_survey
from geoindex.palettes.labels import one_line
from geoindex.palettes.legend_csv import legend_path
from geoindex.rules.paths import path_of
from geoindex.survey import Survey, ZRange

if TYPE_CHECKING:
    from geoindex.surveys.cell_lines import Coded

__all__ = [
    "HorizonReport",
    "flat_depth",
    "header_lines",
    "horizon_lines",
    "write_horizon",
]

HEADER_END = "# - - - - - - - - - -"

POSITIONS = {"x", "y", "z", "inline", "crossline"}
"""Titles of the columns before the attribute."""

MILLISECONDS = 1000


@dataclass(frozen=True, kw_only=True)
class HorizonReport:
    """What :func:`write_horizon` wrote."""

    horizon: str
    """Path of the horizon."""

    colors: str
    """Path of the color table."""

    legend: str
    """Path of the legend."""

    steps: str
    """Path of the text with the import steps."""

    inlines: tuple[int, int, int]
    """First, last and step."""

    crosslines: tuple[int, int, int]
    """First, last and step."""

    classes_used: int
    """Classes that occur on the survey."""

    renumbered: bool
    """Whether the numbers of the classes are not those of the palette; the legend has both."""

    outside_share: float
    """Share of the bins that lie outside the map."""

    nodata_share: float
    """Share of the bins without a class, those outside included."""

    changed_share: float | None
    """Share of the bins whose class differs between mode and nearest; None with nearest."""

    operation: str | None
    """PROJ's name of the operation between the coordinates of survey and map, None without."""

    accuracy: float | None
    """Its accuracy in meters, None where PROJ does not know it."""

    z: float
    """Z of all bins, in `z_unit`."""

    z_unit: str
    """``ms``, ``m`` or ``ft``; "" where the survey does not tell."""

    z_moved: bool
    """Whether the Z that was asked for lies outside the survey's range."""

    def to_dict(self) -> dict[str, Any]:
        """All fields, for JSON."""
        return asdict(self)


class _Depth(NamedTuple):
    """Z of a flat horizon, as :class:`HorizonReport` tells it."""

    z: float
    z_unit: str
    z_moved: bool


def write_horizon(
    grid: IndexGrid,
    survey: Survey | str | PathLike[str],
    path: str | PathLike[str],
    *,
    method: Resampling = "nearest",
    pad: int | tuple[int, int] = 0,
    step: int | tuple[int, int] | None = None,
    z: float | None = None,
    xy: bool = False,
    header: bool = False,
    attribute: str = "Geology",
    overwrite: bool = False,
    progress: Progress | None = None,
) -> HorizonReport:
    """Write a grid as an ASCII horizon for OpendTect, one bin of the survey a line.

    Beside ``map.dat`` appear ``map.odct``, a color table that shows every class in its exact
    color with the range 0 to 255; ``map.legend.csv``; and ``map.import.txt``, the clicks.

    Parameters
    ----------
    grid : IndexGrid
        The map, or a grid that is on the survey already.
    survey : Survey, str or path-like
        The survey, or what :meth:`geoindex.Survey.open` takes.
    path : path-like
        The horizon, such as ``map.dat``: inline, crossline, Z and index, tabs between.
    method, pad, step
        How the grid is put on the survey; see :meth:`IndexGrid.resample`.
    z : float, optional
        Z of the flat horizon in milliseconds, meters or feet, by default 0. It is moved into
        the range of the survey, outside of which OpendTect 7 and 8 reject every line.
    xy : bool
        Write coordinates in place of line numbers.
    header : bool
        Begin with the header line of OpendTect's own exports.
    attribute : str
        Name of the attribute.
    overwrite : bool
        Replace files that are already there.
    progress : callable, optional
        Called with the number of blocks of bins whose classes are found, and their total.

    Returns
    -------
    HorizonReport

    Raises
    ------
    OutputError
        A file exists, or cannot be written, or the grid has more than 255 classes on this
        survey, which OpendTect does not tell apart.
    SurveyError
        The survey is wrong, or no bin lies on the grid.
    GridError
        The grid has no place on the map.
    """
    # Loads compiled code, which other grids do not need.
    from geoindex.surveys.resample import resample

    check_grid(grid)
    if not isinstance(survey, Survey):
        survey = read_survey(survey)
    _check_attribute(attribute)
    files = _files(path_of(path), overwrite=overwrite)
    on_survey = resample(grid, survey, method=method, pad=pad, step=step, progress=progress)
    lattice = survey.extended(pad=pad, step=step)
    depth = flat_depth(z, survey.z)
    counts = on_survey.counts()
    numbering = number_classes(on_survey.palette, counts, f"{path}: the map", " on this survey")
    title = header_lines(attribute, xy=xy) if header else ""
    steps = import_steps(
        files,
        table=one_line(on_survey.palette.name or "") or "geoindex",
        attribute=attribute,
        z=f"{depth.z:.10g} {depth.z_unit}".strip(),
        is_time=depth.z_unit == "ms",
        xy=xy,
        header_lines=title.count("\n"),
    )
    beside = [files.legend, files.colors, files.steps]
    with output_set(files.horizon, beside, overwrite=overwrite) as written:
        with written.target.open("wb") as file:
            file.write(title.encode())
            endings = _endings(on_survey, numbering.numbers, depth.z)
            for lines in horizon_lines(on_survey.indices, lattice, endings, xy=xy):
                file.write(lines)
        numbering.write(written[files.colors], written[files.legend], beside=written.target)
        written[files.steps].write_bytes(steps.encode())
    paths: dict[str, Any] = {name: str(file) for name, file in files._asdict().items()}
    how = on_survey.provenance["resampled"]
    return HorizonReport(
        **paths,
        inlines=_first_last_step(lattice.inlines),
        crosslines=_first_last_step(lattice.crosslines),
        classes_used=int((counts > 0).sum()),
        renumbered=numbering.rows is not None,
        outside_share=how["outside_share"],
        nodata_share=1 - int(counts.sum()) / on_survey.indices.size,
        changed_share=how.get("changed_share"),
        operation=how.get("operation"),
        accuracy=how.get("accuracy"),
        **depth._asdict(),
    )


def save_on_survey(path: Path, grid: IndexGrid, overwrite: bool) -> None:
    """Write a grid that is on a survey already."""
    survey = grid.survey
    if survey is None:
        raise OutputError(
            f"{path}: the grid no longer lies on its survey; resample it again with "
            "grid.resample(survey)"
        )
    write_horizon(grid, survey, path, overwrite=overwrite)


def horizon_lines(
    cells: NDArray[Any],
    survey: Survey,
    endings: Sequence[str] | Callable[[NDArray[Any]], Coded],
    *,
    xy: bool,
) -> Iterator[memoryview]:
    """Lines of all bins, inline by inline, in blocks; a block is valid until the next one.

    Parameters
    ----------
    cells : ndarray of uint8, uint16 or float32, shape of the survey
        What each bin holds.
    survey : Survey
        Its line numbers.
    endings : sequence of str, or callable
        What follows the position, as in :func:`geoindex.surveys.cell_lines.point_lines`.
    xy : bool
        Write coordinates as position, not line numbers.
    """
    # Loads compiled code, which other grids do not need.
    from geoindex.surveys.cell_lines import point_lines

    if xy:
        return point_lines(cells, endings, transform=survey.transform)
    return point_lines(cells, endings, lines=(survey.inlines, survey.crosslines))


def _check_attribute(attribute: str) -> None:
    """Refuse a name that would break the header line or OpendTect's own reader."""
    if not attribute.strip() or not attribute.isprintable() or set(attribute) & set("\"'`"):
        raise OptionError(
            f"the attribute needs a name without quotes and line breaks, found {attribute!r}"
        )
    if attribute.strip().lower() in POSITIONS:
        raise OptionError(
            f"the attribute cannot have the name of a position column, {attribute!r}; choose "
            "another name"
        )


def _files(path: Path, *, overwrite: bool) -> HorizonFiles:
    """Names of all files, refused where they must not be written."""
    files = HorizonFiles(path, path.with_suffix(".odct"), legend_path(path), steps_path(path))
    if files.horizon == files.colors:
        raise OutputError(
            f"{path}: is the name of its color table; use the suffix .dat for the horizon"
        )
    check_targets(files, None, overwrite=overwrite)
    return files


def flat_depth(z: float | None, allowed: ZRange | None) -> _Depth:
    """Z of the horizon within the range of the survey."""
    wanted = 0.0 if z is None else float(z)
    if not math.isfinite(wanted):
        raise OptionError(f"z must be a finite number, found {z}")
    if allowed is None:
        return _Depth(wanted, "", False)
    is_time = allowed.domain == "time"
    factor = MILLISECONDS if is_time else 1
    value = min(max(wanted, allowed.start * factor), allowed.stop * factor)
    unit = "ms" if is_time else allowed.unit
    return _Depth(value, unit, z is not None and value != wanted)


def _first_last_step(lines: range) -> tuple[int, int, int]:
    return lines[0], lines[-1], lines.step


def _endings(grid: IndexGrid, numbers: NDArray[np.int64], z: float) -> list[str]:
    """Text of Z and number for each value of the grid."""
    endings = [f"{z:.10g}\t{number}\n" for number in numbers.tolist()]
    if grid.nodata is not None:
        endings += [""] * (grid.nodata - len(endings))
        endings.append(f"{z:.10g}\t{UNDEFINED_TEXT}\n")
    return endings


def header_lines(attribute: str, *, xy: bool) -> str:
    """Header of OpendTect's own exports."""
    position = ("X", "Y") if xy else ("Inline", "Crossline")
    titles = "\t".join(f'"{title}"' for title in (*position, "Z", attribute))
    return f"# {titles}\n{HEADER_END}\n"
