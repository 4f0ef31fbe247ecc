"""``geoindex clean``."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import click

from geoindex.clean import Clean
from geoindex.cleaning import Cleaned, clean_grid
from geoindex.cli.options import (
    clean_options,
    echo_json,
    json_option,
    overwrite_option,
    progress_bar,
    quiet_option,
)
from geoindex.color.search import Metric
from geoindex.formats.atomic import check_target
from geoindex.formats.grids import grid_format_of, open_grid

__all__ = ["clean_command", "echo_changes"]

LISTED_CLASSES = 12
"""Classes that the summary lists, those first whose number of pixels changed most."""


@click.command("clean")
@click.argument("grid")
@click.option("-o", "--output", required=True, metavar="DST", help="Grid to write.")
@click.option(
    "--image",
    metavar="SRC",
    help="The map image that GRID was made from: soft edges can only be seen there.",
)
@click.option(
    "--metric",
    type=click.Choice(get_args(Metric)),
    help="Color distance for --image, by default the one that GRID was made with.",
)
@clean_options
@overwrite_option
@json_option
@quiet_option
def clean_command(
    grid: str,
    *,
    output: str,
    image: str | None,
    metric: Metric | None,
    clean: Clean,
    changes: str | None,
    confidence: str | None,
    overwrite: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Recover the units of the index grid GRID (.npy, .tif): fill ink, settle soft edges."""
    targets = [Path(path) for path in (output, changes, confidence) if path is not None]
    for target in targets:
        grid_format_of(target)
        check_target(target, overwrite=overwrite)
    opened = open_grid(grid)
    with progress_bar("clean", quiet=quiet) as advance:
        cleaned = clean_grid(opened, clean, image=image, metric=metric, progress=advance)
    cleaned.grid.save(output, overwrite=overwrite)
    if changes is not None:
        cleaned.changes().save(changes, overwrite=overwrite)
    if confidence is not None:
        cleaned.confidence_grid().save(confidence, overwrite=overwrite)
    if as_json:
        echo_json({"source": grid, "target": output, **cleaned.to_dict()})
    elif not quiet:
        echo_changes(output, cleaned)


def echo_changes(target: str, cleaned: Cleaned) -> None:
    """Print what was changed, and the classes that changed most."""
    rows, cols = cleaned.grid.shape
    click.echo(f"{target}: {cols} x {rows} pixels")
    for reason, count in cleaned.changed().items():
        click.echo(f"  {reason:<8} {count:>12,} px  {count / (rows * cols):7.2%}")
    before, after = cleaned.before, cleaned.after
    order = sorted(range(len(before)), key=lambda i: -abs(int(after[i]) - int(before[i])))
    changed = [index for index in order if before[index] != after[index]]
    if changed:
        click.echo("classes, pixels before and after:")
    for index in changed[:LISTED_CLASSES]:
        label = cleaned.grid.palette.label(index)
        click.echo(f"  {index:>5}  {before[index]:>12,}  {after[index]:>12,}  {label}")
    if len(changed) > LISTED_CLASSES:
        click.echo(f"  and {len(changed) - LISTED_CLASSES} more; --json lists them all")
