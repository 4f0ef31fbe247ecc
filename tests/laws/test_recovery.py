"""What may be done to a map before or after class recovery alike."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from geoindex import Clean, Palette, index_image

MOVES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "flipped left to right": lambda image: image[:, ::-1],
    "flipped upside down": lambda image: image[::-1],
    "turned twice": lambda image: np.rot90(image, 2),
    "transposed": lambda image: image.swapaxes(0, 1),
}


def drawn(seed: int) -> tuple[np.ndarray, Palette]:
    """A map of four units with soft edges, contacts and thin lines, and its palette."""
    rng = np.random.default_rng(seed)
    palette = Palette(
        [[0, 0, 0], [200, 60, 40], [60, 160, 70], [70, 90, 200], [230, 210, 120]],
        roles=["ink", "", "", "", ""],
    )
    rows, cols = np.mgrid[:240, :300] / 3
    places = rng.random((9, 2)) * (80, 100)
    distance = np.stack([(rows - y) ** 2 + (cols - x) ** 2 for y, x in places])
    order = np.sort(distance, axis=0)
    units = 1 + distance.argmin(axis=0) % 4
    units[np.sqrt(order[1]) - np.sqrt(order[0]) < 0.8] = 0
    fine = palette.colors[units].astype(float)
    return fine.reshape(80, 3, 100, 3, 3).mean(axis=(1, 3)).round().astype(np.uint8), palette


@pytest.mark.parametrize("move", MOVES.values(), ids=MOVES)
def test_a_moved_map_has_the_same_units(move: Callable[[np.ndarray], np.ndarray]) -> None:
    """But for pixels that two units cover alike: of those the first in reading order wins."""
    differ = n_pixels = 0
    for seed in range(4):
        image, palette = drawn(seed)
        found = index_image(image, palette, clean=True).indices
        moved = index_image(np.ascontiguousarray(move(image)), palette, clean=True).indices
        differ += int((moved != move(found)).sum())
        n_pixels += found.size
    assert differ <= 0.001 * n_pixels


def test_a_palette_in_another_order_has_the_same_units() -> None:
    image, palette = drawn(1)
    order = [3, 0, 4, 2, 1]
    other = Palette(palette.colors[order], roles=[palette.roles[row] for row in order])
    found = index_image(image, palette, clean=True).indices
    again = np.array(order)[index_image(image, other, clean=True).indices]
    assert (again != found).mean() <= 0.001


def test_a_map_recovered_again_is_unchanged() -> None:
    image, palette = drawn(2)
    once = index_image(image, palette, clean=True)
    clean = index_image(palette.colors[once.indices], palette, clean=Clean(ink="0,0,0"))
    np.testing.assert_array_equal(clean.indices, once.indices)
