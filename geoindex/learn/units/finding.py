"""The units of a map: their colors, areas, spread, and how sure they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoindex.learn.units.clearing import clear_colors, with_mean_hues
from geoindex.learn.units.labels import Labeled, are_gray, label_windows, pressed
from geoindex.learn.units.light import Light
from geoindex.learn.units.merging import OVEREXPOSED, join_groups
from geoindex.learn.units.samples import Samples

__all__ = ["PROBE_RADIUS", "FoundUnits", "find_units", "main_color_radius", "pixel_noise"]

PROBE_RADIUS = 24.0
"""Levels around a main color within which its noise is measured."""

LEAST_PROBES = 50
"""Fewest tinted windows to measure noise in."""

CHI_MEDIAN = 1.54
"""Median length of three normal deviates."""

GRAY_MEDIAN = 2.33
"""The same where all three are one, as a multiple of what their lower quartile tells of three."""

LEAST_DISTANCE = 0.5
"""Least distance in levels that counts as noise."""

LEAST_RADIUS = 5.0
"""Least levels around a main color that count as it; pastel units 10 apart stay apart."""

LARGER_PART, WHOLE = 0.5, 0.9
"""Shares of a window from which its main color fills most of it, and all of it but for noise."""

LOSSY = 1.0
"""Noise in levels of a scan; a lossy picture of an export has less, but beside contacts."""


@dataclass(frozen=True, kw_only=True, eq=False)
class FoundUnits:
    """Units, largest first."""

    colors: NDArray[np.float32]
    """Shape (n, 3)."""

    windows: NDArray[np.int64]
    """Windows of each, shape (n,)."""

    spreads: NDArray[np.float64]
    """Scatter of its windows in levels per channel, root mean square; shape (n,)."""

    certainties: NDArray[np.float64]
    """0 to 1; shape (n,)."""

    labels: list[NDArray[np.intp]]
    """Unit of each window of each image, -1 for none."""

    lights: list[Light]
    """Light of each image."""

    scatter: float
    """Median distance of a window from its unit over its own noise: less than 2 on maps of units,
    more than 3.5 on photographs and sections."""

    covered: float
    """Share of the windows that belong to a unit."""


def pixel_noise(images: list[Samples]) -> float:
    """Noise of a pixel in levels per channel, from windows sampled with `PROBE_RADIUS`."""
    spreads = np.concatenate([one.spreads[one.shares > LARGER_PART] for one in images])
    brightness = np.concatenate(
        [one.colors[one.shares > LARGER_PART].min(axis=-1) for one in images]
    )
    # Overexposed paper has no noise.
    tinted = spreads[brightness < OVEREXPOSED]
    if len(tinted) >= LEAST_PROBES:
        spreads = tinted
    return float(np.percentile(spreads, 25)) if len(spreads) else PROBE_RADIUS / 3


def main_color_radius(images: list[Samples], noise: float) -> float:
    """Levels around a main color that count as it, from windows sampled with `PROBE_RADIUS`.

    JPEG smooths the inside of large areas and leaves noise beside contacts, where small units lie
    and no window is whole. Under noise, whole windows tell it, and others may be under print.
    """
    least = WHOLE if noise > LOSSY else LARGER_PART
    spreads = np.concatenate([one.spreads[one.shares > least] for one in images])
    beside = float(np.percentile(spreads, 90)) if len(spreads) else 0.0
    return max(LEAST_RADIUS, 3 * max(noise, beside))


def find_units(images: list[Samples], noise: float) -> FoundUnits:
    """Find the units in windows of one or several images.

    Parameters
    ----------
    images : list of Samples
        With a main color in at least one window.
    noise : float
        Noise of a pixel in levels per channel.
    """
    found = label_windows(images, noise)
    cleared = clear_colors(images, found, noise)
    target = join_groups(images, found, cleared, noise)
    kept = np.unique(target[target >= 0])
    weights = np.bincount(target[target >= 0], found.weights[target >= 0], len(target))[kept]
    kept = kept[np.argsort(-weights, kind="stable")]
    number = np.full(len(target) + 1, -1)
    number[kept] = np.arange(len(kept))
    unit = np.append(number[target], -1)  # the last one for windows without a main color
    labels = [unit[label] for label in found.labels]
    away = _distances(found, cleared[kept], labels)
    label = np.concatenate([part[part >= 0] for part in labels])
    windows = np.bincount(label, minlength=len(kept))
    squared = np.bincount(label, away**2, len(kept))
    usual = GRAY_MEDIAN if are_gray(images) else CHI_MEDIAN
    expected = max(usual * found.noise, LEAST_DISTANCE)
    return FoundUnits(
        colors=with_mean_hues(images, found, cleared, noise)[kept],
        windows=windows,
        spreads=np.sqrt(squared / 3 / np.maximum(windows, 1)),
        certainties=found.prominences[kept],
        labels=labels,
        lights=found.lights,
        scatter=float(np.median(away) / expected) if len(away) else np.inf,
        covered=len(label) / sum(part.size for part in labels),
    )


def _distances(
    found: Labeled, colors: NDArray[np.float32], labels: list[NDArray[np.intp]]
) -> NDArray[np.float64]:
    """Distance of each window from the color of its unit, in the same space as the noise."""
    steps = np.concatenate(
        [
            color[label >= 0] - colors[label[label >= 0]]
            for color, label in zip(found.colors, labels, strict=True)
        ]
    ).astype(np.float64)
    return np.asarray(np.linalg.norm(pressed(steps, found.squeezed), axis=-1))
