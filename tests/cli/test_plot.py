"""The command ``geoindex plot``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from geoindex import Palette
from tests.support.command_line import run
from tests.support.surveys import F3


def test_plot(folder: Path, legend: Palette) -> None:
    run("convert", "map.png", "out.tif", "-p", "legend.csv", cwd=folder)
    result = run("plot", "out.tif", "-o", "out.png", cwd=folder)
    assert (result.returncode, result.stderr) == (0, "")
    with Image.open(folder / "out.png") as image:
        shown = {tuple(color) for color in np.array(image.convert("RGB")).reshape(-1, 3).tolist()}
    assert {tuple(color) for color in legend.colors.tolist()} <= shown
    (folder / "map.dat").write_text('# "Inline"\t"Crossline"\t"Z"\t"A"\n1\t2\t0\t0\n')
    (folder / "map.legend.csv").write_text("index,r,g,b,name\n0,9,9,9,Till\n")
    (folder / ".survey").write_text(F3)
    result = run("plot", "map.dat", "-o", "lines.png", cwd=folder)
    assert (result.returncode, result.stderr) == (0, "")
    for arguments, message in [
        (["map.dat", "-o", "new.png", "--survey", "."], "inline 1, crossline 2; it has inlines"),
        (["out.tif", "-o", "out.png"], "exists already"),
        (["out.tif", "-o", "out.bmp"], "unknown suffix; pictures are written as .png"),
        (["map.png", "-o", "new.png"], "is not an index grid"),
        (["legend.csv", "-o", "new.png"], "unknown suffix; grids are read from"),
    ]:
        result = run("plot", *arguments, cwd=folder)
        assert result.returncode == 1
        assert message in result.stderr
