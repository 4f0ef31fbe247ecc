"""Units so thin that they have no cores."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoindex.clean.cores import DOUBTFUL, EXACT, LONE, window_of
from geoindex.clean.mixing import SEARCH_RADIUS
from geoindex.color.compiled import compiled, types

__all__ = ["SUPPORT_RADIUS", "trust_thin_units"]

SUPPORT_RADIUS, SUPPORT = 2, 5
"""A unit without cores is accepted if this many pixels within the radius show it."""


@compiled(
    types.boolean(
        types.int32[:, ::1],
        types.Array(types.int32, 2, "C", readonly=True),
        types.Array(types.int64, 1, "C", readonly=True),
        types.Array(types.int32, 1, "C", readonly=True),
        window_of,
        types.uint8[:, ::1],
        types.uint8[::1],
    )
)
def trust_thin_units(
    indices: NDArray[np.int32],
    slots: NDArray[np.int32],
    places: NDArray[np.int64],
    thin: NDArray[np.int32],
    window: tuple[int, int, int, int],
    kind: NDArray[np.uint8],
    again: NDArray[np.uint8],
) -> bool:
    """Accept pixels as exact if enough of their neighbors show the same thin unit.

    Parameters
    ----------
    indices : ndarray of int32, shape (rows, cols)
        Changed to the unit where it is trusted.
    slots : ndarray of int32, shape (rows, cols)
        Row of each doubtful pixel in `places` and `thin`, -1 elsewhere.
    places, thin
        As in :func:`geoindex.clean.mixing.unmix`.
    window : tuple of int
        First and last row, first and last column, the last ones excluded, of the pixels to
        look at. Those up to the support radius beyond it must have their slots.
    kind : ndarray of uint8, shape (rows, cols)
        From :func:`geoindex.clean.cores.find_cores`; changed.
    again : ndarray of uint8, shape (n,)
        Set to 1 where the shares must be found again, because a trusted pixel is near.

    Returns
    -------
    bool
        Whether there is any such pixel.
    """
    rows, cols = indices.shape
    some = False
    for place in range(len(places)):
        row, col, unit = places[place] // cols, places[place] % cols, thin[place]
        if unit < 0 or kind[row, col] not in (DOUBTFUL, LONE):
            continue
        if not (window[0] <= row < window[1] and window[2] <= col < window[3]):
            continue
        support = 0
        for y in range(max(0, row - SUPPORT_RADIUS), min(rows, row + SUPPORT_RADIUS + 1)):
            for x in range(max(0, col - SUPPORT_RADIUS), min(cols, col + SUPPORT_RADIUS + 1)):
                slot = slots[y, x]
                support += int(slot >= 0 and thin[slot] == unit)
        if support < SUPPORT:
            continue
        some = True
        indices[row, col] = unit
        kind[row, col] = EXACT
        for y in range(max(0, row - SEARCH_RADIUS), min(rows, row + SEARCH_RADIUS + 1)):
            for x in range(max(0, col - SEARCH_RADIUS), min(cols, col + SEARCH_RADIUS + 1)):
                if slots[y, x] >= 0:
                    again[slots[y, x]] = 1
    return some
