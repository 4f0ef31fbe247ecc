"""The command ``geoindex horizon``."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from geoindex import index_image, load_palette, open_grid, read_horizon
from tests.support.command_line import printed, run
from tests.support.surveys import F3


def test_horizon(tmp_path: Path, repository: Path) -> None:
    data = repository / "data"
    run(
        "convert",
        data / "sample_map.png",
        "map.tif",
        "-p",
        data / "sample_palette.csv",
        cwd=tmp_path,
    )
    options = ["--survey", data / "sample.survey", "-o", "map.dat"]
    result = run("horizon", "map.tif", *options, cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert "inlines 200 to 439 step 1, crosslines 500 to 819 step 1" in result.stdout
    # The range of the sample survey begins at 100 m.
    assert np.loadtxt(tmp_path / "map.dat", usecols=2).max() == 100
    grid = open_grid(tmp_path / "map.dat")
    palette = load_palette(data / "sample_palette.csv")
    # The outline of the survey is drawn on the map in red.
    red = palette.names.index("Red survey outline")
    for side in (grid.indices[0], grid.indices[-1], grid.indices[:, 0], grid.indices[:, -1]):
        assert (side == red).mean() > 0.9
    assert (grid.indices[1:-1, 1:-1] == red).mean() < 0.01
    more = ["--overwrite", "--pad", "200", "--method", "mode", "--z", "-5", "--json"]
    report = json.loads(run("horizon", "map.tif", *options, *more, cwd=tmp_path).stdout)
    assert report["inlines"] == [0, 639, 1]
    assert report["z_moved"]
    assert 0 < report["outside_share"] < report["nodata_share"]
    assert report["changed_share"] > 0
    moved = run("horizon", "map.tif", *options, "--overwrite", "--z", "-5", cwd=tmp_path)
    assert "100 m is used instead" in moved.stderr
    again = run("horizon", "map.tif", *options, cwd=tmp_path)
    assert again.returncode == 1
    assert "exists already" in again.stderr
    (tmp_path / "far.survey").write_text(F3)
    far = ["--survey", "far.survey", "-o", "far.dat"]
    missed = run("horizon", "map.tif", *far, cwd=tmp_path)
    assert missed.returncode == 1
    assert "no bin of the survey lies on the map: the map covers x 486000.00" in missed.stderr
    assert missed.stderr.count("\n") == 1
    facts = json.loads(run("info", data / "sample.survey", "--json", cwd=tmp_path).stdout)
    assert facts["bins"] == "12.5 x 12.5"
    assert facts["z"] == "100 to 2100 m step 2"
    assert "index grid" in run("info", "map.dat", cwd=tmp_path).stdout


def test_info_finds_the_name_of_the_attribute(tmp_path: Path, repository: Path) -> None:
    """In a file without header it stands in the steps beside it."""
    grid = index_image(repository / "data" / "sample_map.png", "windows-256")[300:600, 400:900]
    grid.save(tmp_path / "map.tif")
    run = ["horizon", tmp_path / "map.tif", "--survey", repository / "data" / "sample.survey"]
    printed(*run, "-o", tmp_path / "h.dat", "--attribute", "Lithology")
    shown = json.loads(printed("info", tmp_path / "h.dat", "--json"))
    assert shown["provenance"]["horizon"]["attribute"] == "Lithology"
    assert read_horizon(tmp_path / "h.dat", attribute="Lithology") == open_grid(tmp_path / "h.dat")
    (tmp_path / "h.import.txt").unlink()
    shown = json.loads(printed("info", tmp_path / "h.dat", "--json"))
    assert shown["provenance"]["horizon"]["attribute"] == "column 4"
