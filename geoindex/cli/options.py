"""Options that several commands share, and how results are printed."""

from __future__ import annotations

import json
import sys
import warnings
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
from geoindex.errors import GeoindexWarning
from geoindex.grid import Resampling
from geoindex.grids.formats import FORMATS, format_names
from geoindex.palettes.load import load_palette
from geoindex.rules.scale import Depth, Scale

__all__ = [
    "FORMAT_KEYS",
    "MappingOptions",
    "changes_option",
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
    "step_option",
    "survey_crs_option",
    "survey_option",
]

CLEAN_PARAMETERS = tuple(field.name for field in fields(Clean))
"""Options that :func:`clean_options` adds."""

FORMAT_KEYS = ", ".join(known.key for known in FORMATS)

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
    help="Layer to take the palette from, if the file has several (.qgz, .qgs, .qlr, .lyrx, "
    ".sld).",
)
metric_option = click.option(
    "--metric",
    type=click.Choice(get_args(Metric)),
    default="rgb",
    show_default=True,
    help="Color distance; shaded allows for hillshade.",
)
max_distance_option = click.option(
    "--max-distance",
    type=float,
    metavar="D",
    help="Treat pixels farther than D from every palette color as nodata, D in the units of the "
    "metric.  [default: no limit]",
)
alpha_option = click.option(
    "--alpha",
    type=click.Choice(get_args(Alpha)),
    default="mask",
    show_default=True,
    help="Treat transparent pixels as nodata (mask), or ignore transparency (strip).",
)
translucent_option = click.option(
    "--translucent",
    default="keep",
    show_default=True,
    metavar="keep|N|#RRGGBB",
    help="How to treat partly transparent pixels: keep their color, make those with alpha below "
    "N (1-255) nodata, or blend them with a background color.",
)
scale_option = click.option(
    "--scale",
    type=click.Choice(get_args(Scale)),
    help="How to read float pixels that all lie in 0-1: as fractions (unit) or as 0-255 (byte); "
    "byte is also for 16-bit integers that hold 0-255.  [default: unit]",
)
depth_option = click.option(
    "--depth",
    type=click.Choice(get_args(Depth)),
    default="8bit",
    show_default=True,
    help="Round 16-bit and float colors to 8 bits, or compare them at full precision.",
)
bands_option = click.option(
    "--bands",
    metavar="N,N,N",
    callback=lambda _context, _option, text: _band_numbers(text),
    help="Bands to take, counted from 1: gray, gray and alpha, RGB or RGBA, such as 1,2,3.",
)
units_option = click.option(
    "--units",
    metavar="PALETTE",
    help="Palette file of the map's own flat colors; each is assigned a different color of "
    "--palette.",
)
values_option = click.option(
    "--values", is_flag=True, help="Write the palette's class values instead of its row numbers."
)
cog_option = click.option(
    "--cog", is_flag=True, help="Write a Cloud Optimized GeoTIFF with majority overviews."
)
crs_option = click.option(
    "--crs",
    metavar="CRS",
    help="Coordinate reference system of the map, such as EPSG:3067.  [default: that of the "
    "image]",
)
survey_option = click.option(
    "--survey",
    required=True,
    metavar="FILE",
    help="OpendTect .survey file, or the folder of the survey.",
)
survey_crs_option = click.option(
    "--survey-crs",
    metavar="CRS",
    help="Coordinate reference system of the survey if its file names none, such as EPSG:23031.",
)
method_option = click.option(
    "--method",
    type=click.Choice(get_args(Resampling)),
    default="nearest",
    show_default=True,
    help="Class of a bin: that of the pixel at its center (nearest), or the one that covers most "
    "of it (mode).",
)
pad_option = click.option(
    "--pad",
    type=int,
    default=0,
    show_default=True,
    metavar="N",
    help="Number of bins to add on each side of the survey.",
)
step_option = click.option(
    "--step",
    type=int,
    metavar="N",
    help="Step between the line numbers to write.  [default: that of the survey]",
)
grid_format_option = click.option(
    "--grid-format",
    type=click.Choice(format_names()),
    metavar="FORMAT",
    help=f"Format of DST: {FORMAT_KEYS}.  [default: by its suffix]",
)
overwrite_option = click.option("--overwrite", is_flag=True, help="Replace an existing output.")
clean_flag = click.option(
    "--clean",
    "use_clean",
    is_flag=True,
    help="Recover the units of a drawn map from soft edges, ink and speckle; the options down to "
    "--reach adjust this.",
)
changes_option = click.option(
    "--changes",
    metavar="FILE",
    help="Also write a grid of the reason for each change (.npy, .tif, .png).",
)
confidence_option = click.option(
    "--confidence",
    metavar="FILE",
    help="Also write a grid of the confidence of each pixel, 0-100 % (.npy, .tif, .png).",
)


