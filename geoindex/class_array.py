"""ClassArray: one palette index per pixel, with the palette; no place on the map."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from geoindex.errors import GridError
from geoindex.palette import Palette
from geoindex.rules.byte_order import in_native_order
from geoindex.rules.class_keys import merged_rows, renamed
from geoindex.rules.indices import IndexArray, check_indices, check_nodata, is_lazy, row_blocks

__all__ = ["ClassArray"]


@dataclass(frozen=True, kw_only=True, eq=False)
class ClassArray:
    """The pixels of an :class:`geoindex.IndexGrid`, whose base it is."""

    indices: IndexArray
    """Palette rows, uint8 or uint16 of shape (rows, cols), row 0 at the top; uint16 for more than
    256 colors. A read-only view of the array that was given, or a Dask array, whose values are
    not checked."""

    palette: Palette
    """The palette that the indices refer to."""

    nodata: int | None = None
    """Value of pixels without a class, or None if every pixel has one."""

    def __post_init__(self) -> None:
        indices: Any = self.indices
        is_array = isinstance(indices, np.ndarray) or self.is_lazy
        if is_array:
            indices = in_native_order(indices)
        if not is_array or indices.dtype not in (np.uint8, np.uint16):
            found = getattr(indices, "dtype", type(indices).__name__)
            raise GridError(f"indices must be an array of uint8 or uint16, found {found}")
        if indices.ndim != 2 or indices.size == 0:
            raise GridError(f"indices must have the shape (rows, cols), found {indices.shape}")
        n_colors = len(self.palette)
        if n_colors > 256 and indices.dtype == np.uint8:
            # The grid, and its files, can then hold every color.
            indices = indices.astype(np.uint16)
        if self.nodata is not None:
            object.__setattr__(self, "nodata", check_nodata(self.nodata, n_colors, indices.dtype))
        if not self.is_lazy:
            check_indices(indices, n_colors, self.nodata)
            indices = indices.view()
            indices.setflags(write=False)
        object.__setattr__(self, "indices", indices)

    @property
    def shape(self) -> tuple[int, int]:
        """Number of rows and columns."""
        rows, cols = self.indices.shape
        return rows, cols

    @property
    def is_lazy(self) -> bool:
        """Whether the indices are a Dask array."""
        return is_lazy(self.indices)

    def bands(self, n_pixels: int = 2**22) -> Iterator[tuple[slice, IndexArray]]:
        """Iterate over the indices from top to bottom, in blocks of rows.

        Parameters
        ----------
        n_pixels : int
            Approximate pixels per block. A Dask array is read by its own chunks.

        Yields
        ------
        slice
            Rows of the block.
        ndarray of uint8 or uint16, shape (rows of the slice, cols)
        """
        yield from row_blocks(self.indices, n_pixels)

    @property
    def valid(self) -> NDArray[np.bool_]:
        """Mask of shape (rows, cols), True where a pixel has a class."""
        if self.nodata is None:
            return np.ones(self.shape, dtype=bool)
        return np.not_equal(self.indices, self.nodata)

    def counts(self) -> NDArray[np.int64]:
        """Count the pixels of each class.

        Returns
        -------
        ndarray of int64, shape (n_colors,)
            Nodata is not counted.
        """
        counts = np.zeros(int(np.iinfo(self.indices.dtype).max) + 1, dtype=np.int64)
        for _, indices in self.bands(2**20):
            flat = indices.ravel()
            changes = np.flatnonzero(flat[1:] != flat[:-1])
            if len(changes) > flat.size // 8:
                counts += np.bincount(flat, minlength=len(counts))
                continue
            # Most maps have long runs of a class, which take a fifth of the time.
            ends = np.append(changes, flat.size - 1)
            lengths = np.diff(ends, prepend=-1)
            counts += np.bincount(flat[ends], lengths, len(counts)).astype(np.int64)
        return counts[: len(self.palette)]

    def rename(self, names: Mapping[int | str, str]) -> Self:
        """Give classes other names; all else stays.

        Parameters
        ----------
        names : mapping of int or str to str
            New name of each class, which is given by its row number or its present name.

        Returns
        -------
        IndexGrid

        Raises
        ------
        OptionError
            There is no such class, or a class is given twice.
        """
        changed = renamed(self.palette.names, names, len(self.palette))
        return replace(self, palette=self.palette.replace(names=changed))

    def merge(self, classes: Mapping[int | str, int | str]) -> Self:
        """Give the pixels of classes to other classes; the palette keeps all its rows.

        Parameters
        ----------
        classes : mapping of int or str to int or str
            The class to merge each class into, both by row or name.

        Returns
        -------
        IndexGrid

        Raises
        ------
        OptionError
            There is no such class, or a class would be merged into itself or into two.

        Examples
        --------
        >>> import numpy as np
        >>> from geoindex import IndexGrid, Palette
        >>> palette = Palette(["black", "tan", "khaki"], names=["ink", "till", "clay"])
        >>> grid = IndexGrid(indices=np.uint8([[0, 1, 2]]), palette=palette)
        >>> grid.merge({"clay": "till"}).indices
        array([[0, 1, 1]], dtype=uint8)
        """
        table = np.arange(int(np.iinfo(self.indices.dtype).max) + 1, dtype=self.indices.dtype)
        table[: len(self.palette)] = merged_rows(classes, self.palette.names, len(self.palette))
        indices: Any = self.indices
        merged = indices.map_blocks(table.take) if self.is_lazy else table[indices]
        return replace(self, indices=merged)

    def to_rgb(self, *, background: tuple[int, int, int] = (255, 255, 255)) -> NDArray[np.uint8]:
        """RGB picture of the grid in its palette colors.

        Parameters
        ----------
        background : tuple of three int
            Color of nodata pixels, 0..255.

        Returns
        -------
        ndarray of uint8, shape (rows, cols, 3)
        """
        table = np.empty((int(np.iinfo(self.indices.dtype).max) + 1, 3), dtype=np.uint8)
        table[:] = background
        table[: len(self.palette)] = self.palette.shown
        picture: NDArray[np.uint8] = table[np.asarray(self.indices)]
        return picture

    def __array__(
        self, dtype: np.typing.DTypeLike | None = None, copy: bool | None = None
    ) -> NDArray[Any]:
        """Return the indices, for ``np.asarray(grid)``."""
        return np.array(self.indices, dtype=dtype, copy=copy)
