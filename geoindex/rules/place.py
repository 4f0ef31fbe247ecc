"""Where the pixels of a raster lie on the map."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from geoindex.errors import GridError

if TYPE_CHECKING:
    from affine import Affine

__all__ = ["check_fields", "map_bounds", "tells_pixels_apart"]


def map_bounds(shape: tuple[int, ...], transform: Affine) -> tuple[float, float, float, float]:
    """Left, bottom, right and top of a raster on the map, which may be rotated or sheared.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns.
    transform : Affine
        From (column, row) of pixel corners to map coordinates.
    """
    rows, cols = shape[:2]
    corners = [transform @ corner for corner in ((0, 0), (cols, 0), (0, rows), (cols, rows))]
    xs, ys = zip(*corners, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def tells_pixels_apart(transform: Affine, shape: tuple[int, ...]) -> bool:
    """Whether pixels have a finite area, and their corners different coordinates.

    Parameters
    ----------
    transform : Affine
        From (column, row) of pixel corners to map coordinates.
    shape : tuple of int
        Rows and columns.
    """
    a, b, c, d, e, f = map(float, transform[:6])
    rows, cols = shape
    area = abs(a * e - b * d)
    if area == 0 or not math.isfinite(area * rows * cols):
        return False
    # The largest coordinates are the least precise.
    corners = np.array([(col, row) for col in (0, cols) for row in (0, rows)], dtype=np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        along = corners @ np.array([[a, d], [b, e]])
        places = along + np.array([c, f])
        if not np.isfinite(places).all():
            return False
        steps = [places + step - places for step in ((a, d), (b, e))]
    return all((step != 0).any(axis=1).all() for step in steps)


def check_fields(
    transform: Affine | None, crs: Any, provenance: Any, shape: tuple[int, ...]
) -> None:
    """Check transform, reference system and provenance of a grid.

    Raises
    ------
    GridError
        The transform gives pixels no place of their own, the reference system is none of
        rasterio's, or the provenance is no mapping.
    """
    if not (transform is None or hasattr(transform, "determinant")):
        raise GridError(f"transform must be an affine.Affine, found {type(transform).__name__}")
    if transform is not None and not tells_pixels_apart(transform, shape):
        raise GridError(
            f"the transform {tuple(transform)[:6]} is not finite, too large, or gives neighboring "
            "pixels the same place"
        )
    if not (crs is None or hasattr(type(crs), "units_factor")):
        raise GridError(
            f"crs must be a rasterio.crs.CRS, found {type(crs).__name__}; "
            "CRS.from_user_input makes one of names and codes"
        )
    if not isinstance(provenance, Mapping):
        raise GridError(f"provenance must be a mapping, found {type(provenance).__name__}")
