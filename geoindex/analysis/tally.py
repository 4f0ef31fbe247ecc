"""Pixels and areas of classes, and of pairs of classes, counted row by row."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geoindex.analysis.pixel_area import PixelAreas, pixel_areas
from geoindex.errors import GridError
from geoindex.grid import IndexGrid, check_grid
from geoindex.rules.plane import Floats

__all__ = ["Tally", "check_same_place", "tally"]

SAME_PLACE = 0.01
"""Share of a pixel by which the corners of two grids may differ."""

BAND_PIXELS = 2**20

MOST_PAIRS = 2**24


class Tally(NamedTuple):
    """Pixels and areas of each pair of classes; the last row and column are those of nodata."""

    pixels: NDArray[np.int64]
    """Shape (classes of the first grid + 1, classes of the second + 1)."""

    areas: NDArray[np.float64] | None
    """The same shape; None for grids without a transform."""

    unit: str | None
    """Unit of the areas: ``"km2"`` or ``"map units"``."""


def tally(first: IndexGrid, second: IndexGrid | None = None) -> Tally:
    """Count the pixels, and add up the areas, of pairs of classes.

    Parameters
    ----------
    first, second : IndexGrid
        Grids at the same place; without the second all pixels belong to one class.

    Raises
    ------
    GridError
        The grids do not lie on each other, or areas cannot be told (:func:`pixel_areas`).
    """
    if second is not None:
        check_same_place(first, second)
    check_grid(first)
    areas = pixel_areas(first)
    n_first = len(first.palette) + 1
    n_second = 2 if second is None else len(second.palette) + 1
    n_pairs = n_first * n_second
    if n_pairs > MOST_PAIRS:
        raise GridError(
            f"{n_first - 1:,} and {n_second - 1:,} classes make too many pairs to count; merge "
            "classes first"
        )
    # Of each row, where they differ.
    of_rows = None if areas is None or np.ptp(areas.of_rows) == 0 else areas.of_rows
    sums = np.zeros(n_pairs)
    if second is None and of_rows is None:
        counts = first.counts()
        pixels = np.zeros(n_pairs, np.int64)
        pixels[::n_second] = [*counts, math.prod(first.shape) - counts.sum()]
    else:
        pixels, sums = _counted(first, second, of_rows, (n_first, n_second))
    if of_rows is None and areas is not None:
        sums = pixels * areas.of_rows[0]
    return _shaped(pixels, sums, areas, (n_first, n_second))


def _counted(
    first: IndexGrid, second: IndexGrid | None, of_rows: Floats | None, shape: tuple[int, int]
) -> tuple[NDArray[np.int64], Floats]:
    """Pixels of each pair of classes, and the sum of their areas where rows differ in these."""
    n_pairs, n_second = math.prod(shape), shape[1]
    pixels, sums = np.zeros(n_pairs, np.int64), np.zeros(n_pairs)
    for rows, indices in first.bands(BAND_PIXELS):
        pairs = _classes(indices, first) * n_second
        if second is not None:
            pairs += _classes(np.asarray(second.indices[rows]), second)
        if of_rows is None:
            pixels += np.bincount(pairs.ravel(), minlength=n_pairs)
            continue
        for row, area in zip(pairs, of_rows[rows], strict=True):
            counts = np.bincount(row, minlength=n_pairs)
            pixels += counts
            sums += counts * area
    return pixels, sums


def _classes(indices: NDArray[np.generic], grid: IndexGrid) -> NDArray[np.intp]:
    """Palette rows; the number of classes stands for nodata."""
    n_classes = len(grid.palette)
    table = np.arange(int(np.iinfo(grid.indices.dtype).max) + 1, dtype=np.intp)
    if grid.nodata is not None:
        table[grid.nodata] = n_classes
    classes: NDArray[np.intp] = table[indices]
    return classes


def _shaped(
    pixels: NDArray[np.int64],
    sums: NDArray[np.float64],
    areas: PixelAreas | None,
    shape: tuple[int, int],
) -> Tally:
    return Tally(
        pixels.reshape(shape),
        None if areas is None else sums.reshape(shape),
        None if areas is None else areas.unit,
    )


def check_same_place(first: IndexGrid, second: IndexGrid) -> None:
    """Raise an error unless pixels of two grids lie on each other.

    Raises
    ------
    GridError
        Shapes, corners, control points or reference systems differ; the message tells both places.
    """
    check_grid(first)
    check_grid(second)
    rows, cols = first.shape
    one, other = first.transform, second.transform
    same = first.shape == second.shape and (one is None) == (other is None)
    if same and one is not None and other is not None:
        corners = ((0, 0), (cols, 0), (0, rows), (cols, rows))
        shifts = (math.dist(~one @ (other @ corner), corner) for corner in corners)
        same = max(shifts) < SAME_PLACE
    same = same and _control_points(first) == _control_points(second)
    if same and (first.crs is None or second.crs is None or first.crs == second.crs):
        return
    raise GridError(
        f"the grids do not lie on each other: {_place(first)}; and {_place(second)}. Warp one to "
        "the other (gdalwarp -r near -te ... -ts ...), or crop both"
    )


def _control_points(grid: IndexGrid) -> list[tuple[float, ...]]:
    """Row, column and place of the ground control points."""
    return [(point.row, point.col, point.x, point.y) for point in grid.gcps]


def _place(grid: IndexGrid) -> str:
    """Size, place and reference system of a grid in a few words."""
    rows, cols = grid.shape
    text = f"{cols} x {rows} pixels"
    if grid.transform is not None:
        left, top = grid.transform @ (0, 0)
        right, bottom = grid.transform @ (cols, rows)
        text += f" from ({left:.10g}, {top:.10g}) to ({right:.10g}, {bottom:.10g})"
    if grid.gcps:
        x, y = grid.gcps[0].x, grid.gcps[0].y
        text += f" with {len(grid.gcps)} ground control points, the first at ({x:.10g}, {y:.10g})"
    if grid.crs is not None:
        text += f" in {grid.crs.to_string()[:60]}"
    return text
