"""Styles beside a grid: what QGIS and ArcGIS show of its numbers."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
import rasterio
from PIL import Image

from geoindex import GeoindexError, Palette, index_image, open_grid
from tests.support.command_line import invoke

PALETTE = Palette(
    [[200, 0, 0], [0, 200, 0], [0, 0, 200]], names=["Till", "Clay & sand", "Peat"]
).replace(values=[7, -3, 70_000])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    pixels = PALETTE.colors[np.arange(12).reshape(3, 4) % 3]
    Image.fromarray(pixels).save(tmp_path / "sheet.png")
    (tmp_path / "sheet.pgw").write_text("5\n0\n0\n-5\n1000\n2000\n")
    PALETTE.save(tmp_path / "legend.csv")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def shown_by_qgis(path: Path) -> dict[int, tuple[str, str]]:
    """Color and label of each value of a paletted raster renderer."""
    entries = ET.parse(path).iter("paletteEntry")
    return {
        int(one.attrib["value"]): (one.attrib["color"], one.attrib["label"]) for one in entries
    }


def shown_by_arcgis(path: Path) -> dict[int, str]:
    """Color of each value: value, red, green, blue."""
    rows = (line.split()[:4] for line in path.read_text().splitlines())
    return {int(v): f"#{int(r):02x}{int(g):02x}{int(b):02x}" for v, r, g, b in rows}


@pytest.mark.parametrize("suffix", [".tif", ".png", ".asc"])
@pytest.mark.parametrize("numbers", [{}, {"first": 1, "nodata": 0}, {"values": True}])
def test_every_number_of_the_file_has_its_class(folder: Path, suffix: str, numbers: dict) -> None:
    if suffix == ".png" and "values" in numbers:
        pytest.skip("a PNG holds no such numbers")
    if suffix == ".asc":
        numbers = {key: value for key, value in numbers.items() if key != "nodata"}
    target = folder / f"grid{suffix}"
    index_image("sheet.png", PALETTE).save(target, style=["qml", "clr"], **numbers)
    with rasterio.open(target) as source:
        pixels = source.read(1)
    with Image.open("sheet.png") as sheet:
        colors = np.asarray(sheet).reshape(-1, 3).tolist()
    qgis, arcgis = shown_by_qgis(folder / "grid.qml"), shown_by_arcgis(folder / "grid.clr")
    names = dict(zip(map(tuple, PALETTE.colors.tolist()), PALETTE.names or (), strict=True))
    for number, color in zip(pixels.ravel().tolist(), colors, strict=True):
        text = "#{:02x}{:02x}{:02x}".format(*color)
        assert qgis[number] == (text, names[tuple(color)])
        assert arcgis[number] == text
    assert len(qgis) == len(arcgis) == 3


def test_on_the_command_line(folder: Path) -> None:
    base = ["convert", "sheet.png", "-p", "legend.csv"]
    assert invoke(*base, "-o", "grid.tif", "--values", "--style", "qml").exit_code == 0
    assert set(shown_by_qgis(folder / "grid.qml")) == {7, -3, 70_000}
    assert not (folder / "grid.clr").exists()
    # The style of sheet.tif would be that of sheet.png, too.
    result = invoke(*base, "-o", "sheet.tif", "--style", "qml")
    assert "would apply this style to sheet.png, too" in str(result.exception)
    assert "--style qml --style qml" in str(result.exception)
    assert not (folder / "sheet.tif").exists()
    assert invoke(*base, "-o", "sheet.tif", "--style", "qml", "--style", "qml").exit_code == 0
    assert open_grid("sheet.tif").palette.names == PALETTE.names
    assert len(shown_by_qgis(folder / "sheet.qml")) == 3


def test_what_is_refused(folder: Path) -> None:
    grid = index_image("sheet.png", PALETTE)
    for target, style, message in [
        ("a.tif", "sld", "unknown style 'sld'; known: qml, clr"),
        ("a.npy", "qml", r"style= is for grids as \.tif, \.png or \.asc"),
        ("legend.tif", "clr", "legend.clr: exists already"),
    ]:
        (folder / "legend.clr").write_text("own")
        with pytest.raises(GeoindexError, match=message):
            grid.save(target, style=style)
        assert not (folder / target).exists()
    assert (folder / "legend.clr").read_text() == "own"
