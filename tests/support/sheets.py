"""Small map sheets for the tests of batches."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from geoindex import BatchReport, Palette

PALETTE = Palette([[0, 0, 0], [230, 60, 20], [250, 240, 200]], name="legend")
OTHER_PALETTE = Palette([[250, 240, 200], [0, 0, 0], [230, 60, 20]], name="other")


def make_sheets(folder: Path, names: list[str], side: int = 16) -> None:
    """Draw sheets of random pixels with a world file each."""
    rng = np.random.default_rng(len(names))
    for number, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        colors = PALETTE.colors[rng.integers(0, 3, (side, side))]
        Image.fromarray(colors).save(path)
        if path.suffix == ".png":
            path.with_suffix(".pgw").write_text(f"5\n0\n0\n-5\n{1000 * number}\n2000\n")


FOLDERS = ["a.png", "north/b.png", "north/far/c.tif", "south/d.PNG"]


def make_folders(folder: Path) -> None:
    """Draw four sheets in nested folders, beside files that are not sheets."""
    make_sheets(folder, FOLDERS)
    (folder / "readme.txt").write_text("no sheet")
    (folder / ".hidden.png").write_text("no sheet")
    (folder / ".git").mkdir()
    (folder / ".git" / "x.png").write_text("no sheet")


def grids(folder: Path) -> dict[str, bytes]:
    """Contents of a folder by relative path, without the batch record and scratch folders."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("[!.]*"))
        if path.is_file()
        and path.name != "geoindex-batch.jsonl"
        and not path.parent.name.endswith(".part")
    }


def deadly(folder: Path, name: str) -> None:
    """Add a module to `folder` that kills any Python process opening a file of this name."""
    (folder / "sitecustomize.py").write_text(
        "import os, sys\n"
        "def hook(event, args):\n"
        f"    if event == 'open' and os.path.basename(str(args[0])) == {name!r}:\n"
        "        os.kill(os.getpid(), 9)\n"
        "sys.addaudithook(hook)\n"
    )


TARGETS = ["a.tif", "north/b.tif", "north/far/c.tif", "south/d.tif"]
"""Grids of the sheets of :func:`make_folders`."""


def targets(report: BatchReport) -> list[str]:
    """Names of the grids that a batch has made, in its order."""
    return [Path(sheet.target).relative_to(report.folder).as_posix() for sheet in report.done]
