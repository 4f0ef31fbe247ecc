"""``geoindex values``."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any, get_args

import click

from geoindex.batch.values import convert_many_values
from geoindex.cli.batch import echo_batch, told_if_interrupted
from geoindex.cli.grid_format import grid_format_option
from geoindex.cli.messages import echo_line
from geoindex.cli.options import alpha_option, bands_option, crs_option, jobs_option
from geoindex.cli.output import (
    echo_json,
    json_option,
    output_option,
    overwrite_option,
    progress_bar,
    quiet_option,
)
from geoindex.color.pixels import Alpha, PixelRule
from geoindex.errors import GeoindexWarning, OptionError
from geoindex.indexing.convert_values import ValueReport, convert_values
from geoindex.rules.crs import parse_crs
from geoindex.values.filling import Fill
from geoindex.values.load import load_ramp
from geoindex.values.ramp import Rounding
from geoindex.values.scale import ScaleKind, Ticks
from geoindex.values.shading import Shade

__all__ = ["values_command"]


def _ticks(_context: click.Context, _option: click.Parameter, text: str | None) -> Ticks | None:
    """Pairs of place and value of ``--ticks``."""
    if text is None:
        return None
    if text == "read":
        return "read"
    try:
        pairs = [pair.split("=") for pair in text.split(",")]
        return [(float(place), float(value)) for place, value in pairs]
    except ValueError:
        raise click.BadParameter(
            f"{text!r} is not a list of places and values, such as 0=-50,0.3=0,1=120, nor 'read'"
        ) from None


@click.command("values")
@click.argument("src")
@output_option("Grid file to write; its suffix picks the format.")
@click.option(
    "--ramp",
    metavar="RAMP",
    help="Colors from low to high: a matplotlib colormap (viridis), or a file (.cpt, .qml, .txt, "
    ".clr, .odct).  [default: the color bar in the picture]",
)
@click.option("--reverse", is_flag=True, help="Reverse the ramp: its first color is high.")
@click.option(
    "--range",
    "limits",
    type=(float, float),
    metavar="V0 V1",
    help="Values of the low and the high end of the ramp.  [default: those of its file]",
)
@click.option(
    "--bar",
    type=(float, float, float, float),
    metavar="X0 Y0 X1 Y1",
    help="Left, top, right and bottom of the color bar in the picture, in pixels.  [default: "
    "found, without --ramp]",
)
@click.option(
    "--scale",
    type=click.Choice(get_args(ScaleKind)),
    default="linear",
    show_default=True,
    help="Whether values or their logarithms change evenly along the ramp.",
)
@click.option(
    "--ticks",
    metavar="PLACE=VALUE,...|read",
    callback=_ticks,
    help="Instead of --range: values at places of the ramp, from 0 at its low end to 1, such as "
    "0=-50,0.3=0,1=120; or 'read', to read the numbers beside the color bar by OCR (needs "
    "geoindex-raster[ocr]).",
)
@click.option("--unit", metavar="UNIT", help="Unit of the values, such as mGal.")
@click.option(
    "--rounding",
    type=click.Choice(get_args(Rounding)),
    help="How the program that drew the picture rounded colors to bytes; matplotlib's imshow "
    "truncates.  [default: recognized]",
)
@click.option(
    "--max-distance",
    type=float,
    metavar="D",
    help="Leave out pixels farther than D from the ramp, in levels of 0 to 255.  [default: 0, or "
    "16 with the noise of JPEG]",
)
@click.option(
    "--spikes/--no-spikes",
    default=None,
    help="Leave out narrow lines in colors of the ramp, such as black ones on gray.  [default: "
    "where the ramp has such colors, or the picture has noise]",
)
@click.option(
    "--shade",
    type=click.Choice(get_args(Shade)),
    help="Remove a hillshade: colors times a shade, or mixed with gray of one opacity.",
)
@click.option(
    "--opacity",
    type=float,
    metavar="A",
    help="Opacity of --shade alpha, between 0 and 1.  [default: estimated]",
)
@click.option(
    "--fill",
    type=click.Choice(get_args(Fill)),
    help="Fill in values below lines and text from their surroundings.",
)
@alpha_option
@bands_option
@crs_option
@grid_format_option
@jobs_option
@overwrite_option
@json_option
@quiet_option
def values_command(
    src: str,
    *,
    output: str,
    ramp: str | None,
    reverse: bool,
    alpha: Alpha,
    bands: tuple[int, ...] | None,
    crs: str | None,
    grid_format: str | None,
    jobs: int | None,
    overwrite: bool,
    as_json: bool,
    quiet: bool,
    **reading: Any,
) -> None:
    """Read the values of the picture SRC from its color ramp, as the grid DST.

    Writes floats as .tif, .npy, .asc (ESRI), .irap, .zmap, .grd (Surfer), .cps3, .xyz or .xya.
    Lines, text and all colors that are not on the ramp are nodata.

    If SRC is a folder, or a glob such as 'maps/*.png', all its pictures are read into grids in the
    folder DST (.tif, or --format). Run it again to read only new, changed or unfinished ones.
    """
    if reverse and ramp is None:
        raise click.UsageError("--reverse needs --ramp")
    loaded = None if ramp is None else load_ramp(ramp, reverse=reverse)
    how: dict[str, Any] = {
        "crs": parse_crs(crs, error=OptionError),
        "rule": PixelRule(alpha=alpha, bands=bands),
        "overwrite": overwrite,
        **reading,
    }
    if Path(src).is_dir() or (set(src) & set("*?[") and not Path(src).exists()):
        with (
            progress_bar("sheets", " sheets", quiet=quiet) as advance,
            told_if_interrupted(advance) as progress,
        ):
            many = convert_many_values(
                src,
                output,
                loaded,
                format=grid_format or "tif",
                jobs=jobs,
                progress=progress,
                **how,
            )
        for text in many.warnings():
            warnings.warn(text, GeoindexWarning, stacklevel=2)
        echo_batch(many, as_json=as_json, quiet=quiet)
        return
    with progress_bar(src, " px", quiet=quiet) as progress:
        report = convert_values(src, output, loaded, format=grid_format, progress=progress, **how)
    told = report.reading.warning()
    if told is not None:
        warnings.warn(f"{src}: {told}", GeoindexWarning, stacklevel=2)
    if as_json:
        echo_json(report.to_dict())
    elif not quiet:
        _echo_report(report)


def _echo_report(report: ValueReport) -> None:
    """Print a summary."""
    rows, cols = report.shape
    read, unit = report.reading, f" {report.unit}" if report.unit else ""
    echo_line(f"{report.target}: {cols} x {rows} pixels")
    extent = f"{read.lowest:.6g} to {read.highest:.6g}{unit}" if read.on_share else "none"
    click.echo(f"  values        {extent}")
    bar = "" if read.bar is None else f", bar at {', '.join(map(str, read.bar))}"
    if read.ticks is not None:
        ends = " to ".join(f"{value:.6g}" for _, value in read.ticks)
        click.echo(f"  ticks         read by OCR: the bar goes from {ends}{unit}")
    how = {"round": "rounded", "truncate": "truncated"}[read.rounding]
    echo_line(f"  ramp          {read.ramp or 'without a name'}, {how}{bar}")
    click.echo(f"  error         at most {read.bound:.3g}{unit} where the color is exact")
    click.echo(
        f"  on the ramp   {read.exact_share:.2%} exactly, {read.on_share:.2%} within "
        f"{read.max_distance:g}"
    )
    click.echo(
        f"  distance      median {read.median_distance:.2f}, largest {read.largest_distance:.2f}"
    )
    click.echo(f"  at the ends   {read.at_low_end:.2%} low, {read.at_high_end:.2%} high")
    if read.shade is not None:
        opacity = "" if read.opacity is None else f", opacity {read.opacity:g}"
        click.echo(f"  shade         {read.shade}{opacity}")
    filled = f", {report.filled_share:.2%} filled in" if report.filled_share else ""
    click.echo(f"  nodata        {1 - report.valid_share:.2%}{filled}")
    if not report.is_placed:
        click.echo("  place         unknown: no world file, transform or control points")
