"""Which colors of a dithered picture follow each other in each unit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoindex.color.compiled import compiled, types

__all__ = [
    "N_CONTEXTS",
    "N_OWN",
    "color_numbers",
    "count_textures",
    "find_hosts",
    "run_sums",
    "smooth",
    "texture_costs",
    "texture_places",
]

N_OWN = 8
"""Colors that are told apart in a unit: its most frequent ones, and all others as one."""

N_CONTEXTS = N_OWN**4
"""Colors of the pixels to the left, above, above to the left and above to the right."""

numbers_array = types.Array(types.uint8, 2, "C", readonly=True)
own_array = types.Array(types.uint8, 2, "C", readonly=True)


@compiled(
    types.void(
        types.Array(types.uint8, 3, "A", readonly=True),
        types.Array(types.int64, 1, "C", readonly=True),
        types.uint8[:, ::1],
    )
)
def color_numbers(
    pixels: NDArray[np.uint8], codes: NDArray[np.int64], numbers: NDArray[np.uint8]
) -> None:
    """Find the number of each pixel's color, or of the nearest, among up to 256 colors.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (rows, cols, 3 or 4)
    codes : ndarray of int64, shape (n,)
        ``red << 16 | green << 8 | blue``, ascending.
    numbers : ndarray of uint8, shape (rows, cols)
        Written.
    """
    last, found = np.int64(-1), np.int64(0)
    for row in range(numbers.shape[0]):
        for col in range(numbers.shape[1]):
            r, g, b = (
                np.int64(pixels[row, col, 0]),
                np.int64(pixels[row, col, 1]),
                np.int64(pixels[row, col, 2]),
            )
            code = r << 16 | g << 8 | b
            if code != last:
                last, found = code, np.int64(np.searchsorted(codes, code))
                if found == len(codes) or codes[found] != code:
                    least = np.int64(1 << 30)
                    for k in range(len(codes)):
                        dr, dg, db = (
                            (codes[k] >> 16) - r,
                            (codes[k] >> 8 & 255) - g,
                            (codes[k] & 255) - b,
                        )
                        squared = dr * dr + dg * dg + db * db
                        if squared < least:
                            least, found = squared, np.int64(k)
            numbers[row, col] = found


@compiled()
def context_of(
    numbers: NDArray[np.uint8], row: int, col: int, own: NDArray[np.uint8], k: int
) -> int:
    """Context and color of a pixel; what is outside of the picture is as the pixel's neighbors."""
    up, left = max(row - 1, 0), max(col - 1, 0)
    right = min(col + 1, numbers.shape[1] - 1)
    context = np.int64(own[k, numbers[row, left]])
    context = context * N_OWN + own[k, numbers[up, col]]
    context = context * N_OWN + own[k, numbers[up, left]]
    context = context * N_OWN + own[k, numbers[up, right]]
    found: int = context * N_OWN + own[k, numbers[row, col]]
    return found


@compiled(
    types.void(
        numbers_array, types.Array(types.int32, 2, "C", readonly=True), own_array,
        types.int64[:, ::1],
    )
)  # fmt: skip
def count_textures(
    numbers: NDArray[np.uint8],
    units: NDArray[np.int32],
    own: NDArray[np.uint8],
    counts: NDArray[np.int64],
) -> None:
    """Count the colors of each unit by their context.

    Parameters
    ----------
    numbers : ndarray of uint8, shape (rows, cols)
    units : ndarray of int32, shape (rows, cols)
        Negative for pixels that do not count.
    own : ndarray of uint8, shape (n_units, n_colors)
        Number of each color among a unit's own, ``N_OWN - 1`` for all others.
    counts : ndarray of int64, shape (n_units, N_CONTEXTS * N_OWN)
        Increased.
    """
    for row in range(1, units.shape[0]):
        for col in range(1, units.shape[1] - 1):
            k = units[row, col]
            if k >= 0:
                counts[k, context_of(numbers, row, col, own, k)] += 1


@compiled(
    types.void(
        numbers_array, types.Array(types.uint8, 2, "C", readonly=True), own_array,
        types.Array(types.uint8, 2, "C", readonly=True), types.uint8[:, :, ::1],
    )
)  # fmt: skip
def texture_costs(
    numbers: NDArray[np.uint8],
    valid: NDArray[np.uint8],
    own: NDArray[np.uint8],
    table: NDArray[np.uint8],
    costs: NDArray[np.uint8],
) -> None:
    """Look up what each pixel costs in each unit.

    Parameters
    ----------
    numbers, own
        As in :func:`count_textures`.
    valid : ndarray of uint8, shape (rows, cols)
        0 for nodata, which costs nothing.
    table : ndarray of uint8, shape (n_units, N_CONTEXTS * N_OWN)
    costs : ndarray of uint8, shape (rows, cols, n_units)
        Written.
    """
    for row in range(numbers.shape[0]):
        for col in range(numbers.shape[1]):
            if valid[row, col] == 0:
                costs[row, col] = 0
                continue
            for k in range(len(own)):
                costs[row, col, k] = table[k, context_of(numbers, row, col, own, k)]


