"""Programs of other projects that tests need: installed by CI, optional elsewhere."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from typing import NoReturn

import pytest

REQUIRED = "GEOINDEX_REQUIRE_PROGRAMS"
"""Environment variable with which a program that is missing is a failure."""

QGIS_PYTHON = "GEOINDEX_QGIS_PYTHON"
"""Environment variable that names the Python of a QGIS other than the system's."""


def program(name: str) -> str:
    """Path of a program; skips the test where it is not installed."""
    return shutil.which(name) or _missing(name)


@cache
def qgis_python() -> str:
    """Path of the Python that has QGIS's modules; skips the test where there is none."""
    if named := os.environ.get(QGIS_PYTHON):
        return named
    folders = os.pathsep.join(("/usr/bin", os.environ.get("PATH", "")))
    python = shutil.which("python3", path=folders)
    command = [python or "python3", "-c", "import qgis.core"]
    # Not ours, which the environment of the tests may name.
    variables = {"PATH": folders, "QT_QPA_PLATFORM": "offscreen"}
    if (
        python
        and not subprocess.run(command, capture_output=True, check=False, env=variables).returncode
    ):
        return python
    return _missing("QGIS with its Python modules")


def _missing(name: str) -> NoReturn:
    """Skip the test, or let it fail where programs are required."""
    reason = f"{name} is not installed"
    if os.environ.get(REQUIRED):
        pytest.fail(f"{reason}, and {REQUIRED} is set")
    pytest.skip(reason)


def output_of(name: str, *arguments: object) -> str:
    """Run a program that must succeed; return its standard output."""
    command = [program(name), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
