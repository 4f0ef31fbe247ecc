"""IndexGrid in memory."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from affine import Affine
from rasterio.crs import CRS

from geoindex import IndexGrid, Palette, index_image
from geoindex.errors import GridError, ImageError, OptionError
from geoindex.rules.indices import index_dtype, nodata_value


def test_dtype_and_nodata_rule() -> None:
    table = [
        (1, False, np.uint8, 255),
        (255, True, np.uint8, 255),
        (256, False, np.uint8, None),
        (256, True, np.uint16, 65535),
        (257, False, np.uint16, 65535),
        (65535, True, np.uint16, 65535),
    ]
    for n_colors, has_nodata, dtype, nodata in table:
        assert index_dtype(n_colors, has_nodata=has_nodata) is dtype
        assert nodata_value(n_colors, dtype) == nodata


def test_index_image(rgba: np.ndarray, rgba_indices: np.ndarray, legend: Palette) -> None:
    grid = index_image(rgba, legend, channel_axis=-1)
    np.testing.assert_array_equal(grid.indices, rgba_indices)
    assert grid.nodata == 255
    assert grid.shape == (3, 4)
    assert grid.counts().tolist() == [4, 3, 4]
    assert grid.valid.sum() == 11
    assert grid.provenance["metric"] == "rgb"
    assert grid.provenance["palette_sha256"] == legend.sha256


def test_strip_takes_the_color_under_transparency(rgba: np.ndarray, legend: Palette) -> None:
    assert index_image(rgba, legend, channel_axis=-1, alpha="strip").indices[1, 2] == 2
    with pytest.raises(OptionError, match="unknown alpha 'keep'; known: mask, strip"):
        index_image(rgba, legend, channel_axis=-1, alpha="keep")


def test_gray_array_is_gray_color() -> None:
    palette = Palette([[0, 0, 0], [200, 200, 200]])
    gray = np.array([[0, 90, 140, 255]], dtype=np.uint8)
    assert index_image(gray, palette).indices.tolist() == [[0, 0, 1, 1]]


@pytest.mark.parametrize("shape", [(5,), (5, 4, 5), (0, 5, 3), (1, 2, 3, 3)])
def test_refuses_arrays_that_are_no_image(shape: tuple[int, ...], legend: Palette) -> None:
    with pytest.raises(ImageError, match=r"found |no pixels"):
        index_image(np.zeros(shape, np.uint8), legend)


def test_to_rgb(rgba: np.ndarray, rgba_indices: np.ndarray, legend: Palette) -> None:
    picture = index_image(rgba, legend, channel_axis=-1).to_rgb(background=(1, 2, 3))
    valid = rgba_indices != 255
    np.testing.assert_array_equal(picture[valid], legend.colors[rgba_indices[valid]])
    assert picture[~valid].tolist() == [[1, 2, 3]]


def test_counts_of_many_classes() -> None:
    indices = np.random.default_rng(2).integers(0, 3000, (200, 300)).astype(np.uint16)
    grid = IndexGrid(indices=indices, palette=Palette(np.zeros((3000, 3), int)), nodata=65535)
    np.testing.assert_array_equal(grid.counts(), np.bincount(indices.ravel(), minlength=3000))


@pytest.mark.parametrize(
    ("indices", "nodata", "message"),
    [
        (np.zeros((2, 2), np.int64), 255, "uint8 or uint16, found int64"),
        ([[0, 1]], 255, "uint8 or uint16, found list"),
        (np.zeros(4, np.uint8), 255, r"\(rows, cols\), found \(4,\)"),
        (np.zeros((0, 4), np.uint8), 255, r"found \(0, 4\)"),
        (np.zeros((2, 2), np.uint8), 2, "nodata 2 must lie between the number of colors, 3"),
        (np.zeros((2, 2), np.uint8), 256, "largest uint8, 255"),
        (np.array([[0, 7]], np.uint8), 255, "index 7 at row 0, column 1 is neither"),
        (np.array([[0, 255]], np.uint8), None, "index 255 at row 0, column 1 is neither"),
    ],
)
def test_refuses_contradictions(
    indices: object, nodata: int | None, message: str, legend: Palette
) -> None:
    with pytest.raises(GridError, match=message):
        IndexGrid(indices=indices, palette=legend, nodata=nodata)


def test_is_frozen(rgba: np.ndarray, legend: Palette) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        index_image(rgba, legend, channel_axis=-1).nodata = 3


def test_to_xarray(rgba: np.ndarray, rgba_indices: np.ndarray, legend: Palette) -> None:
    grid = dataclasses.replace(
        index_image(rgba, legend, channel_axis=-1),
        transform=Affine(5, 0, 1000, 0, -5, 2000),
        crs=CRS.from_epsg(23031),
    )
    array = grid.to_xarray()
    np.testing.assert_array_equal(array.values, rgba_indices)
    assert array.x.values.tolist() == [1002.5, 1007.5, 1012.5, 1017.5]
    assert array.y.values.tolist() == [1997.5, 1992.5, 1987.5]
    assert array.attrs["_FillValue"] == 255
    assert array.attrs["flag_values"] == [0, 1, 2]
    assert len(array.attrs["flag_meanings"].split()) == 3
    assert CRS.from_wkt(array.attrs["crs_wkt"]).to_epsg() == 23031
