"""Lines and letters in a color of the ramp, such as black ones on a gray map.

Their color alone does not tell; but they are narrow, and their values jump. Where the closing
(the lower envelope from above) or the opening of the values by a square differs from them by more
than a share of the ramp, the pixel is ink.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from geoindex.color.threads import in_threads
from geoindex.values.inverse import ColorPlaces, project_colors
from geoindex.values.scale import ValueScale
from geoindex.values.segments import Segments

__all__ = ["MARGIN", "hides_ink", "mark_spikes"]

SIDE = 5
"""Side of the square in pixels: what is narrower is a line. 7 and 11 flatten real hills."""

MARGIN = 2 * (SIDE // 2)
"""Rows above and below that a pixel's closing and opening depend on."""

LEAST_JUMP = 0.03
"""Of the ramp."""

MIXES = np.array([0.0, 0.25, 0.5, 0.75])
"""Shares of a color that are left below a black line and along its soft edges."""

LEAST_MIXES = 0.01
"""Of the mixtures, from which on too many are colors of the ramp."""


def hides_ink(places: ColorPlaces, segments: Segments, max_distance: float) -> bool:
    """Whether a ramp has the colors of black lines on it, at places of other values.

    Gray does, and "hot", whose dark reds are those of black over red; "inferno" does not, unless
    some distance from it is allowed.

    Parameters
    ----------
    places : ColorPlaces
        The colors of the picture, whose rounded ramp is looked at.
    segments : Segments
        The line that it follows.
    max_distance : float
        Farthest from the ramp that a color has a value.
    """
    pieces = places.pieces
    mixed = np.floor(pieces.colors[:, np.newaxis] * MIXES[:, np.newaxis] + 0.5).astype(np.uint8)
    own = np.repeat((pieces.lows + pieces.highs) / 2, len(MIXES))
    found, distances = project_colors(mixed.reshape(-1, 3), segments)
    # Points of the ramp are rounded, too.
    hidden = (distances <= max(max_distance, 0.5)) & (np.abs(found - own) > LEAST_JUMP)
    return bool(hidden.mean() > LEAST_MIXES)


def mark_spikes(
    values: NDArray[np.float32],
    off: NDArray[np.uint8],
    scale: ValueScale,
    strips: Sequence[slice],
) -> None:
    """Set `off` to 1 for narrow jumps of the values.

    Parameters
    ----------
    values : ndarray of float32, shape (rows, cols)
        NaN where there is none.
    off : ndarray of uint8, shape (rows, cols)
    scale : ValueScale
        Tells how large a jump is as a share of the ramp.
    strips : sequence of slice
        Rows that are done at a time.
    """

    def work(rows: slice) -> None:
        top, bottom = max(rows.start - MARGIN, 0), min(rows.stop + MARGIN, len(values))
        own = slice(rows.start - top, rows.stop - top)
        jumps = _jumps(scale.shares(values[top:bottom]))[own] > LEAST_JUMP
        off[rows] |= jumps.view(np.uint8)

    in_threads(work, strips)


def _jumps(shares: NDArray[np.float32]) -> NDArray[np.float32]:
    """How far values stand out from their closing or opening; 0 where there is none."""
    from scipy.ndimage import maximum_filter, minimum_filter

    gone = ~np.isfinite(shares)
    low, high = np.where(gone, -np.inf, shares), np.where(gone, np.inf, shares)
    # Outside of the picture, and where nothing is known, is nothing.
    above = maximum_filter(low, SIDE, mode="constant", cval=-np.inf)
    closing = minimum_filter(
        np.where(np.isinf(above), np.inf, above), SIDE, mode="constant", cval=np.inf
    )
    below = minimum_filter(high, SIDE, mode="constant", cval=np.inf)
    opening = maximum_filter(
        np.where(np.isinf(below), -np.inf, below), SIDE, mode="constant", cval=-np.inf
    )
    with np.errstate(invalid="ignore"):
        jumps = np.maximum(closing - shares, shares - opening)
    return np.where(gone, np.float32(0), jumps)
