"""Swatches that touch, cut apart where the color of the ground changes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from geoindex.learn.legend.swatches import Box
from geoindex.learn.legend.tints import tint_of

__all__ = ["pieces_of"]

Floats = NDArray[np.float32]

GAP = 2
"""Rows between what is compared, which a contact or a frame softens."""

CHANGE = 11
"""Levels by which the ground changes at a cut."""

ACROSS = 0.72
"""Share of the width along which it changes."""

REACH = 8
"""Rows within which a cut is moved to the contact or the frame that it stands for."""

LINE = 10
"""Levels by which the line of a frame is darker than what is above and below it."""

FRAME_REACH = 9
"""Rows on each side of a line in which its ground is looked for."""

DARK = 130
"""Gray level below which a ground may hide a frame."""

SAME_GROUND = 9
"""Levels within which two pieces have the same ground and are one."""


def pieces_of(flat: NDArray[np.uint8], box: Box, least: int) -> list[Box]:
    """Cut a box where its ground changes over the whole width.

    The median of some rows above a row is compared with that below it, column by column, so
    that the lines of patterns and codes fall out.

    Parameters
    ----------
    flat : ndarray of uint8, shape (rows, cols, 3)
        The legend, upright, on white paper.
    box : Box
        One swatch, or several on top of each other.
    least : int
        Lowest height of a swatch in pixels.
    """
    left, top, right, bottom = box
    edge = max(2, (right - left) // 10)
    band = flat[top:bottom, left + edge : right - edge]
    rows = bottom - top
    window = max(5, least - 3)
    first = window + GAP + 3
    if rows < max(2 * least, 2 * first + 1) or not band.shape[1]:
        return [box]
    medians = np.median(
        np.lib.stride_tricks.sliding_window_view(band, window, axis=0), axis=-1
    ).astype(np.float32)
    at = np.arange(first, rows - window - GAP - 2)
    above = medians[at - GAP - window]
    below = medians[np.minimum(at + GAP, rows - window)]
    share = (np.abs(above - below).max(axis=-1) > CHANGE).mean(axis=1)
    step = np.abs(np.median(above, axis=1) - np.median(below, axis=1)).max(axis=-1)
    cuts = _at_contacts(flat[top:bottom, left:right], edge, _places(at, share, step), least)
    edges = _with_other_grounds(band, [0, *cuts, rows])
    return [(left, top + low, right, top + high) for low, high in pairwise(edges)]


def _places(at: NDArray[np.int64], share: Floats, step: Floats) -> list[int]:
    """Middle of each run of rows where the ground changes."""
    changes = (share >= ACROSS) & (step > CHANGE - 1)
    ends = np.flatnonzero(np.diff(np.concatenate([[False], changes, [False]]).astype(np.int8)))
    cuts = []
    for start, stop in ends.reshape(-1, 2):
        weight = share[start:stop] ** 4 * step[start:stop]
        cuts.append(round(float((at[start:stop] * weight).sum() / weight.sum())))
    return cuts


def _at_contacts(stack: NDArray[np.uint8], edge: int, places: list[int], least: int) -> list[int]:
    """Move cuts to the contact or frame nearby; a framed stack is cut at frames alone."""
    band = stack[:, edge:-edge].astype(np.float32)
    gray = band.mean(axis=-1)
    lines = _dark_lines(gray)
    steps = np.zeros(len(stack), np.float32)
    steps[2:-2] = np.median(np.abs(band[3:-1] - band[:-4]).max(axis=-1), axis=1)
    framed = _is_framed(stack.mean(axis=-1, dtype=np.float32))
    cuts: list[int] = []
    for place in places:
        low, high = max(0, place - REACH), min(len(stack), place + REACH + 1)
        line = low + int(np.argmax(lines[low:high]))
        if framed and lines[line] >= LINE:
            cut = line
        elif framed and min(np.median(gray[low:place]), np.median(gray[place:high])) > DARK:
            continue
        else:
            cut = low + int(np.argmax(steps[low:high])) + 1
        if cut - (cuts[-1] if cuts else 0) >= least and len(stack) - cut >= least:
            cuts.append(cut)
    return cuts


def _dark_lines(gray: Floats) -> Floats:
    """How much darker nearly all of each row is than the ground above and below it."""
    dark = np.zeros(len(gray), np.float32)
    if len(gray) > 2 * FRAME_REACH:
        middles = np.median(gray, axis=1)
        usual = np.median(np.lib.stride_tricks.sliding_window_view(middles, 7), axis=-1)
        ground = np.minimum(usual[: 6 - 2 * FRAME_REACH], usual[2 * FRAME_REACH - 6 :])
        # A line that is crossed at a slant is the darkest of a few rows.
        line = np.minimum(np.minimum(gray[:-2], gray[1:-1]), gray[2:])
        level = np.percentile(line, 92, axis=1)[FRAME_REACH - 1 : 1 - FRAME_REACH]
        dark[FRAME_REACH:-FRAME_REACH] = ground - level
    return dark


def _is_framed(gray: Floats) -> bool:
    """Whether dark lines run down both sides of a stack."""
    pad = FRAME_REACH
    sides = _dark_lines(np.pad(gray, ((0, 0), (pad, pad)), constant_values=255).T)
    third = max(1, min(8, gray.shape[1] // 3))
    return bool(min(sides[pad : pad + third].max(), sides[-pad - third : -pad].max()) >= LINE)


def _with_other_grounds(band: NDArray[np.uint8], edges: list[int]) -> list[int]:
    """Undo cuts whose sides have the same ground: codes and the lines of a pattern."""
    edges = list(edges)
    heights = np.diff(edges)
    soft = min(3, int(heights.min()) // 3)

    def ground(number: int) -> Floats:
        return tint_of(band[edges[number] + soft : edges[number + 1] - soft])

    grounds = [ground(number) for number in range(len(edges) - 1)]
    while len(grounds) > 1:
        steps = [float(np.abs(a - b).max()) for a, b in pairwise(grounds)]
        least = int(np.argmin(steps))
        if steps[least] > SAME_GROUND:
            break
        del edges[least + 1]
        grounds[least : least + 2] = [ground(least)]
    return edges
