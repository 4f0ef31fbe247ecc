"""Random samples, and GeoTIFFs of any bands."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import rasterio
from affine import Affine

NORTH_UP = Affine(5.0, 0.0, 1000.0, 0.0, -5.0, 2000.0)


def noise(*shape: int, high: int = 256, dtype: type = np.uint8) -> np.ndarray:
    """Random samples below `high`, with a fixed seed."""
    return np.random.default_rng(3).integers(0, high, shape).astype(dtype)


def half_up(values: np.ndarray, full: int) -> np.ndarray:
    """Scale samples of 0..full to 8 bits, rounding half up."""
    return np.floor(values * (255 / full) + 0.5).astype(np.uint8)


def write_tif(path: Path, bands: np.ndarray, **profile: object) -> Path:
    """Write a (bands, rows, cols) array, or one band, as GeoTIFF."""
    bands = bands[np.newaxis] if bands.ndim == 2 else bands
    count, rows, cols = bands.shape
    place = {} if "gcps" in profile else {"transform": NORTH_UP}
    options = {"dtype": bands.dtype.name, **place, **profile}
    with rasterio.open(
        path, "w", driver="GTiff", width=cols, height=rows, count=count, **options
    ) as target:
        target.write(bands)
    return path
