"""Sheets on a Dask cluster, a task for a few of them; needs ``geoindex-raster[dask]``.

After the interface of ``dask.distributed`` (https://distributed.dask.org). A worker plugin
holds what all sheets have in common: it reaches every worker once, including those that join
later.
"""

from __future__ import annotations

import os
import secrets
import warnings
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import suppress
from itertools import islice
from typing import Any, cast

from distributed import (
    Client,
    Future,
    KilledWorker,
    Worker,
    WorkerPlugin,
    as_completed,
    get_worker,
)
from distributed.comm import connect as open_comm
from distributed.utils import LoopRunner

from geoindex.batch.job import Chunk, Outcome, Runner, SheetJob, Task, convert_sheet
from geoindex.color.threads import limit_threads
from geoindex.errors import BatchError, GeoindexWarning

__all__ = ["connect", "n_threads", "run_on_cluster"]

CHUNKS_A_THREAD = 20
"""Chunks queued for each thread of the cluster; more would only cost memory."""

LEAST_CHUNKS = 100

CONNECT_SECONDS = 10

WAIT_SECONDS = 0.1


def connect(address: str) -> Client:
    """Connect to a scheduler.

    Parameters
    ----------
    address : str
        Such as ``tcp://10.0.0.1:8786``.

    Raises
    ------
    BatchError
        Nothing answers.
    """
    try:
        # Client itself waits without end for what takes its connection and says nothing.
        LoopRunner().run_sync(_greet, address, callback_timeout=CONNECT_SECONDS)
        return Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        reason = " ".join(str(error).split()) or f"within {CONNECT_SECONDS} seconds"
        raise BatchError(
            f"{address}: no Dask scheduler answers ({reason}); start one with dask scheduler"
        ) from error


async def _greet(address: str) -> None:
    comm = await open_comm(address, timeout=CONNECT_SECONDS)
    await comm.close()


def run_on_cluster(client: Client) -> Runner:
    """Make the runner that hands tasks to a cluster.

    Parameters
    ----------
    client : distributed.Client
        Connected; it stays open. The workers see the files under the same paths and have the
        same geoindex installed.
    """

    def run(job: SheetJob, chunks: Iterable[Chunk]) -> Generator[Outcome]:
        name = f"geoindex-{secrets.token_hex(8)}"
        waiting, again = iter(chunks), deque[Chunk]()
        running: dict[Future, Chunk] = {}
        completed = as_completed(loop=client.loop, with_results=True, raise_errors=False)
        address = client.scheduler.address
        client.register_plugin(JobPlugin(job), name=name)
        try:
            most = _most_chunks(client, address)
            while True:
                if len(running) <= most // 2:
                    more = list(islice(_with_again(again, waiting), most - len(running)))
                    futures = client.map(
                        _convert_on_worker,
                        [name] * len(more),
                        more,
                        key=[f"{name}-{chunk[0].number}-{len(chunk)}" for chunk in more],
                        pure=False,
                    )
                    running.update(zip(futures, more, strict=True))
                    completed.update(futures)
                if not running:
                    return
                _wait(completed, client, running, address)
                future, result = next(completed)
                chunk = running.pop(future)
                if isinstance(result, list):
                    yield from result
                elif isinstance(_error(result), CancelledError):
                    raise _lost(address)
                elif len(chunk) > 1:
                    # One of them is to blame.
                    again.extend([task] for task in chunk)
                else:
                    for task in chunk:
                        yield Outcome(number=task.number, reason=_reason(_error(result), task))
                future.release()
        finally:
            if client.status == "running":
                with suppress(OSError):  # the connection is lost
                    client.cancel(list(running), force=True)
                    client.unregister_worker_plugin(name)

    return run


class JobPlugin(WorkerPlugin):  # type: ignore[misc]  # distributed has no types
    """Keeps a job at a worker."""

    def __init__(self, job: SheetJob) -> None:
        self.job = job
        self._home = os.getpid()

    def setup(self, worker: Worker) -> None:  # noqa: ARG002  the interface
        """Leave the sharing of cores to Dask, unless the worker is a thread of the client."""
        if os.getpid() != self._home:
            limit_threads(1)


def n_threads(client: Client) -> int:
    """Threads of all workers of a cluster."""
    return sum(client.nthreads().values())


def _most_chunks(client: Client, address: str) -> int:
    """How many chunks are queued at once."""
    threads = n_threads(client)
    if threads == 0:
        warnings.warn(
            f"{address}: the Dask cluster has no workers yet; the batch waits for them",
            GeoindexWarning,
            stacklevel=2,
        )
    return max(LEAST_CHUNKS, CHUNKS_A_THREAD * threads)


def _with_again(again: deque[Chunk], waiting: Iterator[Chunk]) -> Iterator[Chunk]:
    """Chunks to be done again, and then the rest."""
    while again:
        yield again.popleft()
    yield from waiting


def _wait(
    completed: as_completed, client: Client, running: Iterable[Future], address: str
) -> None:
    """Wait for a result, but not for one that was on its way when the connection broke.

    :class:`distributed.as_completed` never yields that one.
    """
    while not completed.has_ready():
        with completed.thread_condition:
            came = completed.thread_condition.wait(WAIT_SECONDS)
        if not came and (client.status != "running" or any(f.cancelled() for f in running)):
            raise _lost(address)


def _lost(address: str) -> BatchError:
    """Tell that the scheduler no longer knows what it was asked for."""
    return BatchError(
        f"{address}: the connection to the Dask scheduler was lost, or its tasks were cancelled; "
        "run the batch again: it goes on with the sheets that are left"
    )


def _convert_on_worker(name: str, chunk: Chunk) -> list[Outcome]:
    plugin = cast("JobPlugin", get_worker().plugins[name])
    return [convert_sheet(plugin.job, task) for task in chunk]


def _error(result: Any) -> Any:
    """Error of a chunk that was not done, which :class:`distributed.as_completed` may unpack.

    Dask repeats a task whose result was lost with its worker.
    """
    return result[1] if isinstance(result, tuple) else result


def _reason(error: Any, task: Task) -> str:
    """Tell why a task was not done."""
    if isinstance(error, KilledWorker):
        reason = "its workers died repeatedly; if memory ran out, give them more"
    else:
        reason = f"{type(error).__name__}: {' '.join(str(error).split())}"
    return f"{task.source}: {reason}"
