"""Compiled loops over the pixels of a grid: patches, and the borders between them.

A patch is a set of connected pixels of one class. Patches are numbered from 1 in the order of
their first pixels; 0 is nodata and everything outside the grid.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoindex.color.compiled import compiled, types

__all__ = ["find_borders", "follow_borders", "label_patches", "measure_patches"]

_INDICES8 = types.Array(types.uint8, 2, "A", readonly=True)
_INDICES16 = types.Array(types.uint16, 2, "A", readonly=True)
_LABELS = types.int32[:, ::1]
_BITS = types.uint8[:, ::1]
_FLOATS = types.float64[::1]
_COUNTS = types.int64[::1]

Labels = NDArray[np.int32]
Bits = NDArray[np.uint8]
Arcs = tuple[
    NDArray[np.int32], NDArray[np.int32], NDArray[np.int64], NDArray[np.int32], NDArray[np.uint8]
]

NODE = 16
"""Bit of a corner of pixels where three or four borders meet."""

EDGES = 15
"""Bits of the borders that leave a corner: 1 to the right, 2 down, 4 to the left, 8 up."""


@compiled()
def _root(parents: NDArray[np.int32], place: int) -> int:
    """First pixel of the patch that a pixel is known to be in."""
    while parents[place] != place:
        parents[place] = parents[parents[place]]
        place = parents[place]
    return place


@compiled()
def _join(parents: NDArray[np.int32], place: int, other: int) -> None:
    """Make one patch of those of two pixels."""
    root, other_root = _root(parents, place), _root(parents, other)
    parents[max(root, other_root)] = min(root, other_root)


@compiled(
    [
        types.int64(_INDICES8, types.int64, types.int64, _LABELS),
        types.int64(_INDICES16, types.int64, types.int64, _LABELS),
    ]
)
def label_patches(
    indices: NDArray[np.uint16], nodata: int, connectivity: int, labels: Labels
) -> int:
    """Give the patches of a grid their numbers.

    Parameters
    ----------
    indices : ndarray of uint8 or uint16, shape (rows, cols)
    nodata : int
        Index of pixels without a class, or -1.
    connectivity : {4, 8}
        Whether pixels of a patch share a side (4), or may touch at a corner (8).
    labels : ndarray of int32, shape (rows + 2, cols + 2)
        Zeros; the patch of each pixel is written inside a rim of one pixel.

    Returns
    -------
    int
        Number of patches.
    """
    rows, cols = indices.shape
    width = cols + 2
    # First each pixel leads to an earlier one of its patch, by its place in the flat array.
    # Pixels above that are joined already are passed over, which halves the time.
    parents = labels.reshape(-1)
    for y in range(rows):
        for x in range(cols):
            index, place = indices[y, x], (y + 1) * width + x + 1
            if index == nodata:
                continue
            left = x > 0 and indices[y, x - 1] == index
            above = y > 0 and indices[y - 1, x] == index
            above_left = y > 0 and x > 0 and indices[y - 1, x - 1] == index
            parents[place] = parents[place - 1] if left else place
            if above and not (left and (above_left or connectivity == 8)):
                _join(parents, place, place - width)
            elif connectivity == 8 and not above:
                if above_left and not left:
                    _join(parents, place, place - width - 1)
                if y > 0 and x + 1 < cols and indices[y - 1, x + 1] == index:
                    _join(parents, place, place - width + 1)
    n_patches = 0
    for place in range(len(parents)):
        if parents[place] == 0:
            continue
        if parents[place] == place:
            n_patches += 1
            parents[place] = n_patches
        else:
            # The parent comes before, so it holds its number already.
            parents[place] = parents[parents[place]]
    return n_patches


@compiled(
    [
        types.void(_INDICES8, _LABELS, _FLOATS, types.uint16[::1], _COUNTS, _FLOATS),
        types.void(_INDICES16, _LABELS, _FLOATS, types.uint16[::1], _COUNTS, _FLOATS),
    ]
)
def measure_patches(
    indices: NDArray[np.uint16],
    labels: Labels,
    row_areas: NDArray[np.float64],
    classes: NDArray[np.uint16],
    pixels: NDArray[np.int64],
    areas: NDArray[np.float64],
) -> None:
    """Find the class, the number of pixels and the area of each patch.

    Parameters
    ----------
    indices, labels : ndarray
        As in :func:`label_patches`.
    row_areas : ndarray of float64, shape (rows,)
        Area of a pixel of each row.
    classes, pixels, areas : ndarray, shape (patches + 1,)
        Zeros; written.
    """
    rows, cols = indices.shape
    for y in range(rows):
        for x in range(cols):
            label = labels[y + 1, x + 1]
            classes[label] = indices[y, x]
            pixels[label] += 1
            areas[label] += row_areas[y]


@compiled(types.int64(_LABELS, _BITS))
def find_borders(labels: Labels, borders: Bits) -> int:
    """Mark the borders that leave each corner of pixels, and where three or four meet.

    Parameters
    ----------
    labels : ndarray of int32, shape (rows + 2, cols + 2)
    borders : ndarray of uint8, shape (rows + 1, cols + 1)
        Written: bits of :data:`EDGES` and :data:`NODE`.

    Returns
    -------
    int
        Sides of pixels that are borders.
    """
    rows, cols = borders.shape
    twice = 0
    for y in range(rows):
        for x in range(cols):
            above, right_above = labels[y, x], labels[y, x + 1]
            below, right_below = labels[y + 1, x], labels[y + 1, x + 1]
            right, down = right_above != right_below, below != right_below
            left, up = above != below, above != right_above
            degree = int(right) + int(down) + int(left) + int(up)
            bits = int(right) + 2 * int(down) + 4 * int(left) + 8 * int(up)
            borders[y, x] = bits + (NODE if degree >= 3 else 0)
            twice += degree
    return twice // 2


@compiled()
def _sides(labels: Labels, x: int, y: int, direction: int) -> tuple[int, int]:
    """Patches to the left and to the right of a border that leaves a corner."""
    above, right_above = labels[y, x], labels[y, x + 1]
    below, right_below = labels[y + 1, x], labels[y + 1, x + 1]
    if direction == 0:
        return right_above, right_below
    if direction == 1:
        return right_below, below
    if direction == 2:
        return below, above
    return above, right_above


@compiled([(_LABELS, _BITS, types.int64)])
def follow_borders(labels: Labels, borders: Bits, n_sides: int) -> Arcs:
    """Follow each border once, from node to node or around a patch that has no node.

    Parameters
    ----------
    labels : ndarray of int32, shape (rows + 2, cols + 2)
    borders : ndarray of uint8, shape (rows + 1, cols + 1)
        As :func:`find_borders` made it; its edges are erased.
    n_sides : int
        Sides of pixels that are borders.

    Returns
    -------
    x, y : ndarray of int32, shape (corners,)
        Column and row of the corners along all arcs.
    offsets : ndarray of int64, shape (arcs + 1,)
        Where each arc begins.
    sides : ndarray of int32, shape (arcs, 2)
        Patches to the left and to the right.
    directions : ndarray of uint8, shape (arcs, 2)
        First and last direction: 0 to the right, 1 down, 2 to the left, 3 up.
    """
    rows, cols = borders.shape
    x_steps, y_steps = (1, 0, -1, 0), (0, 1, 0, -1)
    xs, ys = np.empty(2 * n_sides, np.int32), np.empty(2 * n_sides, np.int32)
    offsets = np.zeros(n_sides + 1, np.int64)
    sides = np.empty((n_sides, 2), np.int32)
    directions = np.empty((n_sides, 2), np.uint8)
    n, arcs = 0, 0
    for of_nodes in (True, False):
        for row in range(rows):
            for col in range(cols):
                while borders[row, col] & EDGES and (borders[row, col] & NODE or not of_nodes):
                    x, y, start, d = col, row, n, 0
                    while n == start or not (borders[y, x] & NODE or (x == col and y == row)):
                        d = 0
                        while not (borders[y, x] >> d) & 1:
                            d += 1
                        if n == start:
                            sides[arcs, 0], sides[arcs, 1] = _sides(labels, x, y, d)
                            directions[arcs, 0] = d
                        xs[n], ys[n] = x, y
                        n += 1
                        borders[y, x] &= np.uint8(255 - (1 << d))
                        x, y = x + x_steps[d], y + y_steps[d]
                        borders[y, x] &= np.uint8(255 - (1 << (d + 2) % 4))
                    xs[n], ys[n] = x, y
                    n += 1
                    directions[arcs, 1] = d
                    arcs += 1
                    offsets[arcs] = n
    return (
        xs[:n].copy(),
        ys[:n].copy(),
        offsets[: arcs + 1].copy(),
        sides[:arcs].copy(),
        directions[:arcs].copy(),
    )
