"""Areas of the pixels of a grid on the ground.

In a projected reference system all pixels have the same area; the scale of the projection is left
out, as GIS programs do. In degrees the area of a pixel depends on its latitude: it is that of the
ellipsoid between two parallels and two meridians (Snyder 1987, "Map Projections: A Working
Manual", eq. 3-12).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geoindex.errors import GridError

if TYPE_CHECKING:
    from affine import Affine
    from rasterio.crs import CRS

    from geoindex.grid import IndexGrid

__all__ = ["PixelAreas", "pixel_areas"]

Floats = NDArray[np.float64]

SQUARE_KM = 1e6
"""Square meters of a square kilometer."""

UPRIGHT = 1e-9
"""Share of a pixel by which rows may lean across parallels: rounding must not decide."""

POLE = 90 * (1 + 1e-9)
"""Largest latitude in degrees; the corner of a global map may lie a rounding error beyond 90."""


class PixelAreas(NamedTuple):
    """Area of the pixels of each row."""

    of_rows: Floats
    """Shape (rows,)."""

    unit: str
    """``"km2"``, or ``"map units"`` for squares of the unit of a map without a CRS."""


def pixel_areas(grid: IndexGrid) -> PixelAreas | None:
    """Area of the pixels of each row of a grid.

    Returns
    -------
    PixelAreas or None
        None for a grid without a transform.

    Raises
    ------
    GridError
        A grid in degrees is rotated, or reaches beyond a pole.
    """
    if grid.transform is None:
        return None
    n_rows = grid.shape[0]
    same = abs(float(grid.transform.determinant))
    if grid.crs is None:
        return PixelAreas(np.full(n_rows, same), "map units")
    unit = float(grid.crs.units_factor[1])  # of the unit in meters, or in radians
    if grid.crs.is_geographic:
        of_rows = _between_parallels(grid.transform, n_rows, unit, _ellipsoid(grid.crs))
    else:
        of_rows = np.full(n_rows, same * unit**2)
    return PixelAreas(of_rows / SQUARE_KM, "km2")


def _ellipsoid(crs: CRS) -> tuple[float, float]:
    """Semi-major axis in meters and eccentricity of a geographic CRS."""
    import pyproj

    ellipsoid = pyproj.CRS.from_wkt(crs.to_wkt(version="WKT2_2019")).ellipsoid
    if ellipsoid is None:
        raise GridError("the reference system names no ellipsoid, so areas in km2 are not known")
    axis, other = ellipsoid.semi_major_metre, ellipsoid.semi_minor_metre
    return axis, float(np.sqrt(max(0.0, 1 - (other / axis) ** 2)))


def _between_parallels(
    transform: Affine, n_rows: int, unit: float, ellipsoid: tuple[float, float]
) -> Floats:
    """Areas in square meters of pixels with edges along parallels and meridians."""
    tilt = max(abs(transform.b), abs(transform.d))
    if tilt > UPRIGHT * min(abs(transform.a), abs(transform.e)):
        raise GridError(
            "the grid is rotated against the parallels, so its rows have no area of their own; "
            "warp it upright first (gdalwarp -t_srs EPSG:4326 -r near)"
        )
    edges = (transform.f + transform.e * np.arange(n_rows + 1)) * unit
    if np.abs(edges).max() > np.radians(POLE):
        raise GridError(
            f"the grid reaches latitude {np.degrees(edges[np.abs(edges).argmax()]):.6g}, beyond "
            "the pole; check its transform and reference system"
        )
    zones = np.abs(np.diff(_from_equator(np.clip(edges, -np.pi / 2, np.pi / 2), *ellipsoid)))
    return np.asarray(abs(transform.a) * unit * zones, np.float64)


def _from_equator(latitude: Floats, axis: float, eccentricity: float) -> Floats:
    """Area per radian of longitude between the equator and parallels."""
    sine = np.sin(latitude)
    if eccentricity == 0:
        return np.asarray(axis**2 * sine, np.float64)
    reach = eccentricity * sine
    authalic = sine / (1 - reach**2) + np.arctanh(reach) / eccentricity
    return np.asarray(axis**2 * (1 - eccentricity**2) / 2 * authalic, np.float64)
