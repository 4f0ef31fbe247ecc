"""``geoindex section``."""

from __future__ import annotations

from typing import get_args

import click

from geoindex.clean import Clean
from geoindex.cli.clean_options import optional_clean_options
from geoindex.cli.messages import echo_line, echo_renumbered
from geoindex.cli.options import (
    alpha_option,
    max_distance_option,
    merge_option,
    metric_option,
)
from geoindex.cli.output import echo_json, json_option, overwrite_option, quiet_option
from geoindex.cli.palette_options import palette_options
from geoindex.color.metrics import Metric
from geoindex.color.pixels import Alpha, PixelRule
from geoindex.indexing.options import ImageMapping
from geoindex.indexing.section import ImageSectionReport, image_section
from geoindex.palette import Palette
from geoindex.palettes.merge import Merge
from geoindex.surveys.section import SectionDomain

__all__ = ["section_command"]


@click.command("section")
@click.argument("image")
@click.option(
    "-o", "--output", required=True, metavar="LINE.sgy", help="SEG-Y file to write: .sgy, .segy."
)
@click.option(
    "--start",
    type=(float, float),
    metavar="X Y",
    help="Coordinates of the first column of pixels.",
)
@click.option(
    "--end",
    type=(float, float),
    metavar="X Y",
    help="Coordinates of the last column of pixels.",
)
@click.option(
    "--line",
    callback=lambda _context, _option, text: _parse_line(text),
    metavar="'X Y, X Y, ...'",
    help="In place of --start and --end: the ends and bends of a line.",
)
@click.option(
    "--top",
    type=float,
    required=True,
    metavar="Z",
    help="Z of the first row of pixels, positive downward.",
)
@click.option(
    "--bottom", type=float, required=True, metavar="Z", help="Z of the last row of pixels."
)
@palette_options
@click.option(
    "--traces", type=int, metavar="N", help="Number of traces.  [default: one per column]"
)
@click.option(
    "--samples",
    type=int,
    metavar="N",
    help="Number of samples per trace.  [default: as dense as the rows]",
)
@click.option(
    "--domain",
    type=click.Choice(get_args(SectionDomain)),
    default="depth",
    show_default=True,
    help="Unit of Z: depth in map units, or two-way time in milliseconds.",
)
@click.option("--feet", is_flag=True, help="Map units are feet, not meters.")
@click.option(
    "--degrees/--no-degrees",
    default=None,
    help="Coordinates are longitude and latitude in degrees, or lengths.",
)
@metric_option
@max_distance_option
@alpha_option
@merge_option
@optional_clean_options
@overwrite_option
@json_option
@quiet_option
def section_command(
    image: str,
    *,
    output: str,
    start: tuple[float, float] | None,
    end: tuple[float, float] | None,
    line: list[tuple[float, float]] | None,
    top: float,
    bottom: float,
    palette: str | Palette,
    traces: int | None,
    samples: int | None,
    domain: SectionDomain,
    feet: bool,
    degrees: bool | None,
    metric: Metric,
    max_distance: float | None,
    alpha: Alpha,
    merge: Merge | None,
    clean: Clean | None,
    overwrite: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Write the picture IMAGE of a cross-section as a SEG-Y line of class indices.

    IMAGE may also be an index grid with a color table (.tif, .png), which is its own palette.
    The line is straight, from --start to --end, or bent, along --line.

    Samples are class indices as floats, taken from the nearest pixel; undefined samples are 1e30.
    Also writes the list of classes, LINE.sgy.legend.csv, and a color table for OpendTect,
    LINE.odct. Requires segyio (geoindex-raster[segy]).
    """
    if line is None and (start is None or end is None):
        raise click.UsageError("Missing option '--start' and '--end', or '--line'.")
    report = image_section(
        image,
        ImageMapping.of(
            palette,
            PixelRule(alpha=alpha),
            metric=metric,
            max_distance=max_distance,
            merge=merge,
            clean=clean,
        ),
        output,
        start=start,
        end=end,
        line=line,
        top=top,
        bottom=bottom,
        n_traces=traces,
        n_samples=samples,
        domain=domain,
        feet=feet,
        degrees=degrees,
        overwrite=overwrite,
    )
    if as_json:
        echo_json(report.to_dict())
    elif not quiet:
        _echo_report(report)


def _parse_line(text: str | None) -> list[tuple[float, float]] | None:
    """Points of ``--line``."""
    if text is None:
        return None
    try:
        pairs = [[float(number) for number in pair.split()] for pair in text.split(",")]
        return [(x, y) for x, y in pairs]
    except ValueError:
        raise click.BadParameter(
            f"{text!r} is not a line; write 'x y, x y, x y', with commas between the points"
        ) from None


def _echo_report(report: ImageSectionReport) -> None:
    """Print a summary."""
    echo_line(f"{report.target}: {report.n_traces} traces of {report.n_samples} samples")
    click.echo(f"  spacing       {report.trace_spacing:.6g} between traces")
    click.echo(
        f"  z             {report.first_z:g} to {report.last_z:g}, every "
        f"{report.sample_interval:g}"
    )
    click.echo(f"  classes used  {report.classes_used}")
    click.echo(f"  undefined     {report.nodata_share:.2%}")
    echo_line(f"{report.colors}: colors, {report.legend}: classes")
    if report.renumbered:
        echo_renumbered(report.legend or "")
