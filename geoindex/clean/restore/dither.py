"""Units that were reduced to dots of a few colors: the texture of the dots tells them.

Local means fail, because the mean of a few dots is far from the unit's color, and units outside of
what the colors can mix are not even right on average. So made-up maps of the same units are
dithered with the picture's own colors, in the ways that programs do. What color follows which
neighbors is counted for each unit, and the way that explains the picture best is chosen. Units
may become one color inside, several of them the same: only what contacts cover in part differs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter, minimum_filter
from scipy.sparse.csgraph import connected_components

from geoindex.clean.pooling import least_cost
from geoindex.clean.restore.ditherers import DITHERERS, Ditherer
from geoindex.clean.restore.look_alikes import LOOK_ALIKE_HALO, LookAlikes, learn_look_alikes
from geoindex.clean.restore.made_up import PATCH, MadeUp, made_up_map
from geoindex.clean.restore.restoration import Restoration
from geoindex.clean.restore.texture_kernels import (
    N_CONTEXTS,
    N_OWN,
    color_numbers,
    count_textures,
    smooth,
    texture_costs,
)
from geoindex.rules.box import Region

if TYPE_CHECKING:
    from geoindex.clean.confidence import Calibration
    from geoindex.clean.options import Plan
    from geoindex.clean.sample import Window

__all__ = ["MOST_COLORS", "Dither", "codes_of", "find_dither"]

MOST_COLORS = 256
"""Most colors of a dithered picture."""

POOL = 3
"""Radius over which costs are summed at first."""

NEAR, WIDE, ROUNDS = 1, 3, 4
"""Then radii over which costs are summed and units are counted, and how often."""

SCALE, CAP = 32, 192
"""Costs are counted in parts of a natural logarithm, up to six: ink is no unit's texture."""

WEIGHT = SCALE
"""What each pixel around that has another unit counts."""

BESIDE_MARGIN = 50
"""Largest margin in percent beside another unit: textures tell contacts within a pixel or so."""

HALO = 1 + POOL + ROUNDS * WIDE + LOOK_ALIKE_HALO + 1

TRIED, LEARNED = 6, 24
"""Areas of each unit on a made-up map to choose a ditherer by, and to learn from."""

PRIOR = 2.0
"""Counts by which a rarely seen context is mixed with a simpler one."""

MIXED_SQUARED = 12
"""Squared distance from all colors of the picture from which a unit's color is mixed of them."""

CLOSE, ALIKE = 0.05, 0.2
"""Share of a unit's pixels mistaken for another one on a made-up map that makes them close, and of
its areas without contacts that makes them alike."""

SPILL = 8
"""Pixels along the border of an area into which errors from beside it spill."""

