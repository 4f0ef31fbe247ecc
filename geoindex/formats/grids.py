"""Saving and opening index grids: one table of formats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from geoindex.errors import GridError, MissingFileError, OutputError
from geoindex.formats.geotiff import open_geotiff, read_geotiff
from geoindex.formats.npy import open_npy, read_npy
from geoindex.formats.png import open_png, read_png
from geoindex.formats.writing import GridHeader, GridOpener
from geoindex.grid import IndexGrid

__all__ = [
    "FORMATS",
    "GridFormat",
    "grid_format",
    "grid_format_of",
    "known_suffixes",
    "open_grid",
    "save_grid",
]


@dataclass(frozen=True, kw_only=True)
class GridFormat:
    """One way to keep a grid in a file."""

    name: str
    """Name for messages."""

    suffixes: tuple[str, ...]
    """File suffixes in lower case, with the dot."""

    read: Callable[[Path], IndexGrid]
    """Reads a file back."""

    open: GridOpener
    """Opens a file for writing block by block."""


FORMATS = (
    GridFormat(name="NumPy array", suffixes=(".npy",), read=read_npy, open=open_npy),
    GridFormat(name="GeoTIFF", suffixes=(".tif", ".tiff"), read=read_geotiff, open=open_geotiff),
    GridFormat(name="PNG", suffixes=(".png",), read=read_png, open=open_png),
)


def grid_format(path: Path) -> GridFormat | None:
    """Format that belongs to the suffix of `path`, or None."""
    suffix = path.suffix.lower()
    return next((known for known in FORMATS if suffix in known.suffixes), None)


def grid_format_of(path: Path) -> GridFormat:
    """Format that belongs to the suffix of an output.

    Raises
    ------
    OutputError
        The suffix is unknown.
    """
    known = grid_format(path)
    if known is None:
        raise OutputError(f"{path}: unknown suffix; grids are written as {known_suffixes()}")
    return known


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
        ``.npy``, ``.tif`` or ``.png``.
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
    header = GridHeader.of(grid, values=values)
    rows, cols = grid.shape
    with grid_format_of(path).open(path, header, overwrite=overwrite) as writer:
        for band, indices in grid.bands(rows * cols):
            writer.write(indices, (band, slice(0, cols)))


def open_grid(path: str | PathLike[str]) -> IndexGrid:
    """Open a grid that :meth:`IndexGrid.save` wrote, with palette and georeference.

    Parameters
    ----------
    path : path-like
        ``.npy`` with its sidecar, or a one-band GeoTIFF or PNG with a color table (other
        programs' files too).

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
