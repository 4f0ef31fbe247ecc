"""Colors written as text: hexadecimal, three numbers, ``rgb(...)`` or a CSS name."""

from __future__ import annotations

import operator
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from geoindex.errors import OptionError, PaletteError
from geoindex.rules.css_colors import CSS_COLORS

__all__ = [
    "COLOR_FORMS",
    "RGB",
    "color_of_text",
    "colors_of_texts",
    "is_color_word",
    "one_color",
    "some_colors",
]

RGB = tuple[int, int, int]
"""Red, green and blue, 0-255."""

COLOR_FORMS = "#rrggbb, #rgb, rgb(250, 208, 200), 250/208/200, 250-208-200 or a CSS name"
"""The accepted forms of a color, for messages."""

HEX = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})", re.IGNORECASE)
BARE_HEX = re.compile(r"[0-9a-f]{6}", re.IGNORECASE)
FUNCTION = re.compile(r"rgba?\s*\((.*)\)", re.IGNORECASE)
BYTE = r"\d{1,3}"
TRIPLE = re.compile(rf"({BYTE})(\s*[/,;:-]\s*|\s+)({BYTE})\2({BYTE})(?:\2({BYTE}))?", re.ASCII)


def color_of_text(text: str, *, bare: bool = False) -> tuple[int, ...] | None:
    """Red, green, blue, and alpha if given, of a color; None if the text is not a color.

    Parameters
    ----------
    text : str
        ``#rrggbb``, ``#rgb``, ``#rrggbbaa``, ``rgb(250, 208, 200)``, ``rgba(250, 208, 200, 1)``,
        ``250/208/200``, ``250-208-200`` (also with commas or blanks, and a fourth number for
        alpha), or a CSS name such as ``steelblue``.
    bare : bool
        Whether ``rrggbb`` is a color, too.

    Examples
    --------
    >>> color_of_text("#fad0c8"), color_of_text("250/208/200"), color_of_text("#0a0")
    ((250, 208, 200), (250, 208, 200), (0, 170, 0))
    >>> color_of_text("0000dd") is None, color_of_text("0000dd", bare=True)
    (True, (0, 0, 221))
    """
    text = text.strip()
    if bare and BARE_HEX.fullmatch(text):
        text = "#" + text
    if HEX.fullmatch(text):
        digits = text[1:] if len(text) > 4 else "".join(digit * 2 for digit in text[1:])
        return tuple(bytes.fromhex(digits))
    function = FUNCTION.fullmatch(text)
    if function is not None:
        return _arguments(function[1])
    triple = TRIPLE.fullmatch(text)
    if triple is not None:
        found = tuple(int(part) for part in triple.group(1, 3, 4, 5) if part is not None)
        return found if max(found) <= 255 else None
    return _named(text)


def colors_of_texts(texts: Sequence[str]) -> list[tuple[int, ...]]:
    """Colors of a list of texts, such as :class:`geoindex.Palette` accepts.

    Raises
    ------
    PaletteError
        A text is not a color, or is transparent; the message names the row.
    """
    colors = []
    for row, text in enumerate(texts):
        color = color_of_text(text)
        if color is None or color[3:] not in ((), (255,)):
            reason = "is not a color" if color is None else "is a transparent color"
            raise PaletteError(
                f"palette row {row}: {text[:40]!r} {reason}; write {COLOR_FORMS}", row=row
            )
        colors.append(color[:3])
    return colors


def one_color(color: str | Sequence[int] | None, option: str) -> RGB | None:
    """Color that an option names; None if it names none.

    Raises
    ------
    OptionError
        It is no color.
    """
    if color is None:
        return None
    channels = color_of_text(color) or () if isinstance(color, str) else color
    try:
        red, green, blue = (operator.index(channel) for channel in channels)
    except (TypeError, ValueError):
        red = green = blue = -1
    if not all(0 <= channel <= 255 for channel in (red, green, blue)):
        raise OptionError(
            f"{option} must be a color, {COLOR_FORMS}, or three numbers within 0..255; found "
            f"{color!r}"
        )
    return red, green, blue


def some_colors(colors: str | Sequence[Any] | None, option: str) -> tuple[RGB, ...]:
    """Colors that an option names, one or a list; () if it names none.

    Raises
    ------
    OptionError
        One of them is no color.
    """
    listed = [colors] if isinstance(colors, str) or not np.iterable(colors) else list(colors)
    if listed and all(isinstance(part, int | np.integer) for part in listed):
        listed = [listed]
    found = (one_color(color, option) for color in listed)
    return tuple(color for color in found if color is not None)


def is_color_word(text: str) -> bool:
    """Whether a text is a CSS color name, which could also be the name of a class."""
    return _named(text.strip()) is not None


def _arguments(text: str) -> tuple[int, ...] | None:
    """Color of the arguments of ``rgb(...)``: bytes or percent, and an alpha of 0 to 1."""
    parts = re.split(r"\s*[,/]\s*|\s+", text.strip())
    if len(parts) not in (3, 4) or not all(
        re.fullmatch(r"\d{1,3}(\.\d*)?%?|\.\d+", part, re.ASCII) for part in parts
    ):
        return None
    scales = [2.55 if part.endswith("%") else 1.0 for part in parts[:3]]
    scales += [2.55 if part.endswith("%") else 255.0 for part in parts[3:]]
    values = [float(part.rstrip("%")) * scale for part, scale in zip(parts, scales, strict=True)]
    color = tuple(int(round(value, 6) + 0.5) for value in values)
    return color if max(color) <= 255 else None


def _named(name: str) -> tuple[int, ...] | None:
    """Color of a CSS name."""
    return CSS_COLORS.get(name.lower())
