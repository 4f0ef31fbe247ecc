"""``geoindex palette legend``."""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from geoindex.cli.figures import check_figure_suffix, save_figure
from geoindex.cli.messages import color_block, echo_line, echo_warning
from geoindex.cli.names import names_option, read_names
from geoindex.cli.output import echo_json, json_option, overwrite_option, quiet_option
from geoindex.errors import GeoindexError
from geoindex.files.targets import check_target
from geoindex.images.picture import read_picture
from geoindex.learn.legend import legend_palette
from geoindex.learn.legend.swatches import Legend
from geoindex.palettes.formats import check_palette_target, save_palette

__all__ = ["legend_command"]


@click.command("legend")
@click.argument("src")
@click.option(
    "--box",
    nargs=4,
    type=int,
    metavar="LEFT TOP RIGHT BOTTOM",
    help="Place of the legend in pixels.  [default: it is looked for on the whole sheet]",
)
@click.option("-o", "--output", required=True, metavar="DST", help="Palette file to write.")
@names_option
@click.option(
    "--name", "typed", multiple=True, metavar="NAME", help="Name of a swatch; repeat it for each."
)
@click.option(
    "--read-names",
    "reading",
    is_flag=True,
    help="Read the names beside the swatches, and the headings above them, from the print; needs "
    "geoindex-raster[ocr].",
)
@click.option(
    "--ink",
    multiple=True,
    metavar="COLOR",
    help="Color of lines and text printed over the units, such as black or #1f1a17, or the name "
    "of a swatch; it gets the role ink. May be repeated.",
)
@click.option(
    "--white-paper",
    is_flag=True,
    help="Give the colors of a scan as they are on white paper in even light.  [default: as they "
    "are in SRC, for a map in the same scan]",
)
@click.option("--picture", metavar="PNG", help="Also draw the swatches found, numbered.")
@overwrite_option
@json_option
@quiet_option
def legend_command(
    src: str,
    *,
    box: tuple[int, int, int, int] | None,
    output: str,
    names_file: str | None,
    typed: tuple[str, ...],
    reading: bool,
    ink: tuple[str, ...],
    white_paper: bool,
    picture: str | None,
    overwrite: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Read a palette from the printed legend in the picture SRC.

    Swatches are rectangles of one color, with or without a frame, a pattern or a code; a scan may
    be tilted by up to 6 degrees. They are numbered in columns from left to right, each from top
    to bottom, and named in this order; --picture shows it.
    """
    if names_file is not None and typed:
        raise click.UsageError("give the names with --names or with --name, not with both")
    if reading and (typed or names_file is not None):
        raise click.UsageError("give the names with --names or --name, or --read-names, not both")
    check_palette_target(output, overwrite=overwrite)
    if picture is not None:
        check_figure_suffix(Path(picture))
        check_target(Path(picture), overwrite=overwrite)
    names = list(typed) or (None if names_file is None else read_names(names_file))
    pixels = read_picture(src)
    try:
        legend = legend_palette(
            pixels[..., :3], box=box, white_paper=white_paper, read_names=reading
        )
        if names is not None:
            if picture is not None and len(names) != len(legend.swatches):
                # The picture shows what is wrong with the names.
                _save_picture(pixels, legend, picture, overwrite=overwrite)
            legend = legend.named(names)
        legend = legend.with_ink(ink)
    except GeoindexError as error:
        raise type(error)(f"{src}: {error}") from None
    save_palette(legend, output, overwrite=overwrite)
    if picture is not None:
        _save_picture(pixels, legend, picture, overwrite=overwrite)
    if as_json:
        echo_json({"source": src, "target": output, **legend.to_dict()})
    elif not quiet:
        _echo(legend, output)


def _save_picture(
    pixels: NDArray[np.uint8], legend: Legend, path: str, *, overwrite: bool
) -> None:
    """Draw the swatches found."""
    from geoindex.plot.swatches import legend_figure

    save_figure(legend_figure(pixels, legend), path, overwrite=overwrite)


def _echo(legend: Legend, output: str) -> None:
    """Print the swatches, and warn of patterned ones."""
    echo_line(f"{output}: {len(legend.swatches)} swatches")
    group: str | None = None
    for row, swatch in enumerate(legend.swatches):
        code = bytes(swatch.color).hex()
        block = color_block(swatch.color)
        left, top, right, bottom = swatch.box
        name = "" if legend.names is None else f"  {legend.names[row]}"
        if swatch.confidence is not None:
            name += f"  ({swatch.confidence:.0%} certain)"
        if swatch.group is not None and swatch.group != group:
            click.echo(f"  {swatch.group}")
        group = swatch.group
        click.echo(
            f"{block} {row:>4}  #{code}  {right - left} x {bottom - top} pixels at {left}, {top}"
            + name
        )
    for row in range(len(legend.swatches), len(legend)):
        click.echo(f"{color_block(legend.colors[row])} {row:>4}  {legend.label(row)}")
    for row in legend.patterned:
        echo_warning(
            f"swatch {row} ({legend.label(row)}) is patterned; the color of its ground is used"
        )
    for row, first in legend.duplicates().items():
        echo_warning(
            f"swatches {first} and {row} have the same color; its pixels become class {first}"
        )
