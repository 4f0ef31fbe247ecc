"""Environments that lead libraries astray, and names of files on a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from geoindex import Palette
from tests.support.command_line import printed, run

BOUNDS = "--bounds", 486000, 7507500, 493500, 7512000
PALETTE = Palette(["tan", "skyblue"], ["till", "lake"])


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    folder = tmp_path / "\x1b[31mmaps"
    folder.mkdir()
    path = folder / "map.png"
    drawn = Image.new("RGB", (40, 30), "tan")
    drawn.paste("skyblue", (0, 0, 20, 30))
    drawn.save(path)
    return path


def test_a_number_of_threads_that_numba_refuses(
    monkeypatch: pytest.MonkeyPatch, picture: Path, tmp_path: Path
) -> None:
    monkeypatch.setenv("NUMBA_NUM_THREADS", "0")
    PALETTE.save(tmp_path / "palette.csv")
    grid = tmp_path / "map.tif"
    convert = "convert", picture, "-o", grid, "-p", tmp_path / "palette.csv"
    done = run(*convert, "--clean", "--ink", "0")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: numba cannot be loaded (")
    assert "NUMBA_" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not grid.exists()


@pytest.mark.parametrize("name", ["PROJ_DATA", "PROJ_LIB"])
def test_a_database_of_proj_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch, picture: Path, tmp_path: Path, name: str
) -> None:
    PALETTE.save(tmp_path / "palette.csv")
    grid = tmp_path / "map.tif"
    convert = "convert", picture, "-o", grid, "-p", tmp_path / "palette.csv"
    assert run(*convert, *BOUNDS, "--crs", "EPSG:3067").returncode == 0
    monkeypatch.setenv(name, str(tmp_path))
    done = run("info", grid)
    assert done.returncode == 0
    assert done.stderr == (
        f"Warning: the environment variable {name} names no folder with proj.db, without which "
        "reference systems are not known; unset it\n"
    )


def test_no_name_of_a_file_acts_on_the_terminal(picture: Path, repository: Path) -> None:
    """Every command that prints names of files in its results; click keeps escapes in colors."""
    folder = picture.parent
    palette, grid, own = folder / "palette.csv", folder / "map.tif", folder / "own"
    PALETTE.save(palette)
    survey, heights = (
        repository / "data" / name for name in ("sample.survey", "sample_heights.tif")
    )
    results = [
        printed(*command, color=True)
        for command in (
            ("convert", picture, "-o", grid, "-p", palette, *BOUNDS),
            ("info", picture),
            ("info", grid),
            ("info", palette),
            ("palette", "convert", palette, "-o", own.with_suffix(".qml")),
            ("palette", "learn", picture, "-n", "2", "-o", own.with_suffix(".csv")),
            ("palette", "compare", picture, palette),
            ("edit", grid, "--rename", "0=Clay", "-o", own.with_suffix(".tif")),
            ("clean", grid, "-o", own.with_suffix(".npy")),
            ("plot", grid, "-o", own.with_suffix(".png")),
            ("report", picture, grid, "-o", own.with_suffix(".html")),
            ("polygons", grid, "-o", own.with_suffix(".gpkg")),
            ("horizon", grid, "--survey", survey, "-o", own.with_suffix(".dat")),
            ("batch", picture, "-o", folder / "grids", "-p", palette),
            ("gray", heights, "-o", folder / "gray.tif", "-k", "2"),
        )
    ]
    assert not [text for text in results if "\x1b[31m" in text]
    assert sum(r"\u001b[31m" in text for text in results) >= 12
