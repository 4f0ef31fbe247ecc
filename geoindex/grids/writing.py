"""Interface of grid writers: a header and blocks in, a file out."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from geoindex.errors import OutputError
from geoindex.files.memory import check_memory
from geoindex.files.targets import check_target
from geoindex.grids.headers import FileHeader, GridHeader, ValueHeader
from geoindex.images.files import Region

__all__ = [
    "ArrayWriter",
    "BandBuffer",
    "BlockWriter",
    "GridOpener",
    "Opener",
    "ValueOpener",
    "array_writer",
    "collector",
]

WRITING = 12
"""Memory per cell for a format that is written at once, in bytes."""


class BlockWriter(Protocol):
    """An open output."""

    def write(self, cells: NDArray[Any], region: Region) -> None:
        """Take the cells of a region; regions come in the order of rows, then columns."""


Header_contra = TypeVar("Header_contra", bound=FileHeader, contravariant=True)


class Opener(Protocol[Header_contra]):
    """Opens a grid file for writing; it appears when the context ends without an error."""

    def __call__(
        self, path: Path, header: Header_contra, *, overwrite: bool
    ) -> AbstractContextManager[BlockWriter]:
        """Open `path`; `overwrite` says whether a file that is there may be replaced."""


GridOpener = Opener[GridHeader]
"""For grids of classes."""

ValueOpener = Opener[ValueHeader]
"""For grids of values."""


def collector(path: Path, header: FileHeader, *, overwrite: bool) -> ArrayWriter:
    """Take the blocks of a format that is written at once, as palette rows or values.

    :meth:`GridHeader.grid` makes the grid of the indices.

    Raises
    ------
    OutputError
        The target cannot be written.
    """
    check_target(path, overwrite=overwrite)
    rows, cols = header.shape
    instead = "write .tif or .npy, which need less"
    check_memory(WRITING * rows * cols, path, error=OutputError, instead=instead)
    return array_writer(header)


def array_writer(header: FileHeader) -> ArrayWriter:
    """Take the blocks of a grid into an array of palette rows or values."""
    dtype = header.dtype if isinstance(header, GridHeader) else header.pixel_dtype
    return ArrayWriter(np.empty(header.shape, dtype=dtype))


class ArrayWriter:
    """Takes blocks into an array."""

    def __init__(self, cells: NDArray[Any]) -> None:
        self.cells = cells

    def write(self, cells: NDArray[Any], region: Region) -> None:
        """Copy a block to its place."""
        self.cells[region] = cells


class BandBuffer:
    """Collects regions into bands of whole rows.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns of the grid.
    multiple : int
        What the rows of every band but the last are a multiple of.
    """

    def __init__(self, shape: tuple[int, int], multiple: int = 1) -> None:
        self._shape = shape
        self._multiple = multiple
        self._beside: list[NDArray[Any]] = []
        self._below: list[NDArray[Any]] = []
        self._row = 0

    def add(self, pixels: NDArray[Any], region: Region) -> tuple[NDArray[Any], Region] | None:
        """Take a region; return the band that it completes, if any, and its place."""
        n_rows, n_cols = self._shape
        if pixels.shape[1] < n_cols:
            self._beside.append(pixels)
            if region[1].stop < n_cols:
                return None
            pixels = np.concatenate(self._beside, axis=1)
            self._beside = []
        self._below.append(pixels)
        height = sum(len(part) for part in self._below)
        ready = height if self._row + height == n_rows else height - height % self._multiple
        if ready == 0:
            return None
        rows = pixels if len(self._below) == 1 else np.concatenate(self._below)
        self._below = [rows[ready:]] if ready < height else []
        place = slice(self._row, self._row + ready), slice(0, n_cols)
        self._row += ready
        return rows[:ready], place
