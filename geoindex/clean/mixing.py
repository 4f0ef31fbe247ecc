"""What a doubtful pixel's color is made of: shares of units nearby, and of ink.

Colors are compared as luma and two chroma values (ITU-R BT.601, the ones of JPEG): lossy
compression blurs chroma over two to four pixels and keeps luma sharp, so where there is noise
chroma counts for less.
"""

from __future__ import annotations

import math

import numpy as np
from numba import types
from numpy.typing import NDArray

from geoindex.clean.cores import (
    CORE,
    DOUBTFUL,
    EXACT,
    LONE,
    MISSING,
    index_array,
    pixel_array,
    window_of,
)
from geoindex.color.compiled import compiled

__all__ = ["NEARBY", "N_SHARES", "SEARCH_RADIUS", "SUPPORT_RADIUS", "trust_thin_units", "unmix"]

N_SHARES = 3
"""Most units that a pixel is made of."""

N_CANDIDATES = 4
"""Units nearest to a pixel that its color is explained by."""

CLOSE_RADIUS, NEAR_RADIUS, SEARCH_RADIUS = 3, 6, 8
"""Cores are looked for within the first, the second where they are of one unit only or the
picture is noisy, and the third where there are none."""

MOST_FOUND = 64
"""Most units whose cores are looked at."""

SUPPORT_RADIUS, SUPPORT = 2, 5
"""A unit without cores is believed where this many pixels within the radius show it."""

SHOWN_RADIUS = 2
"""A unit without cores must be the nearest color of some pixel within it."""

# Scores are half squared distances in units of the noise, plus these.
THIRD_UNIT = 3.0  # a third component explains any color better
INK = 2.0
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
def _enter(place: int, red: float, green: float, blue: float, table: NDArray[np.float64]) -> None:
    """Write luma and chroma into a row of `table`."""
    table[place, 0] = 0.299 * red + 0.587 * green + 0.114 * blue
    table[place, 1] = -0.168736 * red - 0.331264 * green + 0.5 * blue
    table[place, 2] = 0.5 * red - 0.418688 * green - 0.081312 * blue


@compiled()
def _enter_shaded(
    place: int, factor: float, color: NDArray[np.float64], table: NDArray[np.float64]
) -> None:
    """Write luma and chroma of a palette color in a brightness."""
    _enter(
        place,
        min(factor * color[0], 255.0),
        min(factor * color[1], 255.0),
        min(factor * color[2], 255.0),
        table,
    )


@compiled()
def _squared(a: NDArray[np.float64], b: NDArray[np.float64], wy: float, wc: float) -> float:
    """Weighted squared distance."""
    return wy * float(a[0] - b[0]) ** 2 + wc * _chroma_gap(a, b)


