"""``geoindex plot``."""

from __future__ import annotations

from pathlib import Path

import click

from geoindex.cli.figures import check_figure_suffix, save_figure
from geoindex.cli.options import overwrite_option, quiet_option
from geoindex.files.whole_files import check_target
from geoindex.grids.formats import open_grid

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
@overwrite_option
@quiet_option
def plot_command(
    grid: str, *, output: str, legend: bool | None, overwrite: bool, quiet: bool
) -> None:
    """Draw the index grid GRID (.npy, .tif) in its palette colors."""
    target = Path(output)
    check_figure_suffix(target)
    check_target(target, overwrite=overwrite)
    opened = open_grid(grid)
    # matplotlib takes longer to load than most errors take to find.
    from geoindex.plot.figures import grid_figure

    save_figure(grid_figure(opened, legend=legend), target, overwrite=overwrite)
    if not quiet:
        click.echo(output)
