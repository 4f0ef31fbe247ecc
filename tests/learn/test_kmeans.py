"""K-means and median cut against brute force and scikit-image."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.cluster import kmeans_plusplus

from geoindex.color.histogram import ColorCounter, ColorHistogram
from geoindex.color.pixels import Pixels
from geoindex.color.spaces import STEPS, space_coordinates
from geoindex.learn.kmeans import points as module
from geoindex.learn.kmeans import quantize as quantization
from geoindex.learn.kmeans.clusters import halve
from geoindex.learn.kmeans.kmeans import _drawn, _improve, kmeans, refine
from geoindex.learn.kmeans.median_cut import median_cut
from geoindex.learn.kmeans.points import Points, TrueColors
from geoindex.learn.kmeans.quantize import quantize
from geoindex.learn.kmeans.sampling import draw_colors, draw_pixels
from geoindex.learn.kmeans.swaps import search

SPACES = ("rgb", "lab", "oklab")
COLORS = arrays(np.uint8, st.tuples(st.just(4), st.integers(1, 30), st.just(3)))


def histogram_of(colors: np.ndarray) -> ColorHistogram:
    counter = ColorCounter()
    counter.add(Pixels(table=colors))
    return counter.histogram()


def brute(points: Points, centers: np.ndarray) -> np.ndarray:
    """Squared distances (n, k)."""
    return ((points.coordinates[:, np.newaxis] - centers) ** 2).sum(axis=-1)


@pytest.mark.parametrize("space", SPACES)
@given(COLORS, arrays(np.uint8, st.tuples(st.integers(2, 40), st.just(3))))
def test_assignment_against_brute_force(
    space: str, colors: np.ndarray, center_colors: np.ndarray
) -> None:
    histogram = histogram_of(colors)
    points = TrueColors(histogram, space, histogram.counts).reduced(10_000)
    centers = space_coordinates(center_colors, space) + 0.25
    squared = brute(points, centers)
    labels = squared.argmin(axis=1)
    np.testing.assert_array_equal(points.nearest(centers), labels)
    given_ = points.assign(centers)
    np.testing.assert_array_equal(
        given_.totals, np.bincount(labels, weights=points.weights, minlength=len(centers))
    )
    for axis in range(3):
        weighted = points.weights * points.coordinates[:, axis]
        np.testing.assert_array_equal(
            given_.sums[:, axis], np.bincount(labels, weights=weighted, minlength=len(centers))
        )
    np.testing.assert_allclose(given_.error, points.weights @ squared.min(axis=1))


@given(st.data(), st.integers(1, 4))
def test_cells_that_turn_up(data: st.DataObject, shift: int) -> None:
    """Few cells are sorted, many are looked up in a table; both are numpy's unique."""
    n_cells = 64**shift
    cells = np.array(data.draw(st.lists(st.integers(0, n_cells - 1), min_size=1)), dtype=np.intp)
    for n_kinds in (n_cells, 8 * len(cells), 10**9):
        used, places = module._used_cells(cells % n_kinds, n_kinds)
        expected, inverse = np.unique(cells % n_kinds, return_inverse=True)
        np.testing.assert_array_equal(used, expected)
        np.testing.assert_array_equal(places, inverse)


