"""Work shared among the cores by plain threads; the compiled kernels release the GIL."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from threading import Event, Semaphore
from typing import Any, TypeVar

__all__ = ["Progress", "in_threads", "limit_threads", "n_cores", "threads_apart"]


Progress = Callable[[int, int], None]
"""Called with how much is done and how much there is to do, in pixels, colors or files."""


def in_threads(
    work: Callable[[Any], None], parts: Sequence[Any], *, progress: Progress | None = None
) -> None:
    """Do `work` on every part, on all cores where there are several parts.

    Parameters
    ----------
    work : callable
        Takes one part. It must not call this function itself: waiting for other parts inside
        a part would keep their threads from them.
    parts : sequence
        The parts; their order does not matter.
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
    """Cores that this process may use: those it is given, or fewer by :func:`limit_threads`."""
    if _limits:
        return _limits[-1]
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


_limits: list[int] = []


def limit_threads(n_threads: int) -> None:
    """Use this many threads from now on, where whole processes share the cores.

    Parameters
    ----------
    n_threads : int
        1 or more.
    """
    _limits[:] = [n_threads]
    n_cores.cache_clear()
    _pool.cache_clear()


Result = TypeVar("Result")


@contextmanager
def threads_apart(name: str, n_threads: int = 1) -> Iterator[Callable[..., Future[Any]]]:
    """Do pieces of work in threads of their own, which are through with them when the block ends.

    Ctrl-C while a thread starts leaves it unknown to its pool, which then would not wait for it:
    the file that it reads or writes could be closed under it. So pieces of work are counted.

    Parameters
    ----------
    name : str
        Of the threads.
    n_threads : int
        Most pieces of work that are done at once; they begin in the order in which they came.

    Yields
    ------
    callable
        Takes a function and its arguments, and returns their future. What has not begun when
        the block ends is cancelled.
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


# Starting threads for every image takes a third of the time that mapping 1 Mpx takes.
@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(n_cores(), thread_name_prefix="geoindex")


if hasattr(os, "register_at_fork"):
    # A forked child has none of its parent's threads.
    os.register_at_fork(after_in_child=_pool.cache_clear)
