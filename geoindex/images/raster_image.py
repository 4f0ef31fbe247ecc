"""An image that was read as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geoindex.color.pixels import Pixels
from geoindex.rules.scale import ColorArray

if TYPE_CHECKING:
    from affine import Affine
    from rasterio.control import GroundControlPoint
    from rasterio.crs import CRS

__all__ = ["RasterImage"]


@dataclass(frozen=True, kw_only=True, eq=False)
class RasterImage:
    """The pixels of an image and their georeference."""

    pixels: Pixels
    """Colors or palette indices with their valid mask; shape (rows, cols)."""

    transform: Affine | None = None
    """Affine transform from (column, row) of pixel corners to map coordinates, or None."""

    crs: CRS | None = None
    """Coordinate reference system of `transform` or `gcps`, or None."""

    gcps: tuple[GroundControlPoint, ...] = ()
    """Ground control points instead of a transform."""

    @property
    def colors(self) -> ColorArray:
        """Red, green, blue; shape (rows, cols, 3)."""
        return self.pixels.colors

    @property
    def valid(self) -> NDArray[np.uint8] | None:
        """Shape (rows, cols), 0 where a pixel has no color; None if all have one."""
        return self.pixels.valid
