"""The colors of units without what is printed over them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from geoindex.learn.units.labels import GRAY, LUMA, Labeled
from geoindex.learn.units.samples import Samples

__all__ = ["clear_colors", "with_mean_hues"]

BRIGHT = 0.70, 0.97
"""Quantiles of brightness of a unit's pixels between which hardly any is under ink."""

MOST_PIXELS = 20_000
"""Most pixels of a unit that are looked at."""

LEAST_PIXELS = 500
"""Fewest pixels of a unit whose lift says what is usual."""

LEAST_UNITS = 4
"""Fewest such units."""

LEAST_LIFT, MOST_LIFT = 1.0, 30.0
"""Levels by which hatching darkens a unit's main color."""

HUE = 0.35, 1.3, 30.0
"""Least and most brightness of pixels that tell a unit's hue, relative to its color, and their
distance in levels from the line through it and black: what is farther is another unit's."""

NARROW = 0.3
"""Width of the bell for a unit's most frequent level, as a multiple of a pixel's noise."""


def clear_colors(images: list[Samples], found: Labeled, noise: float) -> NDArray[np.float32]:
    """Correct the units' colors for hatching and fine print, which only darken.

    The bright pixels of a unit lie above its main color by what noise does to any unit. Where they
    lie higher than in other units, ink pulls the main color down, and theirs is taken.

    Parameters
    ----------
    images : list of Samples
    found : Labeled
    noise : float
        Noise of a pixel in levels per channel.

    Returns
    -------
    ndarray of float32, shape (n_groups, 3)
    """
    centers = found.centers.astype(np.float64)
    bright, narrow = centers.copy(), centers.copy()
    large = np.zeros(len(centers), bool)
    for group, pixels in enumerate(_pixels_of(images, found)):
        if len(pixels) < LEAST_PIXELS // 10:
            continue
        gray = pixels @ GRAY
        low, high = np.quantile(gray, BRIGHT)
        bright[group] = pixels[(gray >= low) & (gray <= high)].mean(axis=0)
        large[group] = len(pixels) > LEAST_PIXELS
        if noise > 1 and large[group]:
            narrow[group] = [_most_frequent(level, NARROW * noise) for level in pixels.T]
    if large.sum() < LEAST_UNITS:
        return found.centers
    bright -= np.median((bright - centers)[large], axis=0)
    lift = (bright - centers).mean(axis=1)
    usual = 1.48 * np.median(np.abs(lift[large]))
    hatched = (lift > max(LEAST_LIFT, 3 * usual)) & (lift < MOST_LIFT)
    cleared = np.where(hatched[:, np.newaxis], bright, centers)
    # Print pulls every main color down a little; the most frequent level less so.
    cleared += np.maximum(np.median((narrow - centers)[large], axis=0), 0)
    return np.clip(cleared, 0, 255).astype(np.float32)


def with_mean_hues(
    images: list[Samples], found: Labeled, colors: NDArray[np.float32], noise: float
) -> NDArray[np.float32]:
    """Give colors of units, shape (n_groups, 3), the hue of the mean of all pixels of the unit.

    Blur and the coarse hues of JPEG carry the gray of print into pixels beside it, which are as
    bright as the unit but paler. They leave means as they are, and gray darkens channels alike.
    """
    if noise <= 1 or found.lights[0].adds:
        return colors
    hued = colors.copy()
    least, most, beside = HUE
    for group, pixels in enumerate(_pixels_of(images, found)):
        color = colors[group].astype(np.float64)
        part = pixels @ color / max(float(color @ color), 1.0)
        away = np.linalg.norm(pixels - part[:, np.newaxis] * color, axis=1)
        own = pixels[(part > least) & (part < most) & (away < beside)]
        if len(own) > LEAST_PIXELS:
            mean = own.mean(axis=0)
            hued[group] = np.clip(mean * (color @ LUMA) / max(float(mean @ LUMA), 1.0), 0, 255)
    return hued


def _pixels_of(images: list[Samples], found: Labeled) -> list[NDArray[np.float64]]:
    """Pixels of each group's windows in even light, thinned."""
    labels = np.concatenate([label[label >= 0] for label in found.labels])
    pixels = np.concatenate(
        [
            light.undone(one.pixels.astype(np.float32))[label >= 0]
            for light, one, label in zip(found.lights, images, found.labels, strict=True)
        ]
    )
    order = np.argsort(labels, kind="stable")
    starts = np.searchsorted(labels[order], np.arange(len(found.centers) + 1))
    parts = []
    for start, end in pairwise(starts):
        own = pixels[order[start:end]].reshape(-1, 3).astype(np.float64)
        parts.append(own[:: max(1, len(own) // MOST_PIXELS)])
    return parts


def _most_frequent(levels: NDArray[np.float64], width: float) -> float:
    """Most frequent level, smoothed by a bell."""
    size = width / 4
    low = levels.min() - 3 * width
    counts = np.bincount(((levels - low) / size).astype(int)).astype(float)
    peak = gaussian_filter1d(counts, width / size, mode="constant").argmax()
    return float(low + (peak + 0.5) * size)
