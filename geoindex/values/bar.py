"""The color bar in a picture: its ramp, and which known ramp it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from geoindex.errors import ImageError, OptionError
from geoindex.rules.plane import Floats
from geoindex.values.load import load_ramp
from geoindex.values.ramp import Ramp

__all__ = ["Box", "ColorBar", "bar_in_box", "check_box"]

Box = tuple[int, int, int, int]
"""Left, top, right and bottom in pixels of the picture; right and bottom are not inside."""

SHORTEST = 16
"""Pixels along a bar from which on it can be read."""

EDGE = 1 / 6
"""Share of the width of a bar on each side that its frame and soft edges may cover."""

SAME_COLOR = 12.0
"""Mean distance from a known ramp, in levels of 0 to 255, up to which a bar is that ramp."""

NEXT_RAMP = 2.0
"""How many times farther the next other ramp must be."""

TWINS = 1.0
"""Mean distance of two known ramps up to which they are one."""

FEWEST_KNOWN = 64
"""Steps of a colormap from which on it is a ramp."""

JUMP = 4.0
"""Times the usual change from pixel to pixel beyond which an end of a bar is its frame."""

LEAST_JUMP = 10.0

MOST_FRAME = 6
"""Pixels at each end that the frame may cover."""

MOST_TINT = 2.0
"""Mean difference of a channel from a known ramp, beyond which paper or a scanner has changed all
colors: JPEG leaves 1. The bar's own colors then say better what those of the map stand for."""

MOST_MOVED = 8
"""Pixels by which an end of a known ramp may lie elsewhere than where the color jumps."""

MOST_COMPARED = 200
"""Pixels along a bar that are compared with known ramps."""

KNOWN_STEPS = 256

