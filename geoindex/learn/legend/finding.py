"""The way to a legend's swatches: exact drawings, small print and scans."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from geoindex.learn.legend.flat import exact_swatches, small_swatches
from geoindex.learn.legend.paper import tilt_of, whitened
from geoindex.learn.legend.printed import is_small_print, printed_swatches
from geoindex.learn.legend.swatches import Box, Swatch, columns_of, in_order

__all__ = ["FoundSwatches", "find_swatches", "moved"]


@dataclass(frozen=True, kw_only=True, eq=False)
class FoundSwatches:
    """Swatches in their order, and the picture that their names stand in."""

    swatches: list[Swatch]
    """With boxes in the picture as given."""

    upright: NDArray[np.uint8]
    """The picture without its tilt, shape (rows, cols, 3)."""

    columns: list[list[Box]]
    """The boxes of the swatches in the upright picture, column by column."""


def find_swatches(picture: NDArray[np.uint8], *, white: bool) -> FoundSwatches:
    """Find the swatches of a legend.

    Parameters
    ----------
    picture : ndarray of uint8, shape (rows, cols, 3)
    white : bool
        Whether the colors of a scan are those on white paper.
    """
    exact = exact_swatches(picture)
    if exact is not None:
        return _level(picture, columns_of(exact))
    if is_small_print(picture):
        small = small_swatches(whitened(picture) if white else picture)
        return _level(picture, [_upright_order(small, tilt_of(picture))])
    sheet, printed = printed_swatches(picture)
    columns = columns_of(printed)
    swatches = [
        Swatch(
            color=one.white_color if white else one.color,
            box=_inside(sheet.given_box(one.box), picture.shape),
            patterned=one.patterned,
        )
        for column in columns
        for one in column
    ]
    boxes = [[one.box for one in column] for column in columns]
    return FoundSwatches(swatches=swatches, upright=sheet.flat, columns=boxes)


def _level(picture: NDArray[np.uint8], columns: list[list[Swatch]]) -> FoundSwatches:
    """Swatches of a picture that is taken as it is."""
    return FoundSwatches(
        swatches=[swatch for column in columns for swatch in column],
        upright=picture,
        columns=[[swatch.box for swatch in column] for column in columns if column],
    )


def _upright_order(swatches: list[Swatch], tilt: float) -> list[Swatch]:
    """Order of swatches whose columns lean to the left by a tilt in degrees."""
    lean = math.tan(math.radians(tilt))
    upright = {}
    for swatch in swatches:
        shift = round(lean * (swatch.box[1] + swatch.box[3]) / 2)
        upright[replace(swatch, box=moved(swatch.box, shift, 0))] = swatch
    return [upright[swatch] for swatch in in_order(upright)]


def _inside(box: Box, shape: tuple[int, ...]) -> Box:
    """Cut a box where the picture ends; one around a tilted swatch may be larger."""
    rows, cols = shape[:2]
    return max(0, box[0]), max(0, box[1]), min(cols, box[2]), min(rows, box[3])


def moved(box: Box, right: int, down: int) -> Box:
    """Move a box."""
    return box[0] + right, box[1] + down, box[2] + right, box[3] + down
