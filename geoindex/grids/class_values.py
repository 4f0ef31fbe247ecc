"""Grids whose pixels are class values, such as 101 and 205, instead of palette rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoindex.errors import GridError, OptionError
from geoindex.palette import Palette
from geoindex.rules.indices import IndexArray, rows_of_numbers

__all__ = ["ClassValues", "check_class_values", "class_values", "rows_of_values"]


@dataclass(frozen=True, kw_only=True, eq=False)
class ClassValues:
    """What is written instead of palette rows."""

    table: NDArray[np.generic]
    """Value of each palette row, and last that of nodata; the smallest dtype that holds all."""

    nodata: int | None
    """Value of nodata, or None where no pixel has it."""

    def of(self, indices: IndexArray) -> NDArray[np.generic]:
        """Class value of each index."""
        # Palettes of 256 and 65,536 colors leave no index for nodata.
        last = min(len(self.table) - 1, int(np.iinfo(indices.dtype).max))
        values: NDArray[np.generic] = self.table[np.minimum(indices, last)]
        return values


def check_class_values(palette: Palette) -> tuple[int, ...]:
    """Class values of a palette that are to be written.

    Raises
    ------
    OptionError
        The palette has none; row numbers in their place would be taken for class values.
    """
    if palette.values is None:
        name = f"the palette {palette.name}" if palette.name else "the palette"
        raise OptionError(
            f"{name} has no class values other than its row numbers; leave out values=True "
            "(--values), or give every class a whole number in a column value"
        )
    return palette.values


def class_values(palette: Palette, *, has_nodata: bool) -> ClassValues:
    """Values that classes are written as.

    Parameters
    ----------
    palette : Palette
        With the class values.
    has_nodata : bool
        Whether nodata needs a value of its own.

    Returns
    -------
    ClassValues
        uint8 where all values and nodata fit, else uint16, else int32.

    Raises
    ------
    OptionError
        The palette has no class values.
    """
    values = list(check_class_values(palette))
    taken = set(values)
    for dtype in (np.uint8, np.uint16):
        largest = int(np.iinfo(dtype).max)
        if min(values) < 0 or max(values) > largest:
            continue
        free = next((v for v in range(largest, -1, -1) if v not in taken), None)
        if free is not None or not has_nodata:
            table = np.array([*values, free or 0], dtype=dtype)
            return ClassValues(table=table, nodata=free if has_nodata else None)
    largest = int(np.iinfo(np.int32).max)
    free = next(v for v in range(largest, 0, -1) if v not in taken)
    table = np.array([*values, free], dtype=np.int32)
    return ClassValues(table=table, nodata=free if has_nodata else None)


def rows_of_values(
    values: NDArray[np.generic], palette: Palette, nodata: int | None, where: str
) -> tuple[IndexArray, int | None]:
    """Palette rows of a grid of class values, and their nodata value.

    Parameters
    ----------
    values : ndarray of int, shape (rows, cols)
        The file's pixels.
    palette : Palette
        With the class values.
    nodata : int or None
        The file's nodata value.
    where : str
        File name for errors.

    Raises
    ------
    GridError
        A pixel holds a value of no class.
    """
    # Values that equal the row numbers are dropped by the palette.
    numbers = palette.values or range(len(palette))
    blank = None if nodata is None else values == nodata
    indices, index_nodata, stray = rows_of_numbers(values, numbers, blank)
    if stray is not None:
        row, col = divmod(stray, values.shape[1])
        raise GridError(
            f"{where}: {values[row, col]} at row {row}, column {col} is not a class value of the "
            "palette"
        )
    return indices, index_nodata
