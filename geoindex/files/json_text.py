"""JSON text of the same bytes for the same content, and back."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from geoindex.errors import GridError

FORMAT_VERSION = 1


def dump_json(
    content: dict[str, Any], *, indent: int | None = None, ascii_only: bool = False
) -> str:
    """JSON text of the same bytes for the same content."""
    text = json.dumps(
        content, sort_keys=True, ensure_ascii=ascii_only, indent=indent, default=_plain
    )
    # Names of files that are not UTF-8 have halves of surrogate pairs, which JSON can escape.
    return text.encode(errors="backslashreplace").decode()


def _plain(value: Any) -> Any:
    """Python number of a numpy one."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{value!r} cannot be written as JSON")


def load_json(text: str | bytes, where: str) -> dict[str, Any]:
    """Parse the JSON object that :func:`dump_json` wrote.

    Parameters
    ----------
    text : str or bytes
        The JSON.
    where : str
        Name of the place for error messages.

    Raises
    ------
    GridError
        It is no JSON object, or of a later version than this geoindex knows.
    """
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise GridError(f"{where}: is not the JSON that geoindex writes ({error})") from None
    if not isinstance(content, dict):
        raise GridError(f"{where}: is not the JSON object that geoindex writes")
    version = content.get("format_version")
    if type(version) is not int:
        raise GridError(f"{where}: has no format version, so geoindex did not write it")
    if version != FORMAT_VERSION:
        raise GridError(
            f"{where}: has format version {version}, this geoindex reads {FORMAT_VERSION}; "
            "install a newer geoindex"
        )
    return content
