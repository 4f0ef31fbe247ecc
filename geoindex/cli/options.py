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

__all__ = [
    "echo_json",
    "json_option",
    "max_distance_option",
    "metric_option",
    "overwrite_option",
    "palette_option",
    "progress_bar",
    "quiet_option",
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
overwrite_option = click.option(
    "--overwrite", is_flag=True, help="Replace an output that is already there."
)
quiet_option = click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


def echo_json(content: dict[str, Any]) -> None:
    """Print a result for other programs."""
    click.echo(json.dumps(content, indent=2, ensure_ascii=False))


@contextmanager
def progress_bar(title: str, unit: str, *, quiet: bool) -> Iterator[Progress]:
    """Bar with rate and remaining time on a terminal, nothing in a pipe."""
    disable = True if quiet else None
    with tqdm(desc=title, unit=unit, unit_scale=True, disable=disable, leave=False) as bar:

        def advance(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield advance
