"""Read an attribute of an OpendTect horizon as a grid of values."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

import numpy as np

from geoindex.opendtect.horizon_attribute import read_attribute
from geoindex.opendtect.numbering import is_undefined
from geoindex.survey import Survey
from geoindex.values.grid import ValueGrid

__all__ = ["read_horizon_values"]


def read_horizon_values(
    path: Path,
    *,
    survey: Survey | str | PathLike[str] | None = None,
    attribute: str | None = None,
    horizon: str | None = None,
    xy: bool | None = None,
) -> ValueGrid:
    """Read an attribute of an ASCII horizon; see :func:`geoindex.open_values`."""
    read = read_attribute(
        path, survey=survey, attribute=attribute, horizon=horizon, xy=xy, allows_z=True
    )
    with np.errstate(over="ignore"):
        values = np.where(is_undefined(read.values), np.nan, read.values).astype(np.float32)
    cells = read.on_lines(values, np.nan, path)
    read.warn_of_guess(path)
    return ValueGrid(values=cells, **read.place)
