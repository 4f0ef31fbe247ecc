"""Projection of coordinates from one CRS to another, with the accuracy that PROJ states.

pyproj does it, for rasterio tells neither the operation nor its accuracy, and both must come from
the PROJ that moves the points.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoindex.errors import GeoindexWarning, SurveyError
from geoindex.rules.crs import registered_crs
from geoindex.rules.plane import Floats

if TYPE_CHECKING:
    import pyproj
    from rasterio.crs import CRS

__all__ = ["Projection", "crs_name", "full_turn", "projection_between"]


@dataclass(frozen=True)
class Projection:
    """One operation of PROJ, for all points."""

    operation: str
    """Its name."""

    accuracy: float | None
    """Accuracy in meters, or None if PROJ does not know it."""

    transformer: pyproj.Transformer

    def __call__(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Project points; points outside its domain become infinite."""
        first, second = self.transformer.transform(x, y)
        return np.asarray(first), np.asarray(second)


def projection_between(source: CRS, target: CRS, places: Floats) -> Projection:
    """Find the operation that PROJ, and therefore GDAL and QGIS, chooses for a location.

    Parameters
    ----------
    source, target : CRS
    places : ndarray of float64, shape (n, 2)
        Points of the place in the source's coordinates; the first that PROJ can move counts.

    Raises
    ------
    SurveyError
        There is no operation.

    Warns
    -----
    GeoindexWarning
        PROJ does not know how accurate the operation is.
    """
    from pyproj import Transformer
    from pyproj.exceptions import ProjError

    names = f"from {crs_name(source)} to {crs_name(target)}"
    try:
        choice = Transformer.from_crs(_proj_crs(source), _proj_crs(target), always_xy=True)
        if not any(np.isfinite(choice.transform(x, y)).all() for x, y in places.tolist()):
            raise SurveyError(
                f"coordinates cannot be transformed {names}: those of the survey, such as "
                f"{places[0, 0]:.2f}, {places[0, 1]:.2f}, are out of their range"
            )
        best = choice.get_last_used_operation()
        # One operation for all points, so that no seam runs through the survey.
        transformer = Transformer.from_pipeline(best.definition)
    except ProjError as error:
        raise SurveyError(f"coordinates cannot be transformed {names} ({error})") from None
    is_known = best.accuracy >= 0 and "ballpark" not in best.description.lower()
    if not is_known:
        warnings.warn(
            f"coordinates are transformed {names} by {best.description!r}, and PROJ does not know "
            "how accurate that is: the map may lie 100 m off and more; give a coordinate "
            "reference system that names its datum, such as EPSG:25832",
            GeoindexWarning,
            stacklevel=2,
        )
    return Projection(best.description, best.accuracy if is_known else None, transformer)


def _proj_crs(crs: CRS) -> pyproj.CRS:
    """Make a pyproj CRS, by its code if it has one, because PROJ knows more about those."""
    import pyproj

    wkt = crs.to_wkt(version="WKT2_2019")
    # One that brings its own way to WGS 84 is not replaced by its code.
    named = None if "BOUNDCRS" in wkt else registered_crs(crs)
    authority = None if named is None else named.to_authority()
    if authority is not None and type(crs).from_user_input(":".join(authority)) == named:
        return pyproj.CRS.from_authority(*authority)
    return pyproj.CRS.from_wkt(wkt)


def full_turn(crs: CRS | None) -> float:
    """Longitude of a full turn in the unit of a geographic CRS, 0 of any other."""
    if crs is None or not crs.is_geographic:
        return 0.0
    return float(2 * np.pi / crs.units_factor[1])


def crs_name(crs: CRS | None) -> str:
    """Short name of a CRS."""
    return "no CRS given" if crs is None else str(crs.to_string())[:80]
