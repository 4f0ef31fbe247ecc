"""Libraries of the extra ``vector``."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from geoindex.errors import GeoindexError

__all__ = ["vector_library"]


def vector_library(name: str) -> Any:
    """Import a library that polygons need.

    Raises
    ------
    GeoindexError
        It is not installed.
    """
    try:
        return import_module(name)
    except ImportError as error:
        raise GeoindexError(f"polygons need {name}; install geoindex-raster[vector]") from error
