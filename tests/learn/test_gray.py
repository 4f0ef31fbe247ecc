"""Gray levels: the optimum of one-dimensional k-means, for every type of array."""

from __future__ import annotations

import itertools

import kmeans1d
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoindex import GeoindexError, quantize_gray
from geoindex.errors import ImageError
from geoindex.learn.gray.levels import gray_palette
from geoindex.learn.gray.partition import optimal_partition

RNG = np.random.default_rng(12)


def sum_of_squares(values: np.ndarray, weights: np.ndarray) -> float:
    values = values - values[len(values) // 2]
    return float((weights * (values - np.average(values, weights=weights)) ** 2).sum())


def best_cost(values: np.ndarray, weights: np.ndarray, k: int) -> float:
    """Least cost over all partitions of a few sorted values."""
    n = len(values)
    return min(
        sum(
            sum_of_squares(values[a:b], weights[a:b]) for a, b in itertools.pairwise((0, *cuts, n))
        )
        for cuts in itertools.combinations(range(1, n), k - 1)
    )


def cost_of_kmeans1d(values: np.ndarray, k: int) -> float:
    """Cost of the clusters of another exact solver, which needs centered values."""
    clusters = np.array(kmeans1d.cluster(values - np.median(values), k).clusters)
    return sum(
        sum_of_squares(values[clusters == j], np.ones((clusters == j).sum()))
        for j in np.unique(clusters)
    )


def test_by_hand() -> None:
    picture = np.array([[10, 10, 12], [200, 202, 90]], dtype=np.uint8)
    found = quantize_gray(picture, 3, weights="unique")
    levels, labels, quantized = found
    np.testing.assert_array_equal(levels, [11, 90, 201])
    np.testing.assert_array_equal(labels, [[0, 0, 0], [2, 2, 1]])
    np.testing.assert_array_equal(quantized, [[11, 11, 11], [201, 201, 90]])
    assert (labels.dtype, quantized.dtype, found.nodata) == (np.uint8, np.uint8, 255)
    assert found.cost == 4.0


def test_weights() -> None:
    for dtype in (np.uint8, np.float32):
        picture = np.array([0] * 98 + [10, 10, 18], dtype=dtype)
        by_value = quantize_gray(picture, 2, weights="unique")
        by_pixel = quantize_gray(picture, 2)
        np.testing.assert_allclose(by_value.levels, [0, 14])
        np.testing.assert_allclose(by_pixel.levels, [0, 38 / 3])
        assert (by_value.cost, by_pixel.cost) == pytest.approx((32, 128 / 3))


@given(
    st.lists(st.integers(-50, 50), min_size=1, max_size=11, unique=True),
    st.integers(1, 6),
    st.data(),
)
def test_small_arrays_equal_brute_force(values: list[int], k: int, data: st.DataObject) -> None:
    counts = np.array(data.draw(st.lists(st.integers(1, 9), min_size=len(values))))[: len(values)]
    dtype = data.draw(st.sampled_from(["i1", "i2", "i4", "i8", "f2", "f4", "f8"]))
    ordered = np.sort(values).astype(float)
    array = RNG.permutation(np.repeat(ordered, counts)).astype(dtype)
    k = min(k, len(values))
    for weights, given_counts in (("unique", np.ones(len(counts))), ("count", counts)):
        found = quantize_gray(array, k, weights=weights)
        expected = best_cost(ordered, given_counts, k)
        assert found.cost == pytest.approx(expected, rel=1e-12, abs=1e-12)
        distance = np.abs(array.astype(float)[:, np.newaxis] - found.levels)
        np.testing.assert_allclose(
            np.take_along_axis(distance, found.labels[:, np.newaxis].astype(int), 1)[:, 0],
            distance.min(axis=1),
        )


VALUES = {
    "normal": lambda n: RNG.normal(size=n),
    "uniform": RNG.random,
    "steps": lambda n: np.arange(n) * 1.0,
    "heavy tails": lambda n: np.exp(3 * RNG.normal(size=n)),
    "one outlier": lambda n: np.append(RNG.random(n - 1), 1e9),
    "plateaus": lambda n: np.repeat(np.arange(20) * 7.0, n // 20) + RNG.random(n // 20 * 20),
}


@pytest.mark.parametrize("kind", VALUES)
@pytest.mark.parametrize(("n", "k"), [(300, 1), (300, 299), (5000, 7), (30_000, 16), (9000, 90)])
def test_many_values_equal_another_exact_solver(kind: str, n: int, k: int) -> None:
    """Beyond 2,048 values the search narrows the boundaries down instead of trying all."""
    values = np.unique(VALUES[kind](n))
    expected = cost_of_kmeans1d(values, k)
    assert quantize_gray(values, k).cost == pytest.approx(expected, rel=1e-9)


def test_groups_far_apart_are_told_apart_inside() -> None:
    """Sums of float64 cancel here; the groups alone do not."""
    left, right = np.sort(RNG.random(6000)), np.sort(RNG.random(6000))
    found = optimal_partition(np.append(left, 1e7 + right), None, 9)
    exact = np.append(left, (1e7 + right) - 1e7)
    expected = min(
        cost_of_kmeans1d(exact[:6000], j) + cost_of_kmeans1d(exact[6000:], 9 - j)
        for j in range(1, 9)
    )
    assert found.cost == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("k", [2, 9, 40])
def test_weighted_values_equal_another_exact_solver(k: int) -> None:
    ckwrap = pytest.importorskip("ckwrap")
    values = np.unique(RNG.normal(size=6000))
    counts = RNG.integers(1, 2000, len(values))
    clusters = ckwrap.ckmeans(values, k, weights=counts.astype(float)).labels
    expected = sum(sum_of_squares(values[clusters == j], counts[clusters == j]) for j in range(k))
    partition = optimal_partition(values, counts, k)
    assert partition.cost == pytest.approx(expected, rel=1e-9)
    repeated = quantize_gray(np.repeat(values, counts), k, weights="count")
    assert repeated.cost == pytest.approx(expected, rel=1e-9)


def test_65536_values_equal_another_exact_solver() -> None:
    values = RNG.permutation(65_536).astype(np.uint16)
    values[::3] //= 7
    expected = cost_of_kmeans1d(np.unique(values).astype(float), 16)
    for dtype in (np.uint16, np.float32, np.int64):
        found = quantize_gray(values.astype(dtype), 16, weights="unique")
        assert found.cost == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("offset", [0, 10**9, -(10**12)])
def test_an_offset_moves_the_levels_alone(offset: int) -> None:
    values = RNG.integers(0, 10**6, 8000)
    plain = quantize_gray(values.astype(np.float64), 12)
    for moved in (values + offset, (values + offset).astype(np.float64)):
        found = quantize_gray(moved, 12)
        assert found.cost == pytest.approx(plain.cost, rel=1e-9)
        np.testing.assert_array_equal(found.labels, plain.labels)
        np.testing.assert_allclose(found.levels - offset, plain.levels, atol=1e-3)


def test_integers_of_64_bits_keep_their_last_digit() -> None:
    base = 2**62
    values = np.array([base, base + 2, base + 1000, base + 1004], dtype=np.int64)
    quantized = quantize_gray(values, 2).quantized
    assert quantized.tolist() == [base + 1, base + 1, base + 1002, base + 1002]
    extremes = np.array([-(2**63), 2**63 - 1, 0], dtype=np.int64)
    assert quantize_gray(extremes, 3).quantized.tolist() == extremes.tolist()
    unsigned = np.array([2**64 - 1, 2**64 - 3, 5], dtype=np.uint64)
    assert quantize_gray(unsigned, 2).quantized.tolist() == [2**64 - 2, 2**64 - 2, 5]


@pytest.mark.parametrize("factor", [1e-300, 1e-180, 1.0, 1e180, 1e308])
def test_magnitudes_at_the_end_of_float64(factor: float) -> None:
    values = np.array([-1.0, -0.9, 0.1, 0.2, 0.95, 1.0])
    found = quantize_gray(values * factor, 3)
    np.testing.assert_array_equal(found.labels, [0, 0, 1, 1, 2, 2])
    np.testing.assert_allclose(found.levels, np.array([-0.95, 0.15, 0.975]) * factor)


def test_an_outlier_of_any_size_takes_a_level_and_spoils_no_other() -> None:
    values = RNG.random(20_000)
    alone = quantize_gray(values, 5)
    beside = quantize_gray(np.append(values, -3.4e38), 6)
    assert beside.cost == pytest.approx(alone.cost, rel=1e-12)
    np.testing.assert_array_equal(beside.labels[:-1] - 1, alone.labels)
    np.testing.assert_allclose(beside.levels[1:], alone.levels, rtol=1e-12)


@pytest.mark.parametrize(
    "dtype", ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8"]
)
@pytest.mark.parametrize("weights", ["unique", "count"])
def test_every_type_gives_the_same(dtype: str, weights: str) -> None:
    values = RNG.integers(0, 120, (40, 50))
    expected = quantize_gray(values.astype(np.float64), 6, weights=weights)
    found = quantize_gray(values.astype(dtype), 6, weights=weights)
    np.testing.assert_array_equal(found.labels, expected.labels)
    np.testing.assert_allclose(found.levels, expected.levels)
    assert found.quantized.dtype == np.dtype(dtype)
    own = found.levels if dtype[0] == "f" else np.floor(found.levels + 0.5)
    np.testing.assert_array_equal(found.quantized, own[found.labels].astype(dtype))


def test_memory_layouts() -> None:
    values = RNG.normal(size=(60, 40, 3)).astype(np.float32)
    expected = quantize_gray(values, 5).labels
    for array in (values.T, values[::2, ::-1], values.astype(">f4"), np.asfortranarray(values)):
        native = np.ascontiguousarray(array, dtype=np.float32)
        np.testing.assert_array_equal(
            quantize_gray(array, 5).labels, quantize_gray(native, 5).labels
        )
    read_only = values.copy()
    read_only.setflags(write=False)
    np.testing.assert_array_equal(quantize_gray(read_only, 5).labels, expected)
    assert quantize_gray(np.float32(3), 1).labels.shape == ()


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "i2", "i4", "u1"])
def test_what_is_kept_out(dtype: str) -> None:
    values = RNG.integers(0, 100, (30, 30)).astype(dtype)
    nodata = 77
    outside = values == nodata
    if dtype[0] == "f":
        values[3, 4] = np.nan
        outside |= np.isnan(values)
    mask = np.zeros(values.shape, dtype=bool)
    mask[5] = True
    outside |= mask
    found = quantize_gray(np.ma.masked_array(values, mask), 4, nodata=nodata)
    inside = quantize_gray(values[~outside], 4)
    np.testing.assert_array_equal(found.labels == found.nodata, outside)
    np.testing.assert_array_equal(found.labels[~outside], inside.labels)
    np.testing.assert_array_equal(found.quantized.data[outside], values[outside])
    np.testing.assert_array_equal(np.ma.getmaskarray(found.quantized), mask)


