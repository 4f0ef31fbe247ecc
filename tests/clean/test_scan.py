"""Scans and printed sheets, on maps with a known answer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from geoindex import Clean, Palette, clean_grid, convert, index_image, nearest, open_grid
from geoindex.clean.blocks import clean_block
from geoindex.clean.pooling import LARGEST_COST, LEAST_SPREAD, pool
from geoindex.errors import GeoindexWarning, OptionError
from tests.support.command_line import invoke, printed
from tests.support.recovered import assert_blocks_agree, assert_knows_how_sure_it_is, looked_at

MARGINS = {"scan": 0.004, "printed": 0.02, "jpeg-60": 0.002, "halftone": 0.004}
"""By how much more of the pixels are right than by the recovery of exports."""


@pytest.fixture(scope="module")
def sheets(benchmark):
    """Maps of a seed that was not used for tuning, one of them with dykes and lenses."""
    small = {"n_units": 16, "n_regions": 30, "shape": (280, 360)}
    print_map = benchmark("printed_maps").print_map
    found = print_map(1006, [*MARGINS, "inked"], **small)
    found["thin"] = print_map(1006, ["scan"], thin_units=True, **small)["scan"]
    return found


@pytest.mark.parametrize("name", MARGINS)
def test_scans_are_found_by_themselves(sheets, name: str) -> None:
    sheet = sheets[name]
    nearest_grid = index_image(sheet.picture, Palette(sheet.colors))
    result = clean_grid(nearest_grid, Clean(ink=sheet.inks), image=sheet.picture)
    grid = result.grid
    assert_knows_how_sure_it_is(result, grid.indices == sheet.truth, ~sheet.tied)
    found = grid.provenance["clean"]["recovery"]
    assert found["by"] == "scan"
    assert found["printed"] == (name == "printed")
    assert found["contact_width"] == pytest.approx(1.25, abs=0.4)
    as_export = index_image(
        sheet.picture, Palette(sheet.colors), clean=Clean(ink=sheet.inks, scan=False, shade=False)
    )
    assert "recovery" not in as_export.provenance["clean"]
    right = sheet.share_right(grid.indices)
    assert right > sheet.share_right(as_export.indices) + MARGINS[name]
    assert right > sheet.share_right(nearest_grid.indices) + 0.05
    assert grid.indices.max() < sheet.n_units


def test_dykes_stay(sheets) -> None:
    """A dyke of four pixels across two units, in blur and noise, without lines around it."""
    from scipy.ndimage import gaussian_filter

    palette = Palette(sheets["scan"].colors[:16])
    y, x = np.mgrid[:200, :300]
    truth = np.where(x < 140 + 20 * np.sin(y / 30), 0, 1)
    dyke = np.abs((y - 100) * 0.8 - (x - 150) * 0.6 + 8 * np.sin(x / 40)) < 2
    truth[dyke] = 2
    rng = np.random.default_rng(2)
    blurred = gaussian_filter(palette.colors[truth].astype(float), (0.8, 0.8, 0))
    picture = np.clip(blurred + rng.normal(0, 4, blurred.shape) + 0.5, 0, 255).astype(np.uint8)
    grid = index_image(picture, palette, clean=Clean(ink=()))
    assert grid.provenance["clean"]["recovery"]["by"] == "scan"
    assert (grid.indices == truth)[dyke].mean() > 0.9
    assert (grid.indices == truth).mean() > 0.993


def test_exports_take_the_road_of_exports(sheets, drawn) -> None:
    pictures = [(drawn.pictures[name], drawn) for name in ("+ black contacts", "edges + JPEG")]
    pictures.append((sheets["inked"].picture, sheets["inked"]))
    for picture, of in pictures:
        plan = Clean(ink=of.inks).plan(Palette(of.colors))
        assert looked_at(plan, picture).recovery is None


@pytest.mark.parametrize("name", ["thin", "jpeg-60"])
def test_blocks_and_nodata_give_the_bytes_of_the_whole(
    sheets, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = sheets[name]
    pixels = sheet.picture.copy()
    pixels[120:160, 60:100] = 0
    indices = nearest(pixels, Palette(sheet.colors))
    indices[40:60, 100:200] = 255
    options = Clean(ink=sheet.inks, speckle=2, reach=12)
    plan = looked_at(options.plan(Palette(sheet.colors)), pixels)
    whole = clean_block(pixels, indices, plan)
    far = np.zeros(indices.shape, bool)
    far[138:142, 78:82] = True
    assert (whole.indices == 255)[far].all(), "ink beyond the reach becomes nodata"
    np.testing.assert_array_equal((whole.indices == 255)[:110], (indices == 255)[:110])
    assert set(np.unique(whole.indices)) <= {*range(sheet.n_units), 255}
    monkeypatch.setattr("geoindex.clean.blocks.TILE", 150)
    assert_blocks_agree(pixels, indices, plan, whole)


@pytest.mark.parametrize("name", ["scan", "jpeg-60"])
def test_no_pixel_depends_on_more_than_the_halo(sheets, name: str) -> None:
    """A strip of the map, cut off at the halo on one side, against all of it."""
    sheet = sheets[name]
    palette = Palette(sheet.colors)
    pixels = np.tile(sheet.picture, (3, 1, 1))
    indices = nearest(pixels, palette)
    asked = Clean(ink=sheet.inks, speckle=0, reach=5).plan(palette)
    plan = looked_at(asked, pixels)
    whole = clean_block(pixels, indices, plan)
    top, bottom = plan.halo + 37, plan.halo + 67
    first, last = top - plan.halo, bottom + plan.halo
    assert first > 0
    assert last < len(pixels)
    inner = slice(plan.halo, plan.halo + bottom - top), slice(0, pixels.shape[1])
    part = clean_block(pixels[first:last], indices[first:last], plan, inner, origin=(first, 0))
    np.testing.assert_array_equal(part.indices, whole.indices[top:bottom])
    np.testing.assert_array_equal(part.confidence, whole.confidence[top:bottom])


def test_files_arrays_grids_and_dask_agree(sheets, tmp_path: Path) -> None:
    da = pytest.importorskip("dask.array")
    sheet = sheets["printed"]
    palette, clean = Palette(sheet.colors), Clean(ink=sheet.inks)
    Image.fromarray(sheet.picture).save(tmp_path / "map.png")
    report = convert(tmp_path / "map.png", tmp_path / "units.tif", palette, clean=clean)
    assert report.cleaned is not None
    assert report.cleaned["recovery"]["by"] == "scan"
    grid = index_image(sheet.picture, palette, clean=clean)
    np.testing.assert_array_equal(open_grid(tmp_path / "units.tif").indices, grid.indices)
    cleaned = clean_grid(index_image(sheet.picture, palette), clean, image=sheet.picture)
    np.testing.assert_array_equal(cleaned.grid.indices, grid.indices)
    again = clean_grid(cleaned.grid, clean, image=sheet.picture)
    assert not again.reasons.any()
    lazy = index_image(da.from_array(sheet.picture, chunks=(150, 200, 3)), palette, clean=clean)
    np.testing.assert_array_equal(lazy.indices.compute(), grid.indices)


def test_uneven_light_is_found(sheets) -> None:
    """Light that falls by a fifth, and a cast of color, over a map without noise or ink."""
    sheet = sheets["scan"]
    rows, cols = sheet.truth.shape
    light = np.linspace(1.05, 0.85, cols)[None, :, None] * np.array([1.0, 0.98, 0.95])
    rng = np.random.default_rng(5)
    picture = sheet.colors[sheet.truth] * light + rng.normal(0, 3, (rows, cols, 3))
    picture = np.clip(np.floor(picture + 0.5), 0, 255).astype(np.uint8)
    palette = Palette(sheet.colors[: sheet.n_units])
    grid = index_image(picture, palette, clean=Clean(ink=(), scan=True))
    assert (grid.indices == sheet.truth).mean() > 0.99
    assert (nearest(picture, palette) == sheet.truth).mean() < 0.97
    assert grid.provenance["clean"]["recovery"]["contact_width"] == 0


def test_least_sum_of_costs_over_a_box() -> None:
    from scipy.ndimage import convolve

    rng = np.random.default_rng(1)
    codes = rng.integers(-1, 6, (23, 31), dtype=np.int32)
    costs = rng.integers(0, LARGEST_COST + 1, (6, 5), dtype=np.uint8)
    costs[5] = LARGEST_COST
    codes[:9, :9] = 5
    classes, margins = np.empty(codes.shape, np.int32), np.empty(codes.shape, np.uint8)
    pool(codes, costs, 3, LEAST_SPREAD, classes, margins)
    box = np.ones((7, 7, 1))
    each = np.where(codes[..., None] >= 0, costs[codes], 0).astype(float)
    sums = convolve(each, box, mode="constant")
    counts = convolve((codes >= 0).astype(float)[..., None], box, mode="constant")[..., 0]
    best = sums.argmin(axis=2)
    ordered = np.sort(sums, axis=2)
    unsure = ordered[..., -1] - ordered[..., 0] < 4 * counts
    assert unsure.sum() > 9
    best[unsure] = -2
    np.testing.assert_array_equal(classes, np.where(codes < 0, -1, best))
    lead = (ordered[..., 1] - ordered[..., 0]) // np.maximum(counts, 1)
    np.testing.assert_array_equal(margins, np.where(codes < 0, 0, lead))


def test_a_scan_that_is_asked_for_and_is_none() -> None:
    rng = np.random.default_rng(3)
    noise = rng.integers(0, 256, (200, 200, 3), dtype=np.uint8)
    palette = Palette([[200, 40, 40], [40, 200, 40]], roles=["", "ink"])
    assert looked_at(Clean().plan(palette), noise).recovery is None
    with pytest.warns(GeoindexWarning, match="uneven light and ink explain only"):
        index_image(noise, palette, clean=Clean(scan=True))
    many = Palette(rng.permutation(256**3)[:300, None] // np.array([65536, 256, 1]) % 256)
    with pytest.raises(OptionError, match="among 255 at most, and the palette has 300"):
        index_image(noise, many, clean=Clean(scan=True, ink=()))
    with pytest.raises(OptionError, match="scan must be True, False or None"):
        Clean(scan="yes")
    with pytest.raises(OptionError, match="scan=True and shade='blend' exclude"):
        Clean(scan=True, shade="blend")
    with pytest.raises(OptionError, match="metric='shaded' exclude"):
        index_image(noise, palette, metric="shaded", clean=Clean(scan=True))


def test_the_command_line_tells(sheets, tmp_path: Path) -> None:
    sheet = sheets["scan"]
    roles = ["unit"] * sheet.n_units + ["ink"] * len(sheet.inks)
    Palette(sheet.colors, roles=roles).save(tmp_path / "legend.csv")
    Image.fromarray(sheet.picture).save(tmp_path / "map.png")
    words = ["convert", tmp_path / "map.png", tmp_path / "units.tif", "--overwrite", "--clean"]
    words += ["-p", tmp_path / "legend.csv"]
    assert "found a scan: noise of 2." in printed(*words)
    assert "found a scan" in printed(*words, "--scan")
    assert "found a scan" not in printed(*words, "--no-scan")
    told = invoke(*words, "--scan", "--shade", "blend")
    assert "exclude each other" in str(told.exception)
