"""Color distances beyond plain RGB, compiled: coordinates, values, bounds and the search.

Every metric maps a color to three coordinates and compares colors by a *value* that grows with
the distance. Values are made so that they do not depend on the machine: where a formula has
roots, its coordinates are rounded to a grid fine enough not to matter and coarse enough that
sums of squares are exact in float64.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geoindex.color.cells import CELL_SIDE, CELLS_PER_AXIS
from geoindex.color.compiled import compiled, types
from geoindex.rules.indices import IndexArray

if TYPE_CHECKING:
    from numba.core.typing.templates import Signature

__all__ = [
    "METRIC_IDS",
    "RGB",
    "coordinates_of",
    "distance_of",
    "distances",
    "fill_metric_cells",
    "light_coordinates",
    "value_between",
]

RGB, LAB, OKLAB, CIEDE2000, REDMEAN, SHADED = range(6)

METRIC_IDS = {
    "rgb": RGB,
    "lab": LAB,
    "oklab": OKLAB,
    "ciede2000": CIEDE2000,
    "redmean": REDMEAN,
    "shaded": SHADED,
}

# Coordinates are rounded to 1 / step; differences stay below 2 ** 25, squares below 2 ** 50.
LAB_STEP = 2.0**16
OKLAB_STEP = 2.0**24
# CIEDE2000 is rounded too, so that colors equally far in exact arithmetic tie on every machine.
CIEDE2000_STEP = 2.0**30

# Range of brightness of hillshade that the shaded metric forgives.
DARKEST_PERCENT, BRIGHTEST_PERCENT = 65.0, 106.0
DARKEST, BRIGHTEST = DARKEST_PERCENT / 100, BRIGHTEST_PERCENT / 100


def _linear_srgb() -> NDArray[np.float64]:
    """Linear light of the 256 sRGB values (IEC 61966-2-1)."""
    encoded = np.arange(256) / 255
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


LINEAR = _linear_srgb()

_POINTS = types.Array(types.float64, 2, "C", readonly=True)
_CELLS = types.Array(types.int64, 1, "C", readonly=True)
_COLORS = types.Array(types.uint8, 2, "A", readonly=True)
_ROWS = types.Array(types.int64, 1, "A", readonly=True)


@compiled()
def _round(value: float, step: float) -> float:
    """Nearest multiple of 1 / `step`, as an integer."""
    return math.floor(value * step + 0.5)


@compiled()
def _lab_root(ratio: float) -> float:
    """CIE 15:2004: cube root with a straight piece near black."""
    if ratio > 216 / 24389:
        return float(np.cbrt(ratio))
    return (24389 / 27 * ratio + 16) / 116


@compiled()
def _coordinates(metric: int, red: int, green: int, blue: int) -> tuple[float, float, float]:
    """Coordinates of an 8-bit sRGB color in the space of a metric."""
    if metric in (RGB, REDMEAN, SHADED):
        return float(red), float(green), float(blue)
    return light_coordinates(metric, LINEAR[red], LINEAR[green], LINEAR[blue])


@compiled()
def light_coordinates(metric: int, r: float, g: float, b: float) -> tuple[float, float, float]:
    """Coordinates of linear light (0..1) in the space of a Lab-like metric."""
    if metric == OKLAB:
        long = np.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
        medium = np.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
        short = np.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
        return (
            _round(0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short, OKLAB_STEP),
            _round(1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short, OKLAB_STEP),
            _round(0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short, OKLAB_STEP),
        )
    x = _lab_root((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047)
    y = _lab_root(0.2126729 * r + 0.7151522 * g + 0.0721750 * b)
    z = _lab_root((0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883)
    return (
        _round(116 * y - 16, LAB_STEP),
        _round(500 * (x - y), LAB_STEP),
        _round(200 * (y - z), LAB_STEP),
    )


@compiled()
def _ciede2000(light1: float, a1: float, b1: float, light2: float, a2: float, b2: float) -> float:
    """CIEDE2000 of two CIELAB colors with unit weights, after Sharma et al. (2005)."""
    chroma7 = ((math.hypot(a1, b1) + math.hypot(a2, b2)) / 2) ** 7
    stretch = 1.5 - 0.5 * math.sqrt(chroma7 / (chroma7 + 25.0**7))
    a1, a2 = a1 * stretch, a2 * stretch
    c1, c2 = math.hypot(a1, b1), math.hypot(a2, b2)
    h1 = math.atan2(b1, a1) if c1 > 0 else 0.0
    h2 = math.atan2(b2, a2) if c2 > 0 else 0.0
    h1 = h1 + 2 * math.pi if h1 < 0 else h1
    h2 = h2 + 2 * math.pi if h2 < 0 else h2
    turn = h2 - h1
    hue = h1 + h2
    if c1 * c2 == 0:
        turn = 0.0
    elif abs(turn) > math.pi:
        hue = (hue + 2 * math.pi) / 2 if hue < 2 * math.pi else (hue - 2 * math.pi) / 2
        turn = turn - 2 * math.pi if turn > 0 else turn + 2 * math.pi
    else:
        hue = hue / 2
    light, chroma = (light1 + light2) / 2, (c1 + c2) / 2
    t = (
        1
        - 0.17 * math.cos(hue - math.pi / 6)
        + 0.24 * math.cos(2 * hue)
        + 0.32 * math.cos(3 * hue + math.pi / 30)
        - 0.20 * math.cos(4 * hue - 63 * math.pi / 180)
    )
    offset = (light - 50) ** 2
    d_light = (light2 - light1) / (1 + 0.015 * offset / math.sqrt(20 + offset))
    d_chroma = (c2 - c1) / (1 + 0.045 * chroma)
    d_hue = 2 * math.sqrt(c1 * c2) * math.sin(turn / 2) / (1 + 0.015 * chroma * t)
    spread = 30 * math.exp(-(((hue * 180 / math.pi - 275) / 25) ** 2))
    chroma7 = chroma**7
    rotation = -2 * math.sqrt(chroma7 / (chroma7 + 25.0**7)) * math.sin(spread * math.pi / 90)
    total = d_light * d_light + d_chroma * d_chroma + d_hue * d_hue + rotation * d_chroma * d_hue
    return math.sqrt(max(total, 0.0))


@compiled()
def value_between(
    metric: int, x1: float, y1: float, z1: float, x2: float, y2: float, z2: float
) -> float:
    """Compare a color (first) with a palette color (second): the smaller, the nearer."""
    dx, dy, dz = x1 - x2, y1 - y2, z1 - z2
    if metric in (RGB, LAB, OKLAB):
        return dx * dx + dy * dy + dz * dz
    if metric == REDMEAN:
        reds = x1 + x2
        return (1024 + reds) * dx * dx + 2048 * dy * dy + (1534 - reds) * dz * dz
    if metric == SHADED:
        length = x2 * x2 + y2 * y2 + z2 * z2
        along = x1 * x2 + y1 * y2 + z1 * z2
        if along <= DARKEST * length or along >= BRIGHTEST * length:
            percent = DARKEST_PERCENT if along <= DARKEST * length else BRIGHTEST_PERCENT
            dx, dy, dz = 100 * x1 - percent * x2, 100 * y1 - percent * y2, 100 * z1 - percent * z2
            return (dx * dx + dy * dy + dz * dz) / 10_000
        # The squared length of the cross product: an exact integer, and no cancellation.
        cx, cy, cz = y1 * z2 - z1 * y2, z1 * x2 - x1 * z2, x1 * y2 - y1 * x2
        return (cx * cx + cy * cy + cz * cz) / length
    s = LAB_STEP
    return _round(_ciede2000(x1 / s, y1 / s, z1 / s, x2 / s, y2 / s, z2 / s), CIEDE2000_STEP)


@compiled()
def distance_of(metric: int, value: float) -> float:
    """Turn a value into the metric's units."""
    if metric == LAB:
        return math.sqrt(value) / LAB_STEP
    if metric == OKLAB:
        return math.sqrt(value) / OKLAB_STEP
    if metric == REDMEAN:
        return math.sqrt(value / 512)
    if metric in (RGB, SHADED):
        return math.sqrt(value)
    return value / CIEDE2000_STEP


