"""Groups of colors as units: those of one unit are joined, what holds no area is dropped."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geoindex.learn.units.labels import Labeled, pressed
from geoindex.learn.units.samples import Samples

__all__ = ["OVEREXPOSED", "join_groups"]

NEAREST = 3.0
"""Colors closer than this (RGB) are one."""

BESIDE = 0.1
"""Share of a group's neighbors from which a close group counts as beside it."""

SAME_HUE = 0.045
"""Difference in brightness of two groups of one hue that may be left over of uneven light."""

DARKENED = 5.0
"""Distance of a unit and the same under fine print, as a multiple of a pixel's noise."""

LEAST_LEFT = 0.75
"""Brightness of a unit that is left under denser print, which covers little of the map."""

LITTLE = 0.003
"""Most area of such a part, as a share of all units."""

AROUND = 0.5
"""Share of a unit among the other neighbors of its part under fine print."""

WEAK_SHARE = 0.55
"""Share of a window up to which its main color may be that of a unit under fine print."""

OVEREXPOSED = 247
"""Level from which a channel may be cut off."""

LEAST_WEAK = 0.2
"""Share of a window from which its main color counts as that of a group around it."""

LEAST_WINDOWS = 10
"""Fewest windows with a main color of such a group."""

LEAST_PIXELS = 70
"""Least area of a unit."""

SIDE, SMALL_SIDE = 3, 2
"""A piece of a unit has at least so many windows in both directions; and that of a small unit, or
where windows lie so far apart that most pieces are small."""

SMALL_SHARE, SMALL_WINDOWS, SMALL_APART = 0.45, 5, 20.0
"""The color of a small unit holds more of its windows than that of densely printed spots, has at
least so many of them, and lies so many levels from the colors of units."""

WIDE_STEP = 8
"""Distance of such windows in pixels."""


def join_groups(
    images: list[Samples], found: Labeled, colors: NDArray[np.float32], noise: float
) -> NDArray[np.intp]:
    """Find the group that stands for the unit of each group.

    Parameters
    ----------
    images : list of Samples
    found : Labeled
    colors : ndarray, shape (n_groups, 3)
    noise : float
        Noise of a pixel in levels per channel.

    Returns
    -------
    ndarray of int, shape (n_groups,)
        The group's own number, that of the larger group that it belongs to, or -1 where it is no
        unit.
    """
    n = len(colors)
    target = np.arange(n)
    beside = _neighbors(found.labels, n)
    cut_off = _cut_off(images, found.labels, n) & (found.lights[0].kind is not None)
    spreads = np.maximum(_medians([one.spreads for one in images], found.labels, n), noise)
    area = _areas(images, found.labels, n)
    share = _medians([one.shares for one in images], found.labels, n)
    is_unit = _have_pieces(images, found.labels, n, SIDE) & (area >= LEAST_PIXELS)
    wider = _with_weak(images, found, np.flatnonzero(~is_unit), noise)
    is_unit |= _have_pieces(images, wider, n, SIDE) & (_areas(images, wider, n) >= LEAST_PIXELS)
    is_unit |= _are_small(images, found, colors, colors[is_unit])
    little = area < LITTLE * area.sum()
    # Print darkens: what is left of a unit between its lines is brighter than most of it. So does
    # bright light, once it is undone, where pixels were cut off at white.
    brightness = colors.sum(axis=1)
    for group in np.argsort(brightness, kind="stable"):
        most = 255 if little[group] else DARKENED * noise
        others = np.flatnonzero(is_unit & (brightness > brightness[group]))
        near = _less_cut_off(group, others, colors, spreads[group], cut_off[group])
        if not len(near) and share[group] <= WEAK_SHARE:
            near = _brighter(group, others, colors, noise, most, beside[group])
        if len(near):
            target[group] = near[np.argmax(beside[group][near])]
    for group in np.argsort(found.weights, kind="stable"):
        if target[group] != group:
            continue
        others = np.flatnonzero((target == np.arange(n)) & (found.weights > found.weights[group]))
        near = _same_unit(group, others, colors, found, spreads[group], beside[group])
        if len(near):
            gap = np.linalg.norm(colors[near] - colors[group], axis=1)
            target[group] = near[np.argmin(gap)]
        elif not is_unit[group]:
            target[group] = -1
    for group in range(n):
        while target[group] >= 0 and target[target[group]] != target[group]:
            target[group] = target[target[group]]
    return target


def _same_unit(
    group: np.intp,
    others: NDArray[np.intp],
    colors: NDArray[np.float32],
    found: Labeled,
    noise: float,
    beside: NDArray[np.float64],
) -> NDArray[np.intp]:
    """Larger groups that are the same unit."""
    steps = colors[others] - colors[group]
    gaps = np.linalg.norm(steps, axis=1)
    close = gaps < np.where(beside[others] > BESIDE, max(NEAREST, 2 * noise), NEAREST)
    if found.lights[0].adds:
        near = np.linalg.norm(pressed(steps, 4), axis=1) < NEAREST
        close |= near & (beside[others] > 2.5 * BESIDE)
    elif found.lights[0].kind is not None:
        factor = colors[others] @ colors[group] / (colors[others] ** 2).sum(axis=1)
        rest = np.linalg.norm(colors[group] - factor[:, np.newaxis] * colors[others], axis=1)
        close |= (np.abs(factor - 1) < SAME_HUE) & (rest < max(2.5, 3 * found.noise))
    return np.asarray(others[close])


