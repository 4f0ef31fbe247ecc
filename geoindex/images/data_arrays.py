"""xarray DataArrays: one made of a grid, and the place and nodata value of any."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from rasterio.crs import CRS
from rasterio.errors import CRSError

from geoindex.errors import GridError, ImageError

if TYPE_CHECKING:
    import xarray as xr

    from geoindex.grid import IndexGrid

__all__ = ["array_crs", "array_fill", "array_transform", "grid_to_xarray"]

LARGEST_STRAY = 0.1
"""Largest error of coordinates in pixels, as float32 may need it."""


def grid_to_xarray(grid: IndexGrid) -> xr.DataArray:
    """DataArray of a grid; see :meth:`IndexGrid.to_xarray`."""
    try:
        import xarray as xr
    except ImportError as error:
        raise GridError("to_xarray needs xarray; install geoindex-raster[xarray]") from error

    coords: dict[str, NDArray[np.floating]] = {}
    if grid.transform is not None and grid.transform.b == 0 and grid.transform.d == 0:
        rows, cols = grid.shape
        coords["x"] = grid.transform.c + grid.transform.a * (np.arange(cols) + 0.5)
        coords["y"] = grid.transform.f + grid.transform.e * (np.arange(rows) + 0.5)
    labels = [grid.palette.label(index) for index in range(len(grid.palette))]
    attrs: dict[str, Any] = {
        "flag_values": list(range(len(grid.palette))),
        "flag_meanings": " ".join("_".join(label.split()) for label in labels),
        "flag_colors": " ".join("#" + bytes(color).hex() for color in grid.palette.colors),
    }
    if grid.nodata is not None:
        attrs["_FillValue"] = grid.nodata
    if grid.crs is not None:
        attrs["crs_wkt"] = grid.crs.to_wkt()
    return xr.DataArray(
        grid.indices.copy(), dims=("y", "x"), coords=coords, attrs=attrs, name="index"
    )


def array_fill(array: xr.DataArray) -> float | None:
    """Value that marks pixels without a color, or None; NaN always does."""
    fill: float | None = array.attrs.get("_FillValue", array.attrs.get("missing_value"))
    if not isinstance(fill, int | float | np.number) or np.isnan(float(fill)):
        return None
    if array.dtype.kind in "iu":
        limits = np.iinfo(array.dtype)
        return fill if limits.min <= fill <= limits.max else None
    return fill


def array_transform(array: xr.DataArray, row: Any, col: Any) -> Affine | None:
    """Transform from the pixel-center coordinates of dimensions, or from rioxarray's attribute."""
    if row in array.coords and col in array.coords:
        dx, dy = (_step(array.coords[name].values) for name in (col, row))
        if dx is not None and dy is not None:
            x, y = (float(array.coords[name].values[0]) for name in (col, row))
            return Affine(dx, 0, x - dx / 2, 0, dy, y - dy / 2)
    text = _spatial_ref(array).get("GeoTransform")
    if text is None:
        return None
    try:
        return Affine.from_gdal(*(float(value) for value in str(text).split()))
    except (TypeError, ValueError):
        raise ImageError(f"the GeoTransform of the DataArray is damaged: {text!r}") from None


def _step(values: NDArray[Any]) -> float | None:
    """Step of coordinates that are evenly spaced up to rounding, or None."""
    if values.ndim != 1 or values.size < 2 or values.dtype.kind not in "iuf":
        return None
    places = values.astype(np.float64)
    step = float(places[-1] - places[0]) / (places.size - 1)
    stray = np.abs(places - (places[0] + step * np.arange(places.size))).max()
    return step if stray <= LARGEST_STRAY * abs(step) else None


def array_crs(array: xr.DataArray) -> CRS | None:
    """CRS from the CF grid mapping, or from an attribute of the array itself."""
    reference = _spatial_ref(array)
    text = reference.get("crs_wkt", reference.get("spatial_ref", array.attrs.get("crs_wkt")))
    if text is None:
        return None
    try:
        return CRS.from_wkt(str(text))
    except CRSError as error:
        raise ImageError(f"the CRS of the DataArray is damaged: {error}") from error


def _spatial_ref(array: xr.DataArray) -> dict[Any, Any]:
    """Attributes of the grid mapping coordinate, as rioxarray writes them."""
    name = array.encoding.get("grid_mapping", array.attrs.get("grid_mapping", "spatial_ref"))
    return dict(array.coords[name].attrs) if name in array.coords else {}
