"""Saving and opening index grids: one table of formats."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from geoindex.errors import GridError, MissingFileError, OptionError, OutputError
from geoindex.files.small_files import read_start
from geoindex.grid import IndexGrid
from geoindex.grids import npy, tagged
from geoindex.grids.class_values import FileNumbering
from geoindex.grids.exchange import (
    cps3,
    esri,
    grass,
    irap,
    points,
    surfer6,
    surfer6_binary,
    surfer7,
    zmap,
)
from geoindex.grids.exchange.frame import (
    ExchangeFormat,
    numbering_finder,
    opener,
    reader,
    value_reader,
)
from geoindex.grids.geotiff import open_geotiff, read_geotiff
from geoindex.grids.headers import FileHeader, GridHeader, ValueHeader
from geoindex.grids.npy import open_npy, read_npy
from geoindex.grids.png import open_png, read_png
from geoindex.grids.styles import check_styles, style_names, write_styles
from geoindex.grids.writing import (
    ArrayWriter,
    BlockWriter,
    GridOpener,
    Opener,
    ValueOpener,
    collector,
)
from geoindex.opendtect.read_horizon import read_horizon
from geoindex.opendtect.write_horizon import save_on_survey
from geoindex.opendtect.write_values import save_values_on_survey
from geoindex.palettes.merge import merge_values
from geoindex.rules.paths import path_of
from geoindex.values.grid import ValueGrid

__all__ = [
    "BINARY",
    "FORMATS",
    "GridFormat",
    "format_named",
    "format_names",
    "format_of_file",
    "grid_format",
    "grid_format_of",
    "known_suffixes",
    "open_grid",
    "save_grid",
    "write_grid",
]

# Comments may come before the words that identify a format.
RECOGNIZED_BYTES = 4096


@dataclass(frozen=True, kw_only=True)
class GridFormat:
    """One way to keep a grid in a file."""

    key: str
    """Name for the option `format`."""

    name: str
    """Name for messages."""

    suffixes: tuple[str, ...]
    """File suffixes in lower case, with the dot; the first format of a suffix writes it."""

    open: GridOpener
    """Opens a file for writing block by block."""

    read: Callable[[Path], IndexGrid] | None = None
    """Reads a file; None if the format does not hold a complete grid."""

    numbering: Callable[[Path], FileNumbering] | None = None
    """Finds how a file numbers its classes; None if there is only one way."""

    open_values: ValueOpener | None = None
    """Opens a file of values for writing; None if the format holds only classes."""

    read_values: Callable[[Path], ValueGrid] | None = None
    """Reads the numbers of a file without its legend; None if that is impossible."""

    recognize: Callable[[bytes], bool] | None = None
    """Whether the first bytes of a file are in this format, whatever its suffix."""


@contextmanager
def open_horizon(path: Path, header: GridHeader, *, overwrite: bool) -> Iterator[BlockWriter]:
    """Open a grid on a survey for writing; see :class:`geoindex.grids.writing.GridOpener`."""
    if not header.numbering.is_plain:
        raise OutputError(
            f"{path}: a horizon holds row numbers, which its color table is for, and 1e30 for "
            "nodata; leave out values=True, first=, nodata= and dtype="
        )
    collected = _on_survey(path, header, overwrite=overwrite)
    yield collected
    save_on_survey(path, header.grid(collected.cells), overwrite)


@contextmanager
def open_value_horizon(
    path: Path, header: ValueHeader, *, overwrite: bool
) -> Iterator[BlockWriter]:
    """Open values on a survey for writing; see :class:`geoindex.grids.writing.Opener`."""
    collected = _on_survey(path, header, overwrite=overwrite)
    yield collected
    save_values_on_survey(path, header.grid(collected.cells), overwrite)


def _on_survey(path: Path, header: FileHeader, *, overwrite: bool) -> ArrayWriter:
    """Take the cells of a grid that must be on a survey."""
    if "survey" not in header.provenance:
        raise OutputError(
            f"{path}: a horizon needs the survey; write it with geoindex horizon (write_horizon), "
            "or save grid.resample(survey)"
        )
    return collector(path, header, overwrite=overwrite)


def _exchange(key: str, name: str, module: ExchangeFormat[Any], *suffixes: str) -> GridFormat:
    """Table row of a format with a module of its own."""
    text = key in ("esri", "grass")
    both = opener(module.layout, module.write, any_nodata=text, in_gis=text)
    return GridFormat(
        key=key,
        name=name,
        suffixes=suffixes,
        open=both,
        read=reader(module.read),
        numbering=numbering_finder(module.read),
        open_values=both,
        read_values=value_reader(module.read),
        recognize=module.recognize,
    )


def _points(
    key: str, name: str, suffix: str, opened: Opener[GridHeader | ValueHeader]
) -> GridFormat:
    """Table row of a text format that lists points and can only be written."""
    return GridFormat(key=key, name=name, suffixes=(suffix,), open=opened, open_values=opened)


FORMATS = (
    GridFormat(
        key="npy",
        name="NumPy array",
        suffixes=(".npy",),
        open=open_npy,
        open_values=open_npy,
        read=read_npy,
        numbering=npy.file_numbering,
    ),
    GridFormat(
        key="geotiff",
        name="GeoTIFF",
        suffixes=(".tif", ".tiff"),
        open=open_geotiff,
        open_values=open_geotiff,
        read=read_geotiff,
        numbering=tagged.file_numbering,
    ),
    GridFormat(
        key="png",
        name="PNG",
        suffixes=(".png",),
        open=open_png,
        read=read_png,
        numbering=tagged.file_numbering,
    ),
    _exchange("esri", "ESRI ASCII grid", esri, ".asc"),
    _exchange("grass", "GRASS ASCII grid", grass),
    _exchange("irap", "IRAP classic grid", irap, ".irap"),
    _exchange("zmap", "ZMAP+ grid", zmap, ".zmap", ".zmp"),
    _exchange("surfer6", "Surfer 6 text grid", surfer6, ".grd"),
    _exchange("surfer6-binary", "Surfer 6 binary grid", surfer6_binary, ".grd"),
    _exchange("surfer7", "Surfer 7 grid", surfer7, ".grd"),
    _exchange("cps3", "CPS-3 grid (experimental)", cps3, ".cps3"),
    _points("xyz", "XYZ text", ".xyz", opener(points.layout, points.write_xyz)),
    _points("dug", "DUG Insight text", ".xya", opener(points.layout, points.write_dug)),
    _points(
        "ijxyz",
        "text of inlines and crosslines",
        ".ijxyz",
        opener(points.layout_on_survey, points.write_ijxyz),
    ),
    GridFormat(
        key="horizon",
        name="OpendTect horizon",
        suffixes=(".dat",),
        open=open_horizon,
        open_values=open_value_horizon,
        read=read_horizon,
    ),
)


BINARY = ("npy", "geotiff", "png")
"""Formats that programs recognize by the suffix, whose pixels have a dtype and any nodata."""


def grid_format(path: Path) -> GridFormat | None:
    """Format that belongs to the suffix of `path`, or None."""
    suffix = path.suffix.lower()
    return next((known for known in FORMATS if suffix in known.suffixes), None)


def grid_format_of(
    path: Path,
    format: str | None = None,  # noqa: A002  as matplotlib spells it
) -> GridFormat:
    """Format of an output: the named one, or the one of its suffix.

    Raises
    ------
    OptionError
        No format has this name.
    OutputError
        The suffix is unknown, or it would make programs mistake the file for another format.
    """
    known = grid_format(path)
    if format is not None:
        named = format_named(format)
        # Programs recognize only text grids by their content.
        is_binary = (one is not None and one.key in BINARY for one in (named, known))
        if named is not known and any(is_binary):
            suffixes = " or ".join(named.suffixes)
            raise OutputError(f"{path}: the suffix of {named.name} is {suffixes}; rename the file")
        return named
    if known is None:
        raise OutputError(f"{path}: unknown suffix; grids are written as {known_suffixes()}")
    return known


def format_named(name: str) -> GridFormat:
    """Format of a key or of a suffix, with or without its dot.

    Raises
    ------
    OptionError
        No format has this name.
    """
    suffix = "." + str(name).lower().removeprefix(".")
    for known in FORMATS:
        if name == known.key or suffix in known.suffixes:
            return known
    raise OptionError(f"unknown grid format {name!r}; known: {', '.join(format_names())}")


def format_names() -> list[str]:
    """Keys of all formats, and their suffixes without the dot."""
    keys = [known.key for known in FORMATS]
    return list(dict.fromkeys([*keys, *(s[1:] for known in FORMATS for s in known.suffixes)]))


def known_suffixes() -> str:
    """Suffixes of all formats, for messages."""
    suffixes = (suffix for known in FORMATS for suffix in known.suffixes)
    return ", ".join(dict.fromkeys(suffixes))


def save_grid(
    grid: IndexGrid,
    path: str | PathLike[str],
    *,
    overwrite: bool = False,
    values: bool = False,
    first: int | None = None,
    nodata: int | None = None,
    dtype: Any = None,
    style: str | Sequence[str] | None = None,
    format: str | None = None,  # noqa: A002  as matplotlib spells it
) -> None:
    """Write a grid to a file; see :meth:`IndexGrid.save`."""
    path, styles = path_of(path), style_names(style)
    known = grid_format_of(path, format)
    check_styles(path, known.key, styles, overwrite=overwrite)
    grid = merge_values(grid) if values else grid
    numbering = FileNumbering.of(values=values, first=first, nodata=nodata, dtype=dtype)
    header = GridHeader.of(grid, numbering)
    write_grid(grid, path, header, known, overwrite=overwrite)
    write_styles(path, header, styles, overwrite=overwrite)


def write_grid(
    grid: IndexGrid, path: Path, header: GridHeader, known: GridFormat, *, overwrite: bool
) -> None:
    """Write a grid in a format, with its header."""
    rows, cols = grid.shape
    with known.open(path, header, overwrite=overwrite) as writer:
        for band, indices in grid.bands(rows * cols):
            writer.write(indices, (band, slice(0, cols)))


def open_grid(path: str | PathLike[str]) -> IndexGrid:
    """Open a grid that :meth:`IndexGrid.save` wrote, with palette and georeference.

    Parameters
    ----------
    path : path-like
        ``.npy`` with its sidecar; a one-band GeoTIFF or PNG with a color table (other
        programs' files too); or an OpendTect horizon or an ESRI ASCII, IRAP classic, ZMAP+,
        Surfer or CPS-3 grid with its legend beside it.

    Returns
    -------
    IndexGrid

    Raises
    ------
    MissingFileError
        There is no such file, or its sidecar or legend is missing.
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
    path = path_of(path)
    known = format_of_file(path)
    if known is None:
        raise GridError(f"{path}: unknown suffix; grids are read from {known_suffixes()}")
    if not path.is_file():
        raise MissingFileError(f"{path}: no such file")
    if known.read is None:
        raise GridError(
            f"{path}: {known.name} holds points, not a grid; open the .npy, .tif or other grid "
            "it was made from"
        )
    return known.read(path)


def format_of_file(path: Path) -> GridFormat | None:
    """Format of the first bytes of a file, or else of its suffix."""
    if path.is_file():
        start = read_start(path, RECOGNIZED_BYTES, error=GridError).removeprefix(BOM_UTF8)
        for known in FORMATS:
            if known.recognize is not None and known.recognize(start):
                return known
    return grid_format(path)
