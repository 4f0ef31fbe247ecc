r"""Grids as text with one cell per line, such as ``inline\tcrossline\tz\tindex``.

The kernel joins prepared pieces of text: 16 million lines take about a second, two to three with
coordinates.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from affine import Affine
from numpy.typing import NDArray

from geoindex.color.compiled import compiled, types

__all__ = ["Coded", "coordinate_decimals", "point_lines"]

BLOCK_CELLS = 2**18

MOST_DECIMALS = 9

LONGEST_NUMBER = 24
"""Longest coordinate with sign, point and separator, in bytes."""

Bytes = NDArray[np.uint8]


class _Pieces(NamedTuple):
    """Concatenated texts."""

    text: Bytes
    ends: NDArray[np.int64]
    """End of each piece; piece i starts where piece i - 1 ends."""

    longest: int

    @classmethod
    def of(cls, texts: Sequence[str]) -> _Pieces:
        """Join texts."""
        joined = np.frombuffer("".join(texts).encode("ascii"), dtype=np.uint8)
        sizes = np.array([0, *map(len, texts)], dtype=np.int64)
        return cls(joined, np.cumsum(sizes), int(sizes.max()))


Coded = tuple[NDArray[np.uint8 | np.uint16 | np.uint32], Sequence[str]]
"""Numbers of texts, and the texts."""


def point_lines(
    cells: NDArray[Any],
    endings: Sequence[str] | Callable[[NDArray[Any]], Coded],
    *,
    lines: tuple[Sequence[int], Sequence[int]] | None = None,
    transform: Affine | None = None,
    separator: str = "\t",
) -> Iterator[memoryview]:
    """Lines of the cells of a grid, row by row, in blocks.

    Parameters
    ----------
    cells : ndarray of uint8 or uint16, or of float32, shape (rows, cols)
        What each cell holds.
    endings : sequence of str, or callable
        What follows the position for every index that occurs in `cells`, line feed included;
        cells whose ending is empty are left out. A callable takes a block of `cells` and returns
        the number of the ending of each cell, and the endings.
    lines : two sequences of int, optional
        Numbers of the rows and of the columns, inlines and crosslines, to begin lines with.
    transform : Affine, optional
        Of cell corners, to write the coordinates of cell centers, to a thousandth of a cell.
    separator : str
        One character behind each number.

    Yields
    ------
    memoryview
        Valid until the next one.
    """
    rows, cols = cells.shape
    of_rows, of_cols = lines if lines is not None else ((), ())
    row_pieces = _Pieces.of([f"{number}{separator}" for number in of_rows] or [""] * rows)
    col_pieces = _Pieces.of([f"{number}{separator}" for number in of_cols] or [""] * cols)
    tails = None if callable(endings) else _Pieces.of(endings)
    height = max(1, BLOCK_CELLS // cols)
    buffer = np.empty(0, dtype=np.uint8)
    decimals = 0 if transform is None else coordinate_decimals(transform)
    for top in range(0, rows, height):
        block = np.ascontiguousarray(cells[top : top + height])
        if callable(endings):
            block, texts = endings(block)
            tails = _Pieces.of(texts)
        if tails is None:
            raise AssertionError("there are no endings")
        longest = row_pieces.longest + col_pieces.longest + 2 * LONGEST_NUMBER + tails.longest
        if len(buffer) < block.size * longest:
            buffer = np.empty(block.size * longest, dtype=np.uint8)
        x, y = _places(transform, top, block.shape, decimals)
        size = put_points(
            block,
            row_pieces.text,
            row_pieces.ends[top:],
            col_pieces.text,
            col_pieces.ends,
            x,
            y,
            decimals,
            ord(separator),
            tails.text,
            tails.ends,
            buffer,
        )
        yield buffer[:size].data


def coordinate_decimals(transform: Affine) -> int:
    """Count the decimals that resolve a thousandth of a cell, at least 2."""
    a, b, _, d, e, _ = transform[:6]
    smallest = min(math.hypot(a, d), math.hypot(b, e))
    # The last digits of a root or logarithm must not add a decimal.
    return min(max(2, math.ceil(3 - math.log10(smallest) - 1e-9)), MOST_DECIMALS)


def _places(
    transform: Affine | None, top: int, shape: tuple[int, ...], decimals: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Cell centers as integers in units of the last decimal; empty without a transform."""
    if transform is None:
        return np.empty((0, 0), np.int64), np.empty((0, 0), np.int64)
    a, b, c, d, e, f = transform[:6]
    col = np.arange(shape[1]) + 0.5
    row = np.arange(top, top + shape[0])[:, np.newaxis] + 0.5
    x, y = (
        np.floor(place * 10**decimals + 0.5).astype(np.int64)
        for place in (c + a * col + b * row, f + d * col + e * row)
    )
    return x, y


_SIZES = (types.uint8, types.uint16, types.uint32)
_TEXT = types.Array(types.uint8, 1, "C", readonly=True)
_ENDS = types.Array(types.int64, 1, "C", readonly=True)
_PLACES = types.Array(types.int64, 2, "C", readonly=True)
_BLOCKS = [types.Array(size, 2, "C", readonly=True) for size in _SIZES]
_OUT = types.uint8[::1]
_INT = types.int64


@compiled()
def put_piece(text: Bytes, ends: NDArray[np.int64], piece: int, buffer: Bytes, at: int) -> int:
    """Copy a piece of text to `at`; return the position after it."""
    for place in range(ends[piece], ends[piece + 1]):
        buffer[at] = text[place]
        at += 1
    return at


@compiled()
def put_number(value: int, decimals: int, separator: int, buffer: Bytes, at: int) -> int:
    """Write a number with decimals and a separator to `at`; return the position after it."""
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
    buffer[end] = separator
    for place in range(1, digits + 2):
        if place == decimals + 1:
            buffer[end - place] = 46  # point
        else:
            buffer[end - place] = 48 + value % 10
            value //= 10
    return end + 1


@compiled(
    [
        _INT(block, _TEXT, _ENDS, _TEXT, _ENDS, _PLACES, _PLACES, _INT, _INT, _TEXT, _ENDS, _OUT)
        for block in _BLOCKS
    ]
)
def put_points(
    block: NDArray[np.uint8 | np.uint16 | np.uint32],
    row_texts: Bytes,
    row_ends: NDArray[np.int64],
    col_texts: Bytes,
    col_ends: NDArray[np.int64],
    x: NDArray[np.int64],
    y: NDArray[np.int64],
    decimals: int,
    separator: int,
    tails: Bytes,
    tail_ends: NDArray[np.int64],
    buffer: Bytes,
) -> int:
    """Write numbers, coordinates and ending of every cell; return the number of bytes."""
    at = 0
    for row in range(block.shape[0]):
        for col in range(block.shape[1]):
            index = block[row, col]
            if tail_ends[index] == tail_ends[index + 1]:
                continue
            at = put_piece(row_texts, row_ends, row, buffer, at)
            at = put_piece(col_texts, col_ends, col, buffer, at)
            if x.size > 0:
                at = put_number(x[row, col], decimals, separator, buffer, at)
                at = put_number(y[row, col], decimals, separator, buffer, at)
            at = put_piece(tails, tail_ends, index, buffer, at)
    return at
