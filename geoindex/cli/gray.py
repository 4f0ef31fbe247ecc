"""``geoindex gray``."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import click

from geoindex.cli.messages import echo_line, echo_warning
from geoindex.cli.output import (
    echo_json,
    json_option,
    output_option,
    overwrite_option,
    quiet_option,
)
from geoindex.files.targets import check_target
from geoindex.grids.formats import grid_format_of
from geoindex.indexing.gray import gray_grid
from geoindex.learn.gray.levels import Weights

__all__ = ["gray_command"]


@click.command("gray")
@click.argument("src")
@output_option("Grid file to write; its suffix picks the format.")
@click.option("-k", "k", type=int, required=True, metavar="K", help="Number of levels.")
@click.option(
    "--weights",
    type=click.Choice(get_args(Weights)),
    default="count",
    show_default=True,
    help="Count every pixel (count), which gives the least error, or each distinct value once "
    "(unique), so that a large background does not attract levels.",
)
@overwrite_option
@json_option
@quiet_option
def gray_command(
    src: str,
    *,
    output: str,
    k: int,
    weights: Weights,
    overwrite: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Quantize the one-band raster SRC to its best K levels, as the index grid DST.

    SRC contains gray levels, elevations or other numbers. The classes of DST are named after
    their levels, in ascending order.
    """
    target = Path(output)
    grid_format_of(target)
    check_target(target, overwrite=overwrite)
    grid = gray_grid(src, k, weights=weights)
    grid.save(target, overwrite=overwrite)
    if as_json:
        counts = [int(count) for count in grid.counts()]
        echo_json(
            {
                "source": src,
                "target": output,
                "shape": list(grid.shape),
                "levels": grid.provenance["levels"],
                "pixels": counts,
                "nodata_pixels": grid.indices.size - sum(counts),
                "weights": weights,
                "cost": grid.provenance["cost"],
            }
        )
        return
    if quiet:
        return
    rows, cols = grid.shape
    echo_line(f"{output}: {cols} x {rows} pixels, {len(grid.palette)} levels")
    for index, count in enumerate(grid.counts()):
        click.echo(f"  {index:>5}  {count:>12,} px  {grid.palette.label(index)}")
    if len(grid.palette) < k:
        echo_warning(
            f"the raster has only {len(grid.palette)} distinct values; each became a level"
        )
