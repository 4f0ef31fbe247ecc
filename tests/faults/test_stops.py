"""Kills, Ctrl-C and SIGTERM at random moments of every command, in every format."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.commands import Command, commands
from tests.faults.state import (
    INTERRUPTED,
    Known,
    check,
    files_in,
    hidden_in,
    rounds_of,
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
    known: Callable[[Command], Known],
    rounds: int,
) -> None:
    usual = known(command)
    for dice, before in rounds_of(command, usual, work, 2 * rounds):
        child = forks.start(command.line(inputs, 2), work)
        wait_for_a_moment(child, usual.seconds, dice)
        child.kill()
        child.wait()
        check(files_in(work), before, usual.new, command)
    code, _, errors = forks.run(command.line(inputs, 2), work)
    assert code == 0, errors
    assert files_in(work) == usual.new
    assert not hidden_in(work)


@EVERY
def test_interrupted(
    command: Command,
    forks: Forks,
    inputs: Path,
    work: Path,
    known: Callable[[Command], Known],
    rounds: int,
) -> None:
    usual = known(command)
    for dice, before in rounds_of(command, usual, work, rounds):
        child = forks.start(command.line(inputs, 2), work)
        wait_for_a_moment(child, usual.seconds, dice)
        child.kill(dice.choice([signal.SIGINT, signal.SIGTERM, signal.SIGHUP]))
        code, _, errors = child.wait()
        found = files_in(work)
        assert not hidden_in(work)
        assert code in (0, 130), (code, errors)
        if code == 0:
            assert found == usual.new
            continue
        # Click ends the line of ^C.
        said = [line for line in errors.split("\n") if line and not line.startswith("Warning: ")]
        # Before the command began, or when it had ended, there is nothing to say.
        assert said in ([INTERRUPTED], []), errors
        if command.is_one_set:
            assert found in (before, usual.new)
        check(found, before, usual.new, command)
