"""Read ASCII horizons, OpendTect's exports and ours, as index grids."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

import numpy as np

from geoindex.errors import GridError, MissingFileError
from geoindex.grid import IndexGrid
from geoindex.opendtect.horizon_attribute import read_attribute
from geoindex.opendtect.numbering import is_undefined
from geoindex.palette import Palette
from geoindex.palettes.legend_csv import Legend, legend_path, read_legend
from geoindex.palettes.load import load_palette
from geoindex.rules.indices import IndexArray, index_dtype
from geoindex.rules.paths import path_of
from geoindex.rules.plane import Floats
from geoindex.survey import Survey

__all__ = ["read_horizon"]


def read_horizon(
    path: str | PathLike[str],
    *,
    palette: Palette | str | PathLike[str] | None = None,
    survey: Survey | str | PathLike[str] | None = None,
    attribute: str | None = None,
    horizon: str | None = None,
    xy: bool | None = None,
) -> IndexGrid:
    """Read an attribute of an ASCII horizon as an index grid.

    Parameters
    ----------
    path : path-like
        What :func:`geoindex.write_horizon` wrote or OpendTect exported, with any header.
    palette : Palette, str or path-like, optional
        The classes; by default the legend ``<name>.legend.csv`` or the color table
        ``<name>.odct`` beside the file.
    survey : Survey, str or path-like, optional
        Places line numbers on the map; every position must lie in it (a padded horizon needs
        ``survey.extended(pad=...)``). Without it the grid has a transform only where the file
        holds coordinates beside line numbers.
    attribute : str, optional
        Title of the column of indices; by default the only attribute, or the last column of
        a file without header.
    horizon : str, optional
        Which one, in an export of several.
    xy : bool, optional
        Whether positions are coordinates, or line numbers. By default the header tells, or the
        steps that :func:`geoindex.write_horizon` wrote beside the file, or the survey, into
        which only one of them fits.

    Returns
    -------
    IndexGrid
        Rows are inlines, columns crosslines; bins without a line, or with an undefined value,
        are nodata.

    Raises
    ------
    MissingFileError
        There is no such file, or no palette.
    GridError
        The file is no horizon, or its values are no indices of the palette.
    SurveyError
        The file holds coordinates alone and no survey is given, a position is outside of the
        survey, or the numbers of a position could be coordinates as well as lines.

    Warns
    -----
    GeoindexWarning
        Nothing but its numbers tells that a file holds line numbers.
    """
    path = path_of(path)
    if not path.is_file():
        raise MissingFileError(f"{path}: no such file")
    legend = _legend(path, palette)
    read = read_attribute(path, survey=survey, attribute=attribute, horizon=horizon, xy=xy)
    dtype = index_dtype(len(legend.palette), has_nodata=True)
    nodata = int(np.iinfo(dtype).max)
    values = _indices(read.values, legend, f"{path}, {read.title}").astype(dtype)
    indices = read.on_lines(values, nodata, path)
    read.warn_of_guess(path)
    return IndexGrid(
        indices=indices,
        palette=legend.palette,
        nodata=nodata,
        **read.place,
    )


def _legend(path: Path, palette: Palette | str | PathLike[str] | None) -> Legend:
    """Take the given palette, or the classes beside the file."""
    if palette is not None:
        return Legend.of(load_palette(palette))
    if legend_path(path).is_file():
        return read_legend(legend_path(path), path)
    if path.with_suffix(".odct").is_file():
        return Legend.of(load_palette(path.with_suffix(".odct")))
    raise MissingFileError(
        f"{path}: a horizon has no colors, and {legend_path(path).name} is not beside it; give "
        "the palette (read_horizon(..., palette=...))"
    )


def _indices(values: Floats, legend: Legend, where: str) -> IndexArray:
    """Turn the values of an attribute into indices; undefined ones are nodata."""
    indices, _, stray, _ = legend.rows(values, is_undefined(values), where)
    if stray is not None:
        raise GridError(
            f"{where}: the value {values[stray]:g} is not an index of the palette, which has "
            f"{len(legend.palette)} classes; give the palette of the map, or choose another "
            "attribute"
        )
    return indices
