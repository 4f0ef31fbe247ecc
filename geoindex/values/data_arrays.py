"""Grids of values as xarray DataArrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoindex.images.data_arrays import data_array
from geoindex.images.place import Place
from geoindex.values.grid import ValueGrid

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["values_to_xarray"]


def values_to_xarray(grid: ValueGrid) -> xr.DataArray:
    """DataArray of a grid of values; see :meth:`ValueGrid.to_xarray`."""
    place = Place(grid.transform, grid.crs, ())
    attrs = {} if grid.unit is None else {"units": grid.unit}
    return data_array(grid.values.copy(), place, attrs=attrs, name="value")
