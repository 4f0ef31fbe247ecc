"""Images of many colors, which are looked up in another way."""

from __future__ import annotations

import numpy as np
import pytest

from geoindex import Palette
from geoindex.color.mapper import ColorMapper


@pytest.mark.parametrize("n_colors", [3, 255, 256])
@pytest.mark.parametrize("max_distance", [None, 60])
@pytest.mark.parametrize("masked", [False, True])
def test_noise_is_looked_up_as_other_images_are(
    n_colors: int, max_distance: float | None, masked: bool
) -> None:
    """By a table of its own, which is used once all colors are known."""
    rng = np.random.default_rng(n_colors)
    palette = Palette(rng.integers(0, 256, (n_colors, 3)))
    noise = rng.integers(0, 256, (4, 130, 90), dtype=np.uint8).transpose(1, 2, 0)[..., :3]
    valid = rng.integers(0, 2, (130, 90), dtype=np.uint8) if masked else None
    expected = ColorMapper(palette, max_distance=max_distance).map(noise, valid)
    mapper = ColorMapper(palette, max_distance=max_distance)
    mapper.fill()
    found = mapper.map(noise, valid)
    assert (mapper._blocks is not None) == (mapper._table.dtype == np.uint8)
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)
    mapper.map(np.repeat(noise[:, :5], 40, axis=1))  # not noise
    np.testing.assert_array_equal(mapper.map(noise, valid), found)
