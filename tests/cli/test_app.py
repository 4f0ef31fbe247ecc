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
from tests.support.command_line import invoke, printed, run
from tests.support.damage import interrupted


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("info nothing.tif", 1),
        ("convert", 2),
        ("convert map.png -p legend.csv -o a.tif --clean --metric lab", 0),
    ],
)
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_do_not_change_what_is_done(
    folder: Path, arguments: str, code: int, closed: str
) -> None:
    command = f"{shlex.quote(sys.executable)} -m geoindex {arguments} {closed}"
    result = subprocess.run(
        command, shell=True, cwd=folder, capture_output=True, text=True, check=False
    )
    assert result.returncode == code
    assert "Traceback" not in result.stdout + result.stderr
    assert (folder / "a.tif").exists() == (code == 0)


def test_profilers_see_the_end(tmp_path: Path) -> None:
    target = tmp_path / "profile"
    command = [sys.executable, "-m", "cProfile", "-o", str(target), "-m", "geoindex", "--version"]
    subprocess.run(command, capture_output=True, check=True)
    assert target.stat().st_size > 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["convert"],
        ["batch", "folder", "-o", "grids"],
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


def test_an_error_of_our_own_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def broken(**_: object) -> None:
        raise KeyError("two\nlines")

    sheet = tmp_path / "sheet.png"
    sheet.touch()
    monkeypatch.setattr(app.cli, "main", broken)
    monkeypatch.setattr(sys, "argv", ["geoindex", "convert", str(sheet)])
    monkeypatch.delenv("GEOINDEX_DEBUG", raising=False)
    assert app._run() == 70
    line = capsys.readouterr().err
    assert line.startswith(f"Error: {sheet}: unexpected KeyError: 'two\\nlines'. This is an error")
    assert line.count("\n") == 1
    monkeypatch.setenv("GEOINDEX_DEBUG", "1")
    assert app._run() == 70
    assert "Traceback" in capsys.readouterr().err
    assert all(code in run("--help").stdout for code in ("70", "130"))


def test_outputs_are_named_by_o_everywhere(folder: Path) -> None:
    """The old forms still work, but help does not show them."""
    palette = ["-p", folder / "legend.csv"]
    for number, output in enumerate((["-o", folder / "0.grd"], [folder / "1.grd"])):
        name = "--format" if number == 0 else "--grid-format"
        printed("convert", folder / "map.png", *output, *palette, name, "surfer7")
    assert (folder / "0.grd").read_bytes() == (folder / "1.grd").read_bytes()
    for command in (["convert"], ["gray"], ["resample"], ["palette", "convert"]):
        text = printed(*command, "--help")
        assert "-o, --output DST" in text
        assert "OLD_OUTPUT" not in text.upper()
        assert "--grid-format" not in text
    twice = invoke("convert", folder / "map.png", "a.tif", "-o", "b.tif", *palette)
    assert twice.exit_code == 2
    assert "unexpected extra argument (a.tif)" in twice.stderr
    none = invoke("convert", folder / "map.png", *palette)
    assert "Missing option '-o' / '--output'" in none.stderr


def test_a_missing_palette_is_told_where_to_come_from() -> None:
    result = invoke("batch", "maps", "-o", "grids")
    assert result.exit_code == 2
    for way in ("palette learn", "palette legend", "palette list"):
        assert f"geoindex {way}" in result.stderr
