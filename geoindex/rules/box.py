"""Parts of a raster: boxes in pixels or on the map, and their georeference."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from geoindex.errors import GridError, OptionError
from geoindex.rules.place import map_bounds

if TYPE_CHECKING:
    from affine import Affine
    from rasterio.control import GroundControlPoint

__all__ = [
    "Region",
    "moved_points",
    "moved_transform",
    "region_of",
    "region_of_box",
    "region_of_map_box",
]

Region = tuple[slice, slice]
"""Rows and columns, each with a start and a stop."""

SAME_PIXEL = 1e-6
"""Distance, in pixels, that rounding may put between the edge of a box and a pixel center."""


def region_of(
    shape: tuple[int, ...],
    transform: Affine | None,
    *,
    box: Sequence[float] | None,
    map_box: Sequence[float] | None,
) -> Region | None:
    """Rows and columns of a box in pixels or on the map; None if there is neither."""
    if box is not None:
        return region_of_box(box, shape)
    if map_box is not None:
        return region_of_map_box(map_box, shape, transform)
    return None


def region_of_box(box: Sequence[float], shape: tuple[int, ...]) -> Region:
    """Rows and columns inside a box in pixels.

    Parameters
    ----------
    box : sequence of four int
        Left, top, right and bottom, right and bottom exclusive.
    shape : tuple of int
        Rows and columns of the raster.

    Raises
    ------
    OptionError
        The box is not four whole numbers, is empty, or is not inside the raster.

    Examples
    --------
    >>> from geoindex.rules.box import region_of_box
    >>> region_of_box((50, 100, 80, 200), (300, 300))
    (slice(100, 200, None), slice(50, 80, None))
    """
    edges = _four_numbers("box", box, "left, top, right and bottom in pixels")
    if any(edge != int(edge) for edge in edges):
        raise OptionError(f"box must be four whole numbers of pixels, found {tuple(box)}")
    left, top, right, bottom = (int(edge) for edge in edges)
    rows, cols = shape[:2]
    if not (0 <= left < right <= cols and 0 <= top < bottom <= rows):
        raise OptionError(
            f"box {left} {top} {right} {bottom} is not inside the picture of {cols} x {rows} "
            "pixels: left, top, right and bottom must grow from 0 to its width and height"
        )
    return slice(top, bottom), slice(left, right)


def region_of_map_box(
    map_box: Sequence[float], shape: tuple[int, ...], transform: Affine | None
) -> Region:
    """Rows and columns of the pixels whose centers lie inside a box on the map.

    Parameters
    ----------
    map_box : sequence of four float
        West, south, east and north.
    shape : tuple of int
        Rows and columns of the raster.
    transform : Affine or None
        From (column, row) of pixel corners to map coordinates.

    Raises
    ------
    OptionError
        The box is not four numbers, is empty, or holds no pixel.
    GridError
        There is no transform, or it is rotated.

    Examples
    --------
    >>> from affine import Affine
    >>> from geoindex.rules.box import region_of_map_box
    >>> region_of_map_box((520, 660, 540, 690), (30, 30), Affine(10, 0, 500, 0, -10, 700))
    (slice(1, 4, None), slice(2, 4, None))
    """
    west, south, east, north = _four_numbers("map_box", map_box, "west, south, east and north")
    if not (west < east and south < north):
        raise OptionError(
            f"map_box {west:g} {south:g} {east:g} {north:g} is empty: west must lie below east "
            "and south below north"
        )
    if transform is None:
        raise GridError("a box on the map needs a map with a place; give a box in pixels")
    if transform.b or transform.d:
        raise GridError("a box on the map cannot be cut from a rotated one; give a box in pixels")
    rows, cols = shape[:2]
    row = _centers_between(south, north, transform.f, transform.e, rows)
    col = _centers_between(west, east, transform.c, transform.a, cols)
    if row.start >= row.stop or col.start >= col.stop:
        left, bottom, right, top = map_bounds(shape, transform)
        raise OptionError(
            f"map_box {west:.10g} {south:.10g} {east:.10g} {north:.10g} holds no pixel of the "
            f"map, which covers {left:.10g} {bottom:.10g} {right:.10g} {top:.10g}"
        )
    return row, col


def moved_transform(transform: Affine | None, region: Region) -> Affine | None:
    """Transform of a part of a raster."""
    if transform is None:
        return None
    row, col = region
    return transform @ type(transform).translation(col.start, row.start)


def moved_points(
    gcps: Sequence[GroundControlPoint], region: Region
) -> tuple[GroundControlPoint, ...]:
    """Control points of a part of a raster; those outside still count."""
    row, col = region
    return tuple(
        type(point)(
            row=point.row - row.start,
            col=point.col - col.start,
            x=point.x,
            y=point.y,
            z=point.z,
            id=point.id,
            info=point.info,
        )
        for point in gcps
    )


def _four_numbers(name: str, box: Sequence[float], what: str) -> tuple[float, ...]:
    """Finite edges of a box."""
    try:
        left, first, right, last = (float(edge) for edge in box)
    except (TypeError, ValueError):
        raise OptionError(f"{name} must be four numbers, {what}, found {box!r}") from None
    edges = left, first, right, last
    if not all(math.isfinite(edge) for edge in edges):
        raise OptionError(f"{name} must be four finite numbers, {what}, found {box!r}")
    return edges


def _centers_between(low: float, high: float, origin: float, step: float, n: int) -> slice:
    """Pixels of one axis whose centers lie between two coordinates."""
    ends = sorted(((low - origin) / step, (high - origin) / step))
    first = math.ceil(ends[0] - 0.5 - SAME_PIXEL)
    last = math.floor(ends[1] - 0.5 + SAME_PIXEL)
    return slice(max(0, first), min(n, last + 1))
