"""Palettes by name or from a file: built-in ones, palette files, images and colormaps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from geoindex.errors import MissingFileError, OptionError, PaletteError
from geoindex.files.small_files import read_small
from geoindex.palette import Palette
from geoindex.palettes.built_in import builtin_content, builtin_palettes
from geoindex.palettes.delimited import parse_delimited
from geoindex.palettes.entries import Request, check_n_colors
from geoindex.palettes.formats import (
    RASTER_SUFFIXES,
    find_format,
    format_named,
    known_suffixes,
)
from geoindex.palettes.json_file import palette_of_object
from geoindex.palettes.unread import advice
from geoindex.rules.scale import Scale
from geoindex.rules.suggestions import did_you_mean

if TYPE_CHECKING:
    from matplotlib.colors import Colormap

__all__ = ["load_palette"]

# Colormaps with more colors are ramps, even those stored as a list.
MOST_LISTED_COLORS = 64


def load_palette(
    source: Palette | str | PathLike[str] | Mapping[Any, Any] | Colormap,
    *,
    scale: Scale | None = None,
    n_colors: int | None = None,
    format: str | None = None,  # noqa: A002  as matplotlib spells it
    layer: str | None = None,
    encoding: str | None = None,
    columns: str | Sequence[str] | None = None,
) -> Palette:
    """Load a palette by name or from a file.

    Parameters
    ----------
    source : str, path-like, Palette, matplotlib colormap or dict
        A built-in name such as ``"windows-256"``; a palette file (CSV or TSV, ``.xlsx``,
        ``.ods``, ``.vat.dbf``, GIMP ``.gpl``, JASC and RIFF ``.pal``, Adobe ``.act``, ESRI and
        QGIS ``.clr``, GMT ``.cpt``, GDAL color relief, OpendTect, JSON); the style of a map layer
        (QGIS ``.qml``, ``.qgz``, ``.qgs``, ``.qlr``; ArcGIS Pro ``.lyrx``, ``.mapx``; ``.sld``;
        JSON of an ArcGIS service); an image with a color table; a matplotlib colormap or its
        name, such as ``"tab20"``; colors by class value or name, as rasterio has them:
        ``{1: (255, 0, 0, 255)}``, ``{"till": "#f7ecc0"}``; or a palette, which is returned as
        is.
    scale : {"unit", "byte"}, optional
        Scale of the values in delimited text, if the rule (unit if all are within 0-1,
        otherwise byte) would guess wrong.
    n_colors : int, optional
        Number of colors to take, at equal steps, from a continuous ramp, which has no classes
        of its own.
    format : str, optional
        Key of the file format, if neither suffix nor content tells it; see
        :data:`geoindex.palettes.formats.FORMATS`.
    layer : str, optional
        Name or identifier of a map layer, if the file holds the styles of several: a QGIS
        project or layer definition, a file of ArcGIS Pro, SLD; or of a sheet of a workbook.
    encoding : str, optional
        Encoding of a text file, such as ``"cp1250"``. By default UTF-8 or UTF-16, otherwise the
        likeliest code page, with a warning.
    columns : str or sequence of str, optional
        What the columns of a table are, in their order, in place of its header, if it has one:
        ``"value,r,g,b,alpha,name"``; also ``color``, ``c``, ``m``, ``y``, ``k``, ``role``, and
        ``-`` for a column to skip.

    Returns
    -------
    Palette

    Raises
    ------
    MissingFileError
        There is no built-in palette of this name, and no such file.
    PaletteError
        The file does not hold a palette; the message names file, line and reason. Or it holds
        several layers with classes; the message lists them.
    OptionError
        The format is unknown, or `n_colors` was given for a palette that is not a ramp, or `layer`
        for a file without layers.

    Warns
    -----
    GeoindexWarning
        Something was guessed or left out: the encoding of a text, the column of names or of
        class values, transparent colors, class values that some rows lack. The colors of a style
        may differ on the map (transparency, gradients, pictures, colors defined by the data), or
        classes that are switched off were left out.

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
    if isinstance(source, Mapping):
        request = Request(where="the dict of colors", scale=scale, layer=layer)
        return palette_of_object(dict(source), request)
    if not isinstance(source, str | PathLike):
        return _palette_of_other(source, n_colors)
    name = fspath(source)
    request = Request(
        where=name,
        # File names that are not UTF-8 could not be stored anywhere.
        name=Path(name).stem.encode(errors="replace").decode(),
        scale=scale,
        n_colors=n_colors,
        layer=layer,
        encoding=encoding,
        columns=columns.split(",") if isinstance(columns, str) else columns,
    )
    palette = _load(name, request, format)
    if n_colors is not None and len(palette) != n_colors:
        raise OptionError(
            f"{name}: holds {len(palette)} classes and is not a ramp; leave n_colors out"
        )
    return palette


