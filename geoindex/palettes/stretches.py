"""Ramps of palette files as stretches between two values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from geoindex.palettes.entries import Entry, Request, rising_values

__all__ = ["Stretch", "even_steps", "linear_stretches", "qgis_stretches", "stepped_stretches"]


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A range of values, of one color or from one to another."""

    low: float
    """Lower value."""

    high: float
    """Upper value, not below `low`."""

    start: tuple[float, ...]
    """Red, green, blue at `low`, 0 to 255."""

    end: tuple[float, ...]
    """Red, green, blue at `high`."""


def linear_stretches(stops: Sequence[Entry], request: Request) -> list[Stretch]:
    """Stretches that run evenly from each color to the next.

    Raises
    ------
    PaletteError
        There are fewer than two stops, one has no value, or the values decrease.
    """
    values = rising_values(stops, request)
    return [
        Stretch(low=low, high=high, start=a.color[:3], end=b.color[:3])
        for (low, high), (a, b) in zip(pairwise(values), pairwise(stops), strict=True)
    ]


def stepped_stretches(stops: Sequence[Entry], request: Request) -> list[Stretch]:
    """Stretches of one color, each up to its value.

    The lowest color has no lower end, nor has one an upper end whose value is infinite: they are
    taken to be as wide as their neighbors.

    Raises
    ------
    PaletteError
        There are fewer than two finite values, or they decrease.
    """
    is_open = bool(stops) and stops[-1].value == float("inf")
    values = rising_values(stops[:-1] if is_open else stops, request)
    edges = [2 * values[0] - values[1], *values]
    if is_open:
        edges.append(2 * values[-1] - values[-2])
    return [
        Stretch(low=low, high=high, start=stop.color[:3], end=stop.color[:3])
        for (low, high), stop in zip(pairwise(edges), stops, strict=True)
    ]


def qgis_stretches(stops: Sequence[Entry], mode: str, request: Request) -> list[Stretch]:
    """Stretches of a color ramp shader of QGIS; values of discrete ones are upper ends.

    Raises
    ------
    PaletteError
        The shader has classes of exact values, or the stops make no ramp.
    """
    if mode.upper() == "INTERPOLATED":
        return linear_stretches(stops, request)
    if mode.upper() == "DISCRETE":
        return stepped_stretches(stops, request)
    raise request.error("holds classes of exact values, not a ramp")


def even_steps(stretches: Sequence[Stretch], n_steps: int) -> list[Stretch]:
    """Equal steps, each in the color at its middle."""
    low, high = stretches[0].low, stretches[-1].high
    edges = [low + (high - low) * step / n_steps for step in range(n_steps + 1)]
    steps = []
    for below, above in pairwise(edges):
        middle = (below + above) / 2
        part = next(s for s in stretches if middle <= s.high and s.high > s.low)
        share = (middle - part.low) / (part.high - part.low)
        color = tuple(a + (b - a) * share for a, b in zip(part.start, part.end, strict=True))
        steps.append(Stretch(low=below, high=above, start=color, end=color))
    return steps
