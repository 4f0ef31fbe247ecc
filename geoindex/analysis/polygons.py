"""Polygons of the classes of a grid."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from geoindex.analysis.areas import class_facts
from geoindex.analysis.outlines import trace_outlines
from geoindex.analysis.patches import find_patches, merge_small_patches, patch_unit
from geoindex.analysis.smoothing import smooth_polygons, stepped_polygons
from geoindex.analysis.vector import vector_library
from geoindex.color.threads import Progress
from geoindex.errors import GeoindexWarning, GridError
from geoindex.grid import IndexGrid, check_grid
from geoindex.palette import Palette

if TYPE_CHECKING:
    from affine import Affine
    from geopandas import GeoDataFrame
    from rasterio.crs import CRS

__all__ = ["ClassPolygons", "class_polygons", "grid_polygons", "polygon_frame"]

SPECK = 10
"""Pixels below which a patch is a speck."""

MANY_SPECKS = 500
"""Specks from which on, if they are most of the patches, the map needs recovery first."""

STEPS = 3
"""Steps of the work, for the progress."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ClassPolygons:
    """Polygons of patches, or of classes, before they go into a table or a file."""

    geometry: NDArray[Any]
    """Of shapely.Polygon, or MultiPolygon where each is a whole class."""

    classes: NDArray[np.int64]
    """Palette row of each."""

    areas: NDArray[np.float64]
    """Area of the pixels of each."""

    unit: str
    """Name of the areas: ``"km2"``, ``"area"`` in squares of map units, or ``"pixels"``."""

    palette: Palette
    """The classes."""

    crs: CRS | None
    """Reference system of the coordinates."""

    def columns(self) -> dict[str, NDArray[Any]]:
        """Attributes of the polygons: ``index``, ``value``, ``name``, ``color`` and the area."""
        facts = [class_facts(self.palette, row) for row in range(len(self.palette))]
        columns: dict[str, NDArray[Any]] = {}
        for key in facts[0]:
            kind = object if isinstance(facts[0][key], str) else np.int32
            columns[key] = np.array([fact[key] for fact in facts], kind)[self.classes]
        return columns | {self.unit: self.areas}


def class_polygons(
    grid: IndexGrid,
    *,
    dissolve: bool = False,
    exact: bool = False,
    min_area: float = 0,
    progress: Progress | None = None,
) -> ClassPolygons:
    """Trace the classes of a grid; see :func:`grid_polygons`."""
    check_grid(grid)
    vector_library("shapely")
    advance = progress or (lambda _done, _total: None)
    transform = _transform(grid)
    grid = merge_small_patches(grid.compute(), min_area)
    patches = find_patches(grid)
    _warn_of_specks(patches.pixels[1:])
    advance(1, STEPS)
    outlines = trace_outlines(patches.labels, len(patches.classes) - 1)
    classes, areas = patches.classes[1:].astype(np.int64), patches.areas[1:]
    del patches
    advance(2, STEPS)
    trace = stepped_polygons if exact else smooth_polygons
    geometry = trace(outlines, transform)
    if dissolve:
        geometry, classes, areas = _dissolved(geometry, classes, areas)
    advance(3, STEPS)
    return ClassPolygons(
        geometry=geometry,
        classes=classes,
        areas=areas,
        unit=patch_unit(grid),
        palette=grid.palette,
        crs=grid.crs,
    )


