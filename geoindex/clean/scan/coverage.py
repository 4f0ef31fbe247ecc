"""How much of each pixel near a contact two units cover: from its color, then smoothed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoindex.color.compiled import compiled, types

__all__ = ["NEAR", "find_band", "gaussian_taps", "smooth_coverage", "split_pixels"]

NEAR = 2
"""Pixels from another unit within which a pixel may be a mixture."""

CLOSE_SQUARED, FARTHER_COST = 4, 4.0
"""Squared distance from which on a unit is less likely the other one, and by how much, in
variances of the noise."""

EVEN, WHOLE = 20.0, 100.0
"""Pull toward equal parts of both units, and toward a pixel that is covered as a whole, in
variances of the noise."""

MISFIT = 9.0
"""Squared misfit, in variances of the noise, that halves the weight of a pixel."""

units_type = types.Array(types.float64, 2, "C", readonly=True)
even_type = types.Array(types.float32, 3, "C", readonly=True)
labels_type = types.Array(types.int32, 2, "C", readonly=True)
places_type = types.Array(types.int64, 1, "C", readonly=True)
taps_type = types.Array(types.int64, 2, "C", readonly=True)
weights_type = types.Array(types.float32, 1, "C", readonly=True)


@compiled(types.int64(labels_type, types.int64, types.uint8[:, ::1], types.int64[::1]))
def find_band(
    classes: NDArray[np.int32], reach: int, marks: NDArray[np.uint8], places: NDArray[np.int64]
) -> int:
    """List the pixels near a contact.

    Parameters
    ----------
    classes : ndarray of int32, shape (rows, cols)
        Negative where there is no unit; such pixels have no contact and are not listed.
    reach : int
        Pixels to either side of the contact.
    marks : ndarray of uint8, shape (rows, cols)
        Written: 1 for the pixels of the list.
    places : ndarray of int64, shape (rows * cols,)
        Written: their flat positions, ascending.

    Returns
    -------
    int
        How many there are.
    """
    rows, cols = classes.shape
    marks[:] = 0
    for row in range(rows):
        for col in range(cols):
            unit = classes[row, col]
            right = col + 1 < cols and classes[row, col + 1] != unit
            below = row + 1 < rows and classes[row + 1, col] != unit
            if not right and not below:
                continue
            for y in range(max(0, row - reach + 1), min(rows, row + reach + below)):
                for x in range(max(0, col - reach + 1), min(cols, col + reach + right)):
                    marks[y, x] = 1
    n = 0
    for row in range(rows):
        for col in range(cols):
            if marks[row, col]:
                if classes[row, col] < 0:
                    marks[row, col] = 0
                    continue
                places[n] = row * cols + col
                n += 1
    return n


@compiled()
def split_color(
    red: float, green: float, blue: float,
    units: NDArray[np.float64], one: int, other: int,
    ink: NDArray[np.float64], variance: float, free: bool,
) -> tuple[float, float, float]:  # fmt: skip
    """Shares of two units of a color, and its squared distance from their mixture.

    The rest is ink; where `free`, ink may darken the units instead, so that the sum of all is
    less than 1.
    """
    a0, a1, a2 = units[one, 0], units[one, 1], units[one, 2]
    b0, b1, b2 = units[other, 0], units[other, 1], units[other, 2]
    i0, i1, i2 = ink[0], ink[1], ink[2]
    # The equations of least squares for the shares a, b and that of ink, d.
    if free:
        p0, p1, p2, q0, q1, q2, c0, c1, c2 = a0, a1, a2, b0, b1, b2, red, green, blue
    else:
        p0, p1, p2 = a0 - i0, a1 - i1, a2 - i2
        q0, q1, q2 = b0 - i0, b1 - i1, b2 - i2
        c0, c1, c2 = red - i0, green - i1, blue - i2
    even = EVEN * variance
    aa = p0 * p0 + p1 * p1 + p2 * p2 + even + 1e-3
    ab = p0 * q0 + p1 * q1 + p2 * q2 - even
    bb = q0 * q0 + q1 * q1 + q2 * q2 + even + 1e-3
    ac = p0 * c0 + p1 * c1 + p2 * c2
    bc = q0 * c0 + q1 * c1 + q2 * c2
    rest = 0.0
    if free:
        whole = WHOLE * variance
        ad = p0 * i0 + p1 * i1 + p2 * i2 + whole
        bd = q0 * i0 + q1 * i1 + q2 * i2 + whole
        dd = i0 * i0 + i1 * i1 + i2 * i2 + whole + 1e-3
        dc = i0 * c0 + i1 * c1 + i2 * c2 + whole
        aa, ab, bb, ac, bc = aa + whole, ab + whole, bb + whole, ac + whole, bc + whole
        determinant = (
            aa * (bb * dd - bd * bd) - ab * (ab * dd - bd * ad) + ad * (ab * bd - bb * ad)
        )
        upper = aa * (bb * dc - bd * bc) - ab * (ab * dc - bc * ad) + ac * (ab * bd - bb * ad)
        rest = max(upper / determinant, 0.0)
        ac, bc = ac - ad * rest, bc - bd * rest
    determinant = aa * bb - ab * ab
    a, b = (bb * ac - ab * bc) / determinant, (aa * bc - ab * ac) / determinant
    if a < 0:
        a, b = 0.0, min(max(bc / bb, 0.0), 1.0)
    elif b < 0:
        a, b = min(max(ac / aa, 0.0), 1.0), 0.0
    if a + b > 1:
        a, b = a / (a + b), b / (a + b)
    if not free:
        rest = 1 - a - b
    red -= a * a0 + b * b0 + rest * i0
    green -= a * a1 + b * b1 + rest * i1
    blue -= a * a2 + b * b2 + rest * i2
    return a, b, red * red + green * green + blue * blue


@compiled(
    types.void(
        even_type, labels_type, units_type, units_type, types.float64, types.boolean, places_type,
        types.int32[:, :, ::1], types.float32[:, :, ::1],
    )
)  # fmt: skip
def split_pixels(
    even: NDArray[np.float32],
    classes: NDArray[np.int32],
    units: NDArray[np.float64],
    inks: NDArray[np.float64],
    sigma: float,
    free: bool,
    places: NDArray[np.int64],
    members: NDArray[np.int32],
    parts: NDArray[np.float32],
) -> None:
    """Split the pixels near a contact into their own unit, one beside it, and ink.

    Parameters
    ----------
    even : ndarray of float32, shape (rows, cols, 3)
        Colors under even light.
    classes : ndarray of int32, shape (rows, cols)
        Units, negative where there is none.
    units, inks : ndarray of float64, shape (n, 3)
    sigma : float
        Standard deviation of the noise.
    free : bool
        Whether ink darkens units.
    places : ndarray of int64
        Flat positions of the pixels near a contact.
    members : ndarray of int32, shape (rows, cols, 2)
        Written for these: the units, -1 for none.
    parts : ndarray of float32, shape (rows, cols, 2)
        Written: their shares, less where they explain the pixel badly.
    """
    rows, cols = classes.shape
    variance = sigma * sigma
    found = np.empty((2 * NEAR + 1) ** 2, np.int32)
    gaps = np.empty(len(found), np.int64)
    for place in places:
        row, col = place // cols, place % cols
        own = classes[row, col]
        n = 0
        for y in range(max(0, row - NEAR), min(rows, row + NEAR + 1)):
            for x in range(max(0, col - NEAR), min(cols, col + NEAR + 1)):
                unit = classes[y, x]
                gap = (y - row) ** 2 + (x - col) ** 2
                if unit < 0 or unit == own or gap > NEAR * NEAR + 1:
                    continue
                i = 0
                while i < n and found[i] != unit:
                    i += 1
                if i == n:
                    found[n], gaps[n] = unit, gap
                    n += 1
                gaps[i] = min(gaps[i], gap)
        members[row, col, 0], members[row, col, 1] = own, -1
        parts[row, col, 0], parts[row, col, 1] = 1.0, 0.0
        least, off = np.inf, 0.0
        red, green, blue = (
            float(even[row, col, 0]), float(even[row, col, 1]), float(even[row, col, 2]),
        )  # fmt: skip
        for i in range(n):
            for k in range(len(inks)):
                a, b, misfit = split_color(
                    red, green, blue, units, own, found[i], inks[k], variance, free
                )
                cost = misfit + (FARTHER_COST * variance if gaps[i] > CLOSE_SQUARED else 0.0)
                if cost < least or (cost == least and found[i] < members[row, col, 1]):
                    least, off = cost, misfit
                    members[row, col, 1] = found[i]
                    parts[row, col, 0], parts[row, col, 1] = a, b
        if n > 0:
            weight = 1 / (1 + off / (MISFIT * variance))
            parts[row, col, 0] *= weight
            parts[row, col, 1] *= weight


def gaussian_taps(sigma: float, reach: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Rows, columns and weights of the pixels of a blur within a disk.

    Parameters
    ----------
    sigma : float
        Standard deviation in pixels.
    reach : int
        Radius of the disk.

    Returns
    -------
    taps : ndarray of int64, shape (n, 2)
    weights : ndarray of float32, shape (n,)
    """
    steps = range(-reach, reach + 1)
    taps = [(y, x) for y in steps for x in steps if y * y + x * x <= reach * reach + 1]
    # Rounded, because the last bits of an exponential differ between machines.
    weights = [round(float(np.exp(-(y * y + x * x) / (2 * sigma**2))), 5) for y, x in taps]
    return np.array(taps, np.int64), np.array(weights, np.float32)


