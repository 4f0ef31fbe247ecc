"""Where the pixels of a raster lie on the map."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from affine import Affine

__all__ = ["map_bounds"]


def map_bounds(shape: tuple[int, ...], transform: Affine) -> tuple[float, float, float, float]:
    """Left, bottom, right and top of a raster on the map, which may be rotated or sheared.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns.
    transform : Affine
        From (column, row) of pixel corners to map coordinates.

    Returns
    -------
    tuple of float
    """
    rows, cols = shape[:2]
    corners = [transform @ corner for corner in ((0, 0), (cols, 0), (0, rows), (cols, rows))]
    xs, ys = zip(*corners, strict=True)
    return min(xs), min(ys), max(xs), max(ys)
