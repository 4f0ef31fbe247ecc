"""Options that several commands share, and how results are printed."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from functools import wraps
from typing import Any, TypedDict, get_args

import click
from click.core import ParameterSource

from geoindex.clean import Clean
from geoindex.color.metrics import Metric
from geoindex.color.pixels import Alpha
from geoindex.color.threads import Progress
from geoindex.grid import Resampling
from geoindex.grids.formats import format_names
from geoindex.palettes.load import load_palette
from geoindex.rules.scale import Depth, Scale

__all__ = [
    "MappingOptions",
    "changes_option",
    "clean_flag",
    "clean_options",
    "confidence_option",
    "echo_json",
    "grid_format_option",
    "json_option",
    "layer_option",
    "mapping_options",
    "max_distance_option",
    "method_option",
    "metric_option",
    "overwrite_option",
    "pad_option",
    "palette_options",
    "progress_bar",
    "quiet_option",
    "refuse_clean_options",
    "step_option",
    "survey_option",
]

CLEAN_PARAMETERS = tuple(field.name for field in fields(Clean))
"""Options that :func:`clean_options` adds."""

palette_option = click.option(
    "-p",
    "--palette",
    required=True,
    metavar="PALETTE",
    help="Palette file (.csv, .gpl, .pal, .act, .clr, .cpt, .json, or an image with a color "
    "table), map style (.qml, .qgz, .lyrx, .sld), color cube (.colorcube), built-in name "
    "(windows-256; see geoindex palette list) or matplotlib colormap (tab20).",
)
layer_option = click.option(
    "--layer",
    metavar="NAME",
    help="Map layer to take the palette from, if the file holds several: a QGIS project (.qgz, "
    ".qgs, .qlr), .lyrx or .sld.",
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
crs_option = click.option(
    "--crs",
    metavar="CRS",
    help="Coordinate reference system of the map (EPSG:3067) where the image does not tell.",
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
    type=click.Choice(format_names()),
    help="Format of DST where its suffix would pick another one.",
)
overwrite_option = click.option(
    "--overwrite", is_flag=True, help="Replace an output that is already there."
)
clean_flag = click.option(
    "--clean",
    "use_clean",
    is_flag=True,
    help="Recover the units of a drawn map: soft edges, ink, speckle; the options below say how.",
)
changes_option = click.option(
    "--changes",
    metavar="FILE",
    help="Also write a grid of what was changed and why (.npy, .tif, .png).",
)
confidence_option = click.option(
    "--confidence",
    metavar="FILE",
    help="Also write a grid of the confidence of each pixel in percent.",
)
quiet_option = click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


def palette_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of a palette, which reaches the command as one `palette`."""

    @palette_option
    @layer_option
    @wraps(command)
    def with_palette(*, palette: str, layer: str | None, **options: Any) -> None:
        loaded = palette if layer is None else load_palette(palette, layer=layer)
        command(palette=loaded, **options)

    return with_palette


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
    crs: str | None


def mapping_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the palette option and, as one argument `mapping`, those of mapping."""

    @wraps(command)
    def collect(**arguments: Any) -> None:
        names = MappingOptions.__annotations__
        mapping = {name: arguments.pop(name) for name in names}
        command(**arguments, mapping=mapping)

    collected: Callable[..., None] = collect
    for option in (
        crs_option,
        cog_option,
        values_option,
        units_option,
        depth_option,
        scale_option,
        translucent_option,
        alpha_option,
        max_distance_option,
        metric_option,
        palette_options,
    ):
        collected = option(collected)
    return collected


def clean_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of class recovery, which reach the command as one `clean`."""

    @click.option(
        "--ink",
        multiple=True,
        metavar="ENTRIES",
        help="Palette entries that are overprint (contacts, faults, text), to be filled from the "
        "units beside them: names, row numbers, #rrggbb or words such as black,red. By default "
        "those whose role in the palette is ink; '' for none. May be repeated.",
    )
    @click.option(
        "--shade/--no-shade",
        default=None,
        help="Units are drawn darker and brighter, as under hillshade; by default with "
        "--metric shaded.",
    )
    @click.option(
        "--hatch",
        multiple=True,
        metavar="COLOR+COLOR=CLASS",
        help="Make one class of regions where two colors alternate, such as "
        "255,255,255+76,174,29=Quartzite; CLASS is the name or row of a palette entry. May be "
        "repeated.",
    )
    @click.option(
        "--hatch-gap",
        type=int,
        default=Clean.hatch_gap,
        show_default=True,
        metavar="N",
        help="Widest stripe of a hatching in pixels.",
    )
    @click.option(
        "--speckle",
        type=int,
        default=Clean.speckle,
        show_default=True,
        metavar="N",
        help="Merge patches of fewer than N pixels into their neighbors.",
    )
    @click.option(
        "--connectivity",
        type=click.Choice(["4", "8"]),
        default=str(Clean.connectivity),
        show_default=True,
        help="Whether the pixels of a patch share a side, or may touch at a corner.",
    )
    @click.option("--edges/--no-edges", default=True, help="Settle soft edges.")
    @click.option(
        "--reach",
        type=int,
        default=Clean.reach,
        show_default=True,
        metavar="N",
        help="Ink farther than N pixels from every unit becomes nodata.",
    )
    @wraps(command)
    def with_clean(*args: Any, **options: Any) -> None:
        steps = {name: options.pop(name) for name in CLEAN_PARAMETERS}
        steps["ink"] = steps["ink"] or None
        steps["connectivity"] = int(steps["connectivity"])
        command(*args, clean=Clean(**steps), **options)

    return with_clean


def refuse_clean_options() -> None:
    """Refuse options of class recovery where it is not asked for.

    Raises
    ------
    click.UsageError
        One of them was given.
    """
    context = click.get_current_context()
    for name in (*CLEAN_PARAMETERS, "changes", "confidence"):
        if context.get_parameter_source(name) == ParameterSource.COMMANDLINE:
            raise click.UsageError(f"--{name.replace('_', '-')} needs --clean")


def echo_json(content: dict[str, Any]) -> None:
    """Print a result for other programs."""
    click.echo(json.dumps(content, indent=2, ensure_ascii=False))


@contextmanager
def progress_bar(title: str, unit: str, *, quiet: bool) -> Iterator[Progress]:
    """Bar with rate and remaining time on a terminal, nothing in a pipe."""
    if quiet or not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    # Importing it takes a tenth of the time of a small map.
    from tqdm import tqdm

    with tqdm(desc=title, unit=unit, unit_scale=unit == " px", leave=False) as bar:

        def advance(done: int, total: int) -> None:
            if bar.total != total:
                bar.reset(total)
            bar.update(done - bar.n)

        yield advance
