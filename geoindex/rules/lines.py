"""Checks of a survey's line numbers and Z range."""

from __future__ import annotations

import math
from collections.abc import Sequence
from operator import index
from typing import Any, Literal, NamedTuple, get_args

import numpy as np

from geoindex.errors import SurveyError
from geoindex.rules.plane import Floats

__all__ = [
    "ZDomain",
    "ZRange",
    "check_lines",
    "check_z",
    "extend_lines",
    "for_both",
    "snap_lines",
]

ZDomain = Literal["time", "depth", "depth-feet"]
"""Two-way time in seconds, depth in meters, or depth in feet."""

Z_UNITS: dict[ZDomain, str] = {"time": "s", "depth": "m", "depth-feet": "ft"}
"""Unit of the Z values of each domain."""


ROUNDING = 1e-6
"""Distance, in lines, that rounding may move a point from halfway between two lines."""


class ZRange(NamedTuple):
    """Vertical range of a survey."""

    start: float
    """First Z."""

    stop: float
    """Last Z."""

    step: float
    """Sample interval."""

    domain: ZDomain = "time"
    """Quantity of Z; times are in seconds."""

    @property
    def unit(self) -> str:
        """``s``, ``m`` or ``ft``."""
        return Z_UNITS[self.domain]


def check_lines(lines: Sequence[int], what: str) -> range:
    """Line numbers as an increasing range of at least one."""
    numbers = (lines.start, lines.stop - 1, lines.step) if isinstance(lines, range) else lines
    try:
        first, last, step = (*numbers, 1) if len(numbers) == 2 else numbers
        whole = int(first), int(last), int(step)
    except (TypeError, ValueError, OverflowError):
        raise SurveyError(
            f"{what} are given as first, last and step, found {lines!r:.100}"
        ) from None
    if whole != (first, last, step):
        raise SurveyError(f"{what} must be whole numbers, found {lines!r:.100}")
    first, last, step = whole
    if max(map(abs, whole)) >= 2**31:
        raise SurveyError(f"{what} {first} to {last} step {step} are beyond 32 bits")
    if step < 1 or last < first:
        raise SurveyError(f"{what} must rise, found first {first}, last {last}, step {step}")
    return range(first, first + (last - first) // step * step + 1, step)


def extend_lines(lines: range, pad: int, step: int | None, what: str) -> range:
    """Extend a range of lines by `pad` lines at both ends, and change its step."""
    if pad < 0:
        raise SurveyError(f"pad must be 0 or more bins, found {pad}")
    if step is None:
        step = lines.step
    if step < 1 or step % lines.step:
        raise SurveyError(
            f"step {step} is not a multiple of {lines.step}, the step of the survey's {what}"
        )
    return range(lines[0] - pad * lines.step, lines[-1] + pad * lines.step + 1, step)


def check_z(values: Sequence[Any]) -> ZRange:
    """Vertical range that does not decrease, of a known domain."""
    try:
        start, stop, step, *rest = values
        z = ZRange(float(start), float(stop), float(step), *rest)
    except (TypeError, ValueError):
        raise SurveyError(
            f"z must be first, last, step and domain, found {values!r:.100}"
        ) from None
    if z.domain not in get_args(ZDomain):
        raise SurveyError(f"unknown Z domain {z.domain!r}; known: {', '.join(get_args(ZDomain))}")
    if not all(map(math.isfinite, z[:3])) or z.stop < z.start or z.step <= 0:
        raise SurveyError(
            f"z must rise, found first {z.start:g}, last {z.stop:g}, step {z.step:g}"
        )
    return z


def snap_lines(numbers: Floats, lines: range) -> Floats:
    """Nearest line numbers; halves are rounded up, whatever their last digits."""
    steps = np.floor((numbers - lines.start) / lines.step + (0.5 + ROUNDING))
    return np.asarray(lines.start + lines.step * steps)


def for_both(name: str, value: Any) -> tuple[int, int]:
    """Numbers for inlines and crosslines, from one for both or from two."""
    try:
        inlines, crosslines = value if isinstance(value, Sequence) else (value, value)
        return index(inlines), index(crosslines)
    except (TypeError, ValueError):
        raise SurveyError(f"{name} must be an integer, or two of them, found {value!r}") from None
