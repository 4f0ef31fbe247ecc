"""Full disks at many fill levels, and folders that vanish or cannot be written."""

from __future__ import annotations

import os
import random
import shutil
import stat
from pathlib import Path

import pytest

from tests.faults.commands import Command, commands
from tests.faults.state import Files, check, files_in, hidden_in, made_by, put, wait_for_a_moment
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
    tmp_path_factory: pytest.TempPathFactory,
    rounds: int,
) -> None:
    reference = tmp_path_factory.getbasetemp()
    old, _ = made_by(forks, command, inputs, 1, reference)
    new, _ = made_by(forks, command, inputs, 2, reference)
    largest = max(map(len, new.values()))
    dice = random.Random(command.name)
    for _ in range(rounds):
        before = {} if dice.random() < 0.5 else old
        put(work, before)
        size = dice.randrange(1, largest)
        code, _, errors = forks.run(command.line(inputs, 2), work, file_bytes=size)
        found = files_in(work)
        assert not hidden_in(work)
        check(found, before, new, command)
        refused(code, errors, found, before, new, command)


@EVERY
def test_full_disks(
    command: Command,
    forks: Forks,
    inputs: Path,
    disk: Path,
    tmp_path_factory: pytest.TempPathFactory,
    rounds: int,
) -> None:
    reference = tmp_path_factory.getbasetemp()
    old, _ = made_by(forks, command, inputs, 1, reference)
    new, _ = made_by(forks, command, inputs, 2, reference)
    page = os.statvfs(disk).f_bsize
    needed = sum(-(-len(content) // page) for content in new.values())
    dice = random.Random(command.name)
    for number in range(1 * rounds):
        work = disk / "work"
        work.mkdir()
        before = {} if number % 2 else old
        put(work, before)
        free = os.statvfs(disk).f_bavail
        with (disk / "filler").open("wb") as filler:
            os.posix_fallocate(filler.fileno(), 0, (free - dice.randrange(needed)) * page)
        code, _, errors = forks.run(command.line(inputs, 2), work)
        found = files_in(work)
        hidden = hidden_in(work)
        (disk / "filler").unlink()
        shutil.rmtree(work)
        assert not hidden
        check(found, before, new, command)
        refused(code, errors, found, before, new, command)


@pytest.mark.parametrize("fault", ["vanishes", "is another", "is read-only"])
def test_folders_that_change(
    fault: str,
    forks: Forks,
    inputs: Path,
    work: Path,
    tmp_path_factory: pytest.TempPathFactory,
    rounds: int,
) -> None:
    """The folder of the output is taken away while a map is converted."""
    if fault == "is read-only" and os.geteuid() == 0:
        pytest.skip("root may write everywhere; tests/batch tries a read-only file system")
    command = next(command for command in commands() if command.name == "convert geotiff")
    new, seconds = made_by(forks, command, inputs, 2, tmp_path_factory.getbasetemp())
    dice = random.Random(fault)
    for number in range(4 * rounds):
        child = forks.start(command.line(inputs, 2), work)
        wait_for_a_moment(child, seconds, dice)
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
                check(files_in(folder), {}, new, command)
        if code:
            told(errors, "out.tif")
            assert code == 1
        work.mkdir(exist_ok=True)
        put(work, {})
    assert forks.run(command.line(inputs, 2), work)[0] == 0
    assert files_in(work) == new
