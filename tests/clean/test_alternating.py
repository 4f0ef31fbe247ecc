"""Hatchings that are found without being named."""

from __future__ import annotations

import io
from pathlib import Path

import dask.array as da
import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter

from geoindex import Clean, Palette, clean_grid, convert, convert_many, index_image, open_grid
from geoindex.clean.blocks import clean_block
from geoindex.color.pixels import Pixels
from geoindex.errors import OptionError
from tests.support.command_line import printed
from tests.support.recovered import assert_knows_how_sure_it_is, looked_at

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


def scanned(picture: np.ndarray) -> np.ndarray:
    """A picture with blur, noise and lossy compression."""
    blurred = gaussian_filter(picture.astype(float), (0.7, 0.7, 0))
    noisy = blurred + np.random.default_rng(1).normal(0, 6, picture.shape)
    file = io.BytesIO()
    Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)).save(file, "JPEG", quality=75)
    return np.array(Image.open(file))


@pytest.mark.parametrize("period", [6, 12])
def test_hatchings_of_scans(period: int) -> None:
    """Stripes that are narrower than what the unit of a pixel is told from, and wider ones."""
    stripes = np.arange(600) % period < 0.4 * period
    picture, answer = draw(stripes)
    pixels = scanned(picture)
    palette = Palette(COLORS)
    found = index_image(pixels, palette, clean=Clean(ink=(), hatch="auto"))
    assert found.provenance["clean"]["recovery"]["by"] == "scan"
    assert found.provenance["clean"]["hatch"] == [[WHITE, GREEN, GREEN]]
    named = Clean(ink=(), hatch="0+1=1", speckle=2, reach=5)
    bare = index_image(pixels, palette, clean=False)
    result = clean_grid(bare, named, image=pixels)
    inside = (answer == GREEN).nonzero()
    for grid in (found, result.grid):
        assert (grid.indices == answer).mean() > 0.985
        assert (grid.indices == answer)[inside].mean() > 0.97
    assert_knows_how_sure_it_is(result, result.grid.indices == answer)
    # No pixel depends on more than the halo.
    plan = named.plan(palette)
    tall, indices = (np.concatenate([part] * 4) for part in (pixels, bare.indices))
    plan = looked_at(plan, tall)
    whole = clean_block(tall, indices, plan)
    inner = slice(plan.halo, plan.halo + 90), slice(0, SHAPE[1])
    first, last = 60, 60 + 2 * plan.halo + 90
    assert last < len(tall)
    part = clean_block(tall[first:last], indices[first:last], plan, inner, origin=(first, 0))
    rows = slice(first + plan.halo, first + plan.halo + 90)
    assert (whole.indices[rows] == GREEN).any()
    np.testing.assert_array_equal(part.indices, whole.indices[rows])
    np.testing.assert_array_equal(part.confidence, whole.confidence[rows])


def test_a_scan_without_hatching_has_none() -> None:
    widths = np.random.default_rng(0).integers(2, 12, 200)
    layers = np.repeat(np.arange(200) % 2 == 0, widths)[:600]
    for stripes in (layers, np.zeros(600, bool)):
        plan = Clean(ink=(), hatch="auto", scan=True).plan(Palette(COLORS))
        pixels = scanned(draw(stripes)[0])
        assert plan.seen(SHAPE, Pixels(table=pixels).part).hatches == ()


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
