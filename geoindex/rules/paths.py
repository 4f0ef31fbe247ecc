"""Paths that a caller gives."""

from __future__ import annotations

from os import PathLike, fspath
from pathlib import Path
from typing import Any

from geoindex.errors import OptionError

__all__ = ["path_of"]


def path_of(value: Any, argument: str = "path") -> Path:
    """Path of a text or path object.

    Raises
    ------
    OptionError
        The argument is neither.

    Examples
    --------
    >>> path_of("maps/a.tif").name
    'a.tif'
    """
    name = fspath(value) if isinstance(value, str | PathLike) else None
    if not isinstance(name, str):
        raise OptionError(
            f"{argument} must be a text or a pathlib.Path, found {type(value).__name__}"
        )
    return Path(name)
