"""Units whose dots are nearly the same, told apart by all the dots of an area and its contacts.

Where a contact covers a unit in part, its darkened color may have other dots than that of another
unit. One such dot tells little, so many maps are made up around each unit, the same for all of
them, and what the dots of an area say is summed up to its contacts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoindex.clean.restore.ditherers import Ditherer
from geoindex.clean.restore.made_up import made_up_around
from geoindex.clean.restore.texture_kernels import (
    N_CONTEXTS,
    N_OWN,
    find_hosts,
    run_sums,
    texture_places,
)

__all__ = ["LOOK_ALIKE_HALO", "LookAlikes", "learn_look_alikes"]

REACH = 80
"""Pixels along rows and columns up to which an area is looked at."""

LOOK_ALIKE_HALO = REACH + 2

AREAS = 400
"""Areas made up around each unit."""

PARTS = 256
"""Gains are counted in parts of a natural logarithm."""

PRIOR = 20.0
"""Counts by which a context is mixed with that of all units together."""

RARE = 0.005
"""Largest share of an ink in the dots of units to which it is a border."""

FLAT = 64
"""Side of an area dithered to see its dots."""

HALF_SURE = 20 * PARTS
"""Lead of a unit over an area that gives a margin of 50 percent."""


ENOUGH = 1 << 20
"""More than any lead that makes a difference."""


@dataclass(frozen=True, kw_only=True, eq=False)
class LookAlikes:
    """Some units whose dots are nearly the same."""

    units: NDArray[np.int32]
    """Palette rows, ascending."""

    own: NDArray[np.uint8]
    """Number of each color among those of the units, shape (1, n_colors)."""

    gains: NDArray[np.int32]
    """What a color in its context speaks for a unit, shape (n_units, N_CONTEXTS * N_OWN)."""

    is_border: NDArray[np.bool_]
    """Whether a color bounds areas, shape (n_colors,)."""

    def settle(
        self, numbers: NDArray[np.uint8], units: NDArray[np.int32], margins: NDArray[np.uint8]
    ) -> None:
        """Decide between the units where one of them was found.

        Parameters
        ----------
        numbers : ndarray of uint8, shape (rows, cols)
            Color of each pixel.
        units : ndarray of int32, shape (rows, cols)
            Changed.
        margins : ndarray of uint8, shape (rows, cols)
            Largest margin of each pixel in percent; changed.
        """
        is_member = np.isin(units, self.units)
        if not is_member.any():
            return
        inside, hosts = _hosts(is_member, self.is_border[numbers])
        counts = hosts >= 0
        places = np.zeros(units.shape, np.int32)
        texture_places(numbers, counts.astype(np.uint8), self.own, places)
        is_guest = counts & ~inside
        best, lead = np.zeros(units.shape, np.int32), np.full(units.shape, ENOUGH, np.int32)
        most = np.zeros(units.shape, np.int32)
        for number, gains in enumerate(self.gains[1:] - self.gains[0], start=1):
            values = np.where(inside, gains[places], np.int32(0))
            np.add.at(values.ravel(), hosts[is_guest], gains[places[is_guest]])
            total = _area_sums(values, inside) - most
            lead = np.where(total > 0, total, np.minimum(lead, -total))
            best[total > 0] = number
            np.maximum(total, 0, out=total)
            most += total
        decided = counts & is_member
        units[decided] = self.units[best.ravel()[hosts[decided]]]
        np.minimum(lead, ENOUGH, out=lead)
        sure = (100 * lead // (lead + HALF_SURE)).astype(np.uint8)
        margins[decided] = np.minimum(margins[decided], sure.ravel()[hosts[decided]])


def _hosts(
    is_member: NDArray[np.bool_], is_border: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], NDArray[np.int32]]:
    """Find the pixels inside of areas, and the one that each pixel counts for, -1 if for none.

    A dot of ink counts for an area beside it, whatever unit it was taken for.
    """
    inside, hosts = is_member & ~is_border, np.empty(is_member.shape, np.int32)
    find_hosts(inside + 2 * is_border.astype(np.uint8), hosts)
    return inside, hosts


def _area_sums(values: NDArray[np.int32], inside: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Sum over an area as seen from each pixel: along the rows of its column, and the reverse."""
    across, down = values.copy(), np.ascontiguousarray(values.T)
    beside, below = inside, np.ascontiguousarray(inside.T)
    for _ in range(2):
        run_sums(across, beside, REACH)
        run_sums(down, below, REACH)
        across, down = np.ascontiguousarray(down.T), np.ascontiguousarray(across.T)
    return across + down.T


