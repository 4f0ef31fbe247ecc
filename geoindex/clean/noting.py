"""What changed, and how sure that is, pixel by pixel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoindex.clean.confidence import UNLISTED
from geoindex.clean.cores import index_array
from geoindex.color.compiled import compiled, types

__all__ = ["note_changes", "rate_pixels"]

NODATA_CONFIDENCE = 255

_bytes = types.Array(types.uint8, 2, "A", readonly=True)


@compiled(
    types.void(
        index_array,
        index_array,
        types.Array(types.uint8, 1, "C", readonly=True),
        types.uint8[:, ::1],
    )
)
def note_changes(
    before: NDArray[np.int32],
    after: NDArray[np.int32],
    of_class: NDArray[np.uint8],
    reasons: NDArray[np.uint8],
) -> None:
    """Record the reason of every change.

    Parameters
    ----------
    before, after : ndarray of int32, shape (rows, cols)
        Classes; nodata does not change.
    of_class : ndarray of uint8, shape (n_colors,)
        Reason recorded for changed pixels of each class.
    reasons : ndarray of uint8, shape (rows, cols)
        Written where there is a change.
    """
    for row in range(before.shape[0]):
        for col in range(before.shape[1]):
            if after[row, col] != before[row, col]:
                reasons[row, col] = of_class[before[row, col]]


@compiled(
    types.void(
        types.Array(types.int32, 2, "A", readonly=True), _bytes, _bytes, types.uint8,
        types.Array(types.uint8, 1, "C", readonly=True),
        types.Array(types.uint8, 2, "A"), types.int64[::1],
    )
)  # fmt: skip
def rate_pixels(
    classes: NDArray[np.int32],
    reasons: NDArray[np.uint8],
    margins: NDArray[np.uint8],
    guess: int,
    percent: NDArray[np.uint8],
    confidence: NDArray[np.uint8],
    counts: NDArray[np.int64],
) -> None:
    """Turn margins into confidence, and count them.

    Parameters
    ----------
    classes : ndarray of int32, shape (rows, cols)
        Negative for nodata.
    reasons, margins : ndarray of uint8, shape (rows, cols)
    guess : int
        Reason that makes a pixel a guess, whatever its margin was.
    percent : ndarray of uint8, shape (102,)
        Confidence in a pixel of each margin.
    confidence : ndarray of uint8, shape (rows, cols)
        Written: percent, 255 for nodata.
    counts : ndarray of int64, shape (102,)
        Increased: pixels of each margin.
    """
    for row in range(classes.shape[0]):
        for col in range(classes.shape[1]):
            if classes[row, col] < 0:
                confidence[row, col] = NODATA_CONFIDENCE
                continue
            margin = margins[row, col]
            if reasons[row, col] == guess and margin != UNLISTED:
                margin = np.uint8(0)
            confidence[row, col] = percent[margin]
            counts[margin] += 1
