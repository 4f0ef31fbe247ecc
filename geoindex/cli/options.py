"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypedDict, get_args

import click

from geoindex.clean import Clean
from geoindex.cli.adding import add_options
from geoindex.cli.clean_options import optional_clean_options
from geoindex.cli.palette_options import palette_options
from geoindex.cli.part_options import box_options, nodata_color_options
from geoindex.color.metrics import Metric
from geoindex.color.pixels import Alpha
from geoindex.grid import Resampling
from geoindex.grids.class_values import FileDtype
from geoindex.palettes.merge import Merge
from geoindex.rules.scale import Depth, Scale

__all__ = [
    "MappingOptions",
    "PixelOptions",
    "alpha_option",
    "bands_option",
    "crs_option",
    "jobs_option",
    "mapping_options",
    "max_distance_option",
    "merge_option",
    "method_option",
    "metric_option",
    "pad_option",
    "pixel_options",
    "step_option",
    "survey_crs_option",
    "survey_option",
]

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
    help="Treat pixels farther than D from every palette color as nodata. D is 0 or more, in the "
    "unit of the metric: black and white are 442 apart in rgb, 765 in redmean, 100 in lab "
    "and ciede2000, 1 in oklab.  [default: no limit]",
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
    metavar="keep|N|COLOR",
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
gdal_option = click.option(
    "--gdal",
    is_flag=True,
    help="Open SRC with any driver of GDAL (VRT, GeoPackage, .img, web addresses); only for files "
    "that you trust, as these may name others.",
)
units_option = click.option(
    "--units",
    metavar="PALETTE",
    help="Palette file of the map's own flat colors; each is assigned a different color of "
    "--palette. If it needs --columns or --encoding, convert it first: geoindex palette convert.",
)
merge_option = click.option(
    "--merge",
    type=click.Choice(get_args(Merge)),
    help="Make one class of the palette's rows that have the same class value, or the same name.  "
    "[default: each row is a class; with --values those with the same value are one]",
)
values_option = click.option(
    "--values", is_flag=True, help="Write the palette's class values instead of its row numbers."
)
first_option = click.option(
    "--first",
    type=int,
    metavar="N",
    help="Number of the first class; --first 1 --nodata 0 numbers the classes from 1.  "
    "[default: 0]",
)
nodata_option = click.option(
    "--nodata",
    type=int,
    metavar="N",
    help="Number of nodata, such as 0 or -9999.  [default: the largest that is free]",
)
dtype_option = click.option(
    "--dtype",
    type=click.Choice(get_args(FileDtype)),
    help="Type of the pixels of .tif and .npy.  [default: the smallest that holds all numbers]",
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
jobs_option = click.option(
    "-j",
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Number of worker processes for many images.  [default: one per core]",
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


class PixelOptions(TypedDict):
    """How the pixels of an image are read, as :func:`geoindex.compare_palettes` takes it."""

    scale: Scale | None
    bands: tuple[int, ...] | None
    box: tuple[int, int, int, int] | None
    map_box: tuple[float, float, float, float] | None
    nodata_color: str | None
    collar: tuple[str, ...]
    tolerance: int
    gdal: bool


class MappingOptions(PixelOptions):
    """How pixels become indices and these a file, as :func:`geoindex.convert` takes it."""

    metric: Metric
    max_distance: float | None
    alpha: Alpha
    translucent: str
    depth: Depth
    units: str | None
    merge: Merge | None
    clean: Clean | None
    values: bool
    first: int | None
    nodata: int | None
    dtype: FileDtype | None
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


def pixel_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add, as one argument `pixels`, the options of how pixels are read."""

    @wraps(command)
    def collect(**arguments: Any) -> None:
        pixels = {name: arguments.pop(name) for name in PixelOptions.__annotations__}
        command(**arguments, pixels=pixels)

    options = (scale_option, bands_option, gdal_option, box_options, nodata_color_options)
    return add_options(collect, options)


def mapping_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the palette option and, as one argument `mapping`, all options of mapping."""

    @wraps(command)
    def collect(**arguments: Any) -> None:
        mapping = {name: arguments.pop(name) for name in MappingOptions.__annotations__}
        command(**arguments, mapping=mapping)

    options = (
        palette_options,
        metric_option,
        max_distance_option,
        alpha_option,
        translucent_option,
        scale_option,
        depth_option,
        bands_option,
        gdal_option,
        box_options,
        nodata_color_options,
        units_option,
        merge_option,
        values_option,
        first_option,
        nodata_option,
        dtype_option,
        cog_option,
        crs_option,
        optional_clean_options,
    )
    return add_options(collect, options)
