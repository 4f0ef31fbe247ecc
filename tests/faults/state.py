"""What a command left in its folder: old, new, or a mixture."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from geoindex.images.find import BATCH_RECORD
from tests.faults.commands import Command
from tests.support.forks import Child, Forks

Files = dict[str, bytes]

INTERRUPTED = "Error: interrupted; no partial files remain. Run the same command again to continue"


def files_in(folder: Path) -> Files:
    """Files that a user sees, by their path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path.name != BATCH_RECORD
        and not any(part.startswith(".") for part in path.parts[-2:])
    }


def hidden_in(folder: Path) -> list[str]:
    """Names of what should not be left behind."""
    return sorted(path.name for path in folder.rglob(".*"))


def put(folder: Path, files: Files) -> None:
    """Make the files of a folder those given; what is hidden stays."""
    for name in files_in(folder):
        (folder / name).unlink()
    for name, content in files.items():
        (folder / name).write_bytes(content)


@dataclass(frozen=True)
class Known:
    """What the two variants of a command write into an empty folder."""

    old: Files
    new: Files
    seconds: float
    """How long the second takes."""


def known_of(
    forks: Forks, inputs: Path, folders: pytest.TempPathFactory, command: Command
) -> Known:
    """Run both variants of a command to their ends."""
    made = []
    for variant in (1, 2):
        folder = folders.mktemp("known")
        started = time.perf_counter()
        code, _, errors = forks.run(command.line(inputs, variant), folder)
        seconds = time.perf_counter() - started
        assert code == 0, errors
        assert not hidden_in(folder)
        made.append(files_in(folder))
    return Known(made[0], made[1], seconds)


def rounds_of(
    command: Command, known: Known, folder: Path, number: int
) -> Iterator[tuple[random.Random, Files]]:
    """Fill a folder as before a run, with old files or none, some times over."""
    dice = random.Random(command.name)
    for _ in range(number):
        before = {} if dice.random() < 0.3 else known.old
        put(folder, before)
        yield dice, before


def check(found: Files, old: Files, new: Files, command: Command) -> None:
    """Every file is old or new, and no file is lost or beside one of another time."""
    for name, content in found.items():
        assert content in (old.get(name), new.get(name)), f"{name} is neither old nor complete"
    main = main_file(command)
    if old and main:
        assert main in found, f"{main} is lost"
    if command.is_one_set:
        changed = [name for name in found if old.get(name) != new.get(name)]
        sides = {found[name] == new.get(name) for name in changed}
        assert len(sides) <= 1, f"{sorted(found)} are of two times"


def main_file(command: Command) -> str | None:
    """Name after -o."""
    arguments: Sequence[str] = command.arguments
    return arguments[arguments.index("-o") + 1] if "-o" in arguments else None


def wait_for_a_moment(child: Child, seconds: float, dice: random.Random) -> None:
    """Wait until some moment of a run, half of the time one when it is writing."""
    if dice.random() < 0.5:
        time.sleep(dice.uniform(0, seconds))
        return
    end = time.perf_counter() + seconds
    while time.perf_counter() < end and not any(child.folder.glob(".*.part")):
        time.sleep(0.0005)
    time.sleep(dice.choice([0, dice.uniform(0, seconds / 4)]))
