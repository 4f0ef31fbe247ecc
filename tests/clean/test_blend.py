"""Units half transparent over a hillshade, on maps with a known answer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from geoindex import Clean, Palette, clean_grid, convert, index_image, nearest, open_grid
from geoindex.clean.blocks import clean_block
from geoindex.clean.restore.blend import Blend
from geoindex.errors import GeoindexWarning, OptionError
from tests.support.command_line import invoke, printed
from tests.support.recovered import assert_blocks_agree, assert_knows_how_sure_it_is, looked_at


def relief(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Gray of a rough surface lit from the upper left, 0..255."""
    rows, cols = shape
    squared = np.fft.fftfreq(rows)[:, None] ** 2 + np.fft.rfftfreq(cols)[None] ** 2
    squared[0, 0] = 1
    waves = rng.normal(size=squared.shape) + 1j * rng.normal(size=squared.shape)
    height = np.fft.irfft2(waves * squared**-1.15 * np.exp(-35 * squared), s=shape)
    down, across = (slope / slope.std() * 0.6 for slope in np.gradient(height))
    light = (1 + across + down) / np.sqrt(1 + across**2 + down**2) / np.sqrt(3)
    return np.clip(230 * light + 20, 0, 255)


@pytest.fixture(scope="module")
def blended(benchmark):
    """Pictures of units at 60 % over gray, each with a legend and the answer."""
    drawn = benchmark("printed_maps").print_map(
        1005, ["inked", "blend"], n_units=16, n_regions=40, shape=(280, 360), thin_units=True
    )
    pure = drawn["inked"]
    gray = relief(np.random.default_rng(7), pure.truth.shape)
    picture = 0.6 * pure.picture + 0.4 * gray[..., None]
    rough = replace(pure, picture=np.floor(picture + 0.5).astype(np.uint8))
    return {"relief, pure legend": rough, "waves, tinted legend": drawn["blend"]}


@pytest.mark.filterwarnings("ignore:only .* are expected to have the right class")
@pytest.mark.parametrize("name", ["relief, pure legend", "waves, tinted legend"])
def test_blended_units_are_found_by_themselves(blended, name: str) -> None:
    drawn = blended[name]
    palette = Palette(drawn.colors)
    clean = Clean(ink=drawn.inks)
    result = clean_grid(index_image(drawn.picture, palette), clean, image=drawn.picture)
    grid = result.grid
    assert_knows_how_sure_it_is(result, grid.indices == drawn.truth, ~drawn.tied)
    found = grid.provenance["clean"]["recovery"]
    assert found["by"] == "blend"
    assert found["opacity"] == pytest.approx(0.6 if "pure" in name else 1, abs=0.01)
    assert drawn.share_right(grid.indices) > (0.994 if "pure" in name else 0.998)
    assert drawn.share_right(nearest(drawn.picture, palette)) < 0.85
    plain = Clean(ink=drawn.inks, shade=False, scan=False)
    without = index_image(drawn.picture, palette, clean=plain)
    assert drawn.share_right(without.indices) < 0.9
    assert "recovery" not in without.provenance["clean"]


