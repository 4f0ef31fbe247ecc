"""Names of outputs, which are looked at before any work starts."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from geoindex.errors import OutputError

__all__ = ["check_different", "check_file", "check_target", "check_targets", "exists_already"]


def check_target(path: Path, *, overwrite: bool) -> None:
    """Refuse a target that cannot or must not be written, before any work starts.

    Raises
    ------
    OutputError
        The folder is missing, or the file exists and `overwrite` is False.
    """
    if not path.parent.is_dir():
        raise OutputError(f"{path}: the folder {path.parent} does not exist; create it first")
    try:
        str(path).encode()
    except UnicodeEncodeError:
        raise OutputError(f"{path}: the name is not in UTF-8; choose another") from None
    check_file(path, overwrite=overwrite)
    if not os.access(path.parent, os.W_OK):
        raise OutputError(f"{path}: the folder {path.parent} is not writable")


def check_file(path: Path, *, overwrite: bool) -> None:
    """Refuse what is no file, or must not be replaced, whatever its folder is."""
    mode = stat.S_IFREG
    with suppress(OSError):  # nothing, or a link that leads nowhere
        mode = path.stat().st_mode
    if not stat.S_ISREG(mode):
        what = "a folder" if stat.S_ISDIR(mode) else "a pipe or device"
        raise OutputError(f"{path}: is {what}; give the name of a file")
    if os.path.islink(path):  # noqa: PTH114  Path.is_symlink raises for a name that is too long
        # Files beside an output go by its name, which a link would make two.
        target = os.path.realpath(path)
        raise OutputError(f"{path}: is a link to {target}; give that name, or remove it")
    if not overwrite and os.path.lexists(path):
        raise exists_already(path)


def check_targets(targets: Sequence[Path], source: Path | None, *, overwrite: bool) -> None:
    """Refuse targets that cannot be written, that are one file, or that are the source.

    Raises
    ------
    OutputError
        As :func:`check_target`, or two names mean one file.
    """
    for path in targets:
        check_target(path, overwrite=overwrite)
        if source is not None and path.exists() and source.exists() and path.samefile(source):
            raise OutputError(f"{path}: is the source image; choose another output")
    check_different(targets)


def check_different(targets: Sequence[Path]) -> None:
    """Raise OutputError if two names mean one file."""
    places: list[Path] = []
    for path in targets if len(targets) > 1 else ():
        place = path.resolve()
        if place in places:
            raise OutputError(f"{path}: two outputs have the same name; give each its own")
        places.append(place)


def exists_already(path: Path) -> OutputError:
    """Error for a file that must not be replaced."""
    return OutputError(f"{path}: exists already; give overwrite=True")
