"""Grids saved, reopened, and read by GDAL through rasterio."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import json
from pathlib import Path

import numpy as np
import pytest
import rasterio
import rasterio.shutil
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from rasterio.control import GroundControlPoint
from rasterio.crs import CRS

from geoindex import Clean, IndexGrid, Palette, index_image, open_grid
from geoindex.errors import GeoindexError, GridError, MissingFileError, OutputError
from geoindex.rules.indices import index_dtype, nodata_value
from tests.support.exchange import assert_same

SUFFIXES = ["npy", "tif"]


def make_grid(n_colors: int, *, nodata: bool, names: bool = True, seed: int = 0) -> IndexGrid:
    rng = np.random.default_rng(seed)
    palette = Palette(
        rng.integers(0, 256, (n_colors, 3)),
        names=[f"Unit {i} <&> é" for i in range(n_colors)] if names else None,
        name="units" if names else None,
    )
    dtype = index_dtype(n_colors, has_nodata=nodata)
    indices = rng.integers(0, n_colors, (70, 300)).astype(dtype)
    value = nodata_value(n_colors, dtype)
    if nodata:
        indices[3:9, 5:50] = value
    return IndexGrid(
        indices=indices,
        palette=palette,
        nodata=value,
        transform=Affine(5.0793, 0.1, 3494752.3242, 0.2, -5.0793, 7514558.379),
        crs=CRS.from_epsg(2393),
        provenance={"metric": "rgb", "max_distance": None, "n": 1.5},
    )


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    ("n_colors", "nodata"),
    [*itertools.product([1, 2, 16, 255, 256, 257, 4096], [True, False]), (65535, True)],
)
def test_round_trip(tmp_path: Path, suffix: str, n_colors: int, nodata: bool) -> None:
    grid = make_grid(n_colors, nodata=nodata)
    grid.save(tmp_path / f"grid.{suffix}")
    assert_same(open_grid(tmp_path / f"grid.{suffix}"), grid)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_round_trip_without_anything_optional(tmp_path: Path, suffix: str) -> None:
    grid = make_grid(7, nodata=True, names=False)
    grid = dataclasses.replace(grid, transform=None, crs=None, provenance={})
    grid.save(tmp_path / f"grid.{suffix}")
    assert_same(open_grid(tmp_path / f"grid.{suffix}"), grid)


@given(
    corner=st.tuples(*[st.floats(-1e7, 1e7)] * 2),
    steps=st.tuples(*[st.floats(0.001, 1e4)] * 2, *[st.floats(-1e3, 1e3)] * 2),
)
def test_transform_survives_to_the_last_digit(
    tmp_path_factory: pytest.TempPathFactory,
    corner: tuple[float, float],
    steps: tuple[float, float, float, float],
) -> None:
    transform = Affine(steps[0], steps[2], corner[0], steps[3], -steps[1], corner[1])
    folder = tmp_path_factory.mktemp("transform")
    grid = IndexGrid(
        indices=np.zeros((2, 2), np.uint8), palette=Palette([[0, 0, 0]]), transform=transform
    )
    for suffix in SUFFIXES:
        grid.save(folder / f"grid.{suffix}")
        assert open_grid(folder / f"grid.{suffix}").transform == transform


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_same_grid_same_bytes(tmp_path: Path, suffix: str) -> None:
    for name in ("one", "two"):
        make_grid(40, nodata=True).save(tmp_path / f"{name}.{suffix}")
    sidecar = {"npy": ".npy.json", "tif": ".tif.aux.xml"}[suffix]
    for ending in (f".{suffix}", sidecar):
        assert (tmp_path / f"one{ending}").read_bytes() == (tmp_path / f"two{ending}").read_bytes()


def test_npy_is_a_plain_array(tmp_path: Path) -> None:
    grid = make_grid(40, nodata=True)
    grid.save(tmp_path / "grid.npy")
    np.testing.assert_array_equal(np.load(tmp_path / "grid.npy"), grid.indices)
    sidecar = json.loads((tmp_path / "grid.npy.json").read_text(encoding="utf-8"))
    assert sidecar["palette"]["names"][0] == "Unit 0 <&> é"
    assert sidecar["nodata"] == 255


@pytest.mark.parametrize("n_colors", [16, 256, 300])
def test_geotiff_as_gdal_reads_it(tmp_path: Path, n_colors: int) -> None:
    grid = make_grid(n_colors, nodata=True)
    path = tmp_path / "grid.tif"
    grid.save(path)
    with rasterio.open(path) as source:
        assert source.dtypes == (grid.indices.dtype.name,)
        assert source.nodata == grid.nodata
        assert source.compression.value == "DEFLATE"
        assert source.profile["tiled"]
        assert source.transform == grid.transform
        assert source.crs == grid.crs
        table = source.colormap(1)
        for index, color in enumerate(grid.palette.colors.tolist()):
            assert table[index] == (*color, 255)
        np.testing.assert_array_equal(source.read(1), grid.indices)
        np.testing.assert_array_equal(source.dataset_mask() != 0, grid.valid)
    # GDAL hands the category names on, so it has understood them.
    rasterio.shutil.copy(path, tmp_path / "copy.vrt", driver="VRT")
    text = (tmp_path / "copy.vrt").read_text(encoding="utf-8")
    assert text.count("<Category>") == n_colors
    assert "<Category>Unit 3 &lt;&amp;&gt; é</Category>" in text


def test_geotiff_keeps_its_names_without_the_sidecar(tmp_path: Path) -> None:
    grid = make_grid(16, nodata=True)
    grid.save(tmp_path / "grid.tif")
    (tmp_path / "grid.tif.aux.xml").unlink()
    assert_same(open_grid(tmp_path / "grid.tif"), grid)


def test_names_of_an_overwritten_grid_do_not_stay(tmp_path: Path) -> None:
    make_grid(16, nodata=True).save(tmp_path / "grid.tif")
    make_grid(16, nodata=True, names=False).save(tmp_path / "grid.tif", overwrite=True)
    sidecar = (tmp_path / "grid.tif.aux.xml").read_text("utf-8")
    assert "<GDALRasterAttributeTable" in sidecar
    assert "Unit 3" not in sidecar
    assert "<Category>" not in sidecar


def test_pillow_shows_the_geotiff_in_its_colors(tmp_path: Path) -> None:
    grid = make_grid(200, nodata=False)
    grid.save(tmp_path / "grid.tif")
    with Image.open(tmp_path / "grid.tif") as image:
        picture = np.array(image.convert("RGB"))
    np.testing.assert_array_equal(picture, grid.to_rgb())


def test_paletted_geotiff_of_another_program(tmp_path: Path) -> None:
    indices = np.array([[0, 1, 2], [2, 255, 0]], np.uint8)
    path = tmp_path / "foreign.tif"
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=3,
        height=2,
        count=1,
        dtype="uint8",
        nodata=255,
        transform=Affine(1, 0, 0, 0, -1, 2),
    ) as target:
        target.write_colormap(1, {0: (9, 9, 9), 1: (0, 0, 0), 2: (7, 8, 9)})
        target.write(indices, 1)
    grid = open_grid(path)
    np.testing.assert_array_equal(grid.indices, indices)
    assert grid.palette.colors.tolist() == [[9, 9, 9], [0, 0, 0], [7, 8, 9]]
    assert grid.nodata == 255


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_existing_files_are_kept_unless_told(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"grid.{suffix}"
    path.write_text("precious")
    with pytest.raises(OutputError, match="exists already; give overwrite=True"):
        make_grid(3, nodata=True).save(path)
    assert path.read_text() == "precious"
    make_grid(3, nodata=True).save(path, overwrite=True)
    assert open_grid(path).shape == (70, 300)


def test_a_failed_save_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = make_grid(3, nodata=True)
    for suffix in SUFFIXES:
        old.save(tmp_path / f"grid.{suffix}")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def fail(*args: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np.lib.format, "write_array_header_1_0", fail)
    monkeypatch.setattr("rasterio.io.DatasetWriter.write", fail)
    monkeypatch.setattr("zlib.compress", fail)
    for suffix in SUFFIXES:
        with pytest.raises(OutputError, match="cannot be written: No space left"):
            make_grid(9, nodata=True).save(tmp_path / f"grid.{suffix}", overwrite=True)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_refuses_bad_targets(tmp_path: Path) -> None:
    grid = make_grid(3, nodata=True)
    with pytest.raises(OutputError, match=r"unknown suffix; grids are written as \.npy, \.tif"):
        grid.save(tmp_path / "grid.foo")
    with pytest.raises(OutputError, match=r"the folder .* does not exist"):
        grid.save(tmp_path / "missing" / "grid.npy")
    (tmp_path / "folder.tif").mkdir()
    with pytest.raises(OutputError, match="is a folder"):
        grid.save(tmp_path / "folder.tif", overwrite=True)


def test_refuses_bad_sources(tmp_path: Path, rgba: np.ndarray) -> None:
    grid = make_grid(3, nodata=True)
    for name in ("lonely", "swapped", "pickled", "future"):
        grid.save(tmp_path / f"{name}.npy")
    (tmp_path / "lonely.npy.json").unlink()
    np.save(tmp_path / "swapped.npy", np.zeros((2, 2), np.uint8))
    np.save(tmp_path / "pickled.npy", np.array([{}], dtype=object), allow_pickle=True)
    sidecar = tmp_path / "future.npy.json"
    sidecar.write_text(sidecar.read_text().replace('"format_version": 1', '"format_version": 2'))
    Image.fromarray(rgba).save(tmp_path / "rgba.tif")
    (tmp_path / "text.tif").write_text("no image")
    for name, error, message in [
        ("lonely.npy", MissingFileError, "its sidecar lonely.npy.json is missing"),
        ("swapped.npy", GridError, "was written for other cells"),
        ("pickled.npy", GridError, "is not a readable .npy file"),
        ("future.npy", GridError, "has format version 2, this geoindex reads 1"),
        ("rgba.tif", GridError, "is not an index grid"),
        ("text.tif", GeoindexError, "is not a PNG, JPEG, TIFF, WebP"),
        ("none.tif", MissingFileError, "no such file"),
        ("grid.foo", GridError, "unknown suffix"),
    ]:
        with pytest.raises(error, match=message):
            open_grid(tmp_path / name)


@given(position=st.integers(0, 10**6), junk=st.binary(min_size=1, max_size=8))
def test_a_damaged_sidecar_is_a_grid_or_an_error(
    tmp_path_factory: pytest.TempPathFactory, position: int, junk: bytes
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    grid = index_image(np.zeros((2, 2, 3), np.uint8), Palette([[0, 0, 0]], names=["a"]))
    grid.save(folder / "grid.npy")
    sidecar = folder / "grid.npy.json"
    content = sidecar.read_bytes()
    place = position % len(content)
    sidecar.write_bytes(content[:place] + junk + content[place + len(junk) :])
    with contextlib.suppress(GeoindexError):
        assert open_grid(folder / "grid.npy").shape == (2, 2)


@pytest.mark.parametrize("suffix", ["npy", "tif", "png"])
def test_names_of_any_alphabet(tmp_path: Path, suffix: str) -> None:
    names = ["Grünschiefer, 30° ß é", "石灰岩", "\U0001f30b Basalt"]
    palette = Palette([[0, 0, 0], [9, 9, 9], [90, 0, 0]], names=names, name="Übersicht")
    indices = np.array([[0, 1, 2]], dtype=np.uint8)
    grid = IndexGrid(indices=indices, palette=palette, nodata=255)
    grid.save(tmp_path / f"map.{suffix}")
    assert open_grid(tmp_path / f"map.{suffix}").palette == palette


@pytest.mark.parametrize("suffix", ["npy", "tif", "png"])
def test_control_points_without_a_crs(tmp_path: Path, suffix: str) -> None:
    gcps = tuple(
        GroundControlPoint(row, col, 10.0 * col, -10.0 * row)
        for row, col in ((0, 0), (0, 2), (2, 0))
    )
    indices = np.zeros((2, 2), np.uint8)
    grid = IndexGrid(indices=indices, palette=Palette([[0, 0, 0]]), nodata=255, gcps=gcps)
    grid.save(tmp_path / f"map.{suffix}")
    found = open_grid(tmp_path / f"map.{suffix}")
    assert [(gcp.row, gcp.col, gcp.x, gcp.y) for gcp in found.gcps] == [
        (gcp.row, gcp.col, gcp.x, gcp.y) for gcp in gcps
    ]
    assert found.crs is None


@pytest.mark.parametrize("suffix", ["npy", "tif", "png"])
def test_numbers_of_numpy_are_numbers(tmp_path: Path, suffix: str) -> None:
    palette = Palette([[0, 0, 0], [250, 250, 250]])
    grid = index_image(
        np.zeros((2, 5, 4), np.uint8),
        palette,
        channel_axis=-1,
        max_distance=np.float32(20),
        translucent=np.uint8(128),
        clean=Clean(speckle=np.int64(6)),
    )
    dataclasses.replace(grid, nodata=np.uint8(255)).save(tmp_path / f"map.{suffix}")
    found = open_grid(tmp_path / f"map.{suffix}")
    assert (found.provenance, found.nodata) == (grid.provenance, 255)
    with pytest.raises(GridError, match="nodata must be an integer, found 'none'"):
        dataclasses.replace(grid, nodata="none")


def test_many_colors_widen_the_indices(tmp_path: Path) -> None:
    palette = Palette(np.random.default_rng(2).integers(0, 256, (300, 3)))
    grid = IndexGrid(indices=np.zeros((3, 4), np.uint8), palette=palette)
    assert grid.indices.dtype == np.uint16
    for suffix in ("npy", "tif"):
        grid.save(tmp_path / f"map.{suffix}")
        assert open_grid(tmp_path / f"map.{suffix}").palette == palette


def test_a_world_file_of_another_image_is_kept(tmp_path: Path) -> None:
    grid = IndexGrid(indices=np.zeros((2, 2), np.uint8), palette=Palette([[0, 0, 0]]), nodata=255)
    (tmp_path / "map.pgw").write_text("precious")
    with pytest.raises(OutputError, match=r"map\.pgw: exists already; give overwrite=True"):
        grid.save(tmp_path / "map.png")
    assert [path.name for path in tmp_path.iterdir()] == ["map.pgw"]
    grid.save(tmp_path / "map.png", overwrite=True)
    assert open_grid(tmp_path / "map.png").transform is None
