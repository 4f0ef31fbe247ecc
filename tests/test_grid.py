"""IndexGrid in memory."""

from __future__ import annotations

import base64
import dataclasses
import io
import re

import numpy as np
import pytest
from affine import Affine
from PIL import Image
from rasterio.control import GroundControlPoint
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


@pytest.mark.parametrize(("n", "dtype"), [(256, np.uint8), (3000, np.uint16)])
@pytest.mark.parametrize(
    ("shape", "run"), [((1, 1), 1), ((7, 9), 1), ((4099, 1027), 1), ((1, 1), 60), ((4099, 17), 60)]
)  # also of several bands
def test_counts(n: int, dtype: type, shape: tuple[int, int], run: int) -> None:
    classes = np.random.default_rng(2).integers(0, n, shape).astype(dtype)
    indices = np.repeat(classes, run, axis=1)[::-1]
    grid = IndexGrid(indices=indices, palette=Palette(np.zeros((n, 3), int)))
    np.testing.assert_array_equal(grid.counts(), np.bincount(indices.ravel(), minlength=n))


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
    assert array.attrs["flag_values"].tolist() == [0, 1, 2]
    assert len(array.attrs["flag_meanings"].split()) == 3
    assert CRS.from_wkt(array.spatial_ref.attrs["crs_wkt"]).to_epsg() == 23031


def placed_grid() -> IndexGrid:
    palette = Palette(["black", "tan", "khaki"], names=["ink", "till <b>", "clay"])
    indices = np.random.default_rng(4).integers(0, 3, (40, 50)).astype(np.uint8)
    indices[7, 9] = 255
    return IndexGrid(
        indices=indices,
        palette=palette,
        nodata=255,
        transform=Affine(10, 0, 5000, 0, -10, 8000),
        crs=CRS.from_epsg(3067),
    )


def test_arrays_of_a_grid() -> None:
    given = np.zeros((2, 3), np.uint8)
    grid = IndexGrid(indices=given, palette=Palette(["red"]))
    with pytest.raises(ValueError, match="read-only"):
        grid.indices[0, 0] = 1
    given[0, 0] = 0  # the caller's own array stays as it was
    assert np.asarray(grid) is grid.indices
    assert np.array(grid, dtype=float).dtype == float
    np.testing.assert_array_equal(np.asarray(placed_grid()), placed_grid().indices)


def test_grids_are_equal_as_a_whole() -> None:
    grid, other = placed_grid(), placed_grid()
    assert grid == other
    assert hash(grid) == hash(other)
    assert grid == dataclasses.replace(other, provenance={"made": "otherwise"})
    changed = np.array(other.indices)
    changed[0, 0] = (changed[0, 0] + 1) % 3
    for change in (
        {"indices": changed},
        {"transform": None},
        {"crs": CRS.from_epsg(3035)},
        {"palette": Palette(["black", "tan", "khaki"])},
    ):
        assert grid != dataclasses.replace(other, **change)
    assert grid != "a grid"


def test_parts_keep_their_place() -> None:
    """Every pixel of a part has the coordinates that it has in the whole."""
    grid = placed_grid()
    part = grid[5:30, 8:20]
    assert part == grid.crop((8, 5, 20, 30))
    assert part == grid.crop(map_box=(5080, 7700, 5200, 7950))
    assert part.crop(map_box=(0, 0, 9e9, 9e9)) == part
    for row, col in [(0, 0), (3, 11), (24, 5)]:
        assert part.indices[row, col] == grid.indices[row + 5, col + 8]
        assert part.transform @ (col, row) == grid.transform @ (col + 8, row + 5)
    assert grid[-10:].shape == (10, 50)
    upside_down = dataclasses.replace(grid, transform=Affine(10, 0, 5000, 0, 10, 8000))
    assert upside_down.crop(map_box=(5000, 8000, 5030, 8020)) == upside_down[:2, :3]


def test_parts_keep_control_points() -> None:
    points = (GroundControlPoint(row=4, col=6, x=1.0, y=2.0, z=3.0),)
    grid = dataclasses.replace(placed_grid(), transform=None, gcps=points)
    (point,) = grid[3:, 5:].gcps
    assert (point.row, point.col, point.x, point.y, point.z) == (1, 1, 1.0, 2.0, 3.0)


@pytest.mark.parametrize(
    ("take", "message"),
    [
        (lambda grid: grid[3], r"grid\[100:200, 50:80\], found 3"),
        (lambda grid: grid[::2], "no steps"),
        (lambda grid: grid[60:70, :], "60:70 holds none of 40"),
        (lambda grid: grid.crop(), "give box, in pixels, or map_box"),
        (lambda grid: grid.crop((0, 0, 51, 40)), "not inside the picture of 50 x 40"),
        (lambda grid: grid.crop((0, 0, 1.5, 40)), "four whole numbers"),
        (lambda grid: grid.crop(map_box=(0, 0, 10, 10)), "holds no pixel of the map, which cov"),
        (lambda grid: grid.crop(map_box=(5, 0, 5, 10)), "is empty: west"),
        (lambda grid: grid.crop(map_box=(0, 0, np.nan, 10)), "four finite numbers"),
    ],
)
def test_bad_parts(take: object, message: str) -> None:
    with pytest.raises((GridError, OptionError), match=message):
        take(placed_grid())
    rotated = dataclasses.replace(placed_grid(), transform=Affine(3, 4, 0, 4, -3, 0))
    with pytest.raises(GridError, match="rotated"):
        rotated.crop(map_box=(0, 0, 50, 50))


def test_grids_and_palettes_in_notebooks() -> None:
    """The picture is read back; names cannot bring markup in."""
    grid = placed_grid()
    html = grid._repr_html_()
    assert "till &lt;b&gt;" in html
    assert "<b>" not in html
    encoded = re.search('base64,([^"]+)', html)[1]
    with Image.open(io.BytesIO(base64.b64decode(encoded))) as picture:
        drawn = np.array(picture)
    np.testing.assert_array_equal(drawn[grid.valid][:, :3], grid.to_rgb()[grid.valid])
    assert drawn[7, 9, 3] == 0
    assert len(Palette(np.zeros((500, 3)))._repr_html_()) < 10_000
    assert "and 470 more" in Palette(np.zeros((500, 3)))._repr_html_()
