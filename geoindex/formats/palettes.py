"""Palette files and built-in palettes: the one place that reads and writes them."""

from __future__ import annotations

from importlib import resources
from os import PathLike, fspath
from pathlib import Path

from geoindex.errors import MissingFileError, OutputError, PaletteError
from geoindex.formats.atomic import atomic_output
from geoindex.formats.grids import grid_format
from geoindex.formats.palette_csv import format_csv, parse_csv
from geoindex.formats.rasters import read_color_table
from geoindex.palette import Palette
from geoindex.scaling import Scale

__all__ = ["builtin_palettes", "load_palette", "save_palette"]

TEXT_SUFFIXES = (".csv", ".txt", ".tsv")
RASTER_SUFFIXES = (".png", ".tif", ".tiff")

# A palette of 65,535 colors with long names stays far below this.
LARGEST_FILE = 16 * 2**20


def builtin_palettes() -> list[str]:
    """Names of the palettes that come with geoindex.

    Returns
    -------
    list of str
        Sorted; each is a source for :func:`load_palette`.

    Examples
    --------
    >>> from geoindex import builtin_palettes
    >>> "windows-256" in builtin_palettes()
    True
    """
    folder = resources.files("geoindex") / "palettes"
    return sorted(
        entry.name.removesuffix(".csv")
        for entry in folder.iterdir()
        if entry.name.endswith(".csv")
    )


def load_palette(source: Palette | str | PathLike[str], *, scale: Scale | None = None) -> Palette:
    """Load a palette by name or from a file.

    Parameters
    ----------
    source : str, path-like or Palette
        A built-in name such as ``"windows-256"``; a CSV file of red, green, blue and
        optionally a name (comma, semicolon, tab or blank; with or without a header; or
        ``#rrggbb``); a GeoTIFF or PNG with a color table; or a palette, which comes back.
    scale : {"unit", "byte"}, optional
        Scale of the values of a text file where the rule (all within 0..1: unit, otherwise
        byte) would be wrong.

    Returns
    -------
    Palette

    Raises
    ------
    MissingFileError
        The name is not built in, and there is no such file.
    PaletteError
        The file holds no palette; the message names file, line and reason.

    Examples
    --------
    >>> from geoindex import load_palette
    >>> load_palette("windows-256")
    Palette('windows-256', 256 colors)
    """
    if isinstance(source, Palette):
        return source
    name = fspath(source)
    builtin = resources.files("geoindex") / "palettes" / f"{name}.csv"
    if name in builtin_palettes():
        return parse_csv(builtin.read_text(encoding="utf-8"), where=name, name=name)
    path = Path(name)
    if not path.exists():
        raise MissingFileError(
            f"{path}: no such palette file, and no built-in palette of that name; built in: "
            f"{', '.join(builtin_palettes())}"
        )
    if not path.is_file():
        raise PaletteError(f"{path}: is not a file; name a palette file")
    suffix = path.suffix.lower()
    if suffix in RASTER_SUFFIXES:
        return _palette_of_raster(path)
    if suffix not in TEXT_SUFFIXES:
        raise PaletteError(
            f"{path}: unknown suffix; palettes are read from "
            f"{', '.join(TEXT_SUFFIXES + RASTER_SUFFIXES)}"
        )
    return parse_csv(_read_text(path), where=str(path), name=path.stem, scale=scale)


def save_palette(palette: Palette, path: str | PathLike[str], *, overwrite: bool = False) -> None:
    """Write a palette as CSV; see :meth:`Palette.save`."""
    path = Path(path)
    if path.suffix.lower() != ".csv":
        raise OutputError(f"{path}: unknown suffix; palettes are written as .csv")
    with atomic_output(path, overwrite=overwrite) as temporary:
        temporary.write_text(format_csv(palette), encoding="utf-8", newline="")


def _palette_of_raster(path: Path) -> Palette:
    """Palette of a saved grid, or the color table of any one-band image."""
    table = read_color_table(path)
    if table is None:
        raise PaletteError(f"{path}: the image has no color table; give a palette file")
    known = grid_format(path)
    if known is not None:
        return known.read(path).palette
    return Palette(table, name=path.stem)


def _read_text(path: Path) -> str:
    """Text of a palette file, UTF-8 or else Latin-1, which cannot fail."""
    if path.stat().st_size > LARGEST_FILE:
        raise PaletteError(f"{path}: is larger than 16 MB, so it is no palette file")
    content = path.read_bytes()
    if b"\0" in content:
        raise PaletteError(f"{path}: is a binary file, not a text palette")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")