def _silence(_context: click.Context, _option: click.Parameter, quiet: bool) -> bool:
    """Print no warnings if nothing but errors is wanted."""
    if quiet:
        warnings.simplefilter("ignore", GeoindexWarning)
    return quiet


quiet_option = click.option(
    "-q", "--quiet", is_flag=True, callback=_silence, help="Print only errors."
)
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
    bands: tuple[int, ...] | None
    units: str | None
    clean: Clean | None
    values: bool
    cog: bool
    crs: str | None


def _band_numbers(text: str | None) -> tuple[int, ...] | None:
    """Band numbers of ``--bands``."""
    if text is None:
        return None
    try:
        return tuple(int(number) for number in text.split(","))
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a list of numbers, such as 1,2,3") from None


def mapping_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the palette option and, as one argument `mapping`, all options of mapping."""

    @wraps(command)
    def collect(*, use_clean: bool, clean: Clean, **arguments: Any) -> None:
        if not use_clean:
            _refuse_clean_options()
        arguments["clean"] = clean if use_clean else None
        mapping = {name: arguments.pop(name) for name in MappingOptions.__annotations__}
        command(**arguments, mapping=mapping)

    collected = clean_options(collect)
    for option in (
        clean_flag,
        crs_option,
        cog_option,
        values_option,
        units_option,
        bands_option,
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

    @wraps(command)
    def with_clean(*args: Any, **options: Any) -> None:
        steps = {name: options.pop(name) for name in CLEAN_PARAMETERS}
        steps["ink"] = steps["ink"] or None
        steps["connectivity"] = int(steps["connectivity"])
        command(*args, clean=Clean(**steps), **options)

    collected: Callable[..., None] = with_clean
    for option in reversed(CLEAN_OPTIONS):
        collected = option(collected)
    return collected


CLEAN_OPTIONS = (
    click.option(
        "--ink",
        multiple=True,
        metavar="ENTRIES",
        help="Ink (contacts, faults, text), to be filled from the units beside it: names and row "
        "numbers of palette entries, or any color as #rrggbb or a word such as black,red; '' for "
        "none. Replaces the inks of the palette. May be repeated.  [default: entries with the "
        "role ink]",
    ),
    click.option(
        "--shade/--no-shade",
        default=None,
        help="Allow units darker or brighter than in the palette (hillshade).  [default: on with "
        "--metric shaded]",
    ),
    click.option(
        "--hatch",
        multiple=True,
        metavar="COLOR+COLOR=CLASS",
        help="Turn areas where two colors alternate into one class, such as "
        "255,255,255+76,174,29=Quartzite; CLASS is the name or row of a palette entry. May be "
        "repeated.",
    ),
    click.option(
        "--hatch-gap",
        type=int,
        default=Clean.hatch_gap,
        show_default=True,
        metavar="N",
        help="Widest stripe of a hatching in pixels (2-64).",
    ),
    click.option(
        "--speckle",
        type=int,
        default=Clean.speckle,
        show_default=True,
        metavar="N",
        help="Merge patches of fewer than N pixels (0-64) into their neighbors.",
    ),
    click.option(
        "--connectivity",
        type=click.Choice(["4", "8"]),
        default=str(Clean.connectivity),
        show_default=True,
        help="Pixels of a patch share a side (4) or touch at least at a corner (8).",
    ),
    click.option(
        "--edges/--no-edges",
        default=True,
        show_default=True,
        help="Give pixels of soft edges to the unit that covers most of them.",
    ),
    click.option(
        "--reach",
        type=int,
        default=Clean.reach,
        show_default=True,
        metavar="N",
        help="Make ink farther than N pixels (5-256) from every unit nodata.",
    ),
)


def _refuse_clean_options() -> None:
    """Refuse options of class recovery without --clean.

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
