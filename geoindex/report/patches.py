"""The patches of each class, largest first, and classes that are hard to tell apart."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoindex.analysis.patch_kernels import label_patches
from geoindex.grid import IndexGrid
from geoindex.palette import Palette
from geoindex.report import patch_kernels, pyramid_kernels

__all__ = ["LARGEST_PIXELS", "close_pairs", "patches_of"]

LARGEST_PIXELS = 2**22
"""Patches of larger grids are those of a halved grid."""

N_LISTED = 40
"""Patches listed of each class."""

CLOSE = 2.5
"""CIEDE2000 below which two classes are hard to tell apart on a map."""

MOST_COMPARED = 400
"""Classes that are compared with each other at most; those with most pixels."""


def patches_of(grid: IndexGrid) -> dict[str, Any]:
    """Find the largest patches of each class; pixels of a patch touch at least at a corner.

    Returns
    -------
    dict
        ``step``, the pixels of the grid along a side of a pixel that was looked at, and
        ``classes``: by class the number of patches ``n`` and the largest ones ``top``, each as
        pixels, first row and column, last row and column plus one.
    """
    indices: NDArray[Any] = np.asarray(grid.indices)
    step = 1
    while indices.size > LARGEST_PIXELS:
        rows, cols = indices.shape
        half = np.empty((-(-rows // 2), -(-cols // 2)), indices.dtype)
        pyramid_kernels.halve_classes(indices, half)
        indices, step = half, 2 * step
    rows, cols = indices.shape
    labels = np.zeros((rows + 2, cols + 2), dtype=np.int32)
    n_patches = label_patches(indices, -1 if grid.nodata is None else grid.nodata, 8, labels)
    patches = np.zeros((n_patches + 1, 6), dtype=np.int64)
    patch_kernels.list_patches(indices, labels, patches)
    patches = patches[1:]
    order = np.lexsort([np.arange(len(patches)), -patches[:, 1], patches[:, 0]])
    patches = patches[order]
    starts = np.searchsorted(patches[:, 0], np.arange(len(grid.palette) + 1))
    classes = {}
    last = np.asarray(grid.shape)
    for index in np.flatnonzero(np.diff(starts)).tolist():
        found = patches[starts[index] : starts[index + 1]]
        top = found[:N_LISTED, 1:].copy()
        top[:, 0] *= step * step
        top[:, 1:3] *= step
        top[:, 3:5] = np.minimum((top[:, 3:5] + 1) * step, last)
        classes[str(index)] = {"n": len(found), "top": top.tolist()}
    return {"step": step, "classes": classes}


def close_pairs(palette: Palette, counts: NDArray[np.int64]) -> list[list[int]]:
    """Pairs of classes in use whose colors look alike, by CIEDE2000.

    Parameters
    ----------
    palette : Palette
    counts : ndarray of int64, shape (n_colors,)
        Pixels of each class.

    Returns
    -------
    list of list of int
        Two classes each, ascending.
    """
    from geoindex.color.metrics import make_search

    used = np.flatnonzero(counts)
    used = np.sort(used[np.argsort(-counts[used], kind="stable")][:MOST_COMPARED])
    one, other = (side.ravel() for side in np.meshgrid(used, used, indexing="ij"))
    one, other = one[one < other], other[one < other]
    search = make_search(palette, "ciede2000", None)
    near = search.distance(palette.colors[one], other.astype(np.uint16)) < CLOSE
    return [[int(a), int(b)] for a, b in zip(one[near], other[near], strict=True)]
