"""Georeference of an open image file, from the file itself or its sidecars."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geoindex.errors import ImageError
from geoindex.images.sidecars import crs_beside, world_file_transform

if TYPE_CHECKING:
    from affine import Affine
    from rasterio.control import GroundControlPoint
    from rasterio.crs import CRS
    from rasterio.io import DatasetReader

__all__ = ["Place", "place_of"]


class Place(NamedTuple):
    """Georeference of a file."""

    transform: Affine | None
    """Affine transform from (column, row) of pixel corners to map coordinates, or None."""

    crs: CRS | None
    """Coordinate reference system of `transform` or `gcps`, or None."""

    gcps: tuple[GroundControlPoint, ...]
    """Ground control points instead of a transform."""


def place_of(source: DatasetReader, path: Path) -> Place:
    """Find the georeference of an open file: its own, or a world file and a ``.prj``.

    Parameters
    ----------
    source : rasterio.io.DatasetReader
        The open file.
    path : Path
        Path of the file.

    Returns
    -------
    Place

    Raises
    ------
    ImageError
        The world file or the ``.prj`` is damaged, or pixels have no place of their own.
    """
    gcps, gcps_crs = source.gcps
    transform = None if source.transform.is_identity else source.transform
    if transform is None and not gcps:
        transform = world_file_transform(path)
    if transform is not None and not _tells_pixels_apart(transform, source.shape):
        raise ImageError(
            f"{path}: its transform {tuple(transform)[:6]} is not finite or gives neighboring "
            "pixels the same place; correct the world file or .aux.xml beside it"
        )
    crs = gcps_crs if gcps else source.crs
    if transform is not None and crs is None:
        crs = crs_beside(path)
    return Place(transform=transform, crs=crs, gcps=tuple(gcps))


def _tells_pixels_apart(transform: Affine, shape: tuple[int, int]) -> bool:
    """Whether the corners of neighboring pixels have finite and different coordinates."""
    a, b, c, d, e, f = transform[:6]
    rows, cols = shape
    # Where coordinates are largest, they are least precise.
    corners = np.array([(col, row) for col in (0, cols) for row in (0, rows)], dtype=np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        along = corners @ np.array([[a, d], [b, e]])
        places = along + np.array([c, f])
        if not np.isfinite(places).all():
            return False
        steps = [places + step - places for step in ((a, d), (b, e))]
    return all((step != 0).any(axis=1).all() for step in steps)
