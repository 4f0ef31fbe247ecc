"""Reading files that are parsed as a whole, with a limit on their size; and their state."""

from __future__ import annotations

import stat
from pathlib import Path

from geoindex.errors import GeoindexError

__all__ = ["check_unchanged", "file_state", "read_small", "read_start"]

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
    content = read_start(path, largest + 1, error=error)
    if len(content) > largest:
        raise error(f"{path}: is larger than {largest // 2**20} MB, so it is no {what}")
    return content


def read_start(path: Path, n_bytes: int, *, error: type[GeoindexError]) -> bytes:
    """Read the first bytes of a file.

    Raises
    ------
    GeoindexError
        Of the class `error`: the file cannot be read, or is a pipe or device, which may never
        end or never begin.
    """
    try:
        if stat.S_ISREG(path.stat().st_mode):
            with path.open("rb") as file:
                return file.read(n_bytes)
    except OSError as reason:
        raise error(f"{path}: cannot be read: {reason.strerror}") from reason
    raise error(f"{path}: is not a file")


def file_state(path: Path) -> tuple[int, int, int] | None:
    """Tell a file from another, and from itself after a change; None if it is not there."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def check_unchanged(
    path: Path, state: tuple[int, int, int] | None, *, error: type[GeoindexError]
) -> None:
    """Refuse a file that was written to, replaced or removed since it had a state.

    Raises
    ------
    GeoindexError
        Of the class `error`: what was read may be of two files.
    """
    if file_state(path) != state:
        raise error(
            f"{path}: was changed while it was read; wait until it is complete, and run the same "
            "again"
        )
