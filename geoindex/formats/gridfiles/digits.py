"""Columns of numbers as lines of text, whole arrays at a time.

16 million coordinate pairs take 4 s this way and 40 s with Python's own formatting: digits are
looked up four at a time in tables of texts, which numpy keeps at a fixed width with zero bytes at
the end; these are dropped when the lines are complete.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["Texts", "fixed_point", "lines_of", "whole_numbers"]

Texts = NDArray[np.bytes_]
"""Pieces of text of fixed width, zero bytes at the end."""

GROUP = 4


def fixed_point(values: NDArray[np.float64], decimals: int) -> list[Texts]:
    r"""Pieces that make the text of each number with a fixed count of decimals.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        Finite, of fewer than 16 digits in all.
    decimals : int
        Digits behind the point, 1 or more.

    Returns
    -------
    list of ndarray of bytes, each of shape (n,)

    Examples
    --------
    >>> import numpy as np
    >>> from geoindex.formats.gridfiles.digits import fixed_point, lines_of
    >>> lines_of([fixed_point(np.array([1.5, -20003.0416]), 2)])
    b'1.50\n-20003.04\n'
    """
    scaled = np.rint(np.abs(values) * 10.0**decimals).astype(np.int64)
    whole, fraction = np.divmod(scaled, 10**decimals)
    sign = np.where((values < 0) & (scaled > 0), b"-", b"")
    return [sign, *_whole(whole), np.full(len(values), b"."), *_padded(fraction, decimals)]


def whole_numbers(values: NDArray[np.integer]) -> list[Texts]:
    """Pieces that make the text of each integer."""
    sign = np.where(values < 0, b"-", b"")
    return [sign, *_whole(np.abs(values.astype(np.int64)))]


def lines_of(columns: Sequence[Sequence[Texts]], *, separator: bytes = b" ") -> bytes:
    """Lines of the columns of a table, each made of pieces.

    Parameters
    ----------
    columns : sequence of sequences of ndarray of bytes, each of shape (n,)
        At least one.
    separator : bytes
        One character between two columns.

    Returns
    -------
    bytes
        n lines, each with its end.
    """
    n_lines = len(columns[0][0])
    pieces: list[Texts] = []
    for column in columns:
        pieces += [*column, np.full(n_lines, separator)]
    pieces[-1] = np.full(n_lines, b"\n")
    kinds = [(f"{number}", piece.dtype) for number, piece in enumerate(pieces)]
    table = np.empty(n_lines, dtype=kinds)
    for number, piece in enumerate(pieces):
        table[f"{number}"] = piece
    return table.tobytes().translate(None, b"\0")


def _whole(values: NDArray[np.int64]) -> list[Texts]:
    """Digits without leading zeros."""
    groups = [values]
    while groups[-1].max(initial=0) >= 10**GROUP:
        groups[-1:] = np.divmod(groups[-1], 10**GROUP)[::-1]
    texts = []
    begun = np.zeros(len(values), dtype=bool)
    for place, group in enumerate(reversed(groups)):
        plain = _plain_table(is_last=place == len(groups) - 1)
        texts.append(np.where(begun, _padded_table(GROUP)[group], plain[group]))
        begun |= group > 0
    return texts


def _padded(values: NDArray[np.int64], n_digits: int) -> list[Texts]:
    """Digits with leading zeros."""
    groups = []
    while n_digits > GROUP:
        values, group = np.divmod(values, 10**GROUP)
        groups.append(_padded_table(GROUP)[group])
        n_digits -= GROUP
    return [_padded_table(n_digits)[values], *reversed(groups)]


@cache
def _padded_table(n_digits: int) -> Texts:
    """Texts of 0 to 10**n_digits - 1 with leading zeros."""
    return np.array([b"%0*d" % (n_digits, number) for number in range(10**n_digits)])


@cache
def _plain_table(*, is_last: bool) -> Texts:
    """Texts of 0 to 9999 without leading zeros; 0 has a digit in the last group only."""
    zero = b"0" if is_last else b""
    return np.array([zero, *(b"%d" % number for number in range(1, 10**GROUP))])
