"""Saving and opening index grids: one table of formats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Protocol

from geoindex.errors import GridError, MissingFileError, OutputError
from geoindex.formats.geotiff import read_geotiff, write_geotiff
from geoindex.formats.npy import read_npy, write_npy
from geoindex.grid import IndexGrid

__all__ = ["FORMATS", "GridFormat", "grid_format", "open_grid", "save_grid"]


class _Writer(Protocol):
    def __call__(self, grid: IndexGrid, path: Path, *, overwrite: bool, values: bool) -> None: ...


@dataclass(frozen=True, kw_only=True)
class GridFormat:
    """One way to keep a grid in a file."""

    name: str
    """Name for messages."""

    suffixes: tuple[str, ...]
    """File suffixes in lower case, with the dot."""

    read: Callable[[Path], IndexGrid]
    """Reads a file back."""

    write: _Writer
    """Writes a file, whole or not at all."""


FORMATS = (
    GridFormat(name="NumPy array", suffixes=(".npy",), read=read_npy, write=write_npy),
    GridFormat(name="GeoTIFF", suffixes=(".tif", ".tiff"), read=read_geotiff, write=write_geotiff),
)


def grid_format(path: Path) -> GridFormat | None:
    """Format that belongs to the suffix of `path`, or None."""
    suffix = path.suffix.lower()
    return next((known for known in FORMATS if suffix in known.suffixes), None)


def known_suffixes() -> str:
    """Suffixes of all formats, for messages."""
    return ", ".join(suffix for known in FORMATS for suffix in known.suffixes)


def save_grid(
    grid: IndexGrid, path: str | PathLike[str], *, overwrite: bool = False, values: bool = False
) -> None:
    """Write a grid to a file; the suffix picks the format.

    Parameters
    ----------
    grid : IndexGrid
        The grid.
    path : path-like
        ``.npy`` or ``.tif``.
    overwrite : bool
        Replace a file that is already there.
    values : bool
        Write class values in place of palette rows.

    Raises
    ------
    OutputError
        The suffix is unknown, the file exists, or the folder cannot be written.
    """
    path = Path(path)
    writable = grid_format(path)
    if writable is None:
        raise OutputError(f"{path}: unknown suffix; grids are written as {known_suffixes()}")
    writable.write(grid, path, overwrite=overwrite, values=values)


def open_grid(path: str | PathLike[str]) -> IndexGrid:
    """Open a grid that :meth:`IndexGrid.save` wrote, with palette and georeference.

    Parameters
    ----------
    path : path-like
        ``.npy`` with its sidecar, or a one-band GeoTIFF with a color table (other programs'
        files too).

    Returns
    -------
    IndexGrid

    Raises
    ------
    MissingFileError
        There is no such file, or its sidecar is missing.
    GridError
        The file holds no index grid.

    Examples
    --------
    >>> import tempfile, pathlib, numpy as np
    >>> from geoindex import IndexGrid, Palette, open_grid
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> palette = Palette([[0, 0, 0], [255, 255, 0]], names=["ink", "sand"])
    >>> grid = IndexGrid(indices=np.array([[0, 1]], dtype=np.uint8), palette=palette, nodata=255)
    >>> grid.save(folder / "map.tif")
    >>> open_grid(folder / "map.tif").palette.names
    ('ink', 'sand')
    """
    path = Path(path)
    readable = grid_format(path)
    if readable is None:
        raise GridError(f"{path}: unknown suffix; grids are read from {known_suffixes()}")
    if not path.is_file():
        raise MissingFileError(f"{path}: no such file")
    return readable.read(path)
