"""Palettes whose classes join others or are shown in other colors: files, grids, conversion."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from PIL import Image

from geoindex import IndexGrid, Palette, convert, index_image, load_palette, open_grid
from geoindex.errors import GeoindexWarning, PaletteError
from tests.support.oracle import brute_force

COLORS = [[250, 240, 200], [200, 30, 30], [30, 200, 30], [0, 0, 0]]
EDITED = Palette(
    COLORS,
    ["till", "granite", "basalt", "dyke"],
    merge=[None, 0, None, 2],
    show=["", "#ffffff", "navy", ""],
)


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".json"])
def test_files_keep_what_was_edited(tmp_path: Path, suffix: str) -> None:
    EDITED.save(tmp_path / f"p{suffix}")
    back = load_palette(tmp_path / f"p{suffix}")
    assert (back.colors.tolist(), back.names) == (COLORS, EDITED.names)
    assert back.merge == (None, 0, None, 2)
    assert back.show == ("", "#ffffff", "#000080", "")


@pytest.mark.parametrize("suffix", [".tif", ".png", ".npy"])
def test_grids_keep_both_colors(tmp_path: Path, suffix: str) -> None:
    grid = IndexGrid(
        indices=np.arange(4, dtype=np.uint8).reshape(2, 2),
        palette=EDITED,
        nodata=255,
        transform=Affine(1, 0, 5, 0, -1, 9),
    )
    grid.save(tmp_path / f"g{suffix}")
    assert open_grid(tmp_path / f"g{suffix}").palette == EDITED
    assert grid.to_rgb()[1, 0].tolist() == [0, 0, 128]
    if suffix != ".npy":
        with rasterio.open(tmp_path / f"g{suffix}") as source:
            assert source.colormap(1)[2][:3] == (0, 0, 128)


def test_styles_show_the_chosen_color(tmp_path: Path) -> None:
    for suffix in (".qml", ".gpl", ".pal", ".act"):
        with pytest.warns(
            GeoindexWarning, match=r"stores no .*merges and no second colors; write"
        ):
            EDITED.save(tmp_path / f"p{suffix}")
        shown = load_palette(tmp_path / f"p{suffix}").colors[:4]
        assert shown.tolist() == [COLORS[0], [255, 255, 255], [0, 0, 128], COLORS[3]]


def test_pixels_are_compared_with_the_colors_of_the_map(tmp_path: Path) -> None:
    pixels = np.random.default_rng(8).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "map.png")
    EDITED.save(tmp_path / "legend.csv")
    rows = brute_force(pixels, EDITED.colors)
    expected = np.array([0, 0, 1, 1])[rows]
    convert(tmp_path / "map.png", tmp_path / "g.tif", tmp_path / "legend.csv")
    for grid in (index_image(pixels, EDITED), open_grid(tmp_path / "g.tif")):
        np.testing.assert_array_equal(grid.indices, expected)
        assert grid.palette.names == ("till", "basalt")
        assert grid.palette.shown.tolist() == [COLORS[0], [0, 0, 128]]
        assert grid.palette.merge is None


@pytest.mark.parametrize(
    ("rows", "match"),
    [
        ("1,2,3,1,\n4,5,6,0,", r"class 0 would be merged into itself, by way of 0"),
        ("1,2,3,7,\n4,5,6,,", r"no class has the row 7; the rows are 0 to 1"),
        ("1,2,3,,\n4,5,6,0.5,", r"line 3: merge is 0.5, which is no row number"),
        ("1,2,3,a,\n4,5,6,,", r"line 2: 'a' is not a number"),
        ("1,2,3,,blurple\n4,5,6,,", r"blurple"),
    ],
)
def test_wrong_edits_are_refused(tmp_path: Path, rows: str, match: str) -> None:
    (tmp_path / "p.csv").write_text(f"r,g,b,merge,show\n{rows}\n")
    with pytest.raises(PaletteError, match=match):
        load_palette(tmp_path / "p.csv")
