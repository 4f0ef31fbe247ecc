"""What doubtful pixels are made of: shares of the units nearby, and of ink."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from geoindex.clean.cores import (
    DEVIATION_MASK,
    INDEX_SHIFT,
    NEIGHBORHOOD,
    OF_CORE,
    index_array,
    pixel_array,
    surroundings,
)
from geoindex.clean.mixtures import (
    INK,
    Color,
    Explanation,
    better_of,
    chroma_gap,
    color_of,
    enter_color,
    explain,
    luma_chroma,
    mix_of_two,
    squared_distance,
)
from geoindex.color.compiled import compiled, types

__all__ = ["NEARBY", "N_SHARES", "SEARCH_RADIUS", "unmix"]

N_SHARES = 3
"""Most units that a pixel is made of."""

N_CANDIDATES = 4
"""Units nearest to a pixel that its color is explained by."""

CLOSE_RADIUS, NEAR_RADIUS, SEARCH_RADIUS = 3, 6, 8
"""Cores are looked for within the first, the second where they are of one unit only or the
picture is noisy, and the third where there are none."""

MOST_FOUND = 64
"""Most units whose cores are looked at."""

SHOWN_RADIUS = 2
"""A unit without cores must be the nearest color of some pixel within it."""

# Added to scores, as in `mixtures`.
PER_PIXEL = 0.4  # of distance to the nearest core
FOREIGN = 12.0  # a unit without a core nearby
TRUSTED = 4.0  # a color that fits a unit this well is the unit

# Variance of luma and chroma in a picture without and with lossy compression.
ROUNDING, LOSSY = 0.25, 4.0
OF_DEVIATION = 0.1  # share of the cores' mean squared deviation that counts on top
QUIET, NOISY = 0.5, 2.0  # root mean square deviation of cores that means none and full noise
CHROMA_BLUR = 0.1  # of the difference of two units in chroma, added where there is noise
PAIR_BLUR, PAIR_NOISE = 0.5, 9.0  # the same once the two units are known, and the variance

_offsets = sorted(
    (dy * dy + dx * dx, dy, dx)
    for dy in range(-SEARCH_RADIUS, SEARCH_RADIUS + 1)
    for dx in range(-SEARCH_RADIUS, SEARCH_RADIUS + 1)
    if 0 < dy * dy + dx * dx <= SEARCH_RADIUS**2
)
NEARBY = np.array(_offsets, dtype=np.int64)
"""Squared distance, rows and columns to each place within the search radius, nearest first."""

N_CLOSE = int((NEARBY[:, 0] <= CLOSE_RADIUS**2).sum())
N_NEAR = int((NEARBY[:, 0] <= NEAR_RADIUS**2).sum())


@compiled()
def _shown(
    indices: NDArray[np.int32],
    is_unit: NDArray[np.bool_],
    row: int,
    col: int,
    shown: NDArray[np.int64],
) -> int:
    """List the units that pixels around a place are nearest to; return how many there are."""
    n = 0
    for y in range(max(0, row - SHOWN_RADIUS), min(len(indices), row + SHOWN_RADIUS + 1)):
        for x in range(max(0, col - SHOWN_RADIUS), min(indices.shape[1], col + SHOWN_RADIUS + 1)):
            index = indices[y, x]
            if index < 0 or not is_unit[index]:
                continue
            place = 0
            while place < n and shown[place] != index:
                place += 1
            if place == n:
                shown[n] = index
                n += 1
    return n


@compiled()
def _look_around(
    known: NDArray[np.int32],
    shades: NDArray[np.float32],
    row: int,
    col: int,
    shaded: bool,
    found: NDArray[np.int64],
    far: NDArray[np.float64],
) -> tuple[int, float, float]:
    """List the units with cores nearby, nearest first, with the scores of their distances.

    Returns how many there are, the mean squared deviation of the cores, and their brightness.
    """
    rows, cols = known.shape
    flat = known.ravel()
    n_found, n_cores, last, deviation = 0, 0, -1, 0
    total_weight, total_brightness = 0.0, 0.0
    inside = SEARCH_RADIUS <= row < rows - SEARCH_RADIUS
    inside = inside and SEARCH_RADIUS <= col < cols - SEARCH_RADIUS
    for i in range(len(NEARBY)):
        if i in (N_CLOSE, N_NEAR):
            quiet = deviation <= 3 * QUIET * QUIET * n_cores
            enough = (n_found > 1 and quiet) if i == N_CLOSE else n_found > 0
            if enough and n_cores > 0:
                break
        y, x = row + NEARBY[i, 1], col + NEARBY[i, 2]
        if not inside and (y < 0 or x < 0 or y >= rows or x >= cols):
            continue
        near = np.uint64(y * cols + x)
        told = flat[near]
        if told < 0:
            continue
        if told & OF_CORE:
            n_cores += 1
            deviation += told & DEVIATION_MASK
            if shaded:
                weight = 1.0 / (1.0 + NEARBY[i, 0])
                total_weight += weight
                total_brightness += weight * shades[near]
        index = told >> INDEX_SHIFT
        if index == last:
            continue
        last = index
        is_new = n_found < MOST_FOUND
        for j in range(n_found):
            is_new = is_new and found[j] != index
        if is_new:
            found[n_found], far[n_found] = index, PER_PIXEL * math.sqrt(NEARBY[i, 0])
            n_found += 1
    mean_squared = deviation / (3 * n_cores) if n_cores > 0 else 0.0
    return n_found, mean_squared, total_brightness / total_weight if total_weight > 0 else 1.0


@compiled()
def _explain_by_thin(
    best: Explanation,
    color: Color,
    unit: NDArray[np.float64],
    far: NDArray[np.float64],
    m: int,
    over: NDArray[np.float64],
    n_inks: int,
    shown: NDArray[np.int64],
    n_shown: int,
    colors: NDArray[np.float64],
    factor: float,
    base: float,
    blur: float,
    spread: float,
) -> tuple[Explanation, int, int]:
    """Explain a color by a unit that has no core nearby, but is shown by some pixel.

    Returns the best explanation, the unit that it needs, and a unit that fits the color by
    itself; -1 for none.
    """
    wy, wc = 0.5 / base, 0.5 / (base + blur * spread)
    foreign, alone, alone_unit = -1, np.inf, -1
    for i in range(n_shown):
        u = shown[i]
        enter_color(unit, N_CANDIDATES, colors, u, factor)
        other = color_of(unit, N_CANDIDATES)
        gap = spread
        for j in range(min(m, 2)):
            gap = max(gap, chroma_gap(color_of(unit, j), other))
        own_wc = 0.5 / (base + blur * gap)
        # Rounded, because the last bits of a logarithm differ between processors.
        blurred = math.floor(0.5 * math.log(wc / own_wc) * 2.0**40 + 0.5) / 2.0**40
        score = squared_distance(color, other, wy, own_wc) + blurred
        if score < alone:
            alone, alone_unit = score, u
        before = best[0]
        best = better_of(best, score + FOREIGN, N_CANDIDATES, -1, -1, 1.0, 0.0, 0.0)
        for q in range(n_inks):
            s, rest = mix_of_two(color, other, color_of(over, q), wy, wc)
            score = rest + FOREIGN + INK
            best = better_of(best, score, N_CANDIDATES, -1, -1, s, 0.0, 1.0 - s)
        for j in range(m):
            s, rest = mix_of_two(color, other, color_of(unit, j), wy, wc)
            score = rest + FOREIGN + far[j]
            best = better_of(best, score, N_CANDIDATES, j, -1, s, 1.0 - s, 0.0)
        if best[0] < before:
            foreign = u
    if not (alone < TRUSTED and alone + FOREIGN < best[0] + TRUSTED):
        alone_unit = -1
    if foreign >= 0:
        enter_color(unit, N_CANDIDATES, colors, foreign, factor)
    return best, foreign, alone_unit


@compiled(
    types.void(
        pixel_array,
        index_array,
        types.Array(types.float64, 2, "C", readonly=True),
        types.Array(types.boolean, 1, "C", readonly=True),
        types.Array(types.int64, 1, "C", readonly=True),
        types.boolean,
        types.Array(types.int32, 2, "C", readonly=True),
        types.Array(types.float32, 2, "C", readonly=True),
        types.Array(types.int64, 1, "C", readonly=True),
        types.Array(types.int64, 1, "C", readonly=True),
        types.int32[:, ::1],
        types.float32[:, ::1],
        types.float32[::1],
        types.int32[::1],
    )
)
def unmix(
    pixels: NDArray[np.uint8],
    indices: NDArray[np.int32],
    colors: NDArray[np.float64],
    is_unit: NDArray[np.bool_],
    inks: NDArray[np.int64],
    shaded: bool,
    known: NDArray[np.int32],
    brightness: NDArray[np.float32],
    places: NDArray[np.int64],
    todo: NDArray[np.int64],
    members: NDArray[np.int32],
    shares: NDArray[np.float32],
    noise: NDArray[np.float32],
    thin: NDArray[np.int32],
) -> None:
    """Find the shares of doubtful pixels.

    Parameters
    ----------
    pixels, indices, colors, is_unit, brightness
        As in :func:`geoindex.clean.cores.find_cores`.
    known : ndarray of int32, shape (rows, cols)
        From :func:`geoindex.clean.cores.note_known`.
    inks : ndarray of int64
        Palette rows of the inks.
    shaded : bool
    places : ndarray of int64, shape (n,)
        ``row * cols + col`` of each doubtful pixel. Cores are read up to the search radius
        around it.
    todo : ndarray of int64
        Which of the places.
    members : ndarray of int32, shape (n, 3)
        Written: the palette rows of the units, -1 after the last.
    shares : ndarray of float32, shape (n, 4)
        Written: the shares of the members, and that of ink.
    noise : ndarray of float32, shape (n,)
        Written: how noisy the picture is around the pixel, 0..1.
    thin : ndarray of int32, shape (n,)
        Written: a unit that explains the pixel and has no core nearby, or -1.
    """
    # For each place: the units nearby (`_look_around`), their colors in the brightness there, how
    # much luma and chroma count, the best explanation (`explain`), another by a thin unit if that
    # is poor (`_explain_by_thin`), and the shares.
    cols = indices.shape[1]
    n_inks = len(inks)
    shades = brightness.ravel()
    plain = np.empty((len(colors), 3))
    for j in range(len(colors)):
        enter_color(plain, j, colors, j, 1.0)
    # Rows of the candidates; one place more for a unit that is not nearby.
    found = np.empty(MOST_FOUND, np.int64)
    far = np.empty(MOST_FOUND, np.float64)
    shown = np.empty((2 * SHOWN_RADIUS + 1) ** 2, np.int64)
    unit = np.empty((N_CANDIDATES + 1, 3))
    over = np.empty((max(n_inks, 1), 3))
    for q in range(n_inks):
        enter_color(over, q, colors, inks[q], 1.0)
    near = surroundings(known, 0)
    for slot in todo:
        row, col = places[slot] // cols, places[slot] % cols
        n_found, mean_squared, factor = 0, 0.0, 1.0
        if near[row // NEIGHBORHOOD, col // NEIGHBORHOOD]:
            n_found, mean_squared, factor = _look_around(
                known, shades, row, col, shaded, found, far
            )
        level = (math.sqrt(mean_squared) - QUIET) / (NOISY - QUIET)
        level = min(max(level, 0.0), 1.0)
        noise[slot] = level

        m = min(n_found, N_CANDIDATES)
        if shaded:
            for j in range(m):
                enter_color(unit, j, colors, found[j], factor)
            for q in range(n_inks):
                enter_color(over, q, colors, inks[q], factor)
        else:
            for j in range(m):
                unit[j, 0], unit[j, 1], unit[j, 2] = color_of(plain, found[j])
        spread = 0.0
        for j in range(m):
            for i in range(min(j, 2)):
                spread = max(spread, chroma_gap(color_of(unit, i), color_of(unit, j)))
        color = luma_chroma(
            float(pixels[row, col, 0]), float(pixels[row, col, 1]), float(pixels[row, col, 2])
        )
        base = ROUNDING + level * (LOSSY - ROUNDING) + OF_DEVIATION * mean_squared
        blur = (level * CHROMA_BLUR) ** 2
        best = explain(
            color, unit, far, m, over, n_inks, 0.5 / base, 0.5 / (base + blur * spread)
        )  # fmt: skip
        foreign, thin[slot] = -1, -1
        if best[0] > FOREIGN:
            n_shown = _shown(indices, is_unit, row, col, shown)
            best, foreign, thin[slot] = _explain_by_thin(
                best, color, unit, far, m, over, n_inks, shown, n_shown, colors, factor,
                base, blur, spread,
            )  # fmt: skip

        _, first, second, third, share_1, share_2, share_3, share_ink = best
        if level > 0 and second >= 0 and third < 0 and share_ink == 0.0:
            # The two units are known; now for their shares luma counts for more.
            one, two = color_of(unit, first), color_of(unit, second)
            gap = (level * PAIR_BLUR) ** 2 * chroma_gap(one, two)
            share_1, _ = mix_of_two(color, one, two, 1.0, 1.0 / (1.0 + gap / PAIR_NOISE))
            share_2 = 1.0 - share_1
        for i, member in enumerate((first, second, third)):
            members[slot, i] = -1
            if member >= 0:
                members[slot, i] = foreign if member == N_CANDIDATES else found[member]
        shares[slot, 0], shares[slot, 1], shares[slot, 2] = share_1, share_2, share_3
        shares[slot, N_SHARES] = share_ink
