"""Odd names, links and pipes, and texts that are made to take long: one line, at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from geoindex import load_palette, open_grid
from geoindex.errors import GeoindexError
from geoindex.files import locks
from tests.support.command_line import environment, invoke, printed, run

posix_only = pytest.mark.skipif(os.name != "posix", reason="names and signals of POSIX systems")


@posix_only
def test_a_name_that_is_not_utf8_stops_its_own_sheet_only(folder: Path) -> None:
    maps = folder / "maps"
    maps.mkdir()
    picture = (folder / "map.png").read_bytes()
    (maps / "b.png").write_bytes(picture)
    (maps / os.fsdecode(b"caf\xe9.png")).write_bytes(picture)
    result = run("batch", "maps", "-o", "out", "-p", "legend.csv", cwd=folder)
    assert result.returncode == 1
    assert "the name is not in UTF-8" in result.stderr
    assert "Traceback" not in result.stderr
    assert open_grid(folder / "out/b.tif").palette.names


@posix_only
def test_a_palette_may_have_any_name(folder: Path) -> None:
    odd = os.fsdecode(b"l\xe9gende.csv")
    (folder / odd).write_bytes((folder / "legend.csv").read_bytes())
    result = run("convert", "map.png", "-o", "out.tif", "-p", odd, cwd=folder)
    assert (result.returncode, result.stderr) == (0, "")
    assert open_grid(folder / "out.tif").palette.name == "l?gende"


@posix_only
@pytest.mark.parametrize("overwrite", [False, True])
def test_links_and_pipes_are_left_alone(folder: Path, overwrite: bool) -> None:
    (folder / "real.tif").write_text("precious")
    (folder / "link.tif").symlink_to("real.tif")
    (folder / "lost.tif").symlink_to("gone.tif")
    os.mkfifo(folder / "pipe.tif")
    (folder / "device.tif").symlink_to("/dev/null")
    more = ("--overwrite",) if overwrite else ()
    for name, reason in {
        "link": f"is a link to {folder.resolve()}/real.tif",
        "lost": f"is a link to {folder.resolve()}/gone.tif",
        "pipe": "is a pipe or device",
        "device": "is a pipe or device",
    }.items():
        target = folder / f"{name}.tif"
        result = invoke(
            "convert", folder / "map.png", "-o", target, "-p", folder / "legend.csv", *more
        )
        assert result.exit_code == 1
        assert reason in str(result.exception)
    assert (folder / "real.tif").read_text() == "precious"
    assert (folder / "link.tif").is_symlink()
    assert not (folder / "gone.tif").exists()
    assert (folder / "pipe.tif").is_fifo()


@posix_only
def test_inputs_that_are_pipes_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody writes to them, so that opening one would never end."""
    monkeypatch.chdir(folder)
    (folder / "maps").mkdir()
    for name in ("pipe.png", "pipe.csv", "pipe.toml", "pipe.points", "maps/b.png"):
        os.mkfifo(name)
    (folder / "map.png").rename("maps/a.png")
    for line in (
        "pipe.png -p legend.csv",
        "maps/a.png -p pipe.csv",
        "maps/a.png -p legend.csv --config pipe.toml",
        "maps/a.png -p legend.csv --gcps pipe.points",
    ):
        result = invoke("convert", *line.split(), "-o", "out.tif")
        assert "is not a file" in str(result.exception) or "no such file" in str(result.exception)
    result = run("batch", "maps", "-o", "out", "-p", "legend.csv", cwd=folder)
    assert result.returncode == 1
    assert "b.png: is not a file" in result.stderr
    assert open_grid("out/a.tif").palette.names


@posix_only
def test_a_folder_that_another_program_keeps_locked(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by ``flock FOLDER geoindex convert ...``."""
    monkeypatch.setattr(locks, "PATIENCE_SECONDS", 0.05)
    target, options = folder / "out.tif", ["-p", folder / "legend.csv"]
    descriptor = locks.hold_folder(folder)
    assert descriptor is not None
    result = invoke("convert", folder / "map.png", "-o", target, *options)
    locks.give_back(descriptor)
    assert f"{folder}: another program has kept this folder locked" in str(result.exception)
    assert not target.exists()
    printed("convert", folder / "map.png", "-o", target, *options)


@pytest.mark.parametrize(
    "line",
    [
        "plot grid.png -o grid.png",
        "areas grid.png --picture grid.png",
        "crosstab grid.tif grid.png --picture grid.png",
        "palette show grid.png -o ./grid.png",
        "palette learn map.png -n 2 -o map.png",
        "report map.png grid.png -o map.png",
        "convert map.png -o out.png -p legend.csv --report out.png.aux.xml",
        "convert map.png -o out.tif --report out.legend.csv",
        "crosstab grid.tif grid.png --picture out.png --difference ../{folder}/out.png",
        "palette match legend.csv windows-256 -o legend.csv",
        "convert map.png -o out.tif -p legend.csv --save-config map.png",
        "convert map.png -o out.tif -p legend.csv --save-config out.tif",
    ],
)
def test_what_is_read_or_written_is_never_replaced(
    folder: Path, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    for name in ("grid.png", "grid.tif"):
        printed("convert", "map.png", "-o", name, "-p", "legend.csv")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    result = invoke(*line.format(folder=folder.name).split(), "--overwrite")
    assert result.exit_code == 1
    reasons = (
        "is an input, too",
        ".toml",
        "is written as .html",
        "two outputs have the same name",
    )
    assert any(reason in str(result.exception) for reason in reasons)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.clr", "1 " + ":" * 30_000, "30,002 characters"),
        ("a.txt", "1 " + ":" * 300_000, "a.txt"),
        ("a.csv", "1,2,3\n" * 2_700_000, "2,700,001 lines"),
        ("a.gpl", "GIMP Palette\n" + "1 2 3\n" * 300_000, "300,002 lines"),
        ("a.txt", " \t" * 200_000 + "x", "a.txt"),
        ("a.cpt", "0 " + "/" * 100_000, "a.cpt"),
    ],
)
def test_long_texts_are_refused_at_once(
    tmp_path: Path, name: str, content: str, message: str
) -> None:
    (tmp_path / name).write_text(content)
    # In quadratic time this would not end.
    with pytest.raises(GeoindexError, match=message):
        load_palette(tmp_path / name)


@posix_only
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_other_signals_are_like_ctrl_c(folder: Path, name: str) -> None:
    rng = np.random.default_rng(0)
    Image.fromarray(rng.integers(0, 256, (3000, 3000, 3), dtype=np.uint8)).save(folder / "big.png")
    command = [sys.executable, "-m", "geoindex", "convert", "big.png", "-o", "out.tif"]
    process = subprocess.Popen(
        [*command, "-p", "windows-256", "--metric", "lab"],
        cwd=folder,
        env=environment(),
        stderr=subprocess.PIPE,
        text=True,
    )
    while not list(folder.glob(".out.tif*")) and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(getattr(signal, name))
    _, told = process.communicate()
    if process.returncode != 0:  # it was not done before
        assert process.returncode == 130
        assert "interrupted" in told
        assert not list(folder.glob("*out.tif*"))
        assert not list(folder.glob(".out.tif*"))
