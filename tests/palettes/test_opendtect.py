"""OpendTect color tables show every class in its exact color; published tables can be read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from geoindex import Palette, load_palette
from geoindex.errors import OutputError, PaletteError
from tests.support.opendtect_colors import read_table, shown

SIZES = [2, 3, 16, 64, 127, 128, 200, 254, 255]


@pytest.mark.parametrize("low_high", [(0, 255), (0, 254), (-0.5, 254.5)], ids=str)
def test_every_class_shows_in_its_color(tmp_path: Path, low_high: tuple[float, float]) -> None:
    colors = np.random.default_rng(7).permutation(256**3)[:255]
    colors = np.stack([colors >> 16, colors >> 8 & 255, colors & 255], axis=-1)
    for count in SIZES:
        path = tmp_path / f"{count}.odct"
        Palette(colors[:count]).save(path)
        table = read_table(path.read_text())
        found = [shown(index, table, *low_high) for index in range(count)]
        assert found == [tuple(color) for color in colors[:count].tolist()], count


def test_the_emulation_shows_what_the_published_table_does(kevitsa: Path) -> None:
    """Colors of a screenshot of OpendTect 6, taken with the published table."""
    table = read_table((kevitsa / "ODT_win256_cm.txt").read_text())
    found = np.array([shown(index, table, 0, 255) for index in range(256)])
    screenshot = {
        9: (162, 197, 238),
        20: (42, 159, 7),
        49: (85, 95, 104),
        53: (85, 127, 99),
        148: (212, 31, 57),
        203: (255, 191, 153),
    }
    assert {index: tuple(found[index].tolist()) for index in screenshot} == screenshot
    true = load_palette("windows-256").colors
    assert (found == true).all(axis=1).sum() == 4


def test_reads_the_published_table(kevitsa: Path) -> None:
    palette = load_palette(kevitsa / "ODT_win256_cm.txt")
    np.testing.assert_array_equal(palette.colors, load_palette("windows-256").colors)
    assert palette.name == "Win_256"


def table(*markers: str, segments: int = -1, head: str = "dTect V6.0\nColors\nnow\n!\n") -> str:
    lines = [f"3.Value-Color.{place}: {marker}" for place, marker in enumerate(markers)]
    return head + "\n".join(["3.Name: Mine", f"3.Nr segments: {segments}", *lines, "!"])


def test_kinds_of_tables(tmp_path: Path) -> None:
    path = tmp_path / "table.txt"
    path.write_text(table("0`1`2`3`0", "0.4`4`5`6", "0.41`4`5`6`0"))
    assert load_palette(path).colors.tolist() == [[1, 2, 3], [4, 5, 6], [4, 5, 6]]
    assert load_palette(path).name == "Mine"
    # A gap in the numbers ends the list, and numbers may begin with 1.
    path.write_text(table("0`1`2`3`0", "1`4`5`6`0").replace("Color.1", "Color.2"))
    assert len(load_palette(path)) == 1
    path.write_text(table("0`9`9`9", "0`1`2`3").replace("Color.0", "Color.7"))
    assert load_palette(path).colors.tolist() == [[1, 2, 3]]
    path.write_text(table("0`0`0`0", "1`200`100`50", segments=0))
    with pytest.raises(PaletteError, match="is a continuous ramp"):
        load_palette(path)
    assert load_palette(path, n_colors=3).colors.tolist() == [
        [0, 0, 0],
        [100, 50, 25],
        [200, 100, 50],
    ]
    # A user's settings hold other keys, and perhaps many tables.
    path.write_text(table("0`1`2`3") + "\nother.Name: x\ndTect.Name: y\n!\n")
    assert len(load_palette(path)) == 1
    path.write_text(table("0`1`2`3") + "\n4.Name: Other\n4.Value-Color.0: 0`1`1`1\n!\n")
    with pytest.raises(PaletteError, match=r"holds 2 color tables \(Mine, Other\); export only"):
        load_palette(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (table(), "color table 3 has no key '3.Value-Color.0'"),
        (table("x`1`2`3"), "line 7: 'x' is not the position of a color"),
        (table("0`1`2"), "line 7: a color is position`red`green`blue"),
        (table("0`1`2`256"), "line 7: '256' is not a color value"),
        ("dTect V6.0\nSurvey Info\nnow\n!\nName: F3\n!\n", "holds no color table"),
    ],
)
def test_refuses_damaged_tables(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "table.odct"
    path.write_text(content)
    with pytest.raises(PaletteError, match=message):
        load_palette(path)


def test_more_classes_than_the_scene_shows(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"p\.odct: OpendTect shows at most 255 classes"):
        load_palette("windows-256").save(tmp_path / "p.odct")
    assert list(tmp_path.iterdir()) == []
