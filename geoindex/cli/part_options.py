"""Options of which part of an image is read, and of where it lies."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypedDict, get_args

import click

from geoindex.cli.adding import add_options
from geoindex.images.web_tiles import TileScheme

if TYPE_CHECKING:
    from rasterio.control import GroundControlPoint

__all__ = ["PlaceOptions", "box_options", "nodata_color_options", "place_options", "tiles_option"]

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
        help="Make pixels of this color nodata where they are connected to the border of the "
        "image, such as the margin around the map: white, black or #rrggbb. May be repeated, from "
        "the outside in.",
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
        help="Edges, in map coordinates, of an image without georeference.",
    ),
    click.option(
        "--transform",
        nargs=6,
        type=float,
        metavar="A B C D E F",
        help="Transform of an image without georeference: x = A column + B row + C, y = D column "
        "+ E row + F, for pixel corners.",
    ),
    click.option(
        "--gcps",
        metavar="FILE",
        help="Control points of an image without georeference, as QGIS saves them (.points).",
    ),
    click.option(
        "--gcp",
        "points",
        nargs=4,
        type=float,
        multiple=True,
        metavar="COLUMN ROW X Y",
        help="One control point, instead of a file; repeat it for each point.",
    ),
    tiles_option,
)


class PlaceOptions(TypedDict):
    """Where an image lies that does not tell, as :func:`geoindex.convert` takes it."""

    bounds: tuple[float, ...] | None
    transform: tuple[float, ...] | None
    gcps: str | list[GroundControlPoint] | None
    tiles: TileScheme | None


def box_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add ``--box`` and ``--map-box``."""
    return add_options(command, BOX)


def nodata_color_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add ``--nodata-color``, ``--collar`` and ``--tolerance``."""
    return add_options(command, NODATA_COLOR)


def place_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add ``--bounds``, ``--transform``, ``--gcps``, ``--gcp`` and ``--tiles`` as `place`."""

    @wraps(command)
    def with_place(
        *,
        bounds: tuple[float, ...] | None,
        transform: tuple[float, ...] | None,
        gcps: str | None,
        points: tuple[tuple[float, ...], ...],
        tiles: TileScheme | None,
        **options: Any,
    ) -> None:
        if points and gcps is not None:
            raise click.UsageError("--gcp and --gcps exclude each other")
        place = PlaceOptions(
            bounds=bounds,
            transform=transform,
            gcps=[_control_point(point) for point in points] or gcps,
            tiles=tiles,
        )
        command(place=place, **options)

    return add_options(with_place, PLACE)


def _control_point(numbers: tuple[float, ...]) -> GroundControlPoint:
    """Control point of column, row, x and y."""
    from rasterio.control import GroundControlPoint

    col, row, x, y = numbers
    return GroundControlPoint(row=row, col=col, x=x, y=y)