@compiled()
def _gap(low: float, high: float, place: float) -> float:
    """Distance from `place` to the interval."""
    return max(low - place, place - high, 0.0)


@compiled()
def _reach(low: float, high: float, place: float) -> float:
    """Distance from `place` to the far end of the interval."""
    return max(abs(low - place), abs(high - place))


@compiled()
def _ciede2000_lower(
    low: NDArray[np.float64], high: NDArray[np.float64], point: NDArray[np.float64]
) -> float:
    """Lower bound of CIEDE2000 between a box in CIELAB and a palette color.

    With x = dC'/SC and y = dH'/SH the formula is (dL'/SL)^2 + x^2 + y^2 + RT x y, and
    |RT| <= 2 sin(60 deg), so the last three terms are at least (1 - sin(60 deg)) (x^2 + y^2).
    SL grows with |L - 50|, so it is largest at an end of the range of mean lightness. T <= 1.93
    makes SH <= SC; dC'^2 + dH'^2 is the squared distance in the plane (a', b), where a' = (1 +
    G) a with one G >= 0 for both colors, so it is at least that of (a, b); and G <= 0.5 bounds
    the mean C' in SC by 1.5 times the mean C.
    """
    s = LAB_STEP
    d_light = _gap(low[0], high[0], point[0]) / s
    darkest = abs((low[0] + point[0]) / (2 * s) - 50)
    brightest = abs((high[0] + point[0]) / (2 * s) - 50)
    offset = max(darkest, brightest) ** 2
    d_light /= 1 + 0.015 * offset / math.sqrt(20 + offset)
    da, db = _gap(low[1], high[1], point[1]) / s, _gap(low[2], high[2], point[2]) / s
    chroma = math.hypot(_reach(low[1], high[1], 0.0), _reach(low[2], high[2], 0.0)) / s
    chroma = 1.5 * (chroma + math.hypot(point[1], point[2]) / s) / 2
    scale = 1 + 0.045 * chroma
    plane = (1 - math.sqrt(0.75)) * (da * da + db * db) / (scale * scale)
    # One step less, for the rounding of values.
    return math.sqrt(d_light * d_light + plane) * CIEDE2000_STEP * (1 - 1e-12) - 1


