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
]


def check_target(path: Path, *, overwrite: bool) -> None:
    """Refuse a target that cannot or must not be written, before any work starts.

    Parameters
    ----------
    path : Path
        The output file.
    overwrite : bool
        Whether a file that is already there may be replaced.

    Raises
    ------
    OutputError
        The folder is missing, or the file exists and `overwrite` is False.
    """
    if not path.parent.is_dir():
        raise OutputError(f"{path}: the folder {path.parent} does not exist; create it first")
    if path.is_dir():
        raise OutputError(f"{path}: is a folder; name a file")
    if path.exists() and not overwrite:
        raise OutputError(f"{path}: exists already; give --overwrite (overwrite=True)")
    if not os.access(path.parent, os.W_OK):
        raise OutputError(f"{path}: the folder {path.parent} cannot be written")


def check_targets(targets: Sequence[Path], source: Path | None, *, overwrite: bool) -> None:
    """Refuse targets that cannot be written, that are one file, or that are the source.

    Parameters
    ----------
    targets : sequence of Path
        The output files.
    source : Path or None
        The image that is read.
    overwrite : bool
        Whether files that are already there may be replaced.

    Raises
    ------
    OutputError
        As :func:`check_target`, or two names mean one file.
    """
    for path in targets:
        check_target(path, overwrite=overwrite)
        if source is not None and path.exists() and source.exists() and path.samefile(source):
            raise OutputError(f"{path}: is the image itself; name another output")
    if len({path.resolve() for path in targets}) < len(targets):
        raise OutputError(f"{targets[0]}: two outputs have one name; name each its own")


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
    """Temporary files that take the places of `paths` when the block ends well.

    Parameters
    ----------
    paths : sequence of Path
        The output files; the first takes its place last.
    overwrite : bool
        Whether files that are already there may be replaced.

    Yields
    ------
    list of Path
        An empty file for each, as :func:`atomic_output` yields it.

    Raises
    ------
    OutputError
        As in :func:`atomic_output`.
    """
    with ExitStack() as stack:
        outputs = (atomic_output(path, overwrite=overwrite) for path in paths)
        yield [stack.enter_context(output) for output in outputs]


@contextmanager
def scratch_file(path: Path) -> Iterator[Path]:
    """Empty file beside `path` that is removed, if it is still there, when the block ends.

    Parameters
    ----------
    path : Path
        The file that it helps to make.

    Yields
    ------
    Path
    """
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
