"""The plane of a survey: x and y as linear functions of the line numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoindex.errors import SurveyError

__all__ = ["Coefficients", "Floats", "Plane", "check_plane", "check_points", "fit_plane"]

Floats = NDArray[np.float64]

PARALLEL = 1e-3
"""Sine of the angle below which inlines and crosslines count as parallel."""

ONE_LINE = 1e-9
"""Sine of the angle below which points count as lying on one line; line numbers are exact."""

EQUAL = 1e-6
"""Relative difference below which distances count as equal: rounding must not decide."""


class Coefficients(NamedTuple):
    """One map coordinate as a linear function of the line numbers."""

    constant: float
    """Coordinate of line numbers 0, 0."""

    inline: float
    """Change from one inline number to the next."""

    crossline: float
    """Change from one crossline number to the next."""


class Plane(NamedTuple):
    """Both map coordinates as linear functions of the line numbers."""

    x: Coefficients
    """Easting."""

    y: Coefficients
    """Northing."""

    @property
    def determinant(self) -> float:
        """Area between two neighboring line numbers of each kind, with its sign."""
        return self.x.inline * self.y.crossline - self.y.inline * self.x.crossline

    @property
    def spacings(self) -> tuple[float, float]:
        """Distance from one inline number to the next, and from one crossline number."""
        inline = math.hypot(self.x.inline, self.y.inline)
        return inline, math.hypot(self.x.crossline, self.y.crossline)

    @property
    def azimuth(self) -> float:
        """Direction in which inlines run, degrees clockwise from north, 0 to 360."""
        return math.degrees(math.atan2(self.x.crossline, self.y.crossline)) % 360

    def xy(self, inline: ArrayLike, crossline: ArrayLike) -> tuple[Floats, Floats]:
        """Coordinates of line numbers, which broadcast."""
        along, across = np.asarray(inline, np.float64), np.asarray(crossline, np.float64)
        x, y = (
            part.constant + part.inline * along + part.crossline * across
            for part in (self.x, self.y)
        )
        return x, y

    def inline_crossline(
        self, x: ArrayLike, y: ArrayLike, *, near: tuple[int, int]
    ) -> tuple[Floats, Floats]:
        """Line numbers of coordinates, which broadcast.

        They are counted from the lines `near` them, because counting from 0, 0 loses digits.
        """
        x0, y0 = self.xy(*near)
        u, v = np.asarray(x, np.float64) - x0, np.asarray(y, np.float64) - y0
        inline = near[0] + (u * self.y.crossline - v * self.x.crossline) / self.determinant
        crossline = near[1] + (v * self.x.inline - u * self.y.inline) / self.determinant
        return inline, crossline


def fit_plane(points: ArrayLike) -> Plane:
    """Plane through points, by least squares if there are more than three.

    Parameters
    ----------
    points : array_like, shape (n_points, 4)
        Inline, crossline, x and y.

    Returns
    -------
    Plane
        Identical to the last bit on every processor.

    Raises
    ------
    SurveyError
        There are fewer than three points, a value is not finite, or they are on one line.
    """
    try:
        table = np.asarray(points, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise SurveyError(f"points must be rows of inline, crossline, x and y ({error})") from None
    if table.ndim != 2 or table.shape[0] < 3 or table.shape[1] != 4:
        raise SurveyError(
            "a survey needs three points or more, each with inline, crossline, x and y; found "
            f"the shape {table.shape}"
        )
    if not (np.abs(table) < 1e15).all():
        raise SurveyError(f"a point is not finite: {table.tolist()}")
    # Centered, because line numbers in the thousands would cost digits.
    center = [math.fsum(column) / len(table) for column in table.T]
    inline, crossline, *coordinates = (table - center).T
    # The part of the crossline numbers that is orthogonal to the inline numbers (Gram-Schmidt).
    across = crossline - _factor(crossline, inline) * inline
    if not inline.any() or _product(across, across) <= ONE_LINE**2 * _product(
        crossline, crossline
    ):
        lines = ", ".join(f"{inline:.10g}/{crossline:.10g}" for inline, crossline, *_ in table)
        raise SurveyError(
            f"the points at inline/crossline {lines} are on one line; give three corners"
        )
    parts = []
    for place, values in zip(center[2:], coordinates, strict=True):
        per_crossline = _factor(values, across)
        per_inline = _factor(values - per_crossline * crossline, inline)
        constant = place - per_inline * center[0] - per_crossline * center[1]
        parts.append(Coefficients(constant, per_inline, per_crossline))
    return Plane(*parts)


def _product(first: Floats, second: Floats) -> float:
    """Dot product with an exact sum; in linear algebra libraries the last bit varies."""
    return math.fsum(first * second)


def _factor(values: Floats, along: Floats) -> float:
    """Least-squares factor of `along` in `values`; 0 if `along` is 0."""
    return _product(values, along) / (_product(along, along) or 1.0)


def check_plane(x: Sequence[float], y: Sequence[float]) -> Plane:
    """Plane of the coefficients of x and y; an error if its lines are parallel."""
    plane = Plane(_check_coefficients(x, "x"), _check_coefficients(y, "y"))
    inline, crossline = plane.spacings
    if abs(plane.determinant) <= PARALLEL * inline * crossline:
        raise SurveyError(
            "inlines and crosslines do not span an area: from one inline to the next x and y "
            f"change by ({plane.x.inline:.10g}, {plane.y.inline:.10g}), from one crossline to "
            f"the next by ({plane.x.crossline:.10g}, {plane.y.crossline:.10g}); both must be "
            "above zero and point in different directions"
        )
    return plane


def _check_coefficients(values: Sequence[float], what: str) -> Coefficients:
    """Three finite numbers."""
    try:
        coefficients = Coefficients(*(float(value) for value in values))
    except (OverflowError, TypeError, ValueError):
        raise SurveyError(
            f"{what} must be three numbers (constant, inline and crossline factor), found "
            f"{values!r:.100}"
        ) from None
    if not all(math.isfinite(value) and abs(value) < 1e15 for value in coefficients):
        raise SurveyError(f"{what} must be finite numbers, found {tuple(coefficients)}")
    return coefficients


def check_points(plane: Plane, points: ArrayLike, bin_size: tuple[float, float]) -> None:
    """Raise an error if any of the points (n_points, 4) is more than half a bin off the plane.

    The message names the point that is farthest off, and of several the first.
    """
    table = np.atleast_2d(np.asarray(points, dtype=np.float64))
    found = np.stack(plane.xy(table[:, 0], table[:, 1]), axis=-1)
    off = np.hypot(*(found - table[:, 2:]).T)
    if off.max() <= 0.5 * min(bin_size) * (1 + EQUAL):
        return
    worst, *others = np.flatnonzero(off >= off.max() * (1 - EQUAL)).tolist()
    inline, crossline, given_x, given_y = table[worst]
    # More decimals would only show rounding errors.
    x, y = (round(value, 6) + 0.0 for value in found[worst].tolist())
    raise SurveyError(
        f"the point at inline {inline:.10g}, crossline {crossline:.10g} is given as "
        f"({given_x:.12g}, {given_y:.12g}), but the geometry puts it at ({x:.12g}, {y:.12g}), "
        f"{off[worst]:.6g} away"
        + (f" ({len(others)} more are as far off)" if others else "")
        + f"; bins are {bin_size[0]:.6g} x {bin_size[1]:.6g}"
    )
