"""The command ``geoindex convert``."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from PIL import Image

from geoindex import Palette, convert, open_grid
from tests.support.command_line import run
from tests.support.drawings import draw_map
from tests.support.palettes import save_project
from tests.support.pictures import RNG, picture, save_tiff


@pytest.mark.parametrize("suffix", ["npy", "tif"])
def test_convert(folder: Path, rgba_indices: np.ndarray, legend: Palette, suffix: str) -> None:
    result = run("convert", "map.png", f"out.{suffix}", "-p", "legend.csv", cwd=folder)
    assert (result.returncode, result.stderr) == (0, "")
    grid = open_grid(folder / f"out.{suffix}")
    np.testing.assert_array_equal(grid.indices, rgba_indices)
    assert grid.palette == legend
    assert grid.transform == Affine(5, 0, 1000, 0, -5, 2000)
    assert f"out.{suffix}: 4 x 3 pixels" in result.stdout
    assert "classes used  3 of 3" in result.stdout
    assert "nodata        8.33%" in result.stdout


def test_layer_of_a_project(folder: Path, rgba_indices: np.ndarray, legend: Palette) -> None:
    save_project(folder / "maps.qgs", soils=Palette([[1, 2, 3]]), units=legend)
    command = ["convert", "map.png", "out.tif", "-p", "maps.qgs"]
    result = run(*command, cwd=folder)
    assert result.returncode == 1
    assert result.stderr == (
        "Error: maps.qgs: holds 2 layers with classes; choose one with --layer: soils, units\n"
    )
    result = run(*command, "--layer", "units", cwd=folder)
    assert (result.returncode, result.stderr) == (0, "")
    grid = open_grid(folder / "out.tif")
    np.testing.assert_array_equal(grid.indices, rgba_indices)
    assert grid.palette.names == ("units 0", "units 1", "units 2")


def test_reports_distances(folder: Path, rgba: np.ndarray, legend: Palette) -> None:
    result = run("convert", "map.png", "out.tif", "-p", "legend.csv", "--json", cwd=folder)
    report = json.loads(result.stdout)
    valid = rgba[..., 3] > 0
    colors = rgba[valid][:, :3].astype(float)
    distance = np.sqrt(((colors[:, None] - legend.colors) ** 2).sum(-1)).min(axis=1)
    assert report["mean_distance"] == pytest.approx(distance.mean())
    assert report["largest_distance"] == pytest.approx(distance.max())
    assert report["nodata_share"] == pytest.approx(1 / 12)
    assert report["merged"] == []


def test_warns_of_colors_that_became_one(folder: Path) -> None:
    (folder / "two.csv").write_text("0,0,0\n250,150,100\n")
    result = run("convert", "map.png", "out.tif", "-p", "two.csv", cwd=folder)
    assert result.returncode == 0
    assert result.stderr.startswith(
        "Warning: 2 frequent colors of the map became one class, index 1 (250,150,100): "
        "255,235,190 (4 px), 220,70,30 (3 px)"
    )


def test_quiet_prints_nothing(folder: Path) -> None:
    result = run("convert", "map.png", "out.tif", "-p", "legend.csv", "-q", cwd=folder)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_options_reach_the_grid(folder: Path) -> None:
    run("convert", "map.png", "out.npy", "-p", "legend.csv", "--alpha", "strip", cwd=folder)
    assert open_grid(folder / "out.npy").indices[1, 2] == 2
    options = ["--max-distance", "10", "--overwrite"]
    run("convert", "map.png", "out.npy", "-p", "legend.csv", *options, cwd=folder)
    grid = open_grid(folder / "out.npy")
    assert grid.counts().tolist() == [4, 0, 0]
    assert grid.provenance["max_distance"] == 10


def bad_folder(folder: Path) -> Path:
    """Add unusable inputs to `folder`."""
    (folder / "text.png").write_text("no picture")
    content = (folder / "map.png").read_bytes()
    (folder / "cut.png").write_bytes(content[: len(content) - 30])
    (folder / "bad_row.csv").write_text("r,g,b\n0,0,0\n1,2,x\n")
    (folder / "mixed.csv").write_text("0.5,0.5,0.5\n128.0,0,0\n")
    (folder / "old.tif").write_text("precious")
    (folder / "file").write_text("a file, not a folder")
    return folder


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none.png", "out.tif", "-p", "legend.csv"], "none.png: no such file"),
        (["text.png", "out.tif", "-p", "legend.csv"], "text.png: is not a PNG, JPEG, TIFF, WebP"),
        (["cut.png", "out.tif", "-p", "legend.csv"], "cut.png: is damaged or cut short"),
        (["map.png", "out.tif", "-p", "bad_row.csv"], "bad_row.csv, line 3: 'x' is not a number"),
        (["map.png", "out.tif", "-p", "mixed.csv"], "mixed.csv, line 1: value 0.5 looks like"),
        (["map.png", "out.tif", "-p", "none.csv"], "none.csv: no such palette file"),
        (["map.png", "out.foo", "-p", "legend.csv"], "out.foo: unknown suffix"),
        (["map.png", "old.tif", "-p", "legend.csv"], "old.tif: exists already"),
        (["map.png", "missing/out.tif", "-p", "legend.csv"], "the folder missing does not exist"),
        (["map.png", "file/out.tif", "-p", "legend.csv"], "the folder file does not exist"),
        (["map.png", "out.npy", "-p", "legend.csv", "--max-distance", "-1"], "max_distance must"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(
    folder: Path, arguments: list[str], message: str
) -> None:
    bad_folder(folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    result = run("convert", *arguments, cwd=folder)
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.startswith("Error: ")
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.skipif(
    not Path("/proc/self").is_dir(), reason="needs a folder that root cannot write"
)
def test_unwritable_folder(folder: Path) -> None:
    for name in ("out.tif", "out.npy"):
        result = run("convert", "map.png", f"/proc/self/{name}", "-p", "legend.csv", cwd=folder)
        assert result.returncode == 1
        assert result.stderr.startswith(f"Error: /proc/self/{name}: ")
        assert "the folder /proc/self is not writable" in result.stderr
        assert result.stderr.count("\n") == 1


def test_classes_that_no_pixel_can_have(tmp_path: Path) -> None:
    Image.fromarray(np.full((4, 5, 3), 90, np.uint8)).save(tmp_path / "map.png")
    colors = [[0, 0, 0], [90, 90, 90], [0, 0, 0], [90, 90, 90]]
    Palette(colors, names=["Till", "Peat", "Bog", "Mire"]).save(tmp_path / "legend.csv")
    result = run(
        "convert", tmp_path / "map.png", tmp_path / "a.tif", "-p", tmp_path / "legend.csv"
    )
    assert (
        "Warning: some classes repeat the color of an earlier class, so they can never be "
        "assigned: "
        "2 (Bog) repeats 0 (Till), 3 (Mire) repeats 1 (Peat)"
    ) in result.stderr


def test_grids_for_other_programs(tmp_path: Path, repository: Path) -> None:
    source, palette = (
        repository / "data" / name for name in ("sample_map.png", "sample_palette.csv")
    )
    convert(source, tmp_path / "map.npy", palette)
    expected = open_grid(tmp_path / "map.npy")
    for arguments in (["map.asc"], ["map.dat", "--grid-format", "zmap"]):
        path = tmp_path / arguments[0]
        result = run("convert", source, path, "-p", palette, *arguments[1:])
        assert result.returncode == 0, result.stderr
        np.testing.assert_array_equal(open_grid(path).indices, expected.indices)
    result = run("info", tmp_path / "map.asc")
    assert "index grid" in result.stdout


@pytest.mark.slow
def test_control_c(tmp_path: Path) -> None:
    image = RNG.integers(0, 256, (6000, 4000, 3), dtype=np.uint8)
    save_tiff(tmp_path / "map.tif", image)
    command = [sys.executable, "-m", "geoindex", "convert", "map.tif", "grid.png", "-p", "tab20"]
    with subprocess.Popen(
        command, cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        deadline = time.monotonic() + 60
        while not list(tmp_path.glob(".grid*")) and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        try:
            _, stderr = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 130
    assert (
        stderr.decode().strip()
        == "Error: interrupted; no partial files remain. Run the same command again to continue"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["map.tif"]


def test_class_values(tmp_path: Path) -> None:
    save_tiff(tmp_path / "map.tif", picture(clear=False))
    Palette([[0, 0, 0], [255, 255, 255]], values=[10, 20]).save(tmp_path / "two.json")
    options = ["-p", "two.json", "--values", "--cog", "--json"]
    result = run("convert", "map.tif", "cog.tif", *options, cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert json.loads(result.stdout)["classes_used"] == 2
    with rasterio.open(tmp_path / "cog.tif") as source:
        assert set(np.unique(source.read(1))) == {10, 20}


def test_without_a_palette(tmp_path: Path) -> None:
    Image.fromarray(draw_map()).save(tmp_path / "sheet.png")
    result = run("convert", "sheet.png", "units.tif", cwd=tmp_path)
    assert result.returncode == 0
    assert "found         3 units, 3 of them sure, and 1 ink" in result.stdout
    assert "look at       ink 1 (0,0,0): filled as lines" in result.stdout
    assert "legend        units.legend.csv: edit names and roles" in result.stdout
    again = run("convert", "sheet.png", "units.tif", "-p", "auto", cwd=tmp_path)
    assert again.returncode == 1
    assert "exists" in again.stderr
