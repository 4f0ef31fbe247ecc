"""Numbers for classes in OpendTect, which can show 255 of them, and for nodata."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoindex.errors import OutputError
from geoindex.files.checksums import checksum
from geoindex.palette import Palette
from geoindex.palettes.legend_csv import format_legend
from geoindex.palettes.opendtect import N_LEVELS, format_opendtect

__all__ = ["UNDEFINED", "UNDEFINED_TEXT", "Numbering", "is_undefined", "number_classes"]

UNDEFINED_TEXT = "1e30"
"""OpendTect's undefined value, as text."""

UNDEFINED = float(UNDEFINED_TEXT)
"""The same as a number."""

NEARLY_UNDEFINED = 1e29
"""Numbers from here on are undefined, too."""


def is_undefined(values: ArrayLike) -> NDArray[np.bool_]:
    """Mask of undefined values, which include infinities and NaN."""
    return np.logical_not(np.abs(np.asarray(values, np.float64)) < NEARLY_UNDEFINED)


class Numbering(NamedTuple):
    """The number that each palette row is written as."""

    numbers: NDArray[np.int64]
    """Number of each row, shape (n_colors,)."""

    rows: list[int] | None
    """Palette row of each number, None where they are the same."""

    palette: Palette
    """The palette that was numbered."""

    @property
    def shown(self) -> Palette:
        """The first 255 numbers, for the color table."""
        rows = range(len(self.palette))[:N_LEVELS] if self.rows is None else self.rows
        names = self.palette.names
        return Palette(
            self.palette.shown[rows],
            None if names is None else [names[row] for row in rows],
            name=self.palette.name,
        )

    def write(self, colors: Path, legend: Path, *, beside: Path) -> None:
        """Write the color table and the legend of the file `beside`, which is written already."""
        colors.write_bytes(format_opendtect(self.shown))
        text = format_legend(self.palette, self.rows, checksum=checksum(beside))
        legend.write_bytes(text.encode())


def number_classes(
    palette: Palette, counts: NDArray[np.int64], what: str, place: str = ""
) -> Numbering:
    """Keep the palette rows as numbers where they fit, or else renumber the used classes from 0.

    Parameters
    ----------
    palette : Palette
        The classes.
    counts : ndarray of int64, shape (n_colors,)
        How often each occurs.
    what, place : str
        What stands before and after the number of classes in the error.

    Raises
    ------
    OutputError
        More than 255 classes occur.
    """
    numbers = np.arange(len(palette))
    used = np.flatnonzero(counts)
    if not used.size or used[-1] < N_LEVELS:
        return Numbering(numbers, None, palette)
    if len(used) > N_LEVELS:
        raise OutputError(
            f"{what} has {len(used):,} classes{place}, and OpendTect shows {N_LEVELS}; use "
            "a palette of fewer colors, or write only a part of it"
        )
    numbers[used] = np.arange(len(used))
    return Numbering(numbers, used.tolist(), palette)
