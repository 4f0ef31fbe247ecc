"""Index grids as xarray DataArrays, and back.

Classes are flags by the CF conventions: ``flag_values``, ``flag_meanings`` and ``flag_colors``.
What these cannot hold, such as names with blanks, is in the attribute ``GEOINDEX``, as in image
files.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from geoindex.errors import GridError
from geoindex.files.json_text import load_json
from geoindex.grid import IndexGrid
from geoindex.grids.class_values import rows_of_values
from geoindex.grids.headers import GridHeader
from geoindex.grids.place_json import place_from_json, place_to_json
from geoindex.grids.tagged import tag_content
from geoindex.images.array_axes import array_axes
from geoindex.images.data_arrays import array_crs, array_fill, array_transform, data_array
from geoindex.images.headers import TAG
from geoindex.images.place import Place
from geoindex.palette import Palette
from geoindex.rules.indices import IndexArray, is_lazy

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["grid_from_xarray", "grid_to_xarray"]

WHERE = "the DataArray"


def grid_to_xarray(grid: IndexGrid) -> xr.DataArray:
    """DataArray of a grid; see :meth:`IndexGrid.to_xarray`."""
    palette, header = grid.palette, GridHeader.of(grid)
    labels = [palette.label(row) for row in range(len(palette))]
    attrs: dict[str, Any] = {
        "flag_values": np.arange(len(palette), dtype=grid.indices.dtype),
        "flag_meanings": " ".join("_".join(label.split()) or "_" for label in labels),
        "flag_colors": " ".join("#" + bytes(color).hex() for color in palette.shown),
        TAG: tag_content(header, place_to_json(header) if grid.gcps else {}),
    }
    if grid.nodata is not None:
        attrs["_FillValue"] = grid.indices.dtype.type(grid.nodata)
    place = Place(grid.transform, grid.crs, grid.gcps)
    return data_array(grid.indices.copy(), place, attrs=attrs, name="index")


def grid_from_xarray(array: xr.DataArray, palette: Palette | None = None) -> IndexGrid:
    """Grid of a DataArray; see :meth:`IndexGrid.from_xarray`."""
    array = array.squeeze([dim for dim, n in array.sizes.items() if n == 1 and dim == "band"])
    axes = array_axes(array)
    if array.ndim != 2 or array.dtype.kind not in "iuf":
        raise GridError(
            f"an index grid has two dimensions of numbers, found {dict(array.sizes)} of "
            f"{array.dtype}"
        )
    if axes.row is not None and axes.col is not None:
        array = array.transpose(axes.row, axes.col)
    text = array.attrs.get(TAG)
    content: dict[str, Any] = {} if text is None else load_json(str(text), f"{WHERE}, {TAG}")
    flags = _flags(array)
    if palette is None:
        palette = _palette(array, flags, content)
    numbers = _numbers(palette, flags, content)
    indices, nodata = _indices(*_unmasked(array), numbers)
    kept = place_from_json(content.get("place", {}), WHERE)
    place = {
        "transform": array_transform(array, axes.row, axes.col),
        "crs": array_crs(array),
        **kept,
    }
    return IndexGrid(
        indices=indices,
        palette=palette,
        nodata=nodata,
        provenance=content.get("provenance", {}),
        **place,
    )


def _flags(array: xr.DataArray) -> list[int] | None:
    """Values of the classes; their type may have changed in a file."""
    if "flag_values" not in array.attrs:
        return None
    flags = np.atleast_1d(np.asarray(array.attrs["flag_values"]))
    if flags.dtype.kind not in "iuf" or (flags != np.round(flags)).any():
        raise GridError(f"flag_values of {WHERE} are no whole numbers: {flags.tolist()!r:.80}")
    return [int(flag) for flag in flags.tolist()]


def _palette(array: xr.DataArray, flags: list[int] | None, content: dict[str, Any]) -> Palette:
    """Palette of the flags and the attributes that :func:`grid_to_xarray` adds."""
    colors = str(array.attrs.get("flag_colors", "")).split()
    names = content.get("names", str(array.attrs.get("flag_meanings", "")).split() or None)
    if not colors or flags is None:
        raise GridError(
            f"{WHERE} has no flag_values and flag_colors, so its classes have no colors; give "
            "palette="
        )
    if len(colors) != len(flags) or (names is not None and len(names) != len(flags)):
        raise GridError(
            f"{WHERE} has {len(flags)} flag_values, {len(colors)} flag_colors and "
            f"{len(names or ())} flag_meanings; correct its attributes, or give palette="
        )
    is_rows = flags == list(range(len(flags)))
    return Palette(
        colors,
        names,
        name=content.get("palette_name"),
        values=content.get("values") if is_rows else flags,
        roles=content.get("roles"),
    )


def _numbers(palette: Palette, flags: list[int] | None, content: dict[str, Any]) -> list[int]:
    """Find the number of each palette row in the array."""
    if flags is not None:
        if len(flags) != len(palette):
            raise GridError(
                f"{WHERE} has {len(flags)} flag_values, and the palette {len(palette)} colors"
            )
        return flags
    is_values = bool(content.get("class_values"))
    return list(palette.values or ()) if is_values else list(range(len(palette)))


def _unmasked(array: xr.DataArray) -> tuple[Any, float | None]:
    """Values as they stand in the file, and nodata; xarray masks by making them floats."""
    fill, values = array_fill(array), array.data
    if values.dtype.kind != "f" or fill is not None:
        return values, fill
    stored, fill = np.dtype(array.encoding.get("dtype", float)), array.encoding.get("_FillValue")
    if stored.kind not in "iu" or fill is None:
        return values, None

    def restore(block: NDArray[Any]) -> NDArray[Any]:
        return np.where(np.isnan(block), fill, block).astype(stored)

    if is_lazy(values):
        return values.map_blocks(restore, dtype=stored), fill
    return restore(np.asarray(values)), fill


def _indices(values: Any, fill: float | None, numbers: list[int]) -> tuple[IndexArray, int | None]:
    """Palette rows and their nodata value; those of a Dask array are computed later."""
    if values.dtype in (np.uint8, np.uint16) and numbers == list(range(len(numbers))):
        return values, None if fill is None else int(fill)
    if not is_lazy(values):
        may_be_blank = fill is not None or bool(np.isnan(values).any())
        return _rows(values, numbers, fill, has_nodata=may_be_blank)
    # The dtype must be known before the values are.
    one = np.full((1, 1), numbers[0], values.dtype)
    sample, nodata = _rows(one, numbers, fill, has_nodata=True)
    rows = partial(_lazy_rows, numbers=numbers, fill=fill)
    return values.map_blocks(rows, dtype=sample.dtype), nodata


def _lazy_rows(block: NDArray[Any], *, numbers: list[int], fill: float | None) -> IndexArray:
    return _rows(block, numbers, fill, has_nodata=True)[0]


def _rows(
    values: NDArray[Any], numbers: list[int], fill: float | None, *, has_nodata: bool
) -> tuple[IndexArray, int | None]:
    """Palette rows of numbers."""
    nodata = None
    if has_nodata:
        # One number for NaN and the nodata value.
        nodata = int(fill) if fill is not None else min(numbers) - 1
        if values.dtype.kind == "f":
            values = np.where(np.isnan(values), nodata, values)
    return rows_of_values(values, numbers, nodata, WHERE)
