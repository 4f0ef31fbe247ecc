"""Options that several commands share, and how results are printed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, TypedDict, get_args

import click
from tqdm import tqdm

from geoindex.color.pixels import Alpha
from geoindex.color.search import Metric
from geoindex.color.threads import Progress
from geoindex.formats.grids import FORMATS
from geoindex.grid import Resampling
from geoindex.scaling import Depth, Scale

__all__ = [
    "MappingOptions",
    "echo_json",
    "grid_format_option",
    "json_option",
    "mapping_options",
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
alpha_option = click.option(
    "--alpha",
    type=click.Choice(get_args(Alpha)),
    default="mask",
    show_default=True,
    help="Make transparent pixels nodata, or ignore transparency.",
)
translucent_option = click.option(
    "--translucent",
    default="keep",
    show_default=True,
    metavar="keep|N|#RRGGBB",
    help="Keep the color of partly transparent pixels, make those nodata whose alpha is below N "
    "(1-255), or lay them on a background color.",
)
scale_option = click.option(
    "--scale",
    type=click.Choice(get_args(Scale)),
    help="Scale of float images where all within 0-1 is not the unit scale.",
)
depth_option = click.option(
    "--depth",
    type=click.Choice(get_args(Depth)),
    default="8bit",
    show_default=True,
    help="Round 16-bit and float colors to 8 bits, or compare them in full.",
)
units_option = click.option(
    "--units",
    metavar="PALETTE",
    help="The map's own flat colors: each gets a palette color that no other one has.",
)
values_option = click.option(
    "--values", is_flag=True, help="Write the palette's class values in place of row numbers."
)
cog_option = click.option(
    "--cog", is_flag=True, help="Lay GeoTIFF out for the cloud, with overviews by mode."
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


class MappingOptions(TypedDict):
    """How pixels become indices and these a file, as :func:`geoindex.convert` takes it."""

    metric: Metric
    max_distance: float | None
    alpha: Alpha
    translucent: str
    scale: Scale | None
    depth: Depth
    units: str | None
    values: bool
    cog: bool


def mapping_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the palette option and, as one argument `mapping`, those of mapping."""

    @wraps(command)
    def collect(**arguments: Any) -> None:
        names = MappingOptions.__annotations__
        mapping = {name: arguments.pop(name) for name in names}
        command(**arguments, mapping=mapping)

    collected: Callable[..., None] = collect
    for option in (
        cog_option,
        values_option,
        units_option,
        depth_option,
        scale_option,
        translucent_option,
        alpha_option,
        max_distance_option,
        metric_option,
        palette_option,
    ):
        collected = option(collected)
    return collected


def echo_json(content: dict[str, Any]) -> None:
    """Print a result for other programs."""
    click.echo(json.dumps(content, indent=2, ensure_ascii=False))


@contextmanager
def progress_bar(title: str, unit: str, *, quiet: bool) -> Iterator[Progress]:
    """Bar with rate and remaining time on a terminal, nothing in a pipe."""
    disable = True if quiet else None
    with tqdm(
        desc=title, unit=unit, unit_scale=unit == " px", disable=disable, leave=False
    ) as bar:

        def advance(done: int, total: int) -> None:
            if bar.total != total:
                bar.reset(total)
            bar.update(done - bar.n)

        yield advance
