"""Grids whose pixels are class values, such as 101 and 205, instead of palette rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoindex.errors import GridError
from geoindex.palette import Palette
from geoindex.rules.indices import IndexArray, index_dtype, nodata_value

__all__ = ["ClassValues", "class_values", "rows_of_values"]


@dataclass(frozen=True, kw_only=True, eq=False)
class ClassValues:
    """What is written instead of palette rows."""

    table: NDArray[np.generic]
    """Value of each palette row, and last that of nodata; the smallest dtype that holds all."""

    nodata: int | None
    """Value of nodata, or None where no pixel has it."""

    def of(self, indices: IndexArray) -> NDArray[np.generic]:
        """Class value of each index."""
        values: NDArray[np.generic] = self.table[np.minimum(indices, len(self.table) - 1)]
        return values


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
    """
    values = list(palette.values or range(len(palette)))
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
    known = np.array(palette.values or range(len(palette)), dtype=np.int64)
    order = np.argsort(known)
    place = np.searchsorted(known[order], values).clip(0, len(known) - 1)
    rows = order[place]
    stray = known[rows] != values
    missing = np.zeros(values.shape, dtype=bool) if nodata is None else values == nodata
    if (stray & ~missing).any():
        row, col = np.argwhere(stray & ~missing)[0]
        raise GridError(
            f"{where}: {values[row, col]} at row {row}, column {col} is not a class value of the "
            "palette"
        )
    dtype = index_dtype(len(palette), has_nodata=nodata is not None)
    index_nodata = nodata_value(len(palette), dtype)
    indices = rows.astype(dtype)
    if index_nodata is not None:
        indices[missing] = index_nodata
    return indices, index_nodata
