"""Which unit each window belongs to, and the light that goes with it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from geoindex.learn.units.light import (
    Light,
    LightKind,
    fit_from_labels,
    fit_from_pairs,
    no_light,
)
from geoindex.learn.units.peaks import find_peaks
from geoindex.learn.units.samples import Samples

__all__ = ["GRAY", "LUMA", "Labeled", "are_gray", "label_windows", "pressed"]

KINDS = (
    LightKind("multiplies", 50, 6, 5.0),
    LightKind("multiplies", 14, 3, 5.0),
    LightKind("adds", 6, 2, 8.0),
)
"""Lamp or paper; hillshade under multiplied colors; hillshade under transparent ones."""

SHARPER = 1.05
"""A light must make the colors so many times sharper than none, or than a simpler one."""

LEAST_WIDTH = 1.5
"""Least width in levels of the bell by which the density of colors is smoothed."""

PAIR_GAP = 5
"""Windows so many steps apart do not overlap; their difference tells the noise."""

MEAN_NOISE = 0.4
"""Most noise of a main color, as a multiple of that of a pixel: where units are smaller than the
gap between two windows, their difference tells nothing."""

QUARTILE = 1.1
"""Lower quartile of the length of three normal deviates."""

GRAY_SQUEEZED = (6.0, 3.0, 3.0, 3.0, 3.0)
"""By how much the gray axis is pressed in each round, where the light adds gray: until it is
known, the colors of a unit are a line along gray."""

ROUNDS = (1.0, 1.0, 1.0, 1.0)

LEAST_HUE = 8.0
"""Levels between the channels of a color with a hue."""

MOST_LAMP = 0.3
"""Largest logarithm of what a lamp changes; beyond that it is the slopes of a photograph."""

GRAY = np.full(3, 1 / np.sqrt(3))

LUMA = np.array([0.299, 0.587, 0.114])


@dataclass(frozen=True, kw_only=True, eq=False)
class Labeled:
    """Windows of images with their light and their groups of colors."""

    lights: list[Light]
    """Light of each image."""

    colors: list[NDArray[np.float32]]
    """Main colors in even light, shape (rows, cols, 3) for each image."""

    labels: list[NDArray[np.intp]]
    """Group of each window, -1 for those without a main color."""

    centers: NDArray[np.float32]
    """Mean color of each group, shape (n, 3)."""

    weights: NDArray[np.float64]
    """Summed shares of each group's windows, shape (n,)."""

    prominences: NDArray[np.float64]
    """How far the density falls beside each group, 0 to 1; shape (n,)."""

    noise: float
    """Noise of a main color in levels per channel, the gray axis pressed."""

    squeezed: float
    """By how much the gray axis is pressed."""


def label_windows(images: list[Samples], noise: float) -> Labeled:
    """Find light and groups in turn, and which kind of light fits.

    Parameters
    ----------
    images : list of Samples
    noise : float
        Noise of a pixel in levels per channel.
    """
    best, sharpest = None, 0.0
    for lights in _candidates(images, noise):
        found = _alternate(images, lights, noise)
        sharp = _sharpness(images, found.lights, noise)
        if best is None or sharp > SHARPER * sharpest:
            best, sharpest = found, sharp
    assert best is not None  # noqa: S101  there is always a candidate
    return best


def are_gray(images: list[Samples]) -> bool:
    """Tell whether main colors have no hue, so that they scatter along one axis only."""
    hues = np.concatenate([np.ptp(one.colors[one.full], axis=-1) for one in images])
    return bool(np.percentile(hues, 95) < LEAST_HUE)


def _candidates(images: list[Samples], noise: float) -> list[list[Light]]:
    """Kinds of light worth a closer look, simplest first."""
    plain = [no_light(samples) for samples in images]
    scale = max(3.0, 1.5 * noise)
    # In a picture without hues fast light would explain whatever changes, photographs too.
    kinds = KINDS[:1] if are_gray(images) else KINDS
    fitted = [[fit_from_pairs(samples, kind, scale) for samples in images] for kind in kinds]
    least = SHARPER * _sharpness(images, plain, noise)
    sharp = [_sharpness(images, lights, noise) for lights in fitted]
    if max(sharp) < least:
        return [plain]
    if len(sharp) == 1:
        even = all(np.ptp(light.field()) < MOST_LAMP for light in fitted[0])
        return [fitted[0] if even else plain]
    slow, fast, added = sharp
    if added > SHARPER * max(slow, fast):
        return [fitted[2]]
    return [fitted[0]] if slow >= fast else fitted[:2]


