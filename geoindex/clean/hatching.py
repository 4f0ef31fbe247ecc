"""Areas where two colors alternate, as one class."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["HALO_SIDES", "closed", "find_hatching", "grown", "hatched", "opened", "shrunk"]

HALO_SIDES = 5
"""Radius that a pixel depends on, in sides of the square of the operations below."""

FAR = np.iinfo(np.int32).max

Mask = NDArray[np.bool_]


def find_hatching(
    classes: NDArray[np.int32], hatches: Sequence[tuple[int, int, int]], gap: int
) -> NDArray[np.int32]:
    """Turn areas where two classes alternate into a class of their own.

    A pixel of either color is hatched if stripes of both lie on both sides of it (the closings
    of both colors cover it), in an area wider than a stripe: a single line of one color across
    the other is no hatching. Remnants of either color between the last stripe and the border of
    the area, narrower than a stripe, belong to it. Where hatchings that share a color meet, its
    pixels become the one whose other color is nearer, and the first one if both are as near.

    Parameters
    ----------
    classes : ndarray of int32, shape (rows, cols)
        Palette rows, negative for nodata.
    hatches : sequence of tuple of three int
        Rows of the two colors, and of the class that they stand for.
    gap : int
        Widest stripe in pixels.

    Returns
    -------
    ndarray of int32, shape (rows, cols)

    Examples
    --------
    >>> import numpy as np
    >>> from geoindex.clean.hatching import find_hatching
    >>> stripes = np.tile(np.array([0, 0, 1], np.int32), (12, 4))
    >>> (find_hatching(stripes, [(0, 1, 2)], gap=2) == 2).all()
    np.True_
    """
    result = classes.copy()
    claims = [hatched(classes, one, other, gap) for one, other, _ in hatches]
    for (_, _, target), claim in zip(hatches, claims, strict=True):
        result[claim] = target
    # Where hatchings that share a color meet, the nearer of the other colors decides.
    contested = np.sum(claims, axis=0, dtype=np.int32) > 1
    if contested.any():
        distances = np.stack(
            [
                np.where(claim, _distance(classes, hatches, number), FAR)[contested]
                for number, claim in enumerate(claims)
            ]
        )
        targets = np.array([target for _, _, target in hatches], dtype=np.int32)
        result[contested] = targets[distances.argmin(axis=0)]
    return result


def hatched(classes: NDArray[np.int32], one: int, other: int, gap: int) -> Mask:
    """Pixels of areas where two classes alternate, as :func:`find_hatching` explains them."""
    side = gap + 1 + gap % 2
    ones, others = classes == one, classes == other
    if not (ones.any() and others.any()):
        return np.zeros(classes.shape, dtype=bool)
    either = ones | others
    mixed = either & closed(ones, side) & closed(others, side)
    wide = opened(mixed, side)
    mixed &= grown(wide, side)
    rest = either & ~mixed
    slivers = rest & ~opened(rest, side) & grown(mixed, 2 * side - 1)
    found: Mask = mixed | slivers
    return found


def _distance(
    classes: NDArray[np.int32], hatches: Sequence[tuple[int, int, int]], number: int
) -> NDArray[np.int32]:
    """Chessboard distance to the nearest pixel of the colors that only this hatching has."""
    from scipy.ndimage import distance_transform_cdt

    colors = set(hatches[number][:2])
    for rival, (one, other, _) in enumerate(hatches):
        if rival != number:
            colors -= {one, other}
    away = ~np.isin(classes, list(colors))
    if away.all():
        return np.full(classes.shape, FAR, dtype=np.int32)
    distance: NDArray[np.int32] = distance_transform_cdt(away, metric="chessboard")
    return distance


def grown(mask: Mask, side: int) -> Mask:
    """Dilation by a square."""
    from scipy.ndimage import maximum_filter

    grown: Mask = maximum_filter(mask, side, mode="constant", cval=False)
    return grown


def shrunk(mask: Mask, side: int, *, outside: bool) -> Mask:
    """Erosion by a square; `outside` is what lies beyond the image."""
    from scipy.ndimage import minimum_filter

    shrunk: Mask = minimum_filter(mask, side, mode="constant", cval=outside)
    return shrunk


def closed(mask: Mask, side: int) -> Mask:
    """Fill gaps between pixels that no square has room in."""
    return shrunk(grown(mask, side), side, outside=True)


def opened(mask: Mask, side: int) -> Mask:
    """Drop pixels that no square has room at."""
    return grown(shrunk(mask, side, outside=False), side)
