"""``geoindex clean``."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import click

from geoindex.clean import Clean
from geoindex.clean.reasons import alternating_texts, quality_text, recovery_text
from geoindex.cli.clean_options import changes_option, clean_options, confidence_option
from geoindex.cli.messages import echo_line
from geoindex.cli.output import (
    echo_json,
    json_option,
    progress_bar,
    progress_option,
    quiet_option,
    replace_option,
)
from geoindex.cli.part_options import box_options
from geoindex.cli.spelling import option_text
from geoindex.color.metrics import Metric
from geoindex.files.targets import check_targets
from geoindex.grids.formats import grid_format_of, open_grid
from geoindex.grids.resave import check_resave, resave_grid

__all__ = ["clean_command", "echo_changes"]

LISTED_CLASSES = 12
"""Classes listed in the summary; those with most pixels after come first."""


@click.command("clean")
@click.argument("grid")
@click.option("-o", "--output", required=True, metavar="DST", help="Grid file to write.")
@click.option(
    "--image",
    metavar="SRC",
    help="Map image that GRID was made from; soft edges can only be recognized there.",
)
@click.option(
    "--metric",
    type=click.Choice(get_args(Metric)),
    help="Color distance for --image.  [default: that of GRID]",
)
@box_options
@clean_options
@changes_option
@confidence_option
@replace_option
@json_option
@progress_option
@quiet_option
def clean_command(
    grid: str,
    *,
    output: str,
    image: str | None,
    metric: Metric | None,
    box: tuple[int, int, int, int] | None,
    map_box: tuple[float, float, float, float] | None,
    clean: Clean,
    changes: str | None,
    confidence: str | None,
    overwrite: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Recover the units of the index grid GRID (.npy, .tif): fill ink and resolve soft edges."""
    from geoindex.clean.grid import clean_grid

    targets = [Path(path) for path in (output, changes, confidence) if path is not None]
    check_resave(Path(grid), Path(output), overwrite=overwrite)
    for target in targets[1:]:
        grid_format_of(target)
    check_targets(targets, Path(image) if image else None, overwrite=overwrite)
    opened = open_grid(grid)
    with progress_bar("clean", " tiles", quiet=quiet) as advance:
        cleaned = clean_grid(
            opened,
            clean,
            image=image,
            metric=metric,
            box=box,
            map_box=map_box,
            progress=advance,
        )
    resave_grid(cleaned.grid, grid, output, overwrite=overwrite)
    if changes is not None:
        cleaned.changes().save(changes, overwrite=overwrite)
    if confidence is not None:
        cleaned.confidence_grid().save(confidence, overwrite=overwrite)
    if as_json:
        echo_json({"source": grid, "target": output, **cleaned.to_dict()})
    elif not quiet:
        rows, cols = cleaned.grid.shape
        echo_line(f"{output}: {cols} x {rows} pixels")
        echo_changes(cleaned.to_dict(), rows * cols)


def echo_changes(cleaned: dict[str, Any], n_pixels: int) -> None:
    """Print what kind of map was recovered, what changed, and which classes changed most."""
    text = recovery_text(cleaned["recovery"])
    if text is not None:
        click.echo(f"  {text}")
    context = click.get_current_context()
    for text in alternating_texts(cleaned):
        click.echo(f"  {option_text(text, context)}")
    for reason, count in cleaned["changed"].items():
        click.echo(f"  {reason:<13} {count:,} px changed ({count / n_pixels:.2%})")
    if cleaned["quality"] is not None:
        click.echo(f"  quality       {quality_text(cleaned['quality'])}")
    classes = [row for row in cleaned["classes"] if row["before"] != row["after"]]
    if classes:
        click.echo("  classes, pixels before and after:")
    for row in classes[:LISTED_CLASSES]:
        click.echo(
            f"  {row['index']:>5}  {row['before']:>12,}  {row['after']:>12,}  {row['label']}"
        )
    if len(classes) > LISTED_CLASSES:
        click.echo(f"  and {len(classes) - LISTED_CLASSES} more; --json lists them all")