def learn_look_alikes(
    units: Sequence[int],
    ditherer: Ditherer,
    colors: NDArray[np.float64],
    palette: NDArray[np.uint8],
    inks: Sequence[int],
) -> LookAlikes:
    """Learn how the dots of some units differ from maps that are the same but for the unit.

    Parameters
    ----------
    units : sequence of int
        Palette rows.
    ditherer : Ditherer
    colors : ndarray of float64, shape (n_colors, 3)
        The picture's colors.
    palette : ndarray of uint8, shape (n_units, 3)
    inks : sequence of int
        Rows of `palette`.
    """
    is_border = _borders(units, ditherer, colors, palette, inks)
    maps = []
    for unit in units:
        made_up = made_up_around(unit, AREAS, palette, inks, seed=4)
        numbers = ditherer.dither(made_up.image, colors)
        _, hosts = _hosts(made_up.within_areas == unit, is_border[numbers])
        maps.append((numbers, hosts >= 0))
    seen = sum(np.bincount(numbers[counts], minlength=len(colors)) for numbers, counts in maps)
    own = np.full((1, len(colors)), N_OWN - 1, np.uint8)
    frequent = np.argsort(-seen, kind="stable")[: N_OWN - 1]
    own[0, frequent] = np.arange(len(frequent))
    by_unit = np.empty((len(units), N_CONTEXTS, N_OWN))
    for (numbers, counts), of_unit in zip(maps, by_unit, strict=True):
        places = np.zeros(numbers.shape, np.int32)
        texture_places(numbers, counts.astype(np.uint8), own, places)
        of_unit[...] = np.bincount(places[counts], minlength=of_unit.size).reshape(of_unit.shape)
    return LookAlikes(
        units=np.array(units, np.int32), own=own, gains=_gains(by_unit), is_border=is_border
    )


def _gains(counts: NDArray[np.float64]) -> NDArray[np.int32]:
    """Logarithms of how much more likely a color in its context is in a unit than in all."""
    together = counts.sum(axis=0) + 0.02
    together /= together.sum(axis=1, keepdims=True)
    likely = counts + PRIOR * together
    likely /= counts.sum(axis=2, keepdims=True) + PRIOR
    # Rounded first, because the last bits of a logarithm differ between processors.
    logarithms = np.floor(np.log(likely / together) * 2.0**40 + 0.5) / 2.0**40
    gains: NDArray[np.int32] = np.floor(logarithms * PARTS + 0.5).astype(np.int32)
    return gains.reshape(len(counts), -1)


def _borders(
    units: Sequence[int],
    ditherer: Ditherer,
    colors: NDArray[np.float64],
    palette: NDArray[np.uint8],
    inks: Sequence[int],
) -> NDArray[np.bool_]:
    """Find the colors that ink becomes, and units do not."""
    n = len(colors)
    shares = [
        np.bincount(
            ditherer.dither(np.full((FLAT, FLAT, 3), palette[row], np.float64), colors).ravel(),
            minlength=n,
        )
        / FLAT**2
        for row in (*units, *inks)
    ]
    of_units = np.max(shares[: len(units)], axis=0)
    of_inks = np.max([np.zeros(n), *shares[len(units) :]], axis=0)
    return np.asarray((of_units <= RARE) & (of_inks >= 0.5))
