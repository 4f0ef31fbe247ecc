"""The accessor ``.geoindex`` of xarray DataArrays: ``import geoindex.accessor`` registers it."""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING, Any

import xarray as xr

from geoindex.analysis.areas import AreaTable
from geoindex.grid import IndexGrid
from geoindex.indexing.image import index_image
from geoindex.palette import Palette

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from geoindex.palettes.cube import ColorCube

__all__ = ["GeoindexAccessor"]


@xr.register_dataarray_accessor("geoindex")  # type: ignore[no-untyped-call]  # of xarray
class GeoindexAccessor:
    """Map images to classes, and use arrays of classes as grids.

    Examples
    --------
    >>> import numpy as np
    >>> import xarray as xr
    >>> import geoindex.accessor
    >>> from geoindex import Palette
    >>> image = xr.DataArray(np.uint8([[[250, 1, 2], [0, 0, 9]]]), dims=("y", "x", "band"))
    >>> classes = image.geoindex.index(Palette(["red", "black"], names=["Till", "Rock"]))
    >>> classes.values
    array([[0, 1]], dtype=uint8)
    >>> classes.geoindex.grid().palette.names
    ('Till', 'Rock')
    """

    def __init__(self, array: xr.DataArray) -> None:
        self._array = array

    def index(self, palette: Palette | ColorCube | str, **options: Any) -> xr.DataArray:
        """Classes of an image; see :func:`geoindex.index_image`.

        Parameters
        ----------
        palette : Palette, ColorCube or str
        **options
            As of :func:`geoindex.index_image`.

        Returns
        -------
        xarray.DataArray
            As by :meth:`geoindex.IndexGrid.to_xarray`; lazy if the image is a Dask array.
        """
        return index_image(self._array, palette, **options).to_xarray()

    def grid(self, palette: Palette | None = None) -> IndexGrid:
        """Grid of an array of classes; see :meth:`geoindex.IndexGrid.from_xarray`."""
        return IndexGrid.from_xarray(self._array, palette)

    def areas(self, zones: xr.DataArray | None = None) -> AreaTable:
        """Areas of the classes; see :meth:`geoindex.IndexGrid.areas`."""
        return self.grid().areas(None if zones is None else IndexGrid.from_xarray(zones))

    def plot(self, **options: Any) -> Axes:
        """Draw the classes in their colors; see :meth:`geoindex.IndexGrid.plot`."""
        return self.grid().plot(**options)

    def save(self, path: str | PathLike[str], **options: Any) -> None:
        """Write the classes to a file; see :meth:`geoindex.IndexGrid.save`."""
        self.grid().compute().save(path, **options)
