r"""Lines of an OpendTect horizon as bytes: ``inline\tcrossline\tz\tindex`` for every bin.

The kernels put ready pieces of text one behind the other, so that 16 million lines take less
than a second.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numba import types
from numpy.typing import NDArray

from geoindex.color.compiled import compiled
from geoindex.grid import IndexArray
from geoindex.survey import Survey

__all__ = ["coordinate_decimals", "horizon_lines"]

BLOCK_BINS = 2**18

MOST_DECIMALS = 9

LONGEST_NUMBER = 24
"""Bytes of a coordinate with sign, point and separator."""

Bytes = NDArray[np.uint8]


class _Pieces(NamedTuple):
    """Texts one behind the other."""

    text: Bytes
    ends: NDArray[np.int64]
    """End of each piece; piece i begins where i - 1 ends."""

    longest: int

    @classmethod
    def of(cls, texts: Sequence[str]) -> _Pieces:
        """Join texts."""
        joined = np.frombuffer("".join(texts).encode("ascii"), dtype=np.uint8)
        sizes = np.array([0, *map(len, texts)], dtype=np.int64)
        return cls(joined, np.cumsum(sizes), int(sizes.max()))


def horizon_lines(
    indices: IndexArray, survey: Survey, endings: Sequence[str], *, xy: bool
) -> Iterator[memoryview]:
    """Lines of all bins, inline by inline, in blocks.

    Parameters
    ----------
    indices : ndarray of uint8 or uint16, shape of the survey
        What each bin holds.
    survey : Survey
        Its line numbers.
    endings : sequence of str
        What follows the position for every value that occurs in `indices`, line feed included.
    xy : bool
        Write coordinates as position, not line numbers.

    Yields
    ------
    memoryview
        Valid until the next one.
    """
    tails = _Pieces.of(endings)
    inlines = _Pieces.of([f"{number}\t" for number in survey.inlines])
    crosslines = _Pieces.of([f"{number}\t" for number in survey.crosslines])
    rows, cols = indices.shape
    height = max(1, BLOCK_BINS // cols)
    longest = tails.longest + (2 * LONGEST_NUMBER if xy else inlines.longest + crosslines.longest)
    buffer = np.empty(min(height, rows) * cols * longest, dtype=np.uint8)
    decimals = coordinate_decimals(survey)
    for top in range(0, rows, height):
        block = np.ascontiguousarray(indices[top : top + height])
        if xy:
            number = np.asarray(survey.inlines[top : top + height])
            x, y = (
                np.floor(place * 10**decimals + 0.5).astype(np.int64)
                for place in survey.xy(number[:, np.newaxis], np.asarray(survey.crosslines))
            )
            size = put_coordinates(block, x, y, decimals, tails.text, tails.ends, buffer)
        else:
            size = put_lines(
                block,
                inlines.text,
                inlines.ends[top:],
                crosslines.text,
                crosslines.ends,
                tails.text,
                tails.ends,
                buffer,
            )
        yield buffer[:size].data


def coordinate_decimals(survey: Survey) -> int:
    """Decimals that tell a thousandth of a bin, 2 or more."""
    smallest = min(survey.inline_spacing, survey.crossline_spacing)
    return min(max(2, math.ceil(-math.log10(smallest / 1000))), MOST_DECIMALS)


_TEXT = types.Array(types.uint8, 1, "C", readonly=True)
_ENDS = types.Array(types.int64, 1, "C", readonly=True)
_PLACES = types.Array(types.int64, 2, "C", readonly=True)
_BLOCKS = [types.Array(size, 2, "C", readonly=True) for size in (types.uint8, types.uint16)]
_OUT = types.uint8[::1]
_INT = types.int64


@compiled()
def put_piece(text: Bytes, ends: NDArray[np.int64], piece: int, buffer: Bytes, at: int) -> int:
    """Copy a piece of text to `at`; return the place behind it."""
    for place in range(ends[piece], ends[piece + 1]):
        buffer[at] = text[place]
        at += 1
    return at


@compiled()
def put_number(value: int, decimals: int, buffer: Bytes, at: int) -> int:
    """Write a number of so many decimals, and a tab, to `at`; return the place behind it."""
    if value < 0:
        buffer[at] = 45  # minus
        at += 1
        value = -value
    digits = decimals + 1
    rest = value // 10**decimals
    while rest >= 10:
        digits += 1
        rest //= 10
    end = at + digits + 1
    buffer[end] = 9  # tab
    for place in range(1, digits + 2):
        if place == decimals + 1:
            buffer[end - place] = 46  # point
        else:
            buffer[end - place] = 48 + value % 10
            value //= 10
    return end + 1


@compiled([_INT(block, _TEXT, _ENDS, _TEXT, _ENDS, _TEXT, _ENDS, _OUT) for block in _BLOCKS])
def put_lines(
    block: IndexArray,
    inlines: Bytes,
    inline_ends: NDArray[np.int64],
    crosslines: Bytes,
    crossline_ends: NDArray[np.int64],
    tails: Bytes,
    tail_ends: NDArray[np.int64],
    buffer: Bytes,
) -> int:
    """Write inline, crossline and ending of every bin; return how many bytes that are."""
    at = 0
    for row in range(block.shape[0]):
        for col in range(block.shape[1]):
            at = put_piece(inlines, inline_ends, row, buffer, at)
            at = put_piece(crosslines, crossline_ends, col, buffer, at)
            at = put_piece(tails, tail_ends, block[row, col], buffer, at)
    return at


@compiled([_INT(block, _PLACES, _PLACES, _INT, _TEXT, _ENDS, _OUT) for block in _BLOCKS])
def put_coordinates(
    block: IndexArray,
    x: NDArray[np.int64],
    y: NDArray[np.int64],
    decimals: int,
    tails: Bytes,
    tail_ends: NDArray[np.int64],
    buffer: Bytes,
) -> int:
    """Write x, y (in units of the last decimal) and ending of every bin, as above."""
    at = 0
    for row in range(block.shape[0]):
        for col in range(block.shape[1]):
            at = put_number(x[row, col], decimals, buffer, at)
            at = put_number(y[row, col], decimals, buffer, at)
            at = put_piece(tails, tail_ends, block[row, col], buffer, at)
    return at
