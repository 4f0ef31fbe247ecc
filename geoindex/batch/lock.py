"""A lock on an open file that the system releases when its process ends."""

from __future__ import annotations

import errno
import logging
import os
import sys
import time
from pathlib import Path

__all__ = ["wait_for_lock"]

POLL_SECONDS = 0.2

# Error codes of a lock that another process holds.
TAKEN = {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK}

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
    """Take the lock if it is free."""
    try:
        _lock(descriptor)
    except OSError as error:
        if error.errno in TAKEN:
            return False
        _log.warning(
            "%s: this file system has no locks (%s); run only one batch at a time in this folder",
            folder,
            error.strerror,
        )
    return True


if sys.platform == "win32":
    import msvcrt

    # Locked bytes cannot be read, so the lock is on one beyond the end of the file.
    LOCKED_BYTE = 2**30

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
