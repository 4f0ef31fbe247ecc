"""README and the guides, walked as a new user would: every block, in order, and once more."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest

from tests.support.command_line import invoke

REPOSITORY = Path(__file__).resolve().parents[1]
GUIDES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(python|sh)\n(.*?)^```", re.DOTALL | re.MULTILINE)

OTHERS = ("make ", "python -m venv ", "source ", "pip ", ".venv/bin/")
"""Commands that set up the environment; everything else must be geoindex's own."""

SETUP = ("geoindex demo", "geoindex doctor")
"""Tested on their own."""

mpl.use("Agg")


def commands(block: str) -> list[str]:
    """Lines of a shell, joined where they end with a backslash."""
    lines = block.replace("\\\n", " ").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


def run_block(language: str, block: str, names: dict[str, Any]) -> None:
    """Run a block as a user would; what it writes stays."""
    if language == "python":
        exec(compile(block, "guide", "exec"), names)
        plt.close("all")
        return
    for line in commands(block):
        if line.startswith((*OTHERS, *SETUP)):
            continue
        words = shlex.split(line, comments=True)
        assert words[0] == "geoindex", line
        result = invoke(*words[1:])
        assert result.exit_code == 0, f"{line}\n{result.output}\n{result.exception}"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::geoindex.errors.GeoindexWarning")
@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_every_block_runs_twice(
    guide: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a folder with nothing but the sample data."""
    shutil.copytree(REPOSITORY / "data", tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    blocks = BLOCK.findall(guide.read_text(encoding="utf-8"))
    for _ in range(2):
        names: dict[str, Any] = {"__name__": "__main__"}
        for language, block in blocks:
            run_block(language, block, names)


def test_readme_tells_how_to_begin() -> None:
    """Installing comes before the first command, and that before what it is compared with."""
    text = GUIDES[0].read_text(encoding="utf-8")
    headings = re.findall(r"^## (.*)$", text, flags=re.MULTILINE)
    assert headings[:3] == ["Install", "Five minutes on the sample map", "Your own sheet"]
    assert text.index("activate") < text.index("geoindex convert")
