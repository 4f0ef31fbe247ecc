"""Texts that every file can hold."""

from __future__ import annotations

import re
from typing import Any

from geoindex.errors import GeoindexError

__all__ = ["check_text", "storable", "storable_name", "unstorable"]

UNSTORABLE = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
"""Characters that XML cannot hold or that terminals interpret."""


def unstorable(text: str) -> str | None:
    r"""Kind of the first character that no file can store, or None.

    Examples
    --------
    >>> unstorable("Till \0")
    'a control character'
    """
    wrong = UNSTORABLE.search(text)
    if wrong is None:
        return None
    return "half a surrogate pair" if wrong[0] >= "\ud800" else "a control character"


def storable(text: str) -> str:
    """Text with a replacement character for each that no file can store."""
    return UNSTORABLE.sub("\ufffd", text)


def storable_name(name: Any, error: type[GeoindexError]) -> str:
    """Name with a replacement character for each that no file can store."""
    if not isinstance(name, str):
        raise error(f"name must be a text, found {type(name).__name__}")
    return storable(name)


def check_text(text: str | None, what: str, error: type[GeoindexError]) -> None:
    """Raise an error unless files can store a text, or it is None."""
    if text is None:
        return
    if not isinstance(text, str):
        raise error(f"{what} must be a text, found {type(text).__name__}")
    kind = unstorable(text)
    if kind is not None:
        raise error(f"{what} {text[:100]!a} contains {kind}, which no file can store")
