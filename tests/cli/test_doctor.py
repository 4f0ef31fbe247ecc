"""The command ``geoindex doctor``, and what users are told of kernels."""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import shutil
import sys
from pathlib import Path

import pytest

import geoindex
from geoindex.batch import processes
from geoindex.cli import doctor
from geoindex.cli.kernels import CompilingLine
from geoindex.color.compiling import KERNEL_MODULES, tell_compiled, tell_compiling, tell_not_kept
from tests.support.command_line import printed, python


def test_all_kernels_are_compiled(repository: Path) -> None:
    """The list has exactly the modules that define kernels."""
    package = repository / "geoindex"
    own = [
        path
        for path in package.rglob("*.py")
        if "@compiled(" in path.read_text(encoding="utf-8") and path.name != "compiled.py"
    ]
    names = [".".join(path.relative_to(repository).with_suffix("").parts) for path in own]
    assert sorted(names) == sorted(KERNEL_MODULES)


def test_doctor(monkeypatch: pytest.MonkeyPatch, repository: Path) -> None:
    monkeypatch.setattr(doctor, "KERNEL_MODULES", ("geoindex.color.rgb_kernels",))
    facts = json.loads(printed("doctor", "--compile", "--json"))
    assert facts["geoindex"] == geoindex.__version__
    assert facts["packages"]["numba"] == importlib.metadata.version("numba")
    files = [path.name for path in Path(facts["kernels"]).glob("rgb_kernels.*.nbc")]
    for name in ("fill_cells", "lookup", "mark_cells"):
        assert any(file.startswith(f"rgb_kernels.{name}-") for file in files)
    assert f"geoindex {geoindex.__version__}" in printed("doctor")

    def refuse(*_arguments: object) -> None:
        raise OSError

    monkeypatch.setattr(processes, "start_python", refuse)
    assert "kept in" in printed("doctor", "--compile")


def test_a_terminal_shows_what_is_compiled(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    line = CompilingLine()
    line.compiling("rgb_kernels.lookup")
    line.compiled()
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    line.compiling("rgb_kernels.fill")
    line.compiled()
    shown = capsys.readouterr().err
    assert re.search(r"compiling kernels, once: 2 of about \d+, rgb_kernels.fill", shown)
    assert shown.endswith("\r\x1b[K")
    line.not_kept()
    line.not_kept()
    assert capsys.readouterr().err.count("cannot be kept") == 1


@pytest.mark.parametrize("options", [(), ("-q",)])
def test_quiet_commands_do_not_tell_of_kernels(
    options: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    printed("doctor", *options)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    tell_compiling("rgb_kernels.fill")
    tell_compiled()
    tell_not_kept()
    assert bool(capsys.readouterr().err) == (not options)


def test_a_cache_that_cannot_be_written_is_told(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cache folders of package and home are files."""
    blocked = tmp_path / "file"
    blocked.touch()
    no_caches = shutil.ignore_patterns("__pycache__")
    package = shutil.copytree(repository / "geoindex", tmp_path / "geoindex", ignore=no_caches)
    for folder in [package, *(path for path in package.rglob("*") if path.is_dir())]:
        (folder / "__pycache__").touch()
    code = (
        "from geoindex.cli.app import cli; cli.main(['info', 'tab20'], standalone_mode=False);"
        "import geoindex.learn.color_areas"
    )
    for name in ("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(blocked))
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    result = python("-c", code, cwd=tmp_path)
    assert "kind        palette" in result.stdout, result.stderr + os.environ["HOME"]
    assert result.stderr.count("compiled kernels cannot be kept") == 1
