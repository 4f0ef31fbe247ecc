"""Block-by-block conversion: same indices as in memory, and no partial files."""

from __future__ import annotations

import threading
import warnings
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import rasterio
from PIL import Image
from rasterio.crs import CRS
from rasterio.enums import Resampling

from geoindex import Palette, convert, convert_many, index_image, nearest, open_grid
from geoindex.errors import GeoindexWarning, ImageError, OptionError, OutputError
from geoindex.grids import disk_space as disk
from geoindex.images import blocks
from geoindex.images.files import read_image
from tests.support.command_line import printed
from tests.support.pictures import COLS, LAYOUTS, RNG, ROWS, picture, save_tiff


@pytest.mark.parametrize(
    ("layout", "clear", "n_colors"),
    [
        *((layout, True, 256) for layout in LAYOUTS if layout != "odd tiles"),
        *(("odd tiles", clear, n) for clear, n in product([False, True], [24, 256, 300])),
    ],
)
@pytest.mark.usefixtures("_small_blocks")
def test_blocks_give_what_the_whole_gives(
    tmp_path: Path, layout: str, clear: bool, n_colors: int
) -> None:
    image = picture(clear=clear)
    save_tiff(tmp_path / "map.tif", image, **LAYOUTS[layout])
    palette = Palette(RNG.integers(0, 256, (n_colors, 3)))
    expected = nearest(image, palette)
    grid = index_image(tmp_path / "map.tif", palette)
    assert grid.indices.dtype == expected.dtype
    np.testing.assert_array_equal(grid.indices, expected)
    for suffix in ("tif", "npy"):
        report = convert(tmp_path / "map.tif", tmp_path / f"grid.{suffix}", palette)
        written = open_grid(tmp_path / f"grid.{suffix}")
        np.testing.assert_array_equal(written.indices, expected)
        assert written.indices.dtype == expected.dtype
        assert (written.transform, written.crs) == (grid.transform, grid.crs)
        assert report.nodata_pixels == (image[..., 3] == 0).sum()
        assert report.source_colors == len(np.unique(image[image[..., 3] > 0][:, :3], axis=0))


@pytest.mark.usefixtures("_small_blocks")
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("map.png", {}),
        ("map.jpg", {"quality": 90}),
        ("map.jpg", {"quality": 90, "progressive": True}),
        ("map.gif", {}),
        ("map.webp", {"lossless": True}),
        ("map.bmp", {}),
        ("map.jp2", {"irreversible": False}),
    ],
)
def test_every_kind_of_file(tmp_path: Path, name: str, options: dict[str, object]) -> None:
    Image.fromarray(picture(clear=False)[..., :3]).save(tmp_path / name, **options)
    palette = Palette(RNG.integers(0, 256, (60, 3)))
    expected = nearest(read_image(tmp_path / name).colors, palette)
    np.testing.assert_array_equal(index_image(tmp_path / name, palette).indices, expected)


def test_the_same_bytes_at_every_block_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_tiff(tmp_path / "map.tif", picture(clear=True), tiled=True, compress="deflate")
    palette = Palette(RNG.integers(0, 256, (30, 3)))
    files = set()
    for size in (1000, 30_000, 10_000_000):
        monkeypatch.setattr(blocks, "BLOCK_PIXELS", size)
        for suffix in ("tif", "png", "npy"):
            convert(tmp_path / "map.tif", tmp_path / f"grid.{suffix}", palette, overwrite=True)
            files.add((suffix, (tmp_path / f"grid.{suffix}").read_bytes()))
    indices = {name: open_grid(tmp_path / f"grid.{name}").indices for name in ("tif", "png")}
    np.testing.assert_array_equal(indices["tif"], indices["png"])
    # GDAL's order of tiles in a GeoTIFF is its own affair, when its threads write them.
    assert len([suffix for suffix, _ in files if suffix != "tif"]) == 2


