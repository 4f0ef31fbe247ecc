"""The command ``geoindex plot``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from geoindex import Palette
from tests.support.command_line import run


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
