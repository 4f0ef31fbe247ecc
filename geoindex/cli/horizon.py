"""``geoindex horizon``."""

from __future__ import annotations

import click

from geoindex.cli.messages import echo_line, echo_place, echo_renumbered, echo_warning
from geoindex.cli.options import (
    method_option,
    pad_option,
    step_option,
    survey_crs_option,
    survey_option,
)
from geoindex.cli.output import (
    echo_json,
    json_option,
    overwrite_option,
    progress_bar,
    progress_option,
    quiet_option,
)
from geoindex.grid import Resampling
from geoindex.grids.formats import open_grid
from geoindex.opendtect.write_horizon import HorizonReport, write_horizon
from geoindex.survey import Survey

__all__ = ["horizon_command"]


@click.command("horizon")
@click.argument("grid")
@survey_option
@survey_crs_option
@click.option(
    "-o", "--output", required=True, metavar="DAT", help="Horizon file, such as map.dat."
)
@method_option
@pad_option
@step_option
@click.option(
    "--z",
    type=float,
    metavar="Z",
    help="Z of the flat horizon in ms, m or ft, limited to the survey's range.  [default: 0]",
)
@click.option("--xy", is_flag=True, help="Write coordinates instead of line numbers.")
@click.option(
    "--header/--no-header",
    default=False,
    show_default=True,
    help="Begin the file with a header line.",
)
@click.option(
    "--attribute",
    default="Geology",
    show_default=True,
    metavar="NAME",
    help="Name of the attribute.",
)
@overwrite_option
@json_option
@progress_option
@quiet_option
def horizon_command(
    grid: str,
    *,
    survey: str,
    survey_crs: str | None,
    output: str,
    method: Resampling,
    pad: int,
    step: int | None,
    z: float | None,
    xy: bool,
    header: bool,
    attribute: str,
    overwrite: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Write the index grid GRID as a horizon of a 3D survey, for import into OpendTect.

    Also writes its color table, its legend and a text file with the import steps.
    """
    geometry = Survey.open(survey, crs=survey_crs)
    opened = open_grid(grid)
    with progress_bar("horizon", " blocks", quiet=quiet) as progress:
        report = write_horizon(
            opened,
            geometry,
            output,
            method=method,
            pad=pad,
            step=step,
            z=z,
            xy=xy,
            header=header,
            attribute=attribute,
            overwrite=overwrite,
            progress=progress,
        )
    if as_json:
        echo_json(report.to_dict())
    elif not quiet:
        _echo(report, geometry, z, has_crs=bool(opened.crs or geometry.crs))


def _echo(report: HorizonReport, survey: Survey, z: float | None, *, has_crs: bool) -> None:
    """Print a summary, and warnings of what may surprise in OpendTect."""
    lines = [f"{first} to {last} step {step}" for first, last, step in _line_numbers(report)]
    echo_line(f"{report.horizon}: inlines {lines[0]}, crosslines {lines[1]}")
    click.echo(f"  classes used  {report.classes_used}")
    click.echo(f"  no class      {report.nodata_share:.2%} of the bins")
    click.echo(f"  outside map   {report.outside_share:.2%} of the bins")
    if report.changed_share is not None:
        click.echo(f"  not nearest   {report.changed_share:.2%} of the bins")
    echo_place(has_crs=has_crs, operation=report.operation, accuracy=report.accuracy)
    click.echo(f"  Z             {report.z:.10g} {report.z_unit}".rstrip())
    echo_line(f"{report.colors}: colors, {report.legend}: classes")
    echo_line(f"{report.steps}: how to import it into OpendTect")
    if survey.z is None:
        echo_warning(
            "the survey has no Z range, and OpendTect 7 and 8 reject a horizon outside its range; "
            "set --z"
        )
    elif report.z_moved:
        factor = 1000 if report.z_unit == "ms" else 1
        echo_warning(
            f"Z {z or 0:.10g} {report.z_unit} is outside the survey's range "
            f"({survey.z.start * factor:.10g} to {survey.z.stop * factor:.10g} {report.z_unit}); "
            f"{report.z:.10g} {report.z_unit} is used instead"
        )
    if report.renumbered:
        echo_renumbered(report.legend)


def _line_numbers(report: HorizonReport) -> tuple[tuple[int, int, int], ...]:
    return report.inlines, report.crosslines