def test_units_of_the_same_chroma_are_told_apart_by_the_gray_around_them() -> None:
    palette = Palette([[90, 120, 150], [170, 200, 230], [210, 180, 90], [80, 160, 90]])
    y, x = np.mgrid[:160, :240]
    truth = ((x // 60) % 2 + 2 * (y // 80)).astype(np.uint8)
    gray = 120 + 25 * np.sin(x / 31) * np.cos(y / 23)
    picture = np.floor(0.5 * palette.colors[truth] + 0.5 * gray[..., None] + 0.5).astype(np.uint8)
    grid = index_image(picture, palette, clean=True)
    assert (grid.indices == truth).mean() > 0.999
    assert (nearest(picture, palette) == truth).mean() < 0.9


def test_blocks_and_nodata_give_the_bytes_of_the_whole(
    blended, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = blended["relief, pure legend"]
    palette = Palette(drawn.colors)
    pixels, indices = drawn.picture, nearest(drawn.picture, palette)
    indices[40:60, 100:200] = 255
    options = Clean(ink=drawn.inks, speckle=2, reach=8)
    plan = looked_at(options.plan(palette), pixels)
    whole = clean_block(pixels, indices, plan)
    np.testing.assert_array_equal(whole.indices == 255, indices == 255)
    monkeypatch.setattr(Blend, "tile", 70)
    monkeypatch.setattr("geoindex.clean.blocks.TILE", 150)
    assert_blocks_agree(pixels, indices, plan, whole)


def test_files_arrays_grids_and_dask_agree(blended, tmp_path: Path) -> None:
    da = pytest.importorskip("dask.array")
    drawn = blended["waves, tinted legend"]
    palette, clean = Palette(drawn.colors), Clean(ink=drawn.inks)
    Image.fromarray(drawn.picture).save(tmp_path / "map.png")
    report = convert(tmp_path / "map.png", tmp_path / "units.tif", palette, clean=clean)
    assert report.cleaned is not None
    assert report.cleaned["recovery"]["by"] == "blend"
    assert report.cleaned["changed"]["restored"] > 1000
    assert report.opacity is None
    grid = index_image(drawn.picture, palette, clean=clean)
    np.testing.assert_array_equal(open_grid(tmp_path / "units.tif").indices, grid.indices)
    plain = index_image(drawn.picture, palette)
    cleaned = clean_grid(plain, clean, image=drawn.picture)
    np.testing.assert_array_equal(cleaned.grid.indices, grid.indices)
    assert cleaned.to_dict()["changed"]["restored"] == report.cleaned["changed"]["restored"]
    again = clean_grid(cleaned.grid, clean, image=drawn.picture)
    assert not again.reasons.any()
    lazy = index_image(da.from_array(drawn.picture, chunks=(150, 200, 3)), palette, clean=clean)
    np.testing.assert_array_equal(lazy.indices.compute(), grid.indices)


def test_exports_take_the_road_of_exports(drawn) -> None:
    for variant in ("+ labels and red faults", "edges + JPEG"):
        plan = Clean(ink=drawn.inks).plan(Palette(drawn.colors))
        assert looked_at(plan, drawn.pictures[variant]).recovery is None


def test_a_hillshade_that_is_asked_for_and_is_not_there() -> None:
    rng = np.random.default_rng(3)
    noise = rng.integers(0, 256, (200, 200, 3), dtype=np.uint8)
    palette = Palette([[200, 40, 40], [40, 200, 40]], roles=["", "ink"])
    with pytest.warns(GeoindexWarning, match="over a gray hillshade explain only"):
        index_image(noise, palette, clean=Clean(shade="blend"))
    with pytest.raises(OptionError, match="shade must be 'multiply', 'blend'"):
        Clean(shade="screen")


def test_the_command_line_tells(blended, tmp_path: Path) -> None:
    drawn = blended["waves, tinted legend"]
    roles = ["unit"] * drawn.n_units + ["ink"] * len(drawn.inks)
    Palette(drawn.colors, roles=roles).save(tmp_path / "legend.csv")
    Image.fromarray(drawn.picture).save(tmp_path / "map.png")
    words = ["convert", tmp_path / "map.png", tmp_path / "units.tif", "--overwrite", "--clean"]
    words += ["-p", tmp_path / "legend.csv"]
    assert "found units at 100% of their color over a gray hillshade" in printed(*words)
    for more in (["--shade", "blend"], ["--shade"], ["--no-shade"]):
        assert ("over a gray hillshade" in printed(*words, *more)) == ("blend" in more)
    told = invoke(*words, "--shade", "multiply", "--no-shade")
    assert told.exit_code == 2
    assert "contradict each other" in told.output
