"""Palette entries as users name them: rows, names, colors and color words."""

from __future__ import annotations

import re

import numpy as np

from geoindex.errors import OptionError
from geoindex.palette import Palette

__all__ = ["COLOR_WORDS", "Entry", "palette_row", "split_entries"]

COLOR_WORDS: dict[str, tuple[int, int, int]] = {
    "black": (0, 0, 0),
    "white": (255, 255, 255),
    "gray": (128, 128, 128),
    "grey": (128, 128, 128),
    "red": (255, 0, 0),
    "green": (0, 128, 0),
    "blue": (0, 0, 255),
    "yellow": (255, 255, 0),
    "orange": (255, 165, 0),
    "brown": (165, 42, 42),
    "purple": (128, 0, 128),
    "pink": (255, 192, 203),
    "cyan": (0, 255, 255),
    "magenta": (255, 0, 255),
}
"""Color words (of CSS); each stands for the nearest palette color."""

WORD_DISTANCE = 90
"""Largest distance of that palette color from the word's color."""

Entry = int | str | tuple[int, int, int]
"""A palette row by its number, name, ``"#rrggbb"``, ``"r,g,b"``, color word or color."""


def palette_row(entry: Entry, palette: Palette) -> int:
    """Find the palette row that an entry names.

    Parameters
    ----------
    entry : int, str or tuple of three int
        Row number, name, ``"#rrggbb"``, ``"r,g,b"``, color word or color.
    palette : Palette

    Returns
    -------
    int

    Raises
    ------
    OptionError
        The palette has no such entry.

    Examples
    --------
    >>> from geoindex import Palette
    >>> from geoindex.clean.entries import palette_row
    >>> palette = Palette([[0, 0, 0], [227, 26, 28]], names=["Faults", "Outline"])
    >>> [palette_row(entry, palette) for entry in ("faults", "red", "#e31a1c", 1)]
    [0, 1, 1, 1]
    """
    n_colors = len(palette)
    if isinstance(entry, str):
        text = entry.strip()
        names = [name.lower() for name in palette.names or ()]
        if text and text.lower() in names:
            return names.index(text.lower())
        if text.isdecimal():
            return palette_row(int(text), palette)
        color = _color(text)
        if color is not None:
            return _exact_row(color, palette)
        word = COLOR_WORDS.get(text.lower())
        if word is not None:
            return _nearest_row(text, word, palette)
        raise OptionError(
            f"the palette has no entry {entry!r}; give a class name, a row number, a color "
            f"(#rrggbb or r,g,b) or one of {', '.join(COLOR_WORDS)}"
        )
    if isinstance(entry, int | np.integer):
        if not 0 <= entry < n_colors:
            raise OptionError(f"the palette has rows 0..{n_colors - 1}, found {entry}")
        return int(entry)
    if _is_color(entry):
        red, green, blue = (int(channel) for channel in entry)
        return _exact_row((red, green, blue), palette)
    raise OptionError(f"a palette entry is a number, a name or a color, found {entry!r}")


def _is_color(entry: object) -> bool:
    """Whether this is one color, not a list of entries."""
    return (
        isinstance(entry, tuple | np.ndarray)
        and len(entry) == 3
        and all(isinstance(channel, int | np.integer) for channel in entry)
    )


def _color(text: str) -> tuple[int, int, int] | None:
    """Color of ``#rrggbb`` or ``r,g,b``."""
    if re.fullmatch("#[0-9a-fA-F]{6}", text):
        red, green, blue = bytes.fromhex(text[1:])
        return red, green, blue
    if re.fullmatch(r"\d{1,3}\s*,\s*\d{1,3}\s*,\s*\d{1,3}", text, re.ASCII):
        red, green, blue = (int(part) for part in text.split(","))
        return red, green, blue
    return None


def split_entries(text: str, palette: Palette) -> list[str]:
    """Split a list of entries at commas, which also occur in ``r,g,b`` and in names."""
    if text.lower() in [name.lower() for name in palette.names or ()]:
        return [text]
    entries: list[str] = []
    parts = [part.strip() for part in re.split("[,;]", text)]
    while parts:
        if len(parts) >= 3 and _color(",".join(parts[:3])) in _colors(palette):
            entries.append(",".join(parts[:3]))
            del parts[:3]
        else:
            entries.append(parts.pop(0))
    return [entry for entry in entries if entry]


def _colors(palette: Palette) -> set[tuple[int, int, int]]:
    return {(int(red), int(green), int(blue)) for red, green, blue in palette.colors}


def _exact_row(color: tuple[int, int, int], palette: Palette) -> int:
    rows = np.flatnonzero((palette.colors == np.array(color)).all(axis=1))
    if not len(rows):
        listed = ",".join(map(str, color))
        raise OptionError(
            f"no palette entry has the color {listed}; add it, or name another entry"
        )
    return int(rows[0])


def _nearest_row(word: str, color: tuple[int, int, int], palette: Palette) -> int:
    squared = ((palette.colors.astype(np.int64) - np.array(color)) ** 2).sum(axis=1)
    row = int(np.argmin(squared))
    if squared[row] > WORD_DISTANCE**2:
        nearest = ",".join(map(str, palette.colors[row]))
        raise OptionError(
            f"no palette entry is {word} (closest: row {row}, {nearest}); add a row such as "
            f"{','.join(map(str, color))} to the palette, or name another entry"
        )
    return row
