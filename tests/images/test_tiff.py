"""TIFF files of every layout, sample type and color space."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
import tifffile
from affine import Affine
from PIL import Image

from geoindex import Palette, index_image
from geoindex.color.pixels import PixelRule
from geoindex.errors import ImageError
from geoindex.images.files import read_image
from tests.support.rasters import half_up, noise, write_tif

ROWS, COLS = 13, 21


@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize("tile", [None, (16, 16)])
@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
def test_tiff_layouts(
    tmp_path: Path, planar: str, tile: tuple[int, int] | None, big: bool, order: str
) -> None:
    colors = noise(40, 50, 3)
    stored = np.moveaxis(colors, -1, 0) if planar == "separate" else colors
    tifffile.imwrite(
        tmp_path / "map.tif",
        stored,
        photometric="rgb",
        planarconfig=planar,
        tile=tile,
        bigtiff=big,
        byteorder=order,
    )
    np.testing.assert_array_equal(read_image(tmp_path / "map.tif").colors, colors)


@pytest.mark.parametrize("photometric", ["minisblack", "miniswhite"])
@pytest.mark.parametrize("dtype", [bool, np.uint8, np.uint16, np.float32])
def test_tiff_gray(tmp_path: Path, dtype: type, photometric: str) -> None:
    samples = noise(ROWS, COLS)
    full = {bool: 1, np.uint8: 255, np.uint16: 65_535, np.float32: 1}[dtype]
    values = (samples > 99) if dtype is bool else (samples * (full / 255)).astype(dtype)
    tifffile.imwrite(tmp_path / "map.tif", values, photometric=photometric)
    gray = half_up(values.astype(float), full).astype(int)
    expected = 255 - gray if photometric == "miniswhite" else gray
    found = read_image(tmp_path / "map.tif").colors
    assert found.shape == (ROWS, COLS, 3)
    # Values in the middle between two grays may round either way once they are inverted.
    assert np.abs(found[..., 1] - expected).max() <= (dtype is np.float32)


@pytest.mark.parametrize("dtype", [np.int16, np.int32, np.uint32, np.float64])
def test_tiff_of_other_types_within_0_to_255(tmp_path: Path, dtype: type) -> None:
    colors = noise(ROWS, COLS, 3)
    tifffile.imwrite(tmp_path / "map.tif", colors.astype(dtype), photometric="rgb")
    np.testing.assert_array_equal(read_image(tmp_path / "map.tif").colors, colors)
    tifffile.imwrite(tmp_path / "deep.tif", colors.astype(dtype) * 5, photometric="rgb")
    with pytest.raises(ImageError, match=r"deep\.tif: .* is outside 0\.\.255"):
        read_image(tmp_path / "deep.tif")


def test_tiff_floats_take_one_scale(tmp_path: Path) -> None:
    colors = noise(ROWS, COLS, 3) / np.float32(255)
    tifffile.imwrite(tmp_path / "unit.tif", colors.astype(np.float32), photometric="rgb")
    np.testing.assert_array_equal(read_image(tmp_path / "unit.tif").colors, noise(ROWS, COLS, 3))
    colors[-1, -1] = 200
    tifffile.imwrite(tmp_path / "both.tif", colors.astype(np.float32), photometric="rgb")
    with pytest.raises(ImageError, match=r"both\.tif: .*scale='byte' or scale='unit'"):
        read_image(tmp_path / "both.tif")
    byte = read_image(tmp_path / "both.tif", PixelRule(scale="byte"))
    assert byte.colors[-1, -1].tolist() == [200, 200, 200]


def test_float_nodata_need_not_be_on_the_scale(tmp_path: Path) -> None:
    bands = np.full((3, 4, 5), 0.5, dtype=np.float32)
    bands[:, 1, 1] = -9999
    bands[0, 2, 2] = np.nan
    write_tif(tmp_path / "map.tif", bands, nodata=-9999)
    raster = read_image(tmp_path / "map.tif")
    assert np.argwhere(raster.valid == 0).tolist() == [[1, 1], [2, 2]]
    assert (raster.colors[raster.valid != 0] == 128).all()


@pytest.mark.parametrize("bits", [2, 4, 12])
def test_tiff_of_odd_bit_depths(tmp_path: Path, bits: int) -> None:
    full = 2**bits - 1
    samples = noise(1, ROWS, COLS, high=full + 1, dtype=np.uint16 if bits > 8 else np.uint8)
    write_tif(tmp_path / "map.tif", samples, NBITS=bits)
    found = read_image(tmp_path / "map.tif").colors
    np.testing.assert_array_equal(found[..., 0], half_up(samples[0], full))


def test_tiff_palette(tmp_path: Path) -> None:
    table = noise(3, 256, dtype=np.uint16) * np.uint16(257)
    codes = noise(ROWS, COLS)
    tifffile.imwrite(tmp_path / "map.tif", codes, photometric="palette", colormap=table)
    with Image.open(tmp_path / "map.tif") as decoded:
        expected = np.array(decoded.convert("RGB"))
    np.testing.assert_array_equal(read_image(tmp_path / "map.tif").colors, expected)


@pytest.mark.filterwarnings("ignore:.*without a color profile")
@pytest.mark.parametrize("compression", [None, "jpeg"])
@pytest.mark.parametrize("mode", ["CMYK", "YCbCr"])
def test_tiff_color_spaces(tmp_path: Path, mode: str, compression: str | None) -> None:
    channels = len(mode) if mode == "CMYK" else 3
    smooth = np.linspace(10, 240, 32 * 48 * channels).reshape(32, 48, channels).astype(np.uint8)
    image = Image.fromarray(smooth, "CMYK" if mode == "CMYK" else "RGB")
    if mode == "YCbCr" and compression is None:
        image = image.convert("YCbCr")
    image.save(tmp_path / "map.tif", compression=compression)
    found = read_image(tmp_path / "map.tif").colors.astype(int)
    if compression is not None:
        image = Image.open(tmp_path / "map.tif")
    expected = np.array(image.convert("RGB"), dtype=int)
    assert np.abs(found - expected).max() <= 2


@pytest.mark.parametrize("space", ["cielab", "icclab"])
def test_lab_is_refused(tmp_path: Path, space: str) -> None:
    tifffile.imwrite(tmp_path / "lab.tif", noise(ROWS, COLS, 3), photometric=space)
    with pytest.raises(ImageError, match=r"lab\.tif: its colors are in .*L\*a\*b\*"):
        read_image(tmp_path / "lab.tif")


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_premultiplied_alpha_is_undone(tmp_path: Path, dtype: type) -> None:
    full = {np.uint8: 255, np.uint16: 65_535, np.float32: 1}[dtype]
    colors, alpha = noise(ROWS, COLS, 3), noise(ROWS, COLS)
    alpha[0, :5] = 0
    share = alpha[..., np.newaxis] / 255
    stored = np.concatenate([colors * share, alpha[..., np.newaxis]], axis=-1) * (full / 255)
    stored = stored.astype(dtype) if dtype is np.float32 else np.round(stored).astype(dtype)
    for kind in ("assocalpha", "unassalpha"):
        tifffile.imwrite(tmp_path / f"{kind}.tif", stored, photometric="rgb", extrasamples=[kind])
    raster = read_image(tmp_path / "assocalpha.tif")
    np.testing.assert_array_equal(raster.valid != 0, alpha != 0)
    strong = alpha > 100
    off = np.abs(raster.colors[strong].astype(int) - colors[strong])
    assert off.max() <= (2 if dtype is np.uint8 else 0)
    plain = read_image(tmp_path / "unassalpha.tif").colors
    np.testing.assert_array_equal(plain, half_up(stored[..., :3].astype(float), full))


def test_fourth_band_without_a_meaning_is_refused(tmp_path: Path) -> None:
    tifffile.imwrite(
        tmp_path / "map.tif", noise(9, 9, 4), photometric="rgb", extrasamples=["unspecified"]
    )
    with pytest.raises(ImageError, match=r"4 bands \(red, green, blue, undefined\)"):
        read_image(tmp_path / "map.tif")


def test_overviews_do_not_change_what_is_read(tmp_path: Path) -> None:
    bands = noise(3, 600, 700)
    write_tif(tmp_path / "map.tif", bands, tiled=True, blockxsize=128, blockysize=128)
    with rasterio.open(tmp_path / "map.tif", "r+") as target:
        target.build_overviews([2, 4])
    np.testing.assert_array_equal(
        read_image(tmp_path / "map.tif").colors, np.moveaxis(bands, 0, -1)
    )


def test_tiff_where_0_is_white_with_alpha(tmp_path: Path) -> None:
    levels = np.array([[0, 255, 100]], np.uint8)
    alpha = np.array([[255, 255, 0]], np.uint8)
    with rasterio.open(
        tmp_path / "map.tif", "w", driver="GTiff", width=3, height=1, count=2, dtype="uint8",
        photometric="MINISWHITE", alpha="yes", transform=Affine(5, 0, 0, 0, -5, 0),
    ) as target:  # fmt: skip
        target.write(np.stack([levels, alpha]))
    palette = Palette([[0] * 3, [255] * 3])
    assert index_image(tmp_path / "map.tif", palette).indices.tolist() == [[1, 0, 255]]
