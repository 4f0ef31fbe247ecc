"""Options of the palettes that commands read."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from geoindex.cli.adding import add_options
from geoindex.palettes.load import load_palette
from geoindex.rules.color_text import one_color

__all__ = ["palette_options", "reading_options"]


FINDING_UNITS = ("convert",)
"""Commands that find the units of a map where no palette is named."""


def _need_palette(
    context: click.Context, _option: click.Parameter, palette: str | None
) -> str | None:
    """Tell where a palette comes from if there is none; other options of it are eager."""
    others = (context.params.get(name) for name in ("learned", "legend_box"))
    is_needed = context.command.name not in FINDING_UNITS
    if palette is None and is_needed and all(other is None for other in others):
        raise click.UsageError(
            "Missing option '-p' / '--palette'. The colors of a map come from the map itself "
            "(geoindex palette learn MAP --method units -o palette.csv), from its printed legend "
            "(geoindex palette legend), from the style of its GIS layer (.qml, .lyrx, .sld), or "
            "from a built-in palette (geoindex palette list)"
        )
    return palette


palette_option = click.option(
    "-p",
    "--palette",
    callback=_need_palette,
    metavar="PALETTE",
    help="Palette file (.csv, .xlsx, .ods, .dbf, .gpl, .pal, .act, .clr, .cpt, .json, or an image "
    "with a color table), map style (.qml, .qgz, .lyrx, .sld), color cube (.colorcube), built-in "
    "name (windows-256; see geoindex palette list) or matplotlib colormap (tab20).  [required, "
    "except for convert, which finds the units in the map]",
)

READING = {
    "layer": click.option(
        "--layer",
        metavar="NAME",
        help="Layer or sheet to take the palette from, if the file has several (.qgz, .qgs, .qlr, "
        ".lyrx, .sld, .json of ArcGIS services, .xlsx).",
    ),
    "encoding": click.option(
        "--encoding",
        metavar="NAME",
        help="Encoding of a palette file that is not in UTF-8, such as cp1250.",
    ),
    "columns": click.option(
        "--columns",
        metavar="LIST",
        help="Columns of a palette table, instead of its header: value,r,g,b,alpha,name; - skips "
        "one.",
    ),
}
"""Options of how a palette file is read, by the keyword of :func:`geoindex.load_palette`."""


def reading_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add options of how a palette is read, which reach the command as one `reading`."""

    @wraps(command)
    def with_reading(**options: Any) -> None:
        given = {name: options.pop(name) for name in READING}
        reading = {name: value for name, value in given.items() if value is not None}
        command(reading=reading, **options)

    return add_options(with_reading, READING.values())


OPACITY = (
    click.option(
        "--opacity",
        type=click.FloatRange(0, 1, min_open=True),
        metavar="F",
        help="Opacity of the layer on the map, 0 to 1: the palette is compared as it appears on "
        "--paper.",
    ),
    click.option(
        "--paper",
        metavar="COLOR",
        help="Color below a layer with --opacity.  [default: white]",
    ),
)


def palette_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of a palette, which reaches the command as one `palette`."""

    @wraps(command)
    def with_palette(
        *,
        palette: str | None,
        reading: dict[str, Any],
        opacity: float | None,
        paper: str | None,
        **options: Any,
    ) -> None:
        if paper is not None and opacity is None:
            raise click.UsageError("--paper needs --opacity")
        if reading and palette is None:
            raise click.UsageError(f"--{next(iter(reading))} needs --palette")
        loaded = palette if palette is None or not reading else load_palette(palette, **reading)
        if opacity is not None and loaded is not None:
            color = one_color(paper or "white", "paper")
            loaded = load_palette(loaded).faded(opacity, color or (255, 255, 255))
        command(palette=loaded, **options)

    return add_options(with_palette, (palette_option, reading_options, *OPACITY))