def test_nodata_of_float32_may_be_given_in_full_precision() -> None:
    values = np.array([1, 2, -3.4028234663852886e38, 0.1], dtype=np.float32)
    assert quantize_gray(values, 1, nodata=-3.4028234663852886e38).labels.tolist() == [
        0,
        0,
        255,
        0,
    ]
    assert quantize_gray(values, 4, nodata=0.1).labels.tolist() == [1, 2, 0, 255]
    assert quantize_gray(values, 4, nodata=float("nan")).labels.tolist() == [2, 3, 0, 1]


def test_zeros_of_both_signs_are_one_value() -> None:
    for dtype in ("f2", "f4", "f8"):
        found = quantize_gray(np.array([0.0, -0.0, 1.0], dtype=dtype), 3)
        assert found.labels.tolist() == [0, 0, 1]


def test_few_values() -> None:
    constant = quantize_gray(np.full((3, 3), 7.25), 4)
    np.testing.assert_array_equal(constant.levels, [7.25])
    assert constant.labels.max() == 0
    assert constant.cost == 0
    few = quantize_gray(np.array([3, 9, 3, 5], dtype=np.int32), 16)
    np.testing.assert_array_equal(few.levels, [3, 5, 9])
    one = quantize_gray(np.array([1.0, 2.0, 6.0]), 1)
    np.testing.assert_array_equal(one.levels, [3])


