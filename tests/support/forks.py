"""Commands in processes that are forked from a server which has imported everything.

Starting Python takes longer than most commands, and what is killed at a random moment should be
at work. The server, ``python -m tests.support.forks``, reads requests as lines of JSON.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import resource
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.command_line import environment

LIBRARIES = (
    "geopandas", "matplotlib.backends.backend_agg", "matplotlib.backends.backend_pdf",
    "matplotlib.backends.backend_svg", "matplotlib.figure", "openpyxl", "pyarrow.parquet",
    "pyogrio", "scipy.ndimage", "segyio", "shapely", "tqdm",
)  # fmt: skip


@dataclass
class Child:
    """A command that runs."""

    pid: int
    folder: Path
    forks: Forks = field(repr=False)
    pipes: tuple[int, int]

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send a signal to the command and the processes it started."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def wait(self) -> tuple[int, str, str]:
        """Exit code (negative for a signal), standard output and standard error."""
        texts = [b"", b""]
        while not self.forks.ask({"poll": self.pid})["done"]:
            texts = [old + _read(pipe) for old, pipe in zip(texts, self.pipes, strict=True)]
            time.sleep(0.002)
        texts = [old + _read(pipe) for old, pipe in zip(texts, self.pipes, strict=True)]
        for pipe in self.pipes:
            os.close(pipe)
        code = self.forks.ask({"code": self.pid})["code"]
        return code, texts[0].decode(), texts[1].decode()


class Forks:
    """The server, seen from outside."""

    def __init__(self, process: subprocess.Popen[str], pipes: Path) -> None:
        self._process = process
        self._pipes = pipes
        self._n_started = 0

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Send a request and return the answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def start(
        self,
        arguments: Sequence[object],
        folder: Path,
        *,
        file_bytes: int | None = None,
        clock: float = 0.0,
    ) -> Child:
        """Start a command in a folder.

        `file_bytes` is the largest size of a file that it may write, `clock` the seconds by which
        its clock is ahead. It is about to begin when this returns.
        """
        self._n_started += 1
        names = [self._pipes / f"{self._n_started}.{end}" for end in ("out", "err")]
        for name in names:
            os.mkfifo(name)
        ends = tuple(os.open(name, os.O_RDONLY | os.O_NONBLOCK) for name in names)
        pid = self.ask(
            {
                "arguments": [str(argument) for argument in arguments],
                "folder": str(folder),
                "pipes": [str(name) for name in names],
                "file_bytes": file_bytes,
                "clock": clock,
            }
        )["pid"]
        for name in names:
            name.unlink()
        return Child(pid, folder, self, (ends[0], ends[1]))

    def run(self, arguments: Sequence[object], folder: Path, **how: Any) -> tuple[int, str, str]:
        """Run a command to its end."""
        return self.start(arguments, folder, **how).wait()


@contextmanager
def fork_server(folder: Path) -> Iterator[Forks]:
    """Start the server, and end it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.forks"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment() | {"MPLCONFIGDIR": str(folder / "matplotlib")},
        cwd=Path(__file__).parents[2],
    )
    pipes = folder / "pipes"
    pipes.mkdir()
    try:
        yield Forks(process, pipes)
    finally:
        # Closes its pipes, by which it ends.
        process.communicate()


def _read(pipe: int) -> bytes:
    with suppress(BlockingIOError):
        return os.read(pipe, 2**20)
    return b""


def serve() -> None:
    """Answer requests until there are no more."""
    import_all()
    done: dict[int, int] = {}
    for line in sys.stdin:
        request = json.loads(line)
        if "poll" in request:
            found, status = os.waitpid(request["poll"], os.WNOHANG)
            if found:
                done[found] = os.waitstatus_to_exitcode(status)
            answer = {"done": bool(found)}
        elif "code" in request:
            answer = {"code": done.pop(request["code"])}
        else:
            answer = {"pid": fork(request)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def import_all() -> None:
    """Import all that a command could, but start no thread."""
    for package in ("geoindex", "geoindex.cli"):
        for module in pkgutil.walk_packages(importlib.import_module(package).__path__):
            if module.name != "__main__":
                importlib.import_module(f"{package}.{module.name}")
    for name in LIBRARIES:
        with suppress(ImportError):
            importlib.import_module(name)


def fork(request: dict[str, Any]) -> int:
    """Start a command in a process of its own; return when it is about to begin."""
    ready, begin = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(ready)
        code = 99
        try:
            prepare(request)
            os.write(begin, b".")
            os.close(begin)
            code = run_main()
        except BaseException:  # noqa: BLE001  told to the test
            traceback.print_exc()
            sys.stderr.flush()
        finally:
            os._exit(code)
    os.close(begin)
    os.read(ready, 1)
    os.close(ready)
    return pid


def prepare(request: dict[str, Any]) -> None:
    """Make the process of a command as a shell would."""
    os.setpgid(0, 0)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, name in enumerate(request["pipes"], start=1):
        os.dup2(os.open(name, os.O_WRONLY), number)
    # Those of the server may be files, which streams ask once whether they can seek.
    sys.stdout = os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", closefd=False)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(request["folder"])
    sys.argv = ["geoindex", *request["arguments"]]
    sys.modules["__main__"].__package__ = None  # of which click makes the name of the program
    if request["file_bytes"] is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (request["file_bytes"],) * 2)
    if request["clock"]:
        clock = time.time
        time.time = lambda: clock() + request["clock"]


def run_main() -> int:
    """Run the command; return its exit code."""
    from geoindex.cli.app import main

    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except KeyboardInterrupt:  # before the command began, or when it was done
        return 130
    finally:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
    return 0


if __name__ == "__main__":
    serve()
