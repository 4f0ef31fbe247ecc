"""Class recovery of files: options, reports, and what travels with a grid."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from click.testing import CliRunner
from PIL import Image

from geoindex import (
    Clean,
    GeoindexError,
    IndexGrid,
    Palette,
    clean_grid,
    convert,
    index_image,
    open_grid,
)
from geoindex.clean import REASONS, deciding, options
from geoindex.clean import strips as bands
from geoindex.cli.app import cli
from geoindex.errors import GridError, OptionError
from geoindex.images import blocks

INK_PALETTE = Palette(
    [[0, 0, 0], [230, 203, 203], [95, 178, 210], [76, 174, 29]],
    names=["Contacts", "Gneiss", "Lake", "Basalt"],
    roles=["ink", "unit", "unit", "unit"],
)


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
    with pytest.raises(OptionError, match="row 0 of the palette has the role 'inks'; ink and uni"):
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


def test_line_work_that_nobody_named(tmp_path: Path, repository: Path) -> None:
    palette = open_grid(repository / "data/sample_map_classes.tif").palette
    Palette(palette.colors).save(tmp_path / "p.csv")
    arguments = ["convert", str(repository / "data/sample_map.png"), str(tmp_path / "map.tif")]
    result = CliRunner().invoke(cli, [*arguments, "-p", str(tmp_path / "p.csv"), "--clean"])
    assert result.exit_code == 0
    assert "Warning: no class is ink, so line work and text stay" in result.stderr


def test_convert_cleans(tmp_path: Path, repository: Path) -> None:
    data = repository / "data"
    run = CliRunner()
    arguments = ["convert", str(data / "sample_map.png"), str(tmp_path / "map.tif"), "-q"]
    arguments += ["-p", str(data / "sample_palette.csv")]
    result = run.invoke(cli, [*arguments, "--speckle", "4"])
    assert result.exit_code == 2
    assert "--speckle needs --clean" in result.output
    masks = ["--changes", str(tmp_path / "why.tif"), "--confidence", str(tmp_path / "sure.tif")]
    assert run.invoke(cli, [*arguments, "--clean", *masks]).exit_code == 0
    found = open_grid(tmp_path / "map.tif")
    expected = index_image(data / "sample_map.png", data / "sample_palette.csv", clean=True)
    np.testing.assert_array_equal(found.indices, expected.indices)
    assert found.provenance == expected.provenance
    assert found.counts()[18:].sum() == 0
    assert open_grid(tmp_path / "why.tif").counts()[2] > 10_000
    assert (open_grid(tmp_path / "sure.tif").valid == found.valid).all()


def test_command(tmp_path: Path, repository: Path) -> None:
    sample = Path(shutil.copy(repository / "data" / "sample_map.png", tmp_path / "map.png"))
    palette = repository / "data" / "sample_palette.csv"
    run = CliRunner()
    grid, out = str(tmp_path / "grid.tif"), str(tmp_path / "clean.tif")
    assert run.invoke(cli, ["convert", str(sample), grid, "-p", str(palette), "-q"]).exit_code == 0
    masks = ["--changes", str(tmp_path / "why.png"), "--confidence", str(tmp_path / "sure.tif")]
    arguments = ["clean", grid, "-o", out, "--image", str(sample), *masks, "--json"]
    result = run.invoke(cli, arguments)
    assert result.exit_code == 0, result.output
    content = json.loads(result.stdout)
    assert set(content["changed"]) == set(REASONS)
    truth = open_grid(repository / "data" / "sample_map_classes.tif")
    found = open_grid(out)
    inside = truth.valid
    assert (found.indices == truth.indices)[inside].mean() > 0.995
    why = open_grid(tmp_path / "why.png")
    assert why.palette.names == ("unchanged", *REASONS)
    assert (why.counts()[1:] == list(content["changed"].values())).all()
    sure = open_grid(tmp_path / "sure.tif")
    np.testing.assert_array_equal(sure.valid, found.valid)
    assert sure.transform == found.transform
    # No output takes the place of the image or of another one.
    before = sample.read_bytes()
    for taken in (str(sample), out):
        result = run.invoke(cli, [*arguments, "--changes", taken, "--overwrite"])
        assert isinstance(result.exception, GeoindexError)
    assert sample.read_bytes() == before
    # Nothing is written where an output is there already.
    result = run.invoke(cli, ["clean", grid, "-o", out])
    assert isinstance(result.exception, GeoindexError)
    inks = ["--ink", "black,red", "--ink", "white"]
    result = run.invoke(cli, ["clean", grid, "-o", out, "--overwrite", *inks])
    assert result.exit_code == 0
    assert "ink" in result.output
    assert open_grid(out).counts()[18:].sum() == 0


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
    with pytest.raises(GridError, match="clean with the units as the palette"):
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