def _load(name: str, request: Request, key: str | None) -> Palette:
    """Palette of a built-in name, a file or a colormap."""
    path = Path(name)
    if name in builtin_palettes():
        palette = parse_delimited(builtin_content(name), Request(where=name, name=name))
    elif not path.exists():
        palette = _named_colormap(name, request.n_colors)
    elif not path.is_file():
        raise PaletteError(f"{path}: is not a file; name a palette file")
    elif key is None and path.suffix.lower() in RASTER_SUFFIXES:
        # The import takes longer than reading most palettes.
        from geoindex.palettes.raster import palette_of_raster

        palette = palette_of_raster(path)
    else:
        return _palette_of_file(path, request, key)
    known = {"layer": "has no map layers", "encoding": "is no text", "columns": "is no table"}
    for option, reason in known.items():
        if getattr(request, option) is not None:
            raise OptionError(f"{name}: {reason}; leave out {option}=")
    return palette


def _palette_of_file(path: Path, request: Request, key: str | None) -> Palette:
    """Palette of a file that is parsed as a whole."""
    content = read_small(path, "palette file", error=PaletteError)
    known = format_named(key) if key is not None else find_format(path, content)
    if known is None:
        read = ", ".join((*known_suffixes(), *RASTER_SUFFIXES))
        reason = advice(path) or f"unknown suffix; palettes are read from {read}"
        raise PaletteError(f"{path}: {reason}")
    if request.layer is not None and not known.holds_layers:
        raise OptionError(f"{path}: has no map layers; leave out layer=")
    if request.columns is not None and not known.is_table:
        raise OptionError(f"{path}: is no table; leave out columns=")
    return known.read(content, request)


def _palette_of_other(source: Any, n_colors: int | None) -> Palette:
    """Palette of an object that is neither a name nor a path."""
    from matplotlib.colors import Colormap

    if isinstance(source, Colormap):
        return _palette_of_colormap(source, source.name, n_colors)
    raise OptionError(
        f"palette must be a Palette, a ColorCube, a file or a name, found "
        f"{type(source).__name__}; use Palette(colors) for an array of colors"
    )


def _named_colormap(name: str, n_colors: int | None) -> Palette:
    """Palette of a matplotlib colormap by its name."""
    import matplotlib as mpl

    if name not in mpl.colormaps:
        hint = did_you_mean(name, [*builtin_palettes(), *mpl.colormaps])
        raise MissingFileError(
            f"{name}: no such palette file, and no built-in palette of that name"
            + (hint or f"; built in: {', '.join(builtin_palettes())}")
        )
    return _palette_of_colormap(mpl.colormaps[name], name, n_colors)


def _palette_of_colormap(colormap: Colormap, name: str, n_colors: int | None) -> Palette:
    """Palette of a matplotlib colormap: the colors that it lists, or steps of its ramp."""
    import matplotlib as mpl
    from matplotlib.colors import ListedColormap

    # Matplotlib's own listed colormaps are mostly ramps.
    is_list = isinstance(colormap, ListedColormap) and colormap.name not in mpl.colormaps
    if is_list or colormap.N <= MOST_LISTED_COLORS:
        return Palette(colormap(np.arange(colormap.N))[:, :3], name=name, scale="unit")
    request = Request(where=f"matplotlib colormap {name}", name=name, n_colors=n_colors)
    places = np.linspace(0, 1, request.ramp_colors())
    return Palette(colormap(places)[:, :3], name=name, scale="unit")
