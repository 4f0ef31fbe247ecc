"""Images of few colors by NumPy alone, since kernels take longer to load than a map to convert.

Such an image gets a color table, and only the colors of a table are compared with the palette.
"""

from __future__ import annotations

import sys
from typing import cast

import numpy as np
from numpy.typing import NDArray

from geoindex.color.pixels import Pixels

__all__ = [
    "is_faster",
    "nearest_rows",
    "packed",
    "unpacked",
    "with_table",
]

SPARED = 6_000_000
"""Pixels, or pairs of colors, that take NumPy as long as it takes to load kernels."""

LONGEST_TABLE = 2**12
"""Most colors of a table; finding more is slow."""

SHORTEST_RUN = 4
"""Least mean number of equal pixels side by side; photographs have fewer."""

PAIRS_AT_ONCE = 2**18
"""Pairs of colors that are compared at once, in 1 MB."""


def is_faster(n: int) -> bool:
    """Whether a map of `n` pixels, or `n` pairs of colors, are done before kernels are loaded."""
    return n <= SPARED and "numba" not in sys.modules


def with_table(pixels: Pixels) -> Pixels:
    """Give pixels a color table if they have few colors, in long runs.

    Returns
    -------
    Pixels
        The same colors; the argument itself if it has a table, many colors or more than 8 bits.
    """
    if pixels.codes is not None or pixels.table.dtype != np.uint8 or pixels.table.size == 0:
        return pixels
    codes = packed(cast("NDArray[np.uint8]", pixels.table)).ravel()
    starts = np.flatnonzero(np.diff(codes, prepend=~codes[0]))
    if len(starts) * SHORTEST_RUN > len(codes):
        return pixels
    distinct, rows = np.unique(codes[starts], return_inverse=True)
    if len(distinct) > LONGEST_TABLE:
        return pixels
    lengths = np.diff(starts, append=len(codes))
    return Pixels(
        table=unpacked(distinct),
        valid=pixels.valid,
        codes=np.repeat(rows.astype(np.uint16), lengths).reshape(pixels.shape),
    )


def packed(colors: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """Codes (...) of colors (..., 3), as in :mod:`geoindex.color.cells`."""
    codes = colors[..., 0].astype(np.uint32)
    for channel in (1, 2):
        codes <<= 8
        codes |= colors[..., channel]
    return codes


def unpacked(codes: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """Colors (..., 3) of codes (...)."""
    return np.stack([codes >> 16, codes >> 8, codes], axis=-1).astype(np.uint8)


def nearest_rows(
    colors: NDArray[np.uint8], palette: NDArray[np.uint8], max_squared: int
) -> NDArray[np.intp]:
    """Find the nearest palette color of each color by comparing all, in integers.

    Parameters
    ----------
    colors : ndarray of uint8, shape (n, 3)
    palette : ndarray of uint8, shape (m, 3)
    max_squared : int
        Largest squared distance of a color from its nearest one.

    Returns
    -------
    ndarray of int, shape (n,)
        Palette rows, the lowest of several at the same distance; -1 where all are too far.
    """
    rows = np.empty(len(colors), dtype=np.intp)
    step = max(1, PAIRS_AT_ONCE // len(palette))
    for start in range(0, len(colors), step):
        part = slice(start, start + step)
        squared = np.zeros((len(rows[part]), len(palette)), dtype=np.int32)
        for channel in range(3):
            levels = colors[part, channel].astype(np.int32)
            squared += (levels[:, np.newaxis] - palette[:, channel].astype(np.int32)) ** 2
        # The first of several least values.
        nearest = squared.argmin(axis=1)
        is_near = squared[np.arange(len(nearest)), nearest] <= max_squared
        rows[part] = np.where(is_near, nearest, -1)
    return rows
