"""Georeference of an open image file, from the file itself or its sidecars."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from affine import Affine

from geoindex.errors import GeoindexWarning, ImageError, OptionError
from geoindex.images.control_points import read_control_points
from geoindex.images.sidecars import (
    crs_beside,
    points_beside,
    unread_places,
    world_file_transform,
)
from geoindex.images.web_tiles import WEB_MERCATOR, TileScheme, tile_transform
from geoindex.rules.choices import check_choice
from geoindex.rules.crs import parse_crs
from geoindex.rules.place import tells_pixels_apart

if TYPE_CHECKING:
    from rasterio.control import GroundControlPoint
    from rasterio.crs import CRS
    from rasterio.io import DatasetReader

__all__ = ["GivenPlace", "Place", "place_of"]

OWN_PLACES = ("GTiff", "JP2OpenJPEG")
"""Drivers of formats that hold a georeference, so that world files beside them are ignored."""


@dataclass(frozen=True, kw_only=True)
class GivenPlace:
    """Georeference that the user gives to an image without one."""

    transform: Affine | None = None
    """From (column, row) of pixel corners to map coordinates."""

    bounds: tuple[float, float, float, float] | None = None
    """West, south, east and north edge of the whole image."""

    gcps: tuple[GroundControlPoint, ...] = ()
    """Control points."""

    tiles: TileScheme | None = None
    """How the paths of web tiles number their rows, if images are web tiles."""

    crs: CRS | None = None
    """Coordinate reference system; also applies to an image that has a transform."""

    @classmethod
    def of(
        cls,
        *,
        transform: Affine | Sequence[float] | None = None,
        bounds: Sequence[float] | None = None,
        gcps: Sequence[Any] | str | PathLike[str] | None = None,
        tiles: TileScheme | None = None,
        crs: CRS | str | int | None = None,
    ) -> GivenPlace:
        """Check the options of :func:`geoindex.index_image`, which explains them.

        Raises
        ------
        OptionError
            More than one place is given, or one is not made of numbers.
        MissingFileError, ImageError
            The file of control points does not exist or cannot be read.
        """
        places = {"transform": transform, "bounds": bounds, "gcps": gcps, "tiles": tiles}
        given = [name for name, one in places.items() if one is not None]
        if len(given) > 1:
            raise OptionError(f"{' and '.join(given)} give an image two places; leave one out")
        if tiles is not None:
            check_choice("tiles", tiles, TileScheme)
            if crs is not None:
                raise OptionError("web tiles are in Web Mercator, EPSG:3857; leave out crs")
            crs = WEB_MERCATOR
        points, points_crs = _control_points(gcps)
        parsed = parse_crs(crs, error=OptionError)
        return cls(
            transform=None if transform is None else _transform(transform),
            bounds=None if bounds is None else _bounds(bounds),
            gcps=points,
            tiles=tiles,
            crs=parsed if parsed is not None else points_crs,
        )

    @property
    def is_placing(self) -> bool:
        """Whether it gives a position, and not only a CRS."""
        given = (self.transform, self.bounds, self.tiles)
        return any(one is not None for one in given) or bool(self.gcps)

    def transform_of(self, shape: tuple[int, int], path: Path | None) -> Affine | None:
        """Transform of an image of this shape; `path` is None for one in memory."""
        if self.tiles is not None:
            if path is None:
                raise ImageError("is in memory, and only the path of a file tells a tile's place")
            return tile_transform(path, shape, self.tiles)
        if self.bounds is None:
            return self.transform
        rows, cols = shape
        west, south, east, north = self.bounds
        return Affine((east - west) / cols, 0, west, 0, (south - north) / rows, north)


def _transform(numbers: Affine | Sequence[float]) -> Affine:
    """Transform of six numbers, or of the nine of an Affine."""
    try:
        parts = [float(number) for number in numbers]
    except (TypeError, ValueError):
        parts = []
    if len(parts) not in (6, 9) or not all(map(math.isfinite, parts)):
        raise OptionError(
            "transform must be an Affine or its six numbers a, b, c, d, e, f: x = a * column + "
            f"b * row + c and y = d * column + e * row + f; found {numbers!r}"
        )
    made = Affine(*parts[:6])
    if not made.determinant:
        raise OptionError(f"transform {tuple(parts[:6])} gives many pixels the same place")
    return made


def _bounds(edges: Sequence[float]) -> tuple[float, float, float, float]:
    """Edges of an image on the map."""
    try:
        west, south, east, north = (float(edge) for edge in edges)
    except (TypeError, ValueError):
        west = south = east = north = math.nan
    if not (west < east and south < north and all(map(math.isfinite, (west, south, east, north)))):
        raise OptionError(
            "bounds must be the west, south, east and north edge of the image, west below east "
            f"and south below north; found {edges!r}"
        )
    return west, south, east, north


def _control_points(
    gcps: Sequence[Any] | str | PathLike[str] | None,
) -> tuple[tuple[GroundControlPoint, ...], CRS | None]:
    """Control points, and their CRS if their file names it."""
    if gcps is None:
        return (), None
    if isinstance(gcps, str | PathLike):
        return read_control_points(Path(gcps))
    points = tuple(gcps) if isinstance(gcps, Iterable) else ()
    if not points or not all(hasattr(point, "row") and hasattr(point, "x") for point in points):
        raise OptionError(
            "gcps must be rasterio GroundControlPoints, or the file of control points of QGIS; "
            f"found {gcps!r}"
        )
    return points, None


class Place(NamedTuple):
    """Georeference of a file."""

    transform: Affine | None
    """Affine transform from (column, row) of pixel corners to map coordinates, or None."""

    crs: CRS | None
    """Coordinate reference system of `transform` or `gcps`, or None."""

    gcps: tuple[GroundControlPoint, ...]
    """Ground control points instead of a transform."""

    def completed(
        self, given: GivenPlace | None, shape: tuple[int, int], path: Path | None = None
    ) -> Place:
        """Add what the user gives to the georeference of an image of this shape.

        Raises
        ------
        ImageError
            The image has a place already, or has none for the CRS to refer to.
        """
        if given is None:
            return self
        transform, gcps = given.transform_of(shape, path), given.gcps
        is_placed = self.transform is not None or bool(self.gcps)
        if gcps and list(map(_numbers, gcps)) == list(map(_numbers, self.gcps)):
            # The user named the file of control points that lies beside the image anyway.
            return self._replace(crs=given.crs or self.crs)
        if is_placed and (transform is not None or gcps):
            raise ImageError(
                "has a place already, from its file or beside it; leave out bounds, transform and "
                "control points, or remove that one"
            )
        if not is_placed:
            if given.crs is not None and transform is None and not gcps:
                raise ImageError(
                    "has no world file, transform or control points, so crs= has nothing "
                    "to refer to; give bounds= too"
                )
            return Place(transform, given.crs, gcps)
        return self if given.crs is None else self._replace(crs=given.crs)


def place_of(source: DatasetReader, file: Path | None) -> Place:
    """Find the georeference of an open file: its own, or a world file and a ``.prj``.

    Parameters
    ----------
    source : rasterio.io.DatasetReader
        The open file.
    file : Path or None
        The file, if others beside it are to be read too.

    Raises
    ------
    ImageError
        The world file or the ``.prj`` is damaged, or pixels have no place of their own.
    """
    gcps, gcps_crs = source.gcps
    transform = None if source.transform.is_identity else source.transform
    if transform is not None and file is not None and source.driver not in OWN_PLACES:
        # Only to raise an error for a damaged one: GDAL reads a word as 0.
        world_file_transform(file)
    if transform is None and not gcps and file is not None:
        transform = world_file_transform(file)
        if transform is None:
            gcps, gcps_crs = _points_beside(file)
    if transform is not None and not tells_pixels_apart(transform, source.shape):
        raise ImageError(
            f"{file or source.name}: its transform {tuple(transform)[:6]} is not finite, too "
            "large, or gives neighboring pixels the same place; correct the world file or "
            ".aux.xml beside it"
        )
    crs = gcps_crs if gcps else source.crs
    if transform is not None and crs is None and file is not None:
        crs = crs_beside(file)
    return Place(transform=transform, crs=crs, gcps=tuple(gcps))


def _numbers(point: GroundControlPoint) -> tuple[float, ...]:
    return point.row, point.col, point.x, point.y


def _points_beside(file: Path) -> tuple[Sequence[GroundControlPoint], CRS | None]:
    """Control points of QGIS beside an image; warns of other files that are not read."""
    for beside in points_beside(file):
        return read_control_points(beside)
    unread = unread_places(file)
    if unread:
        warnings.warn(
            f"{file}: has no place; {unread[0].name} beside it is not read; give the place with "
            "bounds=, transform= or gcps=",
            GeoindexWarning,
            stacklevel=2,
        )
    return (), None
