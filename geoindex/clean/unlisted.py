"""Flat colors of a map that no palette entry has, and the classes that recovery gave them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoindex.clean.cores import MISFIT_OFF
from geoindex.clean.options import Plan
from geoindex.color.compiled import compiled, types
from geoindex.color.histogram import ColorHistogram
from geoindex.color.merged import (
    FREQUENT_SHARE,
    NOISE_SQUARED,
    MergedColors,
    alike,
    group_merged,
)
from geoindex.color.metric_kernels import BRIGHTEST, DARKEST
from geoindex.color.threads import in_threads
from geoindex.palette import Palette
from geoindex.rules.indices import IndexArray

__all__ = ["UnlistedColors", "count_close"]

CHUNK_PIXELS = 2**18
"""Pixels that are searched at one time."""

CLASS_BITS = 16

CLOSE = 6.0
"""Levels from which on two colors of areas that became one class are taken for two units."""

_pixels = types.Array(types.uint8, 3, "A", readonly=True)


def _signature(index: Any) -> Any:
    indices = types.Array(index, 2, "A", readonly=True)
    palette = types.Array(types.float64, 2, "C", readonly=True)
    units = types.Array(types.boolean, 1, "C", readonly=True)
    return types.int64(
        _pixels, types.int64, indices, indices, types.int64, palette, units, types.boolean,
        types.int64[::1], types.int64[::1],
    )  # fmt: skip


@compiled([_signature(types.uint8), _signature(types.uint16)])
def list_unlisted(
    pixels: NDArray[np.uint8],
    first: int,
    nearest: IndexArray,
    classes: IndexArray,
    n_classes: int,
    palette: NDArray[np.float64],
    is_unit: NDArray[np.bool_],
    shaded: bool,
    keys: NDArray[np.int64],
    lengths: NDArray[np.int64],
) -> int:
    """List runs of flat pixels in a color that their nearest palette entry does not have.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (rows, cols, 3 or 4)
        With the rows above and below, which determine what is flat: a pixel whose neighbors all
        have its color. Soft edges, noise and thin lines are not.
    first : int
        Row of `pixels` that is row 0 of the other arrays.
    nearest, classes : ndarray of uint8 or uint16, shape (n, cols)
        Palette rows before and after class recovery.
    n_classes : int
        Larger classes are nodata.
    palette : ndarray of float64, shape (n_colors, 3)
    is_unit : ndarray of bool, shape (n_colors,)
        False for ink.
    shaded : bool
        Whether a unit may be darker or brighter than its color.
    keys, lengths : ndarray of int64, shape (n * cols,)
        Written: color and class of each run, and its pixels.

    Returns
    -------
    int
        The number of runs.
    """
    rows, cols = pixels.shape[:2]
    n = 0
    last_color, last_index, listed = np.int64(-1), np.int64(-1), False
    for row in range(len(classes)):
        middle = row + first
        up, down = max(middle - 1, 0), min(middle + 1, rows - 1)
        for col in range(cols):
            index, before = np.int64(classes[row, col]), np.int64(nearest[row, col])
            if index >= n_classes or before >= len(palette) or not is_unit[before]:
                continue
            # 1. Is it the color of a palette entry? Most pixels are as the one before.
            r, g, b = pixels[middle, col, 0], pixels[middle, col, 1], pixels[middle, col, 2]
            color = np.int64(r) << 16 | np.int64(g) << 8 | np.int64(b)
            if color != last_color or before != last_index:
                last_color, last_index = color, before
                red, green, blue = palette[before, 0], palette[before, 1], palette[before, 2]
                if shaded:
                    length = red * red + green * green + blue * blue
                    factor = (r * red + g * green + b * blue) / length if length > 0 else 1.0
                    factor = min(max(factor, DARKEST), BRIGHTEST)
                    red, green, blue = (
                        min(factor * red, 255.0),
                        min(factor * green, 255.0),
                        min(factor * blue, 255.0),
                    )
                squared = (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2
                listed = squared <= NOISE_SQUARED
            if listed:
                continue
            # 2. Is it flat?
            left, right = max(col - 1, 0), min(col + 1, cols - 1)
            flat = True
            for y in (up, middle, down):
                for x in (left, col, right):
                    flat &= (
                        (pixels[y, x, 0] == r) & (pixels[y, x, 1] == g) & (pixels[y, x, 2] == b)
                    )
            if not flat:
                continue
            # 3. Continue the run, or begin one.
            key = color << CLASS_BITS | index
            if n > 0 and keys[n - 1] == key:
                lengths[n - 1] += 1
            else:
                keys[n], lengths[n] = key, 1
                n += 1
    return n


def count_close(merged: Sequence[MergedColors], palette: Palette) -> int:
    """Count the pixels of unlisted colors that are no misfits, being close to their class's color.

    Of the colors that became a class, the one nearest to that of the palette is taken to be right.
    """
    n_pixels = 0
    for group in merged:
        colors = np.array(group.colors, np.float64)
        off = np.sqrt(((colors - palette.colors[group.index]) ** 2).sum(axis=1))
        own = colors[off.argmin()]
        close = (off < MISFIT_OFF) & (np.sqrt(((colors - own) ** 2).sum(axis=1)) >= CLOSE)
        n_pixels += sum(np.array(group.pixels)[close].tolist())
    return n_pixels


class UnlistedColors:
    """Counts the flat pixels of unlisted colors by color and class, band by band.

    Parameters
    ----------
    plan : Plan
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._counts: dict[int, int] = {}

    def add(
        self,
        pixels: NDArray[np.uint8],
        first: int,
        nearest: IndexArray,
        classes: IndexArray,
    ) -> None:
        """Count the pixels of a band, as in :func:`list_unlisted`."""
        rows, cols = classes.shape
        plan = self._plan
        step = max(1, CHUNK_PIXELS // max(cols, 1))
        colors = plan.palette.colors.astype(np.float64)
        found: dict[int, tuple[NDArray[np.int64], NDArray[np.int64]]] = {}

        def search(top: int) -> None:
            part = slice(top, top + step)
            keys, lengths = np.empty((2, len(classes[part]) * cols), np.int64)
            n = list_unlisted(
                pixels, first + top, nearest[part], classes[part], len(plan.classes), colors,
                plan.is_unit, plan.shaded, keys, lengths,
            )  # fmt: skip
            distinct, members = np.unique(keys[:n], return_inverse=True)
            totals = np.zeros(len(distinct), np.int64)
            np.add.at(totals, members, lengths[:n])
            found[top] = distinct, totals

        in_threads(search, list(range(0, rows, step)))
        for distinct, totals in found.values():
            for key, total in zip(distinct.tolist(), totals.tolist(), strict=True):
                self._counts[key] = self._counts.get(key, 0) + total

    def merged(
        self, histogram: ColorHistogram, nearest: NDArray[np.generic], n_pixels: int
    ) -> tuple[MergedColors, ...]:
        """Group frequent unlisted colors with the class that they became.

        Parameters
        ----------
        histogram : ColorHistogram
            All colors of the image.
        nearest : ndarray of int, shape (n,)
            Nearest palette row of each color of the histogram.
        n_pixels : int
            Pixels of the image that are not nodata after class recovery.
        """
        least = FREQUENT_SHARE * n_pixels
        frequent = sorted((key, n) for key, n in self._counts.items() if n >= least)
        keys = np.array([key for key, _ in frequent], dtype=np.int64)
        counts = np.array([n for _, n in frequent], dtype=np.int64)
        classes, codes = keys & (1 << CLASS_BITS) - 1, keys >> CLASS_BITS
        colors = np.stack([codes >> 16, codes >> 8 & 255, codes & 255], axis=1).astype(np.uint8)
        palette, shaded = self._plan.palette, self._plan.shaded
        own = np.unique(classes)
        own_counts = np.zeros(len(own), np.int64)
        for number, row in enumerate(own.tolist()):
            close = (nearest == row) & alike(histogram.colors, palette.colors[row], shaded=shaded)
            own_counts[number] = histogram.counts[close].sum()
        return group_merged(
            np.concatenate([palette.colors[own], colors]),
            np.concatenate([own_counts, counts]),
            np.concatenate([own, classes]),
            palette,
            n_pixels=n_pixels,
            shaded=shaded,
        )
