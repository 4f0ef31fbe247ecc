"""IndexGrid: one palette index per pixel, with palette and georeference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from geoindex.class_array import ClassArray
from geoindex.errors import GridError
from geoindex.rules.place import check_fields
from geoindex.survey import Survey

if TYPE_CHECKING:
    from os import PathLike

    import xarray as xr
    from affine import Affine
    from matplotlib.axes import Axes
    from matplotlib.colors import ListedColormap
    from numpy.typing import DTypeLike
    from rasterio.control import GroundControlPoint
    from rasterio.crs import CRS

    from geoindex.analysis.areas import AreaTable
    from geoindex.palette import Palette

__all__ = ["IndexGrid", "LegendOrder", "Resampling", "check_grid"]

LegendOrder = Literal["palette", "area"]
"""Order of the classes in a legend: that of the palette, or largest area first."""

Resampling = Literal["nearest", "mode"]
"""``"nearest"``: the pixel at the bin center; ``"mode"``: the commonest class of the bin."""


@dataclass(frozen=True, kw_only=True, eq=False)
class IndexGrid(ClassArray):
    """A grid of palette indices with its palette and georeference.

    Raises
    ------
    GridError
        The indices are not two-dimensional uint8 or uint16, an index is neither a palette row
        nor nodata, or nodata is a palette row.

    Examples
    --------
    >>> import numpy as np
    >>> from geoindex import IndexGrid, Palette
    >>> grid = IndexGrid(
    ...     indices=np.array([[0, 1], [1, 255]], dtype=np.uint8),
    ...     palette=Palette([[0, 0, 0], [255, 255, 0]]),
    ...     nodata=255,
    ... )
    >>> grid.counts()
    array([1, 2])
    >>> grid.valid
    array([[ True,  True],
           [ True, False]])
    """

    transform: Affine | None = None
    """Affine transform from (column, row) of pixel corners to map coordinates, or None."""

    crs: CRS | None = None
    """Coordinate reference system of `transform` or `gcps`, or None."""

    gcps: tuple[GroundControlPoint, ...] = ()
    """Ground control points, if these replace a transform."""

    provenance: Mapping[str, Any] = field(default_factory=dict)
    """How the grid was made (metric, palette hash, version, options), as JSON values."""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_fields(self.transform, self.crs, self.provenance, self.shape)

    def compute(self) -> IndexGrid:
        """Grid with its indices in memory; the same grid if they already are.

        Returns
        -------
        IndexGrid
        """
        return replace(self, indices=np.asarray(self.indices)) if self.is_lazy else self

    def colormap(self) -> ListedColormap:
        """Matplotlib colormap of the palette; see :meth:`Palette.colormap`."""
        return self.palette.colormap()

    def plot(
        self,
        ax: Axes | None = None,
        *,
        legend: bool | None = None,
        title: str | None = None,
        order: LegendOrder = "palette",
        max_classes: int | None = None,
    ) -> Axes:
        """Draw the grid in its palette colors; nodata is transparent.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Axes to draw on; by default those of a new figure.
        legend : bool, optional
            Show the classes beside the map. By default shown if the palette has names.
        title : str, optional
            Title of the map.
        order : {"palette", "area"}
            Order of the classes in the legend: that of the palette, or largest area first.
        max_classes : int, optional
            Most classes that the legend lists; its last row sums up the others. By default as
            many as fit beside the map.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        OptionError
            The order is unknown, or `max_classes` is below 1.
        """
        from geoindex.files.door import plot_grid

        return plot_grid(
            self.compute(),
            ax=ax,
            legend=legend,
            title=title,
            order=order,
            max_classes=max_classes,
        )

    def areas(self, zones: IndexGrid | None = None) -> AreaTable:
        """Measure how much of the map each class covers.

        Parameters
        ----------
        zones : IndexGrid, optional
            Measure each of its classes apart; it must lie at the same place.

        Returns
        -------
        AreaTable
            Pixels, share and square kilometers of each class; ``.rows()``, ``.save("areas.csv")``.
            In a projected CRS every pixel has the same area; in a geographic one that of its row
            on the ellipsoid; without a CRS areas are squares of map units.

        Raises
        ------
        GridError
            The grids do not lie on each other, or a grid in degrees is rotated.
        """
        from geoindex.files.door import grid_areas

        return grid_areas(self, zones)

    def crop(
        self, box: Sequence[float] | None = None, *, map_box: Sequence[float] | None = None
    ) -> IndexGrid:
        """Part of the grid, at its place on the map; ``grid[100:200, 50:80]`` is short for it.

        Parameters
        ----------
        box : sequence of four int, optional
            Left, top, right and bottom in pixels, right and bottom exclusive.
        map_box : sequence of four float, optional
            West, south, east and north on the map: the pixels whose centers lie inside.

        Returns
        -------
        IndexGrid

        Raises
        ------
        OptionError
            The box is not inside the grid, or not one of the two boxes is given.
        GridError
            The grid has no transform, or is rotated, and `map_box` is given.
        """
        from geoindex.files.door import crop_grid

        return crop_grid(self, box, map_box=map_box)

    def __getitem__(self, part: tuple[slice, slice] | slice) -> IndexGrid:
        """Rows and columns as a grid at their place on the map; steps must be 1."""
        from geoindex.files.door import grid_part

        return grid_part(self, part)

    def __eq__(self, other: object) -> bool:
        """Whether indices, palette, nodata and place are the same; provenance is left out."""
        if not isinstance(other, IndexGrid):
            return NotImplemented
        from geoindex.files.door import same_grids

        return same_grids(self, other)

    def __hash__(self) -> int:
        return hash((self.shape, self.palette, self.nodata))

    def save(
        self,
        path: str | PathLike[str],
        *,
        overwrite: bool = False,
        values: bool = False,
        first: int | None = None,
        nodata: int | None = None,
        dtype: DTypeLike | None = None,
        style: str | Sequence[str] | None = None,
        format: str | None = None,  # noqa: A002  as matplotlib spells it
    ) -> None:
        """Write the grid to a file; the suffix picks the format.

        Parameters
        ----------
        path : path-like
            ``.npy`` (with a JSON sidecar ``<path>.json``), ``.tif``, ``.png``, or, with a
            legend ``<path>.legend.csv``, ``.asc`` (ESRI), ``.irap``, ``.zmap``, ``.grd``
            (Surfer), ``.cps3`` (experimental), ``.xyz``, ``.xya`` (DUG), and ``.ijxyz``
            and ``.dat`` (OpendTect) for grids on a survey.
        overwrite : bool
            Replace an existing file.
        values : bool
            Write the class values of the palette (:attr:`Palette.values`) instead of its row
            numbers. :func:`geoindex.open_grid` converts all numbers back to rows.
        first : int, optional
            Number of the first class, by default 0; the others follow in the order of the
            palette. With ``first=1, nodata=0``, classes count from 1 and 0 is nodata. The
            numbers become the class values of the file's palette.
        nodata : int, optional
            Number of nodata, such as 0 or -9999; by default the largest that is free. For
            ``.npy``, ``.tif``, ``.png`` and ``.asc``.
        dtype : {"uint8", "uint16", "int16", "int32"}, optional
            Type of the pixels; by default the smallest that holds all numbers. For ``.npy``
            and ``.tif``.
        style : {"qml", "clr"} or sequence of them, optional
            Also write a style of the same stem, which QGIS (``.qml``) or ArcGIS (``.clr``)
            applies by itself, beside ``.tif``, ``.png`` or ``.asc``. It would be applied to other
            rasters of this stem, too, so where one lies there, name the style twice.
        format : str, optional
            Key or suffix of a format to use instead of that of `path`: ``"surfer7"`` for
            ``.grd``, ``"zmap"`` for ``.dat``; see :data:`geoindex.grids.formats.FORMATS`.

        Raises
        ------
        OptionError
            The format is unknown, or a number is taken or does not fit into the dtype.
        OutputError
            The suffix is unknown, the file exists, the folder is not writable, or the format
            cannot store the grid, for instance because it is rotated.
        """
        from geoindex.files.door import save_grid

        numbers = {"values": values, "first": first, "nodata": nodata, "dtype": dtype}
        save_grid(self, path, overwrite=overwrite, style=style, format=format, **numbers)

    def resample(
        self,
        survey: Survey,
        *,
        method: Resampling = "nearest",
        pad: int | tuple[int, int] = 0,
        step: int | tuple[int, int] | None = None,
    ) -> IndexGrid:
        """Resample the grid to the inlines and crosslines of a survey.

        Parameters
        ----------
        survey : Survey
            Target survey. If its CRS differs from the grid's, bin coordinates are projected
            with PROJ; if one has no CRS, it is assumed to be that of the other, with a warning.
            Longitudes count around the globe: -175 is 185 on a map from 170 to 190.
        method : {"nearest", "mode"}
            ``"nearest"``: the pixel at the bin center. ``"mode"``: the commonest class in the
            bin, which removes specks but also thin lines; nodata if over half of the bin has
            no class.
        pad : int or two int
            Bins to add on every side, or for inlines and crosslines.
        step : int or two int, optional
            Step of the line numbers, a multiple of the survey's own.

        Returns
        -------
        IndexGrid
            Rows are inlines, columns crosslines, with the survey's transform; nodata outside the
            grid. ``provenance["resampled"]`` holds the ``outside_share`` of the bins, the
            ``changed_share`` that ``"mode"`` changed, and PROJ's ``operation`` and its
            ``accuracy`` in meters, None if unknown.

        Warns
        -----
        GeoindexWarning
            One of grid and survey has no CRS, or the accuracy of the projection is unknown.

        Raises
        ------
        SurveyError
            No bin lies on the grid, or `pad` or `step` is wrong.
        GridError
            The grid has no transform.
        OptionError
            The method is unknown.

        Examples
        --------
        >>> import numpy as np
        >>> from affine import Affine
        >>> from geoindex import IndexGrid, Palette, Survey
        >>> grid = IndexGrid(
        ...     indices=np.array([[0, 1], [1, 0]], dtype=np.uint8),
        ...     palette=Palette([[0, 0, 0], [255, 255, 0]]),
        ...     nodata=255,
        ...     transform=Affine(10, 0, 500, 0, -10, 720),
        ... )
        >>> survey = Survey(inlines=(1, 2), crosslines=(1, 3), x=(495, 0, 10), y=(695, 10, 0))
        >>> grid.resample(survey).indices
        array([[  1,   0, 255],
               [  0,   1, 255]], dtype=uint8)
        """
        from geoindex.files.door import resample

        return resample(self, survey, method=method, pad=pad, step=step)

    @property
    def survey(self) -> Survey | None:
        """Survey whose inlines and crosslines are the rows and columns; see :meth:`resample`."""
        from geoindex.files.door import survey_of

        return survey_of(self.provenance, self.shape, self.transform)

    def to_xarray(self) -> xr.DataArray:
        """Copy the grid into an xarray DataArray; needs ``geoindex-raster[xarray]``.

        Returns
        -------
        xarray.DataArray
            Dimensions y and x, with pixel-center coordinates unless the transform is rotated, and
            the CRS as rioxarray has it. Attributes hold ``flag_values``, ``flag_meanings`` and
            ``_FillValue`` by the CF conventions, and the colors. Dask indices stay lazy. Open a
            NetCDF or Zarr of it with ``decode_coords="all", mask_and_scale=False``.
        """
        from geoindex.files.door import grid_to_xarray

        return grid_to_xarray(self)

    @staticmethod
    def from_xarray(array: xr.DataArray, palette: Palette | None = None) -> IndexGrid:
        """Grid of a DataArray, such as :meth:`to_xarray` gives.

        Parameters
        ----------
        array : xarray.DataArray
            Two dimensions of whole numbers; NaN and ``_FillValue`` have no class. Its attribute
            ``flag_values`` says which numbers stand for classes, by default palette rows. A Dask
            array is not computed.
        palette : Palette, optional
            By default that of ``flag_colors`` and ``flag_meanings``.

        Returns
        -------
        IndexGrid

        Raises
        ------
        GridError
            There are no colors, or a number is that of no class.
        """
        from geoindex.files.door import grid_from_xarray

        return grid_from_xarray(array, palette)

    def __repr__(self) -> str:
        size = " x ".join(map(str, self.shape))
        return f"IndexGrid({size} {self.indices.dtype}, {self.palette!r}, nodata={self.nodata})"

    def _repr_html_(self) -> str:
        """Small picture and a table of the classes, for notebooks."""
        from geoindex.files.door import grid_html

        return grid_html(self)


def check_grid(grid: object, name: str = "grid") -> None:
    """Raise GridError if an argument is no grid, such as the path of one."""
    if not isinstance(grid, IndexGrid):
        raise GridError(
            f"{name} must be an IndexGrid, found {grid!r}; open_grid(path) opens a file"
        )
