"""The command ``geoindex resample``."""

from __future__ import annotations

import json
from pathlib import Path

from geoindex import Survey, convert, open_grid
from tests.support.command_line import run
from tests.support.exchange import assert_same_points, xtgeo_points


def test_resample(tmp_path: Path, repository: Path) -> None:
    data = repository / "data"
    convert(data / "sample_map.png", tmp_path / "map.npy", data / "sample_palette.csv")
    survey = data / "sample.survey"
    expected = open_grid(tmp_path / "map.npy").resample(Survey.open(survey))
    command = ["resample", tmp_path / "map.npy", tmp_path / "map.irap", "--survey", survey]
    result = run(*command)
    assert (result.returncode, result.stderr) == (0, "")
    rows, cols = expected.shape
    assert f"map.irap: {rows} inlines x {cols} crosslines" in result.stdout
    assert_same_points(xtgeo_points(tmp_path / "map.irap", "irap_ascii"), expected)
    again = run(*command)
    assert (again.returncode, again.stdout) == (1, "")
    assert "map.irap: exists already" in again.stderr
    rotated = run(*command, "--overwrite", "--grid-format", "zmap")
    assert "cannot hold a rotated grid" in rotated.stderr
    report = json.loads(run(*command, "--overwrite", "--json", "--method", "mode").stdout)
    assert report["shape"] == [rows, cols]
    assert 0 < report["changed_share"] < 1