@compiled()
def _chroma_gap(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Squared distance in chroma."""
    return float(a[1] - b[1]) ** 2 + float(a[2] - b[2]) ** 2


@compiled()
def _two(
    c: NDArray[np.float64], a: NDArray[np.float64], b: NDArray[np.float64], wy: float, wc: float
) -> tuple[float, float]:
    """Share of `a` beside `b` in `c`, and the weighted squared rest."""
    d0, d1, d2 = a[0] - b[0], a[1] - b[1], a[2] - b[2]
    e0, e1, e2 = c[0] - b[0], c[1] - b[1], c[2] - b[2]
    length = wy * d0 * d0 + wc * (d1 * d1 + d2 * d2)
    share = (wy * e0 * d0 + wc * (e1 * d1 + e2 * d2)) / length if length > 0 else 0.5
    share = min(max(share, 0.0), 1.0)
    e0, e1, e2 = e0 - share * d0, e1 - share * d1, e2 - share * d2
    return share, wy * e0 * e0 + wc * (e1 * e1 + e2 * e2)


@compiled()
def _three(
    c: NDArray[np.float64],
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    z: NDArray[np.float64],
    wy: float,
    wc: float,
) -> tuple[float, float, float]:
    """Shares of `a` and `b` beside `z` in `c`, and the weighted squared rest, or -1.

    The rest is -1 where a share is negative: then two of the three explain as much.
    """
    p0, p1, p2 = a[0] - z[0], a[1] - z[1], a[2] - z[2]
    q0, q1, q2 = b[0] - z[0], b[1] - z[1], b[2] - z[2]
    e0, e1, e2 = c[0] - z[0], c[1] - z[1], c[2] - z[2]
    pp = wy * p0 * p0 + wc * (p1 * p1 + p2 * p2)
    qq = wy * q0 * q0 + wc * (q1 * q1 + q2 * q2)
    pq = wy * p0 * q0 + wc * (p1 * q1 + p2 * q2)
    determinant = pp * qq - pq * pq
    if determinant <= 1e-3 * pp * qq:
        return 0.0, 0.0, -1.0
    ep = wy * e0 * p0 + wc * (e1 * p1 + e2 * p2)
    eq = wy * e0 * q0 + wc * (e1 * q1 + e2 * q2)
    s, t = (ep * qq - eq * pq) / determinant, (eq * pp - ep * pq) / determinant
    if s < 0 or t < 0 or s + t > 1:
        return 0.0, 0.0, -1.0
    e0, e1, e2 = e0 - s * p0 - t * q0, e1 - s * p1 - t * q1, e2 - s * p2 - t * q2
    return s, t, wy * e0 * e0 + wc * (e1 * e1 + e2 * e2)


@compiled()
def _offer(
    best: NDArray[np.float64],
    which: NDArray[np.int64],
    score: float,
    a: int,
    b: int,
    c: int,
    share_a: float,
    share_b: float,
    share_ink: float,
) -> None:
    """Keep an explanation if its score is lower than the best so far."""
    if score < best[0]:
        best[0], best[1], best[2], best[4] = score, share_a, share_b, share_ink
        best[3] = 1.0 - share_a - share_b - share_ink
        which[0], which[1], which[2] = a, b, c


@compiled()
def _explain(
    color: NDArray[np.float64],
    unit: NDArray[np.float64],
    far: NDArray[np.float64],
    m: int,
    over: NDArray[np.float64],
    n_inks: int,
    wy: float,
    wc: float,
    best: NDArray[np.float64],
    which: NDArray[np.int64],
) -> None:
    """Explain a color by up to three of the units nearby and inks.

    More components are only tried as long as what is left unexplained could pay for them.
    """
    for j in range(m):
        score = _squared(color, unit[j], wy, wc) + far[j]
        _offer(best, which, score, j, -1, -1, 1.0, 0.0, 0.0)
    for q in range(n_inks):
        score = _squared(color, over[q], wy, wc) + INK
        _offer(best, which, score, -1, -1, -1, 0.0, 0.0, 1.0)
    for j in range(m):
        for k in range(j + 1, m):
            s, rest = _two(color, unit[j], unit[k], wy, wc)
            _offer(best, which, rest + far[j] + far[k], j, k, -1, s, 1.0 - s, 0.0)
    if best[0] <= INK:
        return
    for q in range(n_inks):
        for j in range(m):
            s, rest = _two(color, unit[j], over[q], wy, wc)
            _offer(best, which, rest + INK + far[j], j, -1, -1, s, 0.0, 1.0 - s)
    if best[0] <= THIRD_UNIT:
        return
    for j in range(m):
        for k in range(j + 1, m):
            least = THIRD_UNIT + far[j] + far[k]
            for q in range(n_inks):
                s, t, rest = _three(color, unit[j], unit[k], over[q], wy, wc)
                if rest >= 0:
                    _offer(best, which, rest + least + INK, j, k, -1, s, t, 1.0 - s - t)
            for i in range(k + 1, m):
                s, t, rest = _three(color, unit[j], unit[k], unit[i], wy, wc)
                if rest >= 0:
                    _offer(best, which, rest + least + far[i], j, k, i, s, t, 0.0)
    for q in range(n_inks):
        for k in range(q + 1, n_inks):
            for j in range(m):
                s, _, rest = _three(color, unit[j], over[q], over[k], wy, wc)
                if rest >= 0:
                    score = rest + THIRD_UNIT + 2 * INK + far[j]
                    _offer(best, which, score, j, -1, -1, s, 0.0, 1.0 - s)


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


@compiled(
    types.void(
        pixel_array,
        index_array,
        types.Array(types.float64, 2, "C", readonly=True),
        types.Array(types.boolean, 1, "C", readonly=True),
        types.Array(types.int64, 1, "C", readonly=True),
        types.boolean,
        types.Array(types.uint8, 2, "C", readonly=True),
        types.Array(types.float32, 2, "C", readonly=True),
        types.Array(types.uint8, 2, "C", readonly=True),
        types.Array(types.uint8, 2, "C", readonly=True),
        window_of,
        types.int32[:, :, ::1],
        types.float32[:, :, ::1],
        types.float32[:, ::1],
        types.float32[:, ::1],
        types.int32[:, ::1],
    )
)
def unmix(
    pixels: NDArray[np.uint8],
    indices: NDArray[np.int32],
    colors: NDArray[np.float64],
    is_unit: NDArray[np.bool_],
    inks: NDArray[np.int64],
    shaded: bool,
    kind: NDArray[np.uint8],
    brightness: NDArray[np.float32],
    deviation: NDArray[np.uint8],
    todo: NDArray[np.uint8],
    window: tuple[int, int, int, int],
    members: NDArray[np.int32],
    shares: NDArray[np.float32],
    ink: NDArray[np.float32],
    noise: NDArray[np.float32],
    thin: NDArray[np.int32],
) -> None:
    """Find the shares of every pixel of a window.

    Parameters
    ----------
    pixels, indices, colors, is_unit, kind, brightness, deviation
        As in :func:`geoindex.clean.cores.find_cores`.
    inks : ndarray of int64
        Palette rows of the inks.
    shaded : bool
    todo : ndarray of uint8, shape (rows, cols)
        0 where a pixel is left as it is.
    window : tuple of int
        First and last row, first and last column, the last ones excluded. Cores are read up
        to the search radius beyond it.
    members, shares : ndarray, shape (rows, cols, 3)
        Written: palette rows, -1 after the last, and their shares.
    ink, noise : ndarray, shape (rows, cols)
        Written: the share of ink; and how noisy the picture is around the pixel, 0..1.
    thin : ndarray of int32, shape (rows, cols)
        Written: a unit that explains the pixel and has no core nearby, or -1.
    """
    rows, cols = indices.shape
    n_inks = len(inks)
    # Rows of the candidates; one place more for a unit that is not nearby.
    found = np.empty(MOST_FOUND, np.int64)
    far = np.empty(MOST_FOUND, np.float64)
    shown = np.empty((2 * SHOWN_RADIUS + 1) ** 2, np.int64)
    colored = np.empty((1, 3))
    unit = np.empty((N_CANDIDATES + 1, 3))
    over = np.empty((max(n_inks, 1), 3))
    best = np.empty(5)
    which = np.empty(3, np.int64)
    color, other = colored[0], unit[N_CANDIDATES]
    for row in range(window[0], window[1]):
        for col in range(window[2], window[3]):
            if todo[row, col] == 0:
                continue
            state = kind[row, col]
            thin[row, col] = -1
            if state in (CORE, EXACT):
                members[row, col, 0], members[row, col, 1] = indices[row, col], -1
                shares[row, col, 0] = 1.0
                ink[row, col] = noise[row, col] = 0.0
                continue
            for i in range(N_SHARES):
                members[row, col, i] = -1
            if state == MISSING:
                continue

            # Units with cores nearby, in the order of their distance, and what cores tell.
            n_found, n_cores, last = 0, 0, -1
            total_weight, total_brightness, total_deviation = 0.0, 0.0, 0.0
            for i in range(len(NEARBY)):
                quiet = total_deviation <= 3 * QUIET * QUIET * n_cores
                enough = (i == N_CLOSE and n_found > 1 and quiet) or (i == N_NEAR and n_found > 0)
                if enough and n_cores > 0:
                    break
                y, x = row + NEARBY[i, 1], col + NEARBY[i, 2]
                if y < 0 or x < 0 or y >= rows or x >= cols:
                    continue
                near = kind[y, x]
                if near not in (CORE, EXACT):
                    continue
                index = indices[y, x]
                if near == CORE:
                    n_cores += 1
                    total_deviation += deviation[y, x]
                    if shaded:
                        weight = 1.0 / (1.0 + NEARBY[i, 0])
                        total_weight += weight
                        total_brightness += weight * brightness[y, x]
                if index == last:
                    continue
                last = index
                known = False
                for j in range(n_found):
                    known = known or found[j] == index
                if not known and n_found < MOST_FOUND:
                    found[n_found], far[n_found] = index, PER_PIXEL * math.sqrt(NEARBY[i, 0])
                    n_found += 1
            factor = total_brightness / total_weight if total_weight > 0 else 1.0
            mean_squared = total_deviation / (3 * n_cores) if n_cores > 0 else 0.0
            level = (math.sqrt(mean_squared) - QUIET) / (NOISY - QUIET)
            level = min(max(level, 0.0), 1.0)
            noise[row, col] = level

            red, green = float(pixels[row, col, 0]), float(pixels[row, col, 1])
            _enter(0, red, green, float(pixels[row, col, 2]), colored)
            m = min(n_found, N_CANDIDATES)
            spread = 0.0
            for j in range(m):
                _enter_shaded(j, factor, colors[found[j]], unit)
                for i in range(min(j, 2)):
                    spread = max(spread, _chroma_gap(unit[i], unit[j]))
            for q in range(n_inks):
                _enter_shaded(q, factor, colors[inks[q]], over)
            base = ROUNDING + level * (LOSSY - ROUNDING) + OF_DEVIATION * mean_squared
            blur = (level * CHROMA_BLUR) ** 2
            wy = 0.5 / base
            wc = 0.5 / (base + blur * spread)
            best[0] = np.inf
            which[:] = -1
            _explain(color, unit, far, m, over, n_inks, wy, wc, best, which)

            foreign = -1
            if best[0] > FOREIGN:
                # No core nearby explains it: perhaps a unit so thin that it has none, but some
                # pixel shows its color.
                alone, alone_unit = np.inf, -1
                n_shown = _shown(indices, is_unit, row, col, shown)
                for u in shown[:n_shown]:
                    _enter_shaded(N_CANDIDATES, factor, colors[u], unit)
                    gap = spread
                    for j in range(min(m, 2)):
                        gap = max(gap, _chroma_gap(unit[j], other))
                    own_wc = 0.5 / (base + blur * gap)
                    score = _squared(color, other, wy, own_wc) + 0.5 * math.log(wc / own_wc)
                    if score < alone:
                        alone, alone_unit = score, u
                    before = best[0]
                    _offer(best, which, score + FOREIGN, N_CANDIDATES, -1, -1, 1.0, 0.0, 0.0)
                    for q in range(n_inks):
                        s, rest = _two(color, other, over[q], wy, wc)
                        score = rest + FOREIGN + INK
                        _offer(best, which, score, N_CANDIDATES, -1, -1, s, 0.0, 1.0 - s)
                    for j in range(m):
                        s, rest = _two(color, other, unit[j], wy, wc)
                        score = rest + FOREIGN + far[j]
                        _offer(best, which, score, N_CANDIDATES, j, -1, s, 1.0 - s, 0.0)
                    if best[0] < before:
                        foreign = u
                if alone < TRUSTED and alone + FOREIGN < best[0] + TRUSTED:
                    thin[row, col] = alone_unit
                if foreign >= 0:
                    _enter_shaded(N_CANDIDATES, factor, colors[foreign], unit)

            if level > 0 and which[1] >= 0 and which[2] < 0 and best[4] == 0.0:
                # The two units are known; now for their shares luma counts for more.
                one, two = unit[which[0]], unit[which[1]]
                gap = (level * PAIR_BLUR) ** 2 * _chroma_gap(one, two)
                best[1], _ = _two(color, one, two, 1.0, 1.0 / (1.0 + gap / PAIR_NOISE))
                best[2] = 1.0 - best[1]
            ink[row, col] = best[4]
            for i in range(N_SHARES):
                if which[i] >= 0:
                    members[row, col, i] = foreign if which[i] == N_CANDIDATES else found[which[i]]
                    shares[row, col, i] = best[1 + i]


@compiled(
    types.boolean(
        types.int32[:, ::1],
        types.Array(types.int32, 2, "C", readonly=True),
        window_of,
        types.uint8[:, ::1],
        types.uint8[:, ::1],
    )
)
def trust_thin_units(
    indices: NDArray[np.int32],
    thin: NDArray[np.int32],
    window: tuple[int, int, int, int],
    kind: NDArray[np.uint8],
    again: NDArray[np.uint8],
) -> bool:
    """Make pixels exact that show a thin unit together with enough of their neighbors.

    Parameters
    ----------
    indices : ndarray of int32, shape (rows, cols)
        Changed to the unit where it is trusted.
    thin : ndarray of int32, shape (rows, cols)
        Units that :func:`unmix` found without a core, or -1.
    window : tuple of int
        First and last row, first and last column. `thin` is read up to the support radius
        beyond it.
    kind : ndarray of uint8, shape (rows, cols)
        Changed.
    again : ndarray of uint8, shape (rows, cols)
        Set to 1 around the trusted pixels, where the shares must be found again.

    Returns
    -------
    bool
        Whether there is any such pixel.
    """
    rows, cols = indices.shape
    some = False
    for row in range(window[0], window[1]):
        for col in range(window[2], window[3]):
            unit = thin[row, col]
            if unit < 0 or kind[row, col] not in (DOUBTFUL, LONE):
                continue
            support = 0
            for y in range(max(0, row - SUPPORT_RADIUS), min(rows, row + SUPPORT_RADIUS + 1)):
                for x in range(max(0, col - SUPPORT_RADIUS), min(cols, col + SUPPORT_RADIUS + 1)):
                    support += int(thin[y, x] == unit)
            if support < SUPPORT:
                continue
            some = True
            indices[row, col] = unit
            kind[row, col] = EXACT
            for y in range(max(0, row - SEARCH_RADIUS), min(rows, row + SEARCH_RADIUS + 1)):
                for x in range(max(0, col - SEARCH_RADIUS), min(cols, col + SEARCH_RADIUS + 1)):
                    again[y, x] = 1
    return some
