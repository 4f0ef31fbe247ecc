"""``geoindex convert``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from geoindex.cli.clean import echo_changes
from geoindex.cli.clean_options import changes_option, confidence_option
from geoindex.cli.config import ConfiguredCommand
from geoindex.cli.grid_format import grid_format_option, style_option
from geoindex.cli.legend_box import legend_box_options
from geoindex.cli.messages import LEFT_VALUES, echo_line
from geoindex.cli.options import MappingOptions, mapping_options
from geoindex.cli.output import (
    echo_json,
    json_option,
    output_option,
    overwrite_option,
    progress_bar,
    progress_option,
    quiet_option,
)
from geoindex.cli.part_options import PlaceOptions, place_options
from geoindex.cli.report import page_of_conversion, page_option
from geoindex.cli.spelling import option_text
from geoindex.grids.styles import Style
from geoindex.indexing.convert import convert
from geoindex.indexing.own_units import is_auto
from geoindex.indexing.report import ConversionReport
from geoindex.palette import Palette

__all__ = ["convert_command", "creation_option", "echo_report"]


def _creation(
    _context: click.Context, _option: click.Parameter, pairs: tuple[str, ...]
) -> dict[str, str]:
    """Creation options of ``--co``."""
    wrong = [pair for pair in pairs if "=" not in pair]
    if wrong:
        raise click.BadParameter(f"{wrong[0]!r} is not NAME=VALUE, such as compress=zstd")
    return {name: value for name, _, value in (pair.partition("=") for pair in pairs)}


creation_option = click.option(
    "--co",
    "creation",
    multiple=True,
    metavar="NAME=VALUE",
    callback=_creation,
    help="Creation option of a GeoTIFF, as GDAL names it: compress=zstd, blockxsize=512.",
)


@click.command("convert", cls=ConfiguredCommand)
@click.argument("src")
@output_option("Grid file to write; its suffix picks the format.")
@mapping_options
@legend_box_options
@place_options
@creation_option
@style_option
@changes_option
@confidence_option
@page_option
@grid_format_option
@overwrite_option
@json_option
@progress_option
@quiet_option
def convert_command(
    src: str,
    *,
    output: str,
    palette: str | Palette | None,
    mapping: MappingOptions,
    place: PlaceOptions,
    creation: dict[str, str],
    style: tuple[Style, ...],
    changes: str | None,
    confidence: str | None,
    page: str | None,
    grid_format: str | None,
    overwrite: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Convert the map image SRC to the index grid DST.

    Without --palette, or with -p auto, the units and inks of the map are found in the map itself,
    scans and printed sheets too. Their legend is written beside DST (units.legend.csv for
    units.tif): edit its names and roles, and convert with -p units.legend.csv.

    Formats by suffix of DST: .npy, .tif, .png, .asc (ESRI), .irap, .zmap, .grd
    (Surfer), .cps3, .xyz or .xya.
    """
    with page_of_conversion(page, Path(output), overwrite=overwrite) as pages:
        if mapping["clean"] is not None or is_auto(palette):
            changes, confidence = pages.extras(changes, confidence)
        with progress_bar(src, " px", quiet=quiet) as progress:
            report = convert(
                src,
                output,
                palette,
                **mapping,
                **place,
                creation=creation,
                style=style,
                changes=changes,
                confidence=confidence,
                format=grid_format,
                overwrite=overwrite,
                progress=progress,
            )
        pages.write(src, report, changes=changes, confidence=confidence, gdal=mapping["gdal"])
    if as_json:
        echo_json(report.to_dict())
    elif not quiet:
        echo_report(report)


def echo_report(report: ConversionReport) -> None:
    """Print a summary."""
    rows, cols = report.shape
    echo_line(f"{report.target}: {cols} x {rows} pixels")
    click.echo(
        f"  classes used  {report.classes_used} of {report.n_colors} "
        f"(the image has {report.source_colors:,} colors)"
    )
    value = "" if report.nodata is None else f" (value {report.nodata}, {report.dtype})"
    click.echo(f"  nodata        {report.nodata_share:.2%}{value}")
    if report.driver is not None:
        click.echo(
            f"  opened        by GDAL, driver {report.driver}; the file is trusted (--gdal)"
        )
    click.echo(f"  place         {_place_text(report)}")
    click.echo(
        f"  distance      mean {report.mean_distance:.2f}, "
        f"largest {report.largest_distance:.2f} ({report.metric})"
    )
    if report.own_units is not None:
        _echo_own_units(report.own_units)
    if report.leaves_values:
        click.echo(LEFT_VALUES)
    if report.cleaned is not None:
        echo_changes(report.cleaned, rows * cols)


def _echo_own_units(found: dict[str, Any]) -> None:
    """Print which units were found in the map, and what to look at."""
    units, inks = found["units"], found["inks"]
    click.echo(
        f"  found         {units} unit{'s' * (units != 1)}, {found['sure']} of them sure, and "
        f"{inks or 'no'} ink{'s' * (inks != 1)}"
    )
    context = click.get_current_context()
    for line in found["doubts"]:
        click.echo(f"  look at       {option_text(line, context)}")
    echo_line(f"  legend        {found['legend']}: edit names and roles, and convert with -p")


def _place_text(report: ConversionReport) -> str:
    """Bounds and coordinate reference system of the map."""
    if report.bounds is None:
        return report.crs or "unknown: no world file, transform or control points"
    left, bottom, right, top = (f"{value:.10g}" for value in report.bounds)
    return f"x {left} to {right}, y {bottom} to {top}, CRS {report.crs or 'none'}"
