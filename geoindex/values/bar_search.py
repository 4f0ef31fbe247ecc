"""Finding the color bar of a picture: a narrow box whose colors change along it and not across.

Clean bars have rows of one exact color. In pictures with noise, as JPEG and scans have it, the
change across is small compared with that along, and paper lies on both sides.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoindex.errors import ImageError, OptionError
from geoindex.values.bar import Box, ColorBar, bar_in_box

__all__ = ["find_bar"]

NARROWEST = 6
"""Pixels across a bar."""

LONGEST_SIDE = 0.25
"""Of the picture, across a bar."""

SHORTEST_BAR = 0.15
"""Of the picture, along a bar."""

FEWEST_ROWS = 60
"""Pixels along a bar."""

FEWEST_COLORS = 8

SLIMMEST = 3.0
"""Times a bar is longer than wide at least."""

MOST_ACROSS = 8.0
"""Mean change from pixel to pixel across a bar with noise."""

LEAST_ALONG = 6.0
"""Change of color over 41 pixels along a bar."""

PAPER_LEVELS = 30
"""Farthest from the paper, in levels of 0 to 255, that a pixel beside a bar may be."""

PAPER_SHARE = 0.85
"""Of the pixels along one line beside a bar; its ticks cover others."""

MOST_PAPER = 0.5
"""Of the pixels along a bar, which may have the color of paper at an end."""


def find_bar(colors: NDArray[np.uint8]) -> ColorBar:
    """Find the color bar of a picture.

    Parameters
    ----------
    colors : ndarray of uint8, shape (rows, cols, 3)

    Raises
    ------
    OptionError
        There is none, or several that are as large.
    """
    found: list[tuple[int, Box]] = []
    for is_vertical in (True, False):
        turned = colors if is_vertical else colors.swapaxes(0, 1)
        for top, bottom, left, right in _clean_bars(turned) or _soft_bars(turned):
            box = (left, top, right, bottom) if is_vertical else (top, left, bottom, right)
            found.append(((bottom - top) * (right - left), box))
    bars = []
    for _, box in sorted(found, reverse=True):
        try:
            bars.append(bar_in_box(colors, box))
        except ImageError:
            continue
    if not bars:
        raise OptionError(
            "no color bar was found in the picture; give its place, bar=(x0, y0, x1, y1), or "
            "its ramp"
        )
    known = [bar for bar in bars if bar.is_known]
    best = (known or bars)[0]
    others = [bar for bar in known or bars if not _overlap(bar.box, best.box)]
    if others:
        places = ", ".join(str(bar.box) for bar in (best, *others[:2]))
        raise OptionError(
            f"the picture has several color bars, such as {places}; choose one with "
            "bar=(x0, y0, x1, y1)"
        )
    return best


def _overlap(one: Box, other: Box) -> bool:
    """Whether two boxes have pixels in common."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _clean_bars(colors: NDArray[np.uint8]) -> list[Box]:
    """Boxes of rows of one exact color each: top, bottom, left, right."""
    rows, cols = colors.shape[:2]
    changes = np.ones((rows, cols + 1), dtype=bool)
    changes[:, 1:-1] = (colors[:, 1:] != colors[:, :-1]).any(axis=2)
    row, col = np.nonzero(changes)
    same_row = row[1:] == row[:-1]
    width = col[1:] - col[:-1]
    fits = same_row & (width >= NARROWEST) & (width <= LONGEST_SIDE * cols)
    top, left, right = row[:-1][fits], col[:-1][fits], col[1:][fits]
    order = np.lexsort((top, right, left))
    top, left, right = top[order], left[order], right[order]
    breaks = (np.diff(top) != 1) | (np.diff(left) != 0) | (np.diff(right) != 0)
    begins = np.concatenate([[0], np.flatnonzero(breaks) + 1, [len(top)]])
    found = []
    for first, behind in zip(begins[:-1].tolist(), begins[1:].tolist(), strict=True):
        height = behind - first
        if height < max(FEWEST_ROWS, SHORTEST_BAR * rows):
            continue
        x0, x1, y0 = int(left[first]), int(right[first]), int(top[first])
        if height < SLIMMEST * (x1 - x0):
            continue
        if len(np.unique(colors[y0 : y0 + height, x0], axis=0)) >= FEWEST_COLORS:
            found.append((y0, y0 + height, x0, x1))
    return found


