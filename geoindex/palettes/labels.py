"""Class values and names for the writers of palette files."""

from __future__ import annotations

from geoindex.errors import OutputError
from geoindex.palette import Palette

__all__ = ["labels", "one_line", "value_labels"]


def one_line(name: str) -> str:
    """Name without line breaks and control characters, for formats of one line per color."""
    return "".join(letter for letter in " ".join(name.split()) if letter.isprintable())


def value_labels(palette: Palette) -> list[tuple[int, tuple[int, int, int], str]]:
    """As :func:`labels`, for formats that show one color for a class value.

    Raises
    ------
    OutputError
        Rows have the same class value.
    """
    found = labels(palette)
    first: dict[int, int] = {}
    for row, (value, _, _) in enumerate(found):
        if first.setdefault(value, row) != row:
            raise OutputError(
                f"rows {first[value]} and {row} have the class value {value}, for which this "
                "format shows one color; write .csv, or other class values"
            )
    return found


def labels(palette: Palette) -> list[tuple[int, tuple[int, int, int], str]]:
    """Class value, color shown and name ("" if it has none) of each row, for writers."""
    values = palette.values or range(len(palette))
    names = palette.names or [""] * len(palette)
    return [
        (value, (int(red), int(green), int(blue)), one_line(name))
        for value, (red, green, blue), name in zip(values, palette.shown, names, strict=True)
    ]
