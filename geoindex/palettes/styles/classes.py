"""Shared by all styles: classes of polygons, drawn in coats of color from bottom to top.

A coat that covers the polygon makes the color of the unit. Patterns, outlines, lines and points
are ink. Colors that let the paper through are blended over white.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count
from typing import Any, Literal

from geoindex.errors import GeoindexWarning
from geoindex.palette import Palette
from geoindex.palettes.entries import Entry, Request, number, palette_of_entries

__all__ = ["DATA_DEFINED", "Coat", "Notes", "StyleClass", "layer_opacity", "palette_of_classes"]

DATA_DEFINED = "the data define colors, which may differ on the map"
"""Reason to warn of a style that takes colors from attributes."""

RGB = tuple[float, float, float]
PAPER: RGB = (255.0, 255.0, 255.0)

LARGEST_VALUE = 2**31 - 1

NAMES_TOLD = 5


@dataclass(frozen=True, kw_only=True)
class Coat:
    """One layer of a symbol."""

    color: RGB
    """Red, green, blue of 0..255."""

    opacity: float = 1.0
    """0 for invisible, 1 for opaque."""

    kind: Literal["fill", "pattern", "line"]
    """A fill covers the polygon; a pattern is hidden by fills above it; a line is not, for half
    of an outline lies outside of its polygon."""


@dataclass(frozen=True, kw_only=True)
class StyleClass:
    """A category, rule or range of a style."""

    name: str
    """Label, or the value if there is none."""

    value: str = ""
    """Value of the attribute; "" if the class does not have exactly one."""

    is_rest: bool = False
    """Whether it stands for all values that no other class has."""

    coats: Sequence[Coat]
    """From bottom to top."""

    opacity: float = 1.0
    """Opacity of the whole map layer."""


class Notes:
    """What may differ between style and map: one warning per reason."""

    def __init__(self, request: Request) -> None:
        self._where = request.where
        self._found: dict[str, dict[str, None]] = {}

    def add(self, reason: str, name: str) -> None:
        """Add a class to a reason for a warning."""
        self._found.setdefault(reason, {})[name or "unnamed"] = None

    @property
    def reasons(self) -> list[str]:
        """All reasons, without the names of the classes."""
        return list(self._found)

    def warn(self) -> None:
        """Issue the warnings."""
        for reason, found in self._found.items():
            names = list(found)
            listed = ", ".join(names[:NAMES_TOLD])
            if len(names) > NAMES_TOLD:
                listed += f" and {len(names) - NAMES_TOLD} more"
            warnings.warn(f"{self._where}: {reason}: {listed}", GeoindexWarning, stacklevel=2)


@dataclass(frozen=True, kw_only=True)
class _Painted:
    """Colors that a class has on the map."""

    unit: tuple[int, int, int] | None
    """None if no fill covers the polygon."""

    inks: tuple[tuple[int, int, int], ...]
    """Colors of lines, then of patterns, each bottom to top."""

    shows_paper: bool
    """Whether the color of the unit depends on the paper."""


def layer_opacity(transparency: Any, request: Request) -> float:
    """Opacity, 0 to 1, of a layer of ArcGIS, which has its transparency in percent.

    Raises
    ------
    PaletteError
        It is not a number of 0 to 100.
    """
    if not isinstance(transparency, int | float) or not 0 <= transparency <= 100:
        raise request.error("the transparency of the layer is not within 0..100")
    return 1 - transparency / 100


def palette_of_classes(
    classes: Iterable[StyleClass], request: Request, notes: Notes, *, name: str | None = None
) -> Palette:
    """Palette of the classes of a style in their order, then their inks.

    Class values are kept where all classes but that of all other values have a whole number.
    A class without a fill is ink.

    Raises
    ------
    PaletteError
        No class has a color, or there are too many of them.

    Warns
    -----
    GeoindexWarning
        What `notes` holds, partly transparent fills, and inks of the color of a unit.
    """
    rows: list[Entry] = []
    known: list[StyleClass] = []
    inks: dict[tuple[int, int, int], list[tuple[int, int, int] | None]] = {}
    for style_class in classes:
        painted = _paint(style_class)
        if painted.unit is None and not painted.inks:
            notes.add("classes that draw nothing are left out", style_class.name)
            continue
        if painted.unit is None:
            notes.add("classes without a fill are read as ink", style_class.name)
            rows.append(Entry(color=painted.inks[-1], name=style_class.name, role="ink"))
        else:
            rows.append(Entry(color=painted.unit, name=style_class.name))
        if painted.shows_paper:
            notes.add("partly transparent classes are blended over white paper", style_class.name)
        known.append(style_class)
        for ink in painted.inks:
            inks.setdefault(ink, []).append(painted.unit)
    if not rows:
        raise request.error("; ".join(["holds no class with a color", *notes.reasons]))
    units = {row.color for row in rows if not row.role}
    for ink, owners in inks.items():
        if ink in units and any(owner != ink for owner in owners):
            notes.add("lines or patterns have the color of a unit and become that unit", _hex(ink))
    taken = {row.color for row in rows}
    values = _values(known, notes)
    rows = [replace(row, value=value) for row, value in zip(rows, values, strict=True)]
    rows += [
        Entry(color=ink, name=f"ink {_hex(ink)}", role="ink") for ink in inks if ink not in taken
    ]
    notes.warn()
    return palette_of_entries(_numbered(rows), request, name=name)


def _paint(style_class: StyleClass) -> _Painted:
    """Lay the coats of a class on white paper."""
    ground, bare, has_fill = PAPER, 1.0, False
    inks: list[Coat] = []
    for coat in style_class.coats:
        opacity = _stepped(coat.opacity)
        if not opacity:
            continue
        if coat.kind == "fill":
            inks = [
                ink
                if ink.kind == "line"
                else replace(ink, color=_mix(ink.color, coat.color, opacity))
                for ink in inks
                if ink.kind == "line" or opacity < 1
            ]
            ground = _mix(ground, coat.color, opacity)
            bare *= 1 - opacity
            has_fill = True
            continue
        inks.append(replace(coat, color=_mix(ground, coat.color, opacity)))
    opacity = _stepped(style_class.opacity)
    inks.sort(key=lambda ink: ink.kind == "pattern")
    shown = [_rounded(_mix(PAPER, ink.color, opacity)) for ink in inks if opacity]
    return _Painted(
        unit=_rounded(_mix(PAPER, ground, opacity)) if has_fill and opacity else None,
        inks=tuple(dict.fromkeys(shown)),
        shows_paper=has_fill and (bare > 0 or opacity < 1),
    )


def _mix(below: RGB, above: RGB, opacity: float) -> RGB:
    """Color of a coat over another color."""
    red, green, blue = (
        under + (over - under) * opacity for under, over in zip(below, above, strict=True)
    )
    return red, green, blue


def _stepped(opacity: float) -> float:
    """Opacity in steps of 1/255, as pictures of 8 bits have it."""
    return math.floor(opacity * 255 + 0.5) / 255


def _rounded(color: RGB) -> tuple[int, int, int]:
    """Color in whole numbers, rounded half up."""
    red, green, blue = (math.floor(channel + 0.5) for channel in color)
    return red, green, blue


def _values(classes: Sequence[StyleClass], notes: Notes) -> list[float | None]:
    """Class values, None for "all other values"; all None if one is not a number."""
    values = [None if known.is_rest else _whole(known.value) for known in classes]
    bad = [
        known.name
        for known, value in zip(classes, values, strict=True)
        if not known.is_rest and (value is None or values.count(value) > 1)
    ]
    if not bad:
        return list(values)
    # A few numbers among words are not class values.
    if 2 * sum(value is not None for value in values) > len(values):
        for name in bad:
            notes.add("no class values are read, as these have none, or the same", name)
    return [None] * len(classes)


def _whole(text: str) -> int | None:
    """Whole number of 32 bits that a text stands for."""
    value = number(text.strip())
    if value is None or not math.isfinite(value) or not float(value).is_integer():
        return None
    return int(value) if -LARGEST_VALUE <= value <= LARGEST_VALUE else None


def _numbered(rows: Sequence[Entry]) -> list[Entry]:
    """Give inks and the class "all other values" the numbers after the largest class value."""
    used = {int(row.value) for row in rows if row.value is not None}
    if not used:
        return list(rows)
    free: Iterator[int] = (
        value
        for value in chain(range(max(used) + 1, LARGEST_VALUE + 1), count(1))
        if value not in used
    )
    return [row if row.value is not None else replace(row, value=next(free)) for row in rows]


def _hex(color: tuple[int, int, int]) -> str:
    """Color as ``#rrggbb``."""
    return "#" + bytes(color).hex()
