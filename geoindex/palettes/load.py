"""Palettes by name or from a file: built-in ones, palette files, images and colormaps."""

from __future__ import annotations

from importlib import resources
from os import PathLike, fspath
from pathlib import Path

import numpy as np

from geoindex.errors import MissingFileError, OptionError, PaletteError
from geoindex.files.small_files import read_small
from geoindex.palette import Palette
from geoindex.palettes.delimited import parse_delimited
from geoindex.palettes.entries import Request, check_n_colors
from geoindex.palettes.formats import find_format, format_named, known_suffixes
from geoindex.palettes.raster import RASTER_SUFFIXES, palette_of_raster
from geoindex.rules.scale import Scale

__all__ = ["builtin_note", "builtin_palettes", "load_palette"]

BUILTIN = resources.files("geoindex") / "palettes" / "builtin"

# A colormap of more colors is a ramp, whatever its class in matplotlib.
MOST_LISTED_COLORS = 64


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
    names = (entry.name for entry in BUILTIN.iterdir())
    return sorted(name.removesuffix(".csv") for name in names if name.endswith(".csv"))


def builtin_note(name: str) -> str:
    """Tell what a built-in palette is, in the first words of its file."""
    text = (BUILTIN / f"{name}.csv").read_text("utf-8")
    lines = [line.removeprefix("#").strip() for line in text.splitlines() if line[:1] == "#"]
    note, _, _ = " ".join(lines).partition(" Source: ")
    return note


def load_palette(
    source: Palette | str | PathLike[str],
    *,
    scale: Scale | None = None,
    n_colors: int | None = None,
    format: str | None = None,  # noqa: A002  as matplotlib spells it
) -> Palette:
    """Load a palette by name or from a file.

    Parameters
    ----------
    source : str, path-like or Palette
        A built-in name such as ``"windows-256"``; a palette file (CSV or TSV, GIMP ``.gpl``,
        JASC and RIFF ``.pal``, Adobe ``.act``, ESRI and QGIS ``.clr``, QGIS ``.qml``,
        ``.sld``, GMT ``.cpt``, GDAL color relief, OpendTect, JSON); an image with a color
        table; the name of a matplotlib colormap such as ``"tab20"``; or a palette, which
        comes back.
    scale : {"unit", "byte"}, optional
        Scale of the values of delimited text where the rule (all within 0..1: unit,
        otherwise byte) would be wrong.
    n_colors : int, optional
        How many colors to take, at equal steps, from a continuous ramp, which is no palette
        of classes without it.
    format : str, optional
        Key of the file format, if neither suffix nor content tells it; see
        :data:`geoindex.palettes.formats.FORMATS`.

    Returns
    -------
    Palette

    Raises
    ------
    MissingFileError
        The name is not built in, and there is no such file.
    PaletteError
        The file holds no palette; the message names file, line and reason.
    OptionError
        An unknown format, or `n_colors` for what is no ramp.

    Examples
    --------
    >>> from geoindex import load_palette
    >>> load_palette("windows-256")
    Palette('windows-256', 256 colors)
    >>> load_palette("viridis", n_colors=5)
    Palette('viridis', 5 colors)
    """
    if isinstance(source, Palette):
        return source
    check_n_colors(n_colors)
    palette = _load(fspath(source), scale=scale, n_colors=n_colors, key=format)
    if n_colors is not None and len(palette) != n_colors:
        raise OptionError(
            f"{fspath(source)}: holds {len(palette)} classes and is no ramp; leave n_colors out"
        )
    return palette


def _load(name: str, *, scale: Scale | None, n_colors: int | None, key: str | None) -> Palette:
    """Palette of a built-in name, a file or a colormap."""
    if name in builtin_palettes():
        content = (BUILTIN / f"{name}.csv").read_bytes()
        return parse_delimited(content, Request(where=name, name=name))
    path = Path(name)
    if not path.exists():
        palette = _palette_of_colormap(name, n_colors)
        if palette is not None:
            return palette
        raise MissingFileError(
            f"{path}: no such palette file, and no built-in palette of that name; built in: "
            f"{', '.join(builtin_palettes())}"
        )
    if not path.is_file():
        raise PaletteError(f"{path}: is not a file; name a palette file")
    if key is None and path.suffix.lower() in RASTER_SUFFIXES:
        return palette_of_raster(path)
    content = read_small(path, "palette file", error=PaletteError)
    request = Request(where=str(path), name=path.stem, scale=scale, n_colors=n_colors)
    known = format_named(key) if key is not None else find_format(path, content)
    if known is None:
        raise PaletteError(
            f"{path}: unknown suffix; palettes are read from "
            f"{', '.join((*known_suffixes(), *RASTER_SUFFIXES))}"
        )
    return known.read(content, request)


def _palette_of_colormap(name: str, n_colors: int | None) -> Palette | None:
    """Colors of a matplotlib colormap, or None where there is none of that name."""
    import matplotlib as mpl

    if name not in mpl.colormaps:
        return None
    colormap = mpl.colormaps[name]
    if colormap.N <= MOST_LISTED_COLORS:
        return Palette(colormap(np.arange(colormap.N))[:, :3], name=name, scale="unit")
    request = Request(where=f"matplotlib colormap {name}", name=name, n_colors=n_colors)
    places = np.linspace(0, 1, request.ramp_colors())
    return Palette(colormap(places)[:, :3], name=name, scale="unit")
