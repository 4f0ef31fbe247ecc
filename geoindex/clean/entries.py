"""Palette entries as users name them: rows, names, colors and color words."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from geoindex.errors import OptionError
from geoindex.palette import Palette
from geoindex.rules.suggestions import did_you_mean

__all__ = ["COLOR_WORDS", "Color", "Entry", "find_entry", "palette_row", "split_entries"]

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
"""Color words (of CSS); each stands for the nearest palette color that it describes best."""

WORD_DISTANCE = 90
"""Largest distance of that palette color from the word's color."""

Color = tuple[int, int, int]

Entry = int | str | Color
"""A palette row by its number, name, ``"#rrggbb"``, ``"r,g,b"``, color word or color."""


def palette_row(entry: Entry, palette: Palette) -> int:
    """Find the palette row that an entry names.

    Parameters
    ----------
    entry : int, str or tuple of three int
        Row number, name, ``"#rrggbb"``, ``"r,g,b"``, color word or color.
    palette : Palette

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
    found = find_entry(entry, palette)
    if isinstance(found, int):
        return found
    listed = ",".join(map(str, found))
    word = entry.strip() if isinstance(entry, str) else ""
    if word.lower() not in COLOR_WORDS:
        raise OptionError(
            f"no palette entry has the color {listed}; add it, or name another entry"
        )
    row = _nearest_row(found, palette)
    raise OptionError(
        f"no palette entry is {word} (closest: row {row}, "
        f"{','.join(map(str, palette.colors[row]))}); add a row such as {listed} to the palette, "
        "or name another entry"
    )


def find_entry(entry: Entry, palette: Palette) -> int | Color:
    """Find the palette row that an entry names, or the color that it names if there is no row.

    Parameters
    ----------
    entry, palette
        As in :func:`palette_row`.

    Returns
    -------
    int or tuple of three int

    Raises
    ------
    OptionError
        No row, name or color is called so.
    """
    n_colors = len(palette)
    if isinstance(entry, str):
        text = entry.strip()
        names = [name.lower() for name in palette.names or ()]
        if text and text.lower() in names:
            return names.index(text.lower())
        if text.isdecimal():
            return find_entry(int(text), palette)
        color = _color(text)
        if color is not None:
            return _row_or_color(color, palette)
        word = COLOR_WORDS.get(text.lower())
        if word is not None:
            row = _nearest_row(word, palette)
            return row if _is_called(word, palette.colors[row].astype(np.int64)) else word
        hint = did_you_mean(text, [*(palette.names or ()), *COLOR_WORDS])
        raise OptionError(
            f"the palette has no entry {entry!r}"
            + (
                hint
                or "; give a class name, a row number, a color (#rrggbb or r,g,b) or one of "
                f"{', '.join(COLOR_WORDS)}"
            )
        )
    if isinstance(entry, int | np.integer):
        if not 0 <= entry < n_colors:
            raise OptionError(f"the palette has rows 0..{n_colors - 1}, found {entry}")
        return int(entry)
    if _is_color(entry):
        red, green, blue = (int(channel) for channel in entry)
        if not all(0 <= channel <= 255 for channel in (red, green, blue)):
            raise OptionError(f"channels of a color lie in 0..255, found {red},{green},{blue}")
        return _row_or_color((red, green, blue), palette)
    raise OptionError(f"a palette entry is a number, a name or a color, found {entry!r}")


def _is_color(entry: object) -> bool:
    """Whether this is one color, not a list of entries."""
    return (
        isinstance(entry, tuple | np.ndarray)
        and len(entry) == 3
        and all(isinstance(channel, int | np.integer) for channel in entry)
    )


def _color(text: str) -> Color | None:
    """Color of ``#rrggbb`` or ``r,g,b``."""
    if re.fullmatch("#[0-9a-fA-F]{6}", text):
        red, green, blue = bytes.fromhex(text[1:])
        return red, green, blue
    if re.fullmatch(r"\d{1,3}\s*,\s*\d{1,3}\s*,\s*\d{1,3}", text, re.ASCII):
        red, green, blue = (int(part) for part in text.split(","))
        return (red, green, blue) if max(red, green, blue) <= 255 else None
    return None


def split_entries(text: str, palette: Palette) -> list[str]:
    """Split a list of entries at semicolons and commas; these occur in ``r,g,b`` and names, too.

    Three numbers are a color if the palette has it, or if they cannot be three different rows.
    """
    names = [name.lower() for name in palette.names or ()]
    entries: list[str] = []
    for part in [text] if text.lower() in names else text.split(";"):
        if part.strip().lower() in names:
            entries.append(part.strip())
            continue
        words = [word.strip() for word in part.split(",")]
        while words:
            taken = 3 if _begins_with_color(words, palette) else 1
            entries.append(",".join(words[:taken]))
            del words[:taken]
    return [entry for entry in entries if entry]


def _begins_with_color(words: list[str], palette: Palette) -> bool:
    """Whether the first three words are the channels of one color."""
    colors = [_color(",".join(words[start : start + 3])) for start in range(3)]
    listed = [
        color is not None and isinstance(_row_or_color(color, palette), int) for color in colors
    ]
    color = colors[0]
    if color is None or any(listed):
        return listed[0]
    return max(color) >= len(palette) or len(set(color)) < 3


def _row_or_color(color: Color, palette: Palette) -> int | Color:
    """First row of this color, or the color if there is none."""
    rows = np.flatnonzero((palette.colors == np.array(color)).all(axis=1))
    return int(rows[0]) if len(rows) else color


def _is_called(word: Color, color: NDArray[np.int64]) -> bool:
    """Whether a color is near that of a word, and nearer than to those of the other words."""
    squared = ((np.array(list(COLOR_WORDS.values())) - color) ** 2).sum(axis=1)
    own = ((np.array(word) - color) ** 2).sum()
    return bool(own <= WORD_DISTANCE**2 and own == squared.min())


def _nearest_row(color: Color, palette: Palette) -> int:
    squared = ((palette.colors.astype(np.int64) - np.array(color)) ** 2).sum(axis=1)
    return int(np.argmin(squared))
