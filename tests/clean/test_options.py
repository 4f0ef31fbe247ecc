"""Options of class recovery: inks, hatchings, and what is refused."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from geoindex import Clean, IndexGrid, Palette, clean_grid, index_image, nearest
from geoindex.clean import Hatch
from geoindex.clean.entries import palette_row
from geoindex.errors import GeoindexWarning, GridError, OptionError
from tests.support.palettes import INK_PALETTE


@pytest.mark.parametrize(
    ("entry", "row"),
    [
        ("Contacts", 0),
        ("lake", 2),
        ("2", 2),
        (3, 3),
        ("#4cae1d", 3),
        ("76,174,29", 3),
        ("black", 0),
    ],
)
def test_palette_entries(entry: str | int, row: int) -> None:
    assert palette_row(entry, INK_PALETTE) == row


def test_ink_entries() -> None:
    rows = {
        "black, lake": (0, 2),
        "0;76,174,29": (0, 3),
        "0,76,174,29": (0, 3),
        "1,2,3": (1, 2, 3),
        "0,0,0,lake": (0, 2),
        "": (),
        None: (0,),
    }
    for ink, expected in rows.items():
        assert Clean(ink=ink).plan(INK_PALETTE).inks == expected
    assert Clean(ink=(0, 2, 3)).plan(INK_PALETTE).inks == (0, 2, 3)
    assert Clean(ink=[(0, 0, 0), "Lake"]).plan(INK_PALETTE).inks == (0, 2)
    assert Clean(ink=["76,174,29", "black, lake"]).plan(INK_PALETTE).inks == (0, 2, 3)


def test_words_mean_the_color_that_they_describe_best() -> None:
    palette = Palette([[230, 203, 203], [227, 26, 28], [20, 20, 20]])
    plan = Clean(ink="red, black, white").plan(palette)
    # Pink is no white, though nothing in the palette is nearer to it.
    assert (plan.inks, plan.ink_colors) == ((1, 2, 3), [[255, 255, 255]])
    assert plan.classes == palette


@pytest.mark.parametrize("ink", ["#0a0b0c", "10,11,12", [(10, 11, 12)], "10,11,12,#0A0B0C"])
def test_a_color_is_ink_whatever_the_palette_has(ink: object) -> None:
    plan = Clean(ink=ink).plan(Palette([[9, 9, 9], [200, 0, 0]], names=["a", "b"]))
    assert (plan.inks, plan.ink_colors) == ((2,), [[10, 11, 12]])
    assert plan.to_dict()["ink"] == []
    assert plan.to_dict()["ink_colors"] == [[10, 11, 12]]


def test_inks_that_replace_those_of_the_palette() -> None:
    with pytest.warns(GeoindexWarning, match=r"rows 0 \(Contacts\) are units now"):
        assert Clean(ink="lake").plan(INK_PALETTE).inks == (2,)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert Clean(ink="lake,black").plan(INK_PALETTE).inks == (0, 2)
        assert Clean(ink=()).plan(INK_PALETTE).inks == ()
    with pytest.warns(GeoindexWarning, match="no palette entry is ink"):
        assert Clean().plan(Palette([[0, 0, 0], [9, 9, 9]])).inks == ()


@pytest.mark.parametrize("n_colors", [4, 254, 255, 256])
def test_ink_that_the_palette_lacks_is_filled_as_ink_that_it_has(n_colors: int) -> None:
    rng = np.random.default_rng(2)
    colors = rng.integers(40, 256, (n_colors, 3), dtype=np.uint8)
    colors[:2] = (230, 203, 203), (95, 178, 210)
    picture = np.where(np.arange(120)[:, np.newaxis, np.newaxis] < 60, colors[0], colors[1])
    picture = np.repeat(picture, 140, axis=1).astype(np.uint8)
    picture[58:61], picture[:, 30:32] = (0, 0, 0), (200, 10, 10)
    # Too large to be filled with reach=9.
    picture[80:115, 60:120] = 0
    clean = Clean(ink="black,#c80a0a", reach=9)
    grid = index_image(picture, Palette(colors), clean=clean)
    listed = Palette([*colors.tolist(), [0, 0, 0], [200, 10, 10]])
    expected = index_image(picture, listed, clean=clean)
    assert len(grid.palette) == n_colors
    np.testing.assert_array_equal(grid.valid, expected.indices < n_colors)
    np.testing.assert_array_equal(
        grid.indices[grid.valid], expected.indices[expected.indices < n_colors]
    )
    assert set(np.unique(grid.indices[grid.valid])) == {0, 1}
    assert not grid.valid[95:100, 80:100].any()
    if n_colors < 256:
        nearest_colors = index_image(picture, Palette(colors))
        again = clean_grid(nearest_colors, clean, image=picture)
        np.testing.assert_array_equal(again.grid.valid, grid.valid)
        np.testing.assert_array_equal(again.grid.indices[grid.valid], grid.indices[grid.valid])


def test_ink_that_only_the_image_shows() -> None:
    grid = IndexGrid(indices=np.ones((9, 9), np.uint8), palette=INK_PALETTE, nodata=255)
    with pytest.raises(OptionError, match=r"does not have the ink 255,0,0, so only the image"):
        clean_grid(grid, Clean(ink="0,red"))


def test_a_hatching_that_is_not_found() -> None:
    indices = np.ones((40, 60), np.uint8)
    indices[:, 1::3] = 3
    grid = IndexGrid(indices=indices, palette=INK_PALETTE, nodata=255)
    hatches = ["Gneiss+Basalt=Lake", "Gneiss+Lake=Basalt"]
    with pytest.warns(GeoindexWarning, match="no hatching of Gneiss and Lake was found") as seen:
        cleaned = clean_grid(grid, Clean(hatch=hatches, hatch_gap=3))
    assert len(seen) == 1
    assert [hatch["pixels"] for hatch in cleaned.to_dict()["hatches"]] == [40 * 60, 0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"speckle": -1}, r"speckle must lie within 0\.\.64, found -1"),
        ({"speckle": 2.5}, r"speckle must be an integer, found 2\.5"),
        ({"reach": 1000}, r"reach must lie within 5\.\.256"),
        ({"connectivity": 6}, "connectivity must be 4 or 8, found 6"),
        ({"hatch": "white"}, "a hatch is written COLOR"),
    ],
)
def test_bad_options(options: dict, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        Clean(**options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ink": "mauve"}, "the palette has no entry 'mauve'"),
        ({"hatch": "yellow+1=2"}, r"no palette entry is yellow \(closest: row 3, 76,174,29\)"),
        ({"hatch": "#123456+1=2"}, "no palette entry has the color 18,52,86"),
        ({"ink": 4}, r"the palette has rows 0\.\.3, found 4"),
        ({"ink": (0, 1, 2, 3)}, "every palette entry is ink"),
        ({"ink": 1.5}, "a palette entry is a number, a name or a color, found 1.5"),
        ({"hatch": "1+1=2"}, "a hatch needs two different colors, found row 1 twice"),
        ({"hatch": "1+2=Nowhere"}, "the palette has no entry 'Nowhere'"),
    ],
)
def test_entries_that_the_palette_does_not_have(options: dict, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        Clean(**options).plan(INK_PALETTE)


def test_steps_that_are_none() -> None:
    with pytest.raises(OptionError, match=r"clean must be True or a geoindex\.Clean"):
        index_image(np.zeros((2, 2, 3), np.uint8), INK_PALETTE, clean="black")


def test_an_image_of_another_shape() -> None:
    grid = IndexGrid(indices=np.ones((6, 7), np.uint8), palette=INK_PALETTE)
    with pytest.raises(GridError, match="the image has 8 x 7 rows and columns, the grid 6 x 7"):
        clean_grid(grid, image=np.zeros((8, 7, 3), np.uint8))


def test_hatch_object() -> None:
    hatch = Hatch(colors=("White", 1), target=2)
    assert Clean(hatch=hatch).hatch == (hatch,)


def test_soft_edges_between_two_inks_are_no_units() -> None:
    """Black text in a white halo has grays at its edge, and the map gray units elsewhere."""
    palette = Palette(
        [[0, 0, 0], [255, 255, 255], [245, 190, 190], [110, 110, 110], [215, 215, 215]],
        roles=["ink", "ink", "", "", ""],
    )
    truth = np.full((60, 90), 2, np.uint8)
    truth[:, 60:75], truth[:, 75:] = 3, 4
    fine = palette.colors[truth].astype(float).repeat(4, axis=0).repeat(4, axis=1)
    for top in (42, 121):
        fine[top : top + 62, 50:163] = 255
        fine[top + 13 : top + 50, 63:150] = 0
    picture = fine.reshape(60, 4, 90, 4, 3).mean(axis=(1, 3)).round().astype(np.uint8)
    assert (nearest(picture, palette)[:, :58] > 2).sum() > 50
    found = clean_grid(index_image(picture, palette), image=picture).grid.indices
    np.testing.assert_array_equal(found, truth)
