"""Dimensions of a DataArray: which are rows, columns and bands, and what each band holds."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoindex.errors import ImageError

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Axes", "array_axes"]

BAND_NAMES = {
    "band", "bands", "channel", "channels", "rgb", "rgba", "c", "color", "colour"
}  # fmt: skip
ROW_NAMES = {
    "y", "yc", "lat", "latitude", "rlat", "north", "northing", "northings", "row", "rows",
    "projection_y_coordinate", "grid_latitude",
}  # fmt: skip
COLUMN_NAMES = {
    "x", "xc", "lon", "longitude", "rlon", "east", "easting", "eastings", "col", "cols", "column",
    "columns", "projection_x_coordinate", "grid_longitude",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Axes:
    """Dimensions of a DataArray by their meaning; None if unknown."""

    row: Hashable | None
    """Dimension of the rows."""

    col: Hashable | None
    """Dimension of the columns."""

    band: Hashable | None
    """Dimension of the bands."""

    labels: Sequence[object] = ()
    """Label of each band."""


def array_axes(array: xr.DataArray, channel_axis: int | None = None) -> Axes:
    """Find the dimensions of an image by their names and CF attributes.

    Parameters
    ----------
    array : xarray.DataArray
    channel_axis : int, optional
        Axis of the bands, whatever the name of its dimension.

    Raises
    ------
    ImageError
        A dimension beside rows and columns holds no bands, such as a time axis.
    """
    band: Hashable | None
    row = _find(array, ROW_NAMES, "Y")
    col = _find(array, COLUMN_NAMES, "X")
    if channel_axis is None:
        band = _find(array, BAND_NAMES, "")
    else:
        band = array.dims[channel_axis] if -array.ndim <= channel_axis < array.ndim else None
    rest = [dim for dim in array.dims if dim not in (row, col, band)]
    # The last unknown dimension follows from the others.
    if len(rest) == 1 and (array.ndim == 2 or band is not None):
        if row is None and col is not None:
            row, rest = rest[0], []
        elif col is None and row is not None:
            col, rest = rest[0], []
    if row is not None and col is not None and rest:
        raise ImageError(
            f"the dimension {rest[0]!r} of the DataArray holds no bands; take one step of it, "
            f"such as .isel({rest[0]}=0), or rename it to 'band'"
        )
    labels = () if band is None else _labels(array, band)
    return Axes(row=row, col=col, band=band, labels=labels)


def _find(array: xr.DataArray, names: set[str], axis: str) -> Hashable | None:
    """Dimension with one of some names, or with CF's attribute for an axis."""
    for dim in array.dims:
        if str(dim).lower() in names:
            return dim
    for dim in array.dims:
        attrs = array.coords[dim].attrs if dim in array.coords else {}
        if attrs.get("axis") == axis or str(attrs.get("standard_name")) in names:
            return dim
    return None


def _labels(array: xr.DataArray, band: Hashable) -> Sequence[object]:
    """Labels of the bands: their coordinates, rioxarray's band names, or the dimension's name."""
    n_bands = array.sizes[band]
    if band in array.coords and array.coords[band].dtype.kind in "UOST":
        return [str(label) for label in array.coords[band].values]
    names = array.attrs.get("long_name")
    if isinstance(names, list | tuple) and len(names) == n_bands:
        return list(names)
    if str(band).lower() in ("rgb", "rgba") and len(str(band)) == n_bands:
        return list(str(band).lower())
    return [""] * n_bands
