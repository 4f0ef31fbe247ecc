"""Class recovery of files: options, reports and metadata."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from PIL import Image

from geoindex import Clean, IndexGrid, Palette, clean_grid, convert, index_image, open_grid
from geoindex.clean import deciding, options
from geoindex.clean import strips as bands
from geoindex.errors import GridError, OptionError
from geoindex.images import blocks
from tests.support.palettes import INK_PALETTE


def test_roles_travel(tmp_path: Path) -> None:
    from geoindex import load_palette, open_grid

    for name in ("p.csv", "p.json"):
        INK_PALETTE.save(tmp_path / name)
        assert load_palette(tmp_path / name).roles == INK_PALETTE.roles
    grid = IndexGrid(indices=np.ones((3, 4), np.uint8), palette=INK_PALETTE, nodata=255)
    for name in ("g.npy", "g.tif", "g.png"):
        grid.save(tmp_path / name)
        assert open_grid(tmp_path / name).palette == INK_PALETTE
    placed = replace(grid, transform=Affine(5, 0, 100, 0, -5, 900))
    for name in ("g.asc", "g.irap", "g.grd"):
        placed.save(tmp_path / name)
        found = open_grid(tmp_path / name).palette
        assert (found.roles, found.names) == (INK_PALETTE.roles, INK_PALETTE.names)


def test_roles_that_are_unknown() -> None:
    palette = Palette([[0, 0, 0], [9, 9, 9]], roles=["Inks", "unit"])
    with pytest.raises(OptionError, match="row 0 of the palette has the role 'inks'; use ink or"):
        Clean().plan(palette)
    assert Clean(ink=(0,)).plan(palette).inks == (0,)
    assert Clean().plan(Palette([[0, 0, 0], [9, 9, 9]], roles=["Ink", ""])).inks == (0,)


def test_the_report_tells_of_the_grid_that_is_written(tmp_path: Path, repository: Path) -> None:
    picture, legend = repository / "data/sample_map.png", repository / "data/sample_palette.csv"
    plain = convert(picture, tmp_path / "plain.tif", legend)
    report = convert(picture, tmp_path / "clean.tif", legend, clean=True)
    counts = open_grid(tmp_path / "clean.tif").counts()
    assert report.classes_used == np.count_nonzero(counts) < plain.classes_used
    assert report.cleaned is not None
    assert report.cleaned["ink"] == [18, 19, 20]
    soft = np.full((20, 20, 3), (200, 0, 0), np.uint8)
    soft[:, 10], soft[:, 11:] = (120, 0, 80), (0, 0, 200)
    Image.fromarray(soft).save(tmp_path / "soft.png")
    units = Palette([[200, 0, 0], [0, 0, 200]])
    assert len(convert(tmp_path / "soft.png", tmp_path / "a.tif", units).merged) == 1
    assert convert(tmp_path / "soft.png", tmp_path / "b.tif", units, clean=True).merged == ()


@pytest.mark.parametrize("block_pixels", [3_000, 60_000])
@pytest.mark.parametrize("n_colors", [40, 256])
def test_files_block_by_block(
    drawn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block_pixels: int, n_colors: int
) -> None:
    rng = np.random.default_rng(6)
    colors = np.vstack([drawn.colors, rng.integers(0, 256, (n_colors - len(drawn.colors), 3))])
    palette = Palette(colors)
    picture = np.dstack(
        [drawn.pictures["all together"], np.full(drawn.truth.shape, 255, np.uint8)]
    )
    # The nodata of 256 colors turns up late, and everything begins again.
    picture[290:300, 30:50, 3] = 0
    Image.fromarray(picture).save(tmp_path / "map.png")
    clean = Clean(ink=drawn.inks, reach=9)
    expected = clean_grid(index_image(picture, palette), clean, image=picture)
    assert expected.changed()["ink"] > 100
    monkeypatch.setattr(blocks, "BLOCK_PIXELS", block_pixels)
    monkeypatch.setattr(bands, "TILE", 64)
    grid = index_image(tmp_path / "map.png", palette, clean=clean)
    np.testing.assert_array_equal(grid.indices, expected.grid.indices)
    report = convert(
        tmp_path / "map.png",
        tmp_path / "map.tif",
        palette,
        clean=clean,
        changes=tmp_path / "changes.tif",
        confidence=tmp_path / "confidence.npy",
    )
    written = open_grid(tmp_path / "map.tif")
    np.testing.assert_array_equal(written.indices, expected.grid.indices)
    assert written.provenance["clean"] == expected.grid.provenance["clean"]
    assert report.cleaned == expected.to_dict()
    np.testing.assert_array_equal(open_grid(tmp_path / "changes.tif").indices, expected.reasons)
    np.testing.assert_array_equal(
        open_grid(tmp_path / "confidence.npy").indices, expected.confidence
    )


def test_the_least_reach_is_what_is_looked_at_anyway() -> None:
    assert options.SMALLEST_REACH == deciding.BESIDE_RADIUS


@pytest.mark.parametrize(
    ("options", "expected"),
    [({"alpha": "strip"}, 100), ({"translucent": "#ffffff"}, 224), ({"translucent": 200}, None)],
)
def test_the_picture_is_read_as_the_grid_was(options: dict, expected: int | None) -> None:
    grays = Palette(np.arange(256)[:, np.newaxis].repeat(3, axis=1))
    picture = np.full((20, 20, 4), 100, np.uint8)
    picture[..., 3] = 255
    picture[5:15, 5:15, 3] = 51
    grid = index_image(picture, grays, **options)
    cleaned = clean_grid(grid, image=picture).grid
    np.testing.assert_array_equal(cleaned.indices, grid.indices)
    assert cleaned.valid[10, 10] == (expected is not None)
    assert expected is None or cleaned.indices[10, 10] == expected


def test_the_picture_is_on_the_scale_of_the_grid() -> None:
    picture = np.zeros((20, 20, 3))
    picture[:, 10:] = 1
    palette = Palette([[0] * 3, [1] * 3, [255] * 3])
    grid = index_image(picture, palette, scale="byte")
    cleaned = clean_grid(grid, image=picture).grid
    np.testing.assert_array_equal(cleaned.indices, grid.indices)
    assert set(np.unique(cleaned.indices)) == {0, 1}


def test_a_grid_of_units_is_not_cleaned_by_its_palette() -> None:
    picture = np.zeros((20, 20, 3), np.uint8)
    grid = index_image(picture, Palette([[9, 9, 9]]), units=[[0, 0, 0]], channel_axis=-1)
    with pytest.raises(GridError, match="index the map with the units as the palette"):
        clean_grid(grid, image=picture)


@pytest.mark.parametrize("nodata", [None, 200, 255])
def test_any_value_of_nodata(nodata: int | None) -> None:
    indices = np.ones((30, 90), np.uint8)
    indices[:, 10:] = 0
    if nodata is not None:
        indices[:3, :3] = nodata
    found = clean_grid(IndexGrid(indices=indices, palette=INK_PALETTE, nodata=nodata)).grid
    far = 0 if nodata is None else nodata
    assert found.nodata == nodata
    assert (found.indices[4:, :40] == 1).all()
    assert (found.indices[:, 45:] == far).all()
    assert nodata is None or (found.indices[:3, :3] == nodata).all()


def test_arguments_of_other_types() -> None:
    with pytest.raises(GridError, match=r"grid must be an IndexGrid, found 'map.tif'; open_grid"):
        clean_grid("map.tif")
    grid = IndexGrid(indices=np.ones((3, 4), np.uint8), palette=INK_PALETTE, nodata=255)
    assert clean_grid(grid, True).changed() == clean_grid(grid).changed()
    with pytest.raises(OptionError, match=r"clean must be a geoindex.Clean of steps, found 3"):
        clean_grid(grid, 3)
    with pytest.raises(OptionError, match="palette must be a Palette, a ColorCube, a file or a"):
        index_image(np.zeros((3, 4, 3), np.uint8), [[0, 0, 0]])
