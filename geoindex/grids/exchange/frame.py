"""Shared by all exchange formats: files, legend and CRS. The formats themselves handle only bytes.

The functions of a format calculate with decimals and raise errors without the name of the file;
:func:`opener` and :func:`reader` make the sums exact and add the name.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Context, InvalidOperation, localcontext
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol, TypeVar

import numpy as np
from affine import Affine
from numpy.typing import NDArray

from geoindex.errors import GridError, OutputError, errors_of
from geoindex.files.targets import check_target
from geoindex.files.whole_files import output_set
from geoindex.grid import IndexGrid
from geoindex.grids.class_values import FileNumbering
from geoindex.grids.exchange.cells import Cells, cells_of
from geoindex.grids.exchange.companions import (
    companions_of,
    grid_of_values,
    values_beside,
    write_companions,
    write_gdal_sidecar,
)
from geoindex.grids.headers import FileHeader, GridHeader, ValueHeader
from geoindex.grids.tagged import sidecar_path
from geoindex.grids.writing import BlockWriter, Opener, collector
from geoindex.values.grid import ValueGrid

__all__ = ["ExchangeFormat", "Numbers", "numbering_finder", "opener", "reader", "value_reader"]

# Sums of 17-digit numbers of very different size are still exact.
EXACT = Context(prec=100)

Layout = TypeVar("Layout")


class Numbers(NamedTuple):
    """The content of a file."""

    values: NDArray[np.floating]
    """Shape (rows, cols), from north to south for a north-up grid."""

    blank: NDArray[np.bool_]
    """Mask of cells without a value, same shape."""

    transform: Affine
    """Of cell corners."""


class ExchangeFormat(Protocol[Layout]):
    """The functions of a module for a format that can be written and read."""

    def layout(self, header: FileHeader, /) -> Layout:
        """Return what `write` needs to know about the place of a grid.

        Raises
        ------
        OutputError
            The format cannot hold such a grid.
        """

    def write(self, file: BinaryIO, cells: Cells, place: Layout, /) -> None:
        """Write header and cells.

        Raises
        ------
        OutputError
            The format cannot hold a value.
        """

    def recognize(self, start: bytes, /) -> bool:
        """Whether a file starts like such a grid."""

    def read(self, file: BinaryIO, /) -> Numbers:
        """Read header and values.

        Raises
        ------
        GridError
            The file is damaged.
        """


def opener(
    layout: Callable[[FileHeader], Layout],
    write: Callable[[BinaryIO, Cells, Layout], None],
    *,
    any_nodata: bool = False,
    in_gis: bool = False,
) -> Opener[GridHeader | ValueHeader]:
    """Make the opener of a format that is written at once, with legend and CRS beside it.

    Parameters
    ----------
    layout, write : callable
        As in :class:`ExchangeFormat`.
    any_nodata : bool
        Whether the format names its nodata value, so that it may be any.
    in_gis : bool
        Whether GIS programs open it, so that GDAL's sidecar holds names and colors.
    """

    @contextmanager
    def open_exchange(
        path: Path, header: GridHeader | ValueHeader, *, overwrite: bool
    ) -> Iterator[BlockWriter]:
        collected = collector(path, header, overwrite=overwrite)
        with _of(path):
            if isinstance(header, GridHeader):
                _check_numbering(header, any_nodata=any_nodata)
            place = layout(header)
        beside = companions_of(path, header)
        for companion in beside:
            check_target(companion, overwrite=overwrite)
        yield collected
        numbers = header.pixel_values if isinstance(header, GridHeader) else None
        cells = cells_of(header.grid(collected.cells), numbers)
        with output_set(path, beside, overwrite=overwrite) as files:
            with files.target.open("wb") as file, _of(path):
                write(file, cells, place)
            write_companions(path, header, files)
            if in_gis and isinstance(header, GridHeader):
                write_gdal_sidecar(files[sidecar_path(path)], header)

    return open_exchange


def reader(read: Callable[[BinaryIO], Numbers]) -> Callable[[Path], IndexGrid]:
    """Make the reader of a format, which takes classes and CRS from the files beside the grid.

    Parameters
    ----------
    read : callable
        As in :class:`ExchangeFormat`.

    Returns
    -------
    callable
        Takes a path and returns an IndexGrid. It raises MissingFileError where there is no
        legend, and GridError where the file is damaged or a value is no class of the legend.
    """

    def read_grid(path: Path) -> IndexGrid:
        return grid_of_values(path, *_numbers_of(path, read))[0]

    return read_grid


def value_reader(read: Callable[[BinaryIO], Numbers]) -> Callable[[Path], ValueGrid]:
    """Make the reader of values of a format; files of other programs need no legend.

    Parameters
    ----------
    read : callable
        As in :class:`ExchangeFormat`.

    Returns
    -------
    callable
        Takes a path and returns a ValueGrid. It raises GridError where the file is damaged.
    """

    def read_values(path: Path) -> ValueGrid:
        return values_beside(path, *_numbers_of(path, read))

    return read_values


def numbering_finder(read: Callable[[BinaryIO], Numbers]) -> Callable[[Path], FileNumbering]:
    """Make the function that tells how a file of a format numbers its classes."""

    def file_numbering(path: Path) -> FileNumbering:
        return FileNumbering(values=grid_of_values(path, *_numbers_of(path, read))[1])

    return file_numbering


def _numbers_of(path: Path, read: Callable[[BinaryIO], Numbers]) -> Numbers:
    """Read a file, skipping a byte order mark."""
    with path.open("rb") as file, _of(path):
        if file.read(len(BOM_UTF8)) != BOM_UTF8:
            file.seek(0)
        return read(file)


def _check_numbering(header: GridHeader, *, any_nodata: bool) -> None:
    """Raise an error for options that a format of numbers without a type does not support."""
    if header.numbering.dtype is not None:
        raise OutputError(
            "this format holds numbers without a type; leave out dtype=, or write .tif or .npy"
        )
    if header.numbering.nodata is not None and not any_nodata:
        raise OutputError(
            "this format has a nodata value of its own; leave out nodata=, or write "
            ".asc, .tif or .npy"
        )


@contextmanager
def _of(path: Path) -> Iterator[None]:
    """Calculate exactly, and name the file in errors."""
    with errors_of(path), localcontext(EXACT):
        try:
            yield
        except InvalidOperation:
            raise GridError(
                "has coordinates of more digits than are calculated with; no map has such"
            ) from None
