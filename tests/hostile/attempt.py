"""Open all hostile files in one process that is watched; ``python -m tests.hostile.attempt``.

A line of JSON is written for each case: what came of it, the processor time and the memory that it
took, and what it did beside reading the files that were named.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import mimetypes
import os
import resource
import signal
import site
import socket
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from geoindex import Survey, load_palette, open_grid
from geoindex.errors import GeoindexError, GeoindexWarning
from tests.hostile.case import Case, image, opener
from tests.hostile.table import cases

ADDRESS_SPACE = 3 * 2**30
"""More than the process may have; numba and BLAS reserve much that they never use."""

CPU_SECONDS = 20
"""After so long a case ends the process."""

WAITING_SECONDS = 100
"""After so long a case that waits for something ends the process."""

SUSPECT = (
    "ftplib.", "http.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.startfile",
    "os.system", "pty.", "smtplib.", "socket.", "subprocess.", "urllib.", "webbrowser.",
)  # fmt: skip

DANGEROUS = {"builtins", "nt", "os", "posix", "subprocess", "sys"}
"""Modules that no pickle may name."""

OPEN_EVENTS = 0x20 | 0x1
"""IN_OPEN and IN_ACCESS of inotify."""


class Watch:
    """What the process does beside its task."""

    def __init__(self, outside: Path) -> None:
        self._own = [Path(p).resolve() for p in (sys.prefix, sys.base_prefix, *sys.path) if p]
        others = (site.getusersitepackages(), "/proc", "/sys", "/dev", *mimetypes.knownfiles)
        self._own += [Path(p) for p in others]
        self._folder = outside
        self.seen: list[str] = []
        self.is_on = False
        self._inotify = -1
        if sys.platform == "linux":
            libc = ctypes.CDLL(None, use_errno=True)
            self._inotify = libc.inotify_init1(os.O_NONBLOCK)
            libc.inotify_add_watch(self._inotify, os.fsencode(outside), OPEN_EVENTS)
        self._door = socket.create_server(("127.0.0.1", 0))
        self._door.setblocking(False)
        os.environ["CANARY_ADDRESS"] = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        sys.addaudithook(self._hook)

    def _hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.is_on:
            return
        if event.startswith(SUSPECT):
            self.seen.append(event)
        elif event == "pickle.find_class" and arguments[0] in DANGEROUS:
            self.seen.append(f"{event} {arguments[0]}.{arguments[1]}")
        elif event == "open" and isinstance(arguments[0], str | bytes):
            path = Path(os.fsdecode(arguments[0])).absolute()
            allowed = (self._folder, *self._own)
            if not any(folder in (path, *path.parents) for folder in allowed):
                self.seen.append(f"open {path}")

    @contextlib.contextmanager
    def on(self, folder: Path) -> Iterator[None]:
        """Watch the block, which may use a folder."""
        self._folder, self.seen, self.is_on = folder, [], True
        try:
            yield
        finally:
            self.is_on = False
            with contextlib.suppress(BlockingIOError):
                if self._inotify >= 0 and os.read(self._inotify, 65_536):
                    self.seen.append("a file that was not named was opened")
            with contextlib.suppress(BlockingIOError):
                self._door.accept()
                self.seen.append("an address was called")


def memory(key: str) -> int:
    """Bytes of a line in /proc/self/status; 0 where there is none."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith(key + ":"):
                return 1024 * int(line.split()[1])
    return 0


def attempt(case: Case, watch: Watch, folder: Path) -> dict[str, Any]:
    """Open a hostile file."""
    path = case.make(folder)
    how = opener(case, path)
    gc.collect()
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    before, started = memory("VmRSS"), time.process_time()
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
    signal.alarm(WAITING_SECONDS)
    with watch.on(folder), redirected(folder) as said:
        outcome = result(case, how, path)
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.alarm(0)
    return {
        "name": case.name,
        **outcome,
        "seconds": round(time.process_time() - started, 3),
        "megabytes": round((memory("VmHWM") - before) / 1e6, 1),
        "did": watch.seen,
        "said": said.read_text(errors="replace"),
    }


def result(case: Case, how: Any, path: Path) -> dict[str, Any]:
    """Whether the file was refused or read, and why that is wrong."""
    try:
        found = how(path)
    except GeoindexError as error:
        text = str(error)
        wrong = ""
        if not case.refused:
            wrong = "was refused"
        elif case.refused not in text:
            wrong = "was refused for another reason"
        elif "\n" in text or len(text) > 1000:
            wrong = "has an error of more than a line"
        elif not any(part in text for part in (path.name, path.stem)):
            wrong = "has an error that does not name it"
        return {"refused": text, "wrong": wrong}
    except Exception as error:  # noqa: BLE001  what is to be found
        return {"refused": f"{type(error).__name__}: {error}"[:500], "wrong": "raised"}
    if case.right is None:
        return {"refused": "", "wrong": f"was read: {found!r:.300}"}
    said = case.right(found)
    return {"refused": "", "wrong": "" if said is True else f"was read: {said} {found!r:.300}"}


@contextlib.contextmanager
def redirected(folder: Path) -> Iterator[Path]:
    """Send what libraries print to a file."""
    path = folder / ".said"
    kept = [os.dup(1), os.dup(2)]
    with path.open("wb") as file:
        for number in (1, 2):
            os.dup2(file.fileno(), number)
    try:
        yield path
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for number, descriptor in enumerate(kept, start=1):
            os.dup2(descriptor, number)
            os.close(descriptor)


def warm(folder: Path) -> None:
    """Load what takes long, and what is loaded when it is used."""
    # Every pixel another color, or kernels would not be needed.
    noise = np.arange(192, dtype=np.uint8).reshape(8, 8, 3)
    for suffix in (".png", ".tif", ".jpg", ".webp", ".gif"):
        Image.fromarray(noise).save(folder / f"warm{suffix}")
        grid = image(folder / f"warm{suffix}")
    for suffix in (".npy", ".tif", ".png"):
        grid.save(folder / f"grid{suffix}")
        open_grid(folder / f"grid{suffix}")
    palette = load_palette("windows-256")
    for suffix in (".csv", ".json", ".qml", ".sld"):
        palette.save(folder / f"palette{suffix}")
        load_palette(folder / f"palette{suffix}")
    survey = Survey(inlines=(1, 4), crosslines=(1, 5), x=(0, 0, 25), y=(0, 25, 0), crs=23031)
    survey.save(folder / "x.survey")
    Survey.open(folder / "x.survey")


def main() -> None:
    """Run all cases."""
    warnings.simplefilter("error")
    warnings.simplefilter("ignore", GeoindexWarning)
    # GDAL's bindings and numba warn of what is not ours.
    warnings.simplefilter("ignore", DeprecationWarning)
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    with tempfile.TemporaryDirectory() as name:
        top = Path(name).resolve()
        outside = top / "outside"
        outside.mkdir()
        canary = outside / "canary.png"
        Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(canary)
        os.environ["CANARY"] = str(canary)
        (top / "warm").mkdir()
        warm(top / "warm")
        watch = Watch(outside)
        # What is loaded already need not be looked at again.
        gc.freeze()
        wanted = sys.argv[1] if len(sys.argv) > 1 else ""
        for number, case in enumerate(case for case in cases() if wanted in case.name):
            folder = top / f"{number}"
            folder.mkdir()
            line = attempt(case, watch, folder)
            sys.stdout.write(json.dumps(line) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
