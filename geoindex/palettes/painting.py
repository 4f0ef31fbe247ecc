"""Palettes of painting programs: GIMP ``.gpl``, JASC and RIFF ``.pal``, Adobe ``.act``.

JASC as in Paint Shop Pro, RIFF as in the Windows multimedia registry (LOGPALETTE in a RIFF
chunk), ``.act`` as in Adobe's "Photoshop File Formats Specification" (256 colors, then optionally
the number used and the transparent one), ``.gpl`` as in GIMP's developer notes.
"""

from __future__ import annotations

import struct

from geoindex.errors import OutputError
from geoindex.palette import Palette
from geoindex.palettes.entries import Entry, Request, channel, palette_of_entries, text_of
from geoindex.palettes.labels import labels, one_line

__all__ = [
    "format_act",
    "format_gimp",
    "format_jasc",
    "format_riff",
    "parse_act",
    "parse_gimp",
    "parse_jasc",
    "parse_riff",
]

RIFF_VERSION = 0x0300
ACT_COLORS = 256


def parse_gimp(content: bytes, request: Request) -> Palette:
    """Read a GIMP palette."""
    lines = text_of(content, request).splitlines()
    if not lines or lines[0].strip() != "GIMP Palette":
        raise request.error("a GIMP palette must start with the line 'GIMP Palette'", 1)
    name = None
    entries: list[Entry] = []
    for place, raw in enumerate(lines[1:], start=2):
        line = raw.strip()
        key, colon, rest = line.partition(":")
        if not line or line.startswith("#"):
            continue
        if colon and key in ("Name", "Columns") and not entries:
            name = rest.strip() if key == "Name" else name
            continue
        fields = line.split(maxsplit=3)
        if len(fields) < 3:
            raise request.error(f"a color needs 3 numbers, found {line[:40]!r}", place)
        color = tuple(channel(field, request, place) for field in fields[:3])
        label = fields[3] if len(fields) > 3 else ""
        # GIMP writes this for a color without a name.
        entries.append(Entry(color=color, line=place, name="" if label == "Untitled" else label))
    return palette_of_entries(entries, request, name=name)


def format_gimp(palette: Palette) -> bytes:
    """Write a GIMP palette."""
    lines = ["GIMP Palette", f"Name: {one_line(palette.name or 'geoindex')}", "Columns: 16", "#"]
    lines += [
        f"{red:3} {green:3} {blue:3}\t{name or 'Untitled'}"
        for _, (red, green, blue), name in labels(palette)
    ]
    return ("\n".join(lines) + "\n").encode()


def parse_jasc(content: bytes, request: Request) -> Palette:
    """Read a JASC palette."""
    lines = text_of(content, request).splitlines()
    head = [line.strip() for line in lines[:3]]
    if len(head) < 3 or head[0] != "JASC-PAL" or head[1] != "0100" or not head[2].isdecimal():
        raise request.error("a JASC palette must start with JASC-PAL, 0100 and its size", 1)
    entries = []
    for place, line in enumerate(lines[3:], start=4):
        fields = line.split()
        if not fields:
            continue
        if len(fields) not in (3, 4):
            raise request.error(f"a color needs 3 numbers, found {line.strip()[:40]!r}", place)
        # A fourth number is alpha.
        color = tuple(channel(field, request, place) for field in fields)
        entries.append(Entry(color=color, line=place))
    if len(entries) != int(head[2][:9]):
        raise request.error(f"declares {head[2][:9]} colors but holds {len(entries)}", 3)
    return palette_of_entries(entries, request)


def format_jasc(palette: Palette) -> bytes:
    """Write a JASC palette."""
    lines = ["JASC-PAL", "0100", str(len(palette))]
    lines += [f"{red} {green} {blue}" for red, green, blue in palette.shown]
    return ("\r\n".join(lines) + "\r\n").encode("ascii")


def parse_riff(content: bytes, request: Request) -> Palette:
    """Read a RIFF palette."""
    start = content.find(b"data", 12)
    if content[:4] != b"RIFF" or content[8:12] != b"PAL " or not 0 < start <= len(content) - 12:
        raise request.error("is not a RIFF palette, or is cut short")
    version, n_colors = struct.unpack_from("<HH", content, start + 8)
    table = content[start + 12 : start + 12 + 4 * n_colors]
    if version != RIFF_VERSION or len(table) < 4 * n_colors:
        raise request.error(f"declares {n_colors} colors but is cut short or of another version")
    entries = [Entry(color=tuple(table[at : at + 3])) for at in range(0, len(table), 4)]
    return palette_of_entries(entries, request)


def format_riff(palette: Palette) -> bytes:
    """Write a RIFF palette."""
    table = b"".join(bytes(color) + b"\0" for color in palette.shown)
    data = struct.pack("<HH", RIFF_VERSION, len(palette)) + table
    chunk = b"PAL data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(chunk)) + chunk


def parse_act(content: bytes, request: Request) -> Palette:
    """Read an Adobe color table."""
    if len(content) not in (3 * ACT_COLORS, 3 * ACT_COLORS + 4):
        raise request.error(
            f"an Adobe color table has 768 or 772 bytes, this file has {len(content):,}"
        )
    n_colors, clear = ACT_COLORS, ACT_COLORS
    if len(content) > 3 * ACT_COLORS:
        n_colors, clear = struct.unpack_from(">HH", content, 3 * ACT_COLORS)
        if not 1 <= n_colors <= ACT_COLORS:
            raise request.error(f"declares {n_colors} colors; 1 to 256 are possible")
    if clear < n_colors:
        request.warn(f"color {clear} is marked as transparent; it is taken as a class")
    entries = [Entry(color=tuple(content[at : at + 3])) for at in range(0, 3 * n_colors, 3)]
    return palette_of_entries(entries, request)


def format_act(palette: Palette) -> bytes:
    """Write an Adobe color table.

    Raises
    ------
    OutputError
        The palette has more than 256 colors.
    """
    if len(palette) > ACT_COLORS:
        raise OutputError(
            f"an Adobe color table (.act) holds at most 256 colors, not {len(palette):,}; write "
            "a .csv"
        )
    table = palette.shown.tobytes().ljust(3 * ACT_COLORS, b"\0")
    return table + struct.pack(">HH", len(palette), 0xFFFF)
