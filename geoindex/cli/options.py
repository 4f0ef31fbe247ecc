"""Options that several commands share, and how results are printed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, get_args

import click
from tqdm import tqdm

from geoindex.color.search import Metric
from geoindex.color.threads import Progress
from geoindex.formats.grids import FORMATS
from geoindex.grid import Resampling

__all__ = [
    "echo_json",
    "grid_format_option",
    "json_option",
    "max_distance_option",
    "method_option",
    "metric_option",
    "overwrite_option",
    "pad_option",
    "palette_option",
    "progress_bar",
    "quiet_option",
    "step_option",
    "survey_option",
]

palette_option = click.option(
    "-p",
    "--palette",
    required=True,
    metavar="PALETTE",
    help="Palette file (.csv, .gpl, .pal, .act, .clr, .qml, .sld, .cpt, .json, or an image with "
    "a color table), color cube (.colorcube), built-in name (windows-256; see geoindex palette "
    "list) or matplotlib colormap (tab20).",
)
metric_option = click.option(
    "--metric",
    type=click.Choice(get_args(Metric)),
    default="rgb",
    show_default=True,
    help="Color distance.",
)
max_distance_option = click.option(
    "--max-distance",
    type=float,
    metavar="D",
    help="Make pixels nodata that are farther than D from every palette color.",
)
survey_option = click.option(
    "--survey",
    required=True,
    metavar="FILE",
    help="OpendTect's file .survey, or the folder of the survey.",
)
method_option = click.option(
    "--method",
    type=click.Choice(get_args(Resampling)),
    default="nearest",
    show_default=True,
    help="The pixel at the center of each bin, or the class of most of the bin.",
)
pad_option = click.option(
    "--pad", type=int, default=0, metavar="N", help="Add N bins around the survey."
)
step_option = click.option(
    "--step", type=int, metavar="N", help="Step of the line numbers written."
)
grid_format_option = click.option(
    "--grid-format",
    type=click.Choice([known.key for known in FORMATS]),
    help="Format of DST where its suffix would pick another one.",
)
overwrite_option = click.option(
    "--overwrite", is_flag=True, help="Replace an output that is already there."
)
quiet_option = click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


def echo_json(content: dict[str, Any]) -> None:
    """Print a result for other programs."""
    click.echo(json.dumps(content, indent=2, ensure_ascii=False))


@contextmanager
def progress_bar(title: str, *, quiet: bool) -> Iterator[Progress]:
    """Bar on a terminal, nothing in a pipe; yields what is called with the share done."""
    disable = True if quiet else None
    with tqdm(
        total=100,
        desc=title,
        disable=disable,
        leave=False,
        bar_format="{desc}: {percentage:3.0f}% |{bar}| {elapsed} elapsed, {remaining} left",
    ) as bar:

        def advance(share: float) -> None:
            bar.update(100 * share - bar.n)

        yield advance
