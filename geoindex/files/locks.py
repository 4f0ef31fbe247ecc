"""Locks that the system gives back when their process is gone, whatever ends it."""

from __future__ import annotations

import errno
import os
import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import get_ident

from geoindex.errors import OutputError

__all__ = ["folder_lock", "give_back", "hold_folder", "try_lock"]

POLL_SECONDS = 0.001

PATIENCE_SECONDS = 60
"""Longest wait for a folder, which geoindex itself never keeps for long."""

# What the systems call "somebody else has it".
TAKEN = {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK}


def try_lock(descriptor: int) -> bool:
    """Take the lock of an open file if it is free.

    Raises
    ------
    OSError
        The file system has no locks.
    """
    try:
        _lock(descriptor)
    except OSError as error:
        if error.errno in TAKEN:
            return False
        raise
    return True


@contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """Keep a folder to one process and thread at a time, as far as its file system has locks.

    The lock is on the folder itself, so nothing of it is left behind. A thread keeps one folder
    at a time.

    Raises
    ------
    OutputError
        Another program keeps the folder.
    """
    thread = get_ident()
    left = _kept.get(thread)
    if left is not None:
        left.give_back()
    lock = None
    try:
        with suppress(OSError):  # files still take their places one by one
            lock = _kept[thread] = _FolderLock(_open(folder, follows_links=True))
        if lock is not None and not lock.is_taken_in_time():
            raise OutputError(
                f"{folder}: another program has kept this folder locked for {PATIENCE_SECONDS} "
                "seconds; end it, or write to another folder"
            )
        yield
    finally:
        if lock is not None:
            lock.give_back()
            if _kept.get(thread) is lock:
                del _kept[thread]


class _FolderLock:
    """The lock of an open folder."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    def is_taken_in_time(self) -> bool:
        """Wait for the lock; a file system without locks has them all free."""
        end = time.monotonic() + PATIENCE_SECONDS
        with suppress(OSError):
            while self._descriptor is not None and not try_lock(self._descriptor):
                if time.monotonic() > end:
                    return False
                time.sleep(POLL_SECONDS)
        return True

    def give_back(self) -> None:
        """Give it back, if that was not done; an interrupt may come between any two steps."""
        if self._descriptor is not None:
            with suppress(OSError):
                _unlock(self._descriptor)
            descriptor, self._descriptor = self._descriptor, None
            os.close(descriptor)


_kept: dict[int, _FolderLock] = {}
"""What each thread keeps, or was interrupted before it could give it back."""


def hold_folder(folder: Path) -> int | None:
    """Take the lock of a folder if it is free.

    Returns
    -------
    int or None
        What :func:`give_back` takes; None if another process has the lock, or nobody can tell.
    """
    try:
        descriptor = _open(folder, follows_links=False)
    except OSError:
        return None
    try:
        if try_lock(descriptor):
            return descriptor
    except OSError:
        pass
    os.close(descriptor)
    return None


def give_back(descriptor: int) -> None:
    """Give back a lock and close its file."""
    try:
        # A process that was forked meanwhile has the file open, too.
        _unlock(descriptor)
    except OSError:
        pass
    finally:
        os.close(descriptor)


if sys.platform == "win32":
    import msvcrt
    import tempfile

    # Locked bytes cannot be read, so the lock is on one that is never there.
    LOCKED_BYTE = 2**30

    def _open(folder: Path, *, follows_links: bool) -> int:
        # Folders cannot be opened there, so each has a byte of one file.
        if not follows_links and folder.is_symlink():
            raise NotADirectoryError(errno.ENOTDIR, "is a link", str(folder))
        path = Path(tempfile.gettempdir()) / "geoindex.lock"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        name = os.path.normcase(os.path.realpath(folder))
        os.lseek(descriptor, zlib.crc32(name.encode()) % LOCKED_BYTE, os.SEEK_SET)
        return descriptor

    def _lock(descriptor: int) -> None:
        _at_byte(descriptor, msvcrt.LK_NBLCK)

    def _unlock(descriptor: int) -> None:
        _at_byte(descriptor, msvcrt.LK_UNLCK)

    def _at_byte(descriptor: int, mode: int) -> None:
        here = os.lseek(descriptor, 0, os.SEEK_CUR)
        os.lseek(descriptor, LOCKED_BYTE + here, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, mode, 1)
        finally:
            os.lseek(descriptor, here, os.SEEK_SET)

else:
    import fcntl

    def _open(folder: Path, *, follows_links: bool) -> int:
        flags = os.O_RDONLY | os.O_DIRECTORY | (0 if follows_links else os.O_NOFOLLOW)
        return os.open(folder, flags)

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
