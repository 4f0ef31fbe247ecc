"""Swatches of printed legends, drawn here so that the answers are known."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image, ImageDraw, ImageFont

from geoindex import GeoindexError, legend_palette, load_palette
from geoindex.cli.app import cli
from geoindex.errors import OutputError, PaletteError

COLORS = [
    (204, 204, 204),
    (104, 104, 104),
    (159, 170, 217),
    (93, 137, 68),
    (56, 168, 0),
    (255, 255, 255),
    (230, 203, 203),
]
FINE = 4


def draw_legend(
    *,
    frame: bool = True,
    gap: int = 8,
    columns: int = 1,
    size: tuple[int, int] = (36, 18),
    paper: tuple[int, int, int] = (255, 255, 255),
    codes: bool = False,
    hatched: tuple[int, ...] = (),
    outer: bool = False,
    colors: list[tuple[int, int, int]] = COLORS,
) -> Image.Image:
    """Draw a legend four times as large and shrink it, which softens all edges."""
    width, height = size
    rows = -(-len(colors) // columns)
    shape = ((20 + columns * (width + 150)), 36 + rows * (height + gap))
    picture = Image.new("RGB", (shape[0] * FINE, shape[1] * FINE), paper)
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(size=12 * FINE)
    if outer:
        draw.rectangle([8, 8, shape[0] * FINE - 9, shape[1] * FINE - 9], outline=0, width=FINE)
    for i, color in enumerate(colors):
        left = (12 + i // rows * (width + 150)) * FINE + 1
        top = (14 + i % rows * (height + gap)) * FINE + 2
        right, bottom = left + width * FINE, top + height * FINE
        draw.rectangle([left, top, right, bottom], fill=color)
        if i in hatched:
            for start in range(left - height * FINE, right, 6 * FINE):
                for y in range(top, bottom):
                    x = start + y - top
                    if left <= x <= right - FINE:
                        draw.line([x, y, x + FINE, y], fill=0)
        if frame:
            draw.rectangle([left, top, right, bottom], outline=0, width=FINE)
        if codes:
            draw.text((left + 8 * FINE, top + FINE), "Qal", fill=0, font=font)
        draw.text((right + 8 * FINE, top + FINE), f"{i} Gabbro BDO III", fill=0, font=font)
    return picture.resize(shape, Image.Resampling.BOX)


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
    assert [swatch.color for swatch in legend.swatches] == COLORS
    assert legend.patterned == ()
    assert legend.palette.colors.tolist() == [list(color) for color in COLORS]


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
    assert len(legend.swatches) == len(COLORS)
    difference = legend.palette.colors.astype(int) - np.array(COLORS)
    assert np.abs(difference).max() <= (3 if quality > 60 else 6)
    assert legend.patterned == ()


@pytest.mark.parametrize("gap", [0, 8])
@pytest.mark.parametrize("hatched", [(2, 5), (0,), (6,)])
def test_patterned_swatches_are_told(gap: int, hatched: tuple[int, ...]) -> None:
    legend = legend_palette(np.array(draw_legend(gap=gap, hatched=hatched)))
    assert legend.patterned == hatched
    assert [swatch.color for swatch in legend.swatches] == COLORS


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
    names = [f"unit {i}" for i in range(len(COLORS))]
    assert legend_palette(picture, names=names).palette.names == tuple(names)
    with pytest.raises(GeoindexError, match="has 7 swatches but there are 2 names"):
        legend_palette(picture, names=["a", "b"])


@pytest.mark.parametrize(
    ("box", "message"),
    [
        ((0, 0, 10_000, 50), "box 0 0 10000 50 is not inside the picture of 206 x 218 pixels"),
        ((-1, 0, 100, 50), "is not inside"),
        ((50, 0, 50, 50), "is not inside"),
        ((60, 0, 50, 50), "is not inside"),
        ((1, 2, 3), "box must be four whole numbers"),
        ("abcd", "box must be four whole numbers"),
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


def test_command(tmp_path: Path) -> None:
    picture = draw_legend(hatched=(2,))
    picture.save(tmp_path / "sheet.png")
    (tmp_path / "names.txt").write_text(
        "\n".join(["Metavolcanic", "Gabbro & norite", "Ångström", "d", "e", "f", "", "g"]),
        encoding="utf-8",
    )
    box = ["--box", "0", "0", str(picture.width), str(picture.height)]

    def run(*arguments: object) -> object:
        return CliRunner().invoke(
            cli, ["palette", "legend", str(tmp_path / "sheet.png"), *map(str, arguments)]
        )

    named = ["--names", tmp_path / "names.txt", "--picture", tmp_path / "found.png"]
    result = run(*box, "-o", tmp_path / "legend.csv", *named)
    assert result.exit_code == 0, result.output
    assert "Warning: swatch 2 (Ångström) is patterned" in result.stderr
    palette = load_palette(tmp_path / "legend.csv")
    assert palette.colors.tolist() == [list(color) for color in COLORS]
    assert palette.names[:3] == ("Metavolcanic", "Gabbro & norite", "Ångström")
    with Image.open(tmp_path / "found.png") as found:
        drawn = {tuple(color) for color in np.array(found.convert("RGB")).reshape(-1, 3).tolist()}
    assert set(COLORS) <= drawn
    assert (255, 0, 255) in drawn
    typed = [part for i in range(7) for part in ("--name", f"n{i}")]
    content = json.loads(run(*box, "-o", tmp_path / "b.gpl", *typed, "--json").stdout)
    assert [swatch["name"] for swatch in content["swatches"]] == [f"n{i}" for i in range(7)]
    assert [swatch["patterned"] for swatch in content["swatches"]].index(True) == 2
    assert run(*box, "-o", tmp_path / "c.csv", "-q").stdout == ""
    # Where names are missing, the picture shows of what.
    few = run(*box, "-o", tmp_path / "e.csv", "--name", "a", "--picture", tmp_path / "e.png")
    assert few.exit_code == 1
    assert isinstance(few.exception, PaletteError)
    assert "7 swatches but there are 1 names; look at a picture" in str(few.exception)
    assert (tmp_path / "e.png").is_file()
    assert not (tmp_path / "e.csv").exists()
    bad = run(*box, "-o", tmp_path / "e.foo")
    assert isinstance(bad.exception, OutputError)
    both = run(*box, "-o", tmp_path / "d.csv", *typed, "--names", tmp_path / "names.txt")
    assert both.exit_code == 2


def test_command_with_bad_input(tmp_path: Path) -> None:
    draw_legend().save(tmp_path / "sheet.png")
    (tmp_path / "latin.txt").write_bytes("Ängelholm".encode("latin-1"))
    before = sorted(tmp_path.iterdir())
    box = ["--box", "0", "0", "200", "200"]
    for arguments, message in [
        (["--box", "0", "0", "900", "200", "-o", "a.csv"], "sheet.png: box 0 0 900 200 is not"),
        ([*box, "-o", "a.xyz"], "unknown suffix"),
        ([*box, "-o", "a.csv", "--name", "x"], "sheet.png: the legend has 7 swatches but there"),
        ([*box, "-o", "a.csv", "--names", "none.txt"], "none.txt: no such file"),
        ([*box, "-o", "a.csv", "--names", "latin.txt"], "latin.txt: is not UTF-8"),
        ([*box, "-o", "a.csv", "--picture", "a.bmp"], "pictures are written as"),
    ]:
        paths = [
            str(tmp_path / part) if part.endswith((".csv", ".xyz", ".txt", ".bmp")) else part
            for part in arguments
        ]
        command = ["palette", "legend", str(tmp_path / "sheet.png"), *paths]
        result = CliRunner().invoke(cli, command)
        assert isinstance(result.exception, GeoindexError)
        assert message in str(result.exception)
    assert sorted(tmp_path.iterdir()) == before
