"""Dithered maps with a known answer, by ditherers that were learned from and by others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from geoindex import Clean, Palette, clean_grid, convert, index_image, nearest, open_grid
from geoindex.clean.blocks import clean_block
from geoindex.clean.kinds import find_recovery
from geoindex.clean.restore.dither import Dither
from geoindex.clean.restore.ditherers import DITHERERS, Ditherer
from geoindex.clean.restore.texture_kernels import run_sums
from geoindex.color.pixels import Pixels
from geoindex.errors import GeoindexWarning, OptionError
from tests.support.command_line import invoke, printed
from tests.support.recovered import assert_blocks_agree

pytestmark = pytest.mark.filterwarnings("ignore:dithering to so few colors")


@pytest.fixture(scope="module")
def dithered(benchmark):
    """Pictures reduced to half of the units' colors, and the answer."""
    variants = ["dithered", "dithered-ordered", "jpeg-60"]
    draw = benchmark("printed_maps").print_map
    return draw(1001, variants, n_units=24, n_regions=30, shape=(256, 330))


def exported(dithered) -> tuple[np.ndarray, np.ndarray]:
    """A picture of the units without contacts, and half of its colors and black."""
    drawn = dithered["dithered"]
    colors = drawn.colors[: drawn.n_units].astype(float)
    return colors[drawn.truth], np.vstack([colors[::2], [[0, 0, 0]]])


def seen(picture: np.ndarray, palette: Palette, clean: Clean):
    """The recovery that a picture is found to need."""
    return find_recovery(clean.plan(palette), picture.shape[:2], Pixels(table=picture).part)[0]


@pytest.mark.parametrize(("variant", "least"), [("dithered", 0.96), ("dithered-ordered", 0.9)])
def test_dithered_units_are_found_by_themselves(dithered, variant: str, least: float) -> None:
    drawn = dithered[variant]
    palette = Palette(drawn.colors)
    clean = Clean(ink=drawn.inks)
    result = clean_grid(index_image(drawn.picture, palette), clean, image=drawn.picture)
    grid = result.grid
    # Units that have the same dots are guesses, and contacts are known within a pixel.
    sure = (result.confidence > 90) & ~drawn.tied
    assert (grid.indices == drawn.truth)[sure].mean() > 0.99
    assert sure.mean() > 0.6
    found = grid.provenance["clean"]["recovery"]
    assert found["by"] == "dither"
    assert found["ditherer"].startswith("ordered" if "ordered" in variant else "Floyd")
    assert drawn.share_right(grid.indices) > least
    assert drawn.share_right(nearest(drawn.picture, palette)) < 0.7
    assert set(np.unique(grid.indices)) <= set(range(drawn.n_units))


def halves(image: np.ndarray, colors: np.ndarray) -> np.ndarray:
    """Errors diffused in turn to the right and to the left, half of them straight down."""
    rows, cols = image.shape[:2]
    rest, reduced = image.copy(), np.empty((rows, cols), np.uint8)
    for row in range(rows):
        step = -1 if row % 2 else 1
        for col in range(cols)[::step]:
            place = ((rest[row, col] - colors) ** 2).sum(axis=1).argmin()
            reduced[row, col] = place
            error = rest[row, col] - colors[place]
            if 0 <= col + step < cols:
                rest[row, col + step] += error / 2
            if row + 1 < rows:
                rest[row + 1, col] += error / 2
    return reduced


def at_random(image: np.ndarray, colors: np.ndarray) -> np.ndarray:
    """A threshold of its own for each pixel."""
    moved = image + np.random.default_rng(5).uniform(-25, 25, (*image.shape[:2], 1))
    return ((moved[..., None, :] - colors) ** 2).sum(axis=-1).argmin(axis=-1).astype(np.uint8)


STUCKI = [
    (down, across, share / 42)
    for down, row in enumerate(((0, 0, 0, 8, 4), (2, 4, 8, 4, 2), (1, 2, 4, 2, 1)))
    for across, share in enumerate(row, start=-2)
    if share
]


def test_a_map_of_which_few_units_are_dithered(dithered) -> None:
    """All units but two have their colors in the picture, so that less than a tenth is dots."""
    drawn = dithered["dithered"]
    units, truth = drawn.colors[: drawn.n_units], drawn.truth[::-1]
    missing = np.argsort(-np.bincount(truth.ravel()))[[1, 8]]
    left = np.delete(units, missing, axis=0).astype(float)
    ordered = next(one for one in DITHERERS if one.name == "ordered, 8 x 8")
    picture = left[ordered.dither(units[truth].astype(float), left)].astype(np.uint8)
    right = (picture == units[truth]).all(axis=-1)
    assert 0.8 < right.mean() < 0.95
    grid = index_image(picture, Palette(drawn.colors), clean=Clean(ink=()))
    assert grid.provenance["clean"]["recovery"]["by"] == "dither"
    assert (grid.indices == truth).mean() > 0.97


