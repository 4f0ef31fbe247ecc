"""Patches of a grid: pixels of one class that are connected by their sides."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geoindex.analysis.pixel_area import pixel_areas
from geoindex.errors import GridError, OptionError
from geoindex.files.memory import check_memory
from geoindex.grid import IndexGrid
from geoindex.rules.choices import check_not_negative

__all__ = ["MOST_PATCHES", "Patches", "find_patches", "merge_small_patches", "patch_unit"]

MOST_PATCHES = 2_000_000
"""Patches that fit into the memory of a usual machine as polygons."""

MOST_PIXELS = 2**31 - 1
"""Pixels that can be numbered, with the rim."""

TRACING = 14
"""Bytes a pixel for labels and sides; a speckled grid takes more."""

LARGEST_MERGED = 2**26
"""Pixels up to which patches can be merged into their neighbors."""


class Patches(NamedTuple):
    """The patches of a grid, numbered from 1; item 0 of each array stands for nodata."""

    labels: NDArray[np.int32]
    """Number of the patch of each pixel, inside a rim of one pixel of 0."""

    classes: NDArray[np.uint16]
    """Class of each patch."""

    pixels: NDArray[np.int64]
    """Pixels of each patch."""

    areas: NDArray[np.float64]
    """Area of each patch in the unit of :func:`patch_unit`."""


def patch_unit(grid: IndexGrid) -> str:
    """Name of the areas of patches: ``"km2"``, ``"area"`` in map units, or ``"pixels"``."""
    if grid.transform is None:
        return "pixels"
    return "area" if grid.crs is None else "km2"


def find_patches(grid: IndexGrid) -> Patches:
    """Find the patches of a grid, from the first pixel on.

    Raises
    ------
    GridError
        There are none or too many, or areas cannot be told (:func:`pixel_areas`).
    """
    from geoindex.analysis.patch_kernels import label_patches, measure_patches

    rows, cols = grid.shape
    of_rows = _row_areas(grid)
    indices: Any = grid.indices
    if (rows + 2) * (cols + 2) > MOST_PIXELS:
        raise GridError(
            f"a grid of {cols} x {rows} pixels is too large for polygons; cut it into parts "
            "(IndexGrid.crop)"
        )
    where = f"tracing {cols:,} x {rows:,} pixels"
    check_memory(TRACING * rows * cols, where, error=GridError, instead="cut it (IndexGrid.crop)")
    labels = np.zeros((rows + 2, cols + 2), np.int32)
    n_patches = label_patches(indices, -1 if grid.nodata is None else grid.nodata, 4, labels)
    if n_patches == 0:
        raise GridError("no pixel of the grid has a class, so there are no polygons")
    if n_patches > MOST_PATCHES:
        raise GridError(
            f"the grid has {n_patches:,} patches, too many for polygons (at most "
            f"{MOST_PATCHES:,}); recover the units of the map first (clean_grid, geoindex clean)"
        )
    classes = np.zeros(n_patches + 1, np.uint16)
    pixels, areas = np.zeros(n_patches + 1, np.int64), np.zeros(n_patches + 1)
    measure_patches(indices, labels, of_rows, classes, pixels, areas)
    if (of_rows == of_rows[0]).all():
        areas = pixels * of_rows[0]
    return Patches(labels, classes, pixels, areas)


def merge_small_patches(grid: IndexGrid, min_area: float) -> IndexGrid:
    """Merge patches below an area into the classes with the longest shared borders.

    Parameters
    ----------
    grid : IndexGrid
    min_area : float
        In the unit of :func:`patch_unit`. In degrees, where pixels differ, it is counted in pixels
        of the mean area.

    Returns
    -------
    IndexGrid
        Patches without a neighbor that is large enough, such as islands in nodata, stay.

    Raises
    ------
    OptionError
        The area is negative or not finite, or too large for this grid.
    """
    check_not_negative("min_area", min_area)
    size = np.ceil(min_area / _row_areas(grid).mean() * (1 - 1e-12))
    if size <= 1:
        return grid
    if size > min(LARGEST_MERGED, grid.indices.size):
        raise OptionError(
            f"min_area={min_area:g} ({patch_unit(grid)}) is {size:,.0f} pixels, more "
            "than can be merged; give the smallest patch that shall stay"
        )
    from geoindex.clean.speckle import merge_speckle

    classes = grid.indices.astype(np.int32)
    if grid.nodata is not None:
        classes[classes == grid.nodata] = -1
    after = np.empty_like(classes)
    while merge_speckle(classes, int(size), 4, after):
        classes, after = after, classes
    merged = grid.indices.copy()
    np.copyto(merged, classes, where=classes >= 0, casting="unsafe")
    return replace(grid, indices=merged)


def _row_areas(grid: IndexGrid) -> NDArray[np.float64]:
    """Area of a pixel of each row."""
    areas = pixel_areas(grid)
    return np.ones(grid.shape[0]) if areas is None else areas.of_rows
