"""Full disks at many fill levels, and folders that vanish or cannot be written."""

from __future__ import annotations

import os
import random
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.commands import Command, commands
from tests.faults.state import (
    Files,
    Known,
    check,
    files_in,
    hidden_in,
    put,
    rounds_of,
    wait_for_a_moment,
)
from tests.support.forks import Forks

EVERY = pytest.mark.parametrize("command", list(commands()), ids=lambda command: command.name)


def told(errors: str, *causes: str) -> None:
    """One line with the file and the cause."""
    # libtiff, which has no way to be silenced, tells by itself of a limit on the size of files.
    others = ("Warning: ", "_tiff")
    said = [line for line in errors.splitlines() if not line.startswith(others)]
    assert len(said) == 1, errors
    assert said[0].startswith("Error: "), errors
    assert any(cause in said[0] for cause in causes), errors


def refused(
    code: int, errors: str, found: Files, before: Files, new: Files, command: Command
) -> None:
    """All is as it was, but for outputs that were whole before another did not fit."""
    if code == 0:
        # One after the other they fit.
        assert not command.is_one_set
        assert found == new
        return
    told(errors, "too large", "disk", "space")
    assert code == 1
    assert any(name in errors for name in new), errors
    if command.is_one_set:
        assert found == before


@EVERY
def test_files_that_may_not_grow(
    command: Command,
    forks: Forks,
    inputs: Path,
    work: Path,
    known: Callable[[Command], Known],
    rounds: int,
) -> None:
    usual = known(command)
    largest = max(map(len, usual.new.values()))
    for dice, before in rounds_of(command, usual, work, rounds):
        size = dice.randrange(1, largest)
        code, _, errors = forks.run(command.line(inputs, 2), work, file_bytes=size)
        found = files_in(work)
        assert not hidden_in(work)
        check(found, before, usual.new, command)
        refused(code, errors, found, before, usual.new, command)


@EVERY
def test_full_disks(
    command: Command,
    forks: Forks,
    inputs: Path,
    disk: Path,
    known: Callable[[Command], Known],
    rounds: int,
) -> None:
    usual = known(command)
    page = os.statvfs(disk).f_bsize
    needed = sum(-(-len(content) // page) for content in usual.new.values())
    work = disk / "work"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    for dice, before in rounds_of(command, usual, work, rounds):
        free = os.statvfs(disk).f_bavail
        with (disk / "filler").open("wb") as filler:
            os.posix_fallocate(filler.fileno(), 0, (free - dice.randrange(needed)) * page)
        code, _, errors = forks.run(command.line(inputs, 2), work)
        found = files_in(work)
        (disk / "filler").unlink()
        assert not hidden_in(work)
        check(found, before, usual.new, command)
        refused(code, errors, found, before, usual.new, command)


@pytest.mark.parametrize("fault", ["vanishes", "is another", "is read-only"])
def test_folders_that_change(
    fault: str,
    forks: Forks,
    inputs: Path,
    work: Path,
    known: Callable[[Command], Known],
    rounds: int,
) -> None:
    """The folder of the output is taken away while a map is converted."""
    if fault == "is read-only" and os.geteuid() == 0:
        pytest.skip("root may write everywhere; tests/batch tries a read-only file system")
    command = next(command for command in commands() if command.name == "convert geotiff")
    usual = known(command)
    dice = random.Random(fault)
    for number in range(4 * rounds):
        child = forks.start(command.line(inputs, 2), work)
        wait_for_a_moment(child, usual.seconds, dice)
        aside = work.with_name(f"aside{number}")
        if fault == "vanishes":
            shutil.rmtree(work, ignore_errors=True)
        elif fault == "is another":
            work.rename(aside)
            work.mkdir()
        else:
            work.chmod(stat.S_IRUSR | stat.S_IXUSR)
        code, _, errors = child.wait()
        for folder in (work, aside):
            if folder.is_dir():
                folder.chmod(stat.S_IRWXU)
                check(files_in(folder), {}, usual.new, command)
        if code:
            told(errors, "out.tif")
            assert code == 1
        work.mkdir(exist_ok=True)
        put(work, {})
    assert forks.run(command.line(inputs, 2), work)[0] == 0
    assert files_in(work) == usual.new
