"""Layers that are partly transparent on white, as web map services draw them."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from geoindex import Palette, convert, index_image, load_palette, open_grid
from geoindex.errors import GeoindexWarning, OptionError
from tests.support.command_line import invoke, printed

COLORS = [
    (200, 30, 40),
    (30, 90, 200),
    (250, 220, 90),
    (60, 160, 70),
    (120, 60, 150),
    (90, 50, 20),
]


def classes() -> np.ndarray:
    return np.arange(60 * 90).reshape(60, 90) // 30 % len(COLORS)


def write_layer(path: Path, opacity: float, paper: tuple[int, int, int]) -> None:
    """Pillow draws the layer over the paper."""
    layer = np.full((60, 90, 4), round(255 * opacity), np.uint8)
    layer[..., :3] = np.array(COLORS)[classes()]
    below = Image.new("RGBA", (90, 60), (*paper, 255))
    Image.alpha_composite(below, Image.fromarray(layer)).convert("RGB").save(path)


@pytest.mark.parametrize("opacity", [0.3, 0.5, 0.8])
def test_the_opacity_is_suggested_and_gives_the_classes(tmp_path: Path, opacity: float) -> None:
    write_layer(tmp_path / "a.png", opacity, (255, 255, 255))
    palette = Palette(COLORS, names=[f"unit {n}" for n in range(len(COLORS))])
    with pytest.warns(GeoindexWarning, match=rf"use opacity={opacity:g}, by palette.faded"):
        report = convert(tmp_path / "a.png", tmp_path / "a.tif", palette)
    assert report.opacity == pytest.approx(opacity)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        grid = index_image(tmp_path / "a.png", palette.faded(opacity))
    np.testing.assert_array_equal(grid.indices, classes())
    assert grid.palette.names == palette.names


def test_on_the_command_line(tmp_path: Path) -> None:
    write_layer(tmp_path / "a.png", 0.5, (240, 230, 200))
    Palette(COLORS).save(tmp_path / "p.csv")
    run = ["convert", tmp_path / "a.png", "-o", tmp_path / "a.tif", "-p", tmp_path / "p.csv"]
    printed(*run, "--opacity", 0.5, "--paper", "#f0e6c8")
    np.testing.assert_array_equal(open_grid(tmp_path / "a.tif").indices, classes())
    lonely = invoke(*run, "--paper", "white")
    assert "--paper needs --opacity" in lonely.stderr
    assert invoke(*run, "--opacity", 0).exit_code == 2


def test_maps_that_fit_suggest_nothing(tmp_path: Path, repository: Path) -> None:
    data = repository / "data"
    for palette in ("sample_palette.csv", None):
        source = data / palette if palette else "windows-256"
        target = tmp_path / "a.tif"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            report = convert(data / "sample_map.png", target, load_palette(source), overwrite=True)
        assert report.opacity is None


def test_fading_is_a_mixture() -> None:
    palette = Palette([[0, 0, 0], [255, 255, 255], [10, 20, 30]], roles=["ink", "", ""])
    faded = palette.faded(0.25, (255, 0, 0))
    assert faded.colors.tolist() == [[191, 0, 0], [255, 64, 64], [194, 5, 8]]
    assert faded.roles == palette.roles
    assert palette.faded(1) == palette
    for opacity in (0, 1.5, float("nan")):
        with pytest.raises(OptionError, match="opacity must lie above 0 and up to 1"):
            palette.faded(opacity)
