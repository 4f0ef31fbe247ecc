"""The command ``geoindex batch``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import geoindex
from geoindex import Clean, convert_many
from geoindex.cli import app, batch
from tests.support.command_line import environment, invoke, run
from tests.support.sheets import PALETTE, make_folders


@pytest.fixture
def maps(tmp_path: Path) -> Path:
    """Four sheets in nested folders, and files that are not sheets."""
    folder = tmp_path / "maps"
    make_folders(folder)
    return folder


def test_batch(maps: Path, tmp_path: Path) -> None:
    PALETTE.save(tmp_path / "legend.csv")
    (maps / "bad.png").write_text("no picture")
    result = run("batch", "maps", "-o", "out", "-p", "legend.csv", "--jobs", 2, cwd=tmp_path)
    assert result.returncode == 1
    assert result.stderr.splitlines() == [
        "Failed: maps/bad.png: is not a PNG, JPEG, TIFF, WebP, GIF, BMP or JPEG 2000 image, "
        "but a text that begins with 'no picture'; download or export it again",
        "Error: 1 of 5 sheets failed",
    ]
    lines = result.stdout.splitlines()
    assert lines[0] == "out: 5 sheets"
    assert [line.split()[:2] for line in lines[1:]] == [
        ["done", "4"],
        ["skipped", "0"],
        ["failed", "1"],
        ["no", "place"],
    ]
    # Two of them have a world file.
    assert lines[-1].split()[2] == "2"
    (maps / "bad.png").unlink()
    result = run("batch", "maps", "-o", "out", "-p", "legend.csv", "--json", cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert len(json.loads(result.stdout)["skipped"]) == 4
    result = run(
        "batch", "maps", "-o", "out", "-p", "legend.csv", "--no-resume", "-q", cwd=tmp_path
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    result = run("batch", "maps/*.bmp", "-o", "out", "-p", "legend.csv", cwd=tmp_path)
    assert result.returncode == 1
    assert result.stderr.startswith("Error: maps/*.bmp: contains no images")


def test_clean(maps: Path, tmp_path: Path) -> None:
    PALETTE.save(tmp_path / "legend.csv")
    command = ("maps", "-o", "out", "-p", "legend.csv")
    result = run("batch", *command, "--ink", "black", cwd=tmp_path)
    assert result.returncode == 2
    assert "--ink needs --clean" in result.stderr
    result = run("batch", *command, "--clean", "--ink", "black", "--speckle", 4, cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    report = convert_many(
        maps, tmp_path / "same", PALETTE, clean=Clean(ink="black", speckle=4), jobs=1
    )
    changed = sum(sum(sheet.cleaned["changed"].values()) for sheet in report.done)
    rows = [line.split()[:2] for line in result.stdout.splitlines()]
    assert ["changed", f"{changed:,}"] in rows
    found = geoindex.open_grid(tmp_path / "out" / "a.tif").indices
    assert (found == geoindex.open_grid(tmp_path / "same" / "a.tif").indices).all()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_progress_bar_on_a_terminal(maps: Path, tmp_path: Path) -> None:
    import pty
    import select
    import termios

    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    arguments = ["maps", "-o", "out", "-p", "windows-256", "--jobs", "1"]
    subprocess.run(
        [sys.executable, "-m", "geoindex", "batch", *arguments],
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        cwd=tmp_path,
        check=True,
        env=environment(),
    )
    assert select.select([ours], [], [], 0)[0]
    shown = os.read(ours, 10_000).decode()
    os.close(theirs)
    os.close(ours)
    assert "| 0/4 [" in shown
    assert "sheets/s]" in shown


def test_interrupts_say_how_far_it_came(
    maps: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def interrupted(*_: object, progress: Callable[[int, int], None], **__: object) -> None:
        progress(3, 30)
        raise KeyboardInterrupt

    monkeypatch.setattr(batch, "convert_many", interrupted)
    command = ["geoindex", "batch", str(maps), "-o", str(tmp_path / "out"), "-p", "tab20"]
    monkeypatch.setattr(sys, "argv", command)
    assert app._run() == app.INTERRUPTED
    told = capsys.readouterr().err
    assert "3 of 30 sheets are finished, 27 are left" in told
    assert "Run the same command again to continue" in told


def test_what_gdal_says_is_not_shown(maps: Path, tmp_path: Path) -> None:
    sheet = maps / "a.png"
    sheet.write_bytes(sheet.read_bytes()[:-40])
    result = invoke("batch", maps, "-o", tmp_path / "out", "-p", "tab20", "--name", "a.png")
    assert f"Failed: {sheet}: is damaged or cut short; export or copy it again" in result.stderr
