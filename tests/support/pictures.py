"""Pictures of colored patches, and GeoTIFF layouts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from affine import Affine

from tests.support.rasters import write_tif

ROWS, COLS = 601, 433
RNG = np.random.default_rng(5)


def picture(*, clear: bool, rows: int = ROWS, cols: int = COLS) -> np.ndarray:
    """Patches of colors, with a transparent patch late in the image."""
    small = RNG.integers(0, 256, (rows // 20 + 1, cols // 20 + 1, 4), dtype=np.uint8)
    image = np.repeat(np.repeat(small, 20, axis=0), 20, axis=1)[:rows, :cols]
    image[..., 3] = 255
    if clear:
        image[rows - 30 : rows - 3, 10:80, 3] = 0
    return np.ascontiguousarray(image)


def save_tiff(path: Path, image: np.ndarray, **layout: object) -> None:
    """Write a picture of shape (rows, cols, bands) as a georeferenced GeoTIFF."""
    alpha = {"photometric": "rgb", "alpha": "yes"} if image.shape[-1] == 4 else {}
    place = {"crs": "EPSG:2393", "transform": Affine(5, 0, 1000, 0, -5, 9000)}
    write_tif(path, np.moveaxis(image, -1, 0), **place, **alpha, **layout)


LAYOUTS = {
    "tiles": {"tiled": True, "blockxsize": 128, "blockysize": 64, "compress": "deflate"},
    "odd tiles": {"tiled": True, "blockxsize": 48, "blockysize": 80, "compress": "lzw"},
    "strips of 7": {"blockysize": 7, "compress": "deflate"},
    "one strip": {"blockysize": ROWS, "compress": "deflate"},
    "bands apart": {"tiled": True, "blockxsize": 64, "blockysize": 64, "interleave": "band"},
}
