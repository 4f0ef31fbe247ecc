"""Grids as DataArrays: what rioxarray, NetCDF and Zarr keep, and the way back."""

from __future__ import annotations

import dask.array as da
import numpy as np
import pytest
import rasterio
import rioxarray
import xarray as xr
from affine import Affine
from rasterio.crs import CRS

import geoindex.accessor  # noqa: F401  # adds .geoindex to DataArrays
from geoindex import IndexGrid, Palette, index_image
from geoindex.errors import GridError

# Of rioxarray and zarr, about themselves.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Use `@` matmul:PendingDeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Consolidated metadata:UserWarning"),
]

PALETTE = Palette(
    ["black", "tan", "khaki"],
    names=["Ink <b>", "Grès rouge", "Clay"],
    name="Sheet 12",
    values=[7, 101, 300],
    roles=["ink", "", ""],
)


def make_grid(crs="EPSG:3067", dtype=np.uint8, *, nodata=255):
    rng = np.random.default_rng(4)
    indices = rng.integers(0, 3, (40, 50)).astype(dtype)
    indices[7, 9] = nodata
    step = 0.01 if CRS.from_user_input(crs).is_geographic else 10
    return IndexGrid(
        indices=indices,
        palette=PALETTE,
        nodata=nodata,
        transform=Affine(step, 0, 25.3, 0, -step, 61.7),
        crs=CRS.from_user_input(crs),
        provenance={"metric": "rgb"},
    )


def assert_same(found, grid):
    assert found == grid
    assert found.indices.dtype == grid.indices.dtype
    assert found.provenance == grid.provenance


@pytest.mark.parametrize("crs", ["EPSG:3067", "EPSG:4326", "EPSG:2263"])
def test_rioxarray_sees_place_and_nodata(tmp_path, crs):
    grid = make_grid(crs)
    array = grid.to_xarray()
    assert array.rio.crs == grid.crs
    assert array.rio.transform().almost_equals(grid.transform)
    assert array.rio.nodata == 255
    array.rio.to_raster(tmp_path / "by_rioxarray.tif")
    with rasterio.open(tmp_path / "by_rioxarray.tif") as source:
        assert (source.crs, source.nodata, source.dtypes) == (grid.crs, 255, ("uint8",))
        assert source.transform.almost_equals(grid.transform)
        np.testing.assert_array_equal(source.read(1), grid.indices)


@pytest.mark.parametrize("masked", [False, True], ids=["as stored", "masked"])
@pytest.mark.parametrize("chunks", [None, {}], ids=["in memory", "dask"])
@pytest.mark.parametrize(
    ("dtype", "nodata"), [(np.uint8, 255), (np.uint16, 65535), (np.uint8, 200)]
)
@pytest.mark.parametrize("kind", ["netcdf", "zarr"])
def test_a_file_keeps_everything(tmp_path, kind, dtype, nodata, chunks, masked):
    grid = make_grid(dtype=dtype, nodata=nodata)
    path = tmp_path / f"grid.{kind}"
    options = {"decode_coords": "all", "mask_and_scale": masked, "chunks": chunks}
    if kind == "netcdf":
        grid.to_xarray().to_netcdf(path, engine="h5netcdf")
        opened = xr.open_dataarray(path, engine="h5netcdf", **options)
    else:
        grid.to_xarray().to_zarr(path)
        opened = xr.open_dataset(path, engine="zarr", **options)["index"]
    with opened:
        found = IndexGrid.from_xarray(opened)
        assert found.is_lazy == (chunks is not None)
        assert_same(found.compute(), grid)


def test_a_rotated_grid_keeps_its_transform():
    tilted = Affine.translation(4e5, 7e6) @ Affine.rotation(20) @ Affine.scale(10, -10)
    grid = IndexGrid(indices=np.zeros((3, 4), np.uint8), palette=PALETTE, transform=tilted)
    assert IndexGrid.from_xarray(grid.to_xarray()).transform == tilted


def test_an_array_of_another_program_by_the_cf_conventions():
    """As in CF conventions, chapter 3.5, with colors."""
    array = xr.DataArray(
        np.int16([[11, 95, -1], [12, 11, 95]]),
        dims=("lat", "lon"),
        attrs={
            "flag_values": np.int16([11, 12, 95]),
            "flag_meanings": "water ice wetlands",
            "flag_colors": "#486da2 #e7effc #64b3d5",
            "_FillValue": np.int16(-1),
        },
    )
    grid = IndexGrid.from_xarray(array)
    assert grid.indices.tolist() == [[0, 2, 255], [1, 0, 2]]
    assert (grid.palette.names, grid.palette.values) == (
        ("water", "ice", "wetlands"),
        (11, 12, 95),
    )
    assert IndexGrid.from_xarray(array.chunk(2)).compute() == grid


@pytest.mark.parametrize("lazy", [False, True])
def test_a_number_of_no_class_is_an_error(lazy):
    array = xr.DataArray(np.int16([[11, 13]]), dims=("y", "x"), attrs={"flag_values": [11, 12]})
    array = array.chunk(1) if lazy else array
    with pytest.raises(GridError, match=r"13 at row 0, column . is not a class value"):
        IndexGrid.from_xarray(array, Palette(["red", "blue"])).compute()


@pytest.mark.parametrize(
    ("attrs", "message"),
    [
        ({}, "no flag_values and flag_colors"),
        ({"flag_values": [0, 1], "flag_colors": "#ff0000"}, "2 flag_values, 1 flag_colors"),
        ({"flag_values": [0.5], "flag_colors": "#ff0000"}, "no whole numbers"),
    ],
)
def test_flags_that_do_not_fit_are_refused(attrs, message):
    with pytest.raises(GridError, match=message):
        IndexGrid.from_xarray(xr.DataArray(np.uint8([[0]]), dims=("y", "x"), attrs=attrs))


def test_more_than_two_dimensions_are_refused():
    with pytest.raises(GridError, match="has two dimensions"):
        IndexGrid.from_xarray(xr.DataArray(np.zeros((2, 3, 4), np.uint8)))


def test_the_accessor(tmp_path, repository):
    path = repository / "data/sample_map.png"
    palette = str(repository / "data/sample_palette.csv")
    expected = index_image(path, palette)
    with rioxarray.open_rasterio(path, chunks={"x": 512, "y": 256}) as image:
        classes = image.geoindex.index(palette, bands=(1, 2, 3, 4))
        assert isinstance(classes.data, da.Array)
        grid = classes.geoindex.grid().compute()
    np.testing.assert_array_equal(grid.indices, expected.indices)
    assert (grid.palette, grid.transform) == (expected.palette, expected.transform)
    assert classes.geoindex.areas().pixels.tolist() == [expected.counts().tolist()]
    classes.geoindex.save(tmp_path / "grid.tif")
    with rasterio.open(tmp_path / "grid.tif") as source:
        np.testing.assert_array_equal(source.read(1), expected.indices)
