"""ValueGrid: one value per pixel, with its ramp and georeference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from geoindex.errors import GridError
from geoindex.rules.indices import is_lazy, row_blocks
from geoindex.rules.place import check_fields
from geoindex.rules.texts import check_text
from geoindex.survey import Survey
from geoindex.values.ramp import Ramp
from geoindex.values.scale import ValueScale

if TYPE_CHECKING:
    from os import PathLike

    import xarray as xr
    from affine import Affine
    from matplotlib.axes import Axes
    from rasterio.control import GroundControlPoint
    from rasterio.crs import CRS

__all__ = ["ValueGrid"]


@dataclass(frozen=True, kw_only=True, eq=False)
class ValueGrid:
    """A grid of values, such as gravity or depth, with its georeference.

    Raises
    ------
    GridError
        The values are not two-dimensional floats.

    Examples
    --------
    >>> import numpy as np
    >>> from geoindex import ValueGrid
    >>> grid = ValueGrid(values=np.float32([[1.5, np.nan], [2.5, 3.5]]), unit="mGal")
    >>> grid.valid
    array([[ True, False],
           [ True,  True]])
    >>> grid
    ValueGrid(2 x 2 float32, 1.5 to 3.5 mGal)
    """

    values: NDArray[np.float32]
    """Shape (rows, cols), row 0 at the top; NaN where there is no value. float32: other floats
    are converted. May be a Dask array."""

    transform: Affine | None = None
    """Affine transform from (column, row) of pixel corners to map coordinates, or None."""

    crs: CRS | None = None
    """Coordinate reference system of `transform` or `gcps`, or None."""

    gcps: tuple[GroundControlPoint, ...] = ()
    """Ground control points, if these replace a transform."""

    unit: str | None = None
    """Unit of the values, such as ``"mGal"``, or None."""

    ramp: Ramp | None = None
    """Colors of the picture that the values were read from, or None."""

    scale: ValueScale | None = None
    """Values along the ramp, or None."""

    band: NDArray[np.float32] | None = None
    """Half of the range of values that the color of a pixel can mean, same shape; None if it was
    not asked for. A Dask array if the values are one. It is not written to files."""

    filled: NDArray[np.bool_] | None = None
    """True where a value was filled in from its surroundings, same shape; None if none was. A
    Dask array if the values are one. It is not written to files."""

    provenance: Mapping[str, Any] = field(default_factory=dict)
    """How the grid was made, as JSON values; ``provenance["reading"]`` is the report of
    :func:`geoindex.image_values`."""

    def __post_init__(self) -> None:
        values: Any = self.values
        if not (isinstance(values, np.ndarray) or self.is_lazy) or values.dtype.kind != "f":
            found = getattr(values, "dtype", type(values).__name__)
            raise GridError(f"values must be an array of floats, found {found}")
        if values.ndim != 2 or values.size == 0:
            raise GridError(f"values must have the shape (rows, cols), found {values.shape}")
        if values.dtype != np.float32:
            object.__setattr__(self, "values", values.astype(np.float32))
        for name in ("band", "filled"):
            other = getattr(self, name)
            if other is not None and other.shape != values.shape:
                raise GridError(f"{name} must have the shape {values.shape}, found {other.shape}")
        check_text(self.unit, "unit", GridError)
        check_fields(self.transform, self.crs, self.provenance, self.shape)

    @property
    def shape(self) -> tuple[int, int]:
        """Number of rows and columns."""
        rows, cols = self.values.shape
        return rows, cols

    @property
    def is_lazy(self) -> bool:
        """Whether the values are a Dask array."""
        return is_lazy(self.values)

    def compute(self) -> ValueGrid:
        """Grid with its values, band and mask in memory; the same grid if they already are.

        Returns
        -------
        ValueGrid
        """
        if not self.is_lazy:
            return self
        import dask

        values, band, filled = dask.compute(self.values, self.band, self.filled)
        return replace(self, values=values, band=band, filled=filled)

    def strips(self, n_pixels: int = 2**22) -> Iterator[tuple[slice, NDArray[np.float32]]]:
        """Iterate over the values from top to bottom, in blocks of rows.

        Parameters
        ----------
        n_pixels : int
            Approximate pixels per block. A Dask array is read by its own chunks.

        Yields
        ------
        slice
            Rows of the block.
        ndarray of float32, shape (rows of the slice, cols)
        """
        yield from row_blocks(self.values, n_pixels)

    @property
    def valid(self) -> NDArray[np.bool_]:
        """Mask of shape (rows, cols), True where a pixel has a value."""
        known: NDArray[np.bool_] = np.logical_not(np.isnan(np.asarray(self.values)))
        return known

    @property
    def value_range(self) -> tuple[float, float] | None:
        """Lowest and highest value, or None where there is none."""
        low, high = np.inf, -np.inf
        for _, values in self.strips():
            known = values[~np.isnan(values)]
            if known.size:
                low, high = min(low, float(known.min())), max(high, float(known.max()))
        return (low, high) if low <= high else None

    def plot(self, ax: Axes | None = None, *, colorbar: bool = True) -> Axes:
        """Draw the grid in the colors of its ramp; pixels without a value are transparent.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Axes to draw on; by default those of a new figure.
        colorbar : bool
            Draw the ramp with its values beside the map.

        Returns
        -------
        matplotlib.axes.Axes
        """
        from geoindex.files.door import plot_values

        return plot_values(self.compute(), ax=ax, colorbar=colorbar)

    def save(
        self,
        path: str | PathLike[str],
        *,
        overwrite: bool = False,
        format: str | None = None,  # noqa: A002  as matplotlib spells it
    ) -> None:
        """Write the values to a file; the suffix picks the format.

        Parameters
        ----------
        path : path-like
            ``.tif`` (float32, nodata NaN), ``.npy`` (with a JSON sidecar ``<path>.json``),
            ``.asc`` (ESRI), ``.irap``, ``.zmap``, ``.grd`` (Surfer), ``.cps3`` (experimental),
            ``.xyz``, ``.xya`` (DUG), and ``.ijxyz`` and ``.dat`` (OpendTect) for grids on a
            survey. :func:`geoindex.open_values` reads them back.
        overwrite : bool
            Replace an existing file.
        format : str, optional
            Key or suffix of a format to use instead of that of `path`, such as ``"surfer7"``.

        Raises
        ------
        OptionError
            The format is unknown.
        OutputError
            The suffix is unknown, the file exists, the folder is not writable, or the format
            cannot store the grid, for instance because it is rotated or a value is its nodata.
        """
        from geoindex.files.door import save_values

        save_values(self, path, overwrite=overwrite, format=format)

    def resample(
        self,
        survey: Survey,
        *,
        pad: int | tuple[int, int] = 0,
        step: int | tuple[int, int] | None = None,
    ) -> ValueGrid:
        """Resample the grid to the inlines and crosslines of a survey.

        Parameters
        ----------
        survey, pad, step
            As in :meth:`IndexGrid.resample`.

        Returns
        -------
        ValueGrid
            Each bin has the value of the pixel at its center; NaN outside the grid.

        Raises
        ------
        SurveyError
            No bin lies on the grid, or `pad` or `step` is wrong.
        GridError
            The grid has no transform.
        """
        from geoindex.files.door import resample_values

        return resample_values(self, survey, pad=pad, step=step)

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
            Dimensions y and x, with pixel-center coordinates unless the transform is rotated;
            attributes ``units`` and ``crs_wkt``.
        """
        from geoindex.files.door import values_to_xarray

        return values_to_xarray(self)

    def __repr__(self) -> str:
        size = " x ".join(map(str, self.shape))
        if self.is_lazy:
            return f"ValueGrid({size} float32, not computed)"
        found = self.value_range
        text = "no values" if found is None else f"{found[0]:g} to {found[1]:g}"
        return f"ValueGrid({size} float32, {text}{f' {self.unit}' if self.unit else ''})"
