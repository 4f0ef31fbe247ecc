"""Survey: inline and crossline numbers of a 3D survey, and where they lie on the map."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from affine import Affine
from numpy.typing import ArrayLike

from geoindex.errors import SurveyError
from geoindex.rules.crs import parse_crs
from geoindex.rules.lines import (
    Coefficients,
    Floats,
    ZDomain,
    ZRange,
    check_coefficients,
    check_lines,
    check_z,
    extend_lines,
    fit_plane,
    for_both,
    snap_lines,
)

if TYPE_CHECKING:
    from os import PathLike

    from rasterio.crs import CRS

__all__ = ["Coefficients", "Survey", "ZDomain", "ZRange"]

PARALLEL = 1e-3
"""Sine of the angle between lines below which they count as parallel; real ones are at 90."""


@dataclass(frozen=True, init=False)
class Survey:
    """Geometry of a 3D seismic survey: a lattice of bins, straight and evenly spaced.

    ``x = x.constant + x.inline * inline + x.crossline * crossline``, and the same for y, give
    the center of a bin.

    Parameters
    ----------
    inlines, crosslines : (first, last), (first, last, step) or range
        Line numbers, the last one included where they are given as numbers.
    x, y : three float
        Constant, factor of the inline and factor of the crossline number of each coordinate.
    z : four values, optional
        First, last and step of Z, and its domain: ``"time"`` (seconds), ``"depth"`` (meters)
        or ``"depth-feet"``.
    crs : rasterio.crs.CRS, str or int, optional
        Coordinate reference system of x and y, such as ``"EPSG:23031"``.
    name : str
        Name of the survey.

    Raises
    ------
    SurveyError
        The line numbers do not rise, a number is not finite, or inlines and crosslines are
        parallel; the message shows the numbers.

    See Also
    --------
    Survey.open : read the survey file of OpendTect.
    Survey.from_points : from the coordinates of three corners.

    Examples
    --------
    >>> from geoindex import Survey
    >>> survey = Survey(
    ...     inlines=(1000, 1279),
    ...     crosslines=(1000, 1286),
    ...     x=(3491336.248, -3.19541219, 9.4758042),
    ...     y=(7497848.4, 9.47383513, 3.19552448),
    ... )
    >>> survey.shape
    (280, 287)
    >>> x, y = survey.xy(1279, 1286)
    >>> round(float(x), 2), round(float(y), 2)
    (3499435.2, 7514074.88)
    >>> inline, crossline = survey.inline_crossline(x, y)
    >>> round(float(inline), 6), round(float(crossline), 6)
    (1279.0, 1286.0)
    """

    inlines: range
    """Inline numbers."""

    crosslines: range
    """Crossline numbers."""

    x: Coefficients
    """Easting as a function of the line numbers."""

    y: Coefficients
    """Northing as a function of the line numbers."""

    z: ZRange | None
    """Vertical range, or None where it is not known."""

    crs: CRS | None
    """Coordinate reference system of x and y, or None where it is not known."""

    name: str
    """Name of the survey, "" where it has none."""

    def __init__(
        self,
        *,
        inlines: Sequence[int],
        crosslines: Sequence[int],
        x: Sequence[float],
        y: Sequence[float],
        z: Sequence[Any] | None = None,
        crs: CRS | str | int | None = None,
        name: str = "",
    ) -> None:
        put = object.__setattr__
        put(self, "inlines", check_lines(inlines, "inlines"))
        put(self, "crosslines", check_lines(crosslines, "crosslines"))
        put(self, "x", check_coefficients(x, "x"))
        put(self, "y", check_coefficients(y, "y"))
        put(self, "z", None if z is None else check_z(z))
        put(self, "crs", parse_crs(crs, error=SurveyError))
        put(self, "name", name)
        self._check_directions()

    def _check_directions(self) -> None:
        """Refuse lines that do not span a plane."""
        inline = math.hypot(self.x.inline, self.y.inline)
        crossline = math.hypot(self.x.crossline, self.y.crossline)
        if abs(self._determinant) <= PARALLEL * inline * crossline:
            raise SurveyError(
                "inlines and crosslines do not span an area: from one inline to the next x and y "
                f"change by ({self.x.inline:.10g}, {self.y.inline:.10g}), from one crossline to "
                f"the next by ({self.x.crossline:.10g}, {self.y.crossline:.10g}); both must be "
                "above zero and point in different directions"
            )

    @classmethod
    def open(cls, path: str | PathLike[str]) -> Survey:
        """Read the survey file of OpendTect 6 to 8.

        Parameters
        ----------
        path : path-like
            The file ``.survey``, its JSON form, or the survey's folder.

        Returns
        -------
        Survey

        Raises
        ------
        MissingFileError
            There is no such file.
        SurveyError
            It is no survey file, or its geometry contradicts itself.
        """
        from geoindex.files.door import read_survey

        return read_survey(path)

    @classmethod
    def from_points(
        cls,
        points: ArrayLike,
        *,
        inlines: Sequence[int],
        crosslines: Sequence[int],
        z: Sequence[Any] | None = None,
        crs: CRS | str | int | None = None,
        name: str = "",
    ) -> Survey:
        """Make a survey from points whose line numbers and coordinates are known.

        Parameters
        ----------
        points : array_like, shape (n_points, 4)
            Inline, crossline, x and y of three points or more that are not on one line, such
            as three corners. Through more than three goes the plane of least squares.
        inlines, crosslines, z, crs, name
            As for :class:`Survey`.

        Returns
        -------
        Survey

        Raises
        ------
        SurveyError
            There are fewer than three points, they are on one line, or one of more than three
            is off the plane by more than half a bin.

        Examples
        --------
        >>> from geoindex import Survey
        >>> corners = [
        ...     (1000, 1000, 3497616.64, 7510517.76),
        ...     (1279, 1286, 3499435.20, 7514074.88),
        ...     (1000, 1286, 3500326.72, 7511431.68),
        ... ]
        >>> survey = Survey.from_points(corners, inlines=(1000, 1279), crosslines=(1000, 1286))
        >>> round(survey.x.inline, 4), round(survey.x.crossline, 4)
        (-3.1954, 9.4758)
        """
        x, y = fit_plane(points)
        survey = cls(inlines=inlines, crosslines=crosslines, x=x, y=y, z=z, crs=crs, name=name)
        survey.check_points(points)
        return survey

    def check_points(self, points: ArrayLike) -> None:
        """Refuse points that lie elsewhere than the survey says.

        Parameters
        ----------
        points : array_like, shape (n_points, 4)
            Inline, crossline, x and y.

        Raises
        ------
        SurveyError
            A point is off by more than half the smaller spacing of the lines.
        """
        table = np.atleast_2d(np.asarray(points, dtype=np.float64))
        x, y = self.xy(table[:, 0], table[:, 1])
        off = np.hypot(x - table[:, 2], y - table[:, 3])
        worst = int(np.argmax(off))
        tolerance = 0.5 * min(self.inline_spacing, self.crossline_spacing)
        if off[worst] > tolerance:
            inline, crossline, given_x, given_y = table[worst]
            raise SurveyError(
                f"the point at inline {inline:.10g}, crossline {crossline:.10g} is given as "
                f"({given_x:.12g}, {given_y:.12g}), but the geometry puts it at ({x[worst]:.12g}, "
                f"{y[worst]:.12g}), {off[worst]:.6g} away; bins are {self.inline_spacing:.6g} x "
                f"{self.crossline_spacing:.6g}"
            )

    @property
    def shape(self) -> tuple[int, int]:
        """Number of inlines and crosslines."""
        return len(self.inlines), len(self.crosslines)

    @property
    def inline_spacing(self) -> float:
        """Distance between neighboring inlines, in map units."""
        return math.hypot(self.x.inline, self.y.inline) * self.inlines.step

    @property
    def crossline_spacing(self) -> float:
        """Distance between neighboring crosslines, in map units."""
        return math.hypot(self.x.crossline, self.y.crossline) * self.crosslines.step

    @property
    def azimuth(self) -> float:
        """Direction in which inlines run, degrees clockwise from north, 0 to 360."""
        return math.degrees(math.atan2(self.x.crossline, self.y.crossline)) % 360

    @property
    def _determinant(self) -> float:
        return self.x.inline * self.y.crossline - self.y.inline * self.x.crossline

    @property
    def transform(self) -> Affine:
        """Affine map of the survey as a raster: rows are inlines, columns crosslines.

        It takes (column, row) of pixel corners, as rasterio does, so that bin centers are
        pixel centers.
        """
        a, d = (part.crossline * self.crosslines.step for part in (self.x, self.y))
        b, e = (part.inline * self.inlines.step for part in (self.x, self.y))
        x, y = self.xy(self.inlines.start, self.crosslines.start)
        return Affine(a, b, float(x) - (a + b) / 2, d, e, float(y) - (d + e) / 2)

    @property
    def corners(self) -> Floats:
        """Centers of the four outermost bins, float64 of shape (4, 2), around the survey.

        They begin at the first inline and first crossline and go along the first inline.
        """
        first, last = self.inlines[0], self.inlines[-1]
        start, end = self.crosslines[0], self.crosslines[-1]
        return np.stack(self.xy([first, first, last, last], [start, end, end, start]), axis=-1)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Smallest x and y, largest x and y of the bins, their edges included."""
        half = self.inlines.step / 2, self.crosslines.step / 2
        first, last = self.inlines[0] - half[0], self.inlines[-1] + half[0]
        start, end = self.crosslines[0] - half[1], self.crosslines[-1] + half[1]
        xs, ys = self.xy([first, first, last, last], [start, end, end, start])
        return float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max())

    def xy(self, inline: ArrayLike, crossline: ArrayLike) -> tuple[Floats, Floats]:
        """Coordinates of line numbers.

        Parameters
        ----------
        inline, crossline : array_like
            Line numbers, whole or not, inside the survey or outside; they broadcast.

        Returns
        -------
        x, y : ndarray of float64
            Centers of the bins.
        """
        along, across = np.asarray(inline, np.float64), np.asarray(crossline, np.float64)
        x, y = (
            part.constant + part.inline * along + part.crossline * across
            for part in (self.x, self.y)
        )
        return x, y

    def inline_crossline(
        self, x: ArrayLike, y: ArrayLike, *, snap: bool = False
    ) -> tuple[Floats, Floats]:
        """Line numbers of coordinates.

        Parameters
        ----------
        x, y : array_like
            Map coordinates; they broadcast.
        snap : bool
            Round to the nearest line of the survey (also beyond its ends), as OpendTect does.

        Returns
        -------
        inline, crossline : ndarray of float64
            Fractions count the way between two lines.
        """
        first, start = self.inlines[0], self.crosslines[0]
        # From the first bin, not from line numbers 0, 0 far away: that keeps the digits.
        x0, y0 = self.xy(first, start)
        u, v = np.asarray(x, np.float64) - x0, np.asarray(y, np.float64) - y0
        inline = first + (u * self.y.crossline - v * self.x.crossline) / self._determinant
        crossline = start + (v * self.x.inline - u * self.y.inline) / self._determinant
        if not snap:
            return inline, crossline
        return snap_lines(inline, self.inlines), snap_lines(crossline, self.crosslines)

    def extended(
        self, *, pad: int | tuple[int, int] = 0, step: int | tuple[int, int] | None = None
    ) -> Survey:
        """Survey with more or fewer lines of the same lattice.

        Parameters
        ----------
        pad : int or two int
            Bins to add on every side; two numbers are for inlines and crosslines.
        step : int or two int, optional
            Step of the line numbers, a multiple of the survey's own.

        Returns
        -------
        Survey

        Raises
        ------
        SurveyError
            `pad` is negative, or `step` would leave the survey's lattice.

        Examples
        --------
        >>> from geoindex import Survey
        >>> survey = Survey(inlines=(100, 199), crosslines=(1, 50), x=(0, 0, 10), y=(0, 10, 0))
        >>> wide = survey.extended(pad=5, step=(2, 1))
        >>> wide.inlines, wide.crosslines
        (range(95, 204, 2), range(-4, 56))
        """
        pads = for_both("pad", pad)
        steps = (None, None) if step is None else for_both("step", step)
        inlines = extend_lines(self.inlines, pads[0], steps[0], "inlines")
        crosslines = extend_lines(self.crosslines, pads[1], steps[1], "crosslines")
        return self.with_lines(inlines, crosslines)

    def with_lines(self, inlines: Sequence[int], crosslines: Sequence[int]) -> Survey:
        """Survey of the same geometry with other line numbers.

        Parameters
        ----------
        inlines, crosslines : (first, last), (first, last, step) or range
            As for :class:`Survey`.

        Returns
        -------
        Survey
        """
        fields = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return Survey(**{**fields, "inlines": inlines, "crosslines": crosslines})

    def save(self, path: str | PathLike[str], *, overwrite: bool = False) -> None:
        """Write an OpendTect survey file, the text form that versions 6 to 8 read.

        Parameters
        ----------
        path : path-like
            The file; OpendTect looks for one called ``.survey`` in the survey's folder.
        overwrite : bool
            Replace a file that is already there.

        Raises
        ------
        OutputError
            The file exists, or cannot be written.
        """
        from geoindex.files.door import write_survey

        write_survey(self, path, overwrite=overwrite)

    def to_dict(self) -> dict[str, Any]:
        """Geometry as JSON values; :meth:`from_dict` takes them back.

        Returns
        -------
        dict
        """
        return {
            "name": self.name,
            "inlines": [self.inlines[0], self.inlines[-1], self.inlines.step],
            "crosslines": [self.crosslines[0], self.crosslines[-1], self.crosslines.step],
            "x": list(self.x),
            "y": list(self.y),
            "z": None if self.z is None else list(self.z),
            "crs": None if self.crs is None else self.crs.to_wkt(),
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Survey:
        """Survey of :meth:`to_dict`.

        Raises
        ------
        SurveyError
            A value is missing or wrong.
        """
        try:
            return cls(**content)
        except TypeError as error:
            raise SurveyError(f"the survey is damaged ({error})") from None
