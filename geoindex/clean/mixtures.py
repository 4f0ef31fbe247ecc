"""Colors as mixtures of units and ink.

Colors are compared as luma and two chroma values (ITU-R BT.601, those of JPEG): lossy
compression blurs chroma over two to four pixels and keeps luma sharp, so chroma counts for less
where the picture is noisy.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoindex.color.compiled import compiled

__all__ = [
    "INK",
    "Color",
    "Explanation",
    "better_of",
    "chroma_gap",
    "color_of",
    "enter_color",
    "explain",
    "luma_chroma",
    "mix_of_two",
    "squared_distance",
]

# Scores are half squared distances in units of the noise, plus these.
THIRD_UNIT = 3.0  # a third component explains any color better
INK = 2.0

Color = tuple[float, float, float]
"""Luma and chroma."""

Explanation = tuple[float, int, int, int, float, float, float, float]
"""Score, up to three units as rows of a table (-1 for none), their shares, and that of ink."""

# Colors are tuples in these helpers: rows of arrays would be counted as references, which takes
# longer than the arithmetic.


@compiled()
def luma_chroma(red: float, green: float, blue: float) -> Color:
    """Luma and chroma of a color."""
    return (
        0.299 * red + 0.587 * green + 0.114 * blue,
        -0.168736 * red - 0.331264 * green + 0.5 * blue,
        0.5 * red - 0.418688 * green - 0.081312 * blue,
    )


@compiled()
def enter_color(
    table: NDArray[np.float64], place: int, colors: NDArray[np.float64], row: int, factor: float
) -> None:
    """Write luma and chroma of a palette color in a brightness into a row of `table`."""
    table[place, 0], table[place, 1], table[place, 2] = luma_chroma(
        min(factor * colors[row, 0], 255.0),
        min(factor * colors[row, 1], 255.0),
        min(factor * colors[row, 2], 255.0),
    )


@compiled()
def color_of(table: NDArray[np.float64], place: int) -> Color:
    """Color in a row of a table."""
    return table[place, 0], table[place, 1], table[place, 2]


@compiled()
def squared_distance(a: Color, b: Color, wy: float, wc: float) -> float:
    """Weighted squared distance."""
    return wy * (a[0] - b[0]) ** 2 + wc * chroma_gap(a, b)


@compiled()
def chroma_gap(a: Color, b: Color) -> float:
    """Squared distance in chroma."""
    return (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2


@compiled()
def mix_of_two(c: Color, a: Color, b: Color, wy: float, wc: float) -> tuple[float, float]:
    """Share of `a` beside `b` in `c`, and the weighted squared rest."""
    d0, d1, d2 = a[0] - b[0], a[1] - b[1], a[2] - b[2]
    e0, e1, e2 = c[0] - b[0], c[1] - b[1], c[2] - b[2]
    length = wy * d0 * d0 + wc * (d1 * d1 + d2 * d2)
    share = (wy * e0 * d0 + wc * (e1 * d1 + e2 * d2)) / length if length > 0 else 0.5
    share = min(max(share, 0.0), 1.0)
    e0, e1, e2 = e0 - share * d0, e1 - share * d1, e2 - share * d2
    return share, wy * e0 * e0 + wc * (e1 * e1 + e2 * e2)


@compiled()
def mix_of_three(
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
def better_of(
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
def explain(
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
        score = squared_distance(color, color_of(unit, j), wy, wc) + far[j]
        best = better_of(best, score, j, -1, -1, 1.0, 0.0, 0.0)
    for q in range(n_inks):
        score = squared_distance(color, color_of(over, q), wy, wc) + INK
        best = better_of(best, score, -1, -1, -1, 0.0, 0.0, 1.0)
    for j in range(m):
        for k in range(j + 1, m):
            least = far[j] + far[k]
            if least < best[0]:
                s, rest = mix_of_two(color, color_of(unit, j), color_of(unit, k), wy, wc)
                best = better_of(best, rest + far[j] + far[k], j, k, -1, s, 1.0 - s, 0.0)
    if best[0] <= INK:
        return best
    # Soft edges between two inks, such as black text and its white halo.
    for q in range(n_inks):
        for k in range(q + 1, n_inks):
            if best[0] > 2 * INK:
                _, rest = mix_of_two(color, color_of(over, q), color_of(over, k), wy, wc)
                best = better_of(best, rest + 2 * INK, -1, -1, -1, 0.0, 0.0, 1.0)
    for q in range(n_inks):
        for j in range(m):
            least = INK + far[j]
            if least < best[0]:
                s, rest = mix_of_two(color, color_of(unit, j), color_of(over, q), wy, wc)
                best = better_of(best, rest + INK + far[j], j, -1, -1, s, 0.0, 1.0 - s)
    if best[0] <= THIRD_UNIT:
        return best
    for j in range(m):
        for k in range(j + 1, m):
            one, two = color_of(unit, j), color_of(unit, k)
            least = THIRD_UNIT + far[j] + far[k]
            for q in range(n_inks):
                if least + INK < best[0]:
                    s, t, rest = mix_of_three(color, one, two, color_of(over, q), wy, wc)
                    score = rest + least + INK
                    best = better_of(best, score, j, k, -1, s, t, 1.0 - s - t)
            for i in range(k + 1, m):
                if least + far[i] < best[0]:
                    s, t, rest = mix_of_three(color, one, two, color_of(unit, i), wy, wc)
                    best = better_of(best, rest + least + far[i], j, k, i, s, t, 0.0)
    for q in range(n_inks):
        for k in range(q + 1, n_inks):
            for j in range(m):
                least = THIRD_UNIT + 2 * INK + far[j]
                if least < best[0]:
                    one, two = color_of(over, q), color_of(over, k)
                    s, _, rest = mix_of_three(color, color_of(unit, j), one, two, wy, wc)
                    score = rest + THIRD_UNIT + 2 * INK + far[j]
                    best = better_of(best, score, j, -1, -1, s, 0.0, 1.0 - s)
    return best
