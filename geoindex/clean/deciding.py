"""One unit per pixel, from the shares of the pixel and of its neighbors."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from geoindex.clean.cores import (
    CORE,
    EXACT,
    HIDDEN,
    INDEX_SHIFT,
    NEIGHBORHOOD,
    index_array,
    surroundings,
    window_of,
)
from geoindex.color.compiled import compiled, types

__all__ = ["BESIDE_RADIUS", "UNDECIDED", "decide", "fill_far"]

BESIDE_RADIUS = 5
"""Radius in which the units beside ink are weighted; :func:`fill_far` searches farther."""

BESIDE_SIGMA = 0.8
"""Of the weights, in pixels: small, so that the nearest unit counts, yet large enough to find the
middle of a line within a fraction of a pixel."""

SMOOTH_RADIUS, SMOOTH_SIGMA = 2, 1.1
"""Of the weighted mean that smooths the shares where the picture is noisy."""

LEAST_INK = 0.01
UNDECIDED = np.int32(-2)
"""A pixel without a unit nearby."""

MOST_CLASSES = 64


def _weights(radius: int, sigma: float) -> NDArray[np.float64]:
    """Places around a pixel, nearest first: row, column, weight, and weight of the rest."""
    step = range(-radius, radius + 1)
    places = sorted((dy * dy + dx * dx, dy, dx) for dy in step for dx in step)[1:]
    # Rounded, because the last bits of exp differ between processors.
    weights = [float(f"{math.exp(-squared / (2 * sigma**2)):.12g}") for squared, _, _ in places]
    left = np.cumsum(weights[::-1])[::-1]
    return np.array(
        [
            (dy, dx, weight, rest)
            for (_, dy, dx), weight, rest in zip(places, weights, left, strict=True)
        ]
    )


BESIDE = _weights(BESIDE_RADIUS, BESIDE_SIGMA)
SMOOTH = _weights(SMOOTH_RADIUS, SMOOTH_SIGMA)

NEGLIGIBLE = 0.003
"""Places farther away are skipped once their total weight is below this share."""


@compiled()
def _add(
    n: int, unit: int, weight: float, found: NDArray[np.int64], total: NDArray[np.float64]
) -> int:
    """Add to the total of a unit; return how many units there are."""
    for i in range(n):
        if found[i] == unit:
            total[i] += weight
            return n
    if n == MOST_CLASSES:
        return n
    found[n], total[n] = unit, weight
    return n + 1


@compiled()
def _add_around(
    row: int,
    col: int,
    weights: NDArray[np.float64],
    factor: float,
    known: NDArray[np.int32],
    slots: NDArray[np.int32],
    members: NDArray[np.int32],
    shares: NDArray[np.float32],
    n: int,
    found: NDArray[np.int64],
    total: NDArray[np.float64],
) -> int:
    """Add the weighted shares of the neighbors; return how many units there are."""
    rows, cols = known.shape
    so_far = 0.0
    for place in range(len(weights)):
        if weights[place, 3] < NEGLIGIBLE * so_far:
            break
        y, x = row + int(weights[place, 0]), col + int(weights[place, 1])
        if y < 0 or x < 0 or y >= rows or x >= cols:
            continue
        told = known[y, x]
        if told >= 0:
            so_far += weights[place, 2]
            n = _add(n, told >> INDEX_SHIFT, factor * weights[place, 2], found, total)
            continue
        if told == HIDDEN:
            continue
        slot = slots[y, x]
        if slot < 0:
            continue
        for i in range(members.shape[1]):
            if members[slot, i] < 0:
                break
            weight = weights[place, 2] * shares[slot, i]
            so_far += weight
            n = _add(n, members[slot, i], factor * weight, found, total)
    return n


@compiled(
    types.boolean(
        index_array,
        types.Array(types.boolean, 1, "C", readonly=True),
        types.Array(types.int32, 2, "C", readonly=True),
        types.Array(types.int32, 2, "C", readonly=True),
        types.Array(types.int32, 2, "C", readonly=True),
        types.Array(types.float32, 2, "C", readonly=True),
        types.Array(types.float32, 1, "C", readonly=True),
        types.boolean,
        window_of,
        types.int32[:, ::1],
        types.uint8[:, ::1],
    )
)
def decide(
    indices: NDArray[np.int32],
    is_unit: NDArray[np.bool_],
    known: NDArray[np.int32],
    slots: NDArray[np.int32],
    members: NDArray[np.int32],
    shares: NDArray[np.float32],
    noise: NDArray[np.float32],
    edges: bool,
    window: tuple[int, int, int, int],
    out: NDArray[np.int32],
    margins: NDArray[np.uint8],
) -> bool:
    """Assign every pixel of a window to the unit that covers most of it.

    A part of a pixel that ink hides is assigned to the units around it, mainly the nearest.
    Where the picture is noisy, the shares are smoothed with those of the neighbors.

    Parameters
    ----------
    indices, is_unit
        As in :func:`geoindex.clean.cores.find_cores`.
    known : ndarray of int32, shape (rows, cols)
        From :func:`geoindex.clean.cores.note_known`, and `HIDDEN` where all is ink.
    slots : ndarray of int32, shape (rows, cols)
        Row of each doubtful pixel in the arrays below, up to the larger radius beyond the
        window; -1 elsewhere.
    members, shares, noise
        From :func:`geoindex.clean.mixing.unmix`.
    edges : bool
        Whether pixels of units may change as well.
    window : tuple of int
        First and last row, first and last column.
    out : ndarray of int32, shape of the window
        Written: palette rows, -1 for nodata, `UNDECIDED` for ink without a unit near it.
    margins : ndarray of uint8, shape of the window
        Written: margin between the unit and the runner-up in percent.

    Returns
    -------
    bool
        Whether some pixel is undecided.
    """
    found = np.empty(MOST_CLASSES, np.int64)
    total = np.empty(MOST_CLASSES, np.float64)
    near = surroundings(known, HIDDEN + 1)
    undecided = False
    for row in range(window[0], window[1]):
        for col in range(window[2], window[3]):
            y, x = row - window[0], col - window[2]
            index = indices[row, col]
            out[y, x] = index
            margins[y, x] = 100
            slot = slots[row, col]
            if known[row, col] >= 0 or slot < 0:
                continue
            if not edges and is_unit[index]:
                continue
            if not (near[row // NEIGHBORHOOD, col // NEIGHBORHOOD] or is_unit[index]):
                # All around is hidden, as it is itself.
                out[y, x], margins[y, x] = UNDECIDED, 0
                undecided = True
                continue
            over, level = shares[slot, members.shape[1]], noise[slot]
            n = 0
            if over > LEAST_INK:
                n = _add_around(
                    row, col, BESIDE, 1.0, known, slots, members, shares, n, found, total
                )  # fmt: skip
                weight = 0.0
                for i in range(n):
                    weight += total[i]
                for i in range(n):
                    total[i] = over * total[i] / weight if weight > 0 else 0.0
            for i in range(members.shape[1]):
                if members[slot, i] < 0:
                    break
                n = _add(n, members[slot, i], shares[slot, i], found, total)
            if level > 0:
                n = _add_around(
                    row, col, SMOOTH, level, known, slots, members, shares, n, found, total
                )  # fmt: skip
            best, first, second, weight = -1, 0.0, 0.0, 0.0
            for i in range(n):
                weight += total[i]
                if total[i] > first or (total[i] == first and best >= 0 and found[i] < best):
                    if best >= 0:
                        second = first
                    best, first = found[i], total[i]
                elif total[i] > second:
                    second = total[i]
            if best >= 0:
                out[y, x] = best
                margins[y, x] = np.uint8(100 * (first - second) / weight + 0.5)
            elif not is_unit[index]:
                out[y, x] = UNDECIDED
                margins[y, x] = 0
                undecided = True
    return undecided


@compiled()
def _cores_above_and_below(
    indices: NDArray[np.int32],
    kind: NDArray[np.uint8],
    reach: int,
    first_row: int,
    top: int,
    bottom: int,
    first_col: int,
    width: int,
    lines: NDArray[np.int32],
    n_lines: int,
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Find the nearest core above or below each pixel of some rows, counted from `first_row`.

    Returns its distance, beyond `reach` where there is none, and its unit, the lower of two.
    """
    gap = np.full((n_lines, width), reach + 1, np.int32)
    unit = np.full((n_lines, width), -1, np.int32)
    start = max(0, first_row + top - reach)
    stop = min(len(indices), first_row + bottom + reach)
    for side in range(2):
        away = np.full(width, reach + 1, np.int32)
        nearest = np.full(width, -1, np.int32)
        for step in range(stop - start):
            row = start + step if side == 0 else stop - 1 - step
            states, units = kind[row, first_col:], indices[row, first_col:]
            for x in range(np.uint64(width)):
                is_core = (states[x] == CORE) | (states[x] == EXACT)
                away[x] = 0 if is_core else min(away[x] + 1, reach + 1)
                nearest[x] = units[x] if is_core else nearest[x]
            line = lines[row - first_row] if top <= row - first_row < bottom else -1
            if line < 0:
                continue
            for x in range(width):
                if away[x] > reach or away[x] > gap[line, x]:
                    continue
                if away[x] < gap[line, x] or nearest[x] < unit[line, x]:
                    gap[line, x], unit[line, x] = away[x], nearest[x]
    return gap, unit


