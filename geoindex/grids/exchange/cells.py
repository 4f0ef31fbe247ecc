"""The cells of a grid as the numbers of a file: class numbers or values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from affine import Affine
from numpy.typing import NDArray

from geoindex.errors import OutputError
from geoindex.files.number_text import texts_of_values
from geoindex.grid import IndexGrid
from geoindex.rules.indices import row_blocks
from geoindex.survey import Survey
from geoindex.values.grid import ValueGrid

__all__ = ["Cells", "cells_of", "index_endings", "value_endings"]

BLOCK_CELLS = 2**22


@dataclass(frozen=True, kw_only=True, eq=False)
class Cells:
    """The part of a grid that is written."""

    array: NDArray[Any]
    """Shape (rows, cols): indices, uint8 or uint16, or float32 values with NaN for nodata."""

    numbers: Sequence[int] | None
    """Number of each palette row; any other index is nodata. None where `array` holds values."""

    transform: Affine
    """Of cell corners."""

    survey: Survey | None
    """Survey whose inlines and crosslines are the rows and columns, or None."""

    @property
    def limits(self) -> tuple[str, str]:
        """Lowest and highest number, as text; zeros if all is nodata."""
        if self.numbers is None:
            low, high = self._range
            return str(np.float32(low)), str(np.float32(high))
        used = [self.numbers[int(row)] for row in self._rows]
        return (str(min(used)), str(max(used))) if used else ("0", "0")

    @property
    def is_blank(self) -> bool:
        """Whether all cells are nodata."""
        return bool(np.isnan(self.array).all()) if self.numbers is None else not len(self._rows)

    def as_floats(self, cells: NDArray[Any], blank: float) -> NDArray[np.float64]:
        """Numbers to write for some cells, with `blank` for nodata."""
        if self.numbers is None:
            values: NDArray[np.float64] = cells.astype(np.float64)
            values[np.isnan(values)] = blank
            return values
        table = np.full(int(np.iinfo(self.array.dtype).max) + 1, blank)
        table[: len(self.numbers)] = self.numbers
        numbers: NDArray[np.float64] = table[cells]
        return numbers

    def check(self, name: str, *, null: float | None = None, largest: float | None = None) -> None:
        """Raise an error for values that the format `name` cannot hold.

        Raises
        ------
        OutputError
            A value is the format's `null`, or beyond its `largest` number.
        """
        if self.numbers is not None:
            return
        null32 = None if null is None else np.float32(null)
        for _, values in row_blocks(self.array, BLOCK_CELLS):
            with np.errstate(invalid="ignore"):
                wrong = np.isinf(values)
                if null32 is not None:
                    wrong |= values == null32
                if largest is not None:
                    wrong |= np.abs(values) > largest
            if wrong.any():
                value = float(values[wrong][0])
                reason = (
                    "stands for nodata there" if values[wrong][0] == null32 else "is too large"
                )
                raise OutputError(
                    f"{name} cannot hold the value {value:g}, which {reason}; write .tif or .npy"
                )

    @cached_property
    def _range(self) -> tuple[float, float]:
        known = [v[~np.isnan(v)] for _, v in row_blocks(self.array, BLOCK_CELLS)]
        known = [values for values in known if values.size]
        if not known:
            return 0.0, 0.0
        return min(float(v.min()) for v in known), max(float(v.max()) for v in known)

    @cached_property
    def _rows(self) -> NDArray[np.int64]:
        """Palette rows that occur."""
        if self.numbers is None:
            raise AssertionError("values have no palette")
        counts = np.zeros(int(np.iinfo(self.array.dtype).max) + 1, dtype=np.int64)
        for _, block in row_blocks(self.array, BLOCK_CELLS):
            counts += np.bincount(block.ravel(), minlength=len(counts))
        return np.flatnonzero(counts[: len(self.numbers)])


def cells_of(grid: IndexGrid | ValueGrid, numbers: Sequence[int] | None) -> Cells:
    """Cells of a grid that has a transform, with the number of each palette row."""
    if grid.transform is None:
        raise AssertionError("the grid was not checked")
    return Cells(
        array=grid.indices if isinstance(grid, IndexGrid) else grid.values,
        numbers=numbers,
        transform=grid.transform,
        survey=grid.survey,
    )


def index_endings(indices: NDArray[Any], numbers: Sequence[int]) -> list[str]:
    """Make number and line feed for each index that can occur, "" for nodata."""
    endings = [f"{number}\n" for number in numbers]
    return endings + [""] * (int(np.iinfo(indices.dtype).max) + 1 - len(endings))


def value_endings(
    values: NDArray[np.float32],
) -> tuple[NDArray[np.uint32], list[str]]:
    """Index of the text of each value, and the texts with a line feed; "" for NaN."""
    codes, texts = texts_of_values(values, "")
    return codes, [f"{text.decode()}\n" if text else "" for text in texts]
