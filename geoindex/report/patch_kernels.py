"""The compiled loops that find the patches of the classes of a grid."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoindex.color.compiled import compiled, types

__all__ = ["list_patches", "number_patches"]

_BYTES = types.Array(types.uint8, 2, "A", readonly=True)
_WORDS = types.Array(types.uint16, 2, "A", readonly=True)
_LABELS = types.int32[:, ::1]
_PATCHES = types.int64[:, ::1]


@compiled()
def _root(parents: NDArray[np.int32], place: np.int32) -> np.int32:
    """First pixel of the patch that a pixel is known to be in."""
    while parents[place] != place:
        parents[place] = parents[parents[place]]
        place = parents[place]
    return place


@compiled([types.int64(_BYTES, _LABELS), types.int64(_WORDS, _LABELS)])
def number_patches(indices: NDArray[np.uint8 | np.uint16], labels: NDArray[np.int32]) -> int:
    """Give a number to each patch of one class, whose pixels touch at least at a corner.

    Parameters
    ----------
    indices : ndarray of uint8 or uint16, shape (rows, cols)
    labels : ndarray of int32, shape (rows, cols)
        Written: the number of each pixel's patch, in the order in which they turn up.

    Returns
    -------
    int
        Number of patches.
    """
    rows, cols = indices.shape
    parents = labels.reshape(-1)
    for row in range(rows):
        for col in range(cols):
            place = np.int32(row * cols + col)
            root = np.int32(row * cols + col)
            parents[place] = place
            for step in range(4):
                # The pixel before, and the three above.
                r, c = (row, col - 1) if step == 3 else (row - 1, col - 1 + step)
                if r < 0 or c < 0 or c >= cols or indices[r, c] != indices[row, col]:
                    continue
                other = _root(parents, np.int32(r * cols + c))
                low, high = min(root, other), max(root, other)
                parents[high] = low
                root = low
    n_patches = 0
    for pixel in range(rows * cols):
        # A parent comes before its children, so it holds its number already.
        if parents[pixel] == pixel:
            parents[pixel] = n_patches
            n_patches += 1
        else:
            parents[pixel] = parents[parents[pixel]]
    return n_patches


@compiled([types.void(_BYTES, _LABELS, _PATCHES), types.void(_WORDS, _LABELS, _PATCHES)])
def list_patches(
    indices: NDArray[np.uint8 | np.uint16],
    labels: NDArray[np.int32],
    patches: NDArray[np.int64],
) -> None:
    """Write class, pixels, first row and column, last row and column of each patch.

    Parameters
    ----------
    indices : ndarray of uint8 or uint16, shape (rows, cols)
    labels : ndarray of int32, shape (rows, cols)
        From :func:`number_patches`.
    patches : ndarray of int64, shape (n_patches, 6)
        Zeros; written.
    """
    rows, cols = indices.shape
    for row in range(rows):
        for col in range(cols):
            patch = patches[labels[row, col]]
            if patch[1] == 0:
                patch[0] = indices[row, col]
                patch[2], patch[3], patch[5] = row, col, col
            patch[1] += 1
            patch[3], patch[5] = min(patch[3], col), max(patch[5], col)
            patch[4] = row