FEW_WINDOWS = 8
"""Windows by which a ditherer is chosen."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Dither(Restoration):
    """Textures of units in a dithered picture."""

    margin: ClassVar[int] = HALO
    tile: ClassVar[int] = 512
    calibration: ClassVar[Calibration] = "dither"

    ditherer: str
    """The way of dithering that explains the picture best."""

    codes: NDArray[np.int64]
    """Colors of the picture, ``red << 16 | green << 8 | blue``, ascending."""

    own: NDArray[np.uint8]
    """Number of each color among a unit's own; shape (n_units, n_colors)."""

    table: NDArray[np.uint8]
    """Cost of each color in its context, shape (n_units, N_CONTEXTS * N_OWN)."""

    cost: float
    """Mean cost of a pixel looked at in its unit, in natural logarithms."""

    share: float
    """Share of the pixels looked at that belong to units of mixed colors."""

    look_alikes: tuple[LookAlikes, ...] = ()
    """Units whose dots are close."""

    alike: tuple[tuple[int, int], ...] = ()
    """Pairs of palette rows that have the same dots."""

    def restore(
        self,
        pixels: NDArray[np.uint8],
        nearest: NDArray[np.int32],
        plan: Plan,
        inside: Region,
    ) -> tuple[NDArray[np.uint8], NDArray[np.int32], NDArray[np.uint8]]:
        """Find the palette rows that a tile was dithered from, and their colors."""
        numbers = self._numbers_of(pixels)
        costs, units = self._pooled(numbers, nearest >= 0)
        for _ in range(ROUNDS):
            before, units = units, np.empty_like(units)
            smooth(costs, before, NEAR, WIDE, WEIGHT, units)
        margins = np.full(units.shape, 100, np.uint8)
        for some in self.look_alikes:
            some.settle(numbers, units, margins)
        rows = np.where(nearest[inside] < 0, np.int32(-1), units[inside])
        beside = minimum_filter(units, 3) != maximum_filter(units, 3)
        margins[beside] = np.minimum(margins[beside], BESIDE_MARGIN)
        return plan.palette.colors[np.maximum(rows, 0)], rows, margins[inside]

    def _numbers_of(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Find the number of each pixel's color."""
        numbers = np.empty(pixels.shape[:2], np.uint8)
        color_numbers(pixels, self.codes, numbers)
        return numbers

    def _pooled(
        self, numbers: NDArray[np.uint8], valid: NDArray[np.bool_]
    ) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
        """Costs of each pixel, and the unit that costs least over its surroundings."""
        units = np.empty(valid.shape, np.int32)
        costs = self._costs_of(numbers, valid)
        least_cost(costs, POOL, units)
        return costs, units

    def _costs_of(self, numbers: NDArray[np.uint8], valid: NDArray[np.bool_]) -> NDArray[np.uint8]:
        """Costs of each pixel in each unit."""
        costs = np.empty((*valid.shape, len(self.own)), np.uint8)
        texture_costs(numbers, valid.astype(np.uint8), self.own, self.table, costs)
        return costs

    def to_dict(self) -> dict[str, Any]:
        """JSON values for reports and the provenance of a grid."""
        return {
            "by": "dither",
            "ditherer": self.ditherer,
            "colors": len(self.codes),
            "cost": round(self.cost, 3),
            "share": round(self.share, 3),
            "alike": [list(pair) for pair in self.alike],
        }


def codes_of(windows: Sequence[Window]) -> NDArray[np.int64]:
    """List the colors of the valid pixels of windows, ascending."""
    factors = np.array([1 << 16, 1 << 8, 1], np.int64)
    listed = [np.unique(w.colors[w.valid].astype(np.int64) @ factors) for w in windows]
    return np.unique(np.concatenate(listed)) if listed else np.empty(0, np.int64)


def are_mixed(palette: NDArray[np.uint8], codes: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which colors a picture can only mix of its own, or does not show."""
    gaps = (palette[:, np.newaxis].astype(np.float64) - _colors_of(codes)[np.newaxis]) ** 2
    return np.asarray(gaps.sum(axis=-1).min(axis=1, initial=np.inf) > MIXED_SQUARED)


def find_dither(
    windows: Sequence[Window],
    codes: NDArray[np.int64],
    palette: NDArray[np.uint8],
    inks: Sequence[int],
) -> Dither:
    """Learn the textures of units by the ditherer that explains a picture best.

    Parameters
    ----------
    windows : sequence of Window
    codes : ndarray of int64
        Colors of the picture, from :func:`codes_of`; at most `MOST_COLORS`.
    palette : ndarray of uint8, shape (n_units, 3)
    inks : sequence of int
        Rows of the palette that are ink.
    """
    looked_at = [w for w in windows if w.valid.any()]
    few = looked_at[:: max(1, -(-len(looked_at) // FEW_WINDOWS))]
    made_up = made_up_map(TRIED, palette, inks, seed=2)
    tried = [_judged(_learned(one, made_up, codes), few, palette) for one in DITHERERS]
    best = min(range(len(tried)), key=lambda number: (tried[number].cost, number))
    made_up = made_up_map(LEARNED, palette, inks, seed=2)
    chosen = _judged(_learned(DITHERERS[best], made_up, codes), few, palette)
    return _compared(chosen, DITHERERS[best], palette, inks)


def _learned(ditherer: Ditherer, made_up: MadeUp, codes: NDArray[np.int64]) -> Dither:
    """Learn textures from a made-up map."""
    colors, units = _colors_of(codes), made_up.units
    numbers = ditherer.dither(made_up.image, colors)
    seen = np.zeros((units.max() + 1, len(colors)), np.int64)
    np.add.at(seen, (units.ravel(), numbers.ravel()), 1)
    own = np.full(seen.shape, N_OWN - 1, np.uint8)
    frequent = np.argsort(-seen, axis=1, kind="stable")[:, : N_OWN - 1]
    np.put_along_axis(own, frequent, np.arange(frequent.shape[1], dtype=np.uint8)[None], axis=1)
    counts = np.zeros((len(seen), N_CONTEXTS * N_OWN), np.int64)
    count_textures(numbers, made_up.within_areas, own, counts)
    table = _costs(counts, len(colors))
    return Dither(ditherer=ditherer.name, codes=codes, own=own, table=table, cost=0.0, share=0.0)


def _compared(
    learned: Dither, ditherer: Ditherer, palette: NDArray[np.uint8], inks: Sequence[int]
) -> Dither:
    """Note which units are hard to tell apart on a made-up map that was not learned from."""
    n, colors = len(palette), _colors_of(learned.codes)
    made_up = made_up_map(LEARNED, palette, inks, seed=3)
    areas, units = made_up.areas, made_up.units
    costs, found = learned._pooled(
        ditherer.dither(made_up.image, colors), np.ones(units.shape, bool)
    )
    inner = np.zeros((PATCH, PATCH), bool)
    inner[SPILL:-SPILL, SPILL:-SPILL] = True
    inside = np.kron(made_up.plain, inner)
    mistaken = np.bincount((units * n + found)[inside], minlength=n * n).reshape(n, n)
    share = mistaken / mistaken.sum(axis=1, keepdims=True)
    is_close = np.maximum(share, share.T) >= CLOSE
    is_close[list(inks)] = is_close[:, list(inks)] = False
    n_groups, group = connected_components(is_close)
    groups = [np.flatnonzero(group == number).tolist() for number in range(n_groups)]
    by_area = costs.reshape(areas.shape[0], PATCH, areas.shape[1], PATCH, n)
    of_inner = by_area[:, SPILL:-SPILL, :, SPILL:-SPILL].sum(axis=(1, 3), dtype=np.int64)
    of_plain, plain = of_inner[made_up.plain], areas[made_up.plain]
    return replace(
        learned,
        look_alikes=tuple(
            learn_look_alikes(units, ditherer, colors, palette, inks)
            for units in groups
            if len(units) > 1
        ),
        alike=tuple(
            (int(one), int(other))
            for one, other in np.argwhere(np.triu(is_close, 1))
            if _mistaken(of_plain, plain, one, other) >= ALIKE
        ),
    )


def _mistaken(totals: NDArray[np.int64], areas: NDArray[np.int32], one: int, other: int) -> float:
    """Larger share of the areas of one of two units that cost no more in the other one."""
    of_one, of_other = totals[areas == one], totals[areas == other]
    return max(
        float((of_one[:, one] >= of_one[:, other]).mean()),
        float((of_other[:, other] >= of_other[:, one]).mean()),
    )


def _colors_of(codes: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.stack([codes >> 16, codes >> 8 & 255, codes & 255], axis=1).astype(np.float64)


def _judged(learned: Dither, windows: Sequence[Window], palette: NDArray[np.uint8]) -> Dither:
    """Note what textures cost in windows, and how much of them shows units of mixed colors."""
    is_mixed = are_mixed(palette, learned.codes)
    total = mixed = n_pixels = 0
    for window in windows:
        costs, units = learned._pooled(learned._numbers_of(window.colors), window.valid)
        of_units = np.take_along_axis(costs, units[..., np.newaxis], axis=2)[..., 0]
        total += int(of_units[window.valid].sum(dtype=np.int64))
        mixed += int(is_mixed[units[window.valid]].sum())
        n_pixels += int(window.valid.sum())
    n_pixels = max(n_pixels, 1)
    return replace(learned, cost=total / (SCALE * n_pixels), share=mixed / n_pixels)


def _costs(counts: NDArray[np.int64], n_colors: int) -> NDArray[np.uint8]:
    """Costs of colors in their contexts, the contexts mixed with those of fewer neighbors."""
    n = len(counts)
    of_two = N_OWN**2
    by_four = counts.reshape(n, of_two, of_two, N_OWN).astype(np.float64)
    by_two = by_four.sum(axis=2)
    alone = by_two.sum(axis=1) + 0.5
    alone /= alone.sum(axis=1, keepdims=True)
    two = (by_two + PRIOR * alone[:, np.newaxis]) / (by_two.sum(axis=2, keepdims=True) + PRIOR)
    four = by_four + PRIOR * two[:, :, np.newaxis]
    four /= by_four.sum(axis=3, keepdims=True) + PRIOR
    # The last of a unit's own colors stands for all others.
    four[..., N_OWN - 1] /= max(n_colors - N_OWN + 1, 1)
    # Rounded first, because the last bits of a logarithm differ between processors.
    logarithms = np.floor(-np.log(four) * 2.0**40 + 0.5) / 2.0**40
    costs = np.minimum(np.floor(logarithms * SCALE + 0.5), CAP)
    return np.ascontiguousarray(costs.reshape(n, -1).astype(np.uint8))
