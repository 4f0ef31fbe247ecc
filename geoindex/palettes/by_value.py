"""Colors by class value in text files: ESRI and QGIS ``.clr``, GDAL color relief, GRASS rules.

The color tables that gdalinfo prints and the exports of QGIS are read, too. The grammar is GDAL's
(gdaldem color-relief): value, red, green, blue and optionally alpha, separated by blanks, commas,
tabs or colons. QGIS appends a label.
"""

from __future__ import annotations

import re

from geoindex.palette import Palette
from geoindex.palettes.entries import (
    Entry,
    Request,
    channel,
    number,
    palette_of_entries,
    palette_of_ramp,
    text_of,
    without_limits,
)
from geoindex.palettes.labels import value_labels
from geoindex.palettes.stretches import Stretch, linear_stretches, qgis_stretches

__all__ = [
    "format_clr",
    "format_gdal",
    "format_qgis_text",
    "is_gdal_text",
    "is_qgis_text",
    "parse_qgis_text",
    "parse_values",
    "qgis_text_stretches",
    "values_stretches",
]

SURFER_HEAD = "ColorMap "

QGIS_HEAD = b"# QGIS Generated Color Map Export File"

HEADS = ("INTERPOLATION:", SURFER_HEAD.upper())
"""First words, in upper case, of lines before the colors."""

# The names that gdaldem knows.
NAMED = {
    "white": (255, 255, 255),
    "black": (0, 0, 0),
    "red": (255, 0, 0),
    "green": (0, 255, 0),
    "blue": (0, 0, 255),
    "yellow": (255, 255, 0),
    "magenta": (255, 0, 255),
    "cyan": (0, 255, 255),
    "aqua": (0, 191, 191),
    "grey": (191, 191, 191),
    "gray": (191, 191, 191),
    "orange": (255, 127, 0),
    "brown": (191, 127, 63),
    "purple": (127, 0, 255),
    "violet": (127, 0, 255),
    "indigo": (0, 127, 191),
}

LONGEST_LINE = 2000
"""Longest line, in characters; the patterns are slow on longer ones that resemble a class."""

# Blanks alone come first, so that a label may start with a comma.
GAP = r"(?:\s+|\s*[,:]\s*)"

POSITION = r"[-+]?(?:\d+\.?\d*|\.\d+)%?"
WORDS = "|".join(NAMED)

# Lines of GDAL color relief and GRASS rules, and the color tables that gdalinfo prints.
GDAL_LINE = re.compile(
    rf"end|(?:nv|default|{POSITION})(?:[ \t]+|[ \t]*[,:][ \t]*)"
    rf"(?:{WORDS}|\d+(?:[ \t,:]+\d+){{2,3}})",
    re.IGNORECASE | re.ASCII,
)

# Never matches a line of a table of red, green and blue.
GDAL_MARK = re.compile(
    rf"(?:nv|default)\b.*|[-+.\d]+%.*|[-+.\d]+[ \t:]+(?:{WORDS})|[-+.\d]+:.*|.*\d:\d+:\d+",
    re.IGNORECASE | re.ASCII,
)


