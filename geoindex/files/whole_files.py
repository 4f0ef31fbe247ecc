"""Outputs that appear whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from geoindex.errors import OutputError

__all__ = [
    "atomic_output",
    "atomic_outputs",
    "check_target",
    "check_targets",
    "make_folder",
    "scratch_file",
    "write_whole",
]


def check_target(path: Path, *, overwrite: bool) -> None:
    """Refuse a target that cannot or must not be written, before any work starts.

    Raises
    ------
    OutputError
        The folder is missing, or the file exists and `overwrite` is False.
    """
    if not path.parent.is_dir():
        raise OutputError(f"{path}: the folder {path.parent} does not exist; create it first")
    if path.is_dir():
        raise OutputError(f"{path}: is a folder; give the name of a file")
    if path.exists() and not overwrite:
        raise OutputError(f"{path}: exists already; give --overwrite (overwrite=True)")
    if not os.access(path.parent, os.W_OK):
        raise OutputError(f"{path}: the folder {path.parent} is not writable")


def check_targets(targets: Sequence[Path], source: Path | None, *, overwrite: bool) -> None:
    """Refuse targets that cannot be written, that are one file, or that are the source.

    Raises
    ------
    OutputError
        As :func:`check_target`, or two names mean one file.
    """
    for path in targets:
        check_target(path, overwrite=overwrite)
        if source is not None and path.exists() and source.exists() and path.samefile(source):
            raise OutputError(f"{path}: is the source image; choose another output")
    if len({path.resolve() for path in targets}) < len(targets):
        raise OutputError(f"{targets[0]}: two outputs have the same name; give each its own")


@contextmanager
def atomic_output(path: Path, *, overwrite: bool) -> Iterator[Path]:
    """Temporary file beside `path` that takes its place when the block ends well.

    Parameters
    ----------
    path : Path
        The output file.
    overwrite : bool
        Whether a file that is already there may be replaced.

    Yields
    ------
    Path
        An empty file in the same folder; write the output there. It is removed if the block
        raises.

    Raises
    ------
    OutputError
        The target cannot or must not be written, or writing failed.
    """
    check_target(path, overwrite=overwrite)
    try:
        with scratch_file(path) as temporary:
            yield temporary
            # Renaming before the bytes are on disk could leave an empty file after a power cut.
            with temporary.open("rb+") as file:
                os.fsync(file.fileno())
            temporary.replace(path)
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        reason = error.strerror or str(error)
        raise OutputError(f"{path}: cannot be written: {reason}") from error


@contextmanager
def atomic_outputs(paths: Sequence[Path], *, overwrite: bool) -> Iterator[list[Path]]:
    """Temporary file for each of `paths`, as by :func:`atomic_output`; the first appears last."""
    with ExitStack() as stack:
        outputs = (atomic_output(path, overwrite=overwrite) for path in paths)
        yield [stack.enter_context(output) for output in outputs]


def write_whole(path: Path, content: bytes, *, overwrite: bool) -> None:
    """Write a file at once, as by :func:`atomic_output`."""
    with atomic_output(path, overwrite=overwrite) as temporary:
        temporary.write_bytes(content)


@contextmanager
def scratch_file(path: Path) -> Iterator[Path]:
    """Empty file beside `path` that is removed, if it is still there, when the block ends."""
    scratch = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        scratch.open("xb").close()
        yield scratch
    finally:
        scratch.unlink(missing_ok=True)


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