def _soft_bars(colors: NDArray[np.uint8]) -> list[Box]:
    """Boxes whose colors change along them and, but for noise, not across."""
    from scipy import ndimage

    rows, cols = colors.shape[:2]
    smooth = ndimage.median_filter(colors, (3, 3, 1)).astype(np.float32)
    paper = _paper(colors)
    across = np.zeros((rows, cols), np.float32)
    across[:, 1:-1] = np.abs(smooth[:, 2:] - smooth[:, :-2]).max(axis=2)
    across = ndimage.uniform_filter1d(across, 25, axis=0)
    along = np.zeros((rows, cols), np.float32)
    even = ndimage.uniform_filter(smooth, (9, 5, 1))
    along[1:] = np.abs(np.diff(even, axis=0)).max(axis=2)
    along = ndimage.uniform_filter1d(along, 41, axis=0) * 41
    may = ndimage.binary_opening(across < MOST_ACROSS, np.ones((25, 4)))
    may = ndimage.binary_closing(may & (along > LEAST_ALONG), np.ones((31, 1)))
    blobs, _ = ndimage.label(may)
    found = []
    for number, (row, col) in enumerate(ndimage.find_objects(blobs), start=1):
        height = row.stop - row.start
        if height < max(FEWEST_ROWS, SHORTEST_BAR * rows):
            continue
        filled = (blobs[row, col] == number).sum(axis=0)
        # The labels beside a bar may be in the same blob, and be wider.
        for first, behind in _runs(filled > 0.6 * filled.max()):
            left, right = col.start + first, col.start + behind
            if right - left < 4 or height < SLIMMEST * (right - left):
                continue
            box = _grown(colors, (row.start, row.stop, left, right))
            if right - left <= LONGEST_SIDE * cols and _is_bar(colors, box, paper):
                found.append(box)
                break
    return found


def _paper(colors: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Color of the paper: the commonest one, roughly."""
    coarse = (colors // 8).reshape(-1, 3).astype(np.int64)
    codes = coarse[:, 0] << 10 | coarse[:, 1] << 5 | coarse[:, 2]
    commonest = int(np.argmax(np.bincount(codes, minlength=1 << 15)))
    middle: NDArray[np.float64] = np.median(colors.reshape(-1, 3)[codes == commonest], axis=0)
    return middle


def _runs(marked: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First place of each run of marked ones, and the place behind it; longest first."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], marked, [False]]).astype(np.int8)))
    runs = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    return sorted(runs, key=lambda run: (run[0] - run[1], run[0]))


def _is_bar(colors: NDArray[np.uint8], box: Box, paper: NDArray[np.float64]) -> bool:
    """Whether paper lies on both sides of a box, a few pixels behind its frame, but not in it."""
    top, bottom, left, right = box
    height = bottom - top
    if min(top, left) < 1 or bottom >= colors.shape[0] or right >= colors.shape[1]:
        return False
    if height < max(FEWEST_ROWS, SHORTEST_BAR * len(colors), SLIMMEST * (right - left)):
        return False
    profile = np.median(colors[top:bottom, left:right].astype(np.float64), axis=1)
    if (np.abs(profile - paper).max(axis=1) < PAPER_LEVELS / 2).mean() > MOST_PAPER:
        return False
    if len(np.unique(profile // 10, axis=0)) < FEWEST_COLORS:
        return False
    margin = height // 6
    for columns in (range(left - 13, left - 2), range(right + 2, right + 13)):
        inside = [col for col in columns if 0 <= col < colors.shape[1]]
        near = np.abs(colors[top + margin : bottom - margin, inside] - paper).max(axis=2)
        if not inside or (near < PAPER_LEVELS).mean(axis=0).max() < PAPER_SHARE:
            return False
    return True


def _grown(colors: NDArray[np.uint8], box: Box) -> Box:
    """Box that reaches from its middle to where its color jumps, to its frame or to the paper."""
    top, bottom, left, right = box
    third = (bottom - top) // 3
    side = max(1, (right - left) // 6)
    profile = np.median(colors[:, left + side : right - side].astype(np.float64), axis=1)
    changes = np.abs(np.diff(profile, axis=0)).max(axis=1)
    top, bottom = top + third, bottom - third
    jump = max(14.0, 4.0 * float(np.percentile(changes[top:bottom], 90)))
    while top > 0 and changes[top - 1] <= jump:
        top -= 1
    while bottom < len(profile) and changes[bottom - 1] <= jump:
        bottom += 1
    return top, bottom, left, right
