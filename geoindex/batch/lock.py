"""Waiting for the lock of a folder of grids, aloud."""

from __future__ import annotations

import logging
import time
from pathlib import Path

from geoindex.files.locks import try_lock

__all__ = ["wait_for_lock"]

POLL_SECONDS = 0.2

_log = logging.getLogger("geoindex")


def wait_for_lock(descriptor: int, folder: Path) -> None:
    """Lock an open file; while another process holds the lock, warn and wait.

    Closing the file releases the lock, and so does the end of the process, however it ends.

    Parameters
    ----------
    descriptor : int
        The file.
    folder : Path
        The folder that it stands for in messages.
    """
    is_told = False
    while not _try_lock(descriptor, folder):
        if not is_told:
            _log.warning("%s: another batch is running in this folder; waiting for it", folder)
            is_told = True
        time.sleep(POLL_SECONDS)


def _try_lock(descriptor: int, folder: Path) -> bool:
    """Take the lock if it is free, or if there is no such thing."""
    try:
        return try_lock(descriptor)
    except OSError as error:
        _log.warning(
            "%s: this file system has no locks (%s); run only one batch at a time in this folder",
            folder,
            error.strerror,
        )
    return True
