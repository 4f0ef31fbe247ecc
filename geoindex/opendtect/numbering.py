"""Class numbers that OpendTect can tell apart, which are at most 255."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geoindex.errors import OutputError
from geoindex.palette import Palette
from geoindex.palettes.opendtect import N_LEVELS

__all__ = ["Numbering", "number_classes"]


class Numbering(NamedTuple):
    """What each palette row is written as."""

    numbers: NDArray[np.int64]
    """Number of each row, shape (n_colors,)."""

    rows: list[int] | None
    """Palette row of each number, None where they are the same."""

    shown: Palette
    """The first 255 numbers, for the color table."""


def number_classes(
    palette: Palette, counts: NDArray[np.int64], what: str, place: str = ""
) -> Numbering:
    """Keep the palette rows as numbers where they fit, or else number the used classes anew.

    Parameters
    ----------
    palette : Palette
        The classes.
    counts : ndarray of int64, shape (n_colors,)
        How often each occurs.
    what : str
        File and what it shows, for the error.
    place : str
        What follows the number of classes in the error.

    Returns
    -------
    Numbering

    Raises
    ------
    OutputError
        More than 255 classes occur.
    """
    numbers = np.arange(len(palette))
    used = np.flatnonzero(counts)
    if not used.size or used[-1] < N_LEVELS:
        return Numbering(numbers, None, _rows_of(palette, list(range(len(palette)))[:N_LEVELS]))
    if len(used) > N_LEVELS:
        raise OutputError(
            f"{what} has {len(used):,} classes{place}, and OpendTect shows {N_LEVELS}; index it "
            "against a palette of fewer colors, or write a part of it"
        )
    numbers[used] = np.arange(len(used))
    rows = used.tolist()
    return Numbering(numbers, rows, _rows_of(palette, rows))


def _rows_of(palette: Palette, rows: list[int]) -> Palette:
    """Palette of some rows of another."""
    names = None if palette.names is None else [palette.names[row] for row in rows]
    return Palette(palette.colors[rows], names, name=palette.name)
