"""Ramps by name or from a file: matplotlib colormaps and files of palettes and styles."""

from __future__ import annotations

from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geoindex.errors import MissingFileError, OptionError, PaletteError
from geoindex.files.small_files import read_small
from geoindex.palettes.entries import Request
from geoindex.palettes.formats import FORMATS, PaletteFormat, find_format, format_named
from geoindex.palettes.stretches import Stretch
from geoindex.values.ramp import Ramp

if TYPE_CHECKING:
    from matplotlib.colors import Colormap

__all__ = ["load_ramp", "ramp_of_colormap"]


def load_ramp(source: Ramp | Colormap | str | PathLike[str], *, reverse: bool = False) -> Ramp:
    """Load the color ramp of a map.

    Parameters
    ----------
    source : str, path-like, matplotlib Colormap or Ramp
        Name of a matplotlib colormap, ``"viridis"``; or a file: GMT color palette table
        (``.cpt``), QGIS style of a singleband pseudocolor raster (``.qml``) or its exported text
        (``.txt``), GDAL color relief (``.txt``, ``.clr``) or OpendTect color table (``.odct``).
        A Ramp is returned as it is.
    reverse : bool
        Turn the ramp around.

    Returns
    -------
    Ramp
        With the values of the file, where it has them.

    Raises
    ------
    MissingFileError
        There is no such file or colormap.
    PaletteError
        The file holds no ramp, but classes, or is damaged.

    Examples
    --------
    >>> from geoindex import load_ramp
    >>> load_ramp("viridis")
    Ramp('viridis', 256 stretches)
    >>> load_ramp("viridis").bound()
    0.00390625
    """
    if isinstance(source, Ramp):
        ramp = source
    elif isinstance(source, str | PathLike):
        ramp = _named_ramp(fspath(source))
    else:
        ramp = ramp_of_colormap(source)
    return ramp.reversed() if reverse else ramp


def ramp_of_colormap(colormap: Colormap) -> Ramp:
    """Ramp of a matplotlib colormap: the steps of its table.

    Raises
    ------
    OptionError
        It is no colormap.
    """
    from matplotlib.colors import Colormap

    if not isinstance(colormap, Colormap):
        raise OptionError(
            "ramp must be a Ramp, a matplotlib colormap, its name or a file, found "
            f"{type(colormap).__name__}; Ramp.from_stops makes one of colors"
        )
    table = np.asarray(colormap(np.arange(colormap.N)), dtype=np.float64)
    return Ramp.from_steps(table[:, :3] * 255, name=colormap.name)


def _named_ramp(name: str) -> Ramp:
    """Ramp of a file or a colormap."""
    import matplotlib as mpl

    path = Path(name)
    if not path.exists():
        if name not in mpl.colormaps:
            raise MissingFileError(
                f"{name}: no such file, and matplotlib has no colormap of that name; name one "
                "such as viridis, or a .cpt, .qml, .txt or .odct file"
            )
        return ramp_of_colormap(mpl.colormaps[name])
    if not path.is_file():
        raise PaletteError(f"{path}: is not a file; name a file with a color ramp")
    content = read_small(path, "color ramp", error=PaletteError)
    request = Request(where=name, name=path.stem)
    known = find_format(path, content)
    if known is not None and known.key == "csv" and path.suffix.lower() == ".txt":
        # A table of whole numbers in four columns may be anything; here it is asked for a ramp.
        known = format_named("gdal")
    if known is None or known.read_ramp is None:
        raise PaletteError(
            f"{path}: holds no color ramp; ramps are read from {', '.join(_suffixes())}, or give "
            "the name of a matplotlib colormap"
        )
    return _ramp_of_file(known, content, request)


def _ramp_of_file(known: PaletteFormat, content: bytes, request: Request) -> Ramp:
    """Ramp of the content of a file."""
    if known.read_ramp is None:
        raise AssertionError("the format was not checked")
    stretches: list[Stretch] = known.read_ramp(content, request)
    # Two colors at one value are a hard step.
    wide = [stretch for stretch in stretches if stretch.low < stretch.high]
    if not wide:
        raise request.error("all colors of the ramp have one value")
    try:
        return Ramp(
            edges=np.array([*(stretch.low for stretch in wide), wide[-1].high]),
            starts=np.array([stretch.start[:3] for stretch in wide]),
            ends=np.array([stretch.end[:3] for stretch in wide]),
            name=request.name,
            # The markers of OpendTect are shares of whatever range a user sets.
            has_values=known.key != "opendtect",
        )
    except PaletteError as error:
        raise request.error(str(error)) from None


def _suffixes() -> list[str]:
    """Suffixes of files that may hold a ramp."""
    return list(dict.fromkeys(s for known in FORMATS if known.read_ramp for s in known.suffixes))
