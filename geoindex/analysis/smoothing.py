"""Polygons of patches, along the sides of their pixels or smooth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from geoindex.analysis.outlines import Outlines

if TYPE_CHECKING:
    from affine import Affine

__all__ = ["smooth_polygons", "stepped_polygons"]

LIMITS = (0.9, 0.4, 0.0, -1.0)
"""Pixels by which points may move. Where a polygon is not sound then, the next limit is tried for
its borders; the last leaves the steps of the pixels, with which all are."""

TOLERANCE = 0.2
"""Pixels by which simplification may move a smooth border."""


def stepped_polygons(outlines: Outlines, transform: Affine) -> NDArray[Any]:
    """Polygons along the sides of pixels.

    Parameters
    ----------
    outlines : Outlines
    transform : Affine
        From columns and rows to the coordinates of the polygons.

    Returns
    -------
    ndarray of shapely.Polygon, shape (patches,)
        From patch 1.
    """
    xs, ys, offsets = outlines.xs, outlines.ys, outlines.offsets
    # Compiled code that smooths takes longer to load than this.
    is_corner = np.ones(len(xs), np.bool_)
    is_corner[1:-1] = (np.diff(xs, 2) != 0) | (np.diff(ys, 2) != 0)
    is_corner[offsets[:-1]] = is_corner[offsets[1:] - 1] = True
    points = np.stack([xs[is_corner], ys[is_corner]], axis=-1).astype(np.float64)
    starts = np.concatenate([[0], np.cumsum(is_corner)])[offsets]
    return outlines.polygons(points, starts, transform)[0]


def smooth_polygons(outlines: Outlines, transform: Affine) -> NDArray[Any]:
    """Polygons with smooth borders, without overlaps or gaps; those to nodata keep their steps.

    Parameters
    ----------
    outlines : Outlines
    transform : Affine
        From columns and rows to the coordinates of the polygons.

    Returns
    -------
    ndarray of shapely.Polygon, shape (patches,)
        From patch 1.
    """
    limits = np.asarray(LIMITS)
    inner = (outlines.sides > 0).all(axis=1)
    tries = np.where(inner, 0, len(LIMITS) - 1)
    while True:
        polygons, sound = _polygons(outlines, limits[tries], transform)
        if sound.all():
            return polygons
        near = ~np.concatenate([[True], sound])[outlines.sides].all(axis=1)
        tries[near & inner] = np.minimum(tries[near & inner] + 1, len(LIMITS) - 1)


def _polygons(
    outlines: Outlines, limits: NDArray[np.float64], transform: Affine
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    from geoindex.analysis.smoothing_kernels import smooth_arcs

    points, offsets = smooth_arcs(
        outlines.xs, outlines.ys, outlines.offsets, outlines.free, limits, TOLERANCE
    )
    return outlines.polygons(points, offsets, transform)
