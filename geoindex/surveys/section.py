"""The geometry of a cross-section: traces on the map, samples in depth or time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geoindex.errors import SectionError
from geoindex.rules.choices import check_choice, check_integer

__all__ = ["Section", "SectionDomain", "check_degrees", "section_of"]

SectionDomain = Literal["depth", "time"]
"""Depth in the units of the map, or two-way time in milliseconds; both count downward."""

# SEG-Y keeps the sample interval in thousandths of these units, the first sample in whole ones,
# both in 16 bits with a sign, and the number of samples too.
PER_UNIT = 1000
LARGEST_INT16 = 2**15 - 1

LARGEST_LONGITUDE, LARGEST_LATITUDE = 360, 90

CLOSEST_LENGTH = 0.1
"""Trace spacing in map units below which coordinates near the origin may be degrees."""


@dataclass(frozen=True, kw_only=True)
class Section:
    """Traces at equal steps on a line, samples at equal steps downward.

    The pixel centers of an image's first and last column are the first and last trace, those of
    its first and last row are `top` and `bottom`. Samples begin at a whole unit, and their
    interval is a whole number of thousandths, so that a file header tells the place of each
    exactly.
    """

    points: tuple[tuple[float, float], ...]
    """X and y of the ends of the line, and of its bends between them."""

    top: float
    """Z of the centers of an image's first row."""

    bottom: float
    """Z of the centers of an image's last row."""

    domain: SectionDomain
    """Quantity of z."""

    n_traces: int
    """Number of traces, including both ends."""

    first_z: int
    """Z of the first sample."""

    interval: int
    """Sample interval in thousandths of a unit."""

    n_samples: int
    """Number of samples per trace."""

    @property
    def start(self) -> tuple[float, float]:
        """X and y of the first trace."""
        return self.points[0]

    @property
    def end(self) -> tuple[float, float]:
        """X and y of the last trace."""
        return self.points[-1]

    @property
    def length(self) -> float:
        """Distance from the first trace to the last along the line, in map units."""
        return sum(math.dist(*pair) for pair in pairwise(self.points))

    @property
    def trace_spacing(self) -> float:
        """Distance between neighboring traces, in map units."""
        return self.length / (self.n_traces - 1)

    @property
    def sample_interval(self) -> float:
        """Distance between neighboring samples, in units of Z."""
        return self.interval / PER_UNIT

    @property
    def last_z(self) -> float:
        """Z of the last sample."""
        return self.first_z + (self.n_samples - 1) * self.interval / PER_UNIT

    def xy(self) -> NDArray[np.float64]:
        """X and y of the traces, shape (n_traces, 2)."""
        if len(self.points) == 2:
            return np.linspace(self.start, self.end, self.n_traces)
        bends = np.array(self.points)
        along = np.concatenate([[0.0], np.cumsum([math.dist(*p) for p in pairwise(self.points)])])
        places = np.linspace(0.0, along[-1], self.n_traces)
        return np.column_stack([np.interp(places, along, axis) for axis in bends.T])

    def z(self) -> NDArray[np.float64]:
        """Z of the samples, shape (n_samples,)."""
        return self.first_z + np.arange(self.n_samples) * self.interval / PER_UNIT

    def columns(self, n_columns: int) -> NDArray[np.intp]:
        """Nearest column of an image for each trace, shape (n_traces,)."""
        # In integers, so that halves are always rounded up.
        last = self.n_traces - 1
        halves = np.arange(self.n_traces, dtype=np.int64) * (2 * (n_columns - 1)) + last
        return (halves // (2 * last)).astype(np.intp)

    def rows(self, n_rows: int) -> NDArray[np.intp]:
        """Nearest row of an image for each sample, -1 outside it, shape (n_samples,)."""
        places = (self.z() - self.top) * ((n_rows - 1) / (self.bottom - self.top))
        rows = np.floor(places + 0.5).astype(np.intp)
        return np.where((rows >= 0) & (rows < n_rows), rows, -1)


def section_of(
    shape: tuple[int, int],
    *,
    start: tuple[float, float] | None = None,
    end: tuple[float, float] | None = None,
    line: Sequence[tuple[float, float]] | None = None,
    top: float,
    bottom: float,
    n_traces: int | None = None,
    n_samples: int | None = None,
    domain: SectionDomain = "depth",
) -> Section:
    """Place traces and samples in an image.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns of the image.
    start, end, line, top, bottom, n_traces, n_samples, domain
        As for :func:`geoindex.write_section`.

    Raises
    ------
    OptionError
        An unknown domain.
    SectionError
        The line has no length, `bottom` is not below `top`, a number is not finite, or SEG-Y
        cannot hold the samples.

    Examples
    --------
    >>> from geoindex.surveys.section import section_of
    >>> section = section_of((701, 500), start=(0, 0), end=(998, 0), top=-250, bottom=1500)
    >>> section.n_traces, section.trace_spacing, section.n_samples, section.interval
    (500, 2.0, 701, 2500)
    """
    points = _points(start, end, line)
    check_choice("domain", domain, SectionDomain)
    if not (math.isfinite(top) and math.isfinite(bottom) and top < bottom):
        raise SectionError(
            f"z counts downward, so bottom must be larger than top; found top {top:g} and bottom "
            f"{bottom:g}; give heights above the datum as negative numbers"
        )
    # A line has two ends, so a picture of one column becomes two traces.
    n_traces = max(2, shape[1]) if n_traces is None else n_traces
    check_integer("n_traces", n_traces, 2, 2**31 - 1)
    if n_samples is not None:
        check_integer("n_samples", n_samples, 1, 2**31 - 1)
    first_z = math.floor(top)
    interval, n_samples = _sampling(bottom - top, bottom - first_z, shape[0], n_samples)
    if not -LARGEST_INT16 <= first_z <= LARGEST_INT16 or not 1 <= interval <= LARGEST_INT16:
        raise SectionError(
            f"SEG-Y holds a first sample within {LARGEST_INT16} of 0 and intervals from 0.001 to "
            f"{LARGEST_INT16 / PER_UNIT}; found {first_z} and {interval / PER_UNIT}; take "
            "other units or more samples"
        )
    if not 2 <= n_samples <= LARGEST_INT16:
        raise SectionError(
            f"SEG-Y holds 2 to {LARGEST_INT16:,} samples a trace, and this section would have "
            f"{n_samples:,}; set the number of samples"
        )
    return Section(
        points=points,
        top=float(top),
        bottom=float(bottom),
        domain=domain,
        n_traces=n_traces,
        first_z=first_z,
        interval=interval,
        n_samples=n_samples,
    )


def check_degrees(section: Section, degrees: bool | None) -> bool:
    """Whether a section is in longitude and latitude: as given, or as its coordinates demand.

    Parameters
    ----------
    section : Section
    degrees : bool or None
        What was told.

    Raises
    ------
    SectionError
        It was told to, and cannot; or nothing was told, and traces as close as these would be
        in degrees, not in lengths.
    """
    points = section.points
    may_be = all(abs(x) <= LARGEST_LONGITUDE and abs(y) <= LARGEST_LATITUDE for x, y in points)
    if degrees and not may_be:
        raise SectionError(f"start and end are no longitudes and latitudes: {points}")
    if degrees is None and may_be and section.trace_spacing < CLOSEST_LENGTH:
        raise SectionError(
            f"start and end look like longitudes and latitudes, with {section.trace_spacing:.3g} "
            "between traces; give degrees=True, or degrees=False if "
            "they are lengths"
        )
    return bool(degrees)


def _sampling(height: float, reach: float, n_rows: int, n_samples: int | None) -> tuple[int, int]:
    """Interval in thousandths and number of samples down to the last row."""
    if n_samples is not None:
        return round(reach / max(n_samples - 1, 1) * PER_UNIT), n_samples
    if n_rows < 2:
        raise SectionError("an image of one row has no thickness; set the number of samples")
    # Rounded down, so that no row is left out; the division is exact for whole numbers.
    finest = math.floor(height / (n_rows - 1) * PER_UNIT + 1e-6)
    if finest < 1:
        raise SectionError(
            f"the rows are {height / (n_rows - 1):.3g} apart, and SEG-Y samples no closer than "
            f"{1 / PER_UNIT:g}; give top and bottom in smaller units (meters for kilometers), or "
            "set the number of samples"
        )
    interval = min(finest, LARGEST_INT16)
    # The last sample is the one nearest to the last row.
    return interval, math.floor(reach * PER_UNIT / interval + 0.5) + 1


def _points(
    start: tuple[float, float] | None,
    end: tuple[float, float] | None,
    line: Sequence[tuple[float, float]] | None,
) -> tuple[tuple[float, float], ...]:
    """Check the ends and bends of a line."""
    if line is None:
        if start is None or end is None:
            raise SectionError("give the ends of the section, start and end, or its line")
        points = _point(start, "start"), _point(end, "end")
        if points[0] == points[1]:
            x, y = points[0]
            raise SectionError(f"start and end are the same point, {x:.10g}, {y:.10g}")
        return points
    if start is not None or end is not None:
        raise SectionError("give start and end or line, not both")
    bends = tuple(_point(point, f"point {n} of line") for n, point in enumerate(line, start=1))
    if len(bends) < 2:
        raise SectionError(f"line must have two points or more, found {len(bends)}")
    for number, (one, other) in enumerate(pairwise(bends), start=1):
        if one == other:
            raise SectionError(f"points {number} and {number + 1} of line are the same, {one}")
    return bends


def _point(point: tuple[float, float], what: str) -> tuple[float, float]:
    """Two finite coordinates."""
    try:
        x, y = (float(number) for number in point)
    except (TypeError, ValueError):
        raise SectionError(f"{what} is two numbers, x and y; found {point!r:.60}") from None
    if not (math.isfinite(x) and math.isfinite(y)):
        raise SectionError(f"{what} must be finite, found {x}, {y}")
    return x, y
