"""Tab completion, asked for as the shells do."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from tests.support.command_line import environment


def asked(shell: str, words: list[str], incomplete: str) -> list[str]:
    """Words that a shell is offered."""
    line = "\n".join(["geoindex", *words, *([incomplete] if incomplete else [])])
    if shell != "powershell":
        line = line.replace("\n", " ")
    variables = {
        "_GEOINDEX_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": line,
        "COMP_INCOMPLETE": incomplete,
        "COMP_CWORD": incomplete if shell == "fish" else str(len(words) + 1),
    }
    code = "import sys; sys.argv[0] = 'geoindex'; from geoindex.cli import main; main()"
    result = subprocess.run(
        [sys.executable, "-c", code],
        env={**environment(), **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stderr == ""
    lines = result.stdout.splitlines()
    if shell == "zsh":
        return lines[1::3]
    # Kind and word, but for PowerShell; its and fish's lines have the help behind a tab.
    offered = [one.split("\t")[0] for one in lines]
    return offered if shell == "powershell" else [one.split(",")[1] for one in offered]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_every_shell_is_offered_the_same(shell: str) -> None:
    assert set(asked(shell, [], "c")) == {"convert", "clean", "crosstab", "cube"}
    assert set(asked(shell, ["convert", "--metric"], "o")) == {"oklab"}


def test_commands_and_options_of_commands_are_offered() -> None:
    assert asked("bash", ["palette"], "leg") == ["legend"]
    assert "--metric" in asked("bash", ["convert", "map.png"], "--me")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_every_shell_has_its_script(shell: str) -> None:
    code = "import sys; sys.argv[0] = 'geoindex'; from geoindex.cli import main; main()"
    result = subprocess.run(
        [sys.executable, "-c", code],
        env={**environment(), "_GEOINDEX_COMPLETE": f"{shell}_source"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "_GEOINDEX_COMPLETE" in result.stdout
    assert f"{shell}_complete" in result.stdout
    if shell != "powershell" and shutil.which(shell):
        subprocess.run([shell, "-n"], input=result.stdout, text=True, check=True)
