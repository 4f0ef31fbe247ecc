"""Work on all cores in plain threads; the compiled kernels release the GIL."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from threading import Event, Semaphore
from typing import Any, TypeVar

__all__ = ["Progress", "in_threads", "limit_threads", "n_cores", "parts_of", "threads_apart"]


Progress = Callable[[int, int], None]
"""Called with the amount done and the total, in pixels, colors or files."""


def parts_of(shape: tuple[int, ...], n_pixels: int) -> Iterator[tuple[slice, slice]]:
    """Cut an image into parts of about `n_pixels`: rows, or columns of one row.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns.
    n_pixels : int

    Yields
    ------
    tuple of two slices
    """
    rows, cols = shape
    if rows == 1:
        for start in range(0, cols, n_pixels):
            yield slice(None), slice(start, start + n_pixels)
        return
    step = max(1, n_pixels // max(1, cols))
    for start in range(0, rows, step):
        yield slice(start, start + step), slice(None)


def in_threads(
    work: Callable[[Any], None], parts: Sequence[Any], *, progress: Progress | None = None
) -> None:
    """Do `work` on every part, on all cores if there are several parts.

    Parameters
    ----------
    work : callable
        Takes one part. It must not call this function itself: a part that waits for other
        parts would block the thread that they need.
    parts : sequence
        Parts, done in any order.
    progress : callable, optional
        Called in the calling thread after each part.
    """
    alone = len(parts) < 2 or n_cores() < 2
    results = map(work, parts) if alone else _pool().map(work, parts)
    for done, _ in enumerate(results, start=1):
        if progress is not None:
            progress(done, len(parts))


@cache
def n_cores() -> int:
    """Cores that this process may use: those assigned to it, or fewer by :func:`limit_threads`."""
    if _limits:
        return _limits[-1]
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


_limits: list[int] = []


def limit_threads(n_threads: int) -> None:
    """Use this many threads from now on, because other processes share the cores."""
    _limits[:] = [n_threads]
    n_cores.cache_clear()
    _pool.cache_clear()


Result = TypeVar("Result")


@contextmanager
def threads_apart(name: str, n_threads: int = 1) -> Iterator[Callable[..., Future[Any]]]:
    """Run tasks in separate threads, none of which is still running when the block ends.

    Ctrl-C during the start of a thread hides it from its pool, which then does not wait for it: a
    file could be closed while it is still being read or written. So running tasks are counted.

    Parameters
    ----------
    name : str
        Name of the threads.
    n_threads : int
        Number of tasks that run at once. They start in the order of submission.

    Yields
    ------
    callable
        Takes a function and its arguments and returns a future. Tasks that have not started
        when the block ends are cancelled.
    """
    pool = ThreadPoolExecutor(n_threads, thread_name_prefix=name)
    places, ended = Semaphore(n_threads), Event()

    def do(work: Callable[..., Result], *arguments: Any) -> Result:
        with places:
            if ended.is_set():
                raise CancelledError
            return work(*arguments)

    try:
        yield lambda work, *arguments: pool.submit(do, work, *arguments)
    finally:
        ended.set()
        pool.shutdown(cancel_futures=True)
        for _ in range(n_threads):
            places.acquire()


# Starting threads for every image would take a third of the time of mapping 1 Mpx.
@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(n_cores(), thread_name_prefix="geoindex")


if hasattr(os, "register_at_fork"):
    # A forked child has no threads of its parent.
    os.register_at_fork(after_in_child=_pool.cache_clear)
