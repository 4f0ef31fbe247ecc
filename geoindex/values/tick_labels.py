"""The numbers beside a color bar, read by OCR, and the values of its ends by them.

Labels are cut out behind the tick marks, which would be read as minus signs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from geoindex.errors import OptionError
from geoindex.images.text_lines import read_lines
from geoindex.rules.plane import Floats
from geoindex.values.bar import Box, ColorBar
from geoindex.values.scale import ScaleKind

__all__ = ["Label", "read_labels", "read_ticks", "ticks_of"]

INK = 90
"""Difference from the paper, in levels of 0 to 255, from which on a pixel is ink."""

LONGEST_TICK = 24
"""Pixels beside a bar within which its tick marks end."""

BESIDE, BELOW, BEYOND = 110, 60, 45
"""Pixels beside a vertical bar, below a horizontal one, and beyond the ends of both."""

TALLEST, LOWEST_TEXT = 60, 5
"""Pixels of the height of a label."""

GAP = 0.35
"""Of the height of a letter, to each side, that still belongs to its text."""

NEAREST = 4
"""Pixels, besides the height of a letter, within which labels begin behind the tick marks."""

OUTSIDE = 0.02
"""Of the bar, by which the middle of a label may lie beyond its ends."""

MOST_TEXTS = 60
"""Texts that are read on each side."""

NEAR_MARK = 4
"""Pixels from the middle of a label within which its tick mark lies."""

FARTHEST = 2.5
"""Pixels along the bar by which a label may be off the straight line of all."""

FEWEST = 3
"""Labels that must agree."""

AGREED = 0.75
"""Of the labels that are numbers, at least."""

NUMBER = re.compile(r"[-+]?(\d+([.,]\d*)?|[.,]\d+)([eE][-+]?\d+)?")
THOUSANDS = re.compile(r"[-+]?\d{1,3}([.,]\d{3})+")
FACTOR = re.compile("1[eE][-+]?[0-9]+|[xX*\N{MULTIPLICATION SIGN}]10|[+][0-9]")
MINUS = "\N{MINUS SIGN}\N{EN DASH}\N{EM DASH}\N{HYPHEN}\N{FULLWIDTH HYPHEN-MINUS}"
SIGNS = str.maketrans(dict.fromkeys(MINUS, "-") | {"O": "0", "o": "0", " ": None})
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


@dataclass(frozen=True, kw_only=True)
class Label:
    """A text beside a color bar."""

    place: float
    """Place along the bar as a share, from its low end."""

    text: str
    """What it says."""


def read_ticks(
    colors: NDArray[np.uint8], bar: ColorBar, kind: ScaleKind
) -> list[tuple[float, float]]:
    """Values of the ends of a color bar by the numbers beside it.

    Parameters
    ----------
    colors : ndarray of uint8, shape (rows, cols, 3)
        The picture.
    bar : ColorBar
    kind : {"linear", "log"}
        Whether values, or their logarithms, are even along it.

    Raises
    ------
    OptionError
        As :func:`read_labels` and :func:`ticks_of`.
    """
    left, top, right, bottom = bar.box
    labels = read_labels(colors, bar.box, is_vertical=bar.is_vertical)
    return ticks_of(labels, bottom - top if bar.is_vertical else right - left, kind)


def read_labels(colors: NDArray[np.uint8], box: Box, *, is_vertical: bool) -> list[Label]:
    """Read the texts beside a color bar, on the side on which there are numbers.

    Parameters
    ----------
    colors : ndarray of uint8, shape (rows, cols, 3)
        The picture.
    box : tuple of four int
        The bar.
    is_vertical : bool
        Whether values rise upward, or else to the right.

    Returns
    -------
    list of Label
        From the low end to the high one.

    Raises
    ------
    OptionError
        The extra ``ocr`` is not installed, there are numbers on both sides, or a text such as 1e6
        changes all of them.
    """
    # A horizontal bar is a vertical one whose columns are rows.
    turned = colors if is_vertical else colors.swapaxes(0, 1)
    left, top, right, bottom = box if is_vertical else (box[1], box[0], box[3], box[2])
    low, high = max(0, top - BEYOND), min(len(turned), bottom + BEYOND)
    sides = [turned[low:high, right:], turned[low:high, :left][:, ::-1]]
    read: list[list[Label]] = []
    for is_left, side in enumerate(sides):
        cuts = _cut_labels(side, (top - low, bottom - low), along=not is_vertical)
        pictures = [cut.picture[:, ::-1] if is_left else cut.picture for cut in cuts]
        lines = _read(pictures, is_vertical=is_vertical)
        _check_factor(line for cut, line in zip(cuts, lines, strict=True) if not cut.is_near)
        labels = []
        for cut, line in zip(cuts, lines, strict=True):
            share = (cut.middle + low - top) / (bottom - top)
            if cut.is_near and -OUTSIDE <= share <= 1 + OUTSIDE:
                labels.append(Label(place=1 - share if is_vertical else share, text=line))
        read.append(sorted(labels, key=lambda one: one.place))
    if is_vertical:
        # matplotlib puts a factor above the bar.
        above = turned[low : max(low, top - 3), max(0, left - BESIDE) : right + BESIDE]
        _check_factor(_read([cut for *_, cut in _groups(above, along=False)], is_vertical=True))
    numbers = [_n_numbers(labels) for labels in read]
    if min(numbers) >= FEWEST:
        raise OptionError(
            "there are numbers on both sides of the color bar; give the values of its ends "
            "(limits=)"
        )
    return read[int(np.argmax(numbers))]


def _read(pictures: Sequence[NDArray[np.uint8]], *, is_vertical: bool) -> list[str]:
    """Read texts beside a bar, whose rows run along it."""
    upright = [one if is_vertical else one.swapaxes(0, 1) for one in pictures[:MOST_TEXTS]]
    return [line.text for line in read_lines(upright)] + [""] * (len(pictures) - len(upright))


def _check_factor(texts: Iterable[str]) -> None:
    """Refuse a text that changes all numbers.

    Raises
    ------
    OptionError
        There is one.
    """
    for text in texts:
        if FACTOR.search(text.translate(SIGNS)):
            raise OptionError(
                f"{text!r} near the color bar changes its numbers, which is not read; give the "
                "values of its ends (limits=)"
            )


def ticks_of(labels: Sequence[Label], length: float, kind: ScaleKind) -> list[tuple[float, float]]:
    """Values of the ends of a bar, by the straight line on which its numbers lie.

    Parameters
    ----------
    labels : sequence of Label
    length : float
        Pixels along the bar.
    kind : {"linear", "log"}
        Whether values, or their logarithms, lie on it.

    Returns
    -------
    list of (place, value)
        Of the low and the high end.

    Raises
    ------
    OptionError
        Too few numbers lie on a line.
    """
    known = [(one.place, _numbers(one.text, kind)) for one in labels]
    points = [(place, number) for place, numbers in known for number in numbers]
    n_numbers = sum(bool(numbers) for _, numbers in known)
    loose = FARTHEST / length
    best: list[tuple[float, float]] = []
    for (a, u), (b, v) in combinations(points, 2):
        if a == b or u == v:
            continue
        slope = (v - u) / (b - a)
        near = [(x, y) for x, y in points if abs(u + slope * (x - a) - y) <= abs(slope) * loose]
        if len(near) > len(best):
            best = near
    if len(best) < max(FEWEST, AGREED * n_numbers):
        read = ", ".join(one.text for one in labels) or "nothing"
        raise OptionError(
            f"the numbers of the color bar could not be read (found: {read}); give the values of "
            "its ends (limits=)"
        )
    at, values = np.array(best).T
    slope, start = np.polyfit(at, values, 1)
    ends = np.array([start, start + slope])
    if kind == "log":
        ends = np.exp(ends)
    return [(0.0, float(ends[0])), (1.0, float(ends[1]))]


@dataclass(frozen=True, eq=False)
class _Cut:
    """A text cut out of what lies beside a bar, which runs from top to bottom."""

    picture: NDArray[np.uint8]

    middle: float
    """Row of its middle, or of its tick mark."""

    is_near: bool
    """Whether it is beside the bar and not farther away."""


def _cut_labels(beside: NDArray[np.uint8], ends: tuple[int, int], *, along: bool) -> list[_Cut]:
    """Cut out the texts beside a bar, whose edge is the first column.

    Text runs along the columns, or the rows if it is `along` the bar.
    """
    beside = beside[:, : (BELOW if along else BESIDE) + LONGEST_TICK]
    if not beside.size:
        return []
    darkness = _darkness(beside)
    inner = darkness[ends[0] + 3 : ends[1] - 3, 1:LONGEST_TICK] > INK
    # The frame and the tick marks end before the first column without ink.
    empty = np.flatnonzero(~inner.any(axis=0)) + 1
    if not empty.size:
        return []
    first = int(empty[0])
    marks = darkness[:, max(0, first - 3) : first].max(axis=1)
    found = list(_groups(beside[:, first:], along=along))
    heights = [(cols if along else rows) for rows, cols, _ in found]
    tall = float(np.median([side.stop - side.start for side in heights])) if found else 0.0
    cuts = []
    for rows, cols, picture in found:
        middle = (rows.start + rows.stop) / 2
        near = slice(max(0, round(middle) - NEAR_MARK), round(middle) + NEAR_MARK)
        weights = np.where(marks[near] > INK / 3, marks[near], 0)
        if weights.any():
            at = np.arange(near.start, near.start + len(weights)) + 0.5
            middle = float(np.average(at, weights=weights))
        cuts.append(_Cut(picture, middle, cols.start <= NEAREST + tall))
    return cuts


def _groups(
    part: NDArray[np.uint8], *, along: bool
) -> Iterator[tuple[slice, slice, NDArray[np.uint8]]]:
    """Rows, columns and picture, with a little paper around, of each text on a part of a page."""
    from scipy import ndimage

    if not part.size:
        return
    ink = _darkness(part) > INK
    boxes = ndimage.find_objects(ndimage.label(ink, np.ones((3, 3)))[0])
    sides = [box[1] if along else box[0] for box in boxes]
    tall = [side.stop - side.start for side in sides if side.stop - side.start >= LOWEST_TEXT]
    if not tall:
        return
    reach = max(1, round(GAP * float(np.median(tall))))
    wide = np.ones((2 * reach + 1, 1) if along else (1, 2 * reach + 1), bool)
    groups, _ = ndimage.label(ndimage.binary_dilation(ink, wide), np.ones((3, 3)))
    for rows, cols in ndimage.find_objects(groups * ink):
        height = (cols.stop - cols.start) if along else (rows.stop - rows.start)
        if LOWEST_TEXT <= height <= TALLEST:
            around = tuple(slice(max(0, side.start - 3), side.stop + 3) for side in (rows, cols))
            yield rows, cols, part[around]


def _darkness(part: NDArray[np.uint8]) -> Floats:
    """How far each pixel is from the paper, which is the middle color."""
    paper = np.median(part.reshape(-1, 3), axis=0)
    found: Floats = np.abs(part - paper).max(axis=2)
    return found


def _n_numbers(labels: Sequence[Label]) -> int:
    """How many labels are numbers."""
    return sum(bool(_numbers(label.text)) for label in labels)


def _numbers(text: str, kind: ScaleKind = "linear") -> list[float]:
    """Numbers that a text can mean, or their logarithms; none if it is no number."""
    plain = text.translate(SIGNS)
    found = []
    if NUMBER.fullmatch(plain):
        found.append(float(plain.replace(",", ".")))
    if THOUSANDS.fullmatch(plain):
        found.append(float(re.sub("[.,]", "", plain)))
    if kind == "linear":
        return found
    # Powers of ten, whose exponents may be read as digits like others.
    power = re.fullmatch(r"10([-+]?\d+)", plain.translate(RAISED))
    if power is not None and -30 <= int(power[1]) <= 30:
        found.append(10.0 ** int(power[1]))
    return [float(np.log(number)) for number in found if number > 0]
