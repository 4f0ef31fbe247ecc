"""Kills, Ctrl-C and SIGTERM at random moments of every command, in every format."""

from __future__ import annotations

import random
import signal
from pathlib import Path

import pytest

from tests.faults.commands import Command, commands
from tests.faults.state import (
    INTERRUPTED,
    check,
    files_in,
    hidden_in,
    made_by,
    put,
    wait_for_a_moment,
)
from tests.support.forks import Forks

EVERY = pytest.mark.parametrize("command", list(commands()), ids=lambda command: command.name)


@EVERY
def test_killed(
    command: Command,
    forks: Forks,
    inputs: Path,
    work: Path,
    tmp_path_factory: pytest.TempPathFactory,
    rounds: int,
) -> None:
    reference = tmp_path_factory.getbasetemp()
    old, _ = made_by(forks, command, inputs, 1, reference)
    new, seconds = made_by(forks, command, inputs, 2, reference)
    dice = random.Random(command.name)
    for _ in range(2 * rounds):
        before = {} if dice.random() < 0.3 else old
        put(work, before)
        child = forks.start(command.line(inputs, 2), work)
        wait_for_a_moment(child, seconds, dice)
        child.kill()
        child.wait()
        check(files_in(work), before, new, command)
    code, _, errors = forks.run(command.line(inputs, 2), work)
    assert code == 0, errors
    assert files_in(work) == new
    assert not hidden_in(work)


@EVERY
def test_interrupted(
    command: Command,
    forks: Forks,
    inputs: Path,
    work: Path,
    tmp_path_factory: pytest.TempPathFactory,
    rounds: int,
) -> None:
    reference = tmp_path_factory.getbasetemp()
    old, _ = made_by(forks, command, inputs, 1, reference)
    new, seconds = made_by(forks, command, inputs, 2, reference)
    dice = random.Random(command.name)
    for _ in range(rounds):
        before = {} if dice.random() < 0.3 else old
        put(work, before)
        child = forks.start(command.line(inputs, 2), work)
        wait_for_a_moment(child, seconds, dice)
        child.kill(dice.choice([signal.SIGINT, signal.SIGTERM]))
        code, _, errors = child.wait()
        found = files_in(work)
        assert not hidden_in(work)
        assert code in (0, 130), (code, errors)
        if code == 0:
            assert found == new
            continue
        # Click ends the line of ^C.
        said = [line for line in errors.split("\n") if line and not line.startswith("Warning: ")]
        # Before the command began, or when it had ended, there is nothing to say.
        assert said in ([INTERRUPTED], []), errors
        if command.is_one_set:
            assert found in (before, new)
        check(found, before, new, command)
