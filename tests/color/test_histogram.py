"""Counting colors block by block, compared with numpy.unique."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geoindex.color import histogram as module
from geoindex.color.counting_kernels import count_indices
from geoindex.color.histogram import ColorCounter, ColorHistogram
from geoindex.color.pixels import Pixels

PICTURES = st.tuples(st.integers(1, 9), st.integers(1, 9)).flatmap(
    lambda shape: arrays(np.uint8, (*shape, 3), elements=st.sampled_from([0, 1, 7, 8, 200, 255]))
)


def numpy_histogram(colors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.unique(colors.reshape(-1, 3), axis=0, return_counts=True)


def counted(pixels: Pixels) -> ColorHistogram:
    counter = ColorCounter()
    counter.add(pixels)
    return counter.histogram()


def check(histogram: ColorHistogram, colors: np.ndarray) -> None:
    expected, counts = numpy_histogram(colors)
    np.testing.assert_array_equal(histogram.colors, expected)
    np.testing.assert_array_equal(histogram.counts, counts)
    assert histogram.n_pixels == len(colors.reshape(-1, 3))


@given(PICTURES)
def test_equals_numpy(colors: np.ndarray) -> None:
    check(counted(Pixels(table=colors)), colors)


@given(PICTURES, st.integers(1, 8))
def test_blocks_give_the_same_as_the_whole(colors: np.ndarray, row: int) -> None:
    counter = ColorCounter()
    counter.add(Pixels(table=colors[:row]))
    counter.histogram()  # looking does not disturb
    if len(colors) > row:
        counter.add(Pixels(table=colors[row:]))
    check(counter.histogram(), colors)


def test_a_color_of_each_strip() -> None:
    """The table of counts is full then."""
    codes = 64 * np.arange(2**18).reshape(512, 512) + 63
    colors = np.stack([codes >> 16, codes >> 8 & 255, codes & 255], axis=-1).astype(np.uint8)
    check(counted(Pixels(table=colors)), colors)


def test_threads_may_count_at_once() -> None:
    colors = np.random.default_rng(2).integers(0, 256, (64, 500, 3), dtype=np.uint8)
    counter = ColorCounter()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(counter.add, [Pixels(table=row[np.newaxis]) for row in colors]))
    check(counter.histogram(), colors)


@given(PICTURES, PICTURES)
def test_what_threads_have_counted_is_added(first: np.ndarray, second: np.ndarray) -> None:
    tables = module._Table(), module._Table()
    for table, colors in zip(tables, (first, second), strict=True):
        table.add(Pixels(table=colors))
    tables[0].add_table(tables[1])
    check(tables[0].histogram(), np.concatenate([first.reshape(-1, 3), second.reshape(-1, 3)]))


def test_noise() -> None:
    colors = np.random.default_rng(1).integers(0, 256, (200, 300, 3), dtype=np.uint8)
    check(counted(Pixels(table=colors)), colors)
    # Channels apart in memory, as a file is read.
    planes = np.moveaxis(np.ascontiguousarray(np.moveaxis(colors, -1, 0)), 0, -1)
    check(counted(Pixels(table=planes)), colors)


def test_masked_pixels_do_not_count() -> None:
    colors = np.array([[[1, 2, 3], [9, 9, 9], [1, 2, 3]]], dtype=np.uint8)
    valid = np.array([[255, 0, 1]], dtype=np.uint8)
    check(counted(Pixels(table=colors, valid=valid)), colors[:, [0, 2]])
    nothing = counted(Pixels(table=colors, valid=np.zeros((1, 3), np.uint8)))
    assert len(nothing) == 0
    assert nothing.n_pixels == 0


@given(
    st.integers(1, 4),
    st.lists(st.tuples(st.sampled_from([0, 1, 8, 255]), st.integers(1, 20), st.booleans())),
)
def test_runs_of_any_length(n_rows: int, runs: list[tuple[int, int, bool]]) -> None:
    row = [level for level, length, _ in runs for _ in range(length)]
    mask = [is_valid for _, length, is_valid in runs for _ in range(length)]
    colors = np.zeros((n_rows, len(row), 3), dtype=np.uint8)
    colors[:, :, 1] = row
    valid = np.broadcast_to(np.array(mask, dtype=np.uint8), colors.shape[:2])
    check(counted(Pixels(table=colors, valid=valid)), colors[valid != 0])


@pytest.mark.parametrize("valid", [None, np.array([[1, 1, 0], [1, 0, 1]], dtype=np.uint8)])
def test_color_table(valid: np.ndarray | None) -> None:
    table = np.array([[5, 5, 5], [200, 0, 0], [5, 5, 5], [1, 1, 1]], dtype=np.uint8)
    codes = np.array([[0, 1, 1], [2, 2, 2]], dtype=np.uint8)
    colors = table[codes] if valid is None else table[codes[valid != 0]]
    check(counted(Pixels(table=table, codes=codes, valid=valid)), colors)


def test_full_depth_is_rounded_to_8_bits() -> None:
    colors = np.array([[[0, 257, 65535], [10, 250, 65500]]], dtype=np.uint16)
    histogram = counted(Pixels(table=colors))
    assert histogram.colors.tolist() == [[0, 1, 255]]
    assert histogram.counts.tolist() == [2]


@given(
    arrays(
        st.sampled_from([np.uint8, np.uint16]).map(np.dtype),
        st.tuples(st.integers(0, 5), st.integers(1, 9)),
        elements=st.sampled_from([0, 1, 2, 7, 200]),
    )
)
def test_indices_are_counted_as_numpy_does(indices: np.ndarray) -> None:
    counts = np.full(8, 3, np.int64)
    count_indices(indices[:, ::-1], counts)
    expected = 3 + np.bincount(indices.ravel(), minlength=201)[:8]
    np.testing.assert_array_equal(counts, expected)
