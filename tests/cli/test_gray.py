"""The command ``geoindex gray``, from raster file to grid file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from geoindex import open_grid, quantize_gray
from tests.support.command_line import invoke, printed, run
from tests.support.rasters import NORTH_UP, write_tif


def gray(*arguments: object) -> str:
    return printed("gray", *arguments)


@pytest.mark.parametrize("suffix", ["tif", "npy", "png"])
def test_heights(tmp_path: Path, heights: np.ndarray, suffix: str) -> None:
    heights[3:6, 7] = -9999
    heights[0, 0] = np.nan
    source = write_tif(tmp_path / "dem.tif", heights, nodata=-9999)
    text = gray(source, tmp_path / f"levels.{suffix}", "-k", 5)
    expected = quantize_gray(heights, 5, nodata=-9999)
    grid = open_grid(tmp_path / f"levels.{suffix}")
    np.testing.assert_array_equal(grid.indices, expected.labels)
    assert grid.nodata == expected.nodata == 255
    assert grid.palette.names == tuple(f"{level:.6g}" for level in expected.levels)
    assert grid.provenance["levels"] == expected.levels.tolist()
    assert grid.palette.colors[[0, -1], 0].tolist() == [0, 255]
    assert (np.diff(grid.palette.colors.astype(int), axis=1) == 0).all()
    assert grid.transform == NORTH_UP
    assert "5 levels" in text
    assert text.count(" px ") == 5


def test_json_and_overwrite(tmp_path: Path, heights: np.ndarray) -> None:
    source = write_tif(tmp_path / "dem.tif", np.rint(heights / 40))
    report = json.loads(gray(source, tmp_path / "a.tif", "-k", 3, "--json"))
    expected = quantize_gray(np.rint(heights / 40), 3)
    assert report["levels"] == expected.levels.tolist()
    assert report["pixels"] == np.bincount(expected.labels.ravel()).tolist()
    assert (report["nodata_pixels"], report["shape"]) == (0, [40, 60])
    assert gray(source, tmp_path / "a.tif", "-k", 3, "-q", "--overwrite") == ""
    many = invoke("gray", source, tmp_path / "b.tif", "-k", 99)
    assert "Warning: the raster has only" in many.stderr


def test_bad_input_is_one_line_and_leaves_nothing(tmp_path: Path, heights: np.ndarray) -> None:
    write_tif(tmp_path / "dem.tif", heights)
    write_tif(tmp_path / "empty.tif", np.full_like(heights, np.nan))
    (tmp_path / "old.tif").write_text("precious")
    before = sorted(path.name for path in tmp_path.iterdir())
    for arguments, message in [
        (["dem.tif", "a.tif", "-k", "0"], "dem.tif: k must lie within 1..65,535"),
        (["empty.tif", "a.tif", "-k", "3"], "empty.tif: the image has no values"),
        (["none.tif", "a.tif", "-k", "3"], "none.tif: no such file"),
        (["dem.tif", "a.foo", "-k", "3"], "a.foo: unknown suffix"),
        (["dem.tif", "old.tif", "-k", "3"], "old.tif: exists already"),
    ]:
        result = run("gray", *arguments, cwd=tmp_path)
        assert result.returncode == 1
        assert result.stderr.startswith("Error: ")
        assert message in result.stderr
        assert result.stderr.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == before
