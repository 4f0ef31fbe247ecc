"""Names and headings read from printed legends."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from geoindex import legend_palette, load_palette
from geoindex.errors import GeoindexWarning, OptionError
from geoindex.learn.legend.names import joined
from tests.support.command_line import invoke

pytest.importorskip("onnxruntime")


@pytest.mark.parametrize("side", ["right", "left", "below"])
def test_names_and_headings_of_a_scan(
    repository: Path, monkeypatch: pytest.MonkeyPatch, side: str
) -> None:
    monkeypatch.syspath_prepend(str(repository / "benchmarks"))
    drawn = importlib.import_module("drawn_legends").draw_legend(
        2000, tilt=-2, x_height=9, side=side
    )
    folded = importlib.import_module("legends").folded
    legend = legend_palette(drawn.picture, read_names=True)
    assert len(legend.swatches) == len(drawn.swatches)
    assert legend.names is not None
    right = [
        folded(name) == folded(one.name)
        for name, one in zip(legend.names, drawn.swatches, strict=True)
    ]
    assert sum(right) >= len(right) - 1
    groups = [folded(swatch.group) for swatch in legend.swatches]
    assert groups == [folded(one.heading) for one in drawn.swatches]
    assert all(0.5 < swatch.confidence <= 1 for swatch in legend.swatches)


def test_names_of_the_sample_sheet(repository: Path, tmp_path: Path) -> None:
    """A clean drawing, by the command."""
    sheet, target = repository / "data" / "sample_sheet.png", tmp_path / "legend.csv"
    box = ["--box", "676", "55", "890", "490"]
    result = invoke("palette", "legend", sheet, *box, "--read-names", "-o", target)
    assert result.exit_code == 0, result.output
    names = (repository / "data" / "sample_legend.txt").read_text("utf-8").splitlines()
    assert load_palette(target).names == tuple(names)
    assert re.search(r"\(\d+% certain\)", result.stdout)
    both = invoke("palette", "legend", sheet, "--read-names", "--name", "a", "-o", target)
    assert both.exit_code == 2


@pytest.mark.parametrize("gap", [0, 30])
def test_names_below_swatches_in_a_row(gap: int) -> None:
    picture = Image.new("RGB", (620, 90), (255, 255, 255))
    draw = ImageDraw.Draw(picture)
    names = ("Gabbro", "Mica schist", "Tonalite gneiss", "Dunite")
    for place, (color, name) in enumerate(
        zip(("red", "green", "blue", "gray"), names, strict=True)
    ):
        left = 10 + 150 * place
        draw.rectangle([left, 10, left + 149 - gap, 40], fill=color)
        draw.text((left + 4, 46), name, fill=0, font_size=17)
    assert legend_palette(np.array(picture), read_names=True).names == names


def test_what_is_not_read_is_said() -> None:
    picture = Image.new("RGB", (300, 150), (255, 255, 255))
    draw = ImageDraw.Draw(picture)
    for row, (color, name) in enumerate([("red", "Gabbro"), ("green", ""), ("blue", "Dunite")]):
        draw.rectangle([10, 10 + 45 * row, 60, 40 + 45 * row], fill=color)
        draw.text((75, 12 + 45 * row), name, fill=0, font_size=20)
    with pytest.warns(GeoindexWarning, match="no name could be read beside swatch 1; give"):
        legend = legend_palette(np.array(picture), read_names=True)
    assert legend.names == ("Gabbro", "", "Dunite")
    assert legend.swatches[1].confidence is None
    with pytest.raises(OptionError, match="either given with names= or read"):
        legend_palette(np.array(picture), names=["a", "b", "c"], read_names=True)


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        (["Gneiss"], "Gneiss"),
        (["Gneiss and", "schist"], "Gneiss and schist"),
        (["Sand-", "stein"], "Sandstein"),
        (["Sand-", "und Kalkstein"], "Sand- und Kalkstein"),
        (["Lias-", "Mergel"], "Lias-Mergel"),
        (["tuff -", "lava"], "tuff - lava"),
        (["", "Marl"], "Marl"),
        ([], ""),
    ],
)
def test_lines_are_joined(lines: list[str], name: str) -> None:
    assert joined(lines) == name
