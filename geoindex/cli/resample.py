"""``geoindex resample``."""

from __future__ import annotations

from pathlib import Path

import click

from geoindex.cli.grid_format import grid_format_option
from geoindex.cli.messages import echo_line, echo_place
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
    output_option,
    overwrite_option,
    quiet_option,
)
from geoindex.errors import OptionError
from geoindex.files.targets import check_target
from geoindex.grid import IndexGrid, Resampling
from geoindex.grids.formats import grid_format_of, open_grid
from geoindex.grids.resave import holds_values
from geoindex.grids.value_files import holds_grid_of_values, open_values
from geoindex.survey import Survey
from geoindex.values.grid import ValueGrid

__all__ = ["resample_command"]


@click.command("resample")
@click.argument("grid")
@output_option("Grid file to write; its suffix picks the format.")
@survey_option
@survey_crs_option
@method_option
@pad_option
@step_option
@grid_format_option
@overwrite_option
@json_option
@quiet_option
def resample_command(
    grid: str,
    *,
    output: str,
    survey: str,
    survey_crs: str | None,
    method: Resampling,
    pad: int,
    step: int | None,
    grid_format: str | None,
    overwrite: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Resample GRID, of classes or values, to the bins of a survey, as the grid DST.

    The suffix of DST picks the format, as for convert; .irap, .tif, .npy, .xyz, .xya and .ijxyz
    can store a rotated survey. Values as .dat are an OpendTect horizon with a float attribute; for
    classes see geoindex horizon.
    """
    target = Path(output)
    known = grid_format_of(target, grid_format)
    check_target(target, overwrite=overwrite)
    geometry = Survey.open(survey, crs=survey_crs)
    on_survey: IndexGrid | ValueGrid
    if holds_grid_of_values(Path(grid)):
        if method != "nearest":
            raise OptionError(f"{grid}: holds values, which have no mode; leave out --method")
        on_survey = open_values(grid).resample(geometry, pad=pad, step=step)
        on_survey.save(target, overwrite=overwrite, format=grid_format)
        used, nodata = None, 1 - int(on_survey.valid.sum()) / on_survey.values.size
    else:
        on_survey = open_grid(grid).resample(geometry, method=method, pad=pad, step=step)
        # The table of colors beside a horizon is that of row numbers.
        values = known.key != "horizon" and holds_values(grid)
        on_survey.save(target, overwrite=overwrite, format=grid_format, values=values)
        counts = on_survey.counts()
        used, nodata = int((counts > 0).sum()), 1 - int(counts.sum()) / on_survey.indices.size
    how = on_survey.provenance["resampled"]
    report = {
        "target": output,
        "shape": list(on_survey.shape),
        "classes_used": used,
        "nodata_share": nodata,
        "outside_share": how["outside_share"],
        "changed_share": how.get("changed_share"),
        "operation": how.get("operation"),
        "accuracy": how.get("accuracy"),
    }
    if as_json:
        echo_json(report)
    elif not quiet:
        rows, cols = on_survey.shape
        echo_line(f"{output}: {rows} inlines x {cols} crosslines")
        if used is not None:
            click.echo(f"  classes used  {used}")
        click.echo(f"  outside map   {report['outside_share']:.2%} of the bins")
        if method == "mode":
            click.echo(f"  not nearest   {report['changed_share']:.2%} of the bins")
        echo_place(
            has_crs=on_survey.crs is not None,
            operation=how.get("operation"),
            accuracy=how.get("accuracy"),
        )
