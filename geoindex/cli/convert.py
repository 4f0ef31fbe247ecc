"""``geoindex convert``."""

from __future__ import annotations

from typing import get_args

import click

from geoindex.clean import Clean
from geoindex.cli.options import (
    clean_options,
    echo_json,
    json_option,
    max_distance_option,
    metric_option,
    overwrite_option,
    palette_option,
    quiet_option,
    refuse_clean_options,
)
from geoindex.color.pixels import Alpha
from geoindex.color.search import Metric
from geoindex.conversion import ConversionReport, MergedColors, convert
from geoindex.scaling import Depth, Scale

__all__ = ["convert_command", "echo_report"]

LISTED_COLORS = 4
"""Most colors of a merged group that the warning lists."""

LISTED_GROUPS = 10
"""Most merged groups that are warned about one by one."""


@click.command("convert")
@click.argument("src")
@click.argument("dst")
@palette_option
@metric_option
@max_distance_option
@click.option(
    "--alpha",
    type=click.Choice(get_args(Alpha)),
    default="mask",
    show_default=True,
    help="Make transparent pixels nodata, or ignore transparency.",
)
@click.option(
    "--translucent",
    default="keep",
    show_default=True,
    metavar="keep|N|#RRGGBB",
    help="Keep the color of partly transparent pixels, make those nodata whose alpha is below N "
    "(1-255), or lay them on a background color.",
)
@click.option(
    "--scale",
    type=click.Choice(get_args(Scale)),
    help="Scale of float images where all within 0-1 is not the unit scale.",
)
@click.option(
    "--depth",
    type=click.Choice(get_args(Depth)),
    default="8bit",
    show_default=True,
    help="Round 16-bit and float colors to 8 bits, or compare them in full.",
)
@click.option(
    "--clean",
    "use_clean",
    is_flag=True,
    help="Recover the units of a drawn map: soft edges, ink, speckle; the options below say how.",
)
@clean_options
@overwrite_option
@json_option
@quiet_option
def convert_command(
    src: str,
    dst: str,
    *,
    palette: str,
    metric: Metric,
    max_distance: float | None,
    alpha: Alpha,
    translucent: str,
    scale: Scale | None,
    depth: Depth,
    use_clean: bool,
    clean: Clean,
    changes: str | None,
    confidence: str | None,
    overwrite: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Convert the map image SRC to the index grid DST (.npy, .tif)."""
    if not use_clean:
        refuse_clean_options()
    report = convert(
        src,
        dst,
        palette,
        metric=metric,
        max_distance=max_distance,
        alpha=alpha,
        translucent=translucent,
        scale=scale,
        depth=depth,
        clean=clean if use_clean else None,
        changes=changes,
        confidence=confidence,
        overwrite=overwrite,
    )
    if as_json:
        echo_json(report.to_dict())
    elif not quiet:
        echo_report(report)


def echo_report(report: ConversionReport) -> None:
    """Print a summary, and a warning for every group of colors that became one class."""
    rows, cols = report.shape
    click.echo(f"{report.target}: {cols} x {rows} pixels")
    click.echo(
        f"  classes used  {report.classes_used} of {report.n_colors} "
        f"(the image has {report.source_colors:,} colors)"
    )
    click.echo(f"  nodata        {report.nodata_share:.2%}")
    click.echo(
        f"  distance      mean {report.mean_distance:.2f}, "
        f"largest {report.largest_distance:.2f} ({report.metric})"
    )
    for group in report.merged[:LISTED_GROUPS]:
        click.echo(f"Warning: {_merge_text(group)}", err=True)
    if len(report.merged) > LISTED_GROUPS:
        click.echo(
            f"Warning: and {len(report.merged) - LISTED_GROUPS} more groups of colors share an "
            "index; --json lists them all",
            err=True,
        )


def _merge_text(group: MergedColors) -> str:
    """One line on the colors that share an index."""
    listed = [
        f"{','.join(map(str, color))} ({pixels:,} px)"
        for color, pixels in zip(
            group.colors[:LISTED_COLORS], group.pixels[:LISTED_COLORS], strict=True
        )
    ]
    more = len(group.colors) - LISTED_COLORS
    if more > 0:
        listed.append(f"{more} more")
    return (
        f"{len(group.colors)} frequent colors of the map became one class, index {group.index} "
        f"({group.label}): {', '.join(listed)}"
    )
