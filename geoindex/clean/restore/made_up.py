"""Made-up maps of a palette's units, to learn from what dithering makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from geoindex.clean.restore.ditherers import shuffled

__all__ = ["PATCH", "MadeUp", "made_up_around", "made_up_map"]

Number = TypeVar("Number", bound=np.generic)

PATCH = 32
"""Side of an area."""

MOST_PATCHES = 1024
"""Most areas on a map."""

CENTERS, RADII = (8.0, 24.0), (6.0, 14.0)
"""Range of the rows and columns of a body's center in its area, and of its radius."""

HALF_WIDTHS = 0.4, 1.0
"""Range of half the width of a contact."""


@dataclass(frozen=True, kw_only=True, eq=False)
class MadeUp:
    """A map of areas in mixed order, some of which have a round body of another unit."""

    areas: NDArray[np.int32]
    """Palette row of each area, shape (rows / PATCH, cols / PATCH)."""

    plain: NDArray[np.bool_]
    """Whether an area has no body, same shape."""

    units: NDArray[np.int32]
    """Palette row of each pixel, also under contacts; shape (rows, cols)."""

    image: NDArray[np.float64]
    """Colors before dithering, shape (rows, cols, 3)."""

    @property
    def within_areas(self) -> NDArray[np.int32]:
        """Units, -1 at the border of areas, where there are no contacts drawn."""
        inner = np.zeros((PATCH, PATCH), bool)
        inner[1:-1, 1:-1] = True
        return np.where(np.tile(inner, self.areas.shape), self.units, np.int32(-1))


def made_up_map(
    n_areas: int, palette: NDArray[np.uint8], inks: Sequence[int], *, seed: int
) -> MadeUp:
    """Draw a map with areas of every unit; half of them have a body.

    Units that have the same dots inside may have others where contacts cover them in part, so
    bodies have contacts of each ink in turn, in every direction and of different widths.

    Parameters
    ----------
    n_areas : int
        Areas of each unit.
    palette : ndarray of uint8, shape (n_units, 3)
    inks : sequence of int
        Rows of `palette`; without any, bodies have no contacts.
    seed : int

    Returns
    -------
    MadeUp
    """
    n_units = len(palette)
    n_areas = max(2, min(n_areas, MOST_PATCHES // n_units))
    n_cols = int(np.ceil(np.sqrt(n_units * n_areas)))
    n_rows = -(-n_units * n_areas // n_cols)
    order = shuffled(n_cols * n_rows, seed).reshape(n_rows, n_cols)
    # Every unit has the same bodies, and is a body in the same places: only its dots differ.
    number, areas = np.divmod(order.astype(np.int32), np.int32(n_units))
    *body, other = _bodies(number, n_areas + 1, seed)
    within = (areas + 1 + (other * (n_units - 1)).astype(np.int32)) % n_units
    return _drawn(areas, within, number % 2 == 1, number // 2, body, palette, inks)


def made_up_around(
    unit: int, n_areas: int, palette: NDArray[np.uint8], inks: Sequence[int], *, seed: int
) -> MadeUp:
    """Draw a map with a unit in every area, around the body or in it, as :func:`made_up_map`.

    Maps around different units are the same otherwise.
    """
    side = int(np.ceil(np.sqrt(n_areas)))
    number = np.arange(side * side, dtype=np.int32).reshape(side, side)
    *body, other = _bodies(number, side * side, seed)
    others, is_body = (other * len(palette)).astype(np.int32), number % 2 == 1
    areas, within = np.where(is_body, others, unit), np.where(is_body, unit, others)
    plain = np.zeros(number.shape, bool)
    return _drawn(areas, within, plain, number // 2, body, palette, inks)


def _bodies(number: NDArray[np.int32], n: int, seed: int) -> NDArray[np.float64]:
    """Row, column, radius, half the contact's width and unit of bodies, all from 0 to 1."""
    return np.asarray(shuffled(5 * n, seed + 1).reshape(5, -1)[:, number] / (5 * n))


def _drawn(
    areas: NDArray[np.int32],
    within: NDArray[np.int32],
    plain: NDArray[np.bool_],
    ink_number: NDArray[np.int32],
    body: Sequence[NDArray[np.float64]],
    palette: NDArray[np.uint8],
    inks: Sequence[int],
) -> MadeUp:
    """Draw areas, bodies and contacts."""
    row, col, radius, half_width = body
    inside = _depths(row, col, np.where(plain, -np.inf, radius))
    units = np.where(inside > 0, _enlarged(within), _enlarged(areas)).astype(np.int32)
    image = palette[units].astype(np.float64)
    if inks:
        cover = _enlarged(HALF_WIDTHS[0] + half_width * np.ptp(HALF_WIDTHS)) - np.abs(inside)
        ink = palette[_enlarged(np.array(inks)[ink_number % len(inks)])]
        image += np.clip(cover + 0.5, 0, 1)[..., np.newaxis] * (ink - image)
    return MadeUp(areas=areas.astype(np.int32), plain=plain, units=units, image=image)


def _depths(
    row: NDArray[np.float64], col: NDArray[np.float64], radius: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Depth of each pixel in the body of its area, less than 0 outside; all from 0 to 1."""
    place = np.arange(PATCH) + 0.5
    down = np.tile(place, len(row))[:, np.newaxis] - _enlarged(CENTERS[0] + row * np.ptp(CENTERS))
    across = np.tile(place, row.shape[1]) - _enlarged(CENTERS[0] + col * np.ptp(CENTERS))
    radii = _enlarged(RADII[0] + radius * np.ptp(RADII))
    return np.asarray(radii - np.sqrt(down**2 + across**2))


def _enlarged(values: NDArray[Number]) -> NDArray[Number]:
    """Repeat the value of each area for its pixels."""
    return values.repeat(PATCH, axis=0).repeat(PATCH, axis=1)
