"""The record of an output folder: how and from what each grid was made.

``geoindex-batch.jsonl`` has a line of JSON for every step and is only appended to, so a crash
costs at most the line that was being written. A grid counts as made if the last line about it
says so. Its start is recorded before its first byte, so that leftovers of a crash are known.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geoindex.batch.lock import wait_for_lock
from geoindex.batch.sheets import absolute
from geoindex.errors import OutputError
from geoindex.files.json_text import dump_json
from geoindex.grids.formats import FORMATS

__all__ = ["MANIFEST", "Manifest", "open_manifest"]

MANIFEST = "geoindex-batch.jsonl"

SCRATCH = re.compile(r"\.(.+)\.[0-9a-f]{8}\.part")
"""Names of :func:`geoindex.files.whole_files.scratch_file`."""


@dataclass(frozen=True, kw_only=True)
class Made:
    """How a grid was made."""

    source: str
    signature: list[list[str | int]]
    settings: str
    size: int


class Manifest:
    """An open record; see :func:`open_manifest`."""

    def __init__(self, folder: Path, descriptor: int) -> None:
        self._folder = Path(absolute(folder))
        self._descriptor = descriptor
        # None: begun, not made.
        self._grids: dict[str, Made | None] = {}
        self._read()

    def is_made(
        self, name: str, source: str, signature: list[list[str | int]], settings: str
    ) -> bool:
        """Whether a grid exists that was made from this source with these settings.

        Parameters
        ----------
        name : str
            The grid, relative to the folder.
        source : str
            The image: kept subfolders and file name.
        signature : list
            State of the image; see :class:`geoindex.batch.sheets.FolderListings`.
        settings : str
            Digest of the settings.
        """
        made = self._grids.get(name)
        if made is None or (made.source, made.settings) != (source, settings):
            return False
        if made.signature != signature:
            return False
        try:
            return (self._folder / name).stat().st_size == made.size
        except OSError:
            return False

    def was_made(self, name: str) -> bool:
        """Whether an earlier run made the grid, with any settings, and it still exists."""
        return self._grids.get(name) is not None and os.path.lexists(self._folder / name)

    def is_foreign(self, name: str) -> bool:
        """Whether a file of this name exists that no batch made."""
        return name not in self._grids and os.path.lexists(self._folder / name)

    def is_grid(self, path: Path) -> bool:
        """Whether a file is one of the grids."""
        try:
            return Path(absolute(path)).relative_to(self._folder).as_posix() in self._grids
        except ValueError:
            return False

    def start(self, settings: dict[str, Any], digest: str) -> None:
        """Record which settings a digest stands for, for the human reader."""
        self._append({"settings": digest, **settings})

    def begin(self, names: Iterable[str]) -> None:
        """Record that grids are about to be written."""
        names = list(names)
        self._append({"begun": names})
        self._grids.update(dict.fromkeys(names))

    def finish(
        self,
        name: str,
        source: str,
        signature: list[list[str | int]],
        settings: str,
        size: int,
    ) -> None:
        """Record that a grid is complete; parameters as in :meth:`is_made`."""
        made = Made(source=source, signature=signature, settings=settings, size=size)
        self._append({"made": name, **vars(made)})
        self._grids[name] = made

    def remove_scratch(self) -> None:
        """Remove partial files that interrupted processes left beside the grids."""
        for place in {(self._folder / name).parent for name in self._grids}:
            if not place.is_dir():
                continue
            with os.scandir(place) as entries:
                names = [entry.name for entry in entries if entry.name.endswith(".part")]
            for name in names:
                match = SCRATCH.fullmatch(name)
                if match and self._belongs(place, match[1]):
                    (place / name).unlink(missing_ok=True)

    def _belongs(self, place: Path, name: str) -> bool:
        """Whether a file is a grid, or a sidecar of one by its name."""
        parts = name.split(".")
        stems = [".".join(parts[:n]) for n in range(1, len(parts) + 1)]
        suffixes = ["", *(suffix for known in FORMATS for suffix in known.suffixes)]
        return any(self.is_grid(place / (stem + suffix)) for stem in stems for suffix in suffixes)

    def _read(self) -> None:
        """Read the complete lines."""
        with open(self._descriptor, "rb", closefd=False) as file:
            line = b"\n"
            for line in file:
                self._take(line)
        if not line.endswith(b"\n"):
            self._write(b"\n")

    def _take(self, line: bytes) -> None:
        """Read one line; an incomplete one is ignored."""
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            return
        if not isinstance(entry, dict):
            return
        name, begun = entry.pop("made", None), entry.get("begun")
        if isinstance(begun, list):
            self._grids.update((grid, None) for grid in begun if isinstance(grid, str))
        elif isinstance(name, str):
            try:
                self._grids[name] = Made(**entry)
            except TypeError:
                self._grids[name] = None

    def _append(self, entry: dict[str, Any]) -> None:
        self._write(dump_json(entry).encode() + b"\n")

    def _write(self, content: bytes) -> None:
        """Append in one call, which no other process can interleave."""
        try:
            written = os.write(self._descriptor, content)
        except OSError as error:
            raise OutputError(
                f"{self._folder / MANIFEST}: cannot be written: {error.strerror}"
            ) from error
        if written < len(content):
            raise OutputError(f"{self._folder / MANIFEST}: cannot be written: the disk is full")


@contextmanager
def open_manifest(folder: Path) -> Iterator[Manifest]:
    """Open the record of an output folder, for this process alone.

    Waits for another batch in the same folder. Partial files of processes that are gone are
    removed, both before and after.

    Parameters
    ----------
    folder : Path
        The output folder, which exists.

    Yields
    ------
    Manifest

    Raises
    ------
    OutputError
        The folder cannot be written.
    """
    path = folder / MANIFEST
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror}") from error
    try:
        wait_for_lock(descriptor, folder)
        manifest = Manifest(folder, descriptor)
        manifest.remove_scratch()
        try:
            yield manifest
        finally:
            manifest.remove_scratch()
    finally:
        os.close(descriptor)