@compiled(
    types.void(
        types.Array(types.uint8, 3, "C", readonly=True),
        types.Array(types.int32, 2, "C", readonly=True),
        types.int64, types.int64, types.int64, types.int32[:, ::1],
    )
)  # fmt: skip
def smooth(
    costs: NDArray[np.uint8],
    units: NDArray[np.int32],
    near: int,
    wide: int,
    weight: int,
    smoothed: NDArray[np.int32],
) -> None:
    """Give each pixel the unit that its own surroundings and the units around it agree on.

    Parameters
    ----------
    costs : ndarray of uint8, shape (rows, cols, n_units)
    units : ndarray of int32, shape (rows, cols)
    near, wide : int
        Radii of the squares over which costs are summed and units are counted.
    weight : int
        What each pixel of another unit counts.
    smoothed : ndarray of int32, shape (rows, cols)
        Written: the unit, one of those around, the lowest of several.
    """
    rows, cols, n = costs.shape
    members = np.zeros(n, np.int64)
    listed = np.empty(n, np.int64)
    # Most squares have one unit: how far up and to the left it reaches tells without counting.
    upward = np.zeros(cols, np.int64)
    entered = 0
    for row in range(rows):
        top, bottom = max(0, row - wide), min(rows, row + wide + 1)
        while entered < bottom:
            for col in range(cols):
                is_same = entered > 0 and units[entered, col] == units[entered - 1, col]
                upward[col] = upward[col] + 1 if is_same else 1
            entered += 1
        seen = leftward = 0
        for col in range(cols):
            left, right = max(0, col - wide), min(cols, col + wide + 1)
            while seen < right:
                is_same = seen > 0 and units[row, seen] == units[row, seen - 1]
                is_high = upward[seen] >= bottom - top
                leftward = (leftward + 1 if is_same else 1) if is_high else 0
                seen += 1
            if leftward >= right - left:
                smoothed[row, col] = units[row, col]
                continue
            n_listed = 0
            for y in range(top, bottom):
                for x in range(left, right):
                    k = units[y, x]
                    if members[k] == 0:
                        listed[n_listed] = k
                        n_listed += 1
                    members[k] += 1
            total = (bottom - top) * (right - left)
            best, least = units[row, col], np.int64(1 << 40)
            if n_listed > 1:
                for i in range(n_listed):
                    k = listed[i]
                    cost = weight * (total - members[k])
                    for y in range(max(0, row - near), min(rows, row + near + 1)):
                        for x in range(max(0, col - near), min(cols, col + near + 1)):
                            cost += costs[y, x, k]
                    if cost < least or (cost == least and k < best):
                        best, least = k, cost
            smoothed[row, col] = best
            for i in range(n_listed):
                members[listed[i]] = 0


@compiled(
    types.void(
        numbers_array, types.Array(types.uint8, 2, "C", readonly=True), own_array,
        types.int32[:, ::1],
    )
)  # fmt: skip
def texture_places(
    numbers: NDArray[np.uint8],
    among: NDArray[np.uint8],
    own: NDArray[np.uint8],
    places: NDArray[np.int32],
) -> None:
    """Find the place of each pixel in a row of a table, as those of :func:`texture_costs`.

    Parameters
    ----------
    numbers : ndarray of uint8, shape (rows, cols)
    among : ndarray of uint8, shape (rows, cols)
        0 for pixels whose place is left as it is.
    own : ndarray of uint8, shape (1, n_colors)
    places : ndarray of int32, shape (rows, cols)
        Written.
    """
    for row in range(numbers.shape[0]):
        for col in range(numbers.shape[1]):
            if among[row, col] != 0:
                places[row, col] = context_of(numbers, row, col, own, 0)


@compiled(types.void(types.Array(types.uint8, 2, "C", readonly=True), types.int32[:, ::1]))
def find_hosts(inside: NDArray[np.uint8], hosts: NDArray[np.int32]) -> None:
    """Find a pixel inside of an area beside each pixel on its border.

    Parameters
    ----------
    inside : ndarray of uint8, shape (rows, cols)
        1 inside, 2 on the border, 0 elsewhere.
    hosts : ndarray of int32, shape (rows, cols)
        Written: the flat index of the pixel itself if it is inside, of the first one inside among
        those to the left, right, above and below if it is on the border; -1 of others.
    """
    rows, cols = inside.shape
    for row in range(rows):
        for col in range(cols):
            host = -1
            if inside[row, col] == 1:
                host = row * cols + col
            elif inside[row, col] == 2:
                if col > 0 and inside[row, col - 1] == 1:
                    host = row * cols + col - 1
                elif col + 1 < cols and inside[row, col + 1] == 1:
                    host = row * cols + col + 1
                elif row > 0 and inside[row - 1, col] == 1:
                    host = (row - 1) * cols + col
                elif row + 1 < rows and inside[row + 1, col] == 1:
                    host = (row + 1) * cols + col
            hosts[row, col] = host


@compiled(
    types.void(
        types.int32[:, ::1], types.Array(types.bool_, 2, "C", readonly=True), types.int64
    )
)  # fmt: skip
def run_sums(values: NDArray[np.int32], inside: NDArray[np.bool_], radius: int) -> None:
    """Sum along rows over the pixels around each one that are within a radius and in its run.

    Parameters
    ----------
    values : ndarray of int32, shape (rows, cols)
        Overwritten by the sums, 0 outside.
    inside : ndarray of bool, shape (rows, cols)
        Runs are of pixels inside.
    radius : int
    """
    rows, cols = values.shape
    before = np.empty(cols + 1, np.int32)
    for row in range(rows):
        before[0] = 0
        for col in range(cols):
            before[col + 1] = before[col] + values[row, col]
        start = 0
        while start < cols:
            stop = start
            while stop < cols and inside[row, stop]:
                stop += 1
            for col in range(start, stop):
                first, last = max(start, col - radius), min(stop, col + radius + 1)
                values[row, col] = before[last] - before[first]
            if stop < cols:
                values[row, stop] = 0
            start = stop + 1
