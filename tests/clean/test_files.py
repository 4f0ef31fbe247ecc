"""Class recovery of files: options, reports and metadata."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from PIL import Image

from geoindex import Clean, IndexGrid, Palette, clean_grid, convert, index_image, open_grid
from geoindex.clean import deciding, options, unlisted
from geoindex.clean import strips as bands
from geoindex.errors import GeoindexWarning, GridError, OptionError
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
    with pytest.raises(OptionError, match=r"row 0 .* has the role 'inks'; use ink, unit"):
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


def unit_missing(noise: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw two units, contacts, and a disk and a margin of colors that no palette entry has.

    Returns
    -------
    picture : ndarray of uint8, shape (400, 600, 3)
    disk : ndarray of bool, shape (400, 600)
    """
    y, x = np.mgrid[:800, :1200]
    disk = (y - 300) ** 2 + (x - 400) ** 2 < 180**2
    fine = np.full((800, 1200, 3), 255, np.uint8)
    fine[80:720, 80:600], fine[80:720, 600:1120] = (230, 203, 203), (95, 178, 210)
    fine[disk] = (250, 230, 150)
    fine[500:504, 80:1120] = 0
    soft = fine.reshape(400, 2, 600, 2, 3).mean(axis=(1, 3))
    if noise:
        # Two printings of one color, as in (230, 203, 203) and (229, 202, 202).
        soft -= noise * (np.arange(600) // 50 % 2)[:, np.newaxis]
    return soft.clip(0, 255).round().astype(np.uint8), disk[::2, ::2]


@pytest.mark.parametrize("noise", [0, 1])
@pytest.mark.parametrize("ink", ["black", (0,)], ids=["unlisted", "listed"])
def test_a_unit_that_the_palette_lacks_is_told(tmp_path: Path, noise: int, ink: object) -> None:
    picture, disk = unit_missing(noise)
    Image.fromarray(picture).save(tmp_path / "map.png")
    colors = [[0, 0, 0], [230, 203, 203], [95, 178, 210], [76, 174, 29]]
    names = ["Ink", "Gneiss", "Lake", "Basalt"]
    first = 1 if ink == "black" else 0
    palette = Palette(colors[first:], names[first:])
    with pytest.warns(GeoindexWarning, match="3 frequent colors of the map became one") as seen:
        report = convert(tmp_path / "map.png", tmp_path / "a.tif", palette, clean=Clean(ink=ink))
    assert len(seen) == 1
    (group,) = report.merged
    assert group.label == "Gneiss"
    white, gneiss, unit = sorted(group.colors, key=lambda color: color[2])[::-1]
    np.testing.assert_allclose(
        [white, gneiss, unit], [(255, 255, 255), (230, 203, 203), (250, 230, 150)], atol=noise
    )
    # All but what lies at the edges of the disk, and of stripes that only differ by noise.
    grid = open_grid(tmp_path / "a.tif")
    lost = np.count_nonzero(disk & (grid.indices == group.index))
    told = group.pixels[group.colors.index(unit)]
    assert (0.94 if noise else 0.98) * lost * 0.95 < told <= lost
    complete = Palette([*palette.colors.tolist(), [250, 230, 150], [255, 255, 255]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        clean = Clean(ink=ink)
        report = convert(tmp_path / "map.png", tmp_path / "b.tif", complete, clean=clean)
    assert report.merged == ()


def test_nodata_and_distances_are_those_of_the_file(tmp_path: Path) -> None:
    picture, _ = unit_missing(0)
    Image.fromarray(picture).save(tmp_path / "map.png")
    palette = Palette([[0, 0, 0], [230, 203, 203], [95, 178, 210], [250, 230, 150]])
    report = convert(
        tmp_path / "map.png",
        tmp_path / "map.tif",
        palette,
        clean=Clean(ink="black,white", reach=9),
        changes=tmp_path / "why.tif",
    )
    grid, why = open_grid(tmp_path / "map.tif"), open_grid(tmp_path / "why.tif").indices
    assert report.nodata_pixels == np.count_nonzero(~grid.valid) > 50_000
    assert report.nodata_share == report.nodata_pixels / why.size
    assert report.classes_used == 3
    kept = grid.valid & (why == 0)
    classes = palette.colors[grid.indices[kept]].astype(float)
    distance = np.sqrt(((picture[kept] - classes) ** 2).sum(axis=1))
    assert report.mean_distance == pytest.approx(distance.mean())
    assert report.largest_distance == pytest.approx(distance.max())


@pytest.mark.parametrize("block_pixels", [1_000, 90_000])
def test_merged_colors_do_not_depend_on_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block_pixels: int
) -> None:
    picture, _ = unit_missing(1)
    Image.fromarray(picture).save(tmp_path / "map.png")
    palette = Palette([[230, 203, 203], [95, 178, 210]])
    clean = Clean(ink="black", reach=9)
    whole = convert(tmp_path / "map.png", tmp_path / "a.tif", palette, clean=clean)
    monkeypatch.setattr(blocks, "BLOCK_PIXELS", block_pixels)
    monkeypatch.setattr(bands, "TILE", 64)
    monkeypatch.setattr(unlisted, "CHUNK_PIXELS", 5_000)
    parts = convert(tmp_path / "map.png", tmp_path / "b.tif", palette, clean=clean)
    assert (parts.merged, parts.mean_distance) == (whole.merged, whole.mean_distance)
    # Brute force: flat pixels of a color that is no class's, by color and class.
    grid = open_grid(tmp_path / "a.tif").indices
    around = np.pad(picture, ((1, 1), (1, 1), (0, 0)), mode="edge")
    flat = np.ones(grid.shape, bool)
    for y in range(3):
        for x in range(3):
            flat &= (around[y : y + 400, x : x + 600] == picture).all(axis=-1)
    (group,) = whole.merged
    for color, pixels in zip(group.colors, group.pixels, strict=True):
        if np.abs(np.subtract(color, palette.colors)).sum(axis=1).min() > 9:
            near = ((picture - np.array(color, float)) ** 2).sum(axis=-1) <= 9
            assert pixels == np.count_nonzero(flat & near & (grid == group.index))


@pytest.mark.parametrize(("n_colors", "block_pixels"), [(40, 60_000), (256, 3_000)])
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
