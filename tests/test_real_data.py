"""The real map of Kevitsa, with its known answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from PIL import Image

from geoindex import Clean, Palette, clean_grid, convert, index_image, open_grid
from tests.oracle import brute_force

MAP = "Kevitsa_geology_noframe.png"


@pytest.fixture(scope="module")
def expected(kevitsa: Path, windows256: object) -> np.ndarray:
    with Image.open(kevitsa / MAP) as image:
        return brute_force(np.array(image), windows256.colors)


def test_every_pixel_equals_brute_force(kevitsa: Path, expected: np.ndarray) -> None:
    grid = index_image(kevitsa / MAP, "windows-256")
    assert grid.indices.size == 1_321_650
    np.testing.assert_array_equal(grid.indices, expected)
    assert (grid.counts() > 0).sum() == 102
    assert grid.indices.dtype == np.uint8
    assert grid.nodata is None


def test_geotiff_shows_the_palette_colors(
    kevitsa: Path, expected: np.ndarray, windows256: object, tmp_path: Path
) -> None:
    report = convert(kevitsa / MAP, tmp_path / "map.tif", "windows-256")
    assert report.source_colors == 7403
    assert report.classes_used == 102
    with rasterio.open(tmp_path / "map.tif") as source:
        table = np.array([source.colormap(1)[i][:3] for i in range(256)], dtype=np.uint8)
        np.testing.assert_array_equal(table[source.read(1)], windows256.colors[expected])
        transform = source.transform
    a, d, b, e, x, y = (
        float(line) for line in (kevitsa / MAP).with_suffix(".pgw").read_text().split()
    )
    assert (transform.a, transform.b, transform.d, transform.e) == (a, b, d, e)
    # The world file names the center of the corner pixel.
    center = transform.c + a / 2, transform.f + e / 2
    assert center == pytest.approx((x, y), abs=1e-8)


def test_npy_and_geotiff_agree(kevitsa: Path, tmp_path: Path) -> None:
    grids = []
    for name in ("map.npy", "map.tif"):
        convert(kevitsa / MAP, tmp_path / name, "windows-256")
        grids.append(open_grid(tmp_path / name))
    np.testing.assert_array_equal(grids[0].indices, grids[1].indices)
    assert grids[0].palette == grids[1].palette
    assert grids[0].transform == grids[1].transform
    assert grids[0].provenance == grids[1].provenance


FLAT_COLORS = [
    (204, 204, 204), (104, 104, 104), (159, 170, 217), (93, 137, 68), (56, 168, 0),
    (255, 255, 255), (230, 203, 203), (210, 254, 190), (246, 197, 103), (190, 232, 254),
    (76, 174, 29), (86, 255, 0), (255, 255, 0), (95, 178, 210), (0, 0, 0), (227, 26, 28),
]  # fmt: skip


def test_class_recovery_leaves_no_ink_and_keeps_the_areas(kevitsa: Path) -> None:
    palette = Palette(FLAT_COLORS)
    grid = index_image(kevitsa / MAP, palette)
    cleaned = clean_grid(grid, Clean(ink=("black", "227,26,28")), image=kevitsa / MAP)
    after = cleaned.after
    assert after[14:].sum() == 0
    assert after.sum() == grid.indices.size
    # Pixels of exactly a unit's color are beyond doubt.
    with Image.open(kevitsa / MAP) as image:
        pixels = np.array(image)[..., :3]
    certain = np.array([(pixels == color).all(axis=-1).sum() for color in FLAT_COLORS[:14]])
    share, found = certain / certain.sum(), after[:14] / after.sum()
    # In percent of the map; narrow units lose more of their area to line work than wide ones,
    # and get it back.
    largest = np.argsort(-share)[:10]
    assert np.abs(found - share)[largest].max() < 0.01
    assert np.abs(found / share - 1)[largest].max() < 0.1
