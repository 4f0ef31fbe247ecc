"""Palettes in JSON: the form that geoindex writes, and plain lists of colors."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from geoindex.errors import GridError, PaletteError
from geoindex.files.json_text import dump_json
from geoindex.palette import Palette
from geoindex.palettes.entries import (
    Entry,
    Request,
    hex_color,
    palette_of_entries,
    text_of,
)

__all__ = ["format_json", "parse_json"]


def parse_json(content: bytes, request: Request) -> Palette:
    """Read ``{"colors": [...], "names": [...], "values": [...], "roles": [...]}``, or a list.

    A color is ``"#rrggbb"``, ``[r, g, b]``, or an object with ``color`` and optionally ``name``,
    ``value`` and ``role``.
    """
    try:
        found = json.loads(text_of(content, request))
    except json.JSONDecodeError as error:
        raise request.error(f"is damaged JSON ({error.msg})", error.lineno) from None
    except (ValueError, RecursionError) as error:
        raise request.error(f"is damaged JSON ({error})") from None
    whole = found if isinstance(found, dict) else {"colors": found}
    colors = whole.get("colors")
    if not isinstance(colors, list):
        raise request.error("holds no list of colors")
    entries = [_entry(color, row, request) for row, color in enumerate(colors)]
    for column, field in (("names", "name"), ("values", "value"), ("roles", "role")):
        items = whole.get(column)
        if items is None:
            continue
        if not isinstance(items, list) or len(items) != len(entries):
            raise request.error(f"{column} must be a list of {len(entries)} entries")
        entries = [
            _with_field(entry, field, item, row, request)
            for row, (entry, item) in enumerate(zip(entries, items, strict=True))
        ]
    name = whole.get("name")
    return palette_of_entries(entries, request, name=name if isinstance(name, str) else None)


def format_json(palette: Palette) -> bytes:
    """Write name, colors, names, values and roles."""
    return (dump_json(palette_to_json(palette), indent=1) + "\n").encode()


def _entry(item: Any, row: int, request: Request) -> Entry:
    """Entry of a color in one of its forms."""
    if isinstance(item, dict):
        entry = _entry(item.get("color"), row, request)
        for field in ("name", "value", "role"):
            if item.get(field) is not None:
                entry = _with_field(entry, field, item[field], row, request)
        return entry
    if isinstance(item, str):
        return Entry(color=hex_color(item, request))
    if isinstance(item, list) and len(item) in (3, 4) and all(map(_is_number, item)):
        return Entry(color=tuple(item[:3]))
    raise request.error(f"color {row} is not '#rrggbb' or [r, g, b]")


def _with_field(entry: Entry, field: str, item: Any, row: int, request: Request) -> Entry:
    """Entry with its name, value or role."""
    if field == "value":
        return replace(entry, value=_number(item, row, request))
    return replace(entry, name=str(item)) if field == "name" else replace(entry, role=str(item))


def _is_number(item: Any) -> bool:
    """Whether a JSON value is a number that fits a color."""
    return isinstance(item, int | float) and not isinstance(item, bool) and abs(item) < 1e9


def _number(item: Any, row: int, request: Request) -> float:
    """Class value."""
    if not _is_number(item) and not (isinstance(item, int) and abs(item) < 2**63):
        raise request.error(f"class value of color {row} is not a number")
    return item  # type: ignore[no-any-return]  # JSON is of any type


def palette_to_json(palette: Palette) -> dict[str, Any]:
    """Palette as a JSON object with ``#rrggbb`` colors."""
    return {
        "name": palette.name,
        "colors": ["#" + bytes(color).hex() for color in palette.colors],
        "names": palette.names,
        "values": palette.values,
        "roles": palette.roles,
    }


def palette_from_json(content: Any, where: str) -> Palette:
    """Palette of :func:`palette_to_json`.

    Raises
    ------
    GridError
        The object is not a palette in this form.
    """
    try:
        colors = [tuple(bytes.fromhex(color.removeprefix("#"))) for color in content["colors"]]
        return Palette(
            colors,
            content["names"],
            name=content["name"],
            values=content.get("values"),
            roles=content.get("roles"),
        )
    except (AttributeError, KeyError, TypeError, ValueError, PaletteError) as error:
        raise GridError(f"{where}: the palette is damaged ({error})") from None
