"""Georeferenced parts of a grid, and equality of grids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from geoindex.errors import GridError, OptionError
from geoindex.grid import IndexGrid
from geoindex.rules.box import (
    Region,
    moved_points,
    moved_transform,
    region_of_box,
    region_of_map_box,
)

__all__ = ["crop_grid", "grid_part", "same_grids"]


def crop_grid(
    grid: IndexGrid, box: Sequence[float] | None, *, map_box: Sequence[float] | None
) -> IndexGrid:
    """Cut a box out of a grid; see :meth:`geoindex.IndexGrid.crop`."""
    if box is not None and map_box is None:
        return _part(grid, region_of_box(box, grid.shape))
    if map_box is not None and box is None:
        return _part(grid, region_of_map_box(map_box, grid.shape, grid.transform))
    raise OptionError("give box, in pixels, or map_box, in map coordinates")


def grid_part(grid: IndexGrid, part: Any) -> IndexGrid:
    """Rows and columns of a grid, as ``grid[100:200, 50:80]``.

    Raises
    ------
    GridError
        Something else than one or two slices without steps, or nothing is left.
    """
    slices = part if isinstance(part, tuple) else (part,)
    if not 1 <= len(slices) <= 2 or not all(isinstance(one, slice) for one in slices):
        raise GridError(
            f"a part of a grid is rows and columns such as grid[100:200, 50:80], found {part!r}; "
            "for single values use grid.indices"
        )
    bounds = []
    for one, n in zip((*slices, slice(None))[:2], grid.shape, strict=True):
        start, stop, step = one.indices(n)
        if step != 1:
            raise GridError("a part of a grid has no steps; for every nth pixel use grid.indices")
        if start >= stop:
            raise GridError(f"{one.start}:{one.stop} holds none of {n} rows or columns")
        bounds.append(slice(start, stop))
    return _part(grid, (bounds[0], bounds[1]))


def same_grids(one: IndexGrid, other: IndexGrid) -> bool:
    """Whether indices, palette, nodata and place of two grids are the same."""
    same = (
        one.shape == other.shape
        and one.nodata == other.nodata
        and one.palette == other.palette
        and one.transform == other.transform
        and one.crs == other.crs
        and _points(one) == _points(other)
    )
    return same and all(
        np.array_equal(indices, np.asarray(other.indices[rows])) for rows, indices in one.bands()
    )


def _points(grid: IndexGrid) -> list[tuple[Any, ...]]:
    return [(point.row, point.col, point.x, point.y, point.z) for point in grid.gcps]


def _part(grid: IndexGrid, region: Region) -> IndexGrid:
    return replace(
        grid,
        indices=grid.indices[region],
        transform=moved_transform(grid.transform, region),
        gcps=moved_points(grid.gcps, region),
    )
