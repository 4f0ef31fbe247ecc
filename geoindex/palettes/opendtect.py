"""OpendTect color tables: all kinds can be read; those written show each class exactly.

See OpendTect's ``src/General/coltabsequence.cc`` and ``include/General/coltabmapper.h``. A 3D
scene maps values of 0..255 to 255 levels and takes the color of level T at T / 254. A table of
constant colors whose marker k is half a level before k / 254 shows each index in its own color,
also with the ranges 0..254 and -0.5..254.5.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from geoindex.errors import OutputError
from geoindex.palette import Palette
from geoindex.palettes.entries import (
    Entry,
    Request,
    channel,
    number,
    palette_of_entries,
    palette_of_ramp,
    text_of,
)
from geoindex.palettes.keyed_text import (
    KeyedText,
    format_keyed,
    is_keyed,
    parse_keyed,
    split_list,
)
from geoindex.palettes.labels import labels, one_line
from geoindex.palettes.stretches import Stretch, even_steps, linear_stretches

__all__ = ["N_LEVELS", "format_opendtect", "opendtect_stretches", "parse_opendtect"]

N_LEVELS = 255
"""Colors that a scene can show; the last level of its texture is for undefined values."""

LISTED = 64
"""Evenly spaced markers are listed colors, not a ramp, if there are at least so many."""

NO_SEGMENTS, VARIABLE_SEGMENTS = 0, -1

MOST_SEGMENTS = 1024
"""Far more than the eye can distinguish."""

TABLE_NAME = re.compile(r"\d+\.Name$", re.ASCII)

UNUSED = "255"
"""Transparency of markers without a class; OpendTect writes this field but ignores it."""


def parse_opendtect(content: bytes, request: Request) -> Palette:
    """Read an OpendTect color table, as exported or as saved in its settings."""
    return _palette(*_only_table(content, request), request)


def opendtect_stretches(content: bytes, request: Request) -> list[Stretch]:
    """Read the ramp of an OpendTect color table, whose markers lie between 0 and 1."""
    keyed, prefix = _only_table(content, request)
    markers = _markers(keyed, prefix, request)
    stretches = linear_stretches(markers, request)
    segments = _segments(keyed.values.get(f"{prefix}.Nr segments"))
    if segments == VARIABLE_SEGMENTS:
        return [replace(stretch, end=stretch.start) for stretch in stretches]
    if segments > 0:
        return even_steps(stretches, min(segments, MOST_SEGMENTS))
    return stretches


def _only_table(content: bytes, request: Request) -> tuple[KeyedText, str]:
    """Keys of a file with one color table, and their prefix."""
    text = text_of(content, request)
    if not is_keyed(text):
        raise request.error("an OpendTect color table must start with the line 'dTect V...'", 1)
    keyed = parse_keyed(text)
    tables = [key.removesuffix(".Name") for key in keyed.values if TABLE_NAME.match(key)]
    if not tables:
        raise request.error("holds no color table, that is, no key such as '1.Name'")
    if len(tables) > 1:
        names = ", ".join(keyed.values[f"{prefix}.Name"] for prefix in tables)
        raise request.error(
            f"holds {len(tables)} color tables ({names[:200]}); export only one of them"
        )
    return keyed, tables[0]


def format_opendtect(palette: Palette) -> bytes:
    """Write a color table that shows index k in color k, with the range set to 0..255.

    Raises
    ------
    OutputError
        The palette has more than 255 colors, which OpendTect does not tell apart.
    """
    if len(palette) > N_LEVELS:
        raise OutputError(
            f"OpendTect shows at most {N_LEVELS} classes, this palette has {len(palette):,}; "
            "geoindex horizon writes a table of the classes that a map uses"
        )
    entries = [
        ("1.Name", one_line(palette.name or "") or "geoindex"),
        ("1.Marker color", "0`0`0`0"),
        ("1.Undef color", "200`200`200`255"),
        ("1.Nr segments", str(VARIABLE_SEGMENTS)),
    ]
    colors = [color for _, color, _ in labels(palette)]
    for level in range(N_LEVELS):
        position = "0" if level == 0 else f"{(level - 0.5) / (N_LEVELS - 1):.6f}"
        color = colors[min(level, len(colors) - 1)]
        unused = "0" if level < len(colors) else UNUSED
        marker = "`".join([position, *map(str, color), unused])
        entries.append((f"1.Value-Color.{level}", marker))
    entries += [("1.Transparency.0", "0`0"), ("1.Transparency.1", "1`0")]
    # All versions import this file type, and it is also that of a user's settings.
    return format_keyed("Default settings", entries, version="7.0").encode()


def _palette(keyed: KeyedText, prefix: str, request: Request) -> Palette:
    """Palette of one color table."""
    name = keyed.values[f"{prefix}.Name"]
    markers = _markers(keyed, prefix, request)
    segments = _segments(keyed.values.get(f"{prefix}.Nr segments"))
    if segments == VARIABLE_SEGMENTS:
        return _classes(markers, request, name)
    if request.n_colors is None and len(markers) >= LISTED and _are_even(markers):
        return _classes(markers, request, name)
    return palette_of_ramp(markers, request, name=name)


def _classes(markers: list[Entry], request: Request, name: str) -> Palette:
    """Palette with a class for each marker."""
    return palette_of_entries(
        [Entry(color=marker.color, line=marker.line) for marker in markers], request, name=name
    )


def _markers(keyed: KeyedText, prefix: str, request: Request) -> list[Entry]:
    """Colors of a table with their positions, without unused markers."""
    found = _numbered(keyed.values, f"{prefix}.Value-Color")
    markers: list[Entry] = []
    for key in found:
        line = keyed.lines[key]
        fields = [field.strip() for field in split_list(keyed.values[key])]
        position = number(fields[0])
        if position is None:
            raise request.error(f"{fields[0][:40]!r} is not the position of a color", line)
        if len(fields) not in (4, 5):
            raise request.error(
                f"a color is position`red`green`blue, found {keyed.values[key][:60]!r}", line
            )
        color = tuple(channel(field, request, line) for field in fields[1:4])
        if markers and fields[4:] == [UNUSED]:
            continue
        markers.append(Entry(color=color, line=line, value=float(position)))
    if not markers:
        raise request.error(f"color table {prefix} has no key '{prefix}.Value-Color.0'")
    return markers


def _numbered(values: Mapping[str, str], key: str) -> list[str]:
    """Keys numbered from 0 or 1 up to the first gap, which ends the list."""
    start = 0 if f"{key}.0" in values else 1
    found: list[str] = []
    while f"{key}.{start + len(found)}" in values:
        found.append(f"{key}.{start + len(found)}")
    return found


def _segments(text: str | None) -> int:
    """Segments between markers: their number, or one of the two special values above."""
    value = number((text or "").strip())
    return value if isinstance(value, int) else NO_SEGMENTS


def _are_even(markers: list[Entry]) -> bool:
    """Whether markers are evenly spaced from 0 to 1, up to rounding to 3 digits."""
    last = len(markers) - 1
    return all(
        abs((marker.value or 0) - place / last) < 0.00051 for place, marker in enumerate(markers)
    )
