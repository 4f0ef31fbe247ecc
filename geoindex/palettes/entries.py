"""What all palette formats share: entries with the lines they stand on, and ramps."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geoindex.errors import OptionError, PaletteError
from geoindex.palette import MAX_COLORS, Palette
from geoindex.rules.scale import Scale

__all__ = [
    "HEX_COLOR",
    "Entry",
    "Request",
    "channel",
    "check_n_colors",
    "hex_color",
    "labels",
    "number",
    "one_line",
    "palette_of_entries",
    "palette_of_ramp",
    "text_of",
]

HEX_COLOR = re.compile(r"#[0-9a-fA-F]{6}$")


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is read, and how the user wants it."""

    where: str
    """Name of the file for messages."""

    name: str | None = None
    """Name of the palette where the file has none."""

    scale: Scale | None = None
    """Scale of the values of delimited text."""

    n_colors: int | None = None
    """Colors to take from a continuous ramp."""

    layer: str | None = None
    """Map layer to take of a file that holds several."""

    def error(self, reason: str, line: int | None = None) -> PaletteError:
        """Error that names file and line."""
        place = self.where if line is None else f"{self.where}, line {line}"
        return PaletteError(f"{place}: {reason}")

    def ramp_colors(self) -> int:
        """Colors to take from a continuous ramp.

        Raises
        ------
        PaletteError
            The user did not say how many.
        """
        if self.n_colors is None:
            raise self.error(
                "is a continuous ramp, not a palette of classes; take some of its colors first: "
                "geoindex palette convert ... --colors 16, or load_palette(..., n_colors=16)"
            )
        return self.n_colors


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One color of a file."""

    color: tuple[float, ...]
    """Red, green, blue."""

    line: int | None = None
    """Line of the file, counted from 1, or None where it has no lines."""

    name: str = ""
    """Name of the class, "" where it has none."""

    value: float | None = None
    """Number of the class, or position on a ramp."""

    role: str = ""
    """``"ink"`` for overprint, "" where the file does not say."""


def palette_of_entries(
    entries: Sequence[Entry], request: Request, *, name: str | None = None
) -> Palette:
    """Palette of the entries of a file, in their order.

    Parameters
    ----------
    entries : sequence of Entry
        Values count where all of them are integers.
    request : Request
        Names the file in errors.
    name : str, optional
        Name that the file gives to the palette.

    Returns
    -------
    Palette

    Raises
    ------
    PaletteError
        No entry, too many, or one that is no color; the message names file and line.
    """
    if not entries:
        raise request.error("holds no colors")
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
    values = [entry.value for entry in entries]
    whole = [int(value) for value in values if value is not None and float(value).is_integer()]
    try:
        return Palette(
            colors,
            names if any(names) else None,
            name=name or request.name,
            values=whole if len(whole) == len(values) else None,
            roles=roles if any(roles) else None,
            scale=request.scale,
        )
    except PaletteError as error:
        if error.row is None:
            raise request.error(str(error)) from None
        reason = str(error).removeprefix(f"palette row {error.row}: ")
        raise request.error(reason, entries[error.row].line) from None


def palette_of_ramp(
    stops: Sequence[Entry], request: Request, *, name: str | None = None
) -> Palette:
    """Palette of colors at equal steps along a continuous ramp, both ends included.

    Parameters
    ----------
    stops : sequence of Entry
        Each with its position as `value`.
    request : Request
        Its `n_colors` says how many.
    name : str, optional
        Name that the file gives to the ramp.

    Returns
    -------
    Palette

    Raises
    ------
    PaletteError
        `n_colors` is not given, the positions do not rise, or there are fewer than two.
    """
    n_colors = request.ramp_colors()
    if len(stops) < 2:
        raise request.error("a ramp needs two colors or more")
    positions = [float("nan") if stop.value is None else float(stop.value) for stop in stops]
    for before, after, stop in zip(positions[:-1], positions[1:], stops[1:], strict=True):
        if not before <= after:
            raise request.error("the positions of a ramp must rise", stop.line)
    checked = palette_of_entries([Entry(color=s.color, line=s.line) for s in stops], request)
    places = np.linspace(positions[0], positions[-1], n_colors)
    colors = np.stack(
        [np.interp(places, positions, checked.colors[:, channel]) for channel in range(3)], axis=-1
    )
    return Palette(colors, name=name or request.name, scale="byte")


def check_n_colors(n_colors: int | None) -> None:
    """Refuse a number of colors that no palette has.

    Raises
    ------
    OptionError
        It is not within 1..65,535.
    """
    if n_colors is not None and not 1 <= n_colors <= MAX_COLORS:
        raise OptionError(f"n_colors must be within 1..{MAX_COLORS:,}, found {n_colors}")


def text_of(content: bytes, request: Request) -> str:
    """Text of a palette file, UTF-8 or else Latin-1, which cannot fail.

    Raises
    ------
    PaletteError
        The file is binary.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16")
        except UnicodeDecodeError as error:
            raise request.error(f"is damaged UTF-16 text ({error.reason})") from None
    if b"\0" in content:
        raise request.error("is a binary file, not a text palette")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def number(text: str) -> int | float | None:
    """Value of a decimal number, int where it is written as one, or None."""
    if re.fullmatch(r"[+-]?\d{1,18}", text, re.ASCII):
        return int(text)
    pattern = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?|[+-]?(nan|inf)"
    if len(text) < 64 and re.fullmatch(pattern, text, re.IGNORECASE | re.ASCII):
        return float(text)
    return None


def channel(text: str, request: Request, line: int | None) -> int:
    """Color value of 0..255.

    Raises
    ------
    PaletteError
        It is no integer, or out of range.
    """
    value = number(text)
    if not isinstance(value, int) or not 0 <= value <= 255:
        raise request.error(f"{text[:40]!r} is not a color value of 0..255", line)
    return value


def hex_color(text: str, request: Request, line: int | None = None) -> tuple[int, int, int]:
    """Color of ``#rrggbb``.

    Raises
    ------
    PaletteError
        It is written in another way.
    """
    if not HEX_COLOR.match(text):
        raise request.error(f"{text[:40]!r} is not #rrggbb", line)
    red, green, blue = bytes.fromhex(text[1:])
    return red, green, blue


def one_line(name: str) -> str:
    """Name without line breaks and control characters, for formats of one line a color."""
    return "".join(letter for letter in " ".join(name.split()) if letter.isprintable())


def labels(palette: Palette) -> list[tuple[int, tuple[int, int, int], str]]:
    """Class value, color and name ("" where there is none) of each row, for writers."""
    values = palette.values or range(len(palette))
    names = palette.names or [""] * len(palette)
    return [
        (value, (int(red), int(green), int(blue)), one_line(name))
        for value, (red, green, blue), name in zip(values, palette.colors, names, strict=True)
    ]
