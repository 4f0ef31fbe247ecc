"""The command line, run as users run it."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

import geoindex
from geoindex.cli import app
from geoindex.cli.app import cli
from geoindex.cli.palette import palette_group
from tests.support.command_line import run
from tests.support.damage import interrupted


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
@pytest.mark.parametrize(
    ("arguments", "code"), [("--version", 0), ("info nothing.tif", 1), ("convert", 2)]
)
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_closed_outputs_do_not_change_the_exit_code(
    arguments: str, code: int, closed: str
) -> None:
    command = f"{shlex.quote(sys.executable)} -m geoindex {arguments} {closed}"
    result = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert result.returncode == code
    assert "Traceback" not in result.stdout + result.stderr


def test_profilers_see_the_end(tmp_path: Path) -> None:
    target = tmp_path / "profile"
    command = [sys.executable, "-m", "cProfile", "-o", str(target), "-m", "geoindex", "--version"]
    subprocess.run(command, capture_output=True, check=True)
    assert target.stat().st_size > 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["convert"],
        ["convert", "a.png", "b.tif"],
        ["plot", "x.tif"],
        ["nonsense"],
        ["convert", "a", "b", "-p", "c", "--metric", "hsv"],
    ],
)
def test_wrong_usage_exits_2(arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.returncode == 2
    assert "Traceback" not in result.stderr


def test_version_and_help() -> None:
    assert geoindex.__version__ in run("--version").stdout
    text = run("--help").stdout
    for command in ("convert", "plot", "info", "demo"):
        assert command in text


def test_the_list_of_commands_tells_what_they_are() -> None:
    context = click.Context(cli)
    for group in (cli, palette_group):
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None
            assert command.name == name
            assert command.help
    shown = run("--help").stdout
    assert all(f"\n  {name} " in shown for name in cli.list_commands(context))


def test_the_command_line_tells_of_the_interrupt(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(app.cli, "main", interrupted)
    assert app._run() == app.INTERRUPTED
    assert (
        capsys.readouterr().err
        == "Error: interrupted; no partial files remain. Run the same command again to continue\n"
    )
