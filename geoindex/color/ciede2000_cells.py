"""The nearest palette color of whole cells of the table of colors, in CIEDE2000.

The formula takes long, so a quick estimate decides, and the formula only where the estimates of
two rows lie within its error: ten times as fast, and the same rows.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from geoindex.color.cells import CELL_SIDE
from geoindex.color.ciede2000 import ESTIMATE_ERROR, estimate_squares
from geoindex.color.compiled import compiled, types
from geoindex.color.metric_cells import corners, fill_signature, first_color, gap, list_colors
from geoindex.color.metric_kernels import CIEDE2000, LAB_STEP, distance_of, value_of
from geoindex.rules.indices import IndexArray

__all__ = ["fill_ciede2000_cells"]

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

SIDE = CELL_SIDE // 2
"""Smaller cubes of colors have fewer candidates; halves of cells are fastest."""

N_COLORS = SIDE**3

WITHIN = 1 + 3 * ESTIMATE_ERROR
"""Estimates that differ by a larger factor are in the order of the true squares."""


@compiled()
def _lower_square(low: Floats, high: Floats, point: Floats) -> float:
    """Lower bound of the square of CIEDE2000 between a box in CIELAB and a color.

    With x = dC'/SC and y = dH'/SH the formula is (dL'/SL)^2 + x^2 + y^2 + RT x y, and
    |RT| <= 2 sin(60 deg), so the last three terms are at least (1 - sin(60 deg)) (x^2 + y^2).
    SL grows with |L - 50|, so it is largest at an end of the range of mean lightness. T <= 1.93
    makes SH <= SC; dC'^2 + dH'^2 is the squared distance in the plane (a', b), where a' = (1 +
    G) a with one G >= 0 for both colors, so it is at least that of (a, b); and G <= 0.5 bounds
    the mean C' in SC by 1.5 times the mean C.
    """
    d_light = gap(low[0], high[0], point[0])
    darkest = abs((low[0] + point[0]) / 2 - 50)
    brightest = abs((high[0] + point[0]) / 2 - 50)
    offset = max(darkest, brightest) ** 2
    d_light /= 1 + 0.015 * offset / math.sqrt(20 + offset)
    da, db = gap(low[1], high[1], point[1]), gap(low[2], high[2], point[2])
    farthest_a, farthest_b = max(abs(low[1]), abs(high[1])), max(abs(low[2]), abs(high[2]))
    chroma = 1.5 * (math.hypot(farthest_a, farthest_b) + math.hypot(point[1], point[2])) / 2
    scale = 1 + 0.045 * chroma
    plane = (1 - math.sqrt(0.75)) * (da * da + db * db) / (scale * scale)
    return float(d_light * d_light + plane)


@compiled()
def _columns(coordinates: Floats) -> Floats:
    """Lightness, a, b and chroma of colors (n, 3), shape (4, n), as the estimate takes them."""
    columns = np.empty((4, len(coordinates)))
    for i in range(len(coordinates)):
        for axis in range(3):
            columns[axis, i] = coordinates[i, axis] / LAB_STEP
        columns[3, i] = math.hypot(columns[1, i], columns[2, i])
    return columns


@compiled()
def _candidates(colors: Floats, palette: Floats, squares: Floats, candidates: Rows) -> int:
    """Palette rows that may be nearest somewhere among `colors`; return their number.

    They are those whose smallest possible distance from the box of the colors is not above the
    largest distance of the row that is nearest to the color in the middle.
    """
    estimate_squares(colors[:, N_COLORS // 2].copy(), palette, palette.shape[1], squares)
    good = int(np.argmin(np.abs(squares[: palette.shape[1]])))
    estimate_squares(palette[:, good].copy(), colors, N_COLORS, squares)
    most = 0.0
    for square in squares[:N_COLORS]:
        most = max(most, square if square >= 0 else np.inf)
    low, high = corners(colors.T)
    count = 0
    for row in range(palette.shape[1]):
        if _lower_square(low, high, palette[:, row]) <= most * WITHIN:
            candidates[count] = row
            count += 1
    return count


@compiled()
def _nearest(
    color: Floats, points: Floats, rows: Rows, count: int, squares: Floats, max_distance: float
) -> int:
    """Nearest of the palette rows `rows[:count]`, or -1 if it is farther than `max_distance`.

    `squares` are the estimates for these rows; `color` and `points` are coordinates.
    """
    limit = np.inf
    for i in range(count):
        if squares[i] >= 0:
            limit = min(limit, squares[i] * WITHIN)
    found, within = -1, 0
    for i in range(count):
        if squares[i] <= limit:
            found, within = int(rows[i]), within + 1
    if within > 1 or max_distance < np.inf:
        least = np.inf
        for i in range(count):
            if squares[i] <= limit:
                value = value_of(CIEDE2000, color, points[rows[i]])
                if value < least:
                    found, least = int(rows[i]), value
        if distance_of(CIEDE2000, least) > max_distance:
            found = -1
    return found


@compiled([fill_signature(types.uint8), fill_signature(types.uint16)])
def fill_ciede2000_cells(
    metric: int,
    points: Floats,
    max_distance: float,
    nodata: int,
    cells: Rows,
    table: IndexArray,
) -> None:
    """Enter the nearest palette row of every code of `cells` into `table`.

    As :func:`.fill_metric_cells`, with CIEDE2000 as the metric.
    """
    palette = _columns(points)
    kept = np.empty((4, len(points)))
    squares = np.empty(max(len(points), N_COLORS))
    rows = np.empty(len(points), np.int64)
    codes, coordinates = np.empty(N_COLORS, np.int64), np.empty((N_COLORS, 3))
    for cell in cells:
        red, green, blue = first_color(cell)
        for block in range((CELL_SIDE // SIDE) ** 3):
            r, g, b = block >> 2, block >> 1 & 1, block & 1
            first = red + SIDE * r, green + SIDE * g, blue + SIDE * b
            list_colors(metric, first, SIDE, codes, coordinates)
            colors = _columns(coordinates)
            count = _candidates(colors, palette, squares, rows)
            for i in range(count):
                kept[:, i] = palette[:, rows[i]]
            for place in range(N_COLORS):
                estimate_squares(colors[:, place].copy(), kept, count, squares)
                row = _nearest(coordinates[place], points, rows, count, squares, max_distance)
                table[codes[place]] = nodata if row < 0 else row