def _alternate(images: list[Samples], lights: list[Light], noise: float) -> Labeled:
    """Take turns: groups from the colors in even light, light from the groups."""
    if lights[0].kind is None:
        return _grouped(images, lights, noise, 1.0)
    rounds = GRAY_SQUEEZED if lights[0].adds else ROUNDS
    for number, squeezed in enumerate(rounds):
        found = _grouped(images, lights, noise, squeezed)
        if number == len(rounds) - 1:
            break
        scale = max(2.0, 4 * found.noise) * (2 if squeezed > 1 else 1)
        for light, samples, labels in zip(lights, images, found.labels, strict=True):
            fit_from_labels(light, samples, found.centers, labels, scale)
    return found


def _grouped(
    images: list[Samples], lights: list[Light], pixel_noise: float, squeezed: float
) -> Labeled:
    """Group the windows by the peaks of their density."""
    colors = [light.undone(one.colors) for light, one in zip(lights, images, strict=True)]
    seen = [pressed(color, squeezed) for color in colors]
    noise = min(_window_noise(images, seen), MEAN_NOISE * pixel_noise)
    width = max(LEAST_WIDTH, 3 * noise)
    full = np.concatenate([part[one.full] for part, one in zip(colors, images, strict=True)])
    shares = np.concatenate([one.shares[one.full] for one in images]).astype(np.float64)
    points = np.concatenate([part[one.full] for part, one in zip(seen, images, strict=True)])
    peaks = find_peaks(points, shares, width)
    n = len(peaks.heights)
    away = ((points - peaks.centers[peaks.groups]) ** 2).sum(axis=1)
    near = shares / (1 + away / width**2) ** 2
    sums = [np.bincount(peaks.groups, near * full[:, channel], n) for channel in range(3)]
    centers = np.stack(sums, axis=1) / np.bincount(peaks.groups, near, n)[:, np.newaxis]
    if squeezed != 1:
        _set_gray(centers, full, peaks.groups)
    labels, start = [], 0
    for one in images:
        label = np.full(one.shares.shape, -1, np.intp)
        end = start + int(one.full.sum())
        label[one.full] = peaks.groups[start:end]
        labels.append(label)
        start = end
    return Labeled(
        lights=lights,
        colors=colors,
        labels=labels,
        centers=centers.astype(np.float32),
        weights=np.bincount(peaks.groups, shares, n).astype(np.float64),
        prominences=peaks.prominences,
        noise=noise,
        squeezed=squeezed,
    )


def pressed(colors: NDArray[np.floating], squeezed: float) -> NDArray[np.floating]:
    """Press colors, shape (..., 3), along the gray axis."""
    gray = (colors @ GRAY.astype(colors.dtype))[..., np.newaxis]
    return np.asarray(colors - gray * (GRAY * (1 - 1 / squeezed)).astype(colors.dtype))


def _set_gray(
    centers: NDArray[np.float64], colors: NDArray[np.float32], groups: NDArray[np.intp]
) -> None:
    """Move centers along the gray axis to the median, where nearness says nothing about it."""
    order = np.argsort(groups, kind="stable")
    starts = np.searchsorted(groups[order], np.arange(len(centers) + 1))
    gray = (colors @ GRAY)[order]
    for group in range(len(centers)):
        middle = np.median(gray[starts[group] : starts[group + 1]])
        centers[group] += (middle - centers[group] @ GRAY) * GRAY


def _window_noise(images: list[Samples], colors: list[NDArray[np.float32]]) -> float:
    """Noise of a main color, from windows beside each other: a quarter surely share a unit."""
    steps = []
    for samples, color in zip(images, colors, strict=True):
        for axis in (0, 1):
            one, other = (
                tuple(slice(*part) if number == axis else slice(None) for number in (0, 1))
                for part in ((None, -PAIR_GAP), (PAIR_GAP, None))
            )
            both = samples.full[one] & samples.full[other]
            steps.append(np.sqrt(((color[one] - color[other])[both] ** 2).sum(axis=-1)))
    lengths = np.concatenate(steps)
    if not len(lengths):
        return 0.0
    return float(np.percentile(lengths, 25) / QUARTILE / np.sqrt(2))


def _sharpness(images: list[Samples], lights: list[Light], noise: float) -> float:
    """Chance that two windows have nearly the same color, which the right light raises."""
    width = max(3.0, noise / 2)
    parts = [
        light.undone(samples.colors)[samples.full]
        for light, samples in zip(lights, images, strict=True)
    ]
    shares = np.concatenate([samples.shares[samples.full] for samples in images])
    cells = np.floor(np.concatenate(parts) / width).astype(np.int64)
    cells -= cells.min(axis=0) - 3
    shape = tuple(int(side) for side in cells.max(axis=0) + 4)
    mass = np.bincount(np.ravel_multi_index(tuple(cells.T), shape), shares, int(np.prod(shape)))
    cube = mass.reshape(shape)
    return float((cube * gaussian_filter(cube, 1.0, truncate=3)).sum() / shares.sum() ** 2)
