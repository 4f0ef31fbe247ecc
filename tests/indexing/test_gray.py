"""Gray levels of raster files of any data type."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rasterio.crs import CRS

from geoindex import GeoindexError, quantize_gray
from geoindex.indexing.gray import gray_grid
from tests.support.rasters import write_tif


@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16", "int32", "float32", "float64"])
def test_types(tmp_path: Path, heights: np.ndarray, dtype: str) -> None:
    values = (heights / 2).astype(dtype)
    grid = gray_grid(write_tif(tmp_path / "a.tif", values, crs="EPSG:3067"), 6, weights="count")
    expected = quantize_gray(values, 6, weights="count")
    np.testing.assert_array_equal(grid.indices, expected.labels)
    assert grid.provenance["levels"] == expected.levels.tolist()
    assert grid.provenance["weights"] == "count"
    assert grid.crs == CRS.from_epsg(3067)


def test_pictures(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    gray = rng.integers(0, 256, (20, 30), dtype=np.uint8)
    Image.fromarray(gray).save(tmp_path / "gray.png")
    grid = gray_grid(tmp_path / "gray.png", 4)
    np.testing.assert_array_equal(grid.indices, quantize_gray(gray, 4).labels)
    deep = rng.integers(0, 65_536, (20, 30), dtype=np.uint16)
    Image.fromarray(deep).save(tmp_path / "deep.png")
    deep_grid = gray_grid(tmp_path / "deep.png", 4)
    np.testing.assert_array_equal(deep_grid.indices, quantize_gray(deep, 4).labels)
    alpha = np.full((20, 30), 255, np.uint8)
    alpha[5] = 0
    Image.fromarray(np.dstack([gray, alpha]), "LA").save(tmp_path / "alpha.png")
    clear = gray_grid(tmp_path / "alpha.png", 4)
    np.testing.assert_array_equal(~clear.valid, alpha == 0)
    inverted = write_tif(tmp_path / "white.tif", gray, photometric="miniswhite")
    np.testing.assert_array_equal(
        gray_grid(inverted, 4).indices, quantize_gray(255 - gray, 4).labels
    )


def test_a_picture_has_no_levels(tmp_path: Path) -> None:
    Image.new("RGB", (4, 4)).save(tmp_path / "rgb.png")
    Image.new("P", (4, 4)).save(tmp_path / "table.png")
    for name, found in (("rgb", "three bands of color"), ("table", "a color table")):
        with pytest.raises(GeoindexError, match=f"{name}.png: has {found}; one band"):
            gray_grid(tmp_path / f"{name}.png", 3)
