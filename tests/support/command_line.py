"""The command line, in a separate process as users run it, or within this process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from click.testing import CliRunner, Result

from geoindex import GeoindexError
from geoindex.cli.app import cli

if TYPE_CHECKING:
    from tests.support.forks import Forks


def environment() -> dict[str, str]:
    """Environment for child processes that import this geoindex."""
    paths = os.pathsep.join(filter(None, sys.path))
    return {**os.environ, "PYTHONPATH": paths, "MPLBACKEND": "Agg"}


def run(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run ``geoindex`` in a separate process, which :func:`forked_by` makes start faster."""
    if _server is None or _variables() != _server[1]:
        return python("-m", "geoindex", *arguments, cwd=cwd)
    code, output, errors = _server[0].run(arguments, cwd or Path.cwd())
    return subprocess.CompletedProcess(arguments, code, output, errors)


_server: tuple[Forks, dict[str, str]] | None = None
"""What :func:`run` forks processes from, and its environment."""


@contextmanager
def forked_by(server: Forks) -> Iterator[None]:
    """Let :func:`run` fork processes from a server, but where variables were changed since."""
    global _server  # noqa: PLW0603  # one server
    _server = server, _variables()
    try:
        yield
    finally:
        _server = None


def _variables() -> dict[str, str]:
    """Environment without the name of the test."""
    return {name: text for name, text in os.environ.items() if name != "PYTEST_CURRENT_TEST"}


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
