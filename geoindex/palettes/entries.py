"""What all palette formats share: entries with their line numbers, and ramps."""

from __future__ import annotations

import json
import math
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from geoindex.errors import GeoindexWarning, OptionError, PaletteError
from geoindex.palette import MAX_COLORS, Palette
from geoindex.palettes.text import decode_text
from geoindex.rules.choices import is_whole
from geoindex.rules.scale import Scale

__all__ = [
    "HEX_COLOR",
    "Entry",
    "Request",
    "channel",
    "check_n_colors",
    "hex_color",
    "json_of",
    "number",
    "palette_of_entries",
    "palette_of_ramp",
    "rising_values",
    "text_of",
    "without_limits",
]

HEX_COLOR = re.compile(r"#[0-9a-fA-F]{6}$")

# Compiled once: looking them up in re's own store took a third of the time of long tables.
WHOLE = re.compile(r"[+-]?\d{1,18}", re.ASCII)
DECIMAL = re.compile(
    r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?|[+-]?(nan|inf)", re.IGNORECASE | re.ASCII
)

LONGEST_REASON = 600
"""Longest reason in a message, in characters."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """The file to read, and the options of the user."""

    where: str
    """File name for messages."""

    name: str | None = None
    """Palette name to use if the file has none."""

    scale: Scale | None = None
    """Scale of the values in delimited text."""

    n_colors: int | None = None
    """Number of colors to take from a continuous ramp."""

    layer: str | None = None
    """Map layer to take from a file that holds several."""

    encoding: str | None = None
    """Encoding of a text file, or None to detect it."""

    columns: Sequence[str] | None = None
    """Names of the columns of a table, in place of its own header."""

    def warn(self, reason: str, line: int | None = None) -> None:
        """Issue a warning about the file."""
        warnings.warn(str(self.error(reason, line)), GeoindexWarning, stacklevel=2)

    def error(self, reason: str, line: int | None = None) -> PaletteError:
        """Make an error that names file and line."""
        place = self.where if line is None else f"{self.where}, line {line}"
        # Names and values of a file may have any length.
        shown = reason if len(reason) <= LONGEST_REASON else f"{reason[:LONGEST_REASON]}..."
        return PaletteError(f"{place}: {shown}")

    def ramp_colors(self) -> int:
        """Return the number of colors to take from a continuous ramp.

        Raises
        ------
        PaletteError
            The number was not given.
        """
        if self.n_colors is None:
            raise self.error(
                "is a continuous ramp and has no classes; sample it at equal steps, "
                "n_colors=16 (geoindex palette convert tells how)"
            )
        return self.n_colors


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One color of a file."""

    color: tuple[float, ...]
    """Red, green, blue, optionally followed by an alpha of 0 to 255."""

    line: int | None = None
    """Line of the file, counted from 1, or None if the format has no lines."""

    name: str = ""
    """Class name, "" if it has none."""

    value: float | None = None
    """Class value, or position on a ramp."""

    role: str = ""
    """``"ink"`` for overprint, "" if not given."""

    merge: float | None = None
    """Row that the class joins, counted from 0, or None."""

    show: str = ""
    """Color that the class is shown in, "" for that of the map."""


def palette_of_entries(
    entries: Sequence[Entry], request: Request, *, name: str | None = None
) -> Palette:
    """Palette of the entries of a file, in their order.

    Parameters
    ----------
    entries : sequence of Entry
        Their values become class values if all are integers. Transparent ones are left out.
    request : Request
        Names the file in error messages.
    name : str, optional
        Palette name given in the file.

    Raises
    ------
    PaletteError
        There are no entries or too many, or one is not a color; the message names file and
        line.

    Warns
    -----
    GeoindexWarning
        Some entries are transparent, or have no class value or a fractional one.
    """
    given, entries = entries, _opaque(entries, request)
    if not entries:
        raise request.error("holds no colors")
    joins = any(entry.merge is not None for entry in entries)
    if joins and len(entries) < len(given):
        raise request.error("merge names rows, so none may be transparent; remove those that are")
    if len(entries) > MAX_COLORS:
        raise request.error(
            f"a palette holds at most {MAX_COLORS:,} colors, found {len(entries):,}",
            entries[MAX_COLORS].line,
        )
    colors = np.array([entry.color for entry in entries])
    if all(isinstance(channel, int) for entry in entries for channel in entry.color):
        colors = colors.astype(np.int64)
    names = [entry.name for entry in entries]
    roles = [entry.role for entry in entries]
    try:
        return Palette(
            colors,
            names if any(names) else None,
            name=name or request.name,
            values=_class_values(entries, request),
            roles=roles if any(roles) else None,
            merge=_merge_rows(entries, request) if joins else None,
            show=[entry.show for entry in entries],
            scale=request.scale,
        )
    except PaletteError as error:
        if error.row is None:
            raise request.error(str(error)) from None
        reason = str(error).removeprefix(f"palette row {error.row}: ")
        raise request.error(reason, entries[error.row].line) from None


def _merge_rows(entries: Sequence[Entry], request: Request) -> list[int | None]:
    """Row that each entry is merged into."""
    for entry in entries:
        if entry.merge is not None and not is_whole(entry.merge):
            raise request.error(f"merge is {entry.merge:g}, which is no row number", entry.line)
    return [None if entry.merge is None else int(entry.merge) for entry in entries]


