"""Swatches of printed legends, drawn with known colors."""

from __future__ import annotations

import io
import pickle
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from geoindex import GeoindexError, index_image, legend_palette
from geoindex.errors import MissingFileError, PaletteError
from tests.support.drawings import LEGEND_COLORS, draw_legend


def compressed(picture: Image.Image, quality: int) -> Image.Image:
    memory = io.BytesIO()
    picture.save(memory, "JPEG", quality=quality)
    return Image.open(memory).convert("RGB")


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"frame": False, "paper": (240, 240, 240)},
        {"gap": 0},
        {"gap": 0, "frame": False, "paper": (250, 245, 230)},
        {"columns": 2},
        {"columns": 7},
        {"size": (90, 40)},
        {"size": (14, 10)},
        {"size": (20, 20)},
        {"codes": True, "size": (48, 18)},
        {"outer": True},
        {"paper": (0, 0, 0), "frame": False},
    ],
    ids=str,
)
def test_flat_swatches_are_found_exactly(options: dict) -> None:
    legend = legend_palette(np.array(draw_legend(**options)))
    assert [swatch.color for swatch in legend.swatches] == LEGEND_COLORS
    assert legend.patterned == ()
    assert legend.colors.tolist() == [list(color) for color in LEGEND_COLORS]


def test_boxes_lie_on_the_swatches() -> None:
    picture = draw_legend(columns=2)
    sheet = Image.new("RGB", (700, 500), (200, 220, 255))
    sheet.paste(picture, (250, 120))
    box = (250, 120, 250 + picture.width, 120 + picture.height)
    legend = legend_palette(np.array(sheet), box=box)
    assert legend.box == box
    for i, swatch in enumerate(legend.swatches):
        left, top = 250 + 12 + i // 4 * 186, 120 + 14 + i % 4 * 26
        np.testing.assert_allclose(swatch.box, (left, top, left + 37, top + 19), atol=3)


@pytest.mark.parametrize("quality", [95, 85, 75, 50])
@pytest.mark.parametrize("options", [{}, {"columns": 2}, {"size": (60, 30)}], ids=str)
def test_jpeg(quality: int, options: dict) -> None:
    legend = legend_palette(np.array(compressed(draw_legend(**options), quality)))
    assert len(legend.swatches) == len(LEGEND_COLORS)
    difference = legend.colors.astype(int) - np.array(LEGEND_COLORS)
    assert np.abs(difference).max() <= (3 if quality > 60 else 6)
    assert legend.patterned == ()


@pytest.mark.parametrize("gap", [0, 8])
@pytest.mark.parametrize("hatched", [(2, 5), (0,), (6,)])
def test_patterned_swatches_are_told(gap: int, hatched: tuple[int, ...]) -> None:
    legend = legend_palette(np.array(draw_legend(gap=gap, hatched=hatched)))
    assert legend.patterned == hatched
    assert [swatch.color for swatch in legend.swatches] == LEGEND_COLORS


def test_dots_are_a_pattern_and_a_ramp_is_one() -> None:
    picture = np.full((120, 60, 3), 255, np.uint8)
    picture[10:40, 10:50] = (250, 200, 200)
    picture[12:40:6, 12:50:6] = (200, 0, 0)
    picture[50:80, 10:50] = (10, 200, 90)
    picture[90:112, 10:50] = np.linspace(0, 200, 40).astype(np.uint8)[:, np.newaxis]
    legend = legend_palette(picture)
    assert legend.patterned == (0, 2)
    assert legend.swatches[0].color == (250, 200, 200)
    assert legend.swatches[1].box == (10, 50, 50, 80)


def test_columns_come_from_left_to_right() -> None:
    picture = np.full((60, 120, 3), 255, np.uint8)
    expected = [(10, 10, 200), (20, 200, 20), (200, 30, 30), (40, 40, 40)]
    for color, (x, y) in zip(expected, [(10, 10), (12, 35), (70, 8), (70, 33)], strict=True):
        picture[y : y + 15, x : x + 25] = color
    assert [swatch.color for swatch in legend_palette(picture).swatches] == expected


