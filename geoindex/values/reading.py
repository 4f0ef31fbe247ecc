"""Reading the colors of a picture on a ramp: what counts as on it, and a report."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoindex.color.histogram import ColorHistogram
from geoindex.errors import OptionError
from geoindex.rules.choices import check_choice
from geoindex.rules.plane import Floats
from geoindex.values.approaches import NO_CHOICES, choices_of, find_approaches, folded_share
from geoindex.values.bar import ColorBar
from geoindex.values.filling import Fill
from geoindex.values.inverse import ColorPlaces, find_places, find_rounding
from geoindex.values.mapper import ValueMapper, value_ranges
from geoindex.values.ramp import Ramp, Rounding
from geoindex.values.scale import ValueScale
from geoindex.values.segments import segments_of
from geoindex.values.shading import Shade, find_opacity, find_shaded
from geoindex.values.spikes import black_place, hides_ink

__all__ = ["Reading", "ReadingReport", "ValueOptions", "read_colors"]

LOSSY_DISTANCE = 16.0
"""Largest distance from the ramp in pictures with the noise of JPEG, in levels of 0 to 255."""

NEARLY = 4.0
"""Distance of colors that noise has moved off the ramp."""

LOSSY_SHARE = 0.05
"""Pixels that lie nearly on the ramp, for each one exactly on it, from which on there is noise:
ink has few such colors."""

LEAST_ON_SHARE = 0.1
"""Pixels on the ramp; with fewer it is perhaps the ramp of another picture. Margins and text leave
more."""

MOST_FOLDED = 0.5
"""Of a ramp that has nearly the same colors elsewhere, beyond which noise hides all values."""

WIDEST_SPREAD = 0.02
"""Of the ramp: colors that can stand for more under a shade have no value."""


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

    shade: Shade | None = None
    """How a hillshade lies over the colors; None if none does."""

    opacity: float | None = None
    """Opacity of an alpha shade; None to tell by the picture."""

    fill: Fill | None = None
    """How to fill in values below ink; None to leave them out."""

    band: bool = False
    """Whether the error band is wanted."""

    bar: ColorBar | None = None
    """The color bar in the picture, whose pixels have no values; None if it has none."""

    def __post_init__(self) -> None:
        if self.rounding is not None:
            check_choice("rounding", self.rounding, Rounding)
        distance = self.max_distance
        if distance is not None and not (
            isinstance(distance, int | float) and distance >= 0 and math.isfinite(distance)
        ):
            raise OptionError(f"max_distance must be 0 or more, found {distance!r}")
        if self.fill is not None:
            check_choice("fill", self.fill, Fill)
        if self.shade is not None:
            check_choice("shade", self.shade, Shade)
        if self.opacity is not None and self.shade != "alpha":
            raise OptionError("opacity needs shade='alpha'")
        if self.opacity is not None and not 0 < self.opacity < 1:
            raise OptionError(f"opacity must lie between 0 and 1, found {self.opacity!r}")


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

    shade: Shade | None
    """How a hillshade was taken off."""

    opacity: float | None
    """Opacity of an alpha shade."""

    open_share: float
    """Share of the pixels whose color stands for several values, which neighbors decide."""

    approaches: tuple[tuple[float, float, float, float], ...]
    """Where the ramp has nearly the same colors twice: shares of both stretches."""

    bar: tuple[int, int, int, int] | None
    """Box of the color bar in the picture: left, top, right, bottom."""

    ticks: tuple[tuple[float, float], ...] | None
    """Places and values of its ends by the numbers beside it, if these were read."""

    def warning(self) -> str | None:
        """Tell what a user should know of a ramp that does not fit or is near itself, or None."""
        if self.on_share < LEAST_ON_SHARE and self.median_distance > LOSSY_DISTANCE:
            return (
                f"only {self.on_share:.1%} of the pixels have a color of the ramp, and half of "
                f"all are {self.median_distance:.0f} levels or more away from it; see whether it "
                "is the ramp of this picture, or take off a hillshade with shade="
            )
        if not self.approaches or (self.on_share and not self.open_share):
            return None
        pairs = "; ".join(
            f"{a:.0%} to {b:.0%} and {c:.0%} to {d:.0%}" for a, b, c, d in self.approaches[:3]
        )
        more = f" and {len(self.approaches) - 3} more" if len(self.approaches) > 3 else ""
        if not self.on_share:
            return (
                f"the ramp has nearly the same colors at {pairs} of its length{more}, and the "
                "colors of the picture have noise, as JPEG leaves it: no pixel has a value; read "
                "a picture without loss, such as PNG"
            )
        return (
            f"the ramp has nearly the same colors at {pairs} of its length{more}: "
            f"{self.open_share:.1%} of the pixels get the value that fits their neighbors, or none"
        )

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
    """
    rounding = options.rounding or find_rounding(options.ramp, histogram)
    places = find_places(options.ramp, histogram, rounding)
    opacity = options.opacity
    if options.shade is not None:
        if options.shade == "alpha" and opacity is None:
            opacity = find_opacity(histogram, places.pieces)
        places = _shaded(places, options.shade, opacity or 0.0)
    lossy = _is_lossy(places)
    max_distance = options.max_distance
    if max_distance is None:
        max_distance = LOSSY_DISTANCE if lossy else 0.0
    is_on = places.distances <= max_distance
    if places.spreads is not None:
        is_on &= places.spreads <= WIDEST_SPREAD
    spikes = options.spikes
    segments = segments_of(options.ramp, places.pieces, rounding)
    if spikes is None:
        # JPEG smears ink along the ramp.
        spikes = lossy or hides_ink(places, segments, max_distance)
    approaches = [] if options.shade is not None else find_approaches(places.pieces)
    if lossy and folded_share(approaches) > MOST_FOLDED:
        # Noise moves colors from one stretch to another; nothing is left to begin from.
        is_on[:] = False
    choices = NO_CHOICES if options.shade else choices_of(places, approaches, is_on)
    mapper = ValueMapper.of(
        places,
        options.scale,
        is_on,
        choices,
        band=options.band,
        finds_spikes=spikes,
        # Noise is as strong as a faint line.
        black=None if lossy else black_place(segments),
        fill=options.fill,
        hidden=None if options.bar is None else options.bar.box,
    )
    is_open = np.zeros(len(is_on), dtype=bool)
    is_open[choices.colors] = True
    report = replace(
        _report(places, options, is_on, max_distance, spikes=spikes),
        shade=options.shade,
        opacity=opacity,
        open_share=places.share(is_open),
        approaches=tuple((*one.first, *one.second) for one in approaches),
    )
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
        shade=None,
        opacity=None,
        open_share=0.0,
        approaches=(),
        bar=None if options.bar is None else options.bar.box,
        ticks=None if options.bar is None else options.bar.ticks,
    )


def _shaded(places: ColorPlaces, shade: Shade, opacity: float) -> ColorPlaces:
    """Places of colors under a shade, none of which is exact."""
    found = find_shaded(places.histogram.colors, places.pieces, shade, opacity)
    return replace(
        places,
        lows=found.places,
        highs=found.places,
        distances=found.distances,
        is_exact=np.zeros(len(found.places), dtype=bool),
        spreads=found.spreads,
    )


def _median(distances: Floats, counts: NDArray[np.int64]) -> float:
    """Distance of the middle pixel."""
    order = np.argsort(distances, kind="stable")
    behind = np.cumsum(counts[order])
    return float(distances[order][np.searchsorted(behind, (behind[-1] + 1) // 2)])