@compiled()
def _bounds(
    metric: int,
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    point: NDArray[np.float64],
) -> tuple[float, float]:
    """Smallest and largest value that a palette color can have in a cell.

    `low` and `high` hold the smallest and largest coordinates of the cell's colors, found by
    looking at all of them. CIEDE2000 has no upper bound here.
    """
    near_x, far_x = _gap(low[0], high[0], point[0]), _reach(low[0], high[0], point[0])
    near_y, far_y = _gap(low[1], high[1], point[1]), _reach(low[1], high[1], point[1])
    near_z, far_z = _gap(low[2], high[2], point[2]), _reach(low[2], high[2], point[2])
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
    if metric == SHADED:
        # The distance to a segment changes by no more than the color moves: from the center
        # of the cell by at most half its diagonal.
        mx, my, mz = (low[0] + high[0]) / 2, (low[1] + high[1]) / 2, (low[2] + high[2]) / 2
        middle = math.sqrt(value_between(SHADED, mx, my, mz, point[0], point[1], point[2]))
        radius = math.sqrt(3.0) * (CELL_SIDE - 1) / 2 + 1e-6
        return max(middle - radius, 0.0) ** 2, (middle + radius) ** 2
    return _ciede2000_lower(low, high, point), np.inf


@compiled()
def _value_of(metric: int, color: NDArray[np.float64], point: NDArray[np.float64]) -> float:
    """Value of two colors given as arrays."""
    return value_between(metric, color[0], color[1], color[2], point[0], point[1], point[2])


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
    low, high = colors[0].copy(), colors[0].copy()
    for color in colors:
        for axis in range(3):
            low[axis] = min(low[axis], color[axis])
            high[axis] = max(high[axis], color[axis])
    least_upper = np.inf
    for row in range(len(points)):
        lower[row], upper = _bounds(metric, low, high, points[row])
        least_upper = min(least_upper, upper)
    if metric == CIEDE2000:
        # In place of a bound: the largest value of one good row, found by looking at all.
        good, least = 0, np.inf
        for row in range(len(points)):
            if lower[row] < least:
                value = _value_of(metric, colors[len(colors) // 2], points[row])
                if value < least:
                    good, least = row, value
        least_upper = 0.0
        for color in colors:
            least_upper = max(least_upper, _value_of(metric, color, points[good]))
    count = 0
    for row in range(len(points)):
        if lower[row] <= least_upper:
            candidates[count] = row
            count += 1
    return count


def _fill_signature(table: types.Type) -> Signature:
    return types.void(
        types.int64, _POINTS, types.float64, types.int64, _CELLS, types.Array(table, 1, "C")
    )


@compiled([_fill_signature(types.uint8), _fill_signature(types.uint16)])
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
        red = cell // (CELLS_PER_AXIS * CELLS_PER_AXIS) * CELL_SIDE
        green = cell // CELLS_PER_AXIS % CELLS_PER_AXIS * CELL_SIDE
        blue = cell % CELLS_PER_AXIS * CELL_SIDE
        place = 0
        for r in range(red, red + CELL_SIDE):
            for g in range(green, green + CELL_SIDE):
                for b in range(blue, blue + CELL_SIDE):
                    codes[place] = r << 16 | g << 8 | b
                    colors[place, 0], colors[place, 1], colors[place, 2] = _coordinates(
                        metric, r, g, b
                    )
                    place += 1
        n_candidates = _candidates(metric, colors, points, lower, candidates)
        for place in range(len(codes)):
            nearest, least = np.int64(0), np.inf
            for i in range(n_candidates):
                point = points[candidates[i]]
                value = _value_of(metric, colors[place], point)
                if value < least:
                    nearest, least = candidates[i], value
            too_far = max_distance < np.inf and distance_of(metric, least) > max_distance
            table[codes[place]] = nodata if too_far else nearest


@compiled(types.float64[:, ::1](types.int64, _COLORS))
def coordinates_of(metric: int, colors: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Coordinates (n, 3) of colors (n, 3) in the space of a metric."""
    points = np.empty((len(colors), 3))
    for row in range(len(colors)):
        points[row, 0], points[row, 1], points[row, 2] = _coordinates(
            metric, colors[row, 0], colors[row, 1], colors[row, 2]
        )
    return points


@compiled(types.float64[::1](types.int64, _COLORS, _POINTS, _ROWS))
def distances(
    metric: int,
    colors: NDArray[np.uint8],
    points: NDArray[np.float64],
    rows: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Distance (n,) of colors (n, 3) from the palette rows (n,), in the metric's units."""
    result = np.empty(len(colors))
    own = coordinates_of(metric, colors)
    for i in range(len(colors)):
        result[i] = distance_of(metric, _value_of(metric, own[i], points[rows[i]]))
    return result