def test_names() -> None:
    picture = np.array(draw_legend())
    names = [f"unit {i}" for i in range(len(LEGEND_COLORS))]
    assert legend_palette(picture, names=names).names == tuple(names)
    with pytest.raises(GeoindexError, match="has 7 swatches but there are 2 names"):
        legend_palette(picture, names=["a", "b"])


def test_a_file_gives_a_palette_with_inks(tmp_path: Path) -> None:
    draw_legend().save(tmp_path / "sheet.png")
    names = [f"unit {i}" for i in range(len(LEGEND_COLORS))]
    legend = legend_palette(tmp_path / "sheet.png", names=names, ink=["black", "unit 2"])
    assert legend.names == (*names, "ink black")
    assert legend.roles == ("", "", "ink", "", "", "", "", "ink")
    assert legend.colors[-1].tolist() == [0, 0, 0]
    picture = legend.colors[np.newaxis]
    assert index_image(picture, legend, channel_axis=-1).indices.tolist() == [list(range(8))]
    assert pickle.loads(pickle.dumps(legend)).swatches == legend.swatches
    with pytest.raises(PaletteError, match="'lines' is neither the name of a swatch nor a color"):
        legend_palette(tmp_path / "sheet.png", ink=["lines"])
    with pytest.raises(MissingFileError, match="no such file"):
        legend_palette(tmp_path / "none.png")


@pytest.mark.parametrize(
    ("box", "message"),
    [
        ((0, 0, 10_000, 50), "box 0 0 10000 50 is not inside the picture of 206 x 218 pixels"),
        ((-1, 0, 100, 50), "is not inside"),
        ((50, 0, 50, 50), "is not inside"),
        ((60, 0, 50, 50), "is not inside"),
        ((1, 2, 3), "box must be four numbers"),
        ("abcd", "box must be four numbers"),
        ((100, 100, 104, 104), "holds no swatch"),
        ((60, 10, 200, 100), "holds no swatch"),
    ],
)
def test_bad_boxes(box: object, message: str) -> None:
    with pytest.raises(GeoindexError, match=message):
        legend_palette(np.array(draw_legend()), box=box)


@pytest.mark.parametrize(
    "picture",
    [
        np.full((50, 60, 3), 255, np.uint8),
        np.random.default_rng(0).integers(0, 256, (50, 60, 3), dtype=np.uint8),
    ],
)
def test_pictures_without_swatches(picture: np.ndarray) -> None:
    with pytest.raises(GeoindexError, match="holds no swatch"):
        legend_palette(picture)


@pytest.mark.parametrize("number", [1, 2, 8])
@pytest.mark.parametrize("frame", [(0, 0, 0), (128, 128, 128)])
@pytest.mark.parametrize("side", [12, 20])
@pytest.mark.parametrize("left", [0, 3])
def test_framed_icons_that_touch_each_other_and_the_border(
    number: int, frame: tuple[int, int, int], side: int, left: int
) -> None:
    colors = [*LEGEND_COLORS[:5], (250, 240, 10), (90, 20, 160), (255, 255, 255)]
    picture = Image.new("RGB", (180, number * side), (255, 255, 255))
    draw = ImageDraw.Draw(picture)
    for i, color in enumerate(colors[:number]):
        top = i * side
        draw.rectangle([left, top, left + side - 1, top + side - 1], fill=color, outline=frame)
        draw.text((left + side + 5, top), f"{i} Gabbro", fill=0, font_size=side / 2)
    legend = legend_palette(np.array(picture))
    assert [swatch.color for swatch in legend.swatches] == colors[:number]
    expected = (left + 1, 1, left + side - 1, side - 1)
    assert legend.swatches[0].box == expected
