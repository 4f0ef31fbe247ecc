"""Lines and letters in a color of the ramp, such as black ones on a gray map.

Their color alone does not tell; but they are narrow, and their values jump. Where the closing
(the lower envelope from above) or the opening of the values by a square differs from them by more
than a share of the ramp, the pixel is ink.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from geoindex.color.threads import in_threads
from geoindex.values.inverse import ColorPlaces, project_colors
from geoindex.values.segments import Segments

__all__ = ["MARGIN", "black_place", "hides_ink", "mark_spikes"]

MARGIN = 4
"""Rows above and below that a pixel's closing and opening by 5 x 5 pixels depend on."""

LEAST_JUMP = 0.03
"""Of the ramp."""

COVERED = 0.3
"""Of the way to black, which is less than `LEAST_JUMP` for dark colors: a faint line."""

FAINTEST_JUMP = 0.01
"""Of the ramp, however near to black."""

ROUNDED = 0.5
"""Distance from the ramp of a color that is on it but for rounding."""

STRIP_PIXELS = 2**19
"""Pixels that a thread looks at at a time."""

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
    hidden = (distances <= max(max_distance, ROUNDED)) & (np.abs(found - own) > LEAST_JUMP)
    return bool(hidden.mean() > LEAST_MIXES)


def black_place(segments: Segments) -> float | None:
    """Place of black on a ramp; None if it is not on it.

    Parameters
    ----------
    segments : Segments
        The line that the ramp follows.
    """
    black = np.zeros((1, 3), np.uint8)
    found, distances = project_colors(black, segments)
    return float(found[0]) if distances[0] <= ROUNDED else None


def mark_spikes(
    shares_of: Callable[[slice], NDArray[np.float32]],
    off: NDArray[np.uint8],
    black: float | None,
    span: float = 1.0,
) -> None:
    """Set `off` to 1 for narrow jumps of the values.

    Parameters
    ----------
    shares_of : callable
        Takes rows; returns the places of their pixels on the ramp, not finite where there is
        none.
    off : ndarray of uint8, shape (rows, cols)
    black : float, optional
        Place of black on the ramp, near which black lines jump less.
    span : float
        Length of the ramp, in which places are counted.
    """
    from geoindex.values import spike_kernels

    rows, cols = off.shape
    place = np.nan if black is None else black
    limits = np.array([LEAST_JUMP * span, place, COVERED, FAINTEST_JUMP * span], np.float32)
    step = max(4 * MARGIN, STRIP_PIXELS // max(1, cols))

    def work(top: int) -> None:
        bottom = min(top + step, rows)
        begin = max(top - MARGIN, 0)
        shares = shares_of(slice(begin, min(bottom + MARGIN, rows)))
        spike_kernels.mark_jumps(shares, top - begin, limits, off[top:bottom])

    in_threads(work, range(0, rows, step))
