"""The table of palette formats, and the function that writes them."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import numpy as np

from geoindex.errors import GeoindexWarning, OptionError, OutputError
from geoindex.files.targets import check_target
from geoindex.files.whole_files import atomic_output
from geoindex.palette import Palette
from geoindex.palettes import (
    attribute_tables,
    by_value,
    cpt,
    delimited,
    json_file,
    opendtect,
    painting,
    spreadsheet,
)
from geoindex.palettes.entries import Request
from geoindex.palettes.stretches import Stretch
from geoindex.palettes.styles import arcgis_rest, cim, qgis, sld
from geoindex.rules.indices import IndexArray, index_dtype
from geoindex.rules.paths import path_of

__all__ = [
    "FORMATS",
    "RASTER_SUFFIXES",
    "STRIP_SUFFIXES",
    "PaletteFormat",
    "check_palette_target",
    "find_format",
    "format_named",
    "is_palette_file",
    "known_suffixes",
    "save_palette",
]


STRIP_SUFFIXES = (".png", ".tif", ".tiff")
"""Image formats that a palette can be saved as, a strip of its colors."""

RASTER_SUFFIXES = (*STRIP_SUFFIXES, ".gif", ".bmp")
"""Image formats whose color table can be read as a palette."""


@dataclass(frozen=True, kw_only=True)
class PaletteFormat:
    """A palette file format."""

    key: str
    """Name to pass as `format`."""

    suffixes: tuple[str, ...]
    """File suffixes in lower case, with the dot; the first format in the table writes a suffix."""

    read: Callable[[bytes, Request], Palette]
    """Parses the content of a file."""

    write: Callable[[Palette], bytes] | None = None
    """Formats a palette; None if the format can only be read."""

    keeps: tuple[str, ...] = ()
    """What it stores besides the colors: names, values, roles, merge, show."""

    read_ramp: Callable[[bytes, Request], list[Stretch]] | None = None
    """Parses a ramp, in rising stretches; None if the format holds none."""

    holds_layers: bool = False
    """Whether a file may hold the styles of several map layers."""

    is_table: bool = False
    """Whether it is a table, whose columns the user may name."""

    recognize: Callable[[bytes], bool] | None = None
    """Whether content is in this format, whatever the suffix; None if content does not show it."""


def _has_early(word: bytes) -> Callable[[bytes], bool]:
    """Recognize a file by a word near its start."""
    return lambda content: word in content[:2000]


def _begins(*starts: bytes) -> Callable[[bytes], bool]:
    """Recognize a file by its first bytes."""
    return lambda content: content.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(starts)


EVERYTHING = ("names", "values", "roles", "merge", "show")

LOST = {"merge": "merges", "show": "second colors"}
"""Names in warnings of parts of a palette, if they differ from the attribute."""

FORMATS = (
    PaletteFormat(
        key="csv",
        suffixes=(".csv", ".txt"),
        read=delimited.parse_delimited,
        is_table=True,
        write=delimited.format_csv,
        keeps=EVERYTHING,
    ),
    PaletteFormat(
        key="tsv",
        suffixes=(".tsv",),
        read=delimited.parse_delimited,
        is_table=True,
        write=delimited.format_tsv,
        keeps=EVERYTHING,
    ),
    PaletteFormat(
        key="excel",
        suffixes=(".xlsx", ".xlsm"),
        read=spreadsheet.parse_workbook,
        is_table=True,
        holds_layers=True,
        recognize=spreadsheet.is_workbook,
    ),
    PaletteFormat(
        key="opendocument",
        suffixes=(".ods",),
        read=spreadsheet.parse_opendocument,
        is_table=True,
        holds_layers=True,
        recognize=spreadsheet.is_opendocument,
    ),
    PaletteFormat(
        key="dbf",
        suffixes=(".dbf",),
        read=attribute_tables.parse_dbf,
        is_table=True,
    ),
    PaletteFormat(
        key="gdal-table",
        suffixes=(),
        read=attribute_tables.parse_gdal_table,
        is_table=True,
        recognize=attribute_tables.is_gdal_table,
    ),
    PaletteFormat(
        key="gimp",
        suffixes=(".gpl",),
        read=painting.parse_gimp,
        write=painting.format_gimp,
        keeps=("names",),
        recognize=_begins(b"GIMP Palette"),
    ),
    PaletteFormat(
        key="jasc",
        suffixes=(".pal",),
        read=painting.parse_jasc,
        write=painting.format_jasc,
        recognize=_begins(b"JASC-PAL"),
    ),
    PaletteFormat(
        key="riff",
        suffixes=(".pal",),
        read=painting.parse_riff,
        write=painting.format_riff,
        recognize=lambda content: content[:4] == b"RIFF" and content[8:12] == b"PAL ",
    ),
    PaletteFormat(
        key="act",
        suffixes=(".act",),
        read=painting.parse_act,
        write=painting.format_act,
    ),
    PaletteFormat(
        key="clr",
        suffixes=(".clr",),
        read=by_value.parse_values,
        write=by_value.format_clr,
        keeps=("names", "values"),
        read_ramp=by_value.values_stretches,
    ),
    PaletteFormat(
        key="opendtect",
        suffixes=(".odct",),
        read=opendtect.parse_opendtect,
        write=opendtect.format_opendtect,
        read_ramp=opendtect.opendtect_stretches,
        recognize=_begins(b"dTect V"),
    ),
    PaletteFormat(
        key="qgis-text",
        suffixes=(".txt",),
        read=by_value.parse_qgis_text,
        write=by_value.format_qgis_text,
        keeps=("names", "values"),
        read_ramp=by_value.qgis_text_stretches,
        recognize=by_value.is_qgis_text,
    ),
    PaletteFormat(
        key="gdal",
        suffixes=(".txt",),
        read=by_value.parse_values,
        write=by_value.format_gdal,
        keeps=("values",),
        read_ramp=by_value.values_stretches,
        recognize=by_value.is_gdal_text,
    ),
    PaletteFormat(
        key="qgis",
        suffixes=(".qgz", ".qgs", ".qlr"),
        read=qgis.parse_qgis,
        recognize=qgis.is_project,
        holds_layers=True,
    ),
    PaletteFormat(
        key="qml",
        suffixes=(".qml",),
        read=qgis.parse_qgis,
        write=qgis.format_qml,
        keeps=("names", "values"),
        read_ramp=qgis.qml_stretches,
        recognize=_has_early(b"<qgis"),
    ),
    PaletteFormat(
        key="sld",
        suffixes=(".sld",),
        read=sld.parse_sld,
        write=sld.format_sld,
        keeps=("names", "values"),
        recognize=_has_early(b"StyledLayerDescriptor"),
        holds_layers=True,
    ),
    PaletteFormat(
        key="lyrx",
        suffixes=(".lyrx", ".mapx"),
        read=cim.parse_layer_file,
        recognize=cim.is_layer_file,
        holds_layers=True,
    ),
    PaletteFormat(
        key="cpt",
        suffixes=(".cpt",),
        read=cpt.parse_cpt,
        write=cpt.format_cpt,
        keeps=("names", "values"),
        read_ramp=cpt.cpt_stretches,
    ),
    PaletteFormat(
        key="json",
        suffixes=(".json",),
        read=json_file.parse_json,
        write=json_file.format_json,
        keeps=EVERYTHING,
    ),
    PaletteFormat(
        key="arcgis",
        suffixes=(),
        read=json_file.parse_json,
        holds_layers=True,
        recognize=arcgis_rest.is_rest_text,
    ),
)


def is_palette_file(path: Path) -> bool:
    """Whether a suffix belongs to palette files only."""
    return any(path.suffix.lower() in known.suffixes for known in FORMATS)


def save_palette(
    palette: Palette,
    path: str | PathLike[str],
    *,
    overwrite: bool = False,
    format: str | None = None,  # noqa: A002  as matplotlib spells it
) -> None:
    """Write a palette; the suffix picks the format; see :meth:`Palette.save`.

    Warns
    -----
    GeoindexWarning
        The format stores no names, class values or roles, and the palette has some.
    """
    path = path_of(path)
    known = _target_format(path, format)
    if known is None or known.write is None:
        dtype = index_dtype(len(palette), has_nodata=False)
        # A list of palettes, on the command line, needs no grids.
        from geoindex.grid import IndexGrid

        rows: IndexArray = np.arange(len(palette)).astype(dtype)
        IndexGrid(indices=rows[np.newaxis], palette=palette).save(path, overwrite=overwrite)
        return
    try:
        content = known.write(palette)
    except OutputError as error:
        raise OutputError(f"{path}: {error}") from None
    with atomic_output(path, overwrite=overwrite) as temporary:
        temporary.write_bytes(content)
    kept = known.keeps
    lost = [LOST.get(one, one) for one in EVERYTHING if getattr(palette, one) and one not in kept]
    if lost:
        warnings.warn(
            f"{path}: the format stores no {' and no '.join(lost)}; write .csv, .tsv or .json to "
            "keep them",
            GeoindexWarning,
            stacklevel=3,
        )


def check_palette_target(path: str | PathLike[str], *, overwrite: bool = False) -> None:
    """Raise an error before any work starts if a palette file cannot be written.

    Raises
    ------
    OutputError
        The suffix is unknown, the file exists, or the folder is not writable.
    """
    _target_format(path_of(path), None)
    check_target(path_of(path), overwrite=overwrite)


def _target_format(path: Path, key: str | None) -> PaletteFormat | None:
    """Format of an output; None for an image with a color table."""
    if key is None and path.suffix.lower() in STRIP_SUFFIXES:
        return None
    known = find_format(path) if key is None else format_named(key)
    if known is None or known.write is None:
        reason = "unknown suffix" if known is None else f"{known.key} files are only read"
        written = [suffix for item in FORMATS if item.write for suffix in item.suffixes]
        raise OutputError(
            f"{path}: {reason}; palettes are written as {', '.join(dict.fromkeys(written))}"
        )
    return known


def find_format(path: Path, content: bytes = b"") -> PaletteFormat | None:
    """Format recognized by its content, or else the first of the suffix."""
    suffix = path.suffix.lower()
    # The suffix .cpt decides, because the content may look like another format.
    if suffix == ".cpt":
        return format_named("cpt")
    for known in FORMATS:
        if known.recognize is not None and known.recognize(content):
            return known
    return next((known for known in FORMATS if suffix in known.suffixes), None)


def format_named(key: str) -> PaletteFormat:
    """Format with a key."""
    for known in FORMATS:
        if known.key == key:
            return known
    raise OptionError(
        f"unknown palette format {key!r}; known: {', '.join(known.key for known in FORMATS)}"
    )


def known_suffixes() -> list[str]:
    """Suffixes of all formats."""
    return list(dict.fromkeys(suffix for known in FORMATS for suffix in known.suffixes))
