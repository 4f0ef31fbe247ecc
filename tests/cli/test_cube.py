"""The command ``geoindex cube``."""

from __future__ import annotations

from pathlib import Path

from geoindex import ColorCube, open_grid
from geoindex.errors import OutputError
from tests.support.command_line import invoke, printed


def test_cube(tmp_path: Path, repository: Path) -> None:
    palette = repository / "data" / "sample_palette.csv"
    target = tmp_path / "sample.colorcube"
    arguments = ["cube", palette, "-o", target, "--metric", "redmean"]
    assert printed(*arguments) == f"{target}: 21 palette colors, redmean, 16,777,216 RGB colors\n"
    assert ColorCube.load(target).metric == "redmean"
    assert isinstance(invoke(*arguments).exception, OutputError)
    image = repository / "data" / "sample_map.png"
    grid = tmp_path / "map.tif"
    assert "(redmean)" in printed("convert", image, grid, "-p", target)
    assert open_grid(grid).provenance["metric"] == "redmean"
