"""``geoindex convert``."""

from __future__ import annotations

from collections.abc import Sequence

import click

from geoindex.cli.clean import echo_changes
from geoindex.cli.messages import LEFT_VALUES, echo_warning
from geoindex.cli.options import (
    MappingOptions,
    changes_option,
    confidence_option,
    echo_json,
    grid_format_option,
    json_option,
    mapping_options,
    overwrite_option,
    progress_bar,
    quiet_option,
)
from geoindex.indexing.convert import convert
from geoindex.indexing.report import ConversionReport, HiddenClass, MergedColors
from geoindex.palette import Palette

__all__ = ["convert_command", "echo_hidden", "echo_merged", "echo_report"]

LISTED_COLORS = 4
"""Colors and classes listed in a warning; the rest are counted."""

LISTED_GROUPS = 10
"""Merged groups that get a warning of their own."""


@click.command("convert")
@click.argument("src")
@click.argument("dst")
@mapping_options
@changes_option
@confidence_option
@grid_format_option
@overwrite_option
@json_option
@quiet_option
def convert_command(
    src: str,
    dst: str,
    *,
    palette: str | Palette,
    mapping: MappingOptions,
    changes: str | None,
    confidence: str | None,
    grid_format: str | None,
    overwrite: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Convert the map image SRC to the index grid DST.

    The suffix of DST picks the format: .npy, .tif, .png, .asc (ESRI), .irap, .zmap, .grd
    (Surfer), .cps3, .xyz or .xya.
    """
    with progress_bar(src, " px", quiet=quiet) as progress:
        report = convert(
            src,
            dst,
            palette,
            **mapping,
            changes=changes,
            confidence=confidence,
            format=grid_format,
            overwrite=overwrite,
            progress=progress,
        )
    if as_json:
        echo_json(report.to_dict())
    elif not quiet:
        echo_report(report)


def echo_report(report: ConversionReport) -> None:
    """Print a summary, and warnings of merged colors and hidden classes."""
    rows, cols = report.shape
    click.echo(f"{report.target}: {cols} x {rows} pixels")
    click.echo(
        f"  classes used  {report.classes_used} of {report.n_colors} "
        f"(the image has {report.source_colors:,} colors)"
    )
    click.echo(f"  nodata        {report.nodata_share:.2%}")
    click.echo(f"  place         {_place_text(report)}")
    click.echo(
        f"  distance      mean {report.mean_distance:.2f}, "
        f"largest {report.largest_distance:.2f} ({report.metric})"
    )
    if report.leaves_values:
        click.echo(LEFT_VALUES)
    if report.cleaned is not None:
        echo_changes(report.cleaned, rows * cols)
    echo_hidden(report.hidden)
    echo_merged(report.merged)


def _place_text(report: ConversionReport) -> str:
    """Bounds and coordinate reference system of the map."""
    if report.bounds is None:
        return report.crs or "unknown: no world file, transform or control points"
    left, bottom, right, top = (f"{value:.10g}" for value in report.bounds)
    return f"x {left} to {right}, y {bottom} to {top}, CRS {report.crs or 'none'}"


def echo_hidden(hidden: Sequence[HiddenClass]) -> None:
    """Warn of classes that can never be assigned."""
    listed = [
        f"{one.index} ({one.label}) repeats {one.behind} ({one.behind_label})"
        for one in hidden[:LISTED_COLORS]
    ]
    if len(hidden) > LISTED_COLORS:
        listed.append(f"{len(hidden) - LISTED_COLORS} more")
    if hidden:
        echo_warning(
            "some classes repeat the color of an earlier class, so they can never be assigned: "
            + ", ".join(listed)
        )


def echo_merged(merged: Sequence[MergedColors]) -> None:
    """Warn of every group of colors that became one class."""
    for group in merged[:LISTED_GROUPS]:
        echo_warning(_merge_text(group))
    if len(merged) > LISTED_GROUPS:
        echo_warning(
            f"{len(merged) - LISTED_GROUPS} more groups of colors became one class each; "
            "--json lists them all"
        )


def _merge_text(group: MergedColors) -> str:
    """One line about colors that became the same class."""
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
