"""Thin units of a scan, which the neighborhoods of their pixels hide."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoindex.clean.pooling import LARGEST_COST
from geoindex.clean.scan.coverage import even_type, labels_type, split_color, units_type
from geoindex.color.compiled import compiled, types

__all__ = ["THIN", "THIN_HALO", "find_narrow", "find_thin"]

INSIDE = 2
"""Pixels from any other unit from which on a pixel is no mixture with it."""

COMPANY_RADIUS = 3

WIDE, NARROW_COMPANY = 5, 12
"""Side of the square that a narrow unit has no room for, and pixels of it in a box around one."""

BESIDE_RADIUS = 2

THIN_HALO = max(INSIDE, WIDE - 1) + COMPANY_RADIUS + BESIDE_RADIUS
"""Pixels around a block that its thin units depend on."""

UNEXPLAINED = 0.6 * LARGEST_COST
"""Cost from which on the unit of the neighborhood does not explain a pixel."""

MOST_COST = 6.0
"""Mean cost, in nats, up to which a thin unit explains the pixels in company."""

FILLED, FAINT_COST = 0.5, 1.0
"""Share that a thin unit must have in the pixel that shows it best, and the cost, in nats, of what
that lacks of 1: units farther off in the same direction explain mixtures as well."""

LEAST_LEAD = 0.3
"""By how much the next unit must explain them worse."""

CENTER = 4
"""Weight of a pixel beside those around it when the thin unit is compared with the one around."""

COMPANY = 9
"""Pixels of a box that must be unexplained."""

CAP = 13.0

THIN, BESIDE_THIN = np.uint8(2), np.uint8(1)
"""Pixels of thin units, and those beside them."""


@compiled(
    types.int64(
        even_type, labels_type, types.Array(types.uint8, 2, "C", readonly=True), units_type,
        units_type, types.float64, labels_type, types.int32[:, ::1], types.uint8[:, ::1],
    )
)  # fmt: skip
def find_thin(
    even: NDArray[np.float32],
    codes: NDArray[np.int32],
    costs: NDArray[np.uint8],
    units: NDArray[np.float64],
    inks: NDArray[np.float64],
    sigma: float,
    base: NDArray[np.int32],
    classes: NDArray[np.int32],
    thin: NDArray[np.uint8],
) -> int:
    """Give pixels to a unit that they and those beside them show, but not their neighborhood.

    Parameters
    ----------
    even : ndarray of float32, shape (rows, cols, 3)
        Colors under even light.
    codes : ndarray of int32, shape (rows, cols)
    costs : ndarray of uint8, shape (n_codes, n_units)
        As :func:`geoindex.clean.pooling.pool` takes them.
    units, inks : ndarray of float64, shape (n, 3)
    sigma : float
        Standard deviation of the noise.
    base : ndarray of int32, shape (rows, cols)
        Units by a neighborhood so large that no thin unit shows; negative where there is none.
    classes : ndarray of int32, shape (rows, cols)
        Units by a smaller one. Changed.
    thin : ndarray of uint8, shape (rows, cols)
        Written: `THIN`, `BESIDE_THIN` or 0.

    Returns
    -------
    int
        Changed pixels.
    """
    rows, cols = classes.shape
    n_units = len(units)
    slots = np.full((rows, cols), -1, np.int32)
    n = 0
    for row in range(rows):
        for col in range(cols):
            thin[row, col] = 0
            own = base[row, col]
            if own < 0 or costs[codes[row, col], own] < UNEXPLAINED:
                continue
            alone = True
            for y in range(max(0, row - INSIDE), min(rows, row + INSIDE + 1)):
                for x in range(max(0, col - INSIDE), min(cols, col + INSIDE + 1)):
                    alone = alone and base[y, x] == own
            if alone:
                slots[row, col] = n
                n += 1
    places = np.empty(n, np.int64)
    off = np.empty((n, n_units), np.float32)
    part = np.empty((n, n_units), np.float32)
    lead = np.full((n, n_units), -1, np.float32)
    for row in range(rows):
        for col in range(cols):
            slot = slots[row, col]
            if slot < 0:
                continue
            places[slot] = row * cols + col
            own = base[row, col]
            red, green, blue = (
                float(even[row, col, 0]), float(even[row, col, 1]), float(even[row, col, 2]),
            )  # fmt: skip
            for k in range(n_units):
                off[slot, k], part[slot, k] = CAP, 0
                if k == own:
                    continue
                for i in range(len(inks)):
                    a, b, misfit = split_color(
                        red, green, blue, units, own, k, inks[i], 0.0, False
                    )
                    cost = misfit / (2 * sigma * sigma)
                    if cost < off[slot, k]:
                        off[slot, k], part[slot, k] = cost, b
                        lead[slot, k] = b - a
    changed = 0
    new = np.full(n, -1, np.int32)
    total, most = np.empty(n_units), np.empty(n_units)
    for slot in range(n):
        row, col = places[slot] // cols, places[slot] % cols
        total[:], most[:] = 0, 0
        company = 0
        for y in range(max(0, row - COMPANY_RADIUS), min(rows, row + COMPANY_RADIUS + 1)):
            for x in range(max(0, col - COMPANY_RADIUS), min(cols, col + COMPANY_RADIUS + 1)):
                other = slots[y, x]
                if other >= 0 and base[y, x] == base[row, col]:
                    company += 1
                    for k in range(n_units):
                        total[k] += off[other, k]
                        most[k] = max(most[k], part[other, k])
        if company < COMPANY:
            continue
        best, second = -1, np.inf
        for k in range(n_units):
            total[k] = total[k] / company + FAINT_COST * (1 - most[k])
            if best < 0 or total[k] < total[best]:
                if best >= 0:
                    second = total[best]
                best = k
            elif total[k] < second:
                second = total[k]
        fits = total[best] <= MOST_COST and second - total[best] >= LEAST_LEAD
        fits = fits and most[best] >= FILLED
        if not fits:
            continue
        covered = (CENTER - 1) * lead[slot, best]
        for y in range(max(0, row - 1), min(rows, row + 2)):
            for x in range(max(0, col - 1), min(cols, col + 2)):
                other = slots[y, x]
                covered += lead[other, best] if other >= 0 else -1
        if covered > 0:
            new[slot] = best
            changed += 1
    # What the small neighborhood made of a thin unit and its edges is worth little.
    for slot in range(n):
        if new[slot] < 0:
            continue
        row, col = places[slot] // cols, places[slot] % cols
        for y in range(max(0, row - BESIDE_RADIUS), min(rows, row + BESIDE_RADIUS + 1)):
            for x in range(max(0, col - BESIDE_RADIUS), min(cols, col + BESIDE_RADIUS + 1)):
                thin[y, x] = BESIDE_THIN
                if base[y, x] == base[row, col]:
                    classes[y, x] = base[y, x]
    for slot in range(n):
        if new[slot] >= 0:
            classes[places[slot] // cols, places[slot] % cols] = new[slot]
            thin[places[slot] // cols, places[slot] % cols] = THIN
    return changed


@compiled(types.void(labels_type, types.uint8[:, ::1]))
def find_narrow(classes: NDArray[np.int32], thin: NDArray[np.uint8]) -> None:
    """Mark units that are narrower than a square, where several of their pixels are together.

    Parameters
    ----------
    classes : ndarray of int32, shape (rows, cols)
        Negative where there is no unit.
    thin : ndarray of uint8, shape (rows, cols)
        Written, as by :func:`find_thin`.
    """
    rows, cols = classes.shape
    wide = np.zeros((rows, cols), np.uint8)
    for row in range(rows - WIDE + 1):
        for col in range(cols - WIDE + 1):
            same = True
            for y in range(row, row + WIDE):
                for x in range(col, col + WIDE):
                    same = same and classes[y, x] == classes[row, col]
            if same:
                wide[row : row + WIDE, col : col + WIDE] = 1
    thin[:] = 0
    for row in range(rows):
        for col in range(cols):
            if wide[row, col] or classes[row, col] < 0:
                continue
            company = 0
            for y in range(max(0, row - COMPANY_RADIUS), min(rows, row + COMPANY_RADIUS + 1)):
                for x in range(max(0, col - COMPANY_RADIUS), min(cols, col + COMPANY_RADIUS + 1)):
                    if not wide[y, x] and classes[y, x] == classes[row, col]:
                        company += 1
            if company < NARROW_COMPANY:
                continue
            for y in range(max(0, row - BESIDE_RADIUS), min(rows, row + BESIDE_RADIUS + 1)):
                for x in range(max(0, col - BESIDE_RADIUS), min(cols, col + BESIDE_RADIUS + 1)):
                    thin[y, x] = max(thin[y, x], BESIDE_THIN)
            thin[row, col] = THIN
