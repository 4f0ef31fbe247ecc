"""``geoindex palette show`` and ``convert``."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import click

from geoindex.cli.messages import color_block, echo_line
from geoindex.cli.output import (
    echo_json,
    json_option,
    output_option,
    overwrite_option,
    quiet_option,
    replace_option,
)
from geoindex.cli.palette_options import reading_options
from geoindex.palette import Palette
from geoindex.palettes.formats import FORMATS, save_palette
from geoindex.palettes.load import load_palette
from geoindex.rules.scale import Scale

__all__ = ["convert_command", "show_command", "swatch_line"]

FORMAT_KEYS = click.Choice([known.key for known in FORMATS])
WRITTEN_KEYS = click.Choice([known.key for known in FORMATS if known.write is not None])

colors_option = click.option(
    "--colors",
    "n_colors",
    type=int,
    metavar="N",
    help="Sample N colors at equal steps from a continuous color ramp.",
)
scale_option = click.option(
    "--scale",
    type=click.Choice(get_args(Scale)),
    help="How to read text files whose numbers all lie in 0-1: as fractions (unit) or as 0-255 "
    "(byte).  [default: unit]",
)
from_option = click.option(
    "--from",
    "source_format",
    type=FORMAT_KEYS,
    metavar="FORMAT",
    help=f"Format of PALETTE: {', '.join(FORMAT_KEYS.choices)}.  [default: recognized]",
)


@click.command("show")
@click.argument("palette")
@click.option(
    "-o",
    "--output",
    metavar="PNG",
    help="Draw the colors as a chart instead of listing them (.png, .pdf, .svg).",
)
@colors_option
@scale_option
@from_option
@reading_options
@overwrite_option
@json_option
def show_command(
    palette: str,
    *,
    output: str | None,
    n_colors: int | None,
    scale: Scale | None,
    source_format: str | None,
    reading: dict[str, Any],
    overwrite: bool,
    as_json: bool,
) -> None:
    """Show the colors of a palette.

    PALETTE is a palette file, a built-in name or a matplotlib colormap.
    """
    colors = load_palette(
        palette,
        scale=scale,
        n_colors=n_colors,
        format=source_format,
        **reading,
    )
    if output is not None:
        _draw(colors, output, overwrite=overwrite)
    if as_json:
        echo_json(_content(colors))
    elif output is None:
        for row in range(len(colors)):
            click.echo(swatch_line(colors, row))


@click.command("convert")
@click.argument("palette")
@output_option("Palette file to write.")
@click.option(
    "--to",
    "target_format",
    type=WRITTEN_KEYS,
    metavar="FORMAT",
    help=f"Format of DST: {', '.join(WRITTEN_KEYS.choices)}.  [default: by its suffix]",
)
@colors_option
@scale_option
@from_option
@reading_options
@replace_option
@quiet_option
def convert_command(
    palette: str,
    *,
    output: str,
    target_format: str | None,
    n_colors: int | None,
    scale: Scale | None,
    source_format: str | None,
    reading: dict[str, Any],
    overwrite: bool,
    quiet: bool,
) -> None:
    """Convert a palette to another format.

    PALETTE is a palette file, a built-in name or a matplotlib colormap. The suffix of DST picks
    the format.
    """
    colors = load_palette(
        palette,
        scale=scale,
        n_colors=n_colors,
        format=source_format,
        **reading,
    )
    save_palette(colors, output, overwrite=overwrite, format=target_format)
    if not quiet:
        echo_line(f"{output}: {len(colors)} colors")


def swatch_line(palette: Palette, row: int) -> str:
    """One color as a block, its index, values and name; click strips color in pipes."""
    red, green, blue = (int(channel) for channel in palette.colors[row])
    block = color_block((red, green, blue))
    value = "" if palette.values is None else f"  class {palette.values[row]}"
    role = "" if palette.roles is None or not palette.roles[row] else f"  {palette.roles[row]}"
    name = "" if palette.names is None else f"  {palette.names[row]}"
    code = bytes((red, green, blue)).hex()
    return f"{block} {row:>5}  #{code}  {red:>3} {green:>3} {blue:>3}{value}{name}{role}".rstrip()


def _content(palette: Palette) -> dict[str, Any]:
    """Palette as JSON values."""
    return {
        "name": palette.name,
        "sha256": palette.sha256,
        "colors": palette.colors.tolist(),
        "names": palette.names,
        "values": palette.values,
        "roles": palette.roles,
        "duplicates": {str(row): first for row, first in palette.duplicates().items()},
    }


def _draw(palette: Palette, output: str, *, overwrite: bool) -> None:
    """Save the chart of a palette."""
    from geoindex.cli.figures import check_figure_suffix, save_figure
    from geoindex.plot.figures import palette_figure

    check_figure_suffix(Path(output))
    save_figure(palette_figure(palette), output, overwrite=overwrite)
