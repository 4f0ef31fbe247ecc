"""How the pixels of a file number classes and nodata.

Files may hold class values, such as 101 and 205, or numbers from 1 with 0 as nodata.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal, cast, get_args

import numpy as np
from numpy.typing import NDArray

from geoindex.errors import GridError, OptionError
from geoindex.palette import Palette
from geoindex.rules.choices import check_integer, is_whole
from geoindex.rules.indices import IndexArray, rows_of_numbers

__all__ = [
    "ClassValues",
    "FileDtype",
    "FileNumbering",
    "check_class_values",
    "class_values",
    "rows_of_values",
]

FileDtype = Literal["uint8", "uint16", "int16", "int32"]
"""Types of pixels in files, the smallest first."""

SMALLEST, LARGEST = -(2**31), 2**31 - 1
LARGEST_FIRST = LARGEST - 2**16


@dataclass(frozen=True, kw_only=True)
class FileNumbering:
    """How a file numbers classes and nodata; by default as in memory."""

    values: bool = False
    """Whether class values are written in place of palette rows."""

    first: int | None = None
    """Number of the first class, which the others follow; None for 0."""

    nodata: int | None = None
    """Number of nodata; None for the largest free one."""

    dtype: FileDtype | None = None
    """Type of the pixels; None for the smallest that holds all numbers."""

    @classmethod
    def of(
        cls, *, values: bool = False, first: Any = None, nodata: Any = None, dtype: Any = None
    ) -> FileNumbering:
        """Take the options of :meth:`geoindex.IndexGrid.save`, which explains them.

        Raises
        ------
        OptionError
            A number is none, the dtype is unknown, or `values` and `first` exclude each other.
        """
        for name, number, most in (("first", first, LARGEST_FIRST), ("nodata", nodata, LARGEST)):
            if number is not None:
                whole = int(number) if is_whole(number) else number
                check_integer(name, whole, SMALLEST, most)
        if values and first is not None:
            raise OptionError("values=True and first= both number the classes; choose one")
        return cls(
            values=values,
            first=None if first is None else int(first),
            nodata=None if nodata is None else int(nodata),
            dtype=None if dtype is None else _file_dtype(dtype),
        )

    @property
    def has_nodata(self) -> bool:
        """Whether a file has a number for nodata even if none of its pixels is nodata."""
        return self.nodata is not None or self.dtype not in (None, "uint8")

    @property
    def is_plain(self) -> bool:
        """Whether a file has the numbers and the dtype of the indices in memory."""
        return self == FileNumbering()

    def numbered(self, palette: Palette) -> Palette:
        """Palette whose class values, or else rows, are the numbers of the file."""
        if self.first is None:
            return palette
        return palette.replace(values=range(self.first, self.first + len(palette)))

    def of_all(self, palette: Palette) -> FileNumbering:
        """Make the numbering for many files alike: one dtype, with a number for nodata."""
        numbers = self.check(palette)
        if self.has_nodata or self.dtype is not None:
            return self
        alone, with_nodata = (
            class_values(numbers, has_nodata=has_nodata).table.dtype
            for has_nodata in (False, True)
        )
        return self if alone == with_nodata else replace(self, dtype=_file_dtype(with_nodata))

    def check(self, palette: Palette) -> tuple[int, ...] | range:
        """Check that a file can hold the numbers of a palette, and return them.

        Raises
        ------
        OptionError
            The palette has no class values that are to be written, or a number does not fit.
        """
        numbers = self.numbers(palette)
        class_values(
            numbers, has_nodata=self.nodata is not None, nodata=self.nodata, dtype=self.dtype
        )
        return numbers

    def numbers(self, palette: Palette) -> tuple[int, ...] | range:
        """Return the number of each class of a palette; see :meth:`check`."""
        if self.values:
            return check_class_values(palette)
        return range(self.first or 0, (self.first or 0) + len(palette))


@dataclass(frozen=True, kw_only=True, eq=False)
class ClassValues:
    """The numbers that are written instead of palette rows."""

    table: NDArray[np.generic]
    """Value of each palette row, then that of nodata; in the smallest dtype that holds all."""

    nodata: int | None
    """Value of nodata, or None if there is no nodata."""

    def of(self, indices: IndexArray) -> NDArray[np.generic]:
        """Class value of each index."""
        # Nodata, the largest index of the dtype, gets the last entry: half the time of an index.
        values: NDArray[np.generic] = self.table.take(indices, mode="clip")
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
            f"{name} has no class values other than its row numbers; leave out values=True, "
            "or give every class a whole number in a column value"
        )
    return palette.values


# The sheets of a batch share them.
@lru_cache(maxsize=16)
def class_values(
    numbers: tuple[int, ...] | range,
    *,
    has_nodata: bool,
    nodata: int | None = None,
    dtype: FileDtype | None = None,
) -> ClassValues:
    """Values that classes and nodata are written as.

    Parameters
    ----------
    numbers : tuple of int, or range
        Number of each palette row, of 32 bits.
    has_nodata : bool
        Whether nodata needs a value of its own.
    nodata : int, optional
        This value; by default the largest of the dtype that is free.
    dtype : {"uint8", "uint16", "int16", "int32"}, optional
        By default the smallest that holds all; int16 only with a `nodata` of its own.

    Raises
    ------
    OptionError
        A class has the number of nodata, or the dtype cannot hold all numbers.
    """
    taken = set(numbers)
    if nodata is not None and nodata in taken:
        row = list(numbers).index(nodata)
        raise OptionError(
            f"nodata {nodata} is the number of class {row}; with first=1 classes are "
            "numbered from 1, or choose another nodata"
        )
    every = [*numbers] if nodata is None else [*numbers, nodata]
    smallest, largest = min(every), max(every)
    known = get_args(FileDtype) if nodata is not None else ("uint8", "uint16", "int32")
    for name in known if dtype is None else (dtype,):
        limits, free = np.iinfo(name), nodata
        if smallest < limits.min or largest > limits.max:
            continue
        if free is None and has_nodata:
            free = next((v for v in range(limits.max, -1, -1) if v not in taken), None)
        if free is not None or not has_nodata:
            table = np.array([*numbers, free or 0], dtype=name)
            table.setflags(write=False)
            return ClassValues(table=table, nodata=free)
    # The loop tries int32 last, which holds every number.
    limits = np.iinfo(dtype or "int32")
    needed = f"{smallest} to {largest}" + " and another for nodata" * (free is None and has_nodata)
    raise OptionError(
        f"{dtype} holds {limits.min} to {limits.max}, and {len(numbers)} classes need {needed}; "
        "choose another dtype"
    )


def rows_of_values(
    values: NDArray[np.generic], numbers: Sequence[int], nodata: int | None, where: str
) -> tuple[IndexArray, int | None]:
    """Palette rows of a grid of other numbers, and their nodata value.

    Parameters
    ----------
    values : ndarray of int, shape (rows, cols)
        The file's pixels.
    numbers : sequence of int
        Number of each palette row.
    nodata : int or None
        The file's nodata value.
    where : str
        File name for errors.

    Raises
    ------
    GridError
        A pixel holds a value of no class.
    """
    blank = None if nodata is None else values == nodata
    indices, index_nodata, stray = rows_of_numbers(values, numbers, blank)
    if stray is not None:
        row, col = divmod(stray, values.shape[1])
        raise GridError(
            f"{where}: {values[row, col]} at row {row}, column {col} is not a class value of the "
            "palette"
        )
    return indices, index_nodata


def _file_dtype(dtype: Any) -> FileDtype:
    """Name of a dtype, which may be a NumPy type."""
    name = dtype
    if not isinstance(dtype, str):
        try:
            name = np.dtype(dtype).name
        except TypeError:
            name = repr(dtype)
    for known in cast("tuple[FileDtype, ...]", get_args(FileDtype)):
        if name == known:
            return known
    raise OptionError(f"unknown dtype {name!r}; known: {', '.join(get_args(FileDtype))}")
