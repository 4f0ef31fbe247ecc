"""A Dask cluster of real processes on this machine."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from distributed import Client

from tests.support.command_line import environment

START_SECONDS = 60


class Cluster:
    """A scheduler and workers that talk over TCP."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "scheduler.json"
        self._scheduler = self._start("scheduler", "--port", "0")
        self._workers: list[subprocess.Popen[bytes]] = []

    def connect(self, n_workers: int) -> Client:
        """Return a client once `n_workers` are connected."""
        self._workers = [worker for worker in self._workers if worker.poll() is None]
        while len(self._workers) < n_workers:
            # Without a nanny, which would start a killed worker again.
            options = ("--no-nanny", "--nthreads", "1", "--local-directory", str(self._folder))
            self._workers.append(self._start("worker", *options))
        client = Client(
            scheduler_file=str(self._file), timeout=START_SECONDS, set_as_default=False
        )
        client.wait_for_workers(n_workers, timeout=START_SECONDS)
        return client

    def kill_worker(self) -> None:
        """Kill the first worker."""
        self._workers[0].kill()

    def kill_scheduler(self) -> None:
        """Kill the scheduler."""
        self._scheduler.kill()

    @property
    def address(self) -> str:
        """Where the scheduler listens; there is one when a client has connected."""
        return str(json.loads(self._file.read_text())["address"])

    def close(self) -> None:
        """End all processes."""
        processes = [*self._workers, self._scheduler]
        for process in processes:
            process.terminate()
        for process in processes:
            try:
                process.wait(3)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _start(self, kind: str, *arguments: str) -> subprocess.Popen[bytes]:
        common = ("--scheduler-file", str(self._file), "--host", "127.0.0.1", "--no-dashboard")
        with (self._folder / "log.txt").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.dask_{kind}", *common, *arguments],
                stdout=log,
                stderr=log,
                cwd=self._folder,
                env=environment(),
            )


@contextmanager
def running_cluster(folder: Path) -> Iterator[Cluster]:
    """Start a scheduler, and end it and its workers."""
    cluster = Cluster(folder)
    try:
        yield cluster
    finally:
        cluster.close()
