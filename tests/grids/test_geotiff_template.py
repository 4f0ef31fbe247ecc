"""Small GeoTIFFs that are made from a template are those that GDAL writes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from numpy.typing import NDArray
from rasterio.crs import CRS

from geoindex import Palette
from geoindex.grids.class_values import FileNumbering
from geoindex.grids.geotiff import open_geotiff
from geoindex.grids.headers import FileHeader, GridHeader, ValueHeader

NORTH_UP = Affine(5, 0, 500_000.125, 0, -5, 6_700_000)
SKEWED = Affine(3, 1, -20.5, 2, -4, 1e-7)

GRID = GridHeader(
    shape=(256, 256),
    dtype=np.dtype(np.uint8),
    palette=Palette([[0, 0, 0], [200, 30, 40], [9, 9, 9]], names=["ink", "grüner Sandstein", ""]),
    nodata=255,
    transform=NORTH_UP,
    crs=CRS.from_epsg(3067),
    gcps=(),
    provenance={"metric": "rgb"},
)
VALUES = ValueHeader(
    shape=(70, 300),
    transform=NORTH_UP,
    crs=None,
    gcps=(),
    provenance={},
    value_unit="m",
    ramp=None,
    scale=None,
)


def write(path: Path, header: FileHeader, cells: NDArray[Any]) -> dict[str, Any]:
    """Write a file; return all that GDAL reads from it."""
    with open_geotiff(path, header, overwrite=True) as writer:
        writer.write(cells, tuple(slice(0, n) for n in header.shape))
    with rasterio.open(path) as source:
        colors = source.colormap(1) if source.dtypes[0] in ("uint8", "uint16") else None
        spaces = ("", "IMAGE_STRUCTURE")
        return {
            **source.profile,
            "nodata": repr(source.nodata),
            "pixels": source.read(1).tobytes(),
            "colors": colors,
            "unit": source.units,
            "tags": [{**source.tags(ns=space), **source.tags(1, ns=space)} for space in spaces],
            "beside": [one.name for one in path.parent.glob(f"{path.name}.*")],
        }


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize(
    "header",
    [
        GRID,
        replace(GRID, shape=(300, 513), transform=SKEWED, crs=CRS.from_epsg(4326)),
        replace(GRID, shape=(1, 1), transform=None, crs=None, nodata=None),
        replace(GRID, transform=Affine.identity()),
        replace(GRID, transform=Affine(1, 0, 7, 0, 1, 9)),
        replace(GRID, numbering=FileNumbering(first=1, nodata=0, dtype="int16")),
        replace(GRID, palette=Palette(np.arange(768).reshape(256, 3) % 256), nodata=None),
        VALUES,
    ],
    ids=["plain", "tiles", "no-place", "identity", "south-up", "numbers", "256-colors", "values"],
)
def test_as_gdal_writes_it(tmp_path: Path, header: FileHeader) -> None:
    rng = np.random.default_rng(0)
    kind = header.dtype if isinstance(header, GridHeader) else np.float32
    # The second comes from the template of the first.
    for corner in ((0, 0), (-1e6, 12.75)):
        moved = header.transform and Affine.translation(*corner) @ header.transform
        placed = replace(header, transform=moved)
        cells = rng.integers(0, 3, header.shape).astype(kind)
        own = write(tmp_path / "own.tif", placed, cells)
        # Creation options are GDAL's own.
        by_gdal = write(tmp_path / "gdal.tif", replace(placed, creation={"zlevel": "5"}), cells)
        assert own["beside"] == [name.replace("gdal", "own") for name in by_gdal.pop("beside")]
        del own["beside"]
        assert own == by_gdal
        assert own["transform"] == (moved or Affine.identity())
