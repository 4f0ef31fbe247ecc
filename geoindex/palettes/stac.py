"""Classes in STAC: ``classification:classes`` of items, collections, assets and bands.

After the STAC classification extension 2.0 and the common metadata of bands.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from geoindex.palettes.entries import Request

__all__ = ["stac_classes", "without_nodata"]

CLASSES = "classification:classes"


def stac_classes(found: Any, request: Request) -> list[Any] | None:
    """List of classes in a STAC object, with the nodata class marked; None if there is none.

    Raises
    ------
    PaletteError
        There are several different lists.
    """
    lists: list[list[Any]] = []
    waiting = [found]
    while waiting:
        item = waiting.pop()
        parts = item.values() if isinstance(item, dict) else item
        if isinstance(item, dict | list | tuple):
            waiting += [part for part in parts if isinstance(part, dict | list | tuple)][::-1]
        classes = item.get(CLASSES) if isinstance(item, dict) else None
        if isinstance(classes, list | tuple):
            marked = [_marked(one, item.get("nodata")) for one in classes]
            if marked not in lists:
                lists.append(marked)
    if len(lists) > 1:
        raise request.error(
            f"holds {len(lists)} different lists {CLASSES}; save the one to use as a file of its "
            "own, or pass it as a list (in Python)"
        )
    return lists[0] if lists else None


def without_nodata(classes: Sequence[dict[Any, Any]], request: Request) -> list[dict[Any, Any]]:
    """Classes, except those marked as nodata."""
    gone = [one for one in classes if one.get("nodata") is True]
    if gone:
        names = ", ".join(str(one.get("name") or one.get("value")) for one in gone)
        request.warn(f"entries of nodata are left out ({names[:80]})")
    return [one for one in classes if one.get("nodata") is not True]


def _marked(one: Any, nodata: Any) -> Any:
    """Class, marked as nodata if its value is."""
    is_nodata = isinstance(one, dict) and nodata is not None and one.get("value") == nodata
    return {**one, "nodata": True} if is_nodata else one
