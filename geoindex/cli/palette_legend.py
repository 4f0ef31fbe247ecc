"""``geoindex palette legend``."""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from geoindex.cli.figures import check_figure_suffix, save_figure
from geoindex.cli.messages import color_block, echo_warning
from geoindex.cli.options import echo_json, json_option, overwrite_option, quiet_option
from geoindex.errors import GeoindexError, MissingFileError, PaletteError
from geoindex.files.whole_files import check_target
from geoindex.images.files import read_picture
from geoindex.learn.legend import legend_palette
from geoindex.learn.swatches import Legend
from geoindex.palettes.formats import check_palette_target, save_palette

__all__ = ["legend_command"]


@click.command("legend")
@click.argument("src")
@click.option(
    "--box",
    nargs=4,
    type=int,
    required=True,
    metavar="X0 Y0 X1 Y1",
    help="Left, top, right and bottom edge of the legend in pixels.",
)
@click.option("-o", "--output", required=True, metavar="DST", help="Palette file to write.")
@click.option(
    "--names", "names_file", metavar="FILE", help="Text file with one swatch name per line."
)
@click.option(
    "--name", "typed", multiple=True, metavar="NAME", help="Name of a swatch; repeat it for each."
)
@click.option("--picture", metavar="PNG", help="Also draw the swatches found, numbered.")
@overwrite_option
@json_option
@quiet_option
def legend_command(
    src: str,
    *,
    box: tuple[int, int, int, int],
    output: str,
    names_file: str | None,
    typed: tuple[str, ...],
    picture: str | None,
    overwrite: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Read a palette from the printed legend in the picture SRC.

    Swatches are rectangles of one color, with or without a frame. They are numbered in columns
    from left to right, each from top to bottom, and named in this order; --picture shows it.
    """
    if names_file is not None and typed:
        raise click.UsageError("give the names with --names or with --name, not with both")
    check_palette_target(output, overwrite=overwrite)
    if picture is not None:
        check_figure_suffix(Path(picture))
        check_target(Path(picture), overwrite=overwrite)
    names = list(typed) or (None if names_file is None else _read_names(Path(names_file)))
    pixels = read_picture(src)
    try:
        legend = legend_palette(pixels[..., :3], box=box)
        if names is not None:
            if picture is not None and len(names) != len(legend.swatches):
                # The picture shows what is wrong with the names.
                _save_picture(pixels, legend, picture, overwrite=overwrite)
            legend = legend.named(names)
    except GeoindexError as error:
        raise type(error)(f"{src}: {error}") from None
    save_palette(legend.palette, output, overwrite=overwrite)
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


def _read_names(path: Path) -> list[str]:
    """Read a text file of one name per line."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise MissingFileError(f"{path}: no such file") from None
    except UnicodeDecodeError:
        raise PaletteError(f"{path}: is not UTF-8 text; save it as UTF-8") from None
    except OSError as error:
        raise PaletteError(f"{path}: cannot be read: {error.strerror}") from None
    return [line.strip() for line in text.splitlines() if line.strip()]


def _echo(legend: Legend, output: str) -> None:
    """Print the swatches, and warn of patterned ones."""
    click.echo(f"{output}: {len(legend.swatches)} swatches")
    for row, swatch in enumerate(legend.swatches):
        code = bytes(swatch.color).hex()
        block = color_block(swatch.color)
        left, top, right, bottom = swatch.box
        name = "" if legend.palette.names is None else f"  {legend.palette.names[row]}"
        click.echo(
            f"{block} {row:>4}  #{code}  {right - left} x {bottom - top} pixels at {left}, {top}"
            + name
        )
    for row in legend.patterned:
        echo_warning(
            f"swatch {row} ({legend.palette.label(row)}) is patterned; its most frequent "
            "color is used"
        )
    for row, first in legend.palette.duplicates().items():
        echo_warning(
            f"swatches {first} and {row} have the same color; its pixels become class {first}"
        )
