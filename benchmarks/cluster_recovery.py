"""Class recovery of a mosaic from Zarr to Zarr on a local Dask cluster, as workers are added.

    python benchmarks/cluster_recovery.py [--side 6000] [--chunk 1500] [--workers 1 2] [--repeat 3]

Prints a Markdown table. Every worker is a process of one thread. The time is that of the whole
way, from reading to writing, on a cluster that is running and has loaded the kernels.
"""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path

import numpy as np
import xarray as xr
from common import (
    SAMPLE_PALETTE,
    fill_frame,
    machine,
    median_seconds,
    parser_of,
    positive,
    print_header,
    print_row,
    sample_picture,
)
from distributed import Client, LocalCluster

import geoindex.accessor  # noqa: F401  # adds .geoindex to DataArrays
from geoindex import index_image


def write_mosaic(path: Path, side: int, chunk: int) -> np.ndarray:
    """Write the sample map, repeated, as Zarr, and return it."""
    picture = fill_frame(sample_picture(), (side, side))
    array = xr.DataArray(picture, dims=("y", "x", "band"), name="rgb")
    array.chunk({"y": chunk, "x": chunk, "band": 3}).to_dataset().to_zarr(path, mode="w")
    return picture


def recover(source: Path, target: Path) -> None:
    """Recover the classes of a mosaic, on the cluster of the current client."""
    image = xr.open_zarr(source, chunks={})["rgb"]
    classes = image.geoindex.index(SAMPLE_PALETTE, clean=True)
    classes.to_dataset(name="index").to_zarr(target, mode="w")


def main() -> None:
    parser = parser_of(__doc__, repeat=3)
    parser.add_argument("--side", type=positive, default=6000, help="rows and columns")
    parser.add_argument("--chunk", type=positive, default=1500, help="rows and columns of a chunk")
    parser.add_argument("--workers", type=positive, nargs="+", default=[1, 2])
    options = parser.parse_args()
    # Zarr's, of its own formats.
    warnings.simplefilter("ignore")
    print(machine("geoindex-raster", "dask", "distributed", "xarray", "zarr"))
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "mosaic.zarr"), Path(folder, "classes.zarr")
        picture = write_mosaic(source, options.side, options.chunk)
        print_header("workers", "s", "Mpx/s", "times the first", "as in memory", text=())
        first = 0.0
        expected = index_image(picture, SAMPLE_PALETTE, clean=True).indices
        for n_workers in options.workers:
            cluster = LocalCluster(
                n_workers=n_workers, threads_per_worker=1, dashboard_address=None
            )
            with cluster, Client(cluster):
                seconds = median_seconds(lambda: recover(source, target), options.repeat)
            found = xr.open_zarr(target, mask_and_scale=False)["index"].values
            first = first or seconds
            print_row(
                n_workers,
                f"{seconds:.1f}",
                f"{options.side**2 / seconds / 1e6:.2f}",
                f"{first / seconds:.2f}",
                "yes" if np.array_equal(found, expected) else "NO",
            )


if __name__ == "__main__":
    main()
