"""Outlines of patches: the borders between them as arcs, which neighbors share, and as rings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from affine import Affine

__all__ = ["Outlines", "trace_outlines"]

Longs = NDArray[np.int64]

SMALLEST_RING = 4
"""Points of a triangle, whose first one is repeated."""


@dataclass(frozen=True, eq=False)
class Outlines:
    """Arcs between patches, and the rings that they form around each."""

    xs: NDArray[np.int32]
    """Columns of the corners along all arcs."""

    ys: NDArray[np.int32]
    """Rows of the corners."""

    offsets: Longs
    """Where each arc begins; the last item is where the last one ends."""

    sides: NDArray[np.int32]
    """Patches to the left and to the right of each arc; 0 is nodata and the outside."""

    free: NDArray[np.bool_]
    """Whether an arc is a ring that meets no other arc."""

    walks: Longs
    """Arcs of ring after ring, as :mod:`geoindex.analysis.ring_kernels` numbers them."""

    starts: Longs
    """Where each ring begins in `walks`."""

    order: Longs
    """Rings by patches, the outer ring of each first."""

    is_hole: NDArray[np.bool_]
    """Whether each of the rings in `order` is a hole."""

    n_rings: Longs
    """Number of rings of each patch, from patch 1."""

    def polygons(
        self, points: NDArray[np.float64], offsets: Longs, transform: Affine
    ) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """Polygons of all patches, from patch 1, and whether they are sound.

        If all are sound, they neither overlap nor leave gaps, whatever has been done to the arcs
        between them: neighbors share these, so the turns of all rings about any point add up to
        those of the outermost, which is 1; and each sound polygon that holds the point gives 1.

        Parameters
        ----------
        points : ndarray of float64, shape (n, 2)
            Points along the arcs, as columns and rows.
        offsets : ndarray of int64, shape (arcs + 1,)
            Where each arc begins in `points`.
        transform : Affine
            From columns and rows to the coordinates of the polygons.

        Returns
        -------
        polygons : ndarray of shapely.Polygon, shape (patches,)
        sound : ndarray of bool, shape (patches,)
            Whether a polygon is valid and each ring runs as that of the pixels does. Where a
            ring is too short for a polygon, there are no polygons at all.
        """
        import shapely

        from geoindex.analysis.ring_kernels import fill_rings

        a, b, c, d, e, f = transform[:6]
        x, y = points.T
        placed = np.stack([a * x + b * y + c, d * x + e * y + f], axis=-1)
        # Outer rings run counterclockwise on the map, as GeoJSON has it.
        backward = transform.determinant < 0
        lengths = (np.diff(offsets) - 1)[self.walks // 2]
        sizes = np.add.reduceat(lengths, self.starts[:-1])[self.order] + 1
        of_rings = np.concatenate([[0], np.cumsum(sizes)])
        of_polygons = np.concatenate([[0], np.cumsum(self.n_rings)])
        if sizes.min() < SMALLEST_RING:
            sound = np.logical_and.reduceat(sizes >= SMALLEST_RING, of_polygons[:-1])
            return np.full(len(sound), None), sound
        out, areas = np.empty((of_rings[-1], 2)), np.empty(len(sizes))
        fill_rings(
            *(self.walks, self.starts, self.order, placed, offsets, of_rings),
            *(backward, out, areas),
        )
        polygons: NDArray[Any] = shapely.from_ragged_array(
            shapely.GeometryType.POLYGON, out, (of_rings, of_polygons)
        )
        same_turn = np.logical_and.reduceat((areas < 0) == self.is_hole, of_polygons[:-1])
        return polygons, same_turn & shapely.is_valid(polygons)


def trace_outlines(labels: NDArray[np.int32], n_patches: int) -> Outlines:
    """Follow the borders between patches.

    Parameters
    ----------
    labels : ndarray of int32, shape (rows + 2, cols + 2)
        Patches, as in :class:`geoindex.analysis.patches.Patches`.
    n_patches : int
    """
    from geoindex.analysis.patch_kernels import find_borders, follow_borders
    from geoindex.analysis.ring_kernels import collect_rings, link_walks

    rows, cols = labels.shape
    borders = np.empty((rows - 1, cols - 1), np.uint8)
    n_sides = find_borders(labels, borders)
    xs, ys, offsets, sides, directions = follow_borders(labels, borders, n_sides)
    del borders
    ends = np.stack([offsets[:-1], offsets[1:] - 1], axis=-1)
    corners, nodes, uses = np.unique(
        ys[ends] * np.int64(cols) + xs[ends], return_inverse=True, return_counts=True
    )
    nodes = nodes.reshape(ends.shape)
    free = (nodes[:, 0] == nodes[:, 1]) & (uses[nodes[:, 0]] == 2)
    following = np.empty(2 * len(sides), np.int64)
    link_walks(nodes, directions, sides, len(corners), following)
    walks, starts, patches, areas = collect_rings(following, sides, xs, ys, offsets)
    order = np.lexsort((areas < 0, patches))
    n_rings = np.bincount(patches, minlength=n_patches + 1)[1:]
    return Outlines(
        xs, ys, offsets, sides, free, walks, starts, order, (areas < 0)[order], n_rings
    )
