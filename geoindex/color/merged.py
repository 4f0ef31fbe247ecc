"""Frequent colors of an image that became the same class."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoindex.errors import GeoindexWarning
from geoindex.palette import Palette

__all__ = [
    "FREQUENT_SHARE",
    "NOISE_SQUARED",
    "MergedColors",
    "alike",
    "group_merged",
    "merged_texts",
    "warn_of",
]

FREQUENT_SHARE = 0.002
"""A color is frequent from this share of the mapped pixels on."""

NOISE_SQUARED = 9
"""Largest squared RGB distance of colors that differ only by noise."""

LISTED_COLORS = 4
"""Colors listed in a warning; the rest are counted."""

LISTED_GROUPS = 10
"""Merged groups that get a warning of their own."""


@dataclass(frozen=True, kw_only=True)
class MergedColors:
    """Frequent colors of an image that became the same class."""

    index: int
    """The class."""

    label: str
    """Its name, or its color if it has none."""

    colors: tuple[tuple[int, int, int], ...]
    """The colors of the image, most frequent first; those that differ from one of them only by
    noise are left out."""

    pixels: tuple[int, ...]
    """Pixels of each color, with those that differ from it by noise."""


def alike(
    colors: NDArray[np.uint8], color: NDArray[np.uint8], *, shaded: bool = False
) -> NDArray[np.bool_]:
    """Tell which colors differ from a color only by noise, and by brightness if that varies.

    Parameters
    ----------
    colors : ndarray of uint8, shape (n, 3)
    color : ndarray of uint8, shape (3,)
    shaded : bool
        Whether a class may be darker or brighter than its color, as under hillshade.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    found, expected = colors.astype(np.float64), color.astype(np.float64)
    if shaded and expected.any():
        from geoindex.color.metric_kernels import BRIGHTEST, DARKEST

        factor = (found * expected).sum(axis=1) / (expected * expected).sum()
        factor = np.clip(factor, DARKEST, BRIGHTEST)[:, np.newaxis]
        expected = np.minimum(factor * expected, 255.0)
    close: NDArray[np.bool_] = ((found - expected) ** 2).sum(axis=1) <= NOISE_SQUARED
    return close


def group_merged(
    colors: NDArray[np.uint8],
    counts: NDArray[np.int64],
    indices: NDArray[np.generic],
    palette: Palette,
    *,
    n_pixels: int,
    shaded: bool = False,
) -> tuple[MergedColors, ...]:
    """Group the frequent colors that share a class.

    Parameters
    ----------
    colors : ndarray of uint8, shape (n, 3)
    counts : ndarray of int64, shape (n,)
        Pixels of each color.
    indices : ndarray of int, shape (n,)
        Class of each color.
    palette : Palette
    n_pixels : int
        Mapped pixels of the image.
    shaded : bool
        As in :func:`alike`.

    Returns
    -------
    tuple of MergedColors
        Groups of two and more colors, most pixels first.
    """
    frequent = np.flatnonzero(counts >= FREQUENT_SHARE * n_pixels)
    # Equally frequent colors stay in the order of red, green, blue.
    frequent = frequent[np.argsort(-counts[frequent], kind="stable")]
    merged = []
    for index in dict.fromkeys(indices[frequent].tolist()):
        rest = frequent[indices[frequent] == index]
        found: list[tuple[tuple[int, int, int], int]] = []
        while len(rest):
            red, green, blue = colors[rest[0]].tolist()
            same = alike(colors[rest], colors[rest[0]], shaded=shaded)
            same[0] = True
            found.append(((red, green, blue), int(counts[rest[same]].sum())))
            rest = rest[~same]
        if len(found) > 1:
            found.sort(key=lambda one: -one[1])
            merged.append(
                MergedColors(
                    index=int(index),
                    label=palette.label(int(index)),
                    colors=tuple(color for color, _ in found),
                    pixels=tuple(n for _, n in found),
                )
            )
    return tuple(sorted(merged, key=lambda group: (-sum(group.pixels), group.index)))


def merged_texts(merged: Sequence[MergedColors]) -> list[str]:
    """Describe groups of colors that became one class, one line each."""
    texts = []
    for group in merged[:LISTED_GROUPS]:
        listed = [
            f"{','.join(map(str, color))} ({pixels:,} px)"
            for color, pixels in zip(group.colors, group.pixels, strict=True)
        ][:LISTED_COLORS]
        more = len(group.colors) - LISTED_COLORS
        listed += [f"{more} more"] * (more > 0)
        texts.append(
            f"{len(group.colors)} frequent colors of the map became one class, index "
            f"{group.index} ({group.label}): {', '.join(listed)}"
        )
    if len(merged) > LISTED_GROUPS:
        texts.append(
            f"{len(merged) - LISTED_GROUPS} more groups of colors became one class each; the "
            "report lists them all"
        )
    return texts


def warn_of(texts: Sequence[str], *, stacklevel: int) -> None:
    """Give each text as a warning of its own.

    Parameters
    ----------
    texts : sequence of str
    stacklevel : int
        1 is the line that calls this function.
    """
    for text in texts:
        warnings.warn(text, GeoindexWarning, stacklevel=stacklevel + 1)
