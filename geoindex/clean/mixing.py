"""What a doubtful pixel's color is made of: shares of units nearby, and of ink.

Colors are compared as luma and two chroma values (ITU-R BT.601, the ones of JPEG): lossy
compression blurs chroma over two to four pixels and keeps luma sharp, so where there is noise
chroma counts for less.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from geoindex.clean.cores import (
    DEVIATION_MASK,
    INDEX_SHIFT,
    OF_CORE,
    index_array,
    pixel_array,
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

Color = tuple[float, float, float]
"""Luma and chroma."""

Explanation = tuple[float, int, int, int, float, float, float, float]
"""Score, up to three units as rows of a table (-1 for none), their shares, and that of ink."""

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


# Colors are tuples in these helpers: rows of arrays would be counted as references, which takes
# longer than the arithmetic.


@compiled()
def _luma_chroma(red: float, green: float, blue: float) -> Color:
    """Luma and chroma of a color."""
    return (
        0.299 * red + 0.587 * green + 0.114 * blue,
        -0.168736 * red - 0.331264 * green + 0.5 * blue,
        0.5 * red - 0.418688 * green - 0.081312 * blue,
    )


@compiled()
def _enter(
    table: NDArray[np.float64], place: int, colors: NDArray[np.float64], row: int, factor: float
) -> None:
    """Write luma and chroma of a palette color in a brightness into a row of `table`."""
    table[place, 0], table[place, 1], table[place, 2] = _luma_chroma(
        min(factor * colors[row, 0], 255.0),
        min(factor * colors[row, 1], 255.0),
        min(factor * colors[row, 2], 255.0),
    )


@compiled()
def _row(table: NDArray[np.float64], place: int) -> Color:
    """Color in a row of a table."""
    return table[place, 0], table[place, 1], table[place, 2]


@compiled()
def _squared(a: Color, b: Color, wy: float, wc: float) -> float:
    """Weighted squared distance."""
    return wy * (a[0] - b[0]) ** 2 + wc * _chroma_gap(a, b)


@compiled()
def _chroma_gap(a: Color, b: Color) -> float:
    """Squared distance in chroma."""
    return (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2


@compiled()
def _mix_of_two(c: Color, a: Color, b: Color, wy: float, wc: float) -> tuple[float, float]:
    """Share of `a` beside `b` in `c`, and the weighted squared rest."""
    d0, d1, d2 = a[0] - b[0], a[1] - b[1], a[2] - b[2]
    e0, e1, e2 = c[0] - b[0], c[1] - b[1], c[2] - b[2]
    length = wy * d0 * d0 + wc * (d1 * d1 + d2 * d2)
    share = (wy * e0 * d0 + wc * (e1 * d1 + e2 * d2)) / length if length > 0 else 0.5
    share = min(max(share, 0.0), 1.0)
    e0, e1, e2 = e0 - share * d0, e1 - share * d1, e2 - share * d2
    return share, wy * e0 * e0 + wc * (e1 * e1 + e2 * e2)


@compiled()
def _mix_of_three(
    c: Color, a: Color, b: Color, z: Color, wy: float, wc: float
) -> tuple[float, float, float]:
    """Shares of `a` and `b` beside `z` in `c`, and the weighted squared rest, or ``inf``.

    The rest is ``inf`` where a share is negative: then two of the three explain as much.
    """
    p0, p1, p2 = a[0] - z[0], a[1] - z[1], a[2] - z[2]
    q0, q1, q2 = b[0] - z[0], b[1] - z[1], b[2] - z[2]
    e0, e1, e2 = c[0] - z[0], c[1] - z[1], c[2] - z[2]
    pp = wy * p0 * p0 + wc * (p1 * p1 + p2 * p2)
    qq = wy * q0 * q0 + wc * (q1 * q1 + q2 * q2)
    pq = wy * p0 * q0 + wc * (p1 * q1 + p2 * q2)
    determinant = pp * qq - pq * pq
    if determinant <= 1e-3 * pp * qq:
        return 0.0, 0.0, np.inf
    ep = wy * e0 * p0 + wc * (e1 * p1 + e2 * p2)
    eq = wy * e0 * q0 + wc * (e1 * q1 + e2 * q2)
    s, t = (ep * qq - eq * pq) / determinant, (eq * pp - ep * pq) / determinant
    if s < 0 or t < 0 or s + t > 1:
        return 0.0, 0.0, np.inf
    e0, e1, e2 = e0 - s * p0 - t * q0, e1 - s * p1 - t * q1, e2 - s * p2 - t * q2
    return s, t, wy * e0 * e0 + wc * (e1 * e1 + e2 * e2)


@compiled()
def _better_of(
    best: Explanation,
    score: float,
    a: int,
    b: int,
    c: int,
    share_a: float,
    share_b: float,
    share_ink: float,
) -> Explanation:
    """Take the explanation with the lower score: `best`, or one by the units `a`, `b`, `c`."""
    if score < best[0]:
        share_c = 1.0 - share_a - share_b - share_ink
        return score, a, b, c, share_a, share_b, share_c, share_ink
    return best


@compiled()
def _explain(
    color: Color,
    unit: NDArray[np.float64],
    far: NDArray[np.float64],
    m: int,
    over: NDArray[np.float64],
    n_inks: int,
    wy: float,
    wc: float,
) -> Explanation:
    """Explain a color by up to three of the units nearby and inks.

    More components are only tried where what is left unexplained could pay for them.
    """
    best = (np.inf, -1, -1, -1, 0.0, 0.0, 0.0, 0.0)
    for j in range(m):
        score = _squared(color, _row(unit, j), wy, wc) + far[j]
        best = _better_of(best, score, j, -1, -1, 1.0, 0.0, 0.0)
    for q in range(n_inks):
        score = _squared(color, _row(over, q), wy, wc) + INK
        best = _better_of(best, score, -1, -1, -1, 0.0, 0.0, 1.0)
    for j in range(m):
        for k in range(j + 1, m):
            least = far[j] + far[k]
            if least < best[0]:
                s, rest = _mix_of_two(color, _row(unit, j), _row(unit, k), wy, wc)
                best = _better_of(best, rest + far[j] + far[k], j, k, -1, s, 1.0 - s, 0.0)
    if best[0] <= INK:
        return best
    # Soft edges between two inks, such as black text and its white halo.
    for q in range(n_inks):
        for k in range(q + 1, n_inks):
            if best[0] > 2 * INK:
                _, rest = _mix_of_two(color, _row(over, q), _row(over, k), wy, wc)
                best = _better_of(best, rest + 2 * INK, -1, -1, -1, 0.0, 0.0, 1.0)
    for q in range(n_inks):
        for j in range(m):
            least = INK + far[j]
            if least < best[0]:
                s, rest = _mix_of_two(color, _row(unit, j), _row(over, q), wy, wc)
                best = _better_of(best, rest + INK + far[j], j, -1, -1, s, 0.0, 1.0 - s)
    if best[0] <= THIRD_UNIT:
        return best
    for j in range(m):
        for k in range(j + 1, m):
            one, two = _row(unit, j), _row(unit, k)
            least = THIRD_UNIT + far[j] + far[k]
            for q in range(n_inks):
                if least + INK < best[0]:
                    s, t, rest = _mix_of_three(color, one, two, _row(over, q), wy, wc)
                    score = rest + least + INK
                    best = _better_of(best, score, j, k, -1, s, t, 1.0 - s - t)
            for i in range(k + 1, m):
                if least + far[i] < best[0]:
                    s, t, rest = _mix_of_three(color, one, two, _row(unit, i), wy, wc)
                    best = _better_of(best, rest + least + far[i], j, k, i, s, t, 0.0)
    for q in range(n_inks):
        for k in range(q + 1, n_inks):
            for j in range(m):
                least = THIRD_UNIT + 2 * INK + far[j]
                if least < best[0]:
                    one, two = _row(over, q), _row(over, k)
                    s, _, rest = _mix_of_three(color, _row(unit, j), one, two, wy, wc)
                    score = rest + THIRD_UNIT + 2 * INK + far[j]
                    best = _better_of(best, score, j, -1, -1, s, 0.0, 1.0 - s)
    return best


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
    rows, cols = indices.shape
    n_inks = len(inks)
    flat, shades = known.ravel(), brightness.ravel()
    offsets = NEARBY[:, 1] * cols + NEARBY[:, 2]
    plain = np.empty((len(colors), 3))
    for j in range(len(colors)):
        _enter(plain, j, colors, j, 1.0)
    # Rows of the candidates; one place more for a unit that is not nearby.
    found = np.empty(MOST_FOUND, np.int64)
    far = np.empty(MOST_FOUND, np.float64)
    shown = np.empty((2 * SHOWN_RADIUS + 1) ** 2, np.int64)
    unit = np.empty((N_CANDIDATES + 1, 3))
    over = np.empty((max(n_inks, 1), 3))
    for q in range(n_inks):
        _enter(over, q, colors, inks[q], 1.0)
    for slot in todo:
        row, col = places[slot] // cols, places[slot] % cols

        # Units with cores nearby, in the order of their distance, and what cores tell.
        n_found, n_cores, last, total_deviation = 0, 0, -1, 0
        total_weight, total_brightness = 0.0, 0.0
        inside = SEARCH_RADIUS <= row < rows - SEARCH_RADIUS
        inside = inside and SEARCH_RADIUS <= col < cols - SEARCH_RADIUS
        for i in range(len(NEARBY)):
            if i in (N_CLOSE, N_NEAR):
                quiet = total_deviation <= 3 * QUIET * QUIET * n_cores
                enough = (n_found > 1 and quiet) if i == N_CLOSE else n_found > 0
                if enough and n_cores > 0:
                    break
            if not inside:
                y, x = row + NEARBY[i, 1], col + NEARBY[i, 2]
                if y < 0 or x < 0 or y >= rows or x >= cols:
                    continue
            near = np.uint64(places[slot] + offsets[i])
            told = flat[near]
            if told < 0:
                continue
            if told & OF_CORE:
                n_cores += 1
                total_deviation += told & DEVIATION_MASK
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
        mean_squared = total_deviation / (3 * n_cores) if n_cores > 0 else 0.0
        level = (math.sqrt(mean_squared) - QUIET) / (NOISY - QUIET)
        level = min(max(level, 0.0), 1.0)
        noise[slot] = level

        factor = 1.0
        m = min(n_found, N_CANDIDATES)
        if shaded:
            factor = total_brightness / total_weight if total_weight > 0 else 1.0
            for j in range(m):
                _enter(unit, j, colors, found[j], factor)
            for q in range(n_inks):
                _enter(over, q, colors, inks[q], factor)
        else:
            for j in range(m):
                unit[j, 0], unit[j, 1], unit[j, 2] = _row(plain, found[j])
        spread = 0.0
        for j in range(m):
            for i in range(min(j, 2)):
                spread = max(spread, _chroma_gap(_row(unit, i), _row(unit, j)))
        color = _luma_chroma(
            float(pixels[row, col, 0]), float(pixels[row, col, 1]), float(pixels[row, col, 2])
        )
        base = ROUNDING + level * (LOSSY - ROUNDING) + OF_DEVIATION * mean_squared
        blur = (level * CHROMA_BLUR) ** 2
        wy = 0.5 / base
        wc = 0.5 / (base + blur * spread)
        best = _explain(color, unit, far, m, over, n_inks, wy, wc)

        foreign = -1
        thin[slot] = -1
        if best[0] > FOREIGN:
            # No core nearby explains it: perhaps a unit so thin that it has none, but some
            # pixel shows its color.
            alone, alone_unit = np.inf, -1
            n_shown = _shown(indices, is_unit, row, col, shown)
            for i in range(n_shown):
                u = shown[i]
                _enter(unit, N_CANDIDATES, colors, u, factor)
                other = _row(unit, N_CANDIDATES)
                gap = spread
                for j in range(min(m, 2)):
                    gap = max(gap, _chroma_gap(_row(unit, j), other))
                own_wc = 0.5 / (base + blur * gap)
                score = _squared(color, other, wy, own_wc) + 0.5 * math.log(wc / own_wc)
                if score < alone:
                    alone, alone_unit = score, u
                before = best[0]
                best = _better_of(best, score + FOREIGN, N_CANDIDATES, -1, -1, 1.0, 0.0, 0.0)
                for q in range(n_inks):
                    s, rest = _mix_of_two(color, other, _row(over, q), wy, wc)
                    score = rest + FOREIGN + INK
                    best = _better_of(best, score, N_CANDIDATES, -1, -1, s, 0.0, 1.0 - s)
                for j in range(m):
                    s, rest = _mix_of_two(color, other, _row(unit, j), wy, wc)
                    score = rest + FOREIGN + far[j]
                    best = _better_of(best, score, N_CANDIDATES, j, -1, s, 1.0 - s, 0.0)
                if best[0] < before:
                    foreign = u
            if alone < TRUSTED and alone + FOREIGN < best[0] + TRUSTED:
                thin[slot] = alone_unit
            if foreign >= 0:
                _enter(unit, N_CANDIDATES, colors, foreign, factor)

        _, first, second, third, share_1, share_2, share_3, share_ink = best
        if level > 0 and second >= 0 and third < 0 and share_ink == 0.0:
            # The two units are known; now for their shares luma counts for more.
            one, two = _row(unit, first), _row(unit, second)
            gap = (level * PAIR_BLUR) ** 2 * _chroma_gap(one, two)
            share_1, _ = _mix_of_two(color, one, two, 1.0, 1.0 / (1.0 + gap / PAIR_NOISE))
            share_2 = 1.0 - share_1
        for i, member in enumerate((first, second, third)):
            members[slot, i] = -1
            if member >= 0:
                members[slot, i] = foreign if member == N_CANDIDATES else found[member]
        shares[slot, 0], shares[slot, 1], shares[slot, 2] = share_1, share_2, share_3
        shares[slot, N_SHARES] = share_ink
