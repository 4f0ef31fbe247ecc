"""Integers that could be on two scales, or classes instead of colors, are asked about."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from PIL import Image

from geoindex import Palette, index_image, learn_palette, nearest
from geoindex.color.pixels import PixelRule
from geoindex.errors import ImageError
from geoindex.images.files import read_image
from tests.support.rasters import write_tif

PALETTE = Palette([[0, 0, 0], [250, 250, 250], [200, 0, 0]])
DARK = np.array([[[200, 0, 0], [250, 250, 250]]])


@pytest.mark.parametrize("dtype", [np.uint16, np.int16, np.uint32, np.int64, np.float32])
def test_8_bit_colors_in_wider_types(tmp_path: Path, dtype: type) -> None:
    values = DARK.astype(dtype)
    path = (
        write_tif(tmp_path / "map.tif", np.moveaxis(DARK, -1, 0).astype(dtype))
        if (dtype != np.int64)
        else None
    )
    if dtype == np.uint16:
        for image in (values, path, xr.DataArray(values, dims=("y", "x", "band"))):
            with pytest.raises(ImageError, match=r"largest of its 16-bit values is 250, .*'byte'"):
                index_image(image, PALETTE)
        with pytest.raises(ImageError, match="16-bit values is 250"):
            nearest(values, PALETTE)
        with pytest.raises(ImageError, match="16-bit values is 250"):
            learn_palette(values, 2)
    for image in (values, path):
        if image is not None:
            assert index_image(image, PALETTE, scale="byte").indices.tolist() == [[2, 1]]
    assert nearest(values, PALETTE, scale="byte").tolist() == [[2, 1]]


def test_16_bits_that_reach_beyond_8_are_what_they_are(tmp_path: Path) -> None:
    values = np.zeros((400, 30, 3), np.uint16)
    assert (index_image(values, PALETTE).indices == 0).all()
    values[390, 20] = 64_250
    path = write_tif(tmp_path / "map.tif", np.moveaxis(values, -1, 0))
    for image in (values, path):
        assert np.argwhere(index_image(image, PALETTE).indices == 1).tolist() == [[390, 20]]
    values[390, 20] = 65_535
    masked = np.ma.masked_equal(np.maximum(values, 3), 65_535)
    with pytest.raises(ImageError, match="16-bit values is 3"):
        index_image(masked, PALETTE)


def test_alpha_does_not_decide_the_scale_of_colors(tmp_path: Path) -> None:
    values = np.zeros((2, 3, 4), np.float32)
    values[..., 3] = 255
    values[0, 0, :3] = 1
    values[1, 1, 3] = 0
    values[1, 2, 3] = np.nan
    expected = [[1, 0, 0], [0, 255, 255]]
    assert index_image(values, PALETTE).indices.tolist() == expected
    path = write_tif(tmp_path / "map.tif", np.moveaxis(values, -1, 0))
    assert index_image(path, PALETTE, alpha="strip").indices.tolist() == [[1, 0, 0], [0, 0, 0]]
    found = read_image(path, PixelRule(bands=(1, 2, 3, 4)))
    assert found.colors[0, 0].tolist() == [255, 255, 255]
    assert (found.valid != 0).tolist() == [[True] * 3, [True, False, False]]


@pytest.mark.parametrize(
    "values",
    [
        np.arange(8, dtype=np.uint8).reshape(2, 4),
        np.array([[0, 1, 2, 255]], np.uint8),
        np.array([[11, 12, 95]], np.uint8),
        np.array([[1, 1, 2]]),
        np.array([[-1, 0, 1]]),
        np.array([[0, 300, 65_535]], np.uint16),
        np.array([[0, 3, np.nan]], np.float32),
        np.ma.masked_equal(np.array([[1, 2, 100]], np.uint8), 100),
    ],
    ids=str,
)
def test_class_numbers_are_no_gray(values: np.ndarray) -> None:
    with pytest.raises(ImageError, match=r"could be class numbers or gray levels; .*IndexGrid"):
        index_image(values, PALETTE)
    with pytest.raises(ImageError, match="could be class numbers"):
        index_image(xr.DataArray(values, dims=("y", "x")), PALETTE)
    with pytest.raises(ImageError, match="could be class numbers"):
        learn_palette(values, 2)


@pytest.mark.parametrize(
    "values",
    [
        np.arange(256, dtype=np.uint8).reshape(16, 16),
        np.array([[0, 255, 0]], np.uint8),
        np.array([[0, 85, 170, 255]], np.uint8),
        np.full((2, 3), 255, np.uint8),
        np.array([[0.0, 0.25, 0.5]]),
        np.array([[0.0, 1.0, np.nan]]),
        np.array([[0, 4000, 40_000]], np.uint16),
    ],
    ids=["ramp", "bilevel", "two bits", "white", "floats", "0 and 1", "16 bits"],
)
def test_gray_levels_are_gray(values: np.ndarray) -> None:
    colors = np.repeat(values[..., np.newaxis], 3, axis=-1)
    expected = index_image(colors, PALETTE, channel_axis=-1).indices
    np.testing.assert_array_equal(index_image(values, PALETTE).indices, expected)


def test_dark_gray_is_said_to_be_gray() -> None:
    values = np.array([[1, 60, 120]], np.uint8)
    expected = nearest(np.repeat(values[..., np.newaxis], 3, axis=-1), PALETTE).tolist()
    assert index_image(values, PALETTE, scale="byte").indices.tolist() == expected
    assert index_image(Image.fromarray(values), PALETTE).indices.tolist() == expected
    one_band = index_image(values[..., np.newaxis], PALETTE, channel_axis=-1)
    assert one_band.indices.tolist() == expected


def test_gray_applies_the_scale_and_offset_of_a_band(tmp_path: Path) -> None:
    """The levels are those that gdal_translate -unscale would give."""
    import rasterio

    path = write_tif(tmp_path / "height.tif", np.array([[15, 15, 1000, 1000]], np.int16))
    with rasterio.open(path, "r+") as target:
        target.scales, target.offsets = (0.1,), (5.0,)
    assert gray_levels(path) == [6.5, 105.0]


def gray_levels(path: Path) -> list[float]:
    from geoindex.indexing.gray import gray_grid

    return [float(level) for level in gray_grid(path, 2).provenance["levels"]]
