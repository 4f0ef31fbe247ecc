"""Style files beside a grid, which GIS programs apply when they open it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from geoindex.errors import OptionError, OutputError
from geoindex.files.targets import check_target
from geoindex.files.whole_files import atomic_output
from geoindex.grids.headers import GridHeader
from geoindex.images.find import IMAGE_SUFFIXES
from geoindex.palette import Palette
from geoindex.palettes.formats import format_named
from geoindex.rules.choices import check_choice

__all__ = ["Style", "check_styled", "check_styles", "style_names", "write_styles"]

Style = Literal["qml", "clr"]
"""Suffix of a style: a QGIS style or an ArcGIS color map."""

STYLED = ("geotiff", "png", "esri", "grass")
"""Formats that GIS programs open."""

RASTERS = IMAGE_SUFFIXES | {".asc", ".img", ".vrt", ".grd", ".bil", ".flt", ".ecw", ".sid"}
"""Suffixes of rasters to which the programs apply a style of the same stem."""


def style_names(style: str | Sequence[str] | None) -> tuple[Style, ...]:
    """List the styles that an option stands for; duplicates are kept.

    Raises
    ------
    OptionError
        A style is unknown.
    """
    asked = [style] if isinstance(style, str) else list(style or ())
    for one in asked:
        check_choice("style", one, Style)
    return tuple(asked)  # type: ignore[arg-type]  # checked


def check_styled(where: str, key: str, styles: Sequence[Style]) -> None:
    """Refuse styles of grids whose format GIS programs do not open.

    Raises
    ------
    OptionError
    """
    if styles and key not in STYLED:
        raise OptionError(f"{where}: style= is for grids as .tif, .png or .asc")


def check_styles(path: Path, key: str, styles: Sequence[Style], *, overwrite: bool) -> None:
    """Raise an error for styles that cannot be written or would apply to another raster, too.

    Parameters
    ----------
    path : Path
        The grid.
    key : str
        That of its format.
    styles : sequence of {"qml", "clr"}
        One that is there twice may be applied to other rasters, too.
    overwrite : bool

    Raises
    ------
    OptionError
        GIS programs do not open the format.
    OutputError
        The style exists, or another raster has its stem.
    """
    check_styled(str(path), key, styles)
    for style in dict.fromkeys(styles):
        target = path.with_suffix(f".{style}")
        check_target(target, overwrite=overwrite)
        others = _rasters_of_stem(path)
        if others and styles.count(style) < 2:
            raise OutputError(
                f"{target}: GIS programs would apply this style to {others[0]}, too; choose "
                f"another name for the grid, or ask for the style twice, style=('{style}', "
                f"'{style}')"
            )


def write_styles(
    path: Path, header: GridHeader, styles: Sequence[Style], *, overwrite: bool
) -> None:
    """Write styles of a grid, with the numbers of its file.

    Parameters
    ----------
    path : Path
        The grid, which is there.
    header : GridHeader
    styles : sequence of {"qml", "clr"}
        As :func:`check_styles` accepts them.
    overwrite : bool
    """
    if not styles:
        return
    palette = Palette(
        header.palette.shown,
        names=header.palette.names,
        values=header.pixel_values,
        name=header.palette.name,
    )
    for style in dict.fromkeys(styles):
        write = format_named(style).write
        if write is None:
            raise AssertionError("both formats are written")
        with atomic_output(path.with_suffix(f".{style}"), overwrite=overwrite) as temporary:
            temporary.write_bytes(write(palette))


def _rasters_of_stem(path: Path) -> list[str]:
    """Names of other rasters in the folder of a grid that have its stem."""
    if not path.absolute().parent.is_dir():
        return []
    stem = path.stem.lower()
    return sorted(
        other.name
        for other in path.absolute().parent.iterdir()
        if other.stem.lower() == stem
        and other.suffix.lower() in RASTERS
        and other.name.lower() != path.name.lower()
    )