def test_many_points_in_parts_and_boxes_of_either_size(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    histogram = histogram_of(rng.integers(0, 256, (150, 200, 3), dtype=np.uint8))
    centers = space_coordinates(rng.integers(0, 256, (40, 3), dtype=np.uint8), "rgb")
    whole = TrueColors(histogram, "rgb", histogram.counts).assign(centers)
    monkeypatch.setattr(module, "BOX_POINTS", 1)
    small_boxes = TrueColors(histogram, "rgb", histogram.counts).assign(centers)
    monkeypatch.setattr(module, "MAX_POINTS", 7000)
    parts = TrueColors(histogram, "rgb", histogram.counts).assign(centers)
    for other in (small_boxes, parts):
        np.testing.assert_array_equal(other.totals, whole.totals)
        np.testing.assert_array_equal(other.sums, whole.sums)
        assert other.error == pytest.approx(whole.error)


@pytest.mark.parametrize("max_points", [512, 3000, 20_000])
def test_reduced_points_keep_weight_and_mean(max_points: int) -> None:
    rng = np.random.default_rng(6)
    histogram = histogram_of(rng.integers(0, 256, (120, 150, 3), dtype=np.uint8))
    true_colors = TrueColors(histogram, "rgb", histogram.counts)
    points = true_colors.reduced(max_points)
    assert min(max_points / 8, len(histogram)) < len(points) <= max_points
    assert points.weights.sum() == 120 * 150
    mean = np.average(space_coordinates(histogram.colors, "rgb"), 0, histogram.counts)
    found = np.average(points.coordinates, axis=0, weights=points.weights)
    np.testing.assert_allclose(found, mean, atol=0.5)
    assert (len(points) == len(histogram)) == (max_points >= len(histogram))


def test_k_means_finds_the_clusters_there_are() -> None:
    rng = np.random.default_rng(7)
    middles = np.array([[20, 20, 20], [30, 200, 40], [120, 90, 250], [230, 30, 60], [240, 240, 9]])
    colors = (middles[rng.integers(0, 5, 4000)] + rng.integers(-5, 6, (4000, 3))).clip(0, 255)
    histogram = histogram_of(colors.astype(np.uint8)[np.newaxis])
    points = TrueColors(histogram, "rgb", histogram.counts).reduced(10_000)
    for seed in range(5):
        centers = kmeans(points, points, points, 5, seed) / STEPS["rgb"]
        np.testing.assert_allclose(centers[np.argsort(centers[:, 0])], middles, atol=1)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("space", SPACES)
def test_first_centers_are_those_of_scikit_learn(space: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    histogram = histogram_of(rng.integers(0, 256, (40, 60, 3), dtype=np.uint8))
    weights = rng.integers(1, 500, len(histogram))
    points = TrueColors(histogram, space, weights).reduced(1000)
    expected, _ = kmeans_plusplus(
        points.coordinates,
        16,
        sample_weight=points.weights,
        random_state=seed,
        n_local_trials=1,
    )
    np.testing.assert_array_equal(_drawn(points, 16, seed), expected)


def test_k_means_gets_out_of_a_local_optimum() -> None:
    """Four clusters, two and two: where three centers are at one pair, Lloyd leaves them there."""
    line = np.array([0, 1, 2, 10, 11, 12, 200, 201, 202, 250, 251, 252], dtype=np.uint8)
    histogram = histogram_of(np.stack([line, line, line], axis=-1)[np.newaxis])
    points = TrueColors(histogram, "rgb", histogram.counts).reduced(100)
    stuck = space_coordinates(np.array([[1] * 3, [10] * 3, [12] * 3, [225] * 3], np.uint8), "rgb")
    stayed = np.sort(refine(points, stuck, 50)[:, 0]) / STEPS["rgb"]
    assert stayed.tolist() != [1, 11, 201, 251]
    moved = np.sort(refine(points, _improve(points, stuck), 50)[:, 0]) / STEPS["rgb"]
    assert moved.tolist() == [1, 11, 201, 251]


@given(
    arrays(np.uint8, st.tuples(st.just(5), st.integers(2, 40), st.just(3))),
    arrays(np.uint8, st.tuples(st.integers(2, 30), st.just(3))),
    st.integers(1, 29),
)
def test_a_search_never_makes_it_worse(
    colors: np.ndarray, center_colors: np.ndarray, n_near: int
) -> None:
    """Equal centers and centers without points included."""
    histogram = histogram_of(colors)
    points = TrueColors(histogram, "rgb", histogram.counts).reduced(10_000)
    centers = space_coordinates(center_colors, "rgb")
    before = brute(points, centers).min(axis=1) @ points.weights
    labels, n_near = points.nearest(centers), min(n_near, len(centers) - 1)
    search(points.coordinates, points.weights, labels, centers, n_near, 100)
    after = brute(points, centers).min(axis=1) @ points.weights
    assert np.isfinite(centers).all()
    assert after <= before * (1 + 1e-12)


@given(arrays(np.uint8, st.tuples(st.just(3), st.integers(1, 20), st.just(3))))
def test_halves_gain_what_they_say(colors: np.ndarray) -> None:
    histogram = histogram_of(colors)
    points = TrueColors(histogram, "rgb", histogram.counts).reduced(10_000)
    centers = space_coordinates(np.array([[0, 0, 0], [200, 200, 200]], np.uint8), "rgb")
    labels, halves, gains = points.nearest(centers), np.empty((2, 2, 3)), np.empty(2)
    halve(points.coordinates, points.weights, labels, centers, halves, gains)
    squared = brute(points, centers)
    for row in range(2):
        own = labels == row
        if own.sum() < 2:
            assert gains[row] == -np.inf
            continue
        before = points.weights[own] @ squared[own, row]
        after = points.weights[own] @ brute(points, halves[row])[own].min(axis=1)
        # The halves moved on to their means after the gain was found.
        assert before - after >= gains[row] * (1 - 1e-12) - 1e-6
        assert gains[row] > 0


def test_many_colors_are_searched_as_few_are() -> None:
    rng = np.random.default_rng(9)
    histogram = histogram_of(rng.integers(0, 256, (100, 120, 3), dtype=np.uint8))
    true_colors = TrueColors(histogram, "rgb", histogram.counts)
    errors = [
        true_colors.assign(
            space_coordinates(quantize(true_colors, 1500, method=method, seed=0), "rgb")
        ).error
        for method in ("kmeans", "mediancut")
    ]
    assert errors[0] < 0.8 * errors[1]


@pytest.mark.parametrize("method", ["kmeans", "mediancut"])
def test_more_colors_than_points(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every color of a small cube, of which only every eighth is held as a point."""
    monkeypatch.setattr(module, "MAX_POINTS", 4096)
    monkeypatch.setattr(quantization, "MAX_POINTS", 4096)
    levels = np.arange(100, 120, dtype=np.uint8)
    cube = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(1, -1, 3)
    histogram = histogram_of(cube)
    true_colors = TrueColors(histogram, "rgb", histogram.counts)
    assert len(true_colors.reduced(4096)) == 1000
    colors = quantize(true_colors, 3000, method=method, seed=0)
    assert len(np.unique(colors, axis=0)) == 3000
    assert set(map(tuple, colors.tolist())) <= set(map(tuple, cube[0].tolist()))


def test_median_cut_by_hand() -> None:
    colors = np.array([[[0, 0, 0], [10, 0, 0], [100, 0, 0], [110, 0, 40]]], np.uint8)
    histogram = histogram_of(colors)
    points = TrueColors(histogram, "rgb", np.array([1, 3, 2, 2])).reduced(100)
    two = np.sort(median_cut(points, 2)[:, 0]) / STEPS["rgb"]
    assert two.tolist() == [7.5, 105.0]
    assert len(median_cut(points, 4)) == 4


def test_draws() -> None:
    weights = np.array([1, 0, 97, 2])
    assert draw_pixels(weights, 100, 0).tolist() == weights.tolist()
    drawn = draw_pixels(weights, 40, 1)
    assert drawn.sum() == 40
    assert (drawn <= weights).all()
    weights = np.array([1, 1, 10_000, 10_000])
    assert draw_colors(weights, 2, 0).tolist() == [2, 3]
    assert draw_colors(weights, 4, 0).tolist() == [0, 1, 2, 3]
    shares = np.mean([draw_colors(np.array([1, 3]), 1, seed)[0] for seed in range(2000)])
    assert shares == pytest.approx(0.75, abs=0.04)
