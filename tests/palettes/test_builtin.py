"""The built-in palettes against their published colors."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from geoindex import Palette, builtin_palettes, load_palette


def test_chronostratigraphic_colors() -> None:
    """Colors of the printed chart, as hexadecimal."""
    known = {
        "Quaternary": "f9f97f",
        "Neogene": "ffe619",
        "Paleogene": "fd9a52",
        "Cretaceous": "7fc64e",
        "Jurassic": "34b2c9",
        "Triassic": "812b92",
        "Permian": "f04028",
        "Carboniferous": "67a599",
        "Devonian": "cb8c37",
        "Silurian": "b3e1b6",
        "Ordovician": "009270",
        "Cambrian": "7fa056",
    }
    periods = load_palette("ics-periods")
    colors = dict(zip(periods.names, periods.colors, strict=True))
    assert {name: bytes(colors[name]).hex() for name in known} == known
    assert (len(load_palette("ics-epochs")), len(load_palette("ics-stages"))) == (38, 102)


def test_computed_palettes() -> None:
    web = load_palette("web-safe-216").colors
    assert len(np.unique(web, axis=0)) == 216
    assert set(web.ravel().tolist()) == {0, 51, 102, 153, 204, 255}
    xterm = load_palette("xterm-256").colors
    assert xterm[[16, 21, 196, 231, 232, 255]].tolist() == [
        [0, 0, 0],
        [0, 0, 255],
        [255, 0, 0],
        [255, 255, 255],
        [8, 8, 8],
        [238, 238, 238],
    ]


def test_builtin_palettes_load(windows256: Palette) -> None:
    assert "windows-256" in builtin_palettes()
    for name in builtin_palettes():
        assert load_palette(name).name == name
    assert len(windows256) == 256
    assert len(np.unique(windows256.colors, axis=0)) == 256
    # The static system colors stand at both ends: black, dark red ... cyan, white.
    assert windows256.colors[[0, 1, 9, 246, 255]].tolist() == [
        [0, 0, 0],
        [128, 0, 0],
        [166, 202, 240],
        [255, 251, 240],
        [255, 255, 255],
    ]


def test_windows_256_equals_the_published_values(kevitsa: Path, windows256: Palette) -> None:
    published = np.loadtxt(kevitsa / "Windows_256_color_palette_RGB.csv", delimiter=",")
    np.testing.assert_array_equal(windows256.colors, published)
