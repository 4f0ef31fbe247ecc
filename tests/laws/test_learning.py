"""What may be done to the pixels of an image without changing the palette learned from them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geoindex import learn_palette, quantize_gray

images = arrays(np.uint8, st.tuples(st.integers(5, 8), st.integers(5, 8), st.just(3)))


def shuffled(image: np.ndarray, seed: int) -> np.ndarray:
    """The same pixels in another order."""
    pixels = image.reshape(-1, image.shape[-1])
    return pixels[np.random.default_rng(seed).permutation(len(pixels))].reshape(image.shape)


@pytest.mark.filterwarnings("ignore::geoindex.errors.FewerColorsWarning")
@settings(max_examples=25)
@given(image=images, n_colors=st.integers(1, 6), seed=st.integers(0, 99))
def test_the_order_of_the_pixels_does_not_matter(
    image: np.ndarray, n_colors: int, seed: int
) -> None:
    one = learn_palette(image, n_colors)
    other = learn_palette(shuffled(image, seed), n_colors)
    np.testing.assert_array_equal(one.colors, other.colors)


@pytest.mark.filterwarnings("ignore::geoindex.errors.FewerColorsWarning")
@settings(max_examples=25)
@given(image=images, n_colors=st.integers(1, 6))
def test_an_image_twice_is_the_image(image: np.ndarray, n_colors: int) -> None:
    one = learn_palette(image, n_colors)
    twice = learn_palette([image, image], n_colors)
    beside = learn_palette(np.concatenate([image, image], axis=1), n_colors)
    np.testing.assert_array_equal(one.colors, twice.colors)
    np.testing.assert_array_equal(one.colors, beside.colors)


@given(
    values=arrays(np.uint16, (5, 7), elements=st.integers(0, 900)),
    k=st.integers(1, 5),
    offset=st.integers(0, 500),
)
def test_gray_levels_move_with_the_values(values: np.ndarray, k: int, offset: int) -> None:
    k = min(k, len(np.unique(values)))
    one, _, _ = quantize_gray(values, k)
    other, _, _ = quantize_gray(values + np.uint16(offset), k)
    np.testing.assert_allclose(one + offset, other, rtol=1e-12)


@pytest.mark.parametrize("chunks", [(3, 5), (40, 60)])
def test_blocks_do_not_matter(chunks: tuple[int, int]) -> None:
    da = pytest.importorskip("dask.array")
    rng = np.random.default_rng(5)
    image = rng.integers(0, 256, (40, 60, 3), dtype=np.uint8)
    lazy = da.from_array(image, chunks=(*chunks, 3))
    np.testing.assert_array_equal(learn_palette(lazy, 9).colors, learn_palette(image, 9).colors)