def grid_polygons(
    grid: IndexGrid,
    *,
    dissolve: bool = False,
    exact: bool = False,
    min_area: float = 0,
    progress: Progress | None = None,
) -> GeoDataFrame:
    """Polygons of the classes of a grid; needs ``geoindex-raster[vector]``.

    Neighbors share their borders, so that polygons neither overlap nor leave gaps, and each has
    the area of its pixels. Borders to nodata and the rim of the grid are left as they are.

    Parameters
    ----------
    grid : IndexGrid
    dissolve : bool
        One feature per class, instead of one per patch of connected pixels.
    exact : bool
        Borders along the sides of the pixels. By default they are smoothed: they stay within
        about a pixel of these, and junctions stay in place.
    min_area : float
        Merge smaller patches into the neighbor with the longest shared border; in km2, in squares
        of map units for a grid without a CRS, in pixels for one without a transform. Patches
        without a neighbor that is large enough, such as islands in nodata, stay.
    progress : callable, optional
        Called with (steps done, steps in all).

    Returns
    -------
    geopandas.GeoDataFrame
        Columns ``index``, ``value`` if the palette has class values, ``name``, ``color``, and
        ``km2`` (``area`` without a CRS, ``pixels`` without a transform) of the pixels, as
        :meth:`IndexGrid.areas` measures them. A grid without a transform has its columns as x and
        its rows, counted downward, as negative y.

    Raises
    ------
    GridError
        No pixel has a class, there are too many patches, the grid has ground control points
        instead of a transform, or it is in degrees and rotated.
    OptionError
        `min_area` is negative, or too large.
    GeoindexError
        A library is not installed.

    Warns
    -----
    GeoindexWarning
        Most patches are specks.

    Examples
    --------
    >>> import numpy as np
    >>> from geoindex import IndexGrid, Palette, grid_polygons
    >>> grid = IndexGrid(
    ...     indices=np.uint8([[0, 0, 1], [0, 1, 1]]),
    ...     palette=Palette(["tan", "khaki"], names=["till", "clay"]),
    ... )
    >>> grid_polygons(grid, exact=True)[["name", "pixels"]]
       name  pixels
    0  till     3.0
    1  clay     3.0
    """
    vector_library("geopandas")
    polygons = class_polygons(
        grid, dissolve=dissolve, exact=exact, min_area=min_area, progress=progress
    )
    return polygon_frame(polygons)


def polygon_frame(polygons: ClassPolygons) -> GeoDataFrame:
    """Table of polygons."""
    import pyproj

    geopandas = vector_library("geopandas")
    crs = None
    if polygons.crs is not None:
        # The PROJ of another library may spell the same system in another way.
        code = polygons.crs.to_epsg(confidence_threshold=100)
        wkt = polygons.crs.to_wkt(version="WKT2_2019")
        crs = pyproj.CRS.from_wkt(wkt) if code is None else pyproj.CRS.from_epsg(code)
    frame: GeoDataFrame = geopandas.GeoDataFrame(
        polygons.columns(), geometry=polygons.geometry, crs=crs
    )
    return frame


def _transform(grid: IndexGrid) -> Affine:
    """From columns and rows to map coordinates."""
    from affine import Affine

    if grid.transform is None and grid.gcps:
        raise GridError(
            "the grid has ground control points instead of a transform; warp it first (gdalwarp "
            "-r near)"
        )
    # As QGIS places a raster that has no place.
    return Affine.scale(1, -1) if grid.transform is None else grid.transform


def _warn_of_specks(pixels: NDArray[np.int64]) -> None:
    """Warn if most patches are specks, as on a map that is not cleaned."""
    specks = int((pixels < SPECK).sum())
    if specks >= MANY_SPECKS and specks > len(pixels) / 2:
        warnings.warn(
            f"{specks:,} of {len(pixels):,} patches are specks of fewer than {SPECK} pixels; "
            "recover the units of the map first (clean_grid, geoindex clean), or merge "
            "specks (min_area=)",
            GeoindexWarning,
            stacklevel=3,
        )


def _dissolved(
    geometry: NDArray[Any], classes: NDArray[np.int64], areas: NDArray[np.float64]
) -> tuple[NDArray[Any], NDArray[np.int64], NDArray[np.float64]]:
    """Put the polygons of each class together."""
    import shapely

    order = np.argsort(classes, kind="stable")
    found, of_class = np.unique(classes[order], return_inverse=True)
    parts: NDArray[Any] = shapely.multipolygons(geometry[order], indices=of_class)
    sums: NDArray[np.float64] = np.bincount(of_class, weights=areas[order]).astype(np.float64)
    return parts, found, sums
