"""The command ``geoindex section``."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import segyio
from PIL import Image

from geoindex import IndexGrid, Palette, index_image
from tests.support.command_line import invoke, printed, run


def test_section(tmp_path: Path, rgba: np.ndarray, legend: Palette) -> None:
    Image.fromarray(rgba).save(tmp_path / "section.png")
    legend.save(tmp_path / "legend.csv")
    place = ["--start", 0, 0, "--end", 30, 40, "--top", -10, "--bottom", 10]
    command = ["section", "section.png", "-o", "line.sgy", *place, "-p", "legend.csv"]
    result = run(*command, cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert "line.sgy: 4 traces of 3 samples" in result.stdout
    with segyio.open(tmp_path / "line.sgy", ignore_geometry=True) as file:
        grid = index_image(tmp_path / "section.png", legend)
        expected = np.where(grid.valid, grid.indices, np.float32(1e30))
        np.testing.assert_array_equal(file.trace.raw[:].T, expected)
    merged = ["section", "section.png", "-o", "few.sgy", *place, "-p", "few.csv"]
    Palette([[0, 0, 0], [240, 150, 110]]).save(tmp_path / "few.csv")
    warned = run(*merged, cwd=tmp_path)
    assert "Warning: 2 frequent colors of the map became one class, index 1" in warned.stderr
    again = run(*command, cwd=tmp_path)
    assert again.returncode == 1
    assert again.stderr.startswith("Error: line.sgy: exists already")
    more = ["--overwrite", "--json", "--traces", 7, "--samples", 5, "--domain", "time"]
    report = json.loads(run(*command, *more, cwd=tmp_path).stdout)
    assert (report["n_traces"], report["n_samples"], report["sample_interval"]) == (7, 5, 5.0)
    assert (report["merged"], report["hidden"]) == ([], [])
    report = json.loads(run(*merged, "--overwrite", "--json", cwd=tmp_path).stdout)
    assert [group["index"] for group in report["merged"]] == [1]


def test_cleaned_along_a_bent_line(tmp_path: Path) -> None:
    """An index grid with its own palette as the picture; ink is filled on the way."""
    indices = np.full((40, 60), 1, np.uint8)
    indices[:, 30:], indices[19:21] = 2, 0
    palette = Palette(["black", "gold", "teal"], roles=["ink", "", ""])
    IndexGrid(indices=indices, palette=palette, nodata=255).save(tmp_path / "section.tif")
    palette.save(tmp_path / "p.csv")
    place = ["--line", "0 0, 300 0, 300 290", "--top", 0, "--bottom", 39]
    run = ["section", tmp_path / "section.tif", "-o", tmp_path / "line.sgy"]
    run += ["-p", tmp_path / "p.csv"]
    report = json.loads(printed(*run, *place, "--clean", "--json"))
    assert (report["n_traces"], report["trace_spacing"]) == (60, 10.0)
    with segyio.open(tmp_path / "line.sgy", ignore_geometry=True) as file:
        samples = file.trace.raw[:]
    expected = np.where(np.arange(60) < 30, 1.0, 2.0)[:, np.newaxis].repeat(40, axis=1)
    np.testing.assert_array_equal(samples, expected)
    wrong = invoke(*run, "--line", "0 0 300 0", "--top", 0, "--bottom", 39)
    assert "with commas between the points" in wrong.stderr
    missing = invoke(*run, "--start", 0, 0, "--top", 0, "--bottom", 39)
    assert "Missing option '--start' and '--end', or '--line'" in missing.stderr
    lonely = invoke(*run, *place, "--speckle", 3)
    assert "--speckle needs --clean" in lonely.stderr
