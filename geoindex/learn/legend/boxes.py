"""Rectangles of an upright legend: what is drawn, with frames filled and text left out."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from geoindex.learn.legend.swatches import Box
from geoindex.learn.legend.tints import tint_of

__all__ = ["drawn_boxes", "has_ground", "has_sides", "opened", "stands_alone"]

Mask = NDArray[np.bool_]
Labels = NDArray[np.int32]

LARGEST_SHARE = 1 / 8
"""Share of the picture that a frame may hold; larger ones go around the legend or a map."""

SOLID = 0.86
"""Share of its box that a swatch fills."""

DRAWN_SIDE = 0.94
"""Share of each side of a swatch that is drawn; text has gaps."""

NOT_PAPER = 11
"""Levels by which a ground differs from white paper."""

BESIDE = 0.3
"""Share of what lies beside a swatch that may be drawn."""

FRAME = 35
"""Levels by which a frame differs from white paper."""


def drawn_boxes(drawn: Mask, least: int) -> list[Box]:
    """Boxes that are drawn from edge to edge, or framed.

    Parameters
    ----------
    drawn : ndarray of bool, shape (rows, cols)
        What is not paper.
    least : int
        Shortest side in pixels; what is thinner, such as text, is left out.
    """
    from scipy.ndimage import label

    solid = opened(_with_frames_filled(_without_specks(drawn), least), least)
    numbers, _ = label(solid)
    found: list[Box] = []
    for number, own, left, top in _parts(numbers):
        rows, cols = own.shape
        if min(rows, cols) < least:
            continue
        mask = own == number
        if mask.mean() >= SOLID:
            found.append((left, top, left + cols, top + rows))
        elif mask.sum() > 4 * least * least:
            found += [(left + a, top + b, left + c, top + d) for a, b, c, d in _stack(mask, least)]
    return found


def opened(mask: Mask, least: int) -> Mask:
    """Keep of a mask what squares of `least` pixels fit into."""
    from scipy.ndimage import maximum_filter1d, minimum_filter1d

    kept = mask.astype(np.uint8)
    for axis in (0, 1):
        kept = minimum_filter1d(kept, least, axis, mode="constant", cval=0)
    for axis in (0, 1):
        kept = maximum_filter1d(kept, least, axis, mode="constant", cval=0, origin=least % 2 - 1)
    return kept.astype(bool)


def _parts(numbers: Labels) -> Iterator[tuple[int, Labels, int, int]]:
    """Yield the number of each part, labels in its box, left and top."""
    from scipy.ndimage import find_objects

    for number, place in enumerate(find_objects(numbers), start=1):
        if place is not None:
            yield number, numbers[place], place[1].start, place[0].start


def _without_specks(drawn: Mask) -> Mask:
    """Fill holes of up to four pixels, which noise leaves in pale grounds."""
    from scipy.ndimage import label

    holes, _ = label(~drawn)
    small = np.bincount(holes.ravel()) <= 4
    small[0] = False
    filled: Mask = drawn | small[holes]
    return filled


def _with_frames_filled(drawn: Mask, least: int) -> Mask:
    """Fill what is drawn inside rectangles and what they hold."""
    from scipy.ndimage import binary_fill_holes, label

    solid = drawn.copy()
    most = drawn.size * LARGEST_SHARE
    holes, _ = label(~drawn)
    for number, own, left, top in _parts(holes):
        rows, cols = own.shape
        if min(rows, cols) < least - 4 or own.size > most or cols > 14 * rows or rows > 8 * cols:
            continue
        mask = own == number
        if mask.sum() < 0.25 * mask.size:
            continue
        filled = binary_fill_holes(mask)
        if filled.mean() >= 0.88:
            solid[top : top + rows, left : left + cols] |= filled
    # Frames whose inside is cut into strips by the lines of a pattern.
    lines, _ = label(drawn, np.ones((3, 3)))
    for number, own, left, top in _parts(lines):
        rows, cols = own.shape
        if min(rows, cols) < least or own.size > most:
            continue
        mask = own == number
        if mask.mean() > 0.97:
            continue
        filled = binary_fill_holes(mask)
        if filled.mean() >= 0.9:
            solid[top : top + rows, left : left + cols] |= filled
    return solid


def _stack(mask: Mask, least: int) -> Iterator[Box]:
    """Touching swatches of different widths, row by row."""
    rows, cols = mask.shape
    left = np.argmax(mask, axis=1)
    right = cols - np.argmax(mask[:, ::-1], axis=1)
    jumps = (np.abs(np.diff(left)) > 3) | (np.abs(np.diff(right)) > 3)
    edges = [0, *(np.flatnonzero(jumps) + 1).tolist(), rows]
    for start, stop in pairwise(edges):
        part = mask[start:stop, left[start] : right[start]]
        if stop - start >= least and part.size and part.mean() > 0.9:
            yield int(left[start]), start, int(right[start]), stop


def has_sides(off: NDArray[np.uint8], box: Box, level: float) -> bool:
    """Whether each of the four sides is drawn from end to end, as text never is.

    Parameters
    ----------
    off : ndarray of uint8, shape (rows, cols)
        Difference from white.
    box : Box
    level : float
        Difference that counts as drawn.
    """
    left, top, right, bottom = box
    rows, cols = off.shape
    corner = max(0, min(4, (min(right - left, bottom - top) - 2) // 3))
    for across, low, high, stop in (
        (off[:, left + corner : right - corner], top, bottom, rows),
        (off[top + corner : bottom - corner].T, left, right, cols),
    ):
        for first, last in ((max(0, low - 1), low + 4), (high - 4, min(stop, high + 1))):
            drawn = across[max(0, first) : last] > level
            # A thin line that is not quite level crosses from row to row.
            if (drawn[:-1] | drawn[1:]).mean(axis=1).max() < DRAWN_SIDE:
                return False
    return True


def stands_alone(dark: NDArray[np.float64], box: Box, level: float) -> bool:
    """Whether there is paper to the left and right of a box; in a word there are letters."""
    left, top, right, bottom = box
    strips = (
        dark[top:bottom, max(0, left - 5) : max(0, left - 2)],
        dark[top:bottom, right + 2 : right + 5],
    )
    return all(not strip.size or (strip > level).mean() < BESIDE for strip in strips)


def has_ground(flat: NDArray[np.uint8], off: NDArray[np.uint8], box: Box) -> bool:
    """Whether the inside has a color that is not the paper's, or a dark frame around it."""
    left, top, right, bottom = box
    edge = max(1, min(4, int(0.15 * min(right - left, bottom - top))))
    tint = tint_of(flat[top + edge : bottom - edge, left + edge : right - edge])
    return bool((255 - tint).max() > NOT_PAPER) or has_sides(off, box, FRAME)
