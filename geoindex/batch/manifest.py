"""The record of an output folder: how and from what each grid was made.

``geoindex-batch.jsonl`` has a line of JSON for every step and is only appended to, so a crash
costs at most the line that was being written. A grid counts as made if the last line about it
says so. Its start is recorded before its first byte, so that leftovers of a crash are known.
"""

from __future__ import annotations

import json
import os
from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geoindex.batch.lock import wait_for_lock
from geoindex.errors import OutputError
from geoindex.files.json_text import dump_json
from geoindex.files.whole_files import remove_leftovers
from geoindex.images.find import BATCH_RECORD, absolute

__all__ = ["MANIFEST", "Manifest", "open_manifest"]

MANIFEST = BATCH_RECORD


@dataclass(frozen=True, kw_only=True)
class Made:
    """How a grid was made."""

    source: str
    signature: list[list[str | int]]
    settings: str
    files: dict[str, int]
    """Bytes of the grid and of the files beside it, by their names."""


class Manifest:
    """An open record; see :func:`open_manifest`."""

    def __init__(self, folder: Path, descriptor: int) -> None:
        self._folder = Path(absolute(folder))
        self._descriptor = descriptor
        # None: begun, not made.
        self._grids: dict[str, Made | None] = {}
        self._sources: dict[str, str] = {}
        # Digest of the palette by that of the settings.
        self._palettes: dict[str, str] = {}
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
            The image, as :attr:`geoindex.batch.sheets.Sheet.source_place` has it.
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
        place = (self._folder / name).parent
        try:
            return all((place / file).stat().st_size == size for file, size in made.files.items())
        except OSError:
            return False

    def was_made(self, name: str) -> bool:
        """Whether an earlier run made the grid, with any settings, and it still exists."""
        return self._grids.get(name) is not None and os.path.lexists(self._folder / name)

    def is_foreign(self, name: str) -> bool:
        """Whether a file of this name exists that no batch made."""
        return name not in self._grids and os.path.lexists(self._folder / name)

    def other_source(self, name: str, source: str) -> str | None:
        """Image from which an existing grid was made, or None if it is this source."""
        made_from = self._sources.get(name, source)
        if made_from == source or not os.path.lexists(self._folder / name):
            return None
        return made_from

    def other_palettes(self, names: Container[str], palette: str) -> list[str]:
        """Existing grids that were made with another palette.

        Parameters
        ----------
        names : container of str
            Grids to leave out.
        palette : str
            Digest of the palette.
        """
        return sorted(
            name
            for name, made in self._grids.items()
            if made is not None
            and name not in names
            and self._palettes.get(made.settings, palette) != palette
            and os.path.lexists(self._folder / name)
        )

    def without_source(self) -> list[str]:
        """Existing grids whose image is gone."""
        return sorted(
            name
            for name, made in self._grids.items()
            if made is not None
            and os.path.lexists(self._folder / name)
            and not os.path.lexists(self._folder / made.source)
        )

    def remove(self, name: str) -> None:
        """Remove a grid that was made, with the files beside it, unless one has changed since.

        Raises
        ------
        OutputError
            A file cannot be removed.
        """
        made = self._grids[name]
        place = (self._folder / name).parent
        own = {} if made is None else made.files
        for file, size in own.items():
            path = place / file
            try:
                if path.stat().st_size == size:
                    path.unlink()
            except FileNotFoundError:
                continue
            except OSError as error:
                raise OutputError(f"{path}: cannot be removed: {error.strerror}") from error

    def is_grid(self, path: Path) -> bool:
        """Whether a file is one of the grids."""
        try:
            return Path(absolute(path)).relative_to(self._folder).as_posix() in self._grids
        except ValueError:
            return False

    def start(self, settings: dict[str, Any], digest: str) -> None:
        """Record which settings a digest stands for, for the human reader."""
        self._append({"settings": digest, **settings})
        # Grids of values have no palette.
        if "palette_sha256" in settings:
            self._palettes[digest] = settings["palette_sha256"]

    def begin(self, sources: Mapping[str, str]) -> None:
        """Record that grids are about to be written, each with its source."""
        self._append({"begun": list(sources), "sources": list(sources.values())})
        self._grids.update(dict.fromkeys(sources))
        self._sources.update(sources)

    def finish(
        self,
        name: str,
        source: str,
        signature: list[list[str | int]],
        settings: str,
        files: dict[str, int],
    ) -> None:
        """Record that a grid is complete; parameters as in :meth:`is_made` and :class:`Made`."""
        made = Made(source=source, signature=signature, settings=settings, files=files)
        self._append({"made": name, **vars(made)})
        self._grids[name] = made

    def remove_scratch(self) -> None:
        """Remove scratch files that interrupted processes left beside the grids."""
        remove_leftovers(self._folder / name for name in self._grids)

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
        name, begun = entry.pop("made", None), _strings(entry.get("begun"))
        settings, palette = entry.get("settings"), entry.get("palette_sha256")
        # A record may come from anywhere, and what it names may be removed.
        if begun and all(map(_is_inside, begun)):
            self._grids.update(dict.fromkeys(begun))
            self._sources.update(zip(begun, _strings(entry.get("sources")), strict=False))
        elif isinstance(name, str) and _is_inside(name):
            self._grids[name] = _made(entry)
        elif isinstance(settings, str) and isinstance(palette, str):
            self._palettes[settings] = palette

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


def _made(entry: dict[str, Any]) -> Made | None:
    """How a grid was made; None if the line is not as :meth:`Manifest.finish` writes it."""
    try:
        made = Made(**entry)
    except TypeError:
        return None
    texts: list[Any] = [made.source, made.settings]
    files: Any = made.files
    is_own = isinstance(files, dict) and all(map(_is_inside, files))
    return made if is_own and all(isinstance(text, str) for text in texts) else None


def _is_inside(name: str) -> bool:
    """Whether a path of a record stays within its folder."""
    path = Path(name)
    return not path.anchor and ".." not in path.parts and "\0" not in name


def _strings(value: Any) -> list[str]:
    """Strings of a JSON list; nothing if it is none of strings."""
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return value
    return []


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