@compiled(
    types.void(
        types.Array(types.int32, 3, "C", readonly=True),
        types.Array(types.float32, 3, "C", readonly=True),
        types.int64, places_type, taps_type, weights_type, types.int32[:, ::1],
        types.float32[:, ::1],
    )
)  # fmt: skip
def smooth_coverage(
    members: NDArray[np.int32],
    parts: NDArray[np.float32],
    n_units: int,
    places: NDArray[np.int64],
    taps: NDArray[np.int64],
    weights: NDArray[np.float32],
    best: NDArray[np.int32],
    sums: NDArray[np.float32],
) -> None:
    """Sum the shares of units around pixels, and find the two largest sums.

    Parameters
    ----------
    members : ndarray of int32, shape (rows, cols, 2)
    parts : ndarray of float32, shape (rows, cols, 2)
        Units and their shares, as :func:`split_pixels` gives them.
    n_units : int
    places : ndarray of int64, shape (n,)
        Flat positions of the pixels.
    taps, weights
        From :func:`gaussian_taps`; pixels at the border count for those beyond.
    best : ndarray of int32, shape (n, 2)
        Written: the units, the lowest of equal ones first, -1 for none.
    sums : ndarray of float32, shape (n, 2)
        Written.
    """
    rows, cols = members.shape[:2]
    total = np.zeros(n_units, np.float32)
    listed = np.zeros(n_units, np.uint8)
    found = np.empty(n_units, np.int32)
    for slot in range(len(places)):
        row, col = places[slot] // cols, places[slot] % cols
        n = 0
        for tap in range(len(taps)):
            y = min(max(row + taps[tap, 0], 0), rows - 1)
            x = min(max(col + taps[tap, 1], 0), cols - 1)
            for i in range(members.shape[2]):
                unit = members[y, x, i]
                if unit < 0:
                    break
                if not listed[unit]:
                    listed[unit], found[n] = 1, unit
                    n += 1
                total[unit] += weights[tap] * parts[y, x, i]
        for i in range(best.shape[1]):
            best[slot, i], sums[slot, i] = -1, 0
        for i in range(n):
            unit = found[i]
            value = total[unit]
            total[unit], listed[unit] = 0, 0
            # Sorted in: the largest first, of equal ones the lowest unit.
            place = best.shape[1]
            while place > 0:
                above = best[slot, place - 1]
                if above >= 0 and (
                    sums[slot, place - 1] > value
                    or (sums[slot, place - 1] == value and above < unit)
                ):
                    break
                place -= 1
            for k in range(best.shape[1] - 1, place, -1):
                best[slot, k], sums[slot, k] = best[slot, k - 1], sums[slot, k - 1]
            if place < best.shape[1]:
                best[slot, place], sums[slot, place] = unit, value
