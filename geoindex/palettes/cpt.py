"""GMT color palette tables ``.cpt``: categorical, stepped, and continuous ones as ramps.

As in the GMT 6 documentation, "Color palette tables": ``key fill [;label]`` for categories,
``z0 fill z1 fill [annotation] [;label]`` for slices; B, F and N lines are background, foreground
and NaN.
"""

from __future__ import annotations

import colorsys
import re
from dataclasses import replace

from geoindex.palette import Palette
from geoindex.palettes.entries import (
    Entry,
    Request,
    hex_color,
    number,
    palette_of_entries,
    palette_of_ramp,
    text_of,
)
from geoindex.palettes.gmt_colors import gmt_color
from geoindex.palettes.labels import value_labels
from geoindex.palettes.stretches import Stretch
from geoindex.rules.color_text import color_of_text

__all__ = ["cpt_stretches", "format_cpt", "parse_cpt"]

HSV = re.compile(r"[\d.]+-[\d.]+-[\d.]+")


def parse_cpt(content: bytes, request: Request) -> Palette:
    """Read a color palette table."""
    categories, slices = _parts(text_of(content, request), request)
    if all(low.color == high.color for low, high in slices):
        # If both ends have the same color, they are limits, not class values.
        steps = [replace(low, value=None) for low, _ in slices]
        return palette_of_entries(categories or steps, request)
    return palette_of_ramp([stop for pair in slices for stop in pair], request)


def cpt_stretches(content: bytes, request: Request) -> list[Stretch]:
    """Read the slices of a color palette table."""
    text = text_of(content, request)
    if re.search(r"^#\s*COLOR_MODEL\s*=\s*\+(?!RGB)", text, re.MULTILINE | re.IGNORECASE):
        raise request.error(
            "runs from color to color in another model than RGB; write it anew with GMT's "
            "makecpt -Fr"
        )
    categories, slices = _parts(text, request)
    if categories or not slices:
        raise request.error("holds categories, not a ramp; name a table of slices")
    found: list[Stretch] = []
    for low, high in slices:
        values = float(low.value or 0), float(high.value or 0)
        if not values[0] < values[1] or (found and values[0] != found[-1].high):
            raise request.error("the slices of a ramp must follow one another", low.line)
        found.append(Stretch(low=values[0], high=values[1], start=low.color, end=high.color))
    return found


def _parts(text: str, request: Request) -> tuple[list[Entry], list[tuple[Entry, Entry]]]:
    """Categories and slices of a table, one of which is empty."""
    model = re.search(r"^#\s*COLOR_MODEL\s*=\s*\+?(\w+)", text, re.MULTILINE)
    is_hsv = model is not None and model[1].upper() == "HSV"
    categories: list[Entry] = []
    slices: list[tuple[Entry, Entry]] = []
    for place, raw in enumerate(text.splitlines(), start=1):
        line, _, label = raw.partition(";")
        fields = line.split()
        if not fields or line.lstrip().startswith("#") or fields[0] in ("B", "F", "N"):
            continue
        if fields[-1] in ("L", "U", "B") and len(fields) in (3, 5, 9):
            fields.pop()
        name = label.strip()
        if len(fields) == 2:
            value = number(fields[0])
            color = _color(fields[1], request, place, is_hsv=is_hsv)
            name = name or ("" if value is not None else fields[0])
            categories.append(Entry(color=color, line=place, name=name, value=value))
        elif len(fields) in (4, 8):
            slices.append(_slice(fields, name, request, place, is_hsv=is_hsv))
        else:
            raise request.error(f"{line.strip()[:40]!r} is neither a category nor a slice", place)
    if categories and slices:
        raise request.error("mixes categories and slices")
    return categories, slices


def format_cpt(palette: Palette) -> bytes:
    """Write a categorical color palette table."""
    lines = ["# COLOR_MODEL = RGB"]
    for value, color, name in value_labels(palette):
        fill = "/".join(map(str, color))
        lines.append(f"{value}\t{fill}" + (f"\t;{name}" if name else ""))
    return ("\n".join(lines) + "\n").encode()


def _slice(
    fields: list[str], name: str, request: Request, line: int, *, is_hsv: bool
) -> tuple[Entry, Entry]:
    """Both ends of a slice, named after its range if it has no label."""
    half = len(fields) // 2
    ends, colors = [], dict[str, tuple[int, ...]]()  # steps have one color at both ends
    for part in (fields[:half], fields[half:]):
        position = number(part[0])
        if position is None:
            raise request.error(f"{part[0][:40]!r} is not a number", line)
        fill = part[1] if half == 2 else ("-" if is_hsv else "/").join(part[1:])
        color = colors.get(fill) or _color(fill, request, line, is_hsv=is_hsv)
        label = name or f"{fields[0]} to {fields[half]}"
        ends.append(Entry(color=color, line=line, name=label, value=float(position)))
        colors[fill] = color
    return ends[0], ends[1]


def _color(fill: str, request: Request, line: int, *, is_hsv: bool) -> tuple[int, ...]:
    """Color of a fill: r/g/b, h-s-v, #rrggbb, a gray or a name."""
    if fill.startswith("#"):
        return hex_color(fill, request, line)
    if HSV.fullmatch(fill):
        hue, saturation, value = (number(part) for part in fill.split("-"))
        if None in (hue, saturation, value):
            raise request.error(f"{fill[:40]!r} is not a color", line)
        rgb = colorsys.hsv_to_rgb(float(hue or 0) / 360, float(saturation or 0), float(value or 0))
        return _checked(tuple(int(255 * part + 0.5) for part in rgb), fill, request, line)
    parts = [number(part) for part in fill.split("/")]
    if len(parts) == 4 and None not in parts:
        cyan, magenta, yellow, black = (float(part or 0) / 100 for part in parts)
        inks = [(1 - ink) * (1 - black) for ink in (cyan, magenta, yellow)]
        color = tuple(int(round(255 * part, 6) + 0.5) if part >= 0 else -1 for part in inks)
        return _checked(color, fill, request, line)
    if len(parts) in (1, 3) and None not in parts:
        if is_hsv and len(parts) == 3:
            return _color("-".join(fill.split("/")), request, line, is_hsv=True)
        whole = tuple(int(part + 0.5) for part in parts if part is not None and abs(part) < 1e6)
        return _checked(whole * 3 if len(whole) == 1 else whole, fill, request, line)
    return _named_color(fill, request, line)


def _checked(color: tuple[int, ...], fill: str, request: Request, line: int) -> tuple[int, ...]:
    """Color whose channels lie within 0..255."""
    if len(color) != 3 or not all(0 <= part <= 255 for part in color):
        raise request.error(f"{fill[:40]!r} is not a color from 0 to 255", line)
    return color


def _named_color(name: str, request: Request, line: int) -> tuple[int, ...]:
    """Color with a GMT name: the X11 colors, a few of which differ from CSS."""
    color = gmt_color(name) or (None if "/" in name else color_of_text(name))
    if color is None:
        raise request.error(
            f"{name[:40]!r} is not a color (r/g/b, h-s-v, c/m/y/k, #rrggbb, a gray or a name)",
            line,
        )
    return color[:3]
