"""Colors in the spaces of metrics, and back, against scikit-image."""

from __future__ import annotations

import numpy as np
import pytest
from skimage.color import lab2rgb, rgb2lab

from geoindex.color.spaces import STEPS, colors_of, space_coordinates


@pytest.mark.parametrize("space", STEPS)
def test_spaces_lead_back(space: str) -> None:
    every = np.arange(0, 256, 15, dtype=np.uint8)
    colors = np.stack(np.meshgrid(every, every, every), axis=-1).reshape(-1, 3)
    np.testing.assert_array_equal(colors_of(space_coordinates(colors, space), space), colors)


def test_lab_between_colors_equals_scikit_image() -> None:
    rng = np.random.default_rng(8)
    lab = rgb2lab(rng.uniform(0, 1, (500, 1, 3)))
    found = colors_of(lab[:, 0] * STEPS["lab"], "lab")
    # scikit-image takes the white point and the matrix in fewer digits.
    assert np.abs(found - lab2rgb(lab)[:, 0] * 255).max() < 0.6


def test_what_srgb_does_not_hold_is_clipped() -> None:
    lab = np.array([[100, 0, 60], [50, 120, 0], [-5, 0, 0]]) * STEPS["lab"]
    assert colors_of(lab, "lab").tolist()[2] == [0, 0, 0]
    assert colors_of(lab, "lab")[0, 0] == 255
    assert colors_of(lab, "lab")[1, 1] == 0