def _less_cut_off(
    group: np.intp,
    others: NDArray[np.intp],
    colors: NDArray[np.float32],
    noise: float,
    cut_off: NDArray[np.bool_],
) -> NDArray[np.intp]:
    """Find the groups that differ from a group only by more light in its overexposed channels."""
    steps = colors[others] - colors[group]
    kept = np.linalg.norm(steps[:, ~cut_off], axis=1)
    close = (kept < max(4.0, 2 * noise)) & (steps[:, cut_off] > 0).all(axis=1)
    return np.asarray(others[close & cut_off.any()])


def _brighter(
    group: np.intp,
    others: NDArray[np.intp],
    colors: NDArray[np.float32],
    noise: float,
    most: float,
    beside: NDArray[np.float64],
) -> NDArray[np.intp]:
    """Find the groups around a group that are brighter by at most `most`, and of one hue."""
    steps = colors[others] - colors[group]
    left = colors[others] @ colors[group] / (colors[others] ** 2).sum(axis=1)
    rest = np.linalg.norm(colors[group] - left[:, np.newaxis] * colors[others], axis=1)
    close = (np.linalg.norm(steps, axis=1) < most) & (rest < 2 * noise)
    close &= (steps > -noise).all(axis=1) & (left > LEAST_LEFT)
    # Among dense print no other window may have a main color.
    outside = 1 - beside[group]
    around = beside[others[close]].sum() >= AROUND * outside
    return np.asarray(others[close & around])


def _medians(
    values: list[NDArray[np.float32]], labels: list[NDArray[np.intp]], n: int
) -> NDArray[np.float64]:
    """Median value of the windows of each group."""
    label = np.concatenate([part[part >= 0] for part in labels])
    used = [one[part >= 0] for one, part in zip(values, labels, strict=True)]
    return np.asarray(ndimage.median(np.concatenate(used), label, np.arange(n)))


def _neighbors(labels: list[NDArray[np.intp]], n: int) -> NDArray[np.float64]:
    """Share of each group among the neighbors of each group; shape (n, n)."""
    counts = np.zeros((n, n))
    for label in labels:
        for one, other in ((label[:, :-2], label[:, 2:]), (label[:-2], label[2:])):
            both = (one >= 0) & (other >= 0)
            pairs = np.bincount(one[both] * n + other[both], minlength=n * n).reshape(n, n)
            counts += pairs + pairs.T
    return np.asarray(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))


def _cut_off(images: list[Samples], labels: list[NDArray[np.intp]], n: int) -> NDArray[np.bool_]:
    """Channels in which windows of each group are overexposed; shape (n, 3)."""
    counts, bright = np.zeros(n), np.zeros((n, 3))
    for samples, label in zip(images, labels, strict=True):
        used = label >= 0
        counts += np.bincount(label[used], minlength=n)
        for channel in range(3):
            over = samples.colors[used][:, channel] > OVEREXPOSED
            bright[:, channel] += np.bincount(label[used], over, n)
    return bright > 0.3 * np.maximum(counts, 1)[:, np.newaxis]


def _have_pieces(
    images: list[Samples], labels: list[NDArray[np.intp]], n: int, side: int
) -> NDArray[np.bool_]:
    """Whether each group has a piece of so many windows in both directions."""
    large = np.zeros(n, bool)
    for samples, label in zip(images, labels, strict=True):
        side = SMALL_SIDE if samples.step >= WIDE_STEP else side
        for group, box in enumerate(ndimage.find_objects(label + 1, max_label=n)):
            if box is not None and not large[group]:
                eroded = ndimage.binary_erosion(label[box] == group, np.ones((side, side)))
                large[group] = eroded.any()
    return large


def _are_small(
    images: list[Samples], found: Labeled, colors: NDArray[np.float32], units: NDArray[np.float32]
) -> NDArray[np.bool_]:
    """Whether each group has a piece of a small unit, of a color that no unit has."""
    n = len(colors)
    gaps = np.linalg.norm(colors[:, np.newaxis] - units, axis=-1).min(axis=1, initial=np.inf)
    small = np.zeros(n, bool)
    for group in np.flatnonzero(gaps > SMALL_APART):
        # What JPEG leaves of a small unit may have several peaks.
        own = [
            one.full & (np.linalg.norm(color - found.centers[group], axis=-1) < SMALL_APART / 2)
            for one, color in zip(images, found.colors, strict=True)
        ]
        shares = np.concatenate([one.shares[near] for one, near in zip(images, own, strict=True)])
        if len(shares) >= SMALL_WINDOWS and np.median(shares) > SMALL_SHARE:
            labels = [np.where(near, 0, -1) for near in own]
            small[group] = _have_pieces(images, labels, 1, SMALL_SIDE)[0]
    return small


def _with_weak(
    images: list[Samples], found: Labeled, groups: NDArray[np.intp], noise: float
) -> list[NDArray[np.intp]]:
    """Give groups the windows that are too densely printed to have a main color.

    Returns the labels with these windows, and with -1 for those of other groups.
    """
    windows = np.bincount(np.concatenate([part[part >= 0] for part in found.labels]))
    groups = groups[windows[groups] >= LEAST_WINDOWS]
    wider = []
    for samples, color, label in zip(images, found.colors, found.labels, strict=True):
        own = np.where(np.isin(label, groups), label, -1)
        for group in groups:
            away = np.linalg.norm(color - found.centers[group], axis=-1)
            own[(label < 0) & (samples.shares > LEAST_WEAK) & (away < 2 * noise)] = group
        wider.append(own)
    return wider


def _areas(images: list[Samples], labels: list[NDArray[np.intp]], n: int) -> NDArray[np.float64]:
    """Area of each group in pixels."""
    area = np.zeros(n)
    for samples, label in zip(images, labels, strict=True):
        used = label >= 0
        area += np.bincount(label[used], samples.shares[used], n) * samples.step**2
    return area
