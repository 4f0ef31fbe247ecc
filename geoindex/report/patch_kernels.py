"""The compiled loop that measures the patches of the classes of a grid."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoindex.color.compiled import compiled, types

__all__ = ["list_patches"]

_BYTES = types.Array(types.uint8, 2, "A", readonly=True)
_WORDS = types.Array(types.uint16, 2, "A", readonly=True)
_LABELS = types.int32[:, ::1]
_PATCHES = types.int64[:, ::1]


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
    labels : ndarray of int32, shape (rows + 2, cols + 2)
        From :func:`geoindex.analysis.patch_kernels.label_patches`.
    patches : ndarray of int64, shape (n_patches + 1, 6)
        Zeros; written.
    """
    rows, cols = indices.shape
    for row in range(rows):
        for col in range(cols):
            patch = patches[labels[row + 1, col + 1]]
            if patch[1] == 0:
                patch[0] = indices[row, col]
                patch[2], patch[3], patch[5] = row, col, col
            patch[1] += 1
            patch[3], patch[5] = min(patch[3], col), max(patch[5], col)
            patch[4] = row
