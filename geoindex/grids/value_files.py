"""Saves and opens grids of values; the table of formats is that of all grids."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from geoindex.color.pixels import PixelRule
from geoindex.errors import (
    GridError,
    MissingFileError,
    OptionError,
    OutputError,
    PaletteError,
    errors_of,
)
from geoindex.files.json_text import load_json
from geoindex.grids.formats import FORMATS, format_of_file, grid_format, grid_format_of
from geoindex.grids.headers import ValueHeader
from geoindex.grids.npy import load_npy
from geoindex.grids.place_json import place_from_json
from geoindex.grids.writing import ValueOpener
from geoindex.images.drivers import open_raster
from geoindex.images.files import open_image
from geoindex.images.headers import TAG
from geoindex.opendtect.read_values import read_horizon_values
from geoindex.rules.paths import path_of
from geoindex.survey import Survey
from geoindex.values.grid import ValueGrid
from geoindex.values.ramp import Ramp
from geoindex.values.scale import ValueScale

__all__ = ["holds_grid_of_values", "open_values", "save_values", "value_opener"]


def value_opener(
    path: Path,
    format: str | None = None,  # noqa: A002  as matplotlib spells it
) -> ValueOpener:
    """Find how a grid of values is written to a path.

    Raises
    ------
    OptionError, OutputError
        As by :func:`geoindex.grids.formats.grid_format_of`, or the format holds classes only.
    """
    known = grid_format_of(path, format)
    if known.open_values is None:
        written = (s for one in FORMATS if one.open_values is not None for s in one.suffixes)
        raise OutputError(
            f"{path}: {known.name} holds classes, not values; write "
            f"{', '.join(dict.fromkeys(written))}"
        )
    return known.open_values


def save_values(
    grid: ValueGrid,
    path: str | PathLike[str],
    *,
    overwrite: bool = False,
    format: str | None = None,  # noqa: A002  as matplotlib spells it
) -> None:
    """Write a grid of values to a file; see :meth:`ValueGrid.save`."""
    opener = value_opener(path_of(path), format)
    cols = grid.shape[1]
    with opener(Path(path), ValueHeader.of(grid), overwrite=overwrite) as writer:
        for rows, values in grid.strips():
            writer.write(values, (rows, slice(0, cols)))


def open_values(
    path: str | PathLike[str],
    *,
    attribute: str | None = None,
    survey: Survey | str | PathLike[str] | None = None,
    horizon: str | None = None,
    xy: bool | None = None,
) -> ValueGrid:
    """Open a grid of values, of geoindex or another program.

    Parameters
    ----------
    path : path-like
        A one-band GeoTIFF, PNG or other image of numbers, ``.npy``, or an ESRI ASCII, IRAP
        classic, ZMAP+, Surfer or CPS-3 grid, or an OpendTect horizon. No legend is needed.
    attribute, survey, horizon, xy : optional
        For horizons, as in :func:`geoindex.read_horizon`; ``attribute="Z"`` takes the depth.

    Returns
    -------
    ValueGrid
        float32; nodata of the file is NaN.

    Raises
    ------
    MissingFileError
        There is no such file.
    GridError, ImageError
        The file is damaged, or holds colors or classes.
    OptionError
        The file has no such attribute, or several of which none is named.

    Examples
    --------
    >>> import tempfile, pathlib, numpy as np
    >>> from affine import Affine
    >>> from geoindex import ValueGrid, open_values
    >>> target = pathlib.Path(tempfile.mkdtemp()) / "depth.asc"
    >>> values = np.float32([[1.5, np.nan], [2.5, 3.25]])
    >>> ValueGrid(values=values, transform=Affine(10, 0, 500, 0, -10, 720)).save(target)
    >>> open_values(target).values
    array([[1.5 ,  nan],
           [2.5 , 3.25]], dtype=float32)
    """
    path = path_of(path)
    if not path.is_file():
        raise MissingFileError(f"{path}: no such file")
    known = format_of_file(path)
    key = None if known is None else known.key
    chosen = {"attribute": attribute, "survey": survey, "horizon": horizon, "xy": xy}
    if key == "horizon":
        return read_horizon_values(path, **chosen)  # type: ignore[arg-type]  # one type each
    if any(choice is not None for choice in chosen.values()):
        raise OptionError(f"{path}: is no horizon; leave out attribute=, survey=, horizon=, xy=")
    if key == "npy":
        return _read_npy(path)
    if known is not None and known.read_values is not None:
        return known.read_values(path)
    if known is not None and key not in ("geotiff", "png"):
        raise GridError(
            f"{path}: {known.name} holds points, not a grid; open the grid it was made from"
        )
    return _read_image(path)


def holds_grid_of_values(path: Path) -> bool:
    """Whether a file is a GeoTIFF or ``.npy`` that :func:`save_values` wrote."""
    known = grid_format(path)
    if known is None or not path.is_file():
        return False
    if known.key == "npy":
        return "ramp" in load_npy(path)[1]
    if known.key != "geotiff":
        return False
    with open_raster(path) as source:
        tag = source.tags().get(TAG)
    return tag is not None and "ramp" in load_json(tag, f"{path}, tag {TAG}")


def _read_npy(path: Path) -> ValueGrid:
    """Read an array, with the facts of its sidecar if there is one."""
    values, content = load_npy(path)
    if "palette" in content:
        raise GridError(f"{path}: holds classes, not values; open it with open_grid")
    return _grid(values.astype(np.float32), content, f"{path}.json")


def _read_image(path: Path) -> ValueGrid:
    """Read a one-band image of numbers, with the facts of its tag if there is one."""
    with open_raster(path) as source:
        tag = source.tags().get(TAG)
        unit = source.units[0] if source.count else None
    content = {} if tag is None else load_json(tag, f"{path}, tag {TAG}")
    # Numbers have no color scale to look for.
    with open_image(path, PixelRule(scale="byte")) as image:
        numbers, valid = image.read_values()
        place = {"transform": image.transform, "crs": image.crs, "gcps": image.gcps}
    values = numbers.astype(np.float32)
    if valid is not None:
        values[valid == 0] = np.nan
    kept = content.get("place") or {}
    content = {**content, "unit": content.get("unit") or unit}
    return _grid(values, content, f"{path}, tag {TAG}", place, kept)


def _grid(
    values: Any,
    content: dict[str, Any],
    where: str,
    place: dict[str, Any] | None = None,
    kept: dict[str, Any] | None = None,
) -> ValueGrid:
    """Grid of values with the fields of a tag or sidecar."""
    ramp, scale = content.get("ramp"), content.get("scale")
    known = {**(place or {}), **place_from_json(content if kept is None else kept, where)}
    try:
        with errors_of(where):
            return ValueGrid(
                values=values,
                unit=content.get("unit"),
                ramp=None if ramp is None else Ramp.from_dict(ramp),
                scale=None if scale is None else ValueScale.from_dict(scale),
                provenance=content.get("provenance", {}),
                **known,
            )
    except (PaletteError, OptionError) as error:
        raise GridError(f"{where}: {error}") from None
