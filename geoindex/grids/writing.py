"""What grid writers take and offer: a header and blocks in, a file out."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from geoindex.files.whole_files import check_target
from geoindex.grid import IndexGrid
from geoindex.grids.class_values import (
    ClassValues,
    FileNumbering,
    check_class_values,
    class_values,
)
from geoindex.images.files import Region
from geoindex.palette import Palette
from geoindex.rules.indices import IndexArray

if TYPE_CHECKING:
    from affine import Affine
    from rasterio.control import GroundControlPoint
    from rasterio.crs import CRS

__all__ = [
    "ArrayWriter",
    "BandBuffer",
    "BlockWriter",
    "GridHeader",
    "GridOpener",
    "collector",
]


@dataclass(frozen=True, kw_only=True, eq=False)
class GridHeader:
    """Everything about a grid but its indices, and how to write it."""

    shape: tuple[int, int]
    """Rows and columns."""

    dtype: np.dtype[np.uint8 | np.uint16]
    """Of the indices."""

    palette: Palette
    """What the indices point into."""

    nodata: int | None
    """Index of nodata, or None."""

    transform: Affine | None
    """Of pixel corners, or None."""

    crs: CRS | None
    """Of `transform` or `gcps`, or None."""

    gcps: tuple[GroundControlPoint, ...]
    """Ground control points in place of a transform."""

    provenance: dict[str, Any]
    """How the grid was made; JSON values."""

    numbering: FileNumbering = field(default_factory=FileNumbering)
    """How the file numbers classes and nodata."""

    cog: bool = False
    """Whether a GeoTIFF is cloud-optimized, with overviews."""

    def __post_init__(self) -> None:
        if self.numbering.values:
            check_class_values(self.palette)
        object.__setattr__(self, "palette", self.numbering.numbered(self.palette))

    @classmethod
    def of(cls, grid: IndexGrid, numbering: FileNumbering | None = None) -> GridHeader:
        """Take the header of a grid in memory."""
        return cls(
            shape=grid.shape,
            dtype=grid.indices.dtype,
            palette=grid.palette,
            nodata=grid.nodata,
            transform=grid.transform,
            crs=grid.crs,
            gcps=grid.gcps,
            provenance=dict(grid.provenance),
            numbering=numbering or FileNumbering(),
        )

    def grid(self, indices: IndexArray) -> IndexGrid:
        """Grid of this header and its indices."""
        return IndexGrid(
            indices=indices,
            palette=self.palette,
            nodata=self.nodata,
            transform=self.transform,
            crs=self.crs,
            gcps=self.gcps,
            provenance=self.provenance,
        )

    @property
    def values(self) -> bool:
        """Whether class values are written in place of palette rows."""
        is_asked = self.numbering.values or self.numbering.first is not None
        return is_asked and self.palette.values is not None

    @cached_property
    def classes(self) -> ClassValues | None:
        """What is written in place of the indices, or None."""
        if self.numbering.is_plain:
            return None
        return class_values(
            self.pixel_values,
            has_nodata=self.nodata is not None,
            nodata=self.numbering.nodata,
            dtype=self.numbering.dtype,
        )

    @property
    def pixel_dtype(self) -> np.dtype[Any]:
        """Type of the written pixels."""
        return self.dtype if self.classes is None else self.classes.table.dtype

    @property
    def has_color_table(self) -> bool:
        """Whether image files have a color table for the written pixels."""
        return self.pixel_dtype.name in ("uint8", "uint16")

    @property
    def pixel_nodata(self) -> int | None:
        """Nodata among the written pixels."""
        return self.nodata if self.classes is None else self.classes.nodata

    @property
    def pixel_values(self) -> Sequence[int]:
        """Written value of each palette row."""
        values = self.palette.values
        return values if self.values and values is not None else range(len(self.palette))

    def pixels(self, indices: IndexArray) -> NDArray[Any]:
        """Pixels to write for indices."""
        return indices if self.classes is None else self.classes.of(indices)


class BlockWriter(Protocol):
    """An open output."""

    def write(self, indices: IndexArray, region: Region) -> None:
        """Take the indices of a region; regions come in the order of rows, then columns."""


class GridOpener(Protocol):
    """Opens a grid file for writing; it appears when the context ends without an error."""

    def __call__(
        self, path: Path, header: GridHeader, *, overwrite: bool
    ) -> AbstractContextManager[BlockWriter]:
        """Open `path`; `overwrite` says whether a file that is there may be replaced."""


def collector(path: Path, header: GridHeader, *, overwrite: bool) -> ArrayWriter:
    """Take the blocks of a format that is written at once, as palette rows.

    :meth:`GridHeader.grid` makes the grid of the indices.

    Raises
    ------
    OutputError
        The target cannot be written.
    """
    check_target(path, overwrite=overwrite)
    return ArrayWriter(np.empty(header.shape, dtype=header.dtype))


class ArrayWriter:
    """Takes blocks into an array."""

    def __init__(self, indices: IndexArray) -> None:
        self.indices = indices

    def write(self, indices: IndexArray, region: Region) -> None:
        """Copy a block to its place."""
        self.indices[region] = indices


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
