"""Lines in colors of the ramp: beside SciPy's closing and opening, and on known maps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from geoindex import image_values
from geoindex.values import spikes
from geoindex.values.spikes import mark_spikes
from tests.support.fields import drawn, smooth_field


def marked(shares: Any, black: float | None) -> Any:
    off = np.zeros(shares.shape, np.uint8)
    mark_spikes(lambda rows: np.ascontiguousarray(shares[rows]), off, black)
    return off != 0


def expected(shares: Any, black: float | None) -> Any:
    """Closing and opening of what is known, by SciPy."""
    gone = ~np.isfinite(shares)
    outside = {"size": 5, "mode": "constant"}
    above = ndimage.maximum_filter(np.where(gone, -np.inf, shares), cval=-np.inf, **outside)
    below = ndimage.minimum_filter(np.where(gone, np.inf, shares), cval=np.inf, **outside)
    above, below = (
        np.where(above == -np.inf, np.inf, above),
        np.where(below == np.inf, -np.inf, below),
    )
    rise = ndimage.minimum_filter(above, cval=np.inf, **outside) - shares
    fall = shares - ndimage.maximum_filter(below, cval=-np.inf, **outside)
    up = down = np.full(shares.shape, 0.03, np.float32)
    if black is not None:
        away = shares - np.float32(black)
        near = np.clip(np.float32(0.3) * np.abs(away), np.float32(0.01), np.float32(0.03))
        up, down = np.where(away >= 0, near, up), np.where(away <= 0, near, down)
    return ((rise > up) | (fall > down)) & ~gone


@pytest.mark.parametrize("black", [None, 0.0, 1.0, 0.4])
@pytest.mark.parametrize("shape", [(60, 70), (1, 90), (4, 3), (90, 1)])
def test_jumps_are_those_of_closing_and_opening(
    shape: tuple[int, int], black: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spikes, "STRIP_PIXELS", 1000)
    rng = np.random.default_rng(7)
    shares = np.float32(np.cumsum(rng.normal(0, 0.012, shape), axis=1) + 0.5)
    shares[rng.random(shape) < 0.1] = np.nan
    shares[rng.random(shape) < 0.02] = np.inf
    shares[20:40, 20:40] = np.nan
    found = marked(shares, black)
    np.testing.assert_array_equal(found, expected(shares, black))
    assert found.any() or min(shape) < 5


@pytest.mark.parametrize("name", ["gray", "binary", "bone", "copper"])
@pytest.mark.parametrize("rounds", [False, True])
def test_black_lines_on_ramps_that_hold_black(name: str, rounds: bool) -> None:
    """The way of rounding is found beside ink, whose soft edges have all grays."""
    field = smooth_field((260, 360), seed=2)
    picture, clean = (drawn(field, name, rounds=rounds, ink=ink) for ink in (True, False))
    grid = image_values(picture, name, (0, 1), band=True)
    covered = (picture != clean).any(axis=2)
    error = np.abs(grid.values - field)
    bare = grid.valid & ~covered
    assert grid.provenance["reading"]["rounding"] == ("round" if rounds else "truncate")
    assert (error[bare] <= grid.band[bare] + 1e-6).all()
    # Older versions of matplotlib draw soft edges of two pixels, and ink has a halo of one.
    assert error[grid.valid].max() < spikes.LEAST_JUMP
    assert (error[grid.valid] > 0.01).sum() < 0.001 * covered.sum()
    assert bare.sum() > 0.75 * (~covered).sum()
