"""Running the geoindex command of another Python environment; nothing of QGIS is in here."""

from __future__ import annotations

import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

SETTING = "GEOINDEX_COMMAND"
"""Environment variable, and setting of Processing, that names the command."""

FOREIGN = {
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONEXECUTABLE",
    "PYTHONNOUSERSITE",
    "VIRTUAL_ENV",
    "__PYVENV_LAUNCHER__",
    "GDAL_DATA",
    "GDAL_DRIVER_PATH",
    "GDAL_PAM_ENABLED",
    "GDAL_FILENAME_IS_UTF8",
    "PROJ_LIB",
    "PROJ_DATA",
    "LD_LIBRARY_PATH",
    "LD_PRELOAD",
    "DYLD_LIBRARY_PATH",
    "DYLD_FRAMEWORK_PATH",
    "QT_PLUGIN_PATH",
}
"""What QGIS sets for its own Python, GDAL and PROJ, which break those of another environment."""

POLL_SECONDS = 0.1

GRACE_SECONDS = 5

PROGRESS = re.compile(r"progress (\d+)")

NOT_FOUND = (
    "the geoindex command was not found; install it with pip install geoindex-raster in a Python "
    "environment, and name that environment or its geoindex command under Settings > Options > "
    "Processing > Providers > geoindex"
)


class CommandError(Exception):
    """The command is not there or failed; the message says why."""


class CanceledError(Exception):
    """The user canceled the command."""


def find_command(configured: str = "") -> str:
    """Path of the command: from the variable, the setting, PATH, or where pipx and uv put it.

    Parameters
    ----------
    configured : str
        What the user named: the command, or the folder of its environment.

    Raises
    ------
    CommandError
        There is none.
    """
    named = (os.environ.get(SETTING) or configured).strip()
    if not named:
        found = shutil.which("geoindex") or _in_folders(Path.home() / ".local")
        if found is None:
            raise CommandError(NOT_FOUND)
        return found
    path = Path(named).expanduser()
    found = _in_folders(path, path / ".venv") if path.is_dir() else shutil.which(str(path))
    if found is None:
        raise CommandError(f"{named}: there is no geoindex command; {NOT_FOUND.split('; ')[1]}")
    return found


def clean_environment(variables: Mapping[str, str]) -> dict[str, str]:
    """Return environment variables without those of QGIS, with text as UTF-8."""
    kept = {name: value for name, value in variables.items() if name not in FOREIGN}
    root = variables.get("OSGEO4W_ROOT", "").rstrip("\\/").lower()
    if root:  # QGIS on Windows, which puts its own libraries first
        folders = kept.get("PATH", "").split(";")
        kept["PATH"] = ";".join(f for f in folders if not f.lower().startswith(root))
    return {**kept, "PYTHONUTF8": "1"}


def split_options(text: str) -> list[str]:
    """Split options typed by the user at spaces outside double quotes; backslashes are kept."""
    return [word.replace('"', "") for word in re.findall(r'(?:[^\s"]|"[^"]*")+', text)]


def run_command(
    command: str,
    arguments: Iterable[object],
    *,
    is_canceled: Callable[[], bool] = lambda: False,
    on_progress: Callable[[float], object] = lambda _percent: None,
    on_message: Callable[[str], object] = lambda _line: None,
) -> str:
    """Run the command to its end.

    Parameters
    ----------
    command : str
        Path of the program.
    arguments : iterable
    is_canceled : callable
        Asked ten times a second; the command and its own processes end where it says so.
    on_progress, on_message : callable
        Called in this thread with each percent and with each other line of standard error.

    Returns
    -------
    str
        Standard output.

    Raises
    ------
    CommandError
        It failed; the message is its last line.
    CanceledError
        `is_canceled` said so.
    """
    words = [command, *map(str, arguments)]
    try:
        process = _start(words)
    except OSError as error:
        raise CommandError(f"{command}: cannot be started: {error}") from None
    streams = _Streams(process, on_progress, on_message)
    while True:
        try:
            process.wait(POLL_SECONDS)
            break
        except subprocess.TimeoutExpired:
            streams.tell()
        if is_canceled():
            _stop(process)
            streams.close()
            raise CanceledError
    output = streams.close()
    if process.returncode:
        last = streams.messages[-1] if streams.messages else ""
        raise CommandError(
            re.sub(r"^Error: ", "", last) or f"geoindex ended with code {process.returncode}"
        )
    return output


class _Streams:
    """Standard output and standard error of a process, read while it runs."""

    def __init__(
        self,
        process: subprocess.Popen[str],
        on_progress: Callable[[float], object],
        on_message: Callable[[str], object],
    ) -> None:
        self.messages: list[str] = []
        self._on_progress = on_progress
        self._on_message = on_message
        self._output: list[str] = []
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._process = process
        self._readers = [
            threading.Thread(target=read, daemon=True)
            for read in (self._read_output, self._read_lines)
        ]
        for reader in self._readers:
            reader.start()

    def tell(self) -> None:
        """Pass on what came since the last call."""
        while not self._lines.empty():
            line = self._lines.get().rstrip()
            match = PROGRESS.fullmatch(line)
            if match:
                self._on_progress(float(match.group(1)))
            elif line:
                self.messages.append(line)
                self._on_message(line)

    def close(self) -> str:
        """Read to the end; return standard output."""
        for reader in self._readers:
            reader.join(GRACE_SECONDS)
        self.tell()
        return "".join(self._output)

    def _read_output(self) -> None:
        if self._process.stdout is not None:
            with self._process.stdout as stream:
                self._output.append(stream.read())

    def _read_lines(self) -> None:
        if self._process.stderr is not None:
            with self._process.stderr as stream:
                for line in stream:
                    self._lines.put(line)


def _start(words: list[str]) -> subprocess.Popen[str]:
    """Start a program in a group of its own, without a window."""
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
    return subprocess.Popen(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=clean_environment(os.environ),
        encoding="utf-8",
        errors="replace",
        creationflags=flags,
        start_new_session=True,
    )


def _stop(process: subprocess.Popen[str]) -> None:
    """End the program and its own processes: first politely, then by force."""
    if sys.platform == "win32":
        subprocess.run(
            ["taskkill", "/T", "/F", "/PID", str(process.pid)],  # noqa: S607 (of Windows)
            check=False,
            creationflags=subprocess.CREATE_NO_WINDOW,
        )
        process.wait()
        return
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _in_folders(*environments: Path) -> str | None:
    """Find the command in the folders of environments."""
    places = [folder / name for folder in environments for name in ("bin", "Scripts", ".")]
    return shutil.which("geoindex", path=os.pathsep.join(map(str, places)))
