"""The exact inverse of a ramp: the values that became each of its 8-bit colors."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from geoindex.rules.plane import Floats
from geoindex.values.ramp import Ramp, Rounding

__all__ = ["SHIFT", "Pieces", "pieces_of"]

SHIFT: dict[Rounding, float] = {"round": 0.5, "truncate": 0.0}
"""What is added to a color before its fraction is dropped."""

ONE_PLACE = 0.02
"""Width of the ramp within which equal colors count as one interval of values, with the gap
between them in its band; farther apart they are two places."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Pieces:
    """Intervals of a ramp, each with the 8-bit color that all its values became."""

    lows: Floats
    """Lower end of each piece as a share of the ramp, rising, shape (n,); a piece may be a
    point."""

    highs: Floats
    """Upper end of each piece."""

    codes: NDArray[np.int64]
    """Color of each piece, ``red << 16 | green << 8 | blue``."""

    @cached_property
    def intervals(self) -> tuple[NDArray[np.int64], Floats, Floats]:
        """Color, lower and upper end of each interval, by color and then from low to high.

        A color that the ramp has at places far apart has several.
        """
        order = np.argsort(self.codes, kind="stable")
        codes, lows, highs = self.codes[order], self.lows[order], self.highs[order]
        found: list[tuple[int, float, float]] = []
        for code, low, high in zip(codes.tolist(), lows.tolist(), highs.tolist(), strict=True):
            if found and found[-1][0] == code and high - found[-1][1] <= ONE_PLACE:
                found[-1] = (code, found[-1][1], high)
            else:
                found.append((code, low, high))
        columns = list(zip(*found, strict=True))
        return np.array(columns[0], np.int64), np.array(columns[1]), np.array(columns[2])

    @property
    def bound(self) -> float:
        """Half of the widest interval, as a share of the ramp."""
        _, lows, highs = self.intervals
        return float((highs - lows).max() / 2)

    @property
    def colors(self) -> NDArray[np.uint8]:
        """Color of each piece, shape (n, 3)."""
        parts = [self.codes >> 16, self.codes >> 8 & 255, self.codes & 255]
        return np.stack(parts, axis=-1).astype(np.uint8)


def pieces_of(ramp: Ramp, rounding: Rounding) -> Pieces:
    """Cut a ramp where one of the channels becomes another byte.

    Parameters
    ----------
    ramp : Ramp
    rounding : {"round", "truncate"}
        How the colors became bytes.
    """
    shift, edges, is_step = SHIFT[rounding], ramp.shares, ramp.is_step
    lows: list[Floats] = []
    highs: list[Floats] = []
    codes: list[NDArray[np.int64]] = []
    steps = np.floor(ramp.starts + shift).astype(np.int64)
    step_codes = steps[:, 0] << 16 | steps[:, 1] << 8 | steps[:, 2]
    for i in range(len(ramp)):
        if is_step[i]:
            lows.append(edges[i : i + 1])
            highs.append(edges[i + 1 : i + 2])
            codes.append(step_codes[i : i + 1])
            continue
        start, end = ramp.starts[i], ramp.ends[i]
        cuts = _cuts(start, end, shift)
        # Both ends are points of their own: all values beyond the ramp have the color of one,
        # which values just before it may not have.
        inner = (cuts[1:] + cuts[:-1]) / 2
        places = np.concatenate([[0.0], inner, [1.0]])[:, np.newaxis]
        # Exact at both ends, unlike start + (end - start) * places.
        rgb = np.floor(start * (1 - places) + end * places + shift).astype(np.int64)
        at = edges[i] + (edges[i + 1] - edges[i]) * cuts
        at[-1] = edges[i + 1]
        lows.append(np.concatenate([at[:1], at]))
        highs.append(np.concatenate([at, at[-1:]]))
        codes.append(rgb[:, 0] << 16 | rgb[:, 1] << 8 | rgb[:, 2])
    return _merged(np.concatenate(lows), np.concatenate(highs), np.concatenate(codes))


def _merged(lows: Floats, highs: Floats, codes: NDArray[np.int64]) -> Pieces:
    """Pieces of which no two neighbors have the same color."""
    first = np.flatnonzero(np.append(True, codes[1:] != codes[:-1]))
    last = np.append(first[1:] - 1, len(codes) - 1)
    return Pieces(lows=lows[first], highs=highs[last], codes=codes[first])


def _cuts(start: Floats, end: Floats, shift: float) -> Floats:
    """Places along a stretch, 0 and 1 included, where a channel passes from byte to byte."""
    cuts = [np.array([0.0, 1.0])]
    for a, b in zip(start.tolist(), end.tolist(), strict=True):
        if a != b:
            low, high = min(a, b), max(a, b)
            passed = np.arange(np.ceil(low - shift), np.floor(high - shift) + 1) + shift
            cuts.append((passed - a) / (b - a))
    return np.unique(np.clip(np.concatenate(cuts), 0, 1))
