"""Color distances against scikit-image and against their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage.color import deltaE_cie76, deltaE_ciede2000, rgb2lab, rgb2xyz

from geoindex import ColorCube, Palette, nearest
from geoindex.color import metric_kernels as metrics
from geoindex.color.ciede2000 import ESTIMATE_ERROR, ciede2000, estimate_squares
from geoindex.color.mapper import ColorMapper
from geoindex.color.metrics import METRICS, make_search

OTHERS = [metric for metric in METRICS if metric != "rgb"]


def oklab(colors: np.ndarray) -> np.ndarray:
    """OKLab via CIE XYZ, with the matrices of its author."""
    xyz = rgb2xyz(colors[np.newaxis] / 255)[0]
    to_cone = np.array(
        [
            [0.8189330101, 0.3618667424, -0.1288597137],
            [0.0329845436, 0.9293118715, 0.0361456387],
            [0.0482003018, 0.2643662691, 0.6338517070],
        ]
    )
    to_lab = np.array(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ]
    )
    return np.cbrt(xyz @ to_cone.T) @ to_lab.T


def shaded(colors: np.ndarray, palette: np.ndarray) -> np.ndarray:
    """Least distance over 4,001 brightness factors."""
    best = np.full((len(colors), len(palette)), np.inf)
    for factor in np.linspace(0.65, 1.06, 4001):
        difference = colors[:, np.newaxis] - factor * palette
        best = np.minimum(best, np.sqrt((difference**2).sum(axis=-1)))
    return best


def independent(metric: str, colors: np.ndarray, palette: np.ndarray) -> np.ndarray:
    """Distances (n, k) by another implementation."""
    colors, palette = colors.astype(float), palette.astype(float)
    if metric == "shaded":
        return shaded(colors, palette)
    if metric == "redmean":
        mean = (colors[:, np.newaxis, 0] + palette[:, 0]) / 2
        red, green, blue = np.moveaxis(colors[:, np.newaxis] - palette, -1, 0)
        return np.sqrt(
            (2 + mean / 256) * red**2 + 4 * green**2 + (2 + (255 - mean) / 256) * blue**2
        )
    if metric == "oklab":
        return np.linalg.norm(oklab(colors)[:, np.newaxis] - oklab(palette), axis=-1)
    difference = {"lab": deltaE_cie76, "ciede2000": deltaE_ciede2000}[metric]
    one, other = rgb2lab(colors[np.newaxis] / 255)[0], rgb2lab(palette[np.newaxis] / 255)[0]
    return np.stack([difference(one, np.broadcast_to(row, one.shape)) for row in other], axis=1)


# The implementations use matrices of other precision, so they agree to this.
TOLERANCE = {"lab": 0.01, "oklab": 3e-4, "ciede2000": 0.01, "redmean": 1e-9, "shaded": 0.05}


@pytest.mark.parametrize("metric", OTHERS)
def test_distances_equal_another_implementation(metric: str) -> None:
    rng = np.random.default_rng(11)
    colors = rng.integers(0, 256, (300, 3), dtype=np.uint8)
    palette = Palette(rng.integers(0, 256, (40, 3)))
    expected = independent(metric, colors, palette.colors)
    search = make_search(palette, metric, None)
    for row in range(len(palette)):
        found = search.distance(colors, np.full(len(colors), row))
        np.testing.assert_allclose(found, expected[:, row], atol=TOLERANCE[metric])


def test_ciede2000_of_published_pairs() -> None:
    """From table 1 of Sharma, Wu and Dalal (2005): the hard cases around the hue angle."""
    pairs = [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 3.1571, -77.2803), (50, 0, -82.7485), 2.8615),
        ((50, -1.3802, -84.2814), (50, 0, -82.7485), 1.0000),
        ((50, 0, 0), (50, -1, 2), 2.3669),
        ((50, 2.49, -0.001), (50, -2.49, 0.0009), 7.1792),
        ((50, 2.49, -0.001), (50, -2.49, 0.0011), 7.2195),
        ((50, -0.001, 2.49), (50, 0.0009, -2.49), 4.8045),
        ((50, -0.001, 2.49), (50, 0.0011, -2.49), 4.7461),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((50, 2.5, 0), (58, 24, 15), 19.4535),
        ((2.0776, 0.0795, -1.135), (0.9033, -0.0636, -0.5514), 0.9082),
    ]
    for one, other, expected in pairs:
        for first, second in ((one, other), (other, one)):
            found = ciede2000(*map(float, first), *map(float, second))
            assert found == pytest.approx(expected, abs=5e-5)


def test_estimates_of_ciede2000_keep_their_error() -> None:
    """Random, nearly gray, blue and neighboring colors, where parts of the formula vanish."""
    rng = np.random.default_rng(21)
    base = rng.integers(0, 256, (400, 3))
    gray, blue = base[:, :1] + rng.integers(-2, 3, (400, 3)), base // [3, 3, 1]
    colors = np.concatenate([base, base + rng.integers(-3, 4, (400, 3)), gray, blue])
    lab = metrics.coordinates_of(metrics.CIEDE2000, colors.clip(0, 255).astype(np.uint8))
    columns = np.vstack([lab.T, np.hypot(lab[:, 1], lab[:, 2])]) / metrics.LAB_STEP
    squares = np.empty(len(colors))
    for color in columns.T[::16].copy():
        estimate_squares(color, columns, len(colors), squares)
        true = np.array([ciede2000(*color[:3], *other) ** 2 for other in columns[:3].T])
        known = squares >= 0
        assert known.mean() > 0.99
        np.testing.assert_allclose(squares[known], true[known], rtol=ESTIMATE_ERROR / 5)


def all_pairs(metric: str, colors: np.ndarray, palette: Palette) -> np.ndarray:
    """Distances (n, k) by the metric's definition, without a search."""
    search = make_search(palette, metric, None)
    rows = [search.distance(colors, np.full(len(colors), row)) for row in range(len(palette))]
    return np.stack(rows, axis=1)


