"""The record of an output folder: which grid was made from what, and how.

``geoindex-batch.jsonl`` has a line of JSON for every step and is only ever appended to, so a
kill costs the line that was being written at most. A grid counts as made when the last line
about it says so; that it was begun is written before its first byte, so that what a kill left
behind is known.
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
    """An open record; made by :func:`open_manifest`."""

    def __init__(self, folder: Path, descriptor: int) -> None:
        self._folder = Path(absolute(folder))
        self._descriptor = descriptor
        # None: begun, not made.
        self._grids: dict[str, Made | None] = {}
        self._read()

    def is_made(
        self, name: str, source: str, signature: list[list[str | int]], settings: str
    ) -> bool:
        """Whether a grid is there that was made from this source by these settings.

        Parameters
        ----------
        name : str
            The grid, relative to the folder.
        source : str
            The image, by the folders that are kept and its name.
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
        """Whether an earlier run made the grid, by whatever settings, and it is still there."""
        return self._grids.get(name) is not None and os.path.lexists(self._folder / name)

    def is_foreign(self, name: str) -> bool:
        """Whether a file of this name is there that no batch made."""
        return name not in self._grids and os.path.lexists(self._folder / name)

    def is_grid(self, path: Path) -> bool:
        """Whether a file is one of the grids."""
        try:
            return Path(absolute(path)).relative_to(self._folder).as_posix() in self._grids
        except ValueError:
            return False

    def start(self, settings: dict[str, Any], digest: str) -> None:
        """Note for the reader which settings a digest stands for."""
        self._append({"settings": digest, **settings})

    def begin(self, names: Iterable[str]) -> None:
        """Note that grids are going to be written."""
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
        """Note that a grid is whole; the parameters are those of :meth:`is_made`."""
        made = Made(source=source, signature=signature, settings=settings, size=size)
        self._append({"made": name, **vars(made)})
        self._grids[name] = made

    def remove_scratch(self) -> None:
        """Remove what interrupted processes left half-written beside the grids."""
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
        """Whether a file is a grid, or has the name of one: what is written beside it."""
        parts = name.split(".")
        stems = [".".join(parts[:n]) for n in range(1, len(parts) + 1)]
        suffixes = ["", *(suffix for known in FORMATS for suffix in known.suffixes)]
        return any(self.is_grid(place / (stem + suffix)) for stem in stems for suffix in suffixes)

    def _read(self) -> None:
        """Take in the lines that are whole."""
        with open(self._descriptor, "rb", closefd=False) as file:
            line = b"\n"
            for line in file:
                self._take(line)
        if not line.endswith(b"\n"):
            self._write(b"\n")

    def _take(self, line: bytes) -> None:
        """Take in one line; a torn one is left out."""
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
        """Append in one call, which no other process gets in between of."""
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

    Another batch in the same folder is waited for. Half-written files of processes that are
    gone are removed, on the way in and on the way out.

    Parameters
    ----------
    folder : Path
        The output folder, which is there.

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
