"""The command ``geoindex clean``, and its steps in ``geoindex convert``."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
from PIL import Image

from geoindex import GeoindexError, Palette, index_image, open_grid
from geoindex.clean import REASONS
from tests.support.command_line import invoke, printed


def test_line_work_that_nobody_named(tmp_path: Path, repository: Path) -> None:
    palette = open_grid(repository / "data/sample_map_classes.tif").palette
    Palette(palette.colors).save(tmp_path / "p.csv")
    arguments = ["convert", repository / "data/sample_map.png", tmp_path / "map.tif"]
    result = invoke(*arguments, "-p", tmp_path / "p.csv", "--clean")
    assert result.exit_code == 0
    assert "Warning: no palette entry is ink, so lines and text remain" in result.stderr


def test_convert_cleans(tmp_path: Path, repository: Path) -> None:
    data = repository / "data"
    arguments = ["convert", data / "sample_map.png", tmp_path / "map.tif", "-q"]
    arguments += ["-p", data / "sample_palette.csv"]
    result = invoke(*arguments, "--speckle", 4)
    assert result.exit_code == 2
    assert "--speckle needs --clean" in result.output
    masks = ["--changes", tmp_path / "why.tif", "--confidence", tmp_path / "sure.tif"]
    printed(*arguments, "--clean", *masks)
    found = open_grid(tmp_path / "map.tif")
    expected = index_image(data / "sample_map.png", data / "sample_palette.csv", clean=True)
    np.testing.assert_array_equal(found.indices, expected.indices)
    assert found.provenance == expected.provenance
    assert found.counts()[18:].sum() == 0
    assert open_grid(tmp_path / "why.tif").counts()[2] > 10_000
    assert (open_grid(tmp_path / "sure.tif").valid == found.valid).all()


def test_clean(tmp_path: Path, repository: Path) -> None:
    sample = Path(shutil.copy(repository / "data" / "sample_map.png", tmp_path / "map.png"))
    palette = repository / "data" / "sample_palette.csv"
    grid, out = tmp_path / "grid.tif", tmp_path / "clean.tif"
    printed("convert", sample, grid, "-p", palette, "-q")
    masks = ["--changes", tmp_path / "why.png", "--confidence", tmp_path / "sure.tif"]
    arguments = ["clean", grid, "-o", out, "--image", sample, *masks, "--json"]
    content = json.loads(printed(*arguments))
    assert set(content["changed"]) == set(REASONS)
    truth = open_grid(repository / "data" / "sample_map_classes.tif")
    found = open_grid(out)
    inside = truth.valid
    assert (found.indices == truth.indices)[inside].mean() > 0.995
    why = open_grid(tmp_path / "why.png")
    assert why.palette.names == ("unchanged", *REASONS)
    assert (why.counts()[1:] == list(content["changed"].values())).all()
    sure = open_grid(tmp_path / "sure.tif")
    np.testing.assert_array_equal(sure.valid, found.valid)
    assert sure.transform == found.transform
    # No output takes the place of the image or of another one.
    before = sample.read_bytes()
    for taken in (sample, out):
        result = invoke(*arguments, "--changes", taken, "--overwrite")
        assert isinstance(result.exception, GeoindexError)
    assert sample.read_bytes() == before
    # Nothing is written where an output is there already.
    result = invoke("clean", grid, "-o", out)
    assert isinstance(result.exception, GeoindexError)
    inks = ["--ink", "black,red", "--ink", "white"]
    assert "ink" in printed("clean", grid, "-o", out, "--overwrite", *inks)
    assert open_grid(out).counts()[18:].sum() == 0


def test_what_the_palette_lacks_is_told(tmp_path: Path) -> None:
    picture = np.full((60, 120, 3), 255, np.uint8)
    picture[:, 20:60], picture[:, 60:110] = (230, 203, 203), (95, 178, 210)
    picture[30:, 62:100] = (120, 190, 225)
    Image.fromarray(picture).save(tmp_path / "map.png")
    palette = Palette([[95, 178, 210], [230, 203, 203]], names=["Lake", "Gneiss"])
    palette.save(tmp_path / "p.csv")
    command = ["convert", tmp_path / "map.png", tmp_path / "a.tif", "-p", tmp_path / "p.csv"]
    command += ["--clean", "--overwrite"]
    result = invoke(*command, "--ink", "white", "--reach", 9)
    assert result.exit_code == 0
    lost = 30 * 38
    assert result.stderr == (
        "Warning: 2 frequent colors of the map became one class, index 0 (Lake): "
        f"95,178,210 ({50 * 60 - lost:,} px), 120,190,225 ({28 * 36 + 36:,} px)\n"
    )
    grid = open_grid(tmp_path / "a.tif")
    share = np.count_nonzero(~grid.valid) / grid.indices.size
    assert 0 < share < 30 / 120
    assert f"nodata        {share:.2%}" in result.stdout
    report = json.loads(invoke(*command, "--ink", "white", "--reach", 9, "--json").stdout)
    assert report["nodata_share"] == share
    assert [group["index"] for group in report["merged"]] == [0]
    counts = [row["after"] for row in report["cleaned"]["classes"]]
    assert counts == sorted(counts, reverse=True)
    assert report["cleaned"]["ink_colors"] == [[255, 255, 255]]
    result = invoke(*command, "--ink", "white", "-q")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    # As the warning about ink advises.
    result = invoke(*command)
    assert "Warning: no palette entry is ink" in result.stderr
    assert invoke(*command, "--ink", "black,red").exit_code == 0
    folder = ["batch", tmp_path / "map.png", "-o", tmp_path / "out", "-p", tmp_path / "p.csv"]
    result = invoke(*folder, "--clean", "--ink", "white", "--hatch", "0+1=0")
    assert "Warning: in 1 sheet several frequent colors of the map became" in result.stderr
    assert "Warning: no hatching of Lake and Gneiss was found" in result.stderr
