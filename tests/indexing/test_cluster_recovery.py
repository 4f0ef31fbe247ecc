"""Class recovery from Zarr to Zarr on the processes of a Dask cluster."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest

import geoindex.accessor  # noqa: F401  # adds .geoindex to DataArrays
from geoindex import IndexGrid, index_image
from geoindex.images.files import read_image

xr = pytest.importorskip("xarray")
distributed = pytest.importorskip("distributed")
pytest.importorskip("zarr")


@pytest.mark.slow
def test_recovery_on_a_local_cluster(tmp_path: Path, repository: Path) -> None:
    """Each worker reads and writes its own chunks; the bytes are those of one array in memory."""
    palette = repository / "data" / "sample_palette.csv"
    picture = read_image(repository / "data" / "sample_map.png").colors[100:500, 300:840]
    expected = index_image(picture, palette, clean=True)
    image = xr.DataArray(np.ascontiguousarray(picture), dims=("y", "x", "band"), name="rgb")
    chunked = image.chunk({"y": 200, "x": 180, "band": 3})
    with warnings.catch_warnings():
        # Zarr's, of its own formats.
        warnings.simplefilter("ignore")
        chunked.to_dataset().to_zarr(tmp_path / "map.zarr")
        with (
            distributed.LocalCluster(
                n_workers=2, threads_per_worker=1, dashboard_address=None, processes=True
            ) as cluster,
            distributed.Client(cluster) as client,
        ):
            opened = xr.open_zarr(tmp_path / "map.zarr", chunks={})["rgb"]
            classes = opened.geoindex.index(palette, clean=True)
            assert type(classes.data).__module__.startswith("dask")
            classes.to_dataset(name="index").to_zarr(tmp_path / "classes.zarr")
            assert len(client.scheduler_info()["workers"]) == 2
        stored = xr.open_zarr(tmp_path / "classes.zarr", mask_and_scale=False)["index"]
        found = IndexGrid.from_xarray(stored).compute()
    np.testing.assert_array_equal(found.indices, expected.indices)
    assert found.palette.names == expected.palette.names
    assert found.palette.colors.tolist() == expected.palette.colors.tolist()
