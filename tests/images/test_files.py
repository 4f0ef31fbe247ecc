"""Image files written by other libraries give the pixels that those libraries decode."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from PIL import Image
from rasterio.enums import ColorInterp

from geoindex.color.pixels import PixelRule
from geoindex.errors import ImageError, MissingFileError
from geoindex.images.files import read_image
from geoindex.images.picture import read_picture
from tests.support.rasters import noise, write_tif


@pytest.mark.parametrize(
    ("mode", "suffix"),
    [
        ("L", "png"),
        ("LA", "png"),
        ("RGB", "png"),
        ("RGBA", "png"),
        ("RGB", "jpg"),
        ("L", "jpg"),
        ("RGB", "tif"),
        ("RGBA", "tif"),
        ("L", "tif"),
        ("LA", "tif"),
        ("P", "png"),
        ("P", "tif"),
    ],
)
def test_equals_pillow(tmp_path: Path, mode: str, suffix: str) -> None:
    path = tmp_path / f"image.{suffix}"
    if mode == "P":
        image = Image.fromarray(noise(20, 30) % 7)
        image.putpalette(noise(7 * 3).tolist())
    else:
        image = Image.fromarray(noise(20, 30, len(mode)).squeeze())
        assert image.mode == mode
    # Decoders differ in how they smooth subsampled color, not in full color.
    image.save(path, **({"subsampling": 0} if suffix == "jpg" else {}))
    with Image.open(path) as decoded:
        expected = np.array(decoded.convert("RGBA" if "A" in mode else "RGB"))
    raster = read_image(path)
    np.testing.assert_array_equal(raster.colors, expected[..., :3])
    if "A" in mode:
        np.testing.assert_array_equal(raster.valid, expected[..., 3])
        assert read_image(path, PixelRule(alpha="strip")).valid is None
    else:
        assert raster.valid is None
    assert raster.transform is None
    assert raster.crs is None


def test_transparent_palette_entry(tmp_path: Path) -> None:
    image = Image.new("P", (3, 1))
    image.putpalette([9, 9, 9, 50, 60, 70, 9, 9, 9])
    image.putdata([0, 1, 2])
    image.save(tmp_path / "p.png", transparency=2)
    raster = read_image(tmp_path / "p.png")
    assert (raster.valid != 0).tolist() == [[True, True, False]]
    assert raster.colors.tolist() == [[[9, 9, 9], [50, 60, 70], [9, 9, 9]]]
    assert read_image(tmp_path / "p.png", PixelRule(alpha="strip")).valid is None


def test_nodata_value_and_internal_mask(tmp_path: Path) -> None:
    bands = noise(3, 4, 5) // 2
    bands[:, 1, 1] = 200
    bands[0, 2, 2] = 200
    write_tif(tmp_path / "nodata.tif", bands, nodata=200)
    valid = read_image(tmp_path / "nodata.tif").valid
    assert valid is not None
    # A pixel is nodata only where all its bands are.
    assert np.argwhere(valid == 0).tolist() == [[1, 1]]

    write_tif(tmp_path / "mask.tif", bands)
    mask = np.full((4, 5), 255, np.uint8)
    mask[3] = 0
    with (
        rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True),
        rasterio.open(tmp_path / "mask.tif", "r+") as target,
    ):
        target.write_mask(mask)
    np.testing.assert_array_equal(read_image(tmp_path / "mask.tif").valid, mask)


def test_tiled_band_interleaved_tiff_equals_plain_one(tmp_path: Path) -> None:
    bands = noise(4, 100, 90)
    write_tif(tmp_path / "plain.tif", bands)
    layout = {"tiled": True, "blockxsize": 32, "blockysize": 16, "interleave": "band"}
    write_tif(tmp_path / "tiled.tif", bands, compress="lzw", **layout)
    for name in ("plain.tif", "tiled.tif"):
        with rasterio.open(tmp_path / name, "r+") as target:
            target.colorinterp = [
                ColorInterp.red,
                ColorInterp.green,
                ColorInterp.blue,
                ColorInterp.alpha,
            ]
        raster = read_image(tmp_path / name)
        np.testing.assert_array_equal(raster.colors, np.moveaxis(bands[:3], 0, -1))
        np.testing.assert_array_equal(raster.valid, bands[3])


def test_picture_keeps_transparency(tmp_path: Path) -> None:
    pixels = noise(5, 6, 4)
    Image.fromarray(pixels).save(tmp_path / "map.png")
    np.testing.assert_array_equal(read_picture(tmp_path / "map.png"), pixels)


def test_refuses_what_it_would_read_wrong(tmp_path: Path) -> None:
    write_tif(tmp_path / "two.tif", noise(2, 4, 4))
    write_tif(tmp_path / "five.tif", noise(5, 4, 4))
    with pytest.raises(ImageError, match=r"two\.tif: holds 2 bands"):
        read_image(tmp_path / "two.tif")
    with pytest.raises(ImageError, match=r"five\.tif: holds 5 bands"):
        read_image(tmp_path / "five.tif")


@pytest.mark.parametrize(
    ("suffix", "keep"),
    [("png", 0.5), ("jpg", 0.5), ("tif", 0.5), ("png", 0.95), ("jpg", 0.9), ("tif", 0.9)],
)
def test_truncated_file_is_an_error(tmp_path: Path, suffix: str, keep: float) -> None:
    path = tmp_path / f"cut.{suffix}"
    Image.fromarray(noise(200, 200, 3)).save(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)])
    with pytest.raises(ImageError, match=f"cut.{suffix}: is damaged or cut short"):
        read_image(path)


def test_refuses_files_that_are_no_image(tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("this is no picture")
    (tmp_path / "empty.tif").write_bytes(b"")
    Image.fromarray(noise(4, 4, 3)).save(tmp_path / "map.png")
    (tmp_path / "map.vrt").write_text(
        '<VRTDataset rasterXSize="4" rasterYSize="4"><VRTRasterBand dataType="Byte" band="1">'
        '<SimpleSource><SourceFilename relativeToVRT="1">map.png</SourceFilename>'
        "<SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>"
    )
    for name in ("text.png", "empty.tif", "map.vrt"):
        with pytest.raises(ImageError, match=f"{name}: is (not a PNG, JPEG|empty|a virtual)"):
            read_image(tmp_path / name)
    with pytest.raises(ImageError, match="is not a file"):
        read_image(tmp_path)
    for missing in (tmp_path / "none.png", "/vsicurl/http://localhost/map.png"):
        with pytest.raises(MissingFileError, match="no such file"):
            read_image(missing)