def test_labels_grow_with_the_levels() -> None:
    values = np.arange(300, dtype=np.int32)
    assert quantize_gray(values, 256).labels.dtype == np.uint8
    assert quantize_gray(values, 256).nodata is None
    kept_out = quantize_gray(values, 256, nodata=5)
    assert (kept_out.labels.dtype, kept_out.nodata) == (np.uint16, 65_535)
    every = quantize_gray(np.arange(5000), 60_000)
    np.testing.assert_array_equal(every.labels, np.arange(5000))


@pytest.mark.parametrize(
    ("array", "k", "options", "message"),
    [
        (np.zeros(3), 0, {}, "k must lie within 1..65,535, found 0"),
        (np.zeros(3), 65_536, {}, "found 65,536"),
        (np.zeros(3), 2.5, {}, "found 2.5"),
        (np.zeros(3), True, {}, "found True"),
        (np.arange(5000), 1025, {}, "k must be at most 1,024 for an array of 5,000 distinct"),
        (np.zeros(3), 2, {"weights": "pixels"}, "unknown weights 'pixels'; known: count, unique"),
        (np.zeros((0, 4)), 2, {}, "has no pixels"),
        (np.full(4, np.nan), 2, {}, "has no values: all its 4 pixels are NaN, nodata or masked"),
        (np.full(4, 7, np.uint8), 2, {"nodata": 7}, "has no values"),
        (np.ma.masked_all(3), 2, {}, "has no values"),
        (np.array([1, np.inf]), 2, {}, "infinite"),
        (np.array([1, -np.inf], np.float16), 2, {}, "infinite"),
        (np.array([1, -np.inf], np.float32), 2, {}, "infinite"),
        (
            np.array([True, False]),
            2,
            {},
            "must be integers or floats of up to 64 bits, found bool",
        ),
        (np.array([1j]), 2, {}, "found complex128"),
        (["a"], 2, {}, "found <U1"),
        ([[1, 2], [3]], 2, {}, "is no array of numbers"),
    ],
)
def test_bad_input(array: object, k: int, options: dict[str, object], message: str) -> None:
    with pytest.raises(GeoindexError, match=message.replace("(", r"\(")):
        quantize_gray(array, k, **options)


def test_palette() -> None:
    palette = gray_palette(quantize_gray(np.array([[10, 11, 40]], np.uint8), 2))
    assert palette.colors.tolist() == [[11, 11, 11], [40, 40, 40]]
    assert palette.names == ("10.5", "40")
    heights = gray_palette(quantize_gray(np.array([[-3.25, 1e20, 0.1, 0.1]]), 3))
    assert heights.names == ("-3.25", "0.1", "1e+20")
    assert heights.colors[:, 0].tolist() == [0, 0, 255]
    assert gray_palette(quantize_gray(np.zeros(4), 2)).colors.tolist() == [[0, 0, 0]]


def test_a_vast_value_is_asked_about() -> None:
    values = np.append(np.arange(100.0), -np.finfo(np.float64).max)
    with pytest.raises(ImageError, match=r"1.79769e\+308 is too far from .* nodata=-1.79"):
        quantize_gray(values, 5)
    assert len(quantize_gray(values, 5, nodata=-np.finfo(np.float64).max).levels) == 5
    values[-1] = -3.4e38
    assert len(quantize_gray(values, 5).levels) == 5