def test_cloud_optimized(tmp_path: Path) -> None:
    image = picture(clear=True, rows=1500, cols=1400)
    save_tiff(tmp_path / "map.tif", image)
    palette = Palette(RNG.integers(0, 256, (9, 3)), names=[f"unit {i}" for i in range(9)])
    convert(tmp_path / "map.tif", tmp_path / "cog.tif", palette, cog=True)
    convert(tmp_path / "map.tif", tmp_path / "plain.tif", palette)
    cog, plain = open_grid(tmp_path / "cog.tif"), open_grid(tmp_path / "plain.tif")
    np.testing.assert_array_equal(cog.indices, plain.indices)
    assert cog.palette == plain.palette
    assert (cog.nodata, cog.transform, cog.crs) == (plain.nodata, plain.transform, plain.crs)
    with rasterio.open(tmp_path / "cog.tif") as source:
        assert source.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert source.overviews(1) == [2, 4]
        overview = source.read(1, out_shape=(750, 700), resampling=Resampling.nearest)
    # The mode of 2 x 2 pixels is one of them.
    parts = plain.indices.reshape(750, 2, 700, 2).swapaxes(1, 2).reshape(750, 700, 4)
    assert (overview[..., np.newaxis] == parts).any(axis=-1).all()
    with pytest.raises(OutputError, match=r"writes GeoTIFF; name the output \.tif"):
        convert(tmp_path / "map.tif", tmp_path / "cog.png", palette, cog=True)


def test_class_values(tmp_path: Path) -> None:
    image = picture(clear=True)
    save_tiff(tmp_path / "map.tif", image)
    palette = Palette(RNG.integers(0, 256, (3, 3)), values=[101, 205, 7])
    for suffix in ("tif", "npy", "png"):
        convert(tmp_path / "map.tif", tmp_path / f"grid.{suffix}", palette, values=True)
        grid = open_grid(tmp_path / f"grid.{suffix}")
        np.testing.assert_array_equal(grid.indices, nearest(image, palette))
    values = np.load(tmp_path / "grid.npy")
    assert set(np.unique(values)) == {7, 101, 205, 255}


def test_progress_counts_pixels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK_PIXELS", 20_000)
    save_tiff(tmp_path / "map.tif", picture(clear=False), blockysize=16)
    calls: list[tuple[int, int]] = []
    convert(
        tmp_path / "map.tif",
        tmp_path / "grid.tif",
        "windows-256",
        progress=lambda done, total: calls.append((done, total)),
    )
    assert len(calls) > 5
    assert calls == sorted(calls)
    assert calls[-1] == (ROWS * COLS, ROWS * COLS)


def test_says_what_is_held_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geoindex.indexing.convert.LARGE_PIXELS", 1000)
    image = Image.fromarray(picture(clear=False)[..., :3])
    image.save(tmp_path / "map.webp", lossless=True)
    image.save(tmp_path / "map.jpg", progressive=True)
    image.save(tmp_path / "map.png")
    for name, reason in [("map.webp", "WebP is decoded at once"), ("map.jpg", "is progressive")]:
        with pytest.warns(GeoindexWarning, match=f"{reason}, so its 433 x 601 pixels"):
            convert(tmp_path / name, tmp_path / f"{name}.tif", "windows-256")
    convert(tmp_path / "map.png", tmp_path / "map.tif", "windows-256")


