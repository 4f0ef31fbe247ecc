"""Options of which part of an image is read, and of where it lies."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

import click

from geoindex.images.web_tiles import TileScheme

__all__ = ["box_options", "nodata_color_options", "place_options", "tiles_option"]

Decorator = Callable[[Callable[..., None]], Callable[..., None]]

BOX = (
    click.option(
        "--box",
        nargs=4,
        type=int,
        metavar="LEFT TOP RIGHT BOTTOM",
        help="Part of the image to read, in pixels: the map without the margin of its sheet.",
    ),
    click.option(
        "--map-box",
        nargs=4,
        type=float,
        metavar="WEST SOUTH EAST NORTH",
        help="Part of the image to read, in map coordinates.",
    ),
)
NODATA_COLOR = (
    click.option(
        "--nodata-color",
        metavar="COLOR",
        help="Make pixels of this color nodata, such as white or #fdfbf6 for the paper.",
    ),
    click.option(
        "--collar",
        multiple=True,
        metavar="COLOR",
        help="Make pixels of this color nodata where they are joined to the border of the image: "
        "white, black or #rrggbb, the margin around the map. May be repeated, from the outside "
        "in.",
    ),
    click.option(
        "--tolerance",
        type=click.IntRange(0, 254),
        default=0,
        show_default=True,
        metavar="N",
        help="Largest difference of a channel (0-255) from --nodata-color and --collar.",
    ),
)
tiles_option = click.option(
    "--tiles",
    type=click.Choice(get_args(TileScheme)),
    help="Images are web tiles (zoom/column/row.png) in Web Mercator, whose rows count from the "
    "north (xyz) or from the south (tms).",
)
PLACE = (
    click.option(
        "--bounds",
        nargs=4,
        type=float,
        metavar="WEST SOUTH EAST NORTH",
        help="Edges on the map of an image that has no place.",
    ),
    click.option(
        "--transform",
        nargs=6,
        type=float,
        metavar="A B C D E F",
        help="Place of an image that has none: x = A column + B row + C, y = D column + E row + "
        "F, for pixel corners.",
    ),
    click.option(
        "--gcps",
        metavar="FILE",
        help="Control points of an image that has no place, as QGIS writes them (.points).",
    ),
    tiles_option,
)


def box_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add ``--box`` and ``--map-box``."""
    return _added(BOX, command)


def nodata_color_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add ``--nodata-color``, ``--collar`` and ``--tolerance``."""
    return _added(NODATA_COLOR, command)


def place_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add ``--bounds``, ``--transform``, ``--gcps`` and ``--tiles``."""
    return _added(PLACE, command)


def _added(options: tuple[Decorator, ...], command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(options):
        command = option(command)
    return command
