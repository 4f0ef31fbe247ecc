"""The nearest palette color of whole cells of the table of colors, in metrics beyond plain RGB."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geoindex.color.cells import CELL_SIDE, CELLS_PER_AXIS
from geoindex.color.compiled import compiled, types
from geoindex.color.metric_kernels import (
    LAB,
    OKLAB,
    REDMEAN,
    SHADED,
    color_coordinates,
    distance_of,
    value_between,
    value_of,
)
from geoindex.rules.indices import IndexArray

if TYPE_CHECKING:
    from numba.core.typing.templates import Signature

__all__ = [
    "corners",
    "fill_metric_cells",
    "fill_signature",
    "first_color",
    "gap",
    "list_colors",
]


def fill_signature(table: types.Type) -> Signature:
    """Signature of a kernel that fills cells of a table of this type."""
    return types.void(
        types.int64,
        types.Array(types.float64, 2, "C", readonly=True),
        types.float64,
        types.int64,
        types.Array(types.int64, 1, "C", readonly=True),
        types.Array(table, 1, "C"),
    )


@compiled()
def list_colors(
    metric: int,
    first: tuple[int, int, int],
    side: int,
    codes: NDArray[np.int64],
    colors: NDArray[np.float64],
) -> None:
    """Enter the codes of a cube of colors, and their coordinates (n, 3) in a metric's space."""
    red, green, blue = first
    place = 0
    for r in range(red, red + side):
        for g in range(green, green + side):
            for b in range(blue, blue + side):
                codes[place] = r << 16 | g << 8 | b
                colors[place, 0], colors[place, 1], colors[place, 2] = color_coordinates(
                    metric, r, g, b
                )
                place += 1


@compiled()
def first_color(cell: int) -> tuple[int, int, int]:
    """Find the lowest red, green and blue of a cell."""
    red, green = cell // (CELLS_PER_AXIS * CELLS_PER_AXIS), cell // CELLS_PER_AXIS % CELLS_PER_AXIS
    return red * CELL_SIDE, green * CELL_SIDE, cell % CELLS_PER_AXIS * CELL_SIDE


@compiled()
def corners(colors: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Smallest and largest coordinates of colors (n, 3)."""
    low, high = colors[0].copy(), colors[0].copy()
    for color in colors:
        for axis in range(3):
            low[axis] = min(low[axis], color[axis])
            high[axis] = max(high[axis], color[axis])
    return low, high


@compiled()
def gap(low: float, high: float, place: float) -> float:
    """Distance from `place` to the interval."""
    return max(low - place, place - high, 0.0)


@compiled()
def _reach(low: float, high: float, place: float) -> float:
    """Distance from `place` to the far end of the interval."""
    return max(abs(low - place), abs(high - place))


@compiled()
def _bounds(
    metric: int,
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    point: NDArray[np.float64],
) -> tuple[float, float]:
    """Smallest and largest value that a palette color can have in a cell.

    `low` and `high` hold the smallest and largest coordinates of the cell's colors, found by
    looking at all of them.
    """
    near_x, far_x = gap(low[0], high[0], point[0]), _reach(low[0], high[0], point[0])
    near_y, far_y = gap(low[1], high[1], point[1]), _reach(low[1], high[1], point[1])
    near_z, far_z = gap(low[2], high[2], point[2]), _reach(low[2], high[2], point[2])
    if metric in (LAB, OKLAB):
        return (
            near_x * near_x + near_y * near_y + near_z * near_z,
            far_x * far_x + far_y * far_y + far_z * far_z,
        )
    if metric == REDMEAN:
        least, most = low[0] + point[0], high[0] + point[0]
        return (
            (1024 + least) * near_x * near_x
            + 2048 * near_y * near_y
            + (1534 - most) * near_z * near_z,
            (1024 + most) * far_x * far_x + 2048 * far_y * far_y + (1534 - least) * far_z * far_z,
        )
    # The shaded distance to a segment changes by no more than the color moves: from the center of
    # the cell by at most half its diagonal.
    mx, my, mz = (low[0] + high[0]) / 2, (low[1] + high[1]) / 2, (low[2] + high[2]) / 2
    middle = math.sqrt(value_between(SHADED, mx, my, mz, point[0], point[1], point[2]))
    radius = math.sqrt(3.0) * (CELL_SIDE - 1) / 2 + 1e-6
    return max(middle - radius, 0.0) ** 2, (middle + radius) ** 2


@compiled()
def _candidates(
    metric: int,
    colors: NDArray[np.float64],
    points: NDArray[np.float64],
    lower: NDArray[np.float64],
    candidates: NDArray[np.int64],
) -> int:
    """Palette rows that may be nearest somewhere among `colors`; return their number.

    A row whose smallest possible value lies above the largest possible one of another row is
    farther than that row everywhere, so it is left out; rows stay in order.
    """
    low, high = corners(colors)
    least_upper = np.inf
    for row in range(len(points)):
        lower[row], upper = _bounds(metric, low, high, points[row])
        least_upper = min(least_upper, upper)
    count = 0
    for row in range(len(points)):
        if lower[row] <= least_upper:
            candidates[count] = row
            count += 1
    return count


@compiled([fill_signature(types.uint8), fill_signature(types.uint16)])
def fill_metric_cells(
    metric: int,
    points: NDArray[np.float64],
    max_distance: float,
    nodata: int,
    cells: NDArray[np.int64],
    table: IndexArray,
) -> None:
    """Enter the nearest palette row of every code of `cells` into `table`.

    `points` are the palette's coordinates in the space of the metric. Codes farther than
    `max_distance` become `nodata`; the lowest row wins a tie.
    """
    lower = np.empty(len(points))
    candidates = np.empty(len(points), np.int64)
    codes = np.empty(CELL_SIDE**3, np.int64)
    colors = np.empty((CELL_SIDE**3, 3))
    for cell in cells:
        list_colors(metric, first_color(cell), CELL_SIDE, codes, colors)
        n_candidates = _candidates(metric, colors, points, lower, candidates)
        for place in range(len(codes)):
            nearest, least = np.int64(0), np.inf
            for i in range(n_candidates):
                point = points[candidates[i]]
                value = value_of(metric, colors[place], point)
                if value < least:
                    nearest, least = candidates[i], value
            too_far = max_distance < np.inf and distance_of(metric, least) > max_distance
            table[codes[place]] = nodata if too_far else nearest
