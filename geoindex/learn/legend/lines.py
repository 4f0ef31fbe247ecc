"""Lines of text of an upright legend, cut out one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geoindex.learn.legend.swatches import Box

__all__ = ["Letters", "Line", "Side", "find_letters", "lines_of_columns"]

Side = Literal["right", "left", "below"]
"""Where names stand, as seen from their swatches."""

Floats = NDArray[np.float64]

INK = 165
"""Gray level on white paper below which a pixel belongs to a letter."""

AROUND = 4
"""Pixels around a swatch that its frame may cover."""

SAME_LINE = 0.75
"""Distance between the middles of letters of one line at most, in heights of a letter."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Line:
    """A line of text on the upright sheet."""

    left: int
    right: int
    top: float
    """Top of most letters."""

    bottom: float
    """Bottom of most letters, above what hangs below the line."""

    picture: NDArray[np.uint8]
    """The line with a margin, without its neighbors, shape (rows, cols, 3)."""

    heading: bool
    """Whether it stands above its column's swatches, if names stand beside them."""

    @property
    def middle(self) -> float:
        """Half-way from top to bottom."""
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, kw_only=True, eq=False)
class Letters:
    """Connected dark parts, which are letters, parts of letters or several that touch."""

    numbers: NDArray[np.int32]
    """Number of the part of each pixel, from 1 on."""

    edges: Floats
    """Left, top, right and bottom of each part, shape (n, 4)."""

    areas: NDArray[np.int64]

    @property
    def sizes(self) -> Floats:
        """Width and height of each part."""
        sizes: Floats = self.edges[:, 2:] - self.edges[:, :2]
        return sizes

    @property
    def middles(self) -> Floats:
        """Middle row of each part."""
        middles: Floats = (self.edges[:, 1] + self.edges[:, 3]) / 2
        return middles

    @cached_property
    def height(self) -> float:
        """Usual height of a letter; 0 if there is no text."""
        widths, heights = self.sizes.T
        usual = (heights >= 5) & (heights <= 60) & (widths <= 200) & (self.areas >= 8)
        return float(np.percentile(heights[usual], 45)) if usual.any() else 0.0


def find_letters(flat: NDArray[np.uint8], swatches: Sequence[Box]) -> Letters:
    """Find dark parts outside of swatches.

    Parameters
    ----------
    flat : ndarray of uint8, shape (rows, cols, 3)
        The legend, upright, on white paper.
    swatches : sequence of Box
    """
    from scipy.ndimage import find_objects, label

    ink = flat.min(axis=-1) < INK
    for left, top, right, bottom in swatches:
        ink[max(0, top - AROUND) : bottom + AROUND, max(0, left - AROUND) : right + AROUND] = False
    numbers, count = label(ink, np.ones((3, 3)))
    edges = [(x.start, y.start, x.stop, y.stop) for y, x in find_objects(numbers)]
    return Letters(
        numbers=numbers,
        edges=np.array(edges, float).reshape(-1, 4),
        areas=np.bincount(numbers.ravel(), minlength=count + 1)[1:],
    )


def lines_of_columns(
    flat: NDArray[np.uint8], letters: Letters, columns: Sequence[Sequence[Box]], side: Side
) -> list[list[Line]]:
    """Cut the lines of text that stand at one side of columns of swatches.

    Parameters
    ----------
    flat : ndarray of uint8, shape (rows, cols, 3)
        The legend, upright, on white paper.
    letters : Letters
    columns : sequence of sequence of Box
        Swatches from left to right, each column from top to bottom.
    side : {"right", "left", "below"}

    Returns
    -------
    list of list of Line
        Those of each column, from top to bottom.
    """
    height = letters.height
    if not height:
        return [[] for _ in columns]
    widths, heights = letters.sizes.T
    found = []
    for boxes, (begin, end) in zip(
        columns, _spans(columns, side, letters, flat.shape[1]), strict=True
    ):
        own = np.flatnonzero(
            (letters.edges[:, 0] >= begin)
            & (letters.edges[:, 0] < end)
            & (heights <= 3.2 * height)
            & (widths <= 25 * height)
            & (letters.areas >= 3)
        )
        groups = _groups(letters, own, height)
        lines = (_line(flat, letters, group, groups, boxes, side) for group in groups)
        found.append([line for line in lines if line is not None])
    return found


