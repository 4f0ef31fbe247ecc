"""The real map of Kevitsa, with its known answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from PIL import Image
from scipy.ndimage import gaussian_filter, zoom
from skimage.measure import block_reduce

from geoindex import Clean, Palette, clean_grid, convert, index_image, open_grid
from tests.support.oracle import brute_force

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


def redrawn(classes: np.ndarray, is_ink: np.ndarray, palette: Palette) -> tuple[np.ndarray, ...]:
    """Redraw a map with smooth edges and lines; return the picture and its true classes."""
    fine = 4
    rows, cols = classes.shape

    def smooth(mask: np.ndarray) -> np.ndarray:
        wide = zoom(mask.astype(np.float32), fine, order=1, grid_mode=True, mode="nearest")
        return gaussian_filter(wide, 0.3 * fine)

    best = np.zeros((rows * fine, cols * fine), dtype=np.float32)
    units = np.zeros(best.shape, dtype=np.uint8)
    for unit in np.unique(classes):
        share = smooth(classes == unit)
        units[share > best] = unit
        np.maximum(best, share, out=best)
    drawn = np.where(smooth(is_ink) > 0.5, len(palette) - 2, units)
    picture = np.zeros((rows, cols, 3))
    most = np.zeros((rows, cols), dtype=np.float32)
    truth = np.zeros((rows, cols), dtype=np.uint8)
    for row, color in enumerate(palette.colors):
        picture += block_reduce(drawn == row, (fine, fine), np.mean)[..., np.newaxis] * color
        share = block_reduce(units == row, (fine, fine), np.mean)
        truth[share > most] = row
        np.maximum(most, share, out=most)
    return np.rint(picture).astype(np.uint8), truth


def test_areas_on_a_map_like_the_real_one(kevitsa: Path) -> None:
    """The units and lines of the real map, redrawn so that the true classes are known."""
    palette = Palette(FLAT_COLORS)
    inks = Clean(ink=("black", "227,26,28"))
    grid = index_image(kevitsa / MAP, palette)
    classes = clean_grid(grid, inks, image=kevitsa / MAP).grid.indices
    picture, truth = redrawn(classes, grid.indices >= 14, palette)
    found = clean_grid(index_image(picture, palette), inks, image=picture).grid.indices
    assert (found == truth).mean() > 0.998
    right = np.bincount(truth.ravel(), minlength=16)[:14]
    area = np.bincount(found.ravel(), minlength=16)[:14]
    flat = np.array([(picture == color).all(axis=-1).sum() for color in FLAT_COLORS[:14]])
    share, area = flat / flat.sum(), area / right
    largest = np.argsort(-share)[:10]
    np.testing.assert_allclose(area[largest], 1, atol=0.01)
    # Pixels of exactly a unit's color are no measure of its area: narrow units have few.
    assert np.abs(right / right.sum() / share - 1)[largest].max() > 0.05