@compiled(
    types.void(
        index_array,
        types.Array(types.uint8, 2, "C", readonly=True),
        types.int64,
        window_of,
        types.int32[:, ::1],
    )
)
def fill_far(
    indices: NDArray[np.int32],
    kind: NDArray[np.uint8],
    reach: int,
    window: tuple[int, int, int, int],
    out: NDArray[np.int32],
) -> None:
    """Assign undecided pixels to the unit of the nearest core.

    Parameters
    ----------
    indices, kind
        As in :func:`geoindex.clean.cores.find_cores`, valid up to `reach` beyond the window.
    reach : int
        Largest distance in pixels.
    window : tuple of int
        First and last row, first and last column.
    out : ndarray of int32, shape of the window
        Changed where it is `UNDECIDED`; -1 where every core is farther. Of equally near cores
        the lowest unit counts.
    """
    # Few pixels are undecided: only around them cores are looked for.
    top, bottom, left, right, n_lines = len(out), 0, out.shape[1], 0, 0
    lines = np.full(len(out), -1, np.int32)
    for row in range(len(out)):
        for col in range(out.shape[1]):
            if out[row, col] == UNDECIDED:
                if lines[row] < 0:
                    lines[row], n_lines = n_lines, n_lines + 1
                top, bottom = min(top, row), max(bottom, row + 1)
                left, right = min(left, col), max(right, col + 1)
    if n_lines == 0:
        return
    first_col = max(0, window[2] + left - reach)
    width = min(indices.shape[1], window[2] + right + reach) - first_col
    gap, unit = _cores_above_and_below(
        indices, kind, reach, window[0], top, bottom, first_col, width, lines, n_lines
    )
    listed = np.empty(width, np.int64)
    for row in range(top, bottom):
        line = lines[row]
        if line < 0:
            continue
        n = 0
        for x in range(width):
            if gap[line, x] <= reach:
                listed[n] = x
                n += 1
        ahead = 0
        for col in range(left, right):
            place = window[2] + col - first_col
            while ahead < n and listed[ahead] < place:
                ahead += 1
            if out[row, col] != UNDECIDED:
                continue
            # To the right and to the left, as far as something nearer can be.
            least, best = reach * reach + 1, -1
            for step in (1, -1):
                i = ahead if step == 1 else ahead - 1
                while 0 <= i < n and (listed[i] - place) ** 2 <= least:
                    x = listed[i]
                    squared = (x - place) ** 2 + np.int64(gap[line, x]) ** 2
                    if squared < least or (squared == least and unit[line, x] < best):
                        least, best = squared, unit[line, x]
                    i += step
            out[row, col] = best
