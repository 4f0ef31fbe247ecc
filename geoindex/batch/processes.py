"""Sheets shared among processes on this machine.

Not `concurrent.futures`: its whole pool breaks when one process is killed, without telling which
task did it, and its children import the user's script, which must be written for that.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections import Counter, deque
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import suppress
from multiprocessing.spawn import get_executable
from queue import SimpleQueue
from threading import Thread
from typing import IO, Any, cast

from geoindex.batch.job import Chunk, Outcome, Runner, SheetJob, Task
from geoindex.color.threads import n_cores
from geoindex.errors import BatchError
from geoindex.files.memory import UNLIMITED, VARIABLE, most_memory

__all__ = ["run_in_processes", "start_python"]

READY = "ready"
"""First event of a process."""

GONE = "gone"
"""Last event of a process."""

TRIES = 2
"""Processes that may die of a sheet before it fails."""

PATIENCE_SECONDS = 10
"""Time that an interrupted process has to remove its partial file."""


def run_in_processes(n_processes: int) -> Runner:
    """Make the runner that shares tasks among processes.

    Parameters
    ----------
    n_processes : int
        How many; together they use as many threads as there are cores.

    Returns
    -------
    Runner
        It raises BatchError where processes cannot be started.
    """

    def run(job: SheetJob, chunks: Iterable[Chunk]) -> Generator[Outcome]:
        n_threads = max(1, n_cores() // n_processes)
        pool = _Pool(pickle.dumps((job, n_threads), protocol=5), iter(chunks))
        try:
            pool.start(n_processes)
            yield from pool.outcomes()
        finally:
            pool.stop()

    return run


class _Pool:
    """Processes that are replaced when they are killed."""

    def __init__(self, job: bytes, chunks: Iterator[Chunk]) -> None:
        self._job = job
        self._chunks = chunks
        self._again: deque[Chunk] = deque()
        self._kills: Counter[int] = Counter()
        self._failed_starts = 0
        self._events: SimpleQueue[tuple[_Worker, Any]] = SimpleQueue()
        self._workers: list[_Worker] = []
        self._is_done = False
        self._most: int | None = None

    def start(self, n_processes: int) -> None:
        """Start the processes, all at once, and give them their first tasks."""
        most = most_memory()
        self._most = None if most is None else max(1, most // n_processes)
        for _ in range(n_processes):
            self._workers.append(_Worker(self._events, self._most))
        for worker in self._workers:
            worker.send(self._job)
            self._feed(worker)

    def outcomes(self) -> Iterator[Outcome]:
        """Yield outcomes as they arrive."""
        while any(worker.tasks for worker in self._workers):
            worker, event = self._events.get()
            if event == GONE:
                yield from self._replace(worker)
                continue
            if event == READY:
                worker.is_ready = True
                self._failed_starts = 0
            else:
                worker.tasks.popleft()
                yield event
            self._feed(worker)
        self._is_done = True

    def stop(self) -> None:
        """End all processes and wait for them."""
        for worker in self._workers:
            if self._is_done:
                worker.send(pickle.dumps(None))
            else:
                worker.interrupt()
        for worker in self._workers:
            worker.wait()

    def _feed(self, worker: _Worker) -> None:
        """Give more tasks to a process while it still has one to do."""
        while len(worker.tasks) <= 1:
            chunk = self._again.popleft() if self._again else next(self._chunks, None)
            if chunk is None:
                return
            worker.give(chunk)

    def _replace(self, worker: _Worker) -> Iterator[Outcome]:
        """Start a process in place of a dead one; the sheet that it died of is tried once more."""
        self._workers.remove(worker)
        code = worker.wait()
        if not worker.is_ready:
            self._failed_starts += 1
            if self._failed_starts == TRIES:
                raise BatchError(
                    f"worker processes could not be started ({_cause(code)}); see what they "
                    "printed, or use jobs=1 to work without them"
                )
            # It has not come to its tasks.
            self._again.append(list(worker.tasks))
        elif worker.tasks:
            task = worker.tasks.popleft()
            self._kills[task.number] += 1
            if worker.tasks:
                self._again.append(list(worker.tasks))
            if self._kills[task.number] < TRIES:
                self._again.appendleft([task])
            else:
                reason = (
                    f"{task.source}: its worker process ended {TRIES} times ({_cause(code)}); "
                    "if memory ran out, run fewer jobs"
                )
                yield Outcome(number=task.number, reason=reason)
        successor = _Worker(self._events, self._most)
        self._workers.append(successor)
        successor.send(self._job)
        self._feed(successor)


class _Worker:
    """A process, the tasks that it has, and the thread that listens to it."""

    def __init__(self, events: SimpleQueue[tuple[_Worker, Any]], most: int | None) -> None:
        """Start a process that may use `most` bytes of memory."""
        self.tasks: deque[Task] = deque()
        self.is_ready = False
        self._events = events
        self._process = start_python(
            ["-m", "geoindex.batch.worker"],
            {VARIABLE: UNLIMITED if most is None else str(most)},
            pipe=subprocess.PIPE,
        )
        pipes = cast("tuple[IO[bytes], IO[bytes]]", (self._process.stdin, self._process.stdout))
        self._to, self._from = pipes
        Thread(target=self._listen, daemon=True).start()

    def send(self, content: bytes) -> None:
        """Send a pickle; the process receives it at once, whatever it is doing."""
        # If the process is gone, its listener reports it.
        with suppress(OSError):
            self._to.write(content)
            self._to.flush()

    def give(self, chunk: Chunk) -> None:
        """Hand over tasks."""
        self.tasks.extend(chunk)
        self.send(pickle.dumps(chunk))

    def interrupt(self) -> None:
        """Let the process remove its partial file and end now."""
        self._process.terminate()

    def wait(self) -> int:
        """Wait for the process to end, kill it after a while; return its exit code."""
        try:
            code = self._process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        for stream in (self._to, self._from):
            # Closing flushes what a dead process did not take.
            with suppress(OSError):
                stream.close()
        return code

    def _listen(self) -> None:
        """Pass on the messages of the process; the last event is its end."""
        try:
            while True:
                message = pickle.load(self._from)  # noqa: S301  our own process
                self._events.put((self, READY if message is None else message))
        except Exception as error:  # noqa: BLE001  what cannot be unpickled raises anything
            if not isinstance(error, EOFError):
                self.interrupt()
            self._events.put((self, GONE))


def start_python(
    arguments: list[str],
    variables: Mapping[str, str] | None = None,
    *,
    pipe: int = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """Start another process of this Python, which finds the same modules.

    Parameters
    ----------
    arguments : list of str
        Command line behind the name of Python.
    variables : mapping of str to str, optional
        Environment variables to set.
    pipe : int
        Standard input and output: a constant of :mod:`subprocess`.
    """
    paths = os.pathsep.join(map(os.path.abspath, sys.path))
    return subprocess.Popen(  # noqa: S603  this Python
        [get_executable() or sys.executable, "-P", *arguments],
        stdin=pipe,
        stdout=pipe,
        env={**os.environ, "PYTHONPATH": paths, **(variables or {})},
        **_apart(),
    )


def _apart() -> dict[str, Any]:
    """Arguments that keep a Ctrl-C of the terminal from a process: its parent handles it."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"process_group": 0}


def _cause(code: int) -> str:
    """Describe an exit code."""
    if code < 0:
        with suppress(ValueError):
            return f"killed by {signal.Signals(-code).name}"
    return f"exit code {code}"
