"""Outputs that appear whole or not at all, with the files that belong to them.

All files of an output are written to a scratch folder beside it and take their places together at
the end. The process keeps the scratch folder locked, so that what a killed one leaves behind is
known and removed by the next that writes the same output.
"""

from __future__ import annotations

import os
import re
import time
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from geoindex.errors import GeoindexError, OutputError
from geoindex.files.locks import folder_lock, give_back, hold_folder
from geoindex.files.targets import check_file, check_target, exists_already

__all__ = [
    "OutputSet",
    "atomic_output",
    "make_folder",
    "output_set",
    "remove_leftovers",
    "remove_own",
    "unfinished",
    "write_whole",
]

SCRATCH = re.compile(r"\.((.+?)(?:\.[0-9]+)?)\.part")
"""Names of scratch folders, that of the output in them."""

USUAL_NUMBER = 2
"""Processes beyond this one rarely write one output at the same time."""

TRIES, PAUSE_SECONDS = 100, 0.01
"""How often, and how long after each other, a scratch folder is removed."""

_own: dict[Path, int | None] = {}
"""Scratch folders of this process, and what holds their locks."""

LONGEST_NAME = 200
"""Bytes of a name from which on it is not repeated in that of the scratch folder."""


class OutputSet:
    """An output and its companions while they are written; made by :func:`output_set`."""

    def __init__(self, members: Sequence[Path], folder: Path) -> None:
        self._members = members
        self._folder = folder
        self.target = folder / "0"
        """Where to write the output itself."""

    def __getitem__(self, path: Path) -> Path:
        """Where to write a companion. One that is not written is not part of the set."""
        return self._folder / str(self._members.index(path))

    def __contains__(self, path: Path) -> bool:
        """Whether a file is one of the set."""
        return path in self._members

    def scratch(self) -> Path:
        """Place for a file that is needed only while the others are written."""
        return self._folder / "scratch"

    def take_place(self, *, overwrite: bool) -> None:
        """Put all files in their places, or none.

        After a kill at any moment no file is beside one of another time: where there was no
        output it comes last, and where there was one its companions go first.
        """
        names = set(os.listdir(self._folder))  # noqa: PTH208  quick
        written = [p for n, p in enumerate(self._members) if n == 0 or str(n) in names]
        status = {path: _synced(self[path]) for path in written}
        with folder_lock(self._folder.parent):
            kept: dict[Path, Path] = {}
            try:
                if overwrite:
                    self._keep(kept)
                    self._replace(written, kept)
                else:
                    self._link(written)
            except BaseException:
                for path, old in kept.items():
                    if os.path.lexists(old):
                        old.replace(path)
                for path in written:
                    if path not in kept and _is_file(path, status[path]):
                        path.unlink()
                raise

    def _keep(self, kept: dict[Path, Path]) -> None:
        """Give the old files a second name, to put them back if something goes wrong."""
        # The renaming of a single file goes right or changes nothing.
        if len(self._members) == 1:
            return
        for path in self._members:
            if os.path.lexists(path):
                kept[path] = self._folder / f"{self[path].name}.old"
                try:
                    os.link(path, kept[path], follow_symlinks=False)
                except (OSError, NotImplementedError):  # a file system without hard links
                    path.rename(kept[path])

    def _replace(self, written: list[Path], old: Iterable[Path]) -> None:
        """Put files in the place of old ones."""
        for path in reversed(list(old)):
            if path != self._members[0]:
                path.unlink(missing_ok=True)
        for path in written:
            self[path].replace(path)

    def _link(self, written: list[Path]) -> None:
        """Put files where none are; another process may have been faster."""
        for path in reversed(self._members):
            if path in written:
                _link(self[path], path)
            elif os.path.lexists(path):
                raise exists_already(path)


@contextmanager
def output_set(
    target: Path, companions: Sequence[Path] = (), *, overwrite: bool
) -> Iterator[OutputSet]:
    """Write an output and its companions, which take their places when the block ends well.

    Parameters
    ----------
    target : Path
        The output file.
    companions : sequence of Path
        All files in the same folder that would be read together with it. Those that the block
        does not write are no part of the output, so that old ones are removed.
    overwrite : bool
        Whether files that are already there may be replaced or removed.

    Yields
    ------
    OutputSet
        Tells where to write the files until then.

    Raises
    ------
    OutputError
        A file cannot or must not be written, or writing failed. What was there before is there
        still.
    """
    check_target(target, overwrite=overwrite)
    for path in companions:
        check_file(path, overwrite=overwrite)
    try:
        with _scratch_folder(target) as folder:
            files = OutputSet((target, *companions), folder)
            yield files
            files.take_place(overwrite=overwrite)
    except OSError as error:
        if isinstance(error, GeoindexError):
            raise
        reason = error.strerror or str(error)
        raise OutputError(f"{target}: cannot be written: {reason}") from error


