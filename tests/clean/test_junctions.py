"""Junctions of three contacts, on drawings whose point of meeting is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from geoindex.clean.scan.junctions import fit_junctions
from geoindex.clean.scan.lines import TO_LUMA

SIDE, FINE, INK_WIDTH, BLUR, NOISE = 31, 8, 1.2, 0.8, 4.0
EVERYWHERE = np.array([0, SIDE, 0, SIDE])
COLORS = np.array([[230, 200, 120], [150, 190, 160], [200, 150, 190], [30, 30, 30]], float)


def sectors(point: np.ndarray, angles: np.ndarray, fine: int) -> tuple[np.ndarray, np.ndarray]:
    """Unit at each of the fine pixels, and their distance from the nearest contact.

    Contacts run straight from the point to places on a circle about the middle, and on outward.
    """
    y, x = (np.indices((SIDE * fine, SIDE * fine)) + 0.5) / fine
    places = SIDE // 2 + 40 * np.stack([np.sin(angles), np.cos(angles)], axis=1)
    towards = places - point
    turns = np.sort(np.arctan2(towards[:, 0], towards[:, 1]) % (2 * np.pi))
    turn = np.arctan2(y - point[0], x - point[1]) % (2 * np.pi)
    apart = (turn[..., np.newaxis] - turns + np.pi) % (2 * np.pi) - np.pi
    distance = np.hypot(y - point[0], x - point[1])[..., np.newaxis]
    beside = np.where(abs(apart) < np.pi / 2, distance * abs(np.sin(apart)), distance)
    return np.searchsorted(turns, turn) % 3, beside.min(axis=-1)


def drawn(point: np.ndarray, angles: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Scan of three units and the lines between them."""
    unit, beside = sectors(point, angles, FINE)
    colors = np.where((beside < INK_WIDTH / 2)[..., np.newaxis], COLORS[3], COLORS[unit])
    soft = gaussian_filter(colors, (BLUR * FINE, BLUR * FINE, 0))
    means = soft.reshape(SIDE, FINE, SIDE, FINE, 3).mean(axis=(1, 3))
    return (means + rng.normal(0, NOISE, means.shape)).astype(np.float32)


def wrong(classes: np.ndarray, truth: np.ndarray) -> int:
    return int((classes != truth).sum())


@pytest.mark.parametrize("free", [False, True])
def test_three_contacts_meet_where_they_were_drawn(free: bool) -> None:
    rng = np.random.default_rng(8)
    before = after = 0
    for _ in range(40):
        angles = rng.uniform(0, 2 * np.pi) + np.array([0, 1.4, 3.6]) + rng.uniform(0, 0.6, 3)
        middle = np.array([SIDE // 2, SIDE // 2], float)
        point = middle + rng.uniform(-2, 2, 2)
        even = drawn(point, angles, rng)
        truth = sectors(point, angles, 1)[0]
        found = sectors(middle, angles, 1)[0].astype(np.int32)
        settled = found.copy()
        fit_junctions(
            even, found, COLORS @ TO_LUMA.T, TO_LUMA, INK_WIDTH / 2, BLUR, BLUR, NOISE, free,
            EVERYWHERE, settled,
        )  # fmt: skip
        near = slice(SIDE // 2 - 3, SIDE // 2 + 3)
        before += wrong(found[near, near], truth[near, near])
        after += wrong(settled[near, near], truth[near, near])
    assert before > 150
    assert after < before / 5


def test_four_units_and_pixels_without_one_stay() -> None:
    classes = np.zeros((SIDE, SIDE), np.int32)
    classes[:15, 15:], classes[15:, :15], classes[15:, 15:] = 1, 2, 3
    hidden = np.minimum(classes, 2)
    hidden[12, 20] = -1
    even = np.full((SIDE, SIDE, 3), 128, np.float32)
    for found in (classes, hidden):
        units = np.vstack([COLORS, COLORS[3:]]) @ TO_LUMA.T
        settled = found.copy()
        fit_junctions(
            even, found, units, TO_LUMA, 0.6, BLUR, BLUR, NOISE, False, EVERYWHERE,
            settled,
        )  # fmt: skip
        np.testing.assert_array_equal(settled, found)
