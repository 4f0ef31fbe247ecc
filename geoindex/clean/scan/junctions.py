"""Junctions of a scan, where the contacts of three units meet: moved until they fit.

The lines of contacts are moved between two units, which says little of where three meet. Near
there contacts are taken to be straight, from three places on a circle to one point inside, and
these move until the colors are explained best.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from geoindex.clean.scan.coverage import even_type, labels_type, places_type, units_type
from geoindex.clean.scan.lines import DARK_COST, RANGE, darkening, luma_at, normal
from geoindex.color.compiled import compiled, types

__all__ = ["JUNCTION_HALO", "fit_junctions"]

RADIUS = 6
"""Pixels from a junction to the circle."""

REACH = 5
"""Pixels from a junction up to which colors are compared, and units drawn anew."""

TURNS = 720
"""Places on the circle."""

_angles = np.arange(TURNS) * (2 * math.pi / TURNS)
# Rounded, because the last bits of a sine differ between machines.
CIRCLE = np.round(np.stack([np.sin(_angles), np.cos(_angles)], axis=1), 6)

LOOKED_AT = 10
"""Step, in places of the circle, at which it is searched for contacts."""

SAME = 3
"""Pixels, along rows and columns, between corners of one junction."""

FARTHEST = 4.0
"""Pixels that the point where contacts meet may move."""

POINT_STEPS = (1.0, 0.5, 0.25, 0.125)
TURN_STEPS = (19, 10, 5, 2)
"""Steps of the search, in pixels and, about as far, in places of the circle."""

ROUNDS = 6
"""Rounds of the search at most with one step."""

CAP = 9.0
"""Largest squared misfit of a pixel, in variances of the noise."""

SHARP = 0.05
"""Blur with which units are drawn, in pixels."""

MARGIN = RADIUS + 2

NEAR = REACH + 2 * SAME
"""Pixels from a window to the corners that decide on the junctions that are drawn in it."""

JUNCTION_HALO = NEAR + MARGIN
"""Pixels around a block that its junctions depend on."""

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]


@compiled()
def _is_corner(classes: NDArray[np.int32], y: int, x: int) -> bool:
    """Whether three or four units meet at the upper left corner of a pixel."""
    a, b = classes[y - 1, x - 1], classes[y - 1, x]
    c, d = classes[y, x - 1], classes[y, x]
    return 1 + int(b != a) + int(c not in (a, b)) + int(d not in (a, b, c)) >= 3


@compiled()
def _list_corners(classes: NDArray[np.int32], wanted: Longs, corners: NDArray[np.int32]) -> int:
    """Write the corners near a window where units meet, row by row; return how many there are."""
    top, bottom, left, right = wanted[0], wanted[1], wanted[2], wanted[3]
    n = 0
    for y in range(max(MARGIN, top - NEAR), min(classes.shape[0] - MARGIN, bottom + NEAR + 1)):
        for x in range(max(MARGIN, left - NEAR), min(classes.shape[1] - MARGIN, right + NEAR + 1)):
            if _is_corner(classes, y, x):
                if n < len(corners):
                    corners[n, 0], corners[n, 1] = y, x
                n += 1
    return n


@compiled()
def _middle(corners: NDArray[np.int32], first: int) -> tuple[int, int]:
    """Middle of a corner and of those near it that follow; (0, 0) if one comes before."""
    y, x = corners[first, 0], corners[first, 1]
    before = first - 1
    while before >= 0 and corners[before, 0] >= y - SAME:
        if abs(corners[before, 1] - x) <= SAME:
            return 0, 0
        before -= 1
    n, sum_y, sum_x = 0, 0, 0
    after = first
    while after < len(corners) and corners[after, 0] <= y + SAME:
        if abs(corners[after, 1] - x) <= SAME:
            n, sum_y, sum_x = n + 1, sum_y + corners[after, 0], sum_x + corners[after, 1]
        after += 1
    return (2 * sum_y + n) // (2 * n), (2 * sum_x + n) // (2 * n)


@compiled()
def _look_around(classes: NDArray[np.int32], y: int, x: int, turns: Longs, members: Longs) -> bool:
    """Find the contacts on the circle, and the unit after each; False if it is no junction."""
    n = 0
    last = np.int32(-1)
    for turn in range(-LOOKED_AT, TURNS, LOOKED_AT):
        row = y + math.floor(RADIUS * CIRCLE[turn, 0])
        col = x + math.floor(RADIUS * CIRCLE[turn, 1])
        unit = classes[row, col]
        if unit < 0:
            return False
        if turn >= 0 and unit != last:
            if n == 3:  # units of a junction, as below
                return False
            turns[n], members[n] = turn - LOOKED_AT // 2, unit
            n += 1
        last = unit
    if n < 3 or members[0] == members[2]:
        return False
    for row in range(y - REACH, y + REACH):
        for col in range(x - REACH, x + REACH):
            if classes[row, col] not in (members[0], members[1], members[2]):
                return False
    return True


@compiled()
def _aim(y: int, x: int, point: Floats, turns: Longs, rays: Floats) -> None:
    """Write the directions of the contacts, from the point where they meet to the circle."""
    for i in range(3):
        dy = y + RADIUS * CIRCLE[turns[i] % TURNS, 0] - point[0]
        dx = x + RADIUS * CIRCLE[turns[i] % TURNS, 1] - point[1]
        length = math.sqrt(dy * dy + dx * dx)
        rays[i, 0], rays[i, 1] = dy / length, dx / length


@compiled()
def _cover(
    dy: float, dx: float, rays: Floats, half_width: float, blur: float, parts: Floats
) -> None:
    """Write how much of a pixel each unit covers after blur, and how much of all is ink (item 3).

    Of the two contacts around a unit, both bound it if they open by less than half a turn;
    otherwise it is what they do not cut off.
    """
    bare, total = 1.0, 0.0
    half = half_width / blur
    before = normal((rays[0, 1] * dy - rays[0, 0] * dx) / blur)
    first = before
    for i in range(3):
        after = (i + 1) % 3
        across = (rays[after, 1] * dy - rays[after, 0] * dx) / blur
        beyond = normal(across) if after else first
        if rays[i, 1] * rays[after, 0] - rays[i, 0] * rays[after, 1] > 0:
            parts[i] = before * (1 - beyond)
        else:
            parts[i] = 1 - (1 - before) * beyond
        total += parts[i]
        before = beyond
        # Most pixels are far from most lines.
        if half > 0 and abs(across) < half + RANGE:
            along = (rays[after, 0] * dy + rays[after, 1] * dx) / blur
            bare *= 1 - normal(along) * (normal(across + half) - normal(across - half))
    for i in range(3):
        parts[i] *= bare / total
    parts[3] = 1 - bare


@compiled()
def _misfit(
    colors: Floats, y: int, x: int, point: Floats, turns: Longs, members: Longs, units: Floats,
    profile: tuple[float, float, float], variance: float, free: bool, limit: float,
) -> float:  # fmt: skip
    """Sum of the squared misfits around a junction; more than `limit` is not summed up."""
    half_width, blur, hue_blur = profile
    rays, parts = np.empty((3, 2)), np.empty(4)
    _aim(y, x, point, turns, rays)
    ink = len(units) - 1
    total = 0.0
    for row in range(2 * REACH):
        for col in range(2 * REACH):
            dy, dx = row - REACH + 0.5, col - REACH + 0.5
            if dy * dy + dx * dx > REACH * REACH or total > limit:
                continue
            off2, model2, model_off = 0.0, 0.0, 0.0
            for channel in range(3):
                if channel < 2:  # brightness is blurred less than both hues
                    width = blur if channel == 0 else hue_blur
                    _cover(y + dy - point[0], x + dx - point[1], rays, half_width, width, parts)
                model = parts[3] * units[ink, channel]
                for i in range(3):
                    model += parts[i] * units[members[i], channel]
                off = colors[row, col, channel] - model
                off2 += off * off
                model2 += model * model
                model_off += model * off
            darker = darkening(model2, model_off, variance) if free else 0.0
            if darker < 0:
                off2 -= darker * model_off - DARK_COST * variance
            total += min(off2, CAP * variance)
    return total


@compiled()
def _settle(
    colors: Floats, y: int, x: int, point: Floats, turns: Longs, members: Longs, units: Floats,
    profile: tuple[float, float, float], variance: float, free: bool,
) -> None:  # fmt: skip
    """Move the point where contacts meet, and their places on the circle, to where they fit."""
    least = _misfit(
        colors, y, x, point, turns, members, units, profile, variance, free, np.inf
    )  # fmt: skip
    tried, tried_turns = point.copy(), turns.copy()
    for size in range(len(POINT_STEPS)):
        for _ in range(ROUNDS):
            improved, took = False, -1
            for way in range(10):
                if way == took + 1 and way % 2:
                    continue  # which is back
                sign = 1 - 2 * (way % 2)
                tried[:], tried_turns[:] = point, turns
                if way < 4:
                    tried[way // 2] += sign * POINT_STEPS[size]
                    if (tried[0] - y) ** 2 + (tried[1] - x) ** 2 > FARTHEST * FARTHEST:
                        continue
                else:
                    tried_turns[way // 2 - 2] += sign * TURN_STEPS[size]
                misfit = _misfit(
                    colors, y, x, tried, tried_turns, members, units, profile, variance, free,
                    least,
                )  # fmt: skip
                if misfit < least:
                    least, improved, took = misfit, True, way
                    point[:], turns[:] = tried, tried_turns
            if not improved:
                break


@compiled()
def _draw(
    y: int, x: int, point: Floats, turns: Longs, members: Longs, out: NDArray[np.int32]
) -> None:
    """Give the pixels around a junction to the units between its contacts."""
    rays, parts = np.empty((3, 2)), np.empty(4)
    _aim(y, x, point, turns, rays)
    for row in range(y - REACH, y + REACH):
        for col in range(x - REACH, x + REACH):
            dy, dx = row + 0.5 - point[0], col + 0.5 - point[1]
            if (row + 0.5 - y) ** 2 + (col + 0.5 - x) ** 2 > (REACH - 0.5) ** 2:
                continue
            _cover(dy, dx, rays, 0.0, SHARP, parts)
            best = 0
            for i in range(1, 3):
                if parts[i] > parts[best]:
                    best = i
            out[row, col] = members[best]


@compiled(
    types.void(
        even_type, labels_type, units_type, units_type, types.float64, types.float64,
        types.float64, types.float64, types.boolean, places_type,
        types.int32[:, ::1],
    )
)  # fmt: skip
def fit_junctions(
    even: NDArray[np.float32],
    classes: NDArray[np.int32],
    units: Floats,
    to_luma: Floats,
    half_width: float,
    blur: float,
    hue_blur: float,
    sigma: float,
    free: bool,
    wanted: Longs,
    out: NDArray[np.int32],
) -> None:
    """Draw the units around junctions anew where three contacts explain the colors best.

    Parameters
    ----------
    even : ndarray of float32, shape (rows, cols, 3)
        Colors under even light.
    classes : ndarray of int32, shape (rows, cols)
        Units, negative where there is none.
    units, to_luma, half_width, blur, hue_blur, sigma, free
        As in :func:`geoindex.clean.scan.lines.fit_lines`.
    wanted : ndarray of int64, shape (4,)
        First and last row, first and last column of what must be right.
    out : ndarray of int32, shape (rows, cols)
        A copy of `classes`; written.
    """
    n = _list_corners(classes, wanted, np.empty((0, 2), np.int32))
    corners = np.empty((n, 2), np.int32)
    _list_corners(classes, wanted, corners)
    top, bottom, left, right = wanted[0], wanted[1], wanted[2], wanted[3]
    colors = np.empty((2 * REACH, 2 * REACH, 3))
    turns, members, point = np.empty(3, np.int64), np.empty(3, np.int64), np.empty(2)
    profile = (half_width, blur, hue_blur)
    for first in range(len(corners)):
        y, x = _middle(corners, first)
        if y < top - REACH or y > bottom + REACH or x < left - REACH or x > right + REACH:
            continue
        if y == 0 or not _look_around(classes, y, x, turns, members):
            continue
        for row in range(2 * REACH):
            for col in range(2 * REACH):
                for channel in range(3):
                    colors[row, col, channel] = luma_at(
                        even, to_luma, y + row - REACH, x + col - REACH, channel
                    )
        point[0], point[1] = y, x
        _settle(
            colors, y, x, point, turns, members, units, profile, sigma * sigma, free
        )  # fmt: skip
        _draw(y, x, point, turns, members, out)
