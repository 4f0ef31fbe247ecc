"""The command line, run as users run it."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import click
import numpy as np
import pytest
from affine import Affine
from PIL import Image

import geoindex
from geoindex import Palette, open_grid
from geoindex.cli.app import cli
from geoindex.cli.palette import palette_group


def run(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "geoindex", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        check=False,
        env={**os.environ, "MPLBACKEND": "Agg"},
    )


@pytest.fixture
def folder(tmp_path: Path, rgba: np.ndarray, legend: Palette) -> Path:
    """A folder with map.png, its world file and legend.csv."""
    Image.fromarray(rgba).save(tmp_path / "map.png")
    (tmp_path / "map.pgw").write_text("5\n0\n0\n-5\n1002.5\n1997.5\n")
    legend.save(tmp_path / "legend.csv")
    return tmp_path


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


def test_convert_reports_distances(folder: Path, rgba: np.ndarray, legend: Palette) -> None:
    result = run("convert", "map.png", "out.tif", "-p", "legend.csv", "--json", cwd=folder)
    report = json.loads(result.stdout)
    valid = rgba[..., 3] > 0
    colors = rgba[valid][:, :3].astype(float)
    distance = np.sqrt(((colors[:, None] - legend.colors) ** 2).sum(-1)).min(axis=1)
    assert report["mean_distance"] == pytest.approx(distance.mean())
    assert report["largest_distance"] == pytest.approx(distance.max())
    assert report["nodata_share"] == pytest.approx(1 / 12)
    assert report["merged"] == []


def test_convert_warns_of_colors_that_became_one(folder: Path) -> None:
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
    """`folder` with inputs that cannot be used."""
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
        assert "cannot be written" in result.stderr
        assert result.stderr.count("\n") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
@pytest.mark.parametrize(
    ("arguments", "code"), [("--version", 0), ("info nothing.tif", 1), ("convert", 2)]
)
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_closed_outputs_do_not_change_the_exit_code(
    arguments: str, code: int, closed: str
) -> None:
    command = f"{shlex.quote(sys.executable)} -m geoindex {arguments} {closed}"
    result = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert result.returncode == code
    assert "Traceback" not in result.stdout + result.stderr


def test_profilers_see_the_end(tmp_path: Path) -> None:
    target = tmp_path / "profile"
    command = [sys.executable, "-m", "cProfile", "-o", str(target), "-m", "geoindex", "--version"]
    subprocess.run(command, capture_output=True, check=True)
    assert target.stat().st_size > 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["convert"],
        ["convert", "a.png", "b.tif"],
        ["plot", "x.tif"],
        ["nonsense"],
        ["convert", "a", "b", "-p", "c", "--metric", "hsv"],
    ],
)
def test_wrong_usage_exits_2(arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.returncode == 2
    assert "Traceback" not in result.stderr


def test_plot(folder: Path, legend: Palette) -> None:
    run("convert", "map.png", "out.tif", "-p", "legend.csv", cwd=folder)
    result = run("plot", "out.tif", "-o", "out.png", cwd=folder)
    assert (result.returncode, result.stderr) == (0, "")
    with Image.open(folder / "out.png") as image:
        shown = {tuple(color) for color in np.array(image.convert("RGB")).reshape(-1, 3).tolist()}
    assert {tuple(color) for color in legend.colors.tolist()} <= shown
    for arguments, message in [
        (["out.tif", "-o", "out.png"], "exists already"),
        (["out.tif", "-o", "out.bmp"], "unknown suffix; pictures are written as .png"),
        (["map.png", "-o", "new.png"], "is not an index grid"),
        (["legend.csv", "-o", "new.png"], "unknown suffix; grids are read from"),
    ]:
        result = run("plot", *arguments, cwd=folder)
        assert result.returncode == 1
        assert message in result.stderr


def test_info(folder: Path) -> None:
    run("convert", "map.png", "out.tif", "-p", "legend.csv", cwd=folder)
    grid = json.loads(run("info", "out.tif", "--json", cwd=folder).stdout)
    assert grid["kind"] == "index grid"
    assert [entry["pixels"] for entry in grid["classes"]] == [4, 3, 4]
    assert grid["provenance"]["software"] == f"geoindex {geoindex.__version__}"
    image = json.loads(run("info", "map.png", "--json", cwd=folder).stdout)
    assert image["bands"] == ["red", "green", "blue", "alpha"]
    assert image["transform"] == [5, 0, 1000, 0, -5, 2000]
    palette = json.loads(run("info", "legend.csv", "--json", cwd=folder).stdout)
    assert (palette["colors"], palette["named"]) == (3, True)
    assert "Granite & gneiss" in run("info", "out.tif", cwd=folder).stdout
    lines = run("info", "out.tif", cwd=folder).stdout.splitlines()
    assert "provenance:" in lines
    assert any(line.split() == ["metric", "rgb"] and line.startswith("  ") for line in lines)
    run("cube", "legend.csv", "-o", "legend.colorcube", cwd=folder)
    cube = json.loads(run("info", "legend.colorcube", "--json", cwd=folder).stdout)
    assert (cube["kind"], cube["metric"]) == ("color cube", "rgb")
    assert run("info", "none.tif", cwd=folder).returncode == 1


def test_version_and_help() -> None:
    assert geoindex.__version__ in run("--version").stdout
    text = run("--help").stdout
    for command in ("convert", "plot", "info", "demo"):
        assert command in text


def test_demo(tmp_path: Path) -> None:
    result = run("demo", "made", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    names = {path.name for path in (tmp_path / "made").iterdir()}
    assert {"sample_map.npy", "sample_map.tif", "sample_map_indexed.png"} <= names
    assert run("demo", "made", cwd=tmp_path).returncode == 1
    assert run("demo", "made", "--overwrite", "-q", cwd=tmp_path).returncode == 0


def test_the_list_of_commands_tells_what_they_are() -> None:
    context = click.Context(cli)
    for group in (cli, palette_group):
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None
            assert command.name == name
            assert command.help
    shown = run("--help").stdout
    assert all(f"\n  {name} " in shown for name in cli.list_commands(context))


def test_classes_that_no_pixel_can_have(tmp_path: Path) -> None:
    Image.fromarray(np.full((4, 5, 3), 90, np.uint8)).save(tmp_path / "map.png")
    colors = [[0, 0, 0], [90, 90, 90], [0, 0, 0], [90, 90, 90]]
    Palette(colors, names=["Till", "Peat", "Bog", "Mire"]).save(tmp_path / "legend.csv")
    result = run(
        "convert", tmp_path / "map.png", tmp_path / "a.tif", "-p", tmp_path / "legend.csv"
    )
    assert (
        "Warning: some classes have the color of an earlier one, which gets all their pixels: "
        "2 (Bog) behind 0 (Till), 3 (Mire) behind 1 (Peat)"
    ) in result.stderr