def is_gdal_text(content: bytes) -> bool:
    """Whether all lines are GDAL color relief or GRASS color rules, and cannot be anything else.

    Tables of whole numbers between blanks or commas could be red, green, blue and alpha, too.
    """
    text = content[:65_536].removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    lines = [line.strip() for line in text.splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    if any(len(line) > LONGEST_LINE for line in lines):
        return False
    whole = lines if len(content) <= 65_536 else lines[:-1]
    return (
        any(GDAL_MARK.fullmatch(line) for line in lines)
        and any(line[0].isdigit() or line[0] in "+-." for line in lines)
        and all(GDAL_LINE.fullmatch(line) for line in whole)
    )


def is_qgis_text(content: bytes) -> bool:
    """Whether text is a color map exported by QGIS."""
    return content.removeprefix(b"\xef\xbb\xbf").startswith(QGIS_HEAD)


def parse_values(content: bytes, request: Request) -> Palette:
    """Read ``.clr`` or GDAL color relief: classes if all values are integers, else a ramp.

    The color maps of Surfer have this suffix, too; they are ramps.
    """
    text = text_of(content, request)
    is_surfer = text.startswith(SURFER_HEAD)
    entries, is_ramp = _entries(text, request)
    is_ramp = is_ramp or is_surfer
    return palette_of_ramp(entries, request) if is_ramp else palette_of_entries(entries, request)


def parse_qgis_text(content: bytes, request: Request) -> Palette:
    """Read a color map exported by QGIS."""
    text = text_of(content, request)
    mode = re.search(r"^INTERPOLATION:(\w+)", text, re.MULTILINE)
    entries, _ = _entries(text, request)
    if mode is not None and mode[1].upper() == "INTERPOLATED":
        return palette_of_ramp(entries, request)
    if mode is not None and mode[1].upper() == "DISCRETE":
        entries = without_limits(entries)
    return palette_of_entries(entries, request)


def values_stretches(content: bytes, request: Request) -> list[Stretch]:
    """Read GDAL color relief as gdaldem draws it: evenly from each color to the next."""
    text = text_of(content, request)
    if re.search(r"^\s*[-+.\d]+%", text, re.MULTILINE):
        raise request.error("places colors by percent of a raster's range; write values instead")
    entries, _ = _entries(text, request)
    return linear_stretches(sorted(entries, key=lambda entry: entry.value or 0), request)


def qgis_text_stretches(content: bytes, request: Request) -> list[Stretch]:
    """Read a color map exported by QGIS: interpolated or discrete."""
    text = text_of(content, request)
    mode = re.search(r"^INTERPOLATION:(\w+)", text, re.MULTILINE)
    entries, _ = _entries(text, request)
    return qgis_stretches(entries, mode[1] if mode else "", request)


def _entries(text: str, request: Request) -> tuple[list[Entry], bool]:
    """Entries of all lines, and whether they form a ramp."""
    entries: list[Entry] = []
    is_ramp = False
    for place, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("#") or line.upper().startswith(HEADS):
            continue
        if len(line) > LONGEST_LINE:
            raise request.error(f"has {len(line):,} characters, so it is no class", place)
        value, _, rest = re.sub(GAP, " ", line, count=1).partition(" ")
        if value.lower() in ("nv", "default", "end"):
            continue
        is_percent = value.endswith("%")
        position = number(value.removesuffix("%"))
        if position is None:
            raise request.error(f"{value[:40]!r} is not a class value", place)
        color, name = _color_and_name(rest, request, place)
        is_ramp = is_ramp or is_percent or not float(position).is_integer()
        entries.append(Entry(color=color, line=place, name=name, value=position))
    return entries, is_ramp


def _color_and_name(text: str, request: Request, line: int) -> tuple[tuple[int, ...], str]:
    """Color, with its alpha if there is one, and label that follow a class value."""
    word = re.match(r"[A-Za-z]+", text)
    if word is not None and word[0].lower() in NAMED:
        return NAMED[word[0].lower()], ""
    match = re.match(rf"(\S+?){GAP}(\S+?){GAP}([^\s,:]+)(?:{GAP}(.*))?$", text)
    if match is None:
        raise request.error(f"a color needs value, red, green, blue, found {text[:40]!r}", line)
    color = [channel(match[group], request, line) for group in (1, 2, 3)]
    rest = match[4] or ""
    alpha = re.match(rf"(\d+)(?:{GAP}(.*))?$", rest)
    if alpha is not None:
        color.append(channel(alpha[1], request, line))
        rest = alpha[2] or ""
    return tuple(color), rest.strip()


def format_clr(palette: Palette) -> bytes:
    """Write value, red, green, blue, alpha and label, as QGIS does; ESRI reads the first four."""
    if palette.names is None:
        lines = [f"{value} {r} {g} {b}" for value, (r, g, b), _ in value_labels(palette)]
    else:
        lines = [
            f"{value} {r} {g} {b} 255 {name}" for value, (r, g, b), name in value_labels(palette)
        ]
    return ("\n".join(line.rstrip() for line in lines) + "\n").encode()


def format_qgis_text(palette: Palette) -> bytes:
    """Write a text file that QGIS loads as a color map of exact values."""
    lines = [QGIS_HEAD.decode(), "INTERPOLATION:EXACT"]
    lines += [
        f"{value},{r},{g},{b},255,{name}" for value, (r, g, b), name in value_labels(palette)
    ]
    return ("\n".join(lines) + "\n").encode()


def format_gdal(palette: Palette) -> bytes:
    """Write GDAL color relief, with names as comments."""
    lines = ["# value red green blue alpha, for gdaldem color-relief -exact_color_entry"]
    for value, (red, green, blue), name in value_labels(palette):
        lines += [f"# {name}"] if name else []
        lines.append(f"{value} {red} {green} {blue} 255")
    lines.append("nv 0 0 0 0")
    return ("\n".join(lines) + "\n").encode()
