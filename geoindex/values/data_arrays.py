"""Grids of values as xarray DataArrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geoindex.errors import GridError
from geoindex.images.data_arrays import center_coords
from geoindex.values.grid import ValueGrid

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["values_to_xarray"]


def values_to_xarray(grid: ValueGrid) -> xr.DataArray:
    """DataArray of a grid of values; see :meth:`ValueGrid.to_xarray`."""
    try:
        import xarray as xr
    except ImportError as error:
        raise GridError("to_xarray needs xarray; install geoindex-raster[xarray]") from error

    attrs: dict[str, Any] = {}
    if grid.unit is not None:
        attrs["units"] = grid.unit
    if grid.crs is not None:
        attrs["crs_wkt"] = grid.crs.to_wkt()
    return xr.DataArray(
        grid.values.copy(),
        dims=("y", "x"),
        coords=center_coords(grid.transform, grid.shape),
        attrs=attrs,
        name="value",
    )
