"""The command line, in a separate process as users run it, or within this process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner, Result

from geoindex import GeoindexError
from geoindex.cli.app import cli


def environment() -> dict[str, str]:
    """Environment for child processes that import this geoindex."""
    paths = os.pathsep.join(filter(None, sys.path))
    return {**os.environ, "PYTHONPATH": paths, "MPLBACKEND": "Agg"}


def run(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run ``geoindex`` in a separate process."""
    return python("-m", "geoindex", *arguments, cwd=cwd)


def python(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run Python in a separate process."""
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        check=False,
        env=environment(),
    )


def invoke(*arguments: object, color: bool = False) -> Result:
    """Run ``geoindex`` in this process; a GeoindexError becomes the result's exception."""
    result = CliRunner().invoke(cli, [*map(str, arguments)], color=color)
    if not isinstance(result.exception, (SystemExit, GeoindexError, type(None))):
        raise result.exception
    return result


def printed(*arguments: object, color: bool = False) -> str:
    """Return the standard output of a command that must succeed."""
    result = invoke(*arguments, color=color)
    assert result.exit_code == 0, result.output
    return result.stdout
