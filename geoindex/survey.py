"""Survey: inline and crossline numbers of a 3D survey, and where they lie on the map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from affine import Affine
from numpy.typing import ArrayLike

from geoindex.errors import SurveyError
from geoindex.rules.crs import parse_crs
from geoindex.rules.lines import (
    ZDomain,
    ZRange,
    check_lines,
    check_z,
    extend_lines,
    for_both,
    snap_lines,
)
from geoindex.rules.plane import (
    Coefficients,
    Floats,
    Plane,
    check_plane,
    check_points,
    fit_plane,
)
from geoindex.rules.texts import storable_name

if TYPE_CHECKING:
    from os import PathLike

    from rasterio.crs import CRS

__all__ = ["Coefficients", "Survey", "ZDomain", "ZRange"]


@dataclass(frozen=True, init=False)
class Survey:
    """Geometry of a 3D seismic survey: a regular lattice of bins.

    The center of a bin is at ``x = x.constant + x.inline * inline + x.crossline * crossline``;
    y is computed in the same way.

    Parameters
    ----------
    inlines, crosslines : (first, last), (first, last, step) or range
        Line numbers. `last` is included, the stop of a range is not.
    x, y : three float
        Constant, inline factor and crossline factor of each coordinate.
    z : four values, optional
        First Z, last Z, step and domain: ``"time"`` (seconds), ``"depth"`` (meters)
        or ``"depth-feet"``.
    crs : rasterio.crs.CRS, str or int, optional
        Coordinate reference system of x and y, such as ``"EPSG:23031"``.
    name : str
        Survey name.

    Raises
    ------
    SurveyError
        The line numbers do not increase, a number is not finite, or inlines and crosslines are
        parallel; the message shows the numbers.

    See Also
    --------
    Survey.open : read an OpendTect survey file.
    Survey.from_points : compute the geometry from three or more known bins.

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
    """Vertical range, or None if unknown."""

    crs: CRS | None
    """Coordinate reference system of x and y, or None if unknown."""

    name: str
    """Survey name, "" if it has none."""

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
        for part, coefficients in zip("xy", check_plane(x, y), strict=True):
            put(self, part, coefficients)
        put(self, "z", None if z is None else check_z(z))
        put(self, "crs", parse_crs(crs, error=SurveyError))
        put(self, "name", storable_name(name, SurveyError))

    @classmethod
    def open(cls, path: str | PathLike[str], *, crs: CRS | str | int | None = None) -> Survey:
        """Read the survey file of OpendTect 6, 7 or 8.

        Parameters
        ----------
        path : path-like
            The file ``.survey``, its JSON form, or the survey's folder.
        crs : rasterio.crs.CRS, str or int, optional
            Coordinate reference system, for a file that names none.

        Returns
        -------
        Survey

        Raises
        ------
        MissingFileError
            There is no such file.
        SurveyError
            The file is no survey file, its geometry is inconsistent, or it names another
            coordinate reference system than `crs`.
        """
        from geoindex.files.door import read_survey

        return read_survey(path, crs=crs)

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
        """Make a survey from bins with known line numbers and coordinates.

        Parameters
        ----------
        points : array_like, shape (n_points, 4)
            Inline, crossline, x and y of at least three bins that are not in one row, such as
            three corners. With more than three, the geometry is fitted by least squares.
        inlines, crosslines, z, crs, name
            As for :class:`Survey`.

        Returns
        -------
        Survey

        Raises
        ------
        SurveyError
            There are fewer than three points, they are in one row, or a point is more than
            half a bin off the fitted geometry.

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
        """Raise an error if points do not fit the geometry.

        Parameters
        ----------
        points : array_like, shape (n_points, 4)
            Inline, crossline, x and y.

        Raises
        ------
        SurveyError
            A point is off by more than half the smaller line spacing.
        """
        check_points(self._plane, points, (self.inline_spacing, self.crossline_spacing))

    @property
    def shape(self) -> tuple[int, int]:
        """Number of inlines and crosslines."""
        return len(self.inlines), len(self.crosslines)

    @property
    def inline_spacing(self) -> float:
        """Distance between neighboring inlines, in map units."""
        return self._plane.spacings[0] * self.inlines.step

    @property
    def crossline_spacing(self) -> float:
        """Distance between neighboring crosslines, in map units."""
        return self._plane.spacings[1] * self.crosslines.step

    @property
    def azimuth(self) -> float:
        """Direction in which inlines run, degrees clockwise from north, 0 to 360."""
        return self._plane.azimuth

    @property
    def _plane(self) -> Plane:
        return Plane(self.x, self.y)

    @property
    def transform(self) -> Affine:
        """Affine transform of the survey as a raster: rows are inlines, columns crosslines.

        As in rasterio, it maps (column, row) of pixel corners; bin centers are pixel centers.
        """
        a, d = (part.crossline * self.crosslines.step for part in (self.x, self.y))
        b, e = (part.inline * self.inlines.step for part in (self.x, self.y))
        x, y = self.xy(self.inlines.start, self.crosslines.start)
        return Affine(a, b, float(x) - (a + b) / 2, d, e, float(y) - (d + e) / 2)

    @property
    def corners(self) -> Floats:
        """Centers of the four corner bins, float64 of shape (4, 2), in order around the survey.

        The first is at the first inline and crossline, the second at the end of that inline.
        """
        first, last = self.inlines[0], self.inlines[-1]
        start, end = self.crosslines[0], self.crosslines[-1]
        return np.stack(self.xy([first, first, last, last], [start, end, end, start]), axis=-1)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Smallest x, smallest y, largest x and largest y of the bin edges."""
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
            Line numbers, broadcast against each other. They may be fractional and lie outside
            the survey.

        Returns
        -------
        x, y : ndarray of float64
            Centers of the bins.
        """
        return self._plane.xy(inline, crossline)

    def inline_crossline(
        self, x: ArrayLike, y: ArrayLike, *, snap: bool = False
    ) -> tuple[Floats, Floats]:
        """Line numbers of coordinates.

        Parameters
        ----------
        x, y : array_like
            Map coordinates, broadcast against each other.
        snap : bool
            Round to the nearest line of the lattice, also outside the survey, as OpendTect does.

        Returns
        -------
        inline, crossline : ndarray of float64
            Fractional between two lines unless `snap` is set.
        """
        near = self.inlines[0], self.crosslines[0]
        inline, crossline = self._plane.inline_crossline(x, y, near=near)
        if not snap:
            return inline, crossline
        return snap_lines(inline, self.inlines), snap_lines(crossline, self.crosslines)

    def extended(
        self, *, pad: int | tuple[int, int] = 0, step: int | tuple[int, int] | None = None
    ) -> Survey:
        """Survey padded with more lines, or thinned to every nth line.

        Parameters
        ----------
        pad : int or two int
            Bins to add on every side; give two numbers for inlines and crosslines.
        step : int or two int, optional
            Step of the line numbers, a multiple of the survey's own.

        Returns
        -------
        Survey

        Raises
        ------
        SurveyError
            `pad` is negative, or `step` is not a multiple of the survey's step.

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
        """Survey of the same geometry with other line numbers, given as for :class:`Survey`."""
        return Survey(**{**vars(self), "inlines": inlines, "crosslines": crosslines})

    def save(self, path: str | PathLike[str], *, overwrite: bool = False) -> None:
        """Write an OpendTect survey file in the text form that versions 6 to 8 read.

        Parameters
        ----------
        path : path-like
            Target file. OpendTect expects the name ``.survey`` in the survey's folder.
        overwrite : bool
            Replace an existing file.

        Raises
        ------
        OutputError
            The file exists and `overwrite` is False, or it cannot be written.
        """
        from geoindex.files.door import write_survey

        write_survey(self, path, overwrite=overwrite)

    def to_dict(self) -> dict[str, Any]:
        """Geometry as JSON values; :meth:`from_dict` reads them."""
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
        """Make a survey from the result of :meth:`to_dict`.

        Raises
        ------
        SurveyError
            A value is missing or wrong.
        """
        try:
            return cls(**content)
        except TypeError as error:
            raise SurveyError(f"the survey is damaged ({error})") from None
