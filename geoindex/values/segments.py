"""The line that the colors of a ramp follow, for colors that are not exactly on it."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geoindex.rules.plane import Floats
from geoindex.values.pieces import SHIFT, Pieces
from geoindex.values.ramp import Ramp, Rounding

__all__ = ["Segments", "segments_of"]

FEWEST_STEPS = 32
"""Steps from which on a ramp of steps stands for a continuous one."""

HARD_STEP = 48
"""Change of a channel from step to step beyond which there is nothing between the two colors."""


class Segments(NamedTuple):
    """Straight lines in the space of colors."""

    shares: Floats
    """Place on the ramp of both ends of each, shape (n, 2)."""

    ends: Floats
    """Color of both ends, 0 to 255, shape (n, 2, 3)."""


def segments_of(ramp: Ramp, pieces: Pieces, rounding: Rounding) -> Segments:
    """Lines that a ramp follows.

    An even stretch is a line. Steps are points at the middle of each run of one 8-bit color;
    where there are many small ones, they stand for a continuous ramp, and lines lead from point
    to point.

    Parameters
    ----------
    ramp : Ramp
    pieces : Pieces
        Those of the ramp and the rounding.
    rounding : {"round", "truncate"}
    """
    edges, is_step = ramp.shares, ramp.is_step
    sunk = SHIFT[rounding] - SHIFT["round"]
    shares: list[tuple[float, float]] = []
    ends: list[NDArray[np.floating]] = []
    for i in np.flatnonzero(~is_step):
        shares.append((edges[i], edges[i + 1]))
        ends.append(np.stack([ramp.starts[i], ramp.ends[i]]) + sunk)
    middles, points = _points(pieces, ramp)
    joins = len(middles) >= FEWEST_STEPS
    for (a, b), (p, q) in zip(pairwise(middles), pairwise(points), strict=True):
        if joins and np.abs(p - q).max() <= HARD_STEP:
            shares.append((a, b))
            ends.append(np.stack([p, q]))
    for middle, point in zip(middles, points, strict=True):
        shares.append((middle, middle))
        ends.append(np.stack([point, point]))
    return Segments(np.array(shares, dtype=np.float64), np.array(ends, dtype=np.float64))


def _points(pieces: Pieces, ramp: Ramp) -> tuple[list[float], list[Floats]]:
    """Middle and color of each run of steps of one 8-bit color."""
    middles = (pieces.lows + pieces.highs) / 2
    which = np.searchsorted(ramp.shares, middles, side="right") - 1
    of_step = ramp.is_step[np.clip(which, 0, len(ramp) - 1)]
    colors = pieces.colors.astype(np.float64)
    return middles[of_step].tolist(), list(colors[of_step])
