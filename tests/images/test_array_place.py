"""The place of a DataArray that was cut or thinned, and in attributes of older programs."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from affine import Affine
from rasterio.crs import CRS

from geoindex import Palette, index_image
from geoindex.errors import GeoindexWarning, ImageError

BLACK = Palette([[0, 0, 0]])
WHOLE = Affine(4, 0, 1000, 0, -5, 2000)


def placed() -> xr.DataArray:
    """12 rows and 10 columns, as rioxarray opens them."""
    x, y = 1002.0 + 4 * np.arange(10), 1997.5 - 5.0 * np.arange(12)
    reference = ((), 0, {"GeoTransform": "1000 4 0 2000 0 -5"})
    return xr.DataArray(
        np.zeros((3, 12, 10), np.uint8),
        dims=("band", "y", "x"),
        coords={"x": x, "y": y, "spatial_ref": reference},
    )


@pytest.mark.parametrize(
    ("cut", "expected"),
    [
        ({}, WHOLE),
        ({"y": [3]}, Affine(4, 0, 1000, 0, -5, 1985)),
        ({"x": [9]}, Affine(4, 0, 1036, 0, -5, 2000)),
        ({"x": [2], "y": [3]}, Affine(4, 0, 1008, 0, -5, 1985)),
        ({"x": slice(2, 5), "y": slice(4, 9)}, Affine(4, 0, 1008, 0, -5, 1980)),
        ({"x": slice(None, None, 3)}, Affine(12, 0, 996, 0, -5, 2000)),
        ({"y": slice(None, None, -1)}, Affine(4, 0, 1000, 0, 5, 1940)),
    ],
    ids=str,
)
def test_place_of_a_part(cut: dict[str, object], expected: Affine) -> None:
    assert index_image(placed().isel(cut), BLACK).transform == expected


def test_a_part_without_a_step_has_no_place() -> None:
    whole = placed()
    irregular = whole.isel(x=[0, 1, 5])
    off_raster = whole.coarsen(y=12).mean().astype(np.uint8).assign_coords(y=[1970.0])
    unknown = whole.drop_vars("spatial_ref").isel(y=[3])
    for array in (irregular, off_raster, unknown):
        with pytest.warns(GeoindexWarning, match=r"not evenly spaced, .* has no place"):
            assert index_image(array, BLACK).transform is None


def test_attributes_of_older_programs() -> None:
    values = np.zeros((3, 4, 5), np.uint8)
    values[:, 1, 1] = 7
    attrs = {"crs": "+init=epsg:23031", "transform": tuple(WHOLE)[:6], "nodatavals": (7, 7, 7)}
    grid = index_image(xr.DataArray(values, dims=("band", "y", "x"), attrs=attrs), BLACK)
    assert (grid.transform, grid.crs) == (WHOLE, CRS.from_epsg(23031))
    assert np.argwhere(~grid.valid).tolist() == [[1, 1]]
    attrs = {"crs": 23031, "transform": WHOLE, "nodata": 7}
    grid = index_image(xr.DataArray(values, dims=("band", "y", "x"), attrs=attrs), BLACK)
    assert (grid.transform, grid.crs) == (WHOLE, CRS.from_epsg(23031))
    assert np.argwhere(~grid.valid).tolist() == [[1, 1]]


@pytest.mark.parametrize("attrs", [{"crs": "Atlantis"}, {"transform": (1, 2)}, {"transform": "x"}])
def test_damaged_attributes(attrs: dict[str, object]) -> None:
    array = xr.DataArray(np.zeros((3, 4, 5), np.uint8), dims=("band", "y", "x"), attrs=attrs)
    with pytest.raises(ImageError, match="of the DataArray is damaged"):
        index_image(array, BLACK)


def test_coordinates_of_other_names_than_the_dimensions() -> None:
    values = np.zeros((3, 4, 3), np.uint8)
    axes = {"northing": ("row", [30.0, 20.0, 10.0]), "easting": ("col", [0.0, 10.0, 20.0, 30.0])}
    array = xr.DataArray(values, dims=("row", "col", "band"), coords=axes)
    message = r"no place; .* array\.swap_dims\(\{'row': 'northing', 'col': 'easting'\}\)"
    with pytest.warns(GeoindexWarning, match=message):
        assert index_image(array, BLACK).transform is None
    swapped = array.swap_dims({"row": "northing", "col": "easting"})
    assert index_image(swapped, BLACK).transform == Affine(10, 0, -5, 0, -10, 35)
    assert index_image(array.drop_vars("easting"), BLACK).transform is None  # without a warning
