"""What is printed over the units: lines, letters and contacts, by shape and by color."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoindex.learn.units.finding import FoundUnits
from geoindex.learn.units.labels import LUMA
from geoindex.learn.units.samples import Samples

__all__ = ["lies_on_units", "printed_inks"]

FEWEST_UNITS = 3
"""Ink lies on so many units, or on all of them."""

LEAST_PART = 0.02
"""Share of an ink's pixels on a unit that counts."""

DARKER = 0.7
"""Share of an ink's pixels that are darker than the unit that they lie on."""

LEAST_STEP = 20.0
"""Levels by which ink is darker than the darkest unit."""

LEAST_INK = 0.001
"""Least share of an ink's pixels."""

DARKEST = 10
"""Percentage of them that lie in the middle of lines."""


def lies_on_units(
    images: list[Samples], found: FoundUnits, colors: NDArray[np.uint8]
) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Tell which exact colors lie on several units and are darker than these, and on which most.

    Parameters
    ----------
    images : list of Samples
    found : FoundUnits
    colors : ndarray of uint8, shape (n, 3)

    Returns
    -------
    several : ndarray of bool, shape (n,)
    most : ndarray of int, shape (n,)
        The unit that holds most of each; -1 if none does.
    """
    codes = _codes(colors)
    order = np.argsort(codes)
    n_units = len(found.colors)
    on = np.zeros((len(colors), n_units))
    darker = np.zeros((len(colors), n_units))
    for samples, label in zip(images, found.labels, strict=True):
        used = label >= 0
        pixels = _codes(samples.pixels[used])
        place = np.minimum(np.searchsorted(codes[order], pixels), len(codes) - 1)
        row = order[place]
        same = codes[row] == pixels
        unit = np.broadcast_to(label[used][:, np.newaxis], row.shape)[same]
        row = row[same]
        is_darker = (colors[row] @ LUMA) < found.colors[unit] @ LUMA
        np.add.at(on, (row, unit), 1)
        np.add.at(darker, (row, unit), is_darker)
    total = np.maximum(on.sum(axis=1), 1)
    touched = (on > LEAST_PART * total[:, np.newaxis]).sum(axis=1)
    several = (touched >= min(FEWEST_UNITS, n_units)) & (darker.sum(axis=1) > DARKER * total)
    most = np.where(on.any(axis=1), on.argmax(axis=1), -1)
    return several, most


def printed_inks(
    images: list[Samples], found: FoundUnits
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Find the ink of a picture with noise: what is darker than all units, in thin lines.

    Inks that are only a little darker than what they lie on have no color of their own.

    Returns
    -------
    colors : ndarray, shape (n, 3)
        None or one, in whole levels.
    shares : ndarray, shape (n,)
        Share of the pixels that are as dark.
    """
    none = np.empty((0, 3)), np.empty(0)
    if not len(found.colors):
        return none
    least = (found.colors @ LUMA).min() - LEAST_STEP
    pixels = np.concatenate(
        [
            light.undone(samples.pixels.astype(np.float32)).reshape(-1, 3)
            for samples, light in zip(images, found.lights, strict=True)
        ]
    )
    luma = pixels @ LUMA
    dark = pixels[luma < least]
    share = len(dark) / len(pixels)
    if share < LEAST_INK:
        return none
    darkest = dark[luma[luma < least] <= np.percentile(luma[luma < least], DARKEST)]
    color = np.clip(np.floor(np.median(darkest, axis=0) + 0.5), 0, 255)
    return color[np.newaxis].astype(np.float64), np.array([share])


def _codes(colors: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Colors as numbers."""
    red, green, blue = (colors[..., channel].astype(np.int64) for channel in range(3))
    return (red << 16) | (green << 8) | blue
