"""Palette files and built-in palettes: the one place that reads and writes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from os import PathLike, fspath
from pathlib import Path

import numpy as np

from geoindex.errors import MissingFileError, OptionError, OutputError, PaletteError
from geoindex.files.whole_files import atomic_output, check_target
from geoindex.grid import IndexGrid
from geoindex.images.facts import read_color_table
from geoindex.palette import Palette
from geoindex.palettes import by_value as colormaps
from geoindex.palettes import cpt, delimited, json_file, opendtect
from geoindex.palettes import gis_styles as styles
from geoindex.palettes import painting as plain
from geoindex.palettes.entries import Request, check_n_colors
from geoindex.palettes.raster import read_raster
from geoindex.rules.indices import IndexArray, index_dtype
from geoindex.rules.scale import Scale

__all__ = [
    "FORMATS",
    "PaletteFormat",
    "builtin_note",
    "builtin_palettes",
    "check_palette_target",
    "is_palette_file",
    "load_palette",
    "save_palette",
]

STRIP_SUFFIXES = (".png", ".tif", ".tiff")
RASTER_SUFFIXES = (".png", ".tif", ".tiff", ".gif", ".bmp")

# A palette of 65,535 colors with long names stays far below this.
LARGEST_FILE = 16 * 2**20

# A colormap of more colors is a ramp, whatever its class in matplotlib.
MOST_LISTED_COLORS = 64


@dataclass(frozen=True, kw_only=True)
class PaletteFormat:
    """One kind of palette file."""

    key: str
    """Name for the option `format`."""

    suffixes: tuple[str, ...]
    """File suffixes in lower case, with the dot; the first format of a suffix writes it."""

    read: Callable[[bytes, Request], Palette]
    """Parses the content of a file."""

    write: Callable[[Palette], bytes]
    """Formats a palette."""

    recognize: Callable[[bytes], bool] | None = None
    """Tells by its content that a file is of this format, whatever its suffix."""


def _has_early(word: bytes) -> Callable[[bytes], bool]:
    """Recognize a file by a word near its beginning."""
    return lambda content: word in content[:2000]


def _begins(*starts: bytes) -> Callable[[bytes], bool]:
    """Recognize a file by its first bytes."""
    return lambda content: content.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(starts)


FORMATS = (
    PaletteFormat(
        key="csv",
        suffixes=(".csv", ".txt"),
        read=delimited.parse_delimited,
        write=delimited.format_csv,
    ),
    PaletteFormat(
        key="tsv",
        suffixes=(".tsv",),
        read=delimited.parse_delimited,
        write=delimited.format_tsv,
    ),
    PaletteFormat(
        key="gimp",
        suffixes=(".gpl",),
        read=plain.parse_gimp,
        write=plain.format_gimp,
        recognize=_begins(b"GIMP Palette"),
    ),
    PaletteFormat(
        key="jasc",
        suffixes=(".pal",),
        read=plain.parse_jasc,
        write=plain.format_jasc,
        recognize=_begins(b"JASC-PAL"),
    ),
    PaletteFormat(
        key="riff",
        suffixes=(".pal",),
        read=plain.parse_riff,
        write=plain.format_riff,
        recognize=lambda content: content[:4] == b"RIFF" and content[8:12] == b"PAL ",
    ),
    PaletteFormat(
        key="act",
        suffixes=(".act",),
        read=plain.parse_act,
        write=plain.format_act,
    ),
    PaletteFormat(
        key="clr",
        suffixes=(".clr",),
        read=colormaps.parse_values,
        write=colormaps.format_clr,
    ),
    PaletteFormat(
        key="opendtect",
        suffixes=(".odct",),
        read=opendtect.parse_opendtect,
        write=opendtect.format_opendtect,
        recognize=_begins(b"dTect V"),
    ),
    PaletteFormat(
        key="qgis-text",
        suffixes=(".txt",),
        read=colormaps.parse_qgis_text,
        write=colormaps.format_qgis_text,
        recognize=colormaps.is_qgis_text,
    ),
    PaletteFormat(
        key="gdal",
        suffixes=(".txt",),
        read=colormaps.parse_values,
        write=colormaps.format_gdal,
        recognize=colormaps.is_gdal_text,
    ),
    PaletteFormat(
        key="qml",
        suffixes=(".qml",),
        read=styles.parse_qml,
        write=styles.format_qml,
        recognize=_has_early(b"<qgis"),
    ),
    PaletteFormat(
        key="sld",
        suffixes=(".sld",),
        read=styles.parse_sld,
        write=styles.format_sld,
        recognize=_has_early(b"StyledLayerDescriptor"),
    ),
    PaletteFormat(
        key="cpt",
        suffixes=(".cpt",),
        read=cpt.parse_cpt,
        write=cpt.format_cpt,
    ),
    PaletteFormat(
        key="json",
        suffixes=(".json",),
        read=json_file.parse_json,
        write=json_file.format_json,
    ),
)


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
    folder = resources.files("geoindex") / "palettes" / "builtin"
    return sorted(
        entry.name.removesuffix(".csv")
        for entry in folder.iterdir()
        if entry.name.endswith(".csv")
    )


def builtin_note(name: str) -> str:
    """Tell what a built-in palette is, in the first words of its file."""
    text = (resources.files("geoindex") / "palettes" / "builtin" / f"{name}.csv").read_text(
        "utf-8"
    )
    lines = [line.removeprefix("#").strip() for line in text.splitlines() if line[:1] == "#"]
    note, _, _ = " ".join(lines).partition(" Source: ")
    return note


def is_palette_file(path: Path) -> bool:
    """Whether a suffix is that of a palette file and of nothing else."""
    return any(path.suffix.lower() in known.suffixes for known in FORMATS)


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
        Key of the file's format where suffix and content do not tell; :data:`FORMATS` lists
        them.

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


def save_palette(
    palette: Palette,
    path: str | PathLike[str],
    *,
    overwrite: bool = False,
    format: str | None = None,  # noqa: A002  as matplotlib spells it
) -> None:
    """Write a palette; the suffix picks the format; see :meth:`Palette.save`."""
    path = Path(path)
    known = _target_format(path, format)
    if known is None:
        dtype = index_dtype(len(palette), has_nodata=False)
        rows: IndexArray = np.arange(len(palette)).astype(dtype)
        IndexGrid(indices=rows[np.newaxis], palette=palette).save(path, overwrite=overwrite)
        return
    try:
        content = known.write(palette)
    except OutputError as error:
        raise OutputError(f"{path}: {error}") from None
    with atomic_output(path, overwrite=overwrite) as temporary:
        temporary.write_bytes(content)


def check_palette_target(path: str | PathLike[str], *, overwrite: bool = False) -> None:
    """Refuse a palette file that cannot or must not be written, before any work starts.

    Raises
    ------
    OutputError
        The suffix is unknown, the file exists, or the folder cannot be written.
    """
    _target_format(Path(path), None)
    check_target(Path(path), overwrite=overwrite)


def _target_format(path: Path, key: str | None) -> PaletteFormat | None:
    """Format of an output; None for a picture with a color table."""
    if key is not None:
        return _format_named(key)
    if path.suffix.lower() in STRIP_SUFFIXES:
        return None
    known = _format_of(path)
    if known is None:
        raise OutputError(
            f"{path}: unknown suffix; palettes are written as {', '.join(_suffixes())}"
        )
    return known


def _load(name: str, *, scale: Scale | None, n_colors: int | None, key: str | None) -> Palette:
    """Palette of a built-in name, a file or a colormap."""
    if name in builtin_palettes():
        builtin = resources.files("geoindex") / "palettes" / "builtin" / f"{name}.csv"
        return delimited.parse_delimited(builtin.read_bytes(), Request(where=name, name=name))
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
        return _palette_of_raster(path)
    content = _read(path)
    request = Request(where=str(path), name=path.stem, scale=scale, n_colors=n_colors)
    known = _format_named(key) if key is not None else _format_of(path, content)
    if known is None:
        raise PaletteError(
            f"{path}: unknown suffix; palettes are read from "
            f"{', '.join((*_suffixes(), *RASTER_SUFFIXES))}"
        )
    return known.read(content, request)


def _format_of(path: Path, content: bytes = b"") -> PaletteFormat | None:
    """Format that the content tells, or else the first of the suffix."""
    for known in FORMATS:
        if known.recognize is not None and known.recognize(content):
            return known
    suffix = path.suffix.lower()
    return next((known for known in FORMATS if suffix in known.suffixes), None)


def _format_named(key: str) -> PaletteFormat:
    """Format of a key."""
    for known in FORMATS:
        if known.key == key:
            return known
    raise OptionError(
        f"unknown palette format {key!r}; known: {', '.join(known.key for known in FORMATS)}"
    )


def _suffixes() -> list[str]:
    """Suffixes of all formats."""
    return list(dict.fromkeys(suffix for known in FORMATS for suffix in known.suffixes))


def _palette_of_raster(path: Path) -> Palette:
    """Palette of a saved grid, or the color table of any one-band image."""
    table = read_color_table(path)
    if table is None:
        raise PaletteError(f"{path}: the image has no color table; give a palette file")
    if path.suffix.lower() in STRIP_SUFFIXES:
        return read_raster(path).palette
    return Palette(table, name=path.stem)


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


def _read(path: Path) -> bytes:
    """Content of a palette file."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise PaletteError(f"{path}: is larger than 16 MB, so it is no palette file")
        return path.read_bytes()
    except OSError as error:
        raise PaletteError(f"{path}: cannot be read: {error.strerror}") from error