def _opaque(entries: Sequence[Entry], request: Request) -> list[Entry]:
    """Entries without alpha; transparent ones are left out."""
    seen = [entry for entry in entries if entry.color[3:] != (0,)]
    gone = [entry for entry in entries if entry.color[3:] == (0,)]
    if gone and seen:
        request.warn(f"transparent entries are left out ({_named(gone)})", gone[0].line)
    elif gone:
        raise request.error("all colors are transparent", gone[0].line)
    faint = [entry for entry in seen if entry.color[3:] not in ((), (255,))]
    if faint:
        request.warn(
            f"partly transparent colors are taken as opaque ({_named(faint)}); on the map they "
            "may look different",
            faint[0].line,
        )
    return [
        replace(entry, color=entry.color[:3]) if len(entry.color) > 3 else entry for entry in seen
    ]


def _named(entries: Sequence[Entry]) -> str:
    """First entries of a list for a message."""
    shown = ", ".join(
        entry.name[:40] or (str(entry.color[:3]) if entry.value is None else f"{entry.value}")
        for entry in entries[:3]
    )
    return shown if len(entries) <= 3 else f"{shown} and {len(entries) - 3} more"


def _class_values(entries: Sequence[Entry], request: Request) -> list[int] | None:
    """Values of all entries, or None if one is missing or has a fraction."""
    given = [entry for entry in entries if entry.value is not None]
    bad = next((entry for entry in entries if not is_whole(entry.value)), None)
    if bad is None:
        return [int(entry.value or 0) for entry in entries]
    if given:
        found = "is missing" if bad.value is None else f"{bad.value} has a fraction"
        request.warn(f"a class value {found}, so the palette has no class values", bad.line)
    return None


def palette_of_ramp(
    stops: Sequence[Entry], request: Request, *, name: str | None = None
) -> Palette:
    """Palette of colors at equal steps along a continuous ramp, including both ends.

    Parameters
    ----------
    stops : sequence of Entry
        Each with its position as `value`.
    request : Request
        Its `n_colors` is the number of colors.
    name : str, optional
        Ramp name given in the file.

    Raises
    ------
    PaletteError
        `n_colors` is not given, or as of :func:`rising_values`.
    """
    n_colors = request.ramp_colors()
    positions = rising_values(stops, request)
    faint = [stop for stop in stops if stop.color[3:] not in ((), (255,))]
    if faint:
        request.warn(
            f"transparent colors of the ramp are taken as opaque ({_named(faint)}); on the map "
            "they may look different",
            faint[0].line,
        )
    checked = palette_of_entries([Entry(color=s.color[:3], line=s.line) for s in stops], request)
    places = np.linspace(positions[0], positions[-1], n_colors)
    colors = np.stack(
        [np.interp(places, positions, checked.colors[:, channel]) for channel in range(3)], axis=-1
    )
    # Round off the error of the interpolation, so that all halves are rounded up.
    colors = colors.round(6)
    return Palette(colors, name=name or request.name, scale="byte")


def rising_values(stops: Sequence[Entry], request: Request) -> list[float]:
    """Values along a ramp.

    Raises
    ------
    PaletteError
        There are fewer than two stops, one has no finite value, or the values decrease.
    """
    if len(stops) < 2:
        raise request.error("a ramp needs at least two colors")
    values: list[float] = []
    for stop in stops:
        value = math.nan if stop.value is None else float(stop.value)
        if not math.isfinite(value):
            raise request.error("each color of a ramp needs a finite value", stop.line)
        if values and value < values[-1]:
            raise request.error("the positions of a ramp must not decrease", stop.line)
        values.append(value)
    return values


def without_limits(entries: Sequence[Entry]) -> list[Entry]:
    """Entries of intervals, whose numbers are limits, not class values."""
    return [
        replace(entry, value=None, name=entry.name or f"up to {entry.value}") for entry in entries
    ]


def check_n_colors(n_colors: int | None) -> None:
    """Raise an error for a number of colors that no palette can have.

    Raises
    ------
    OptionError
        The number is not within 1..65,535.
    """
    if n_colors is not None and not 1 <= n_colors <= MAX_COLORS:
        raise OptionError(f"n_colors must be within 1..{MAX_COLORS:,}, found {n_colors}")


def text_of(content: bytes, request: Request) -> str:
    """Text of a palette file; see :func:`geoindex.palettes.text.decode_text`."""
    return decode_text(content, request.where, request.encoding)


def json_of(content: bytes, request: Request) -> Any:
    """Parse JSON, or raise PaletteError with its line if it is damaged."""
    try:
        return json.loads(text_of(content, request))
    except json.JSONDecodeError as error:
        raise request.error(f"is damaged JSON ({error.msg})", error.lineno) from None
    except (ValueError, RecursionError) as error:
        raise request.error(f"is damaged JSON ({error})") from None


def number(text: str) -> int | float | None:
    """Value of a decimal number, an int if written as one; None if it is not a number."""
    if WHOLE.fullmatch(text):
        return int(text)
    if len(text) < 64 and DECIMAL.fullmatch(text):
        return float(text)
    return None


def channel(text: str, request: Request, line: int | None) -> int:
    """Color value, 0-255.

    Raises
    ------
    PaletteError
        The text is not an integer in this range.
    """
    value = number(text)
    if not isinstance(value, int) or not 0 <= value <= 255:
        raise request.error(f"{text[:40]!r} is not a color value from 0 to 255", line)
    return value


def hex_color(text: str, request: Request, line: int | None = None) -> tuple[int, int, int]:
    """Color of ``#rrggbb``.

    Raises
    ------
    PaletteError
        The text has another form.
    """
    if not HEX_COLOR.match(text):
        raise request.error(f"{text[:40]!r} is not #rrggbb", line)
    red, green, blue = bytes.fromhex(text[1:])
    return red, green, blue
