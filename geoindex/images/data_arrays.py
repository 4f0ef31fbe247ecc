"""Georeference and nodata value of xarray DataArrays, read and written."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from rasterio.crs import CRS
from rasterio.errors import CRSError

from geoindex.errors import GeoindexWarning, GridError, ImageError
from geoindex.images.place import Place

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["array_crs", "array_fill", "array_transform", "data_array"]

GRID_MAPPING = "spatial_ref"
"""Name of the coordinate that holds the CRS, as in rioxarray."""

SAME_PLACE = 1e-3
"""Largest difference of corners, in pixels, that is put down to rounding."""

LARGEST_STRAY = 0.1
"""Largest error of coordinates, in pixels; float32 coordinates may need it."""


def data_array(
    cells: Any,
    place: Place,
    *,
    attrs: dict[str, Any],
    name: str,
) -> xr.DataArray:
    """Make a georeferenced DataArray, by the conventions of rioxarray, GDAL and CF.

    Parameters
    ----------
    cells : array, shape (rows, cols)
        NumPy or Dask.
    place : Place
        Of the pixel corners; pixel centers become coordinates unless the transform is rotated.
    attrs : dict
        Attributes of the array.
    name : str

    Raises
    ------
    GridError
        xarray is not installed.
    """
    try:
        import xarray as xr
    except ImportError as error:
        raise GridError("to_xarray needs xarray; install geoindex-raster[xarray]") from error

    transform, crs = place.transform, place.crs
    axes = {"x": {"axis": "X"}, "y": {"axis": "Y"}}
    reference: dict[str, Any] = {}
    if crs is not None:
        axes, reference = _cf_axes(crs)
    if transform is not None:
        reference["GeoTransform"] = " ".join(repr(float(v)) for v in transform.to_gdal())
    coords: dict[str, Any] = {
        dim: (dim, places, axes[dim]) for dim, places in _centers(transform, cells.shape).items()
    }
    if reference:
        coords[GRID_MAPPING] = ((), np.int64(0), reference)
    array = xr.DataArray(cells, dims=("y", "x"), coords=coords, attrs=attrs, name=name)
    if reference:
        array.encoding["grid_mapping"] = GRID_MAPPING
    return array


def _cf_axes(crs: CRS) -> tuple[dict[str, dict[str, str]], dict[str, Any]]:
    """Attributes of the coordinates, and of the grid mapping, by CF."""
    import pyproj

    system = pyproj.CRS.from_wkt(crs.to_wkt(version="WKT2_2019"))
    found = {axis.get("axis", ""): dict(axis) for axis in system.cs_to_cf()}
    axes = {name.lower(): found.get(name, {"axis": name}) for name in ("X", "Y")}
    wkt = crs.to_wkt()
    # rioxarray reads the first, GDAL the second.
    return axes, {**system.to_cf(), "crs_wkt": wkt, "spatial_ref": wkt}


def _centers(transform: Affine | None, shape: tuple[int, int]) -> dict[str, NDArray[np.floating]]:
    """Coordinates of pixel centers; none of a rotated grid."""
    if transform is None or transform.b != 0 or transform.d != 0:
        return {}
    rows, cols = shape
    return {
        "x": transform.c + transform.a * (np.arange(cols) + 0.5),
        "y": transform.f + transform.e * (np.arange(rows) + 0.5),
    }


def array_fill(array: xr.DataArray) -> float | None:
    """Value that marks pixels without a color, or None; NaN always does."""
    attrs = array.attrs
    listed = np.unique(np.asarray(attrs.get("nodatavals", ())))
    every = listed[0] if listed.size == 1 else None
    names = ("_FillValue", "missing_value", "nodata")
    if listed.size > 1 and not any(name in attrs for name in names):
        warnings.warn(
            "the bands of the DataArray have different nodata values (nodatavals), none of which "
            "is used; mask the array",
            GeoindexWarning,
            stacklevel=2,
        )
    fill: float | None = next((attrs[name] for name in names if name in attrs), every)
    if not isinstance(fill, int | float | np.number) or np.isnan(float(fill)):
        return None
    if array.dtype.kind in "iu":
        limits = np.iinfo(array.dtype)
        return fill if limits.min <= fill <= limits.max else None
    return fill


def array_transform(array: xr.DataArray, row: Any, col: Any) -> Affine | None:
    """Transform from the pixel-center coordinates of dimensions, else from the attributes.

    Coordinates decide, as an attribute may be that of a larger array. A single row or column has
    no step; it has that of the attribute if it lies on its raster.
    """
    declared = _declared_transform(array)
    if row not in array.coords or col not in array.coords:
        if declared is None:
            _warn_of_others(array, row, col)
        return declared
    places = [array.coords[name].values for name in (col, row)]
    if any(place.ndim != 1 or place.dtype.kind not in "iuf" for place in places):
        return declared
    steps = [_step(place) for place in places]
    if declared is not None and declared.b == declared.d == 0:
        origins = (declared.c, declared.f)
        for axis, known in enumerate((declared.a, declared.e)):
            if places[axis].size == 1:
                along = (float(places[axis][0]) - origins[axis]) / known - 0.5
                steps[axis] = known if abs(along - round(along)) <= LARGEST_STRAY else None
    dx, dy = steps
    if dx is None or dy is None:
        warnings.warn(
            "the coordinates of the DataArray are not evenly spaced, or those of one row or "
            "column have no known step: the grid has no place",
            GeoindexWarning,
            stacklevel=2,
        )
        return None
    x, y = (float(place[0]) for place in places)
    found = Affine(dx, 0, x - dx / 2, 0, dy, y - dy / 2)
    # If the attribute agrees, take it: it has all digits, and coordinates are rounded.
    return declared if declared is not None and _agree(declared, found, places) else found


def _warn_of_others(array: xr.DataArray, row: Any, col: Any) -> None:
    """Warn if coordinates of other names lie along the dimensions."""
    along = {
        name: place.dims[0]
        for name, place in array.coords.items()
        if place.dims in ((row,), (col,)) and place.dtype.kind in "iuf"
    }
    if set(along.values()) == {row, col}:
        swapped = ", ".join(f"{dim!r}: {name!r}" for name, dim in along.items())
        warnings.warn(
            f"the dimensions of the DataArray have no coordinates of their own, so the grid has "
            f"no place; if others are meant, make them those: array.swap_dims({{{swapped}}})",
            GeoindexWarning,
            stacklevel=3,
        )


def _agree(declared: Affine, found: Affine, places: list[NDArray[Any]]) -> bool:
    """Whether two transforms put the corners of an array at the same place."""
    cols, rows = (len(place) for place in places)
    return all(
        math.dist(~found @ (declared @ corner), corner) < SAME_PLACE
        for corner in ((0, 0), (cols, 0), (0, rows))
    )


def _declared_transform(array: xr.DataArray) -> Affine | None:
    """Transform of rioxarray's grid mapping, or of the attribute ``transform``."""
    text = _spatial_ref(array).get("GeoTransform")
    try:
        if text is not None:
            return Affine.from_gdal(*(float(value) for value in str(text).split()))
        if "transform" in array.attrs:
            return Affine(*(float(value) for value in tuple(array.attrs["transform"])[:6]))
    except (TypeError, ValueError):
        name = "transform" if text is None else "GeoTransform"
        found = array.attrs["transform"] if text is None else text
        raise ImageError(f"the {name} of the DataArray is damaged: {found!r}") from None
    return None