@pytest.mark.slow
@pytest.mark.parametrize("metric", OTHERS)
@pytest.mark.parametrize("palette_name", ["windows", "random"])
def test_equals_brute_force(metric: str, palette_name: str, windows256: Palette) -> None:
    """Whole cells exercise the entire search: 210,000 colors in 410 cells."""
    rng = np.random.default_rng(12)
    palette = windows256
    if palette_name == "random":
        palette = Palette(np.repeat(rng.integers(0, 256, (30, 3)), 2, axis=0))
    starts = rng.integers(0, 32, (410, 1, 3)) * 8
    offsets = np.stack(np.meshgrid(*[np.arange(8)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    colors = (starts + offsets).reshape(-1, 3).astype(np.uint8)
    found = ColorMapper(palette, metric=metric).map(colors)
    for part in np.array_split(np.arange(len(colors)), 20):
        expected = all_pairs(metric, colors[part], palette).argmin(axis=1)
        np.testing.assert_array_equal(found[part], expected)


@pytest.mark.slow
@pytest.mark.parametrize("metric", list(METRICS))
def test_every_color_there_is_equals_a_search_without_cells(metric: str) -> None:
    """All 16,777,216 colors, hence every near tie, compared with each palette color."""
    rng = np.random.default_rng(16)
    colors = rng.integers(0, 256, (4 if metric == "ciede2000" else 24, 3))
    cube = ColorCube(Palette(np.concatenate([colors, colors + (colors < 255)])), metric)
    value = np.arange(256, dtype=np.uint16) * 257
    for red in range(0, 256, 16):
        pixels = np.stack(np.meshgrid(value[red : red + 16], value, value, indexing="ij"), -1)
        one_by_one = cube.map(pixels.reshape(16, -1, 3))
        np.testing.assert_array_equal(one_by_one, cube.table[red : red + 16].reshape(16, -1))


SLOW_SHADED = pytest.param("shaded", marks=pytest.mark.slow)


@pytest.mark.parametrize("metric", [*OTHERS[:-1], SLOW_SHADED])
def test_agrees_with_another_implementation_but_for_near_ties(
    metric: str, windows256: Palette
) -> None:
    rng = np.random.default_rng(13)
    colors = rng.integers(0, 256, (400, 3), dtype=np.uint8)
    distance = independent(metric, colors, windows256.colors)
    found = ColorMapper(windows256, metric=metric).map(colors)
    best = distance.min(axis=1)
    assert (distance[np.arange(len(colors)), found] <= best + 2 * TOLERANCE[metric]).all()
    second = np.partition(distance, 1, axis=1)[:, 1]
    clear = second - best > 2 * TOLERANCE[metric]
    assert clear.mean() > 0.8
    np.testing.assert_array_equal(found[clear], distance.argmin(axis=1)[clear])


@pytest.mark.parametrize("metric", list(METRICS))
@given(colors=st.lists(st.tuples(*[st.integers(0, 255)] * 3), min_size=1, max_size=20))
def test_palette_colors_map_to_an_equal_color_and_lowest_row(
    metric: str, colors: list[tuple[int, int, int]]
) -> None:
    palette = Palette(colors)
    search = make_search(palette, metric, None)
    found = nearest(palette.colors, palette, metric=metric)
    np.testing.assert_array_equal(search.distance(palette.colors, found), 0)
    distances = all_pairs(metric, palette.colors, palette)
    np.testing.assert_array_equal(found, distances.argmin(axis=1))


@pytest.mark.parametrize("metric", OTHERS)
def test_max_distance_is_in_the_metrics_units(metric: str, windows256: Palette) -> None:
    colors = np.random.default_rng(14).integers(0, 256, (500, 3), dtype=np.uint8)
    plain = nearest(colors, windows256, metric=metric)
    distance = make_search(windows256, metric, None).distance(colors, plain)
    limit = float(np.median(distance))
    limited = nearest(colors, windows256, metric=metric, max_distance=limit)
    np.testing.assert_array_equal(limited, np.where(distance > limit, 65535, plain.astype(int)))


def test_shaded_recovers_classes_under_hillshade() -> None:
    rng = np.random.default_rng(15)
    units = np.array(
        [[230, 203, 203], [210, 254, 190], [93, 137, 68], [159, 170, 217], [60, 60, 66]]
    )
    palette = Palette([[0, 0, 0], [227, 26, 28], *units])
    truth = rng.integers(2, 7, 5000)
    shade = rng.uniform(0.65, 1.06, (5000, 1))
    pixels = np.clip(np.floor(units[truth - 2] * shade + 0.5), 0, 255).astype(np.uint8)
    assert (nearest(pixels, palette, metric="shaded") == truth).mean() > 0.998
    assert (nearest(pixels, palette) == truth).mean() < 0.9
    ink = np.array([[0, 0, 0], [12, 12, 12], [227, 26, 28]], dtype=np.uint8)
    assert nearest(ink, palette, metric="shaded").tolist() == [0, 0, 1]