@contextmanager
def atomic_output(path: Path, *, overwrite: bool) -> Iterator[Path]:
    """Write a single file, as by :func:`output_set`; yields the place to write it to."""
    with output_set(path, overwrite=overwrite) as files:
        yield files.target


def write_whole(path: Path, content: bytes, *, overwrite: bool) -> None:
    """Write a file at once, as by :func:`output_set`."""
    with atomic_output(path, overwrite=overwrite) as scratch:
        scratch.write_bytes(content)


def remove_leftovers(targets: Iterable[Path]) -> None:
    """Remove the scratch folders of outputs whose processes are gone."""
    stems: dict[Path, set[str]] = defaultdict(set)
    for path in targets:
        stems[path.parent].add(_stem(path))
    for place, known in stems.items():
        if not place.is_dir():
            continue
        with folder_lock(place):
            for name in os.listdir(place):  # noqa: PTH208  thousands of them
                match = SCRATCH.fullmatch(name)
                if match and not known.isdisjoint(match.groups()):
                    _remove_leftover(place / name)


def unfinished(target: Path) -> str:
    """Tell, for errors, that a file is being written, or that its writer was stopped; else "".

    Examples
    --------
    >>> unfinished(Path("map.asc"))
    ''
    """
    scratch = (target.with_name(f".{_stem(target)}{end}") for end in (".part", ".1.part"))
    if not any(map(os.path.lexists, scratch)):
        return ""
    return " (its files are being written, or that was interrupted: write it again)"


def make_folder(path: Path) -> None:
    """Create a folder for outputs, if it is not there.

    Raises
    ------
    OutputError
        It cannot be created.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{path}: cannot be created: {error.strerror}") from error


def remove_own() -> None:
    """Remove the scratch folders that an interrupt kept this process from removing.

    It is for the end of the process: what is being written is lost.
    """
    for folder, descriptor in list(_own.items()):
        _remove_patiently(folder, _remove_leftover if descriptor is None else _remove)


@contextmanager
def _scratch_folder(target: Path) -> Iterator[Path]:
    """Folder beside `target` that is locked until it is removed when the block ends."""
    folder = _make_scratch_folder(target)
    try:
        yield folder
    finally:
        _remove_patiently(folder, _remove)  # interrupted, it is left to `remove_own`
        descriptor = _own.pop(folder)
        if descriptor is not None:
            give_back(descriptor)


def _make_scratch_folder(target: Path) -> Path:
    """Make and lock a scratch folder; remove those of earlier processes that are gone."""
    # Nobody may take the new folder for a leftover before it is locked.
    with folder_lock(target.parent):
        free = []
        # Numbered names, so that nobody need list a large folder to find leftovers.
        for number in count():
            suffix = f".{number}.part" if number else ".part"
            folder = target.with_name(f".{_stem(target)}{suffix}")
            is_there = os.path.lexists(folder)
            if not is_there or _remove_leftover(folder):
                free.append(folder)
            if not is_there and number >= USUAL_NUMBER:
                break
        _own[free[0]] = None
        free[0].mkdir(mode=0o700)
        _own[free[0]] = hold_folder(free[0])
        return free[0]


def _stem(target: Path) -> str:
    """Part of the name of a scratch folder that stands for its output."""
    name = os.fsencode(target.name)
    return target.name if len(name) <= LONGEST_NAME else f"{zlib.crc32(name):08x}"


def _remove_leftover(folder: Path) -> bool:
    """Remove a scratch folder if its process is gone."""
    descriptor = hold_folder(folder)
    if descriptor is None:
        return False
    try:
        return _remove(folder)
    finally:
        give_back(descriptor)


def _remove_patiently(folder: Path, remove: Callable[[Path], bool]) -> None:
    """Remove a scratch folder; after an interrupt a thread may be at its last block."""
    for _ in range(TRIES):
        if remove(folder) or not os.path.lexists(folder):
            break
        time.sleep(PAUSE_SECONDS)


def _remove(folder: Path) -> bool:
    """Remove a scratch folder, which holds only files."""
    with suppress(OSError):
        for name in os.listdir(folder):  # noqa: PTH208  quick
            (folder / name).unlink()
        folder.rmdir()
        return True
    return False


def _synced(path: Path) -> os.stat_result:
    """Wait until a file is on disk: a name that comes first could outlive its bytes."""
    descriptor = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
    try:
        os.fsync(descriptor)
        return os.fstat(descriptor)
    finally:
        os.close(descriptor)


def _link(scratch: Path, path: Path) -> None:
    """Give a file its name, which no other file may have."""
    try:
        try:
            os.link(scratch, path)
        except FileExistsError:
            raise
        except OSError:  # a file system without hard links
            path.open("xb").close()
            try:
                scratch.replace(path)
            except BaseException:
                path.unlink()
                raise
    except FileExistsError:
        raise exists_already(path) from None


def _is_file(path: Path, status: os.stat_result) -> bool:
    """Whether a path leads to the file of a status."""
    try:
        return os.path.samestat(path.lstat(), status)
    except OSError:
        return False
