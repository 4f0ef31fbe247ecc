"""Whether class recovery notices units that the palette lacks, on maps with a known answer."""

from __future__ import annotations

import warnings
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from geoindex import Clean, IndexGrid, Palette, clean_grid, convert, nearest
from geoindex.clean.blocks import clean_block
from geoindex.clean.lacking import find_lacking
from geoindex.errors import GeoindexWarning
from tests.support.recovered import assert_blocks_agree, assert_knows_how_sure_it_is

NOTICED = ("scan", "printed", "jpeg-60", "inked")


@pytest.fixture(scope="module")
def sheets(benchmark):
    """Maps of a seed that was not used for tuning."""
    small = {"n_units": 16, "n_regions": 30, "shape": (280, 360)}
    return benchmark("printed_maps").print_map(1007, [*NOTICED, "halftone", "blend"], **small)


def recovered(picture: np.ndarray, colors: np.ndarray, n_inks: int):
    """Recover a map with a palette that ends in inks; tell the result and its warnings."""
    palette = Palette(colors)
    inks = range(len(colors) - n_inks, len(colors))
    grid = IndexGrid(indices=nearest(picture, palette), palette=palette, nodata=255)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", GeoindexWarning)
        result = clean_grid(grid, Clean(ink=tuple(inks)), image=picture)
    return result, [str(one.message) for one in caught]


def without(sheet, unit: int) -> tuple[np.ndarray, np.ndarray]:
    """The palette without a unit, and the answer, -1 where the unit is."""
    truth = sheet.truth.astype(int)
    return np.delete(sheet.colors, unit, axis=0), np.where(
        truth == unit, -1, truth - (truth > unit)
    )


@pytest.mark.parametrize("name", NOTICED)
@pytest.mark.parametrize("place", [0, 6])
def test_a_unit_that_the_palette_lacks_is_noticed(sheets, name: str, place: int) -> None:
    sheet = sheets[name]
    unit = int(np.argsort(-np.bincount(sheet.truth.ravel()), kind="stable")[place])
    colors, truth = without(sheet, unit)
    result, said = recovered(sheet.picture, colors, len(sheet.inks))
    right, asked = result.grid.indices == truth, ~sheet.tied & result.grid.valid
    assert right[asked & (result.confidence > 90)].mean() >= 0.99
    assert result.quality is not None
    assert abs(result.quality.expected_right - right[asked].mean()) < 0.02
    valid = result.grid.valid
    lacks = (truth < 0) & valid
    assert result.quality.unlisted == pytest.approx(lacks.sum() / valid.sum(), rel=0.15)
    assert (result.confidence[lacks] < 10).mean() > 0.85
    assert (result.confidence[~lacks] < 10).mean() < 0.01
    # The color is told: exactly by an export, else about.
    lossless = name == "inked"
    found = (
        [color for group in result.merged for color in group.colors]
        if lossless
        else (result.plan.lacking)
    )
    off = np.abs(np.array(found) - sheet.colors[unit]).max(axis=1)
    assert off.min() <= (0 if lossless else 12)
    assert lossless or len(found) == 1
    listed = ",".join(map(str, np.array(found)[off.argmin()]))
    assert sum(listed in text for text in said) == 1


@pytest.mark.parametrize(("name", "off"), [*product([*NOTICED, "halftone"], [0, 4]), ("blend", 0)])
def test_no_alarm_with_the_legend_of_the_map(sheets, name: str, off: int) -> None:
    """Nor if its colors are off by a few levels, as those of printed legends are."""
    sheet, rng = sheets[name], np.random.default_rng(5)
    moved = sheet.colors + rng.integers(-off, off + 1, sheet.colors.shape)
    result, said = recovered(
        sheet.picture, np.clip(moved, 0, 255).astype(np.uint8), len(sheet.inks)
    )
    assert_knows_how_sure_it_is(result, result.grid.indices == sheet.truth, ~sheet.tied)
    assert result.quality is not None
    assert result.quality.unlisted == 0
    assert result.plan.lacking == ()
    assert not said


