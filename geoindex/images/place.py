"""Where an open image file lies on the map, after itself or the files beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from geoindex.images.sidecars import crs_beside, world_file_transform

if TYPE_CHECKING:
    from affine import Affine
    from rasterio.control import GroundControlPoint
    from rasterio.crs import CRS
    from rasterio.io import DatasetReader

__all__ = ["Place", "place_of"]


class Place(NamedTuple):
    """The georeference of a file."""

    transform: Affine | None
    """Affine map from (column, row) of pixel corners to coordinates, or None."""

    crs: CRS | None
    """Coordinate reference system of `transform` or `gcps`, or None."""

    gcps: tuple[GroundControlPoint, ...]
    """Ground control points in place of a transform."""


def place_of(source: DatasetReader, path: Path) -> Place:
    """Find the georeference of an open file: its own, or a world file and a ``.prj``.

    Parameters
    ----------
    source : rasterio.io.DatasetReader
        The open file.
    path : Path
        Its name.

    Returns
    -------
    Place

    Raises
    ------
    ImageError
        The world file or the ``.prj`` is damaged.
    """
    gcps, gcps_crs = source.gcps
    transform = None if source.transform.is_identity else source.transform
    if transform is None and not gcps:
        transform = world_file_transform(path)
    crs = gcps_crs if gcps else source.crs
    if transform is not None and crs is None:
        crs = crs_beside(path)
    return Place(transform=transform, crs=crs, gcps=tuple(gcps))
