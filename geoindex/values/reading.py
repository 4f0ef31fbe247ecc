"""Reading the colors of a picture on a ramp: what counts as on it, and a report."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoindex.color.histogram import ColorHistogram
from geoindex.errors import OptionError
from geoindex.rules.choices import check_choice
from geoindex.rules.plane import Floats
from geoindex.values.inverse import ColorPlaces, find_places, find_rounding
from geoindex.values.mapper import ValueMapper, value_ranges
from geoindex.values.ramp import Ramp, Rounding
from geoindex.values.scale import ValueScale
from geoindex.values.segments import segments_of
from geoindex.values.spikes import hides_ink

__all__ = ["Reading", "ReadingReport", "ValueOptions", "read_colors"]

LOSSY_DISTANCE = 16.0
"""Largest distance from the ramp in pictures with the noise of JPEG, in levels of 0 to 255."""

NEARLY = 4.0
"""Distance of colors that noise has moved off the ramp."""

LOSSY_SHARE = 0.05
"""Pixels that lie nearly on the ramp, for each one exactly on it, from which on there is noise:
ink has few such colors."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ValueOptions:
    """How the colors of a picture become values, as :func:`geoindex.image_values` takes it."""

    ramp: Ramp
    """The colors."""

    scale: ValueScale
    """The values along them."""

    rounding: Rounding | None = None
    """How colors became bytes; None to tell by the picture."""

    max_distance: float | None = None
    """Farthest from the ramp that a color has a value; None to tell by the picture."""

    spikes: bool | None = None
    """Whether to look for ink in colors of the ramp; None to do so if it has such colors, and in
    pictures with the noise of JPEG."""

    band: bool = False
    """Whether the error band is wanted."""

    def __post_init__(self) -> None:
        if self.rounding is not None:
            check_choice("rounding", self.rounding, Rounding)
        distance = self.max_distance
        if distance is not None and not (
            isinstance(distance, int | float) and distance >= 0 and math.isfinite(distance)
        ):
            raise OptionError(f"max_distance must be 0 or more, found {distance!r}")


@dataclass(frozen=True, kw_only=True)
class ReadingReport:
    """How the colors of a picture lie on its ramp."""

    ramp: str | None
    """Name of the ramp."""

    rounding: Rounding
    """How its colors became bytes."""

    bound: float
    """Largest error of a pixel exactly on the ramp, in values."""

    exact_share: float
    """Share of the pixels whose color the ramp makes, 0 to 1."""

    on_share: float
    """Share of the pixels within `max_distance` of it, before ink and its neighbors are left
    out."""

    max_distance: float
    """Farthest from the ramp that a color has a value, in levels of 0 to 255."""

    median_distance: float
    """Half of the pixels are nearer to the ramp."""

    largest_distance: float
    """That of the farthest pixel."""

    lowest: float
    """Lowest value that some pixel has."""

    highest: float
    """Highest value that some pixel has."""

    at_low_end: float
    """Share of the pixels in the color of the low end, which also stands for lower values."""

    at_high_end: float
    """Share of the pixels in the color of the high end, which also stands for higher values."""

    spikes: bool
    """Whether ink in colors of the ramp was looked for."""

    def to_dict(self) -> dict[str, Any]:
        """All fields, for JSON."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True, eq=False)
class Reading:
    """The colors of one picture, read."""

    mapper: ValueMapper
    """Gives pixels their values."""

    report: ReadingReport
    """How good that is."""


def read_colors(histogram: ColorHistogram, options: ValueOptions) -> Reading:
    """Read the colors of a picture.

    Parameters
    ----------
    histogram : ColorHistogram
        Of all its pixels, at least one.
    options : ValueOptions

    Returns
    -------
    Reading
    """
    rounding = options.rounding or find_rounding(options.ramp, histogram)
    places = find_places(options.ramp, histogram, rounding)
    lossy = _is_lossy(places)
    max_distance = options.max_distance
    if max_distance is None:
        max_distance = LOSSY_DISTANCE if lossy else 0.0
    is_on = places.distances <= max_distance
    spikes = options.spikes
    if spikes is None:
        segments = segments_of(options.ramp, places.pieces, rounding)
        # JPEG smears ink along the ramp.
        spikes = lossy or hides_ink(places, segments, max_distance)
    mapper = ValueMapper.of(places, options.scale, is_on, band=options.band, finds_spikes=spikes)
    report = _report(places, options, is_on, max_distance, spikes=spikes)
    return Reading(mapper=mapper, report=report)


def _is_lossy(places: ColorPlaces) -> bool:
    """Whether a picture has the noise of JPEG, or was scaled after it was colored."""
    nearly = places.share(~places.is_exact & (places.distances <= NEARLY))
    return nearly > LOSSY_SHARE * places.exact_share


def _report(
    places: ColorPlaces,
    options: ValueOptions,
    is_on: NDArray[np.bool_],
    max_distance: float,
    *,
    spikes: bool,
) -> ReadingReport:
    """Sum up a reading."""
    values, _ = value_ranges(places, options.scale)
    _, lows, highs = places.pieces.intervals
    ends = options.scale(highs), options.scale(lows)
    used = values[is_on] if is_on.any() else np.array([np.nan])
    return ReadingReport(
        ramp=options.ramp.name,
        rounding=places.rounding,
        bound=float(np.abs(ends[0] - ends[1]).max() / 2),
        exact_share=places.exact_share,
        on_share=places.share(is_on),
        max_distance=float(max_distance),
        median_distance=_median(places.distances, places.histogram.counts),
        largest_distance=float(places.distances.max()),
        lowest=float(used.min()),
        highest=float(used.max()),
        at_low_end=places.share(places.is_exact & (places.lows == 0.0)),
        at_high_end=places.share(places.is_exact & (places.highs == 1.0)),
        spikes=spikes,
    )


def _median(distances: Floats, counts: NDArray[np.int64]) -> float:
    """Distance of the middle pixel."""
    order = np.argsort(distances, kind="stable")
    behind = np.cumsum(counts[order])
    return float(distances[order][np.searchsorted(behind, (behind[-1] + 1) // 2)])