def test_stripes_are_not_dithering(dithered) -> None:
    """White stripes of one pixel, and a palette with units that the map does not show."""
    drawn = dithered["dithered"]
    picture = drawn.colors[drawn.truth].copy()
    largest = np.argsort(-np.bincount(drawn.truth.ravel()))[:4]
    picture[
        (np.indices(drawn.truth.shape).sum(axis=0) % 6 == 0) & np.isin(drawn.truth, largest)
    ] = 255
    palette = Palette(np.concatenate([drawn.colors, [[123, 171, 97], [201, 99, 160]]]))
    assert seen(picture, palette, Clean(ink=())) is None


def stucki(image: np.ndarray, colors: np.ndarray) -> np.ndarray:
    """Errors diffused by the weights of Stucki, in turn to the right and to the left."""
    taps = np.array(STUCKI)
    return Ditherer(name="Stucki", taps=taps, serpentine=True).dither(image, colors)


@pytest.mark.parametrize("ditherer", [stucki, at_random])
def test_ditherers_that_were_not_learned_from(dithered, ditherer) -> None:
    image, colors = exported(dithered)
    picture = colors[ditherer(image, colors)].astype(np.uint8)
    palette = Palette(dithered["dithered"].colors)
    grid = index_image(picture, palette, clean=Clean(ink=()))
    assert grid.provenance["clean"]["recovery"]["by"] == "dither"
    truth = dithered["dithered"].truth
    assert (grid.indices == truth).mean() > 0.85
    assert (nearest(picture, palette) == truth).mean() < 0.6


def test_error_diffusion_is_that_of_pillow() -> None:
    """Pillow rounds errors to integers, so the dots drift apart."""
    x = np.linspace(0, 255, 64)
    image = np.stack(np.broadcast_arrays(x[None], x[None], x[None]), axis=-1).repeat(48, axis=0)
    levels = np.array([[0, 0, 0], [255, 255, 255]], float)
    ours = DITHERERS[0].dither(image.round(), levels)
    assert np.unique(ours).tolist() == [0, 1]
    table = Image.new("P", (1, 1))
    table.putpalette([0, 0, 0, 255, 255, 255])
    picture = Image.fromarray(image.round().astype(np.uint8))
    theirs = np.asarray(picture.quantize(palette=table, dither=Image.Dither.FLOYDSTEINBERG))
    # So the shares of black are compared, over eight columns each.
    shares = [dots.reshape(48, 8, 8).mean(axis=(0, 2)) for dots in (ours, theirs)]
    np.testing.assert_allclose(*shares, atol=0.03)


def test_ordered_dithering_by_hand() -> None:
    two = Ditherer(name="ordered", thresholds=np.array([[-0.375, 0.125], [0.375, -0.125]]))
    gray = np.full((2, 2, 3), 127.0)
    found = two.dither(gray, np.array([[0, 0, 0], [255, 255, 255]], float))
    np.testing.assert_array_equal(found, [[0, 1], [1, 0]])


def test_units_with_the_same_dots_are_told(dithered) -> None:
    """Beyond the lightest color that is left, every unit becomes that color."""
    palette = Palette([[60, 60, 60], [200, 200, 200], [230, 230, 230], [120, 120, 120]])
    truth = np.repeat(np.arange(4), 40)[None].repeat(80, axis=0)
    levels = np.array([[60, 60, 60], [200, 200, 200]], float)
    picture = levels[halves(palette.colors[truth].astype(float), levels)].astype(np.uint8)
    with pytest.warns(GeoindexWarning, match=r"the same dots: 200,200,200 and 230,230,230; which"):
        grid = index_image(picture, palette, clean=Clean(ink=(), dither=True))
    assert (grid.indices == truth)[:, :36].all()
    assert (grid.indices == truth)[:, 120:].mean() > 0.9


@pytest.mark.filterwarnings("ignore:only .* of the pixels")
def test_contacts_tell_units_with_the_same_dots() -> None:
    """Two units become one color, but not where a black contact covers a part of them."""
    gray, light, red = [60, 60, 60], [200, 200, 200], [200, 40, 40]
    palette = Palette([gray, light, [250, 170, 170], [130, 130, 130], [0, 0, 0]])
    levels = np.array([gray, light, red, [0, 0, 0]], float)
    place = np.arange(64) + 0.5 - 32
    depth = np.tile(22 - np.hypot(place[:, None], place), (4, 6))
    bodies = np.random.default_rng(3).permutation(np.repeat([1, 2, 3], 8)).reshape(4, 6)
    truth = np.where(depth > 0, bodies.repeat(64, axis=0).repeat(64, axis=1), 0)
    cover = np.clip(1.2 - np.abs(depth), 0, 1)[..., None]
    image = (1 - cover) * palette.colors[truth]
    ordered = next(one for one in DITHERERS if one.name == "ordered, 8 x 8" and one.spread == 0.5)
    picture = levels[ordered.dither(image, levels)].astype(np.uint8)
    grid = index_image(picture, palette, clean=Clean(ink="black", dither=True))
    assert (picture[np.isin(truth, (1, 2)) & (depth > 2)] == light).all()
    assert (grid.indices == truth)[depth > 2].mean() > 0.95