NOISE = 2
"""Channels of a bar's colors may differ across it by so much without being noisy."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ColorBar:
    """A color bar in a picture."""

    box: Box
    """Where it lies, without its frame."""

    is_vertical: bool
    """Whether values rise upward, or else to the right."""

    ramp: Ramp
    """Its colors from low to high: those of a known ramp where it is one."""

    is_known: bool
    """Whether it is a known ramp."""

    ticks: tuple[tuple[float, float], ...] | None = None
    """Places and values of its ends by the numbers beside it; None if these were not read."""


def check_box(box: Sequence[float], shape: tuple[int, int]) -> Box:
    """Box of a bar within a picture of so many rows and columns.

    Raises
    ------
    OptionError
        It is no box, lies outside of the picture, or is too small.
    """
    try:
        left, top, right, bottom = (round(float(side)) for side in box)
    except (TypeError, ValueError, OverflowError):
        raise OptionError(
            f"a color bar needs four numbers, left, top, right and bottom, found {box!r}"
        ) from None
    left, right = sorted((left, right))
    top, bottom = sorted((top, bottom))
    rows, cols = shape
    if left < 0 or top < 0 or right > cols or bottom > rows:
        raise OptionError(
            f"the color bar {left}, {top}, {right}, {bottom} lies outside of the picture, which "
            f"has {cols} x {rows} pixels"
        )
    if min(right - left, bottom - top) < 1 or max(right - left, bottom - top) < SHORTEST:
        raise OptionError(
            f"the color bar {left}, {top}, {right}, {bottom} is too small to be read; it needs "
            f"{SHORTEST} pixels along it"
        )
    return left, top, right, bottom


def bar_in_box(colors: NDArray[np.uint8], box: Box) -> ColorBar:
    """Read the color bar that lies in a box.

    Parameters
    ----------
    colors : ndarray of uint8, shape (rows, cols, 3)
        The picture.
    box : tuple of four int
        About where the bar lies; its frame may be inside.

    Returns
    -------
    ColorBar
        Low is at the bottom of a vertical bar and at the left of a horizontal one.

    Raises
    ------
    ImageError
        The colors in the box are no ramp.
    """
    left, top, right, bottom = box
    part = colors[top:bottom, left:right]
    is_vertical = bottom - top >= right - left
    along = part if is_vertical else part.swapaxes(0, 1)
    width = along.shape[1]
    edge = min(int(np.ceil(width * EDGE)), (width - 1) // 2)
    inner = along[:, edge : width - edge].astype(np.float64)
    profile = np.median(inner, axis=1)
    first, behind = _ends(profile)
    profile = profile[first:behind]
    if len(profile) < SHORTEST or len(np.unique(np.round(profile / 8), axis=0)) < 3:
        raise ImageError(
            f"the box {left}, {top}, {right}, {bottom} holds no color bar: its colors do not "
            "change along it; give the box of the colors alone"
        )
    if is_vertical:
        profile = profile[::-1]
    known = known_ramp(profile)
    fitted = None if known is None else _fitted_ends(profile, known)
    if fitted is None:
        known = None
    else:
        # Unlike a jump of the color, this tells a dark end from the frame.
        low, high = fitted
        ends = (behind - high, behind - low) if is_vertical else (first + low, first + high)
        first, behind = max(ends[0], -top if is_vertical else -left), ends[1]
        behind = min(behind, colors.shape[0] - top if is_vertical else colors.shape[1] - left)
    box = (left, top + first, right, top + behind)
    if not is_vertical:
        box = (left + first, top, left + behind, bottom)
    if known is not None:
        return ColorBar(box=box, is_vertical=is_vertical, ramp=known, is_known=True)
    noisy = np.percentile(np.ptp(inner[first:behind], axis=1).max(axis=1), 75) > NOISE
    ramp = _soft_ramp(profile) if noisy else _ramp_of_runs(profile)
    return ColorBar(box=box, is_vertical=is_vertical, ramp=ramp, is_known=False)


def _ends(profile: Floats) -> tuple[int, int]:
    """First pixel of a bar and the one behind its last, without the frame at its ends."""
    changes = np.abs(np.diff(profile, axis=0)).max(axis=1)
    inside = changes[MOST_FRAME : len(changes) - MOST_FRAME]
    usual = float(np.percentile(inside, 90)) if inside.size else 0.0
    jumps = changes > max(LEAST_JUMP, JUMP * usual)
    first = np.flatnonzero(jumps[:MOST_FRAME])
    last = np.flatnonzero(jumps[-MOST_FRAME:])
    start = int(first[-1]) + 1 if first.size else 0
    stop = len(profile) - (MOST_FRAME - int(last[0])) if last.size else len(profile)
    return start, stop


def known_ramp(profile: Floats) -> Ramp | None:
    """Ramp of matplotlib that has the colors of a bar from its low to its high end.

    Parameters
    ----------
    profile : ndarray of float64, shape (n, 3)
        0 to 255.

    Returns
    -------
    Ramp or None
        None if no ramp is near, or another one is nearly as near.
    """
    thinned = np.unique(np.linspace(0, len(profile) - 1, MOST_COMPARED).astype(int))
    places = (thinned + 0.5) / len(profile)
    names, tables = _known_colors()
    colors = tables[:, (places * KNOWN_STEPS).astype(int)]
    misses = np.sqrt(((colors - profile[thinned]) ** 2).sum(axis=2)).mean(axis=1).round(6)
    # Of ramps that are the same the one with the shortest name.
    order = sorted(range(len(names)), key=lambda i: (misses[i], len(names[i]), names[i]))
    best = order[0]
    if misses[best] > SAME_COLOR:
        return None
    apart = np.sqrt(((tables - tables[best]) ** 2).sum(axis=2)).mean(axis=1)
    rivals = [i for i in order if misses[i] <= NEXT_RAMP * max(misses[best], 1.0)]
    if max(apart[i] for i in rivals) > TWINS:
        return None
    return load_ramp(names[best])


def _fitted_ends(profile: Floats, ramp: Ramp) -> tuple[int, int] | None:
    """First pixel of a known ramp and the one behind its last, by all colors between.

    They may lie a few pixels outside of the profile, from its low to its high end, or inside.
    None if the colors are tinted: the ends would be moved to even that out.
    """
    names, tables = _known_colors()
    table = tables[names.index(str(ramp.name))]
    n = len(profile)
    margin = min(n // 8, MOST_MOVED)
    thinned = np.unique(np.linspace(margin, n - 1 - margin, MOST_COMPARED).astype(int))
    steps = np.arange(-2 * MOST_MOVED, 2 * MOST_MOVED + 1) / 2
    low, high = (steps[:, np.newaxis, np.newaxis], n + steps[:, np.newaxis])
    places = (thinned + 0.5 - low) / np.maximum(high - low, 1.0)
    found = table[np.clip(places * KNOWN_STEPS, 0, KNOWN_STEPS - 1).astype(int)]
    differences = found - profile[thinned]
    misses = np.abs(differences).sum(axis=3).mean(axis=2).round(6)
    # Of ends that fit as well those that were seen.
    moved = np.abs(steps)[:, np.newaxis] + np.abs(steps)
    best = np.lexsort((moved.ravel(), misses.ravel()))[0]
    row, col = np.unravel_index(int(best), misses.shape)
    if np.abs(differences[row, col].mean(axis=0)).max() > MOST_TINT:
        return None
    return round(float(steps[row])), round(float(n + steps[col]))


@lru_cache(maxsize=1)
def _known_colors() -> tuple[list[str], Floats]:
    """Names of matplotlib's ramps, and their colors at equal steps, shape (n, KNOWN_STEPS, 3)."""
    import matplotlib as mpl

    names = [name for name in sorted(mpl.colormaps) if mpl.colormaps[name].N >= FEWEST_KNOWN]
    places = (np.arange(KNOWN_STEPS) + 0.5) / KNOWN_STEPS
    return names, np.stack([mpl.colormaps[name](places)[:, :3] * 255 for name in names])


def _ramp_of_runs(profile: Floats) -> Ramp:
    """Ramp of steps, each as wide as its run of one color in the bar."""
    starts = np.flatnonzero(np.append(True, (profile[1:] != profile[:-1]).any(axis=1)))
    edges = np.append(starts, len(profile)) / len(profile)
    return Ramp(edges=edges, starts=profile[starts], ends=profile[starts], name="color bar")


def _soft_ramp(profile: Floats) -> Ramp:
    """Ramp that runs through the colors of a noisy bar."""
    from scipy.ndimage import uniform_filter1d

    smooth = uniform_filter1d(profile, 5, axis=0, mode="nearest")
    centers = (np.arange(len(profile)) + 0.5) / len(profile)
    places = np.concatenate([[0.0], centers, [1.0]])
    colors = np.concatenate([smooth[:1], smooth, smooth[-1:]])
    ramp = Ramp.from_stops(places, np.clip(colors, 0, 255))
    return replace(ramp, name="color bar")
