"""Inks whose lines are thinner than a pixel, from the mixtures that they leave."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["mixed_with_inks", "thin_inks"]

Floats = NDArray[np.float64]

MOST_MIXTURES = 80
"""Most mixtures that are looked at."""

LEAST_UNITS = 4
"""Fewest units whose mixtures point to an ink."""

PASSES_WITHIN = 6.0
"""Distance in levels at which a line passes through an ink."""

LEAST_SINE = 0.2
"""Least sine of the angle of two lines that cross."""

KNOWN_WITHIN = 40.0
"""Distance in levels within which an ink is known already."""


def thin_inks(
    mixtures: NDArray[np.uint8], units: NDArray[np.uint8], known: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """Find the colors that mixtures with several units have in common.

    A mixture lies on the line from its unit to the ink, so the lines of one ink and several units
    cross in its color.

    Parameters
    ----------
    mixtures, units : ndarray of uint8, shape (n, 3)
        Mixtures, the most frequent first, and the unit that each lies on.
    known : ndarray of uint8, shape (m, 3)
        Inks that are known.

    Returns
    -------
    ndarray of uint8, shape (k, 3)
    """
    starts = units[:MOST_MIXTURES].astype(np.float64)
    ways = mixtures[:MOST_MIXTURES] - starts
    lengths = np.linalg.norm(ways, axis=1)
    ways = ways / np.maximum(lengths, 1)[:, np.newaxis]
    numbers = np.unique(starts, axis=0, return_inverse=True)[1].ravel()
    left = lengths > 0
    found: list[Floats] = []
    while True:
        best, most = None, LEAST_UNITS - 1
        for point in _crossings(starts[left], ways[left], lengths[left]):
            passing = left & _passes(point, starts, ways, lengths)
            n_units = len(np.unique(numbers[passing]))
            if n_units > most:
                best, most = passing, n_units
        if best is None:
            break
        # The point nearest to all lines.
        across = np.eye(3) - ways[best][:, :, np.newaxis] * ways[best][:, np.newaxis, :]
        right = (across @ starts[best][:, :, np.newaxis]).sum(axis=0)[:, 0]
        color = np.clip(np.floor(np.linalg.solve(across.sum(axis=0), right) + 0.5), 0, 255)
        others = [*known.astype(np.float64), *found]
        if all(np.linalg.norm(color - other) > KNOWN_WITHIN for other in others):
            found.append(color)
        left &= ~best
    return np.array(found, dtype=np.uint8).reshape(-1, 3)


def mixed_with_inks(
    colors: NDArray[np.uint8], units: NDArray[np.uint8], inks: NDArray[np.uint8]
) -> NDArray[np.bool_]:
    """Tell which colors lie between their unit and an ink.

    Parameters
    ----------
    colors, units : ndarray of uint8, shape (n, 3)
        Colors, and the unit that each lies on.
    inks : ndarray of uint8, shape (m, 3)

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    starts = units.astype(np.float64)
    ways = colors - starts
    lengths = np.linalg.norm(ways, axis=1)
    ways = ways / np.maximum(lengths, 1)[:, np.newaxis]
    mixed = np.zeros(len(colors), np.bool_)
    for ink in inks.astype(np.float64):
        mixed |= _passes(ink, starts, ways, lengths)
    return np.asarray(mixed & (lengths > 0))


def _crossings(starts: Floats, ways: Floats, lengths: Floats) -> Floats:
    """Points where two lines nearly cross, beyond the mixtures; shape (n, 3)."""
    one, other = np.triu_indices(len(starts), 1)
    between = starts[other] - starts[one]
    cosine = (ways[one] * ways[other]).sum(axis=1)
    sine2 = 1 - cosine**2
    crossing = sine2 > LEAST_SINE**2
    one, other, between = one[crossing], other[crossing], between[crossing]
    cosine, sine2 = cosine[crossing], sine2[crossing]
    along_one = (between * ways[one]).sum(axis=1)
    along_other = (between * ways[other]).sum(axis=1)
    first = (along_one - cosine * along_other) / sine2
    second = (cosine * along_one - along_other) / sine2
    near = starts[one] + first[:, np.newaxis] * ways[one]
    far = starts[other] + second[:, np.newaxis] * ways[other]
    points = (near + far) / 2
    fits = np.linalg.norm(near - far, axis=1) < PASSES_WITHIN
    fits &= (first >= lengths[one]) & (second >= lengths[other])
    fits &= ((points > -PASSES_WITHIN) & (points < 255 + PASSES_WITHIN)).all(axis=1)
    return np.asarray(points[fits])


def _passes(point: Floats, starts: Floats, ways: Floats, lengths: Floats) -> NDArray[np.bool_]:
    """Tell which lines pass through a point, beyond the mixtures."""
    step = point - starts
    along = (step * ways).sum(axis=1)
    beside = np.linalg.norm(step - along[:, np.newaxis] * ways, axis=1)
    return np.asarray((beside < PASSES_WITHIN) & (along >= lengths - PASSES_WITHIN))
