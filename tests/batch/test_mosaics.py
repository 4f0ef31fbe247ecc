"""Mosaics of the grids of a batch, and grids among the images of one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from PIL import Image

import geoindex
from geoindex import Palette, convert_many
from geoindex.errors import OutputError
from tests.support.sheets import PALETTE


def test_a_mosaic_is_the_whole_map_again(tmp_path: Path, repository: Path) -> None:
    """Tiles of the sample map, joined and read by GDAL."""
    tiles, palette = repository / "data" / "tiles", repository / "data" / "sample_palette.csv"
    target = tmp_path / "out" / "all.vrt"
    for _ in range(2):
        options = {"first": 1, "nodata": 0, "mosaic": target, "jobs": 1}
        report = convert_many(tiles, tmp_path / "out", palette, **options)
    assert len(report.skipped) == 6
    whole = geoindex.index_image(repository / "data" / "sample_map.png", palette)[100:500, 300:900]
    with rasterio.open(target) as source:
        np.testing.assert_array_equal(source.read(1), whole.indices.astype(int) + 1)
        assert source.transform == whole.transform
        assert source.nodata == 0
        for row, color in enumerate(whole.palette.colors.tolist()):
            assert source.colormap(1)[row + 1] == (*color, 255)
    (tmp_path / "own.vrt").write_text("not ours")
    with pytest.raises(OutputError, match=r"own.vrt: exists already"):
        convert_many(tiles, tmp_path / "out", palette, mosaic=tmp_path / "own.vrt", jobs=1)


@pytest.mark.parametrize(
    ("palette", "options"),
    [
        ("windows-256", {}),
        (PALETTE, {"first": 1, "nodata": 0}),
        (PALETTE, {"values": True, "cog": True}),
        (PALETTE, {"format": "png"}),
    ],
)
def test_a_mosaic_as_one_geotiff(
    tmp_path: Path, repository: Path, palette: Palette | str, options: dict
) -> None:
    """GDAL joins the same grids by the virtual raster."""
    if "values" in options:
        palette = PALETTE.replace(values=[-7, 70_000, 3])
    tiles, target = repository / "data" / "tiles", tmp_path / "all.tif"
    for name in ("all.vrt", "all.tif", "all.tif"):
        convert_many(tiles, tmp_path / "out", palette, mosaic=tmp_path / name, jobs=1, **options)
    with rasterio.open(target) as joined, rasterio.open(tmp_path / "all.vrt") as virtual:
        np.testing.assert_array_equal(joined.read(1), virtual.read(1))
        assert joined.dtypes == virtual.dtypes
        assert joined.nodata == virtual.nodata
        assert joined.transform == virtual.transform
        assert joined.crs == virtual.crs
        assert (joined.overviews(1) != []) == ("cog" in options)
    whole = geoindex.index_image(repository / "data" / "sample_map.png", palette)[100:500, 300:900]
    found = geoindex.open_grid(target)
    assert found.palette.names == whole.palette.names
    assert found.palette.colors.tolist() == whole.palette.colors.tolist()
    np.testing.assert_array_equal(found.indices, whole.indices)
    # No grid of its own, one of geoindex's, and one of its sheets.
    target.write_bytes(target.read_bytes()[:4] + b"not ours")
    other = geoindex.index_image(whole.to_rgb(), whole.palette)
    other.save(tmp_path / "other.tif")
    for name in (target.name, "other.tif"):
        with pytest.raises(OutputError, match=rf"{name}: exists already"):
            convert_many(tiles, tmp_path / "out", palette, mosaic=tmp_path / name, **options)


def test_a_mosaic_never_replaces_a_sheet(tmp_path: Path, repository: Path) -> None:
    tile, target = repository / "data/tiles/tile_0_0.png", tmp_path / "tile_0_0.tif"
    for overwrite in (False, True):
        with pytest.raises(OutputError, match=r"tile_0_0.tif: is the grid of a sheet"):
            convert_many(tile, tmp_path, PALETTE, mosaic=target, overwrite=overwrite)
        assert geoindex.open_grid(target).provenance["palette"]
        target.unlink()


def test_grids_beside_sheets_are_no_sheets(tmp_path: Path, repository: Path) -> None:
    """Of geoindex convert, and a mosaic: found in any image format, and taken if named."""
    Image.new("RGB", (8, 8), "red").save(tmp_path / "a.png")
    grid = geoindex.index_image(tmp_path / "a.png", PALETTE)
    for name in ("a.tif", "grid.png", "big.tif", "cloud.tif"):
        wide = Palette(np.random.default_rng(0).integers(0, 256, (300, 3)).tolist())
        one = geoindex.index_image(tmp_path / "a.png", wide) if name == "big.tif" else grid
        one.save(tmp_path / name)
    geoindex.convert(tmp_path / "a.png", tmp_path / "cog.tif", PALETTE, cog=True)
    Image.new("P", (8, 8), 1).save(tmp_path / "paletted.tif")
    with pytest.warns(geoindex.errors.GeoindexWarning, match=r"a.tif and 4 more: is a grid of"):
        report = convert_many(tmp_path, tmp_path / "out", "windows-256", jobs=1)
    assert [Path(sheet.source).name for sheet in report.done] == ["a.png", "paletted.tif"]
    named = convert_many(tmp_path / "cog.tif", tmp_path / "named", PALETTE, jobs=1)
    assert len(named.done) == 1
    with pytest.raises(geoindex.GeoindexError, match=r"contains no images but 1 grids of"):
        convert_many(tmp_path / "c*g.tif", tmp_path / "none", PALETTE, jobs=1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"mosaic": "a.img"}, "is a virtual raster, .vrt, or a GeoTIFF"),
        ({"mosaic": "a.vrt", "format": "npy"}, "joins GeoTIFF or PNG grids"),
        ({"mosaic": "a.vrt"}, "so it has no place in a mosaic|its pixels are not those of"),
    ],
)
def test_what_makes_no_mosaic(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict, message: str
) -> None:
    for name, step in (("a", 5), ("b", 4)):
        Image.new("RGB", (8, 8), "red").save(tmp_path / f"{name}.png")
        (tmp_path / f"{name}.pgw").write_text(f"{step}\n0\n0\n-{step}\n0\n0\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(geoindex.GeoindexError, match=message):
        convert_many(tmp_path, tmp_path / "out", PALETTE, jobs=1, **options)