def test_damage_in_a_later_block_is_an_error_of_the_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "BLOCK_PIXELS", 20_000)
    Image.fromarray(RNG.integers(0, 256, (600, 400, 3), dtype=np.uint8)).save(tmp_path / "map.png")
    content = (tmp_path / "map.png").read_bytes()
    (tmp_path / "map.png").write_bytes(content[: len(content) // 2])
    threads = threading.active_count()
    for suffix in ("tif", "npy", "png"):
        with pytest.raises(ImageError, match=r"map\.png: is damaged or cut short"):
            convert(tmp_path / "map.png", tmp_path / f"grid.{suffix}", "tab10")
    assert [path.name for path in tmp_path.iterdir()] == ["map.png"]
    assert threading.active_count() <= threads + 2  # those that map stay


def test_a_disk_that_is_too_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_tiff(tmp_path / "map.tif", picture(clear=False))
    usage = type("Usage", (), {"free": 20_000})
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(
        OutputError, match=r"has 0\.0 MB free, and 0\.3 MB of pixels are to be written"
    ):
        convert(tmp_path / "map.tif", tmp_path / "grid.npy", "tab10")
    with pytest.warns(GeoindexWarning, match="has only 0.0 MB free for 0.3 MB"):
        convert(tmp_path / "map.tif", tmp_path / "grid.tif", "tab10")
    usage.free = 100
    with pytest.raises(OutputError, match="not enough disk space"):
        convert(tmp_path / "map.tif", tmp_path / "grid.png", "tab10")


def test_a_bad_option_is_found_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="unknown metric"):
        convert("missing.png", tmp_path / "grid.tif", "tab10", metric="hsv")


@pytest.mark.parametrize("suffix", ["tif", "npy", "png", "cog"])
def test_a_full_disk_leaves_nothing_partial(tmp_path: Path, small_disk: Path, suffix: str) -> None:
    noise = RNG.integers(0, 256, (900, 1000, 3), dtype=np.uint8)
    save_tiff(tmp_path / "map.tif", noise)
    cog = suffix == "cog"
    target = small_disk / f"grid.{'tif' if cog else suffix}"
    palette = Palette(RNG.integers(0, 256, (200, 3)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GeoindexWarning)
        with pytest.raises(
            OutputError, match=r"grid\.\w+: (cannot be written|not enough disk space)"
        ):
            convert(tmp_path / "map.tif", target, palette, cog=cog)
    assert list(small_disk.iterdir()) == []


def test_outputs_that_would_replace_another(tmp_path: Path) -> None:
    save_tiff(tmp_path / "map.tif", picture(clear=False))
    before = (tmp_path / "map.tif").read_bytes()
    with pytest.raises(OutputError, match="is the source image; choose another output"):
        convert(tmp_path / "map.tif", tmp_path / "map.tif", "tab10", overwrite=True)
    with pytest.raises(OutputError, match="is the source image; choose another output"):
        convert(
            tmp_path / "map.tif",
            tmp_path / "a.tif",
            "tab10",
            clean=True,
            changes=tmp_path / "map.tif",
            overwrite=True,
        )
    assert (tmp_path / "map.tif").read_bytes() == before
    with pytest.raises(OutputError, match="two outputs have the same name"):
        convert(
            tmp_path / "map.tif",
            tmp_path / "a.tif",
            "tab10",
            clean=True,
            changes=tmp_path / "a.tif",
        )


def test_crs_of_a_map_that_does_not_tell(tmp_path: Path) -> None:
    Image.fromarray(picture(clear=False)[..., :3]).save(tmp_path / "map.png")
    with pytest.raises(ImageError, match=r"map\.png: has no world file, transform or control"):
        convert(tmp_path / "map.png", tmp_path / "a.tif", "tab10", crs="EPSG:3067")
    (tmp_path / "map.pgw").write_text("5\n0\n0\n-5\n102.5\n897.5\n")
    with pytest.raises(OptionError, match="the coordinate reference system 'EPSG:0' is not known"):
        convert(tmp_path / "map.png", tmp_path / "a.tif", "tab10", crs="EPSG:0")
    assert not (tmp_path / "a.tif").exists()
    report = convert(tmp_path / "map.png", tmp_path / "a.tif", "tab10", crs="EPSG:3067")
    assert (report.crs, report.bounds[0]) == ("EPSG:3067", 100)
    assert open_grid(tmp_path / "a.tif").crs == CRS.from_epsg(3067)
    options = ["-p", "tab10", "--crs", "EPSG:3067"]
    assert "CRS EPSG:3067" in printed(
        "convert", tmp_path / "map.png", tmp_path / "b.asc", *options
    )
    assert open_grid(tmp_path / "b.asc").crs == CRS.from_epsg(3067)
    batch = convert_many(tmp_path / "map.png", tmp_path / "out", "tab10", crs=3067, jobs=1)
    assert batch.done[0].crs == "EPSG:3067"
    again = convert_many(tmp_path / "map.png", tmp_path / "out", "tab10", crs=3067, jobs=1)
    assert len(again.skipped) == 1
