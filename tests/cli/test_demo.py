"""The command ``geoindex demo``."""

from __future__ import annotations

from pathlib import Path

from tests.support.command_line import run


def test_demo(tmp_path: Path) -> None:
    result = run("demo", "made", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    names = {path.name for path in (tmp_path / "made").iterdir()}
    assert {
        "sample_map.npy",
        "sample_map.tif",
        "sample_map_indexed.png",
        "sample_map.html",
    } <= names
    assert run("demo", "made", cwd=tmp_path).returncode == 1
    assert run("demo", "made", "--overwrite", "-q", cwd=tmp_path).returncode == 0
