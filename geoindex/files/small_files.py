"""Reading files that are parsed as a whole, with a limit on their size."""

from __future__ import annotations

from pathlib import Path

from geoindex.errors import GeoindexError

__all__ = ["read_small"]

# A palette of 65,535 colors with long names stays far below this.
LARGEST = 16 * 2**20


def read_small(
    path: Path, what: str, *, error: type[GeoindexError], largest: int = LARGEST
) -> bytes:
    """Read a file, unless it is too large to be what it should be.

    Raises
    ------
    GeoindexError
        Of the class `error`: the file cannot be read, or has more bytes than `largest`, by
        default 16 MB, so it is no `what`, such as ``"palette file"``.
    """
    try:
        with path.open("rb") as file:
            content = file.read(largest + 1)
    except OSError as reason:
        raise error(f"{path}: cannot be read: {reason.strerror}") from reason
    if len(content) > largest:
        raise error(f"{path}: is larger than {largest // 2**20} MB, so it is no {what}")
    return content
