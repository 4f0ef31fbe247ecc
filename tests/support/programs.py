"""Programs of other projects that tests need: installed by CI, optional elsewhere."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

REQUIRED = "GEOINDEX_REQUIRE_PROGRAMS"
"""Environment variable with which a program that is missing is a failure."""


def program(name: str) -> str:
    """Path of a program; skips the test where it is not installed."""
    path = shutil.which(name)
    if path is None:
        reason = f"{name} is not installed"
        if os.environ.get(REQUIRED):
            pytest.fail(f"{reason}, and {REQUIRED} is set")
        pytest.skip(reason)
    return path


def output_of(name: str, *arguments: object) -> str:
    """Run a program that must succeed; return its standard output."""
    command = [program(name), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