def test_sums_stop_at_the_ends_of_runs() -> None:
    rng = np.random.default_rng(7)
    inside = rng.random((5, 40)) < 0.8
    values = np.where(inside, rng.integers(-9, 10, inside.shape), 0).astype(np.int32)
    expected = np.zeros_like(values)
    for row, col in np.argwhere(inside):
        for step in (-1, 1):
            for away in range(step < 0, 5):
                at = col + step * away
                if not (0 <= at < 40 and inside[row, at]):
                    break
                expected[row, col] += values[row, at]
    run_sums(values, inside, 4)
    np.testing.assert_array_equal(values, expected)


def test_blocks_and_nodata_give_the_bytes_of_the_whole(
    dithered, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = dithered["dithered"]
    palette = Palette(drawn.colors)
    options = Clean(ink=drawn.inks, speckle=2, reach=8)
    pixels, indices = drawn.picture, nearest(drawn.picture, palette)
    indices[40:60, 100:200] = 255
    plan = options.plan(palette).seen(pixels.shape[:2], Pixels(table=pixels).part)
    whole = clean_block(pixels, indices, plan)
    np.testing.assert_array_equal(whole.indices == 255, indices == 255)
    monkeypatch.setattr(Dither, "tile", 70)
    monkeypatch.setattr("geoindex.clean.blocks.TILE", 150)
    assert_blocks_agree(pixels, indices, plan, whole)


def test_files_arrays_grids_and_dask_agree(dithered, tmp_path: Path) -> None:
    da = pytest.importorskip("dask.array")
    drawn = dithered["dithered"]
    palette, clean = Palette(drawn.colors), Clean(ink=drawn.inks)
    Image.fromarray(drawn.picture).quantize(16, dither=Image.Dither.NONE).save(tmp_path / "m.gif")
    report = convert(tmp_path / "m.gif", tmp_path / "units.tif", palette, clean=clean)
    assert report.cleaned is not None
    assert report.cleaned["recovery"]["by"] == "dither"
    grid = index_image(drawn.picture, palette, clean=clean)
    np.testing.assert_array_equal(open_grid(tmp_path / "units.tif").indices, grid.indices)
    cleaned = clean_grid(index_image(drawn.picture, palette), clean, image=drawn.picture)
    np.testing.assert_array_equal(cleaned.grid.indices, grid.indices)
    lazy = index_image(da.from_array(drawn.picture, chunks=(130, 200, 3)), palette, clean=clean)
    np.testing.assert_array_equal(lazy.indices.compute(), grid.indices)


def test_what_is_not_dithered(dithered, drawn) -> None:
    palette, clean = Palette(drawn.colors), Clean(ink=drawn.inks)
    flat = palette.colors[nearest(drawn.pictures["+ labels and red faults"], palette)]
    assert seen(flat, palette, clean) is None
    print_of_few = Palette(dithered["dithered"].colors)
    assert seen(dithered["dithered"].picture, print_of_few, Clean(ink=(), dither=False)) is None
    no_scan = Clean(ink=(), scan=False)
    assert seen(dithered["jpeg-60"].picture, print_of_few, no_scan) is None
    with pytest.raises(OptionError, match="dither=True needs an image of at most 256 colors"):
        index_image(dithered["jpeg-60"].picture, print_of_few, clean=Clean(ink=(), dither=True))
    with pytest.raises(OptionError, match="dither=True and metric='shaded' exclude each other"):
        Clean(ink=(), dither=True).plan(print_of_few, "shaded")
    with pytest.raises(OptionError, match="dither=True and shade='blend' exclude each other"):
        Clean(dither=True, shade="blend")


def test_the_command_line_tells(dithered, tmp_path: Path) -> None:
    drawn = dithered["dithered"]
    roles = ["unit"] * drawn.n_units + ["ink"] * len(drawn.inks)
    Palette(drawn.colors, roles=roles).save(tmp_path / "legend.csv")
    Image.fromarray(drawn.picture).save(tmp_path / "map.png")
    words = ["convert", tmp_path / "map.png", tmp_path / "units.tif", "--overwrite"]
    words += ["-p", tmp_path / "legend.csv"]
    told = "found units dithered to 13 colors (Floyd-Steinberg"
    assert told in printed(*words, "--clean")
    assert told in printed(*words, "--clean", "--dither")
    assert told not in printed(*words, "--clean", "--no-dither")
    assert "--dither needs --clean" in invoke(*words, "--dither").output
