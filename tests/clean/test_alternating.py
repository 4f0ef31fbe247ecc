"""Hatchings that are found without being named."""

from __future__ import annotations

from pathlib import Path

import dask.array as da
import numpy as np
import pytest
from PIL import Image

from geoindex import Clean, Palette, clean_grid, convert, convert_many, index_image, open_grid
from geoindex.errors import OptionError
from tests.support.command_line import printed

WHITE, GREEN, RED, BLUE = range(4)
COLORS = np.array([[255, 255, 255], [76, 174, 29], [230, 140, 120], [120, 150, 220]], np.uint8)
SHAPE = (300, 420)


def draw(stripes: np.ndarray, *, also_green: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """A map with soft edges and its answer: in a disk, white alternates with green."""
    y, x = (np.indices((4 * SHAPE[0], 4 * SHAPE[1])) + 0.5) / 4
    units = np.where(x + 30 * np.sin(y / 40) < 210, RED, BLUE)
    units[(x - 330) ** 2 + (y - 230) ** 2 < 50**2] = WHITE
    if also_green:
        units[(x - 90) ** 2 + (y - 230) ** 2 < 65**2] = GREEN
    disk = (x - 150) ** 2 + (y - 110) ** 2 < 90**2
    slant = np.floor(x + 0.4 * y).astype(int)
    fine = np.where(disk, np.where(stripes[slant], GREEN, WHITE), units)
    picture = COLORS[fine].reshape(SHAPE[0], 4, SHAPE[1], 4, 3).mean(axis=(1, 3))
    units[disk] = GREEN
    return picture.round().astype(np.uint8), units[2::4, 2::4]


REGULAR = np.arange(600) % 11 < 4


def test_the_color_that_occurs_in_the_stripes_alone_is_the_hatched_unit() -> None:
    picture, answer = draw(REGULAR)
    palette = Palette(COLORS)
    found = index_image(picture, palette, clean=Clean(ink=(), hatch="auto"))
    named = index_image(picture, palette, clean=Clean(ink=(), hatch="0+1=1"))
    assert (found.indices == named.indices).all()
    assert (found.indices == answer).mean() > 0.99
    assert found.provenance["clean"]["hatch"] == [[WHITE, GREEN, GREEN]]
    # So it is from the classes alone, within a largest distance, and in chunks.
    options = {"clean": Clean(ink=(), hatch="auto")}
    striped = index_image(picture, palette, clean=Clean(ink=()))
    assert (clean_grid(striped, **options).grid.indices == answer).mean() > 0.98
    near = index_image(picture, palette, max_distance=200, **options)
    lazy = index_image(da.from_array(picture, (100, 130, 3)), palette, **options)
    assert (near.indices == found.indices).all()
    assert (lazy.compute().indices == found.indices).all()


def test_sheets_of_a_batch_have_the_same_hatchings(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="hatch='auto' finds other hatchings on each sheet"):
        convert_many([tmp_path], tmp_path / "out", Palette(COLORS), clean=Clean(hatch="auto"))


@pytest.mark.parametrize("seed", range(3))
def test_layers_of_different_width_are_no_hatching(seed: int) -> None:
    widths = np.random.default_rng(seed).integers(2, 12, 200)
    layers = np.repeat(np.arange(200) % 2 == 0, widths)[:600]
    grid = index_image(draw(layers)[0], Palette(COLORS), clean=Clean(ink=(), hatch="auto"))
    assert grid.provenance["clean"]["hatch"] == []


def test_without_a_palette_it_is_found_told_and_can_be_switched_off(tmp_path: Path) -> None:
    picture, answer = draw(REGULAR)
    Image.fromarray(picture).save(tmp_path / "map.png")
    target = str(tmp_path / "units.tif")
    words = ("convert", str(tmp_path / "map.png"), target, "--overwrite")
    told = printed(*words)
    assert "alternate over 2" in told
    assert "taken as one hatched unit" in told
    assert "(--hatch 'unit" in told
    grid = open_grid(target)
    assert np.unique(grid.indices).size == 4
    assert grid.counts().max() > 0.9 * np.bincount(answer.ravel()).max()
    assert "alternate" not in printed(*words, "--clean", "--no-hatch")
    striped = open_grid(target).indices[80:140, 110:190]
    assert np.unique(striped).size == 2
    assert np.unique(grid.indices[80:140, 110:190]).size == 1


def test_a_pair_whose_colors_both_stand_alone_is_told_and_left(tmp_path: Path) -> None:
    picture, _ = draw(REGULAR, also_green=True)
    picture[:, :60] = COLORS[GREEN]
    Image.fromarray(picture).save(tmp_path / "map.png")
    report = convert(tmp_path / "map.png", tmp_path / "units.tif")
    assert report.cleaned is not None
    (pair,) = report.cleaned["alternating"]
    assert pair["class"] is None
    assert report.cleaned["hatches"] == []
