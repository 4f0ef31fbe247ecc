"""The values at places of a ramp: even, logarithmic, or even between ticks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from geoindex.errors import OptionError
from geoindex.rules.choices import check_choice
from geoindex.rules.plane import Floats
from geoindex.values.ramp import Ramp

__all__ = ["READ_ALONE", "ScaleKind", "Ticks", "ValueScale", "value_scale"]

ScaleKind = Literal["linear", "log"]
"""Whether values, or their logarithms, are even along the ramp."""

READ_ALONE = "ticks='read' takes ramp and values of the color bar; leave both out"

N_STEPS = 256
"""Steps of a ramp that are told apart: those of an 8-bit color table."""

Ticks = Sequence[tuple[float, float]] | Literal["read"]
"""Places along a ramp, from 0 to 1, and their values; or those beside the color bar."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ValueScale:
    """Values along a ramp."""

    places: Floats
    """Places of known values as shares of the ramp, rising."""

    values: Floats
    """The values, all rising or all falling."""

    kind: ScaleKind = "linear"
    """How values lie between them."""

    def __call__(self, shares: Floats) -> Floats:
        """Values at places; beyond the outermost known ones the scale goes on straight."""
        known = np.log(self.values) if self.kind == "log" else self.values
        which = np.clip(np.searchsorted(self.places, shares, side="right") - 1, 0, len(known) - 2)
        low, high = self.places[which], self.places[which + 1]
        along = (shares - low) / (high - low)
        # Exact at both ends, unlike low + along * (high - low).
        found = known[which] * (1 - along) + known[which + 1] * along
        return np.exp(found) if self.kind == "log" else found

    def shares(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Places of values, the inverse; NaN stays."""
        known = np.log(self.values) if self.kind == "log" else self.values
        found = np.log(values) if self.kind == "log" else values
        rising = slice(None, None, 1 if known[0] < known[-1] else -1)
        knots, places = known[rising], self.places[rising]
        which = np.clip(np.searchsorted(knots, found, side="right") - 1, 0, len(known) - 2)
        steps = (places[1:] - places[:-1]) / (knots[1:] - knots[:-1])
        shares = places[which] + (found - knots[which]) * steps[which]
        return np.asarray(shares, dtype=np.float32)

    @property
    def is_even(self) -> bool:
        """Whether values are even along all of the ramp."""
        return self.kind == "linear" and len(self.places) == 2

    @property
    def limits(self) -> tuple[float, float]:
        """Values of the low and the high end of the ramp."""
        low, high = self(np.array([0.0, 1.0])).tolist()
        return low, high

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON values; see :meth:`from_dict`."""
        return {
            "places": self.places.tolist(),
            "values": self.values.tolist(),
            "kind": self.kind,
        }

    @classmethod
    def from_dict(cls, content: Any) -> ValueScale:
        """Make the scale of what :meth:`to_dict` returned."""
        try:
            ticks = list(zip(content["places"], content["values"], strict=True))
            return _of_ticks(ticks, content["kind"])
        except (KeyError, TypeError, ValueError) as error:
            raise OptionError(f"the scale of the ramp is damaged ({error})") from None


def value_scale(
    ramp: Ramp,
    limits: Sequence[float] | None,
    ticks: Ticks | None,
    kind: ScaleKind,
) -> ValueScale:
    """Values of a ramp: as given, or those that it has itself.

    Parameters
    ----------
    ramp : Ramp
    limits : two float, optional
        Values of the low and the high end.
    ticks : sequence of (place, value), optional
        Two or more values and where they lie, as shares of the ramp from its low end.
    kind : {"linear", "log"}

    Raises
    ------
    OptionError
        There are no values or two kinds of them, they are equal or not finite, or not above 0 for
        logarithms.
    """
    check_choice("scale", kind, ScaleKind)
    if limits is not None and ticks is not None:
        raise OptionError("limits= and ticks both give values; leave one of them out")
    if isinstance(ticks, str) and ticks == "read":
        raise OptionError(READ_ALONE)
    if isinstance(ticks, str):
        raise OptionError(f"ticks must be pairs of place and value or 'read', found {ticks!r}")
    if ticks is not None:
        return _of_ticks(ticks, kind)
    if limits is None:
        limits = ramp.limits
        if limits is None:
            raise OptionError(
                f"the ramp {ramp.name or ''!r} has no values of its own; give those of its ends "
                "(limits=(v0, v1))"
            )
    if not isinstance(limits, Sequence | np.ndarray) or len(limits) != 2:
        raise OptionError(f"limits must be two values, found {limits!r}")
    return _of_ticks([(0.0, limits[0]), (1.0, limits[1])], kind)


def _of_ticks(ticks: Sequence[tuple[float, float]], kind: ScaleKind) -> ValueScale:
    """Scale through known values, checked."""
    try:
        table = np.array(sorted((float(place), float(value)) for place, value in ticks))
    except (TypeError, ValueError, OverflowError):
        raise OptionError(f"ticks must be pairs of place and value, found {ticks!r}") from None
    if len(table) < 2 or not np.isfinite(table).all():
        raise OptionError("the values of a ramp must be two or more finite numbers")
    places, values = table.T.copy()
    if (values == values[0]).all():
        raise OptionError(
            f"both ends of the ramp have the value {values[0]:g}; give two different ones"
        )
    steps = np.diff(values)
    if not (np.diff(places) > 0).all() or not ((steps > 0).all() or (steps < 0).all()):
        raise OptionError("the values of ticks must rise, or fall, from place to place")
    if kind == "log" and not (values > 0).all():
        raise OptionError(
            f"a logarithmic scale needs values above 0, found {values[values <= 0][0]:g}"
        )
    scale = ValueScale(places=places, values=values, kind=kind)
    _check_steps(scale)
    return scale


def _check_steps(scale: ValueScale) -> None:
    """Refuse values that grids, which hold float32, could not tell apart."""
    with np.errstate(over="ignore"):
        ends = scale(np.array([0.0, 1.0]))
    largest = np.abs([*ends, *scale.values]).max()
    if not largest <= np.finfo(np.float32).max:
        raise OptionError(f"the values of a ramp must lie within 3.4e38, found {largest:g}")
    held = float(np.spacing(np.float32(largest)))
    if held > abs(ends[1] - ends[0]) / N_STEPS:
        raise OptionError(
            f"values near {largest:g} are held in steps of {held:g} (float32), too coarse for a "
            f"ramp from {ends[0]:.10g} to {ends[1]:.10g}; give its values less an offset"
        )