def _step(values: NDArray[Any]) -> float | None:
    """Step of coordinates that are evenly spaced up to rounding, or None."""
    if values.size < 2:
        return None
    places = values.astype(np.float64)
    step = float(places[-1] - places[0]) / (places.size - 1)
    stray = np.abs(places - (places[0] + step * np.arange(places.size))).max()
    return step if stray <= LARGEST_STRAY * abs(step) and step else None


def array_crs(array: xr.DataArray) -> CRS | None:
    """CRS from the CF grid mapping, or from an attribute of the array itself."""
    reference = _spatial_ref(array)
    text = reference.get("crs_wkt", reference.get("spatial_ref", array.attrs.get("crs_wkt")))
    try:
        # Without it, PROJ would also print its own message.
        with rasterio.Env():
            if text is not None:
                return CRS.from_wkt(str(text))
            named = array.attrs.get("crs")
            return None if named is None else CRS.from_user_input(named)
    except CRSError as error:
        raise ImageError(f"the CRS of the DataArray is damaged: {error}") from error


def _spatial_ref(array: xr.DataArray) -> dict[Any, Any]:
    """Attributes of the grid mapping coordinate, as rioxarray writes them."""
    name = array.encoding.get("grid_mapping", array.attrs.get("grid_mapping", "spatial_ref"))
    return dict(array.coords[name].attrs) if name in array.coords else {}
