"""Pixels below a rectangle that was drawn on the map; nothing of QGIS is in here."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

Box = tuple[int, int, int, int]
"""Left, top, right and bottom in pixels."""

TOLERANCE_PIXELS = 2.0
"""QGIS resamples rotated images, and then shows them up to a pixel larger."""


class Extent(NamedTuple):
    """A rectangle in map coordinates."""

    west: float
    south: float
    east: float
    north: float


class PlaceError(Exception):
    """The rectangle or the place of the image is of no use; the message says why."""


class Place(NamedTuple):
    """Where the pixels of an image lie."""

    cols: int
    rows: int
    transform: Sequence[float] | None
    """a, b, c, d, e, f of x = a col + b row + c and y = d col + e row + f; None without a place,
    which QGIS shows with the top left corner at 0, 0 and one unit a pixel."""

    @property
    def coefficients(self) -> Sequence[float]:
        """The transform that QGIS shows."""
        return (1, 0, 0, 0, -1, 0) if self.transform is None else self.transform

    def extent(self) -> Extent:
        """Rectangle around all pixels."""
        a, b, c, d, e, f = self.coefficients
        corners = [(col, row) for col in (0, self.cols) for row in (0, self.rows)]
        x = [a * col + b * row + c for col, row in corners]
        y = [d * col + e * row + f for col, row in corners]
        return Extent(min(x), min(y), max(x), max(y))

    def check(self, shown: Extent) -> None:
        """Refuse an image that QGIS shows at another place.

        Raises
        ------
        PlaceError
            It does, so that a rectangle on the map says nothing about pixels.
        """
        a, b, _, d, e, _ = self.coefficients
        tolerance = TOLERANCE_PIXELS * max(math.hypot(a, d), math.hypot(b, e))
        mine = self.extent()
        if any(abs(ours - theirs) > tolerance for ours, theirs in zip(mine, shown)):
            raise PlaceError(
                f"QGIS shows the image at {_text(shown)}, but geoindex finds it at {_text(mine)}; "
                "export it as a GeoTIFF and use that"
            )

    def box(self, drawn: Extent) -> Box:
        """Pixels that a rectangle on the map touches, within the image.

        Raises
        ------
        PlaceError
            The rectangle lies beside the image.
        """
        a, b, c, d, e, f = self.coefficients
        det = a * e - b * d
        corners = [(x - c, y - f) for x in drawn[::2] for y in drawn[1::2]]
        cols = [_rounded((e * x - b * y) / det) for x, y in corners]
        rows = [_rounded((a * y - d * x) / det) for x, y in corners]
        left, top = max(0, math.floor(min(cols))), max(0, math.floor(min(rows)))
        right = min(self.cols, math.ceil(max(cols)))
        bottom = min(self.rows, math.ceil(max(rows)))
        if left >= right or top >= bottom:
            raise PlaceError(
                f"the rectangle {_text(drawn)} lies beside the image, which covers "
                f"{_text(self.extent())}"
            )
        return left, top, right, bottom


def _rounded(value: float) -> float:
    """Drop the last digits, which tell nothing and would add a pixel."""
    return round(value, 6)


def _text(extent: Extent) -> str:
    return (
        f"x {extent.west:.10g} to {extent.east:.10g}, y {extent.south:.10g} to {extent.north:.10g}"
    )
