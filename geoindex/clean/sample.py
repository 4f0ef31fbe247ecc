"""A look at an image before its classes are recovered: a few windows at fixed places.

The places depend on the shape of the image alone, so every road sees the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoindex.color.pixels import Pixels
from geoindex.rules.box import Region
from geoindex.rules.scale import round_colors

__all__ = ["Read", "Window", "read_windows", "windows_within"]

SIDE = 128
"""Rows and columns of a window."""

MOST = 8
"""Most windows along an axis."""

Read = Callable[[Region], Pixels]
"""Reads a part of an image."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Window:
    """A part of an image."""

    colors: NDArray[np.uint8]
    """Shape (rows, cols, 3), C-contiguous."""

    valid: NDArray[np.bool_]
    """Shape (rows, cols)."""

    origin: tuple[int, int]
    """Row and column of its first pixel in the image."""


def windows_within(shape: tuple[int, int]) -> list[list[Region]]:
    """List the windows that are looked at in an image of a shape.

    Parameters
    ----------
    shape : tuple of int

    Returns
    -------
    list of list of Region
        Rows of windows from the top down, spread over the image. They do not overlap, and cover
        most of a small one.
    """
    rows, cols = (_along(n) for n in shape)
    return [[(row, col) for col in cols] for row in rows]


def _along(n: int) -> list[slice]:
    """Spread windows over one axis, each in the middle of an equal part."""
    count = min(MOST, max(1, n // SIDE))
    side = min(n, SIDE)
    starts = [(2 * i + 1) * n // (2 * count) - side // 2 for i in range(count)]
    return [slice(start, start + side) for start in starts]


def read_windows(read: Read, regions: Sequence[Region]) -> list[Window]:
    """Read windows of an image."""
    windows = []
    for region in regions:
        pixels = read(region)
        colors = np.ascontiguousarray(round_colors(pixels.colors)[..., :3])
        shape = colors.shape[:2]
        valid = np.ones(shape, bool) if pixels.valid is None else pixels.valid.astype(bool)
        origin = region[0].start, region[1].start
        windows.append(Window(colors=colors, valid=valid, origin=origin))
    return windows
