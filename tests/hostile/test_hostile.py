"""Hostile files are refused or read right, quickly, in little memory, and lead nowhere."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.hostile.table import cases
from tests.support.command_line import environment

pytest.importorskip("resource", reason="limits of processes are those of POSIX")

CASES = [case.name for case in cases()]

MOST_SECONDS = 4
"""Twice what is promised, for slow machines."""

TRUNCATIONS_SECONDS = 30
"""A thousand files."""

MOST_MEGABYTES = 300

Outcomes = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def outcomes() -> tuple[Outcomes, str]:
    """What came of each case, and what the process said in the end."""
    result = subprocess.run(
        [sys.executable, "-m", "tests.hostile.attempt"],
        capture_output=True,
        text=True,
        check=False,
        env=environment() | {"GEOINDEX_MAX_MEMORY": "200MB", "CANARY": "", "CANARY_ADDRESS": ""},
    )
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    end = f"the process ended by {result.returncode}: {result.stderr[-2000:]}"
    return {line["name"]: line for line in lines}, end


def test_there_are_many() -> None:
    assert len(set(CASES)) == len(CASES) >= 500


@pytest.mark.parametrize("name", CASES)
def test_hostile(name: str, outcomes: tuple[Outcomes, str]) -> None:
    found, end = outcomes
    assert name in found, end
    outcome = found[name]
    assert not outcome["wrong"], outcome
    assert not outcome["did"], outcome
    assert not outcome["said"], outcome
    # Processor time, which other programs do not change.
    many = name.startswith("truncations")
    assert outcome["seconds"] < (TRUNCATIONS_SECONDS if many else MOST_SECONDS), outcome
    assert outcome["megabytes"] < MOST_MEGABYTES, outcome