def _spans(
    columns: Sequence[Sequence[Box]], side: Side, letters: Letters, width: int
) -> list[tuple[float, float]]:
    """Pixel columns between which the lines of each column of swatches begin."""
    lefts = [min(box[0] for box in boxes) for boxes in columns]
    rights = [max(box[2] for box in boxes) for boxes in columns]
    edges: list[float]
    if side == "right":
        edges = [*(left - 6 for left in lefts), width]
    elif side == "left":
        edges = [0, *(right + 6 for right in rights)]
    else:
        middles = [(left + right) // 2 for left, right in zip(lefts, rights, strict=True)]
        edges = [0, *(_gap(letters, *pair) for pair in pairwise(middles)), width]
    return list(pairwise(edges))


def _gap(letters: Letters, begin: int, end: int) -> float:
    """Middle of the widest gap between letters, or of where there are fewest."""
    places = np.arange(begin, max(end, begin + 1))
    edges = letters.edges
    covered = ((edges[:, :1] <= places) & (places < edges[:, 2:3])).sum(axis=0)
    is_least = np.concatenate([[False], covered == covered.min(), [False]])
    starts, stops = np.flatnonzero(np.diff(is_least.astype(np.int8))).reshape(-1, 2).T
    widest = int(np.argmax(stops - starts))
    return float(begin + (starts[widest] + stops[widest]) / 2)


def _groups(letters: Letters, own: NDArray[np.int64], height: float) -> list[list[int]]:
    """Letters of each line: whole ones by their middles, dots and accents with the nearest."""
    heights, middles = letters.sizes[:, 1], letters.middles
    whole = (heights[own] >= 0.62 * height) & (heights[own] <= 2.6 * height)
    large = sorted(own[whole].tolist(), key=lambda part: (middles[part], part))
    groups: list[list[int]] = []
    for part in large:
        if groups and middles[part] - np.median(middles[groups[-1]]) <= SAME_LINE * height:
            groups[-1].append(part)
        else:
            groups.append([part])
    spans = [_span(letters, group) for group in groups]
    for part in own[~whole].tolist():
        y = middles[part]
        # Accents lie above their line, farther than anything lies below one.
        gaps = [
            max(top - y, y - bottom, 0) - (0.3 * height if y < top else 0) for top, bottom in spans
        ]
        if not gaps:
            break
        best = int(np.argmin(gaps))
        if max(spans[best][0] - y, y - spans[best][1]) < 1.1 * height:
            groups[best].append(part)
    return groups


def _span(letters: Letters, group: list[int]) -> tuple[float, float]:
    """Top and bottom of most letters of a line."""
    edges = letters.edges[group]
    return float(np.percentile(edges[:, 1], 30)), float(np.percentile(edges[:, 3], 50))


def _line(
    flat: NDArray[np.uint8], letters: Letters, group: list[int], groups: list[list[int]],
    boxes: Sequence[Box], side: Side,
) -> Line | None:  # fmt: skip
    """Cut a line out; None if it is a speck."""
    height = letters.height
    whole = [part for part in group if letters.sizes[part, 1] >= 0.62 * height]
    top, bottom = _span(letters, whole)
    edges = letters.edges[group].astype(int)
    left, high = (int(edge) for edge in edges[:, :2].min(axis=0))
    right, low = (int(edge) for edge in edges[:, 2:].max(axis=0))
    if letters.areas[group].sum() < 12 or right - left < 3:
        return None
    middle = (top + bottom) / 2
    beside = any(box[1] - 2 < middle < box[3] + 2 for box in boxes)
    near = sorted(boxes, key=lambda box: abs((box[1] + box[3]) / 2 - middle))[:2]
    reaches = {
        "right": left < min(box[2] for box in near) - 2,
        "left": right > max(box[0] for box in near) + 2,
        "below": False,
    }
    heading = not beside and reaches[side]
    pad = round(0.35 * height) + 2
    place = slice(max(0, high - pad), low + pad), slice(max(0, left - pad), right + pad)
    picture = flat[place].copy()
    others = [part + 1 for other in groups if other is not group for part in other]
    picture[_wiped(letters.numbers[place], others, [part + 1 for part in group])] = 255
    return Line(left=left, right=right, top=top, bottom=bottom, picture=picture, heading=heading)


def _wiped(numbers: NDArray[np.int32], others: list[int], own: list[int]) -> NDArray[np.bool_]:
    """Pixels of other lines and around them, unless they are this line's."""
    from scipy.ndimage import binary_dilation

    of_others = np.isin(numbers, others)
    if not of_others.any():
        return of_others
    block = np.ones((3, 3))
    wiped: NDArray[np.bool_] = binary_dilation(of_others, block)
    wiped &= ~binary_dilation(np.isin(numbers, own), block)
    return wiped