def test_a_unit_close_to_another_one_is_noticed_in_exports(drawn) -> None:
    """Nine levels apart: no pixel of it is in doubt by itself."""
    largest, second = np.argsort(-np.bincount(drawn.truth.ravel()))[:2]
    picture, close = drawn.pictures["+ black contacts"].copy(), drawn.colors[largest] - (0, 9, 0)
    picture[(picture == drawn.colors[second]).all(axis=2)] = close
    colors, truth = without(drawn, second)
    result, said = recovered(picture, colors, 2)
    assert result.quality is not None
    # The edges of the unit are not flat.
    assert result.quality.unlisted == pytest.approx((truth < 0).mean(), rel=0.25)
    right = (result.grid.indices == truth).mean()
    assert result.quality.expected_right == pytest.approx(right, abs=0.02)
    assert any(",".join(map(str, close)) in text for text in said)


def test_every_road_tells_the_same_of_a_lacking_unit(sheets, tmp_path: Path) -> None:
    sheet = sheets["scan"]
    colors, _ = without(sheet, int(np.bincount(sheet.truth.ravel()).argmax()))
    result, said = recovered(sheet.picture, colors, len(sheet.inks))
    assert_blocks_agree(
        sheet.picture, nearest(sheet.picture, Palette(colors)), result.plan,
        clean_block(sheet.picture, nearest(sheet.picture, Palette(colors)), result.plan),
    )  # fmt: skip
    Image.fromarray(sheet.picture).save(tmp_path / "map.png")
    with pytest.warns(GeoindexWarning, match="the palette lacks a color of the map, about"):
        report = convert(
            tmp_path / "map.png", tmp_path / "units.tif", Palette(colors),
            clean=Clean(ink=(len(colors) - 1,)),
        )  # fmt: skip
    assert report.cleaned is not None
    assert report.cleaned["lacking"] == [list(color) for color in result.plan.lacking]
    assert report.cleaned["quality"] == result.to_dict()["quality"]
    assert set(said) <= set(report.warnings())


def cells_of(*colors_and_numbers) -> tuple[np.ndarray, np.ndarray]:
    """Cells of some colors with a little noise, half of each shown."""
    rng = np.random.default_rng(1)
    cells = np.concatenate(
        [rng.normal(color, 1.5, (number, 3)) for color, number in colors_and_numbers]
    )
    return cells, np.full(len(cells), 0.5)


UNITS = np.array([[200.0, 180, 120], [120, 180, 200], [150, 220, 150]])
NO_INK = np.empty((0, 3))


def test_cells_of_one_color_far_from_all_units_lack_one() -> None:
    cells = cells_of((UNITS[0], 60), (UNITS[1], 30), ((230, 120, 140), 9), ((90, 110, 230), 20))
    (first, second) = find_lacking(*cells, UNITS, NO_INK)
    np.testing.assert_allclose(first, (90, 110, 230), atol=2)
    np.testing.assert_allclose(second, (230, 120, 140), atol=2)
    # An ink of the palette is none, and too few cells tell nothing.
    assert find_lacking(*cells, UNITS, np.array([[90.0, 110, 230]])) == (second,)
    assert find_lacking(*cells_of((UNITS[0], 60), ((230, 120, 140), 3)), UNITS, NO_INK) == ()
    # Neither do cells in which no color prevails.
    assert find_lacking(cells[0], cells[1] / 2, UNITS, NO_INK) == ()


def test_a_darker_tint_is_a_unit_of_its_own_and_shade_is_not() -> None:
    darker = 0.85 * UNITS[0]
    (found,) = find_lacking(*cells_of((UNITS[0], 60), (UNITS[1], 60), (darker, 9)), UNITS, NO_INK)
    np.testing.assert_allclose(found, darker, atol=2)
    rng = np.random.default_rng(2)
    shade = rng.uniform(0.7, 1.05, 300)[:, np.newaxis]
    cells = shade * UNITS[rng.integers(0, 3, 300)]
    assert find_lacking(cells, np.full(300, 0.5), UNITS, NO_INK) == ()


def test_a_unit_whose_legend_is_wrong_is_not_lacking() -> None:
    """If no cell has the color of the unit, a similar one is that of the unit."""
    moved = UNITS[0] + (0, 20, 0)
    assert find_lacking(*cells_of((moved, 60), (UNITS[1], 60)), UNITS, NO_INK) == ()
    both = cells_of((moved, 60), (UNITS[0], 30), (UNITS[1], 60))
    assert len(find_lacking(*both, UNITS, NO_INK)) == 1
