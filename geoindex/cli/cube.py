"""``geoindex cube``."""

from __future__ import annotations

from typing import Any

import click

from geoindex.cli.messages import echo_line
from geoindex.cli.options import max_distance_option, metric_option
from geoindex.cli.output import overwrite_option, progress_bar, progress_option, quiet_option
from geoindex.cli.palette_options import reading_options
from geoindex.color.metrics import Metric
from geoindex.palettes.cube import ColorCube, check_cube_target
from geoindex.palettes.load import load_palette

__all__ = ["cube_command"]


@click.command("cube")
@click.argument("palette")
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="CUBE",
    help="Color cube to write (.colorcube).",
)
@reading_options
@metric_option
@max_distance_option
@overwrite_option
@progress_option
@quiet_option
def cube_command(
    palette: str,
    *,
    output: str,
    reading: dict[str, Any],
    metric: Metric,
    max_distance: float | None,
    overwrite: bool,
    quiet: bool,
) -> None:
    """Precompute the nearest color of PALETTE for all 16.7 million RGB colors.

    Worthwhile for a slow metric (ciede2000) or many sheets: pass the cube to the other commands
    as their palette.
    """
    check_cube_target(output, overwrite=overwrite)
    colors = load_palette(palette, **reading)
    with progress_bar(palette, " parts", quiet=quiet) as progress:
        cube = ColorCube(colors, metric, max_distance, progress=progress)
    cube.save(output, overwrite=overwrite)
    if not quiet:
        echo_line(f"{output}: {len(colors)} palette colors, {metric}, 16,777,216 RGB colors")
