"""Pictures in memory: arrays of any layout, masked arrays, DataArrays and Pillow images."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from affine import Affine
from PIL import Image
from rasterio.crs import CRS

from geoindex import Palette, index_image
from geoindex.errors import GeoindexWarning, ImageError

PALETTE = Palette([[0, 0, 0], [250, 250, 250], [200, 0, 0]])


def picture(channels: int = 3) -> np.ndarray:
    return np.random.default_rng(5).integers(0, 256, (6, 7, channels), dtype=np.uint8)


EXPECTED = index_image(picture(), PALETTE).indices


def test_bands_first_or_last() -> None:
    np.testing.assert_array_equal(
        index_image(np.moveaxis(picture(), -1, 0), PALETTE).indices, EXPECTED
    )
    narrow = picture()[:3]
    with pytest.raises(ImageError, match=r"ambiguous: .* set channel_axis=0 or channel_axis=-1"):
        index_image(narrow, PALETTE)
    np.testing.assert_array_equal(
        index_image(narrow, PALETTE, channel_axis=-1).indices, EXPECTED[:3]
    )
    assert index_image(narrow, PALETTE, channel_axis=0).shape == (7, 3)


def test_one_and_two_channels_are_gray() -> None:
    gray = picture(2)
    expected = index_image(gray[..., 0], PALETTE).indices.copy()
    one = index_image(gray[..., :1], PALETTE, channel_axis=-1)
    np.testing.assert_array_equal(one.indices, expected)
    gray[2, 3, 1] = 0
    expected[gray[..., 1] == 0] = 255
    two = index_image(gray, PALETTE, channel_axis=2)
    np.testing.assert_array_equal(two.indices, expected)
    with pytest.raises(ImageError, match="3 or 4 channels on its first or last axis"):
        index_image(gray, PALETTE)
    with pytest.raises(ImageError, match="channel_axis 0 of shape"):
        index_image(gray, PALETTE, channel_axis=0)


@pytest.mark.parametrize("scale", [1, 255])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_floats(dtype: type, scale: int) -> None:
    floats = picture().astype(dtype) / dtype(255 / scale)
    np.testing.assert_array_equal(index_image(floats, PALETTE).indices, EXPECTED)
    floats[1, 2, 0] = np.nan
    assert np.argwhere(index_image(floats, PALETTE).indices == 255).tolist() == [[1, 2]]


def test_ambiguous_floats_ask_for_the_option() -> None:
    floats = np.full((6, 7, 3), 0.5)
    floats[0, 0] = 2.0
    with pytest.raises(ImageError, match=r"scale='byte' or scale='unit'"):
        index_image(floats, PALETTE)
    assert index_image(floats, PALETTE, scale="byte").counts().tolist() == [42, 0, 0]


def test_masked_pixels_are_nodata_where_all_channels_are() -> None:
    masked = np.ma.masked_array(picture(), mask=False)
    masked[1, 2] = np.ma.masked
    masked[3, 4, 0] = np.ma.masked
    indices = index_image(masked, PALETTE).indices
    assert np.argwhere(indices == 255).tolist() == [[1, 2]]
    np.testing.assert_array_equal(np.delete(indices.ravel(), 9), np.delete(EXPECTED.ravel(), 9))
    np.testing.assert_array_equal(
        index_image(np.moveaxis(masked, -1, 0), PALETTE).indices, indices
    )


@pytest.mark.parametrize("dims", [("band", "y", "x"), ("y", "x", "band"), ("x", "band", "y")])
def test_data_array_knows_its_dimensions(dims: tuple[str, ...]) -> None:
    array = xr.DataArray(
        picture(),
        dims=("y", "x", "band"),
        coords={"y": 2000 - 2.5 - 5.0 * np.arange(6), "x": 1000 + 2.0 + 4.0 * np.arange(7)},
    )
    array = array.assign_coords(
        spatial_ref=((), 0, {"crs_wkt": CRS.from_epsg(23031).to_wkt()})
    ).transpose(*dims)
    grid = index_image(array, PALETTE)
    np.testing.assert_array_equal(grid.indices, EXPECTED)
    assert grid.transform == Affine(4, 0, 1000, 0, -5, 2000)
    assert grid.crs.to_epsg() == 23031


def test_data_array_nodata_and_rotation() -> None:
    pixels = picture() // 2
    pixels[2, 2] = 200
    array = xr.DataArray(np.moveaxis(pixels, -1, 0), dims=("band", "y", "x"))
    array.attrs["_FillValue"] = 200
    array = array.assign_coords(spatial_ref=((), 0, {"GeoTransform": "1000 4 3 2000 3 -4"}))
    grid = index_image(array, PALETTE)
    assert np.argwhere(grid.indices == grid.nodata).tolist() == [[2, 2]]
    assert grid.transform == Affine(4, 3, 1000, 3, -4, 2000)
    array.spatial_ref.attrs["GeoTransform"] = "1000 4"
    with pytest.raises(ImageError, match="GeoTransform of the DataArray is damaged"):
        index_image(array, PALETTE)


def test_data_array_of_a_grid_keeps_its_place() -> None:
    grid = dataclasses.replace(
        index_image(picture(), PALETTE),
        transform=Affine(4, 0, 1000, 0, -5, 2000),
        crs=CRS.from_epsg(23031),
    )
    back = index_image(grid.to_xarray(), Palette([[0, 0, 0], [1, 1, 1], [2, 2, 2]]), scale="byte")
    np.testing.assert_array_equal(back.indices, grid.indices)
    assert (back.transform, back.crs) == (grid.transform, grid.crs)


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "P", "1", "CMYK"])
def test_pillow_images_of_every_mode(mode: str) -> None:
    image = Image.fromarray(picture()).convert(mode)
    expected = index_image(np.array(image.convert("RGB")), PALETTE)
    np.testing.assert_array_equal(
        index_image(image, PALETTE, channel_axis=-1 if mode == "LA" else None).indices,
        expected.indices,
    )


def test_what_is_no_array() -> None:
    with pytest.raises(ImageError, match="is not an array of numbers"):
        index_image([[1, 2], [3]], PALETTE)
    with pytest.raises(ImageError, match="must be integers or floats"):
        index_image(np.full((6, 7, 3), "red"), PALETTE)


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_transparent_color_of_pillow(tmp_path: Path, mode: str) -> None:
    values = np.array([[0, 255, 0]], np.uint8)
    image = Image.fromarray(values).convert(mode)
    image.save(tmp_path / "map.png", transparency=0 if mode == "L" else (0, 0, 0))
    palette = Palette([[0] * 3, [255] * 3])
    assert index_image(tmp_path / "map.png", palette).indices.tolist() == [[255, 1, 255]]
    with Image.open(tmp_path / "map.png") as opened:
        assert index_image(opened, palette).indices.tolist() == [[255, 1, 255]]


def test_coordinates_of_single_precision() -> None:
    x = (500_000 + np.arange(70) * 5.08).astype(np.float32)
    y = (70_000 - np.arange(60) * 5.08).astype(np.float32)
    picture = xr.DataArray(np.zeros((60, 70, 3), np.uint8), dims=("y", "x", "band"))
    palette = Palette([[0] * 3, [255] * 3])
    transform = index_image(picture.assign_coords(x=x, y=y), palette).transform
    assert transform is not None
    assert (transform.a, transform.e) == pytest.approx((5.08, -5.08), rel=1e-3)
    x[30] += 2
    with pytest.warns(GeoindexWarning, match="not evenly spaced"):
        assert index_image(picture.assign_coords(x=x, y=y), palette).transform is None


@pytest.mark.parametrize("fill", [-9999, 300, "none", float("nan")])
def test_fill_values_that_no_pixel_can_have(fill: object) -> None:
    picture = xr.DataArray(
        np.zeros((6, 7, 3), np.uint8), dims=("y", "x", "band"), attrs={"_FillValue": fill}
    )
    assert index_image(picture, Palette([[0] * 3])).valid.all()
