"""Palettes in JSON: the form that geoindex writes, and plain lists of colors."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from geoindex.errors import GridError, OptionError, PaletteError
from geoindex.files.json_text import dump_json
from geoindex.palette import Palette
from geoindex.palettes.delimited import palette_of_rows
from geoindex.palettes.entries import (
    Entry,
    Request,
    json_of,
    number,
    palette_of_entries,
)
from geoindex.palettes.stac import stac_classes, without_nodata
from geoindex.palettes.styles.arcgis_rest import is_rest_object, palette_of_rest_object
from geoindex.palettes.table_rows import Row
from geoindex.rules.choices import is_whole
from geoindex.rules.color_text import color_of_text, is_color_word

__all__ = ["format_json", "palette_of_object", "parse_json"]

COLOR_LISTS = ("colors", "palette")
FIELDS = (
    (("names", "labels"), "name"),
    (("values",), "value"),
    (("roles",), "role"),
    (("merge",), "merge"),
    (("show",), "show"),
)
"""Keys of the lists that accompany the colors, and the field that each fills."""


def parse_json(content: bytes, request: Request) -> Palette:
    """Read lists of colors, or colors by name or class value; see :func:`palette_of_object`."""
    return palette_of_object(json_of(content, request), request)


def palette_of_object(found: Any, request: Request) -> Palette:
    """Palette of lists and dictionaries, parsed from JSON or given in Python.

    Parameters
    ----------
    found : dict or list
        ``{"colors": [...], "names": [...], "values": [...], "roles": [...]}``, also with the
        keys of Earth Engine (``palette``, ``..._class_palette``); a list of colors; a list of
        objects such as ``{"value": 1, "name": "trees", "color": "#440154"}``, whose keys are
        found like the columns of a table (STAC ``classification:classes``); colors by name or
        by class value, or these by color; colors with the limits of their values; a renderer
        or legend of an ArcGIS web service.
    request : Request

    Raises
    ------
    PaletteError
        There are no colors.
    OptionError
        A map layer is asked for, and there are none.

    Warns
    -----
    GeoindexWarning
        A key is not understood.
    """
    if is_rest_object(found):
        return palette_of_rest_object(found, request)
    if request.layer is not None:
        raise OptionError(f"{request.where}: has no map layers; leave out layer=")
    classes = stac_classes(found, request)
    return _palette_of_colors(found if classes is None else classes, request)


def _palette_of_colors(found: Any, request: Request) -> Palette:
    """Palette of lists of colors, or of colors by name or class value."""
    if not isinstance(found, dict):
        return _palette_of_lists({"colors": found}, request)
    if isinstance(found.get("colormap"), dict | list):
        return _palette_of_colors(found["colormap"], request)
    if found and _list_of(found, COLOR_LISTS) is None:
        if all(map(_is_color, found.values())):
            return _by_key(found, request)
        if all(map(_is_color_key, found)):
            return _by_color(found, request)
    return _palette_of_lists(_with_values(found), request)


def _palette_of_lists(whole: dict[Any, Any], request: Request) -> Palette:
    """Palette of a list of colors, with lists of their names, values and roles."""
    colors = _list_of(whole, COLOR_LISTS)
    if not isinstance(colors, list | tuple):
        raise request.error("holds no list of colors")
    if colors and all(isinstance(color, dict) for color in colors):
        return _palette_of_dicts(without_nodata(colors, request), request)
    entries = [
        _interval(color, row, request) if _is_interval(color) else _entry(color, row, request)
        for row, color in enumerate(colors)
    ]
    for keys, field in FIELDS:
        items = _list_of(whole, keys)
        if items is None:
            continue
        if not isinstance(items, list | tuple) or len(items) != len(entries):
            raise request.error(f"{keys[0]} must be a list of {len(entries)} entries")
        entries = [
            _with_field(entry, field, item, row, request)
            for row, (entry, item) in enumerate(zip(entries, items, strict=True))
        ]
    known = {"name", *COLOR_LISTS, *(key for keys, _ in FIELDS for key in keys)}
    strange = [key for key in whole if str(key).rpartition("_class_")[2] not in known]
    if strange:
        request.warn(f"the key {str(strange[0])[:40]!r} is not understood and left out")
    name = whole.get("name")
    return palette_of_entries(entries, request, name=name if isinstance(name, str) else None)


def _list_of(whole: dict[Any, Any], keys: tuple[str, ...]) -> Any:
    """Value of one of several keys, also as Earth Engine spells them."""
    spelled = {str(key).rpartition("_class_")[2]: item for key, item in whole.items()}
    return next((spelled[key] for key in keys if spelled.get(key) is not None), None)


def _is_color(item: Any) -> bool:
    """Whether an item is a color."""
    if isinstance(item, str):
        return color_of_text(item, bare=True) is not None
    return isinstance(item, list | tuple) and len(item) in (3, 4) and all(map(_is_number, item))


def _by_key(found: dict[Any, Any], request: Request) -> Palette:
    """Palette of colors by class value, if all keys are whole numbers, or else by name."""
    keys = [str(key).strip() for key in found]
    values = [number(key) for key in keys]
    are_values = all(isinstance(value, int) for value in values)
    entries = [_entry(item, row, request) for row, item in enumerate(found.values())]
    entries = [
        replace(entry, value=value) if are_values else replace(entry, name=key)
        for entry, key, value in zip(entries, keys, values, strict=True)
    ]
    return palette_of_entries(entries, request)


def _is_color_key(key: Any) -> bool:
    """Whether the key of a dictionary is a color: a tuple, or text that is no name or number."""
    if isinstance(key, str):
        return color_of_text(key) is not None and not is_color_word(key)
    return _is_color(key)


def _by_color(found: dict[Any, Any], request: Request) -> Palette:
    """Palette of class values, or names, by color, as in lookup tables of other programs."""
    keys = [_entry(key, row, request) for row, key in enumerate(found)]
    field = "value" if all(map(is_whole, found.values())) else "name"
    entries = [
        _with_field(entry, field, item, row, request)
        for row, (entry, item) in enumerate(zip(keys, found.values(), strict=True))
    ]
    return palette_of_entries(entries, request)


def _with_values(whole: dict[Any, Any]) -> dict[Any, Any]:
    """Turn `min`, `max` and `palette` of Earth Engine into lists, if each value has a color."""
    colors = whole.get("palette")
    if isinstance(colors, str):
        colors = [color.strip() for color in colors.split(",")]
        whole = {**whole, "palette": colors}
    low, high = whole.get("min"), whole.get("max")
    if (
        not isinstance(colors, list | tuple)
        or not isinstance(low, int)
        or not isinstance(high, int)
    ):
        return whole
    if high - low + 1 != len(colors):
        return whole
    rest = {key: item for key, item in whole.items() if key not in ("min", "max")}
    return {**rest, "values": list(range(low, high + 1))}


def _is_interval(item: Any) -> bool:
    """Whether an item is a color with the limits of its values, as titiler has them."""
    return (
        isinstance(item, list | tuple)
        and len(item) == 2
        and isinstance(item[0], list | tuple)
        and len(item[0]) == 2
        and all(map(_is_number, item[0]))
    )


def _interval(item: Any, row: int, request: Request) -> Entry:
    """Entry named after its limits, which are not class values."""
    (low, high), color = item
    return replace(_entry(color, row, request), name=f"{low} to {high}")


def _palette_of_dicts(items: list[dict[Any, Any]], request: Request) -> Palette:
    """Palette of objects, whose keys are the columns of a table."""
    if not items:
        raise request.error("holds no colors")
    keys = list(dict.fromkeys(key for item in items for key in item))
    rows = [Row(None, [_cell(item.get(key)) for key in keys]) for item in items]
    return palette_of_rows(Row(None, [str(key) for key in keys]), rows, request)


def _cell(item: Any) -> str:
    """Text of a value; the channels of a color become one cell."""
    if isinstance(item, list | tuple) and item and all(map(_is_number, item)):
        is_unit = any(isinstance(part, float) for part in item) and max(item) <= 1
        parts = [int(255 * part + 0.5) for part in item] if is_unit else item
        return "/".join(map(str, parts))
    return "" if item is None else " ".join(str(item).split())


def format_json(palette: Palette) -> bytes:
    """Write name, colors, names, values and roles, and merge and show if there are any."""
    return (dump_json(palette_to_json(palette), indent=1) + "\n").encode()


def _entry(item: Any, row: int, request: Request) -> Entry:
    """Entry of a color: text, or channels with alpha on the same scale."""
    color = color_of_text(item, bare=True) if isinstance(item, str) else None
    if color is not None:
        return Entry(color=color)
    if isinstance(item, str) or not _is_color(item):
        raise request.error(f"color {row} is not '#rrggbb' or [r, g, b]")
    is_unit = any(isinstance(part, float) for part in item) and max(item) <= 1
    alpha = tuple(int(255 * part + 0.5) if is_unit else part for part in item[3:])
    return Entry(color=(*item[:3], *alpha))


def _with_field(entry: Entry, field: str, item: Any, row: int, request: Request) -> Entry:
    """Entry with one of its fields filled."""
    if field == "value":
        return replace(entry, value=_number(item, row, request))
    if field == "merge":
        return replace(entry, merge=None if item is None else _number(item, row, request))
    texts: dict[str, Any] = {field: str(item)}
    return replace(entry, **texts)


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
        **palette.edits,
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
            name=_name(content["name"]),
            values=content.get("values"),
            roles=content.get("roles"),
            merge=content.get("merge"),
            show=content.get("show"),
        )
    except (AttributeError, KeyError, TypeError, ValueError, PaletteError) as error:
        raise GridError(f"{where}: the palette is damaged ({error})") from None


def _name(name: Any) -> str | None:
    """Name of a palette, or None."""
    if name is not None and not isinstance(name, str):
        raise TypeError(f"its name is {name!r:.40}")
    return name
