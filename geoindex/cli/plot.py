"""``geoindex plot``."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import click

from geoindex.cli.figures import check_figure_suffix, save_figure
from geoindex.cli.messages import echo_line
from geoindex.cli.output import overwrite_option, quiet_option
from geoindex.files.targets import check_target
from geoindex.grid import LegendOrder
from geoindex.grids.formats import open_grid
from geoindex.grids.value_files import holds_grid_of_values, open_values
from geoindex.opendtect.read_horizon import read_horizon

__all__ = ["plot_command"]


@click.command("plot")
@click.argument("grid")
@click.option(
    "-o", "--output", required=True, metavar="PNG", help="Picture to write (.png, .pdf, .svg)."
)
@click.option(
    "--legend/--no-legend",
    default=None,
    help="List the classes below the map.  [default: if they have names]",
)
@click.option("--title", metavar="TEXT", help="Title of the map.")
@click.option(
    "--order",
    type=click.Choice(get_args(LegendOrder)),
    default="palette",
    show_default=True,
    help="Order of the classes: that of the palette, or largest area first.",
)
@click.option(
    "--max-classes",
    type=click.IntRange(min=1),
    metavar="N",
    help="Most classes to list.  [default: as many as fit]",
)
@click.option(
    "--survey",
    metavar="FILE",
    help="OpendTect .survey file or folder: draw a horizon of line numbers at its X and Y.",
)
@click.option(
    "--error",
    metavar="IMAGE",
    help="Draw the map IMAGE that GRID was made of, and how far its colors are from those of "
    "their classes.",
)
@overwrite_option
@quiet_option
def plot_command(
    grid: str,
    *,
    output: str,
    legend: bool | None,
    title: str | None,
    order: LegendOrder,
    max_classes: int | None,
    survey: str | None,
    error: str | None,
    overwrite: bool,
    quiet: bool,
) -> None:
    """Draw the index grid GRID (.npy, .tif) in its palette colors, or a grid of values.

    A horizon is drawn at its X and Y if it holds them, or over inlines and crosslines, which rise
    upward and to the right.
    """
    target = Path(output)
    check_figure_suffix(target)
    check_target(target, overwrite=overwrite)
    if error is not None:
        if legend is not None or title or survey or order != "palette" or max_classes:
            raise click.UsageError("--error draws a map and distances; it takes no other option")
        from geoindex.analysis.figures import plot_error

        figure = plot_error(error, open_grid(grid))
    elif holds_grid_of_values(Path(grid)):
        values = open_values(grid)
        from geoindex.values.figure import values_figure

        figure = values_figure(values, title=title)
    else:
        opened = open_grid(grid) if survey is None else read_horizon(grid, survey=survey)
        # matplotlib takes longer to load than most errors take to find.
        from geoindex.plot.figures import grid_figure

        how = {"legend": legend, "title": title, "order": order, "max_classes": max_classes}
        figure = grid_figure(opened, **how)  # type: ignore[arg-type]  # one type each
    save_figure(figure, target, overwrite=overwrite)
    if not quiet:
        echo_line(output)
