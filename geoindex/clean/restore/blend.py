"""Units that lie half transparent over a gray hillshade: the gray is found and taken off.

A color is ``opacity * unit + gray``. The opacity is the same all over the map, and the gray
changes slowly. But for gray, units differ by chroma; those of the same chroma are told apart by
the gray around them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter, minimum_filter

from geoindex.clean.pooling import box_sums, least_cost
from geoindex.clean.restore.blend_kernels import (
    LEVELS,
    blend_costs,
    gray_left,
    gray_off,
    misfits,
)
from geoindex.clean.restore.restoration import Restoration
from geoindex.rules.box import Region

if TYPE_CHECKING:
    from geoindex.clean.confidence import Calibration
    from geoindex.clean.options import Plan
    from geoindex.clean.sample import Window

__all__ = ["Blend", "find_blend"]

POOL = 2
"""Radius over which costs are summed."""

FIELD = (12, 5, 3)
"""Radii over which gray is averaged, one a round."""

BESIDE = (12, 6, 3)
"""The same at the end, for pixels that are no unit's color: the smallest that has any."""

HALO = (len(FIELD) + 1) * POOL + sum(FIELD) + max(BESIDE) + 1

VARIANCE = 9.0
"""Least variance of a pixel's gray about that of its surroundings."""

LEAST_NOISE, MOST_NOISE = 0.9, 8.0
"""Limits of the noise that is reckoned with: any noise explains any picture."""

FIT_WINDOWS, EXPLAIN_WINDOWS = 16, 8
"""Windows by which opacity and gray are found, and by which they are judged."""

STRIDE = 3
"""Step between the pixels of a window by which the opacity is found."""

OPACITIES = np.arange(10, 51) / 50
FINE = np.arange(-10, 11) / 500
MOST_SQUARED = 36.0


@dataclass(frozen=True, kw_only=True)
class Blend(Restoration):
    """Units of one opacity over gray."""

    margin: ClassVar[int] = HALO
    tile: ClassVar[int] = 512
    calibration: ClassVar[Calibration] = "blend"

    opacity: float
    """Share of the units' colors, 0 to 1."""

    noise: float
    """Standard deviation of colors from their units but for the gray."""

    gray: float
    """Mean of the gray that lies on the units."""

    spread: float
    """Standard deviation of the gray."""

    explained: float = 1.0
    """Share of the pixels looked at that have a unit's color under the gray around them."""

    def restore(
        self,
        pixels: NDArray[np.uint8],
        nearest: NDArray[np.int32],
        plan: Plan,
        inside: Region,
    ) -> tuple[NDArray[np.uint8], NDArray[np.int32], NDArray[np.uint8]]:
        """Find the colors that a tile would have without the hillshade."""
        units = self._under_gray(plan.palette.colors[plan.is_unit])
        gray, _, _ = self._gray(pixels, nearest >= 0, units)
        gray = np.ascontiguousarray(gray[inside])
        colors, rows = np.empty((*gray.shape, 3), np.uint8), np.empty(gray.shape, np.int32)
        palette = plan.palette.colors.astype(np.int32)
        gray_off(pixels[inside], gray, self.opacity, palette, colors, rows)
        rows[nearest[inside] < 0] = -1
        return colors, rows, np.full(rows.shape, 100, np.uint8)

    def _under_gray(self, units: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Colors of units on black."""
        return (self.opacity * units.astype(np.float64)).astype(np.float32)

    def _gray(
        self, pixels: NDArray[np.uint8], valid: NDArray[np.bool_], units: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.int32], NDArray[np.bool_]]:
        """Find the gray on each pixel, its unit, and whether it shows that unit's color."""
        shape = valid.shape
        is_valid = valid.astype(np.uint8)
        costs = np.empty((*shape, len(units)), np.uint8)
        best, left, sure = (np.empty(shape, np.int32) for _ in range(3))
        field = np.full(shape, self.gray, np.float32)
        variance = np.full(shape, max(VARIANCE, self.spread**2), np.float32)
        for radius in (*FIELD, None):
            blend_costs(pixels, is_valid, units, field, variance, self.noise, costs)
            least_cost(costs, POOL, best)
            gray_left(pixels, is_valid, units, best, costs, left, sure)
            if radius is not None:
                field, variance = self._averages(left, sure, radius, field, variance)
        # Inside a unit, each pixel has its own gray; elsewhere the units around tell it.
        inside = (minimum_filter(best, 3) == maximum_filter(best, 3)) & (sure > 0)
        left *= inside
        for radius in BESIDE:
            field, variance = self._averages(
                left, inside.astype(np.int32), radius, field, variance
            )
        field[inside] = left[inside] / np.float32(LEVELS)
        return field, best, sure > 0

    @staticmethod
    def _averages(
        gray: NDArray[np.int32],
        sure: NDArray[np.int32],
        radius: int,
        field: NDArray[np.float32],
        variance: NDArray[np.float32],
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Mean and variance of gray over the surroundings, the old ones where nothing is sure."""
        number, total, squares = (np.empty(gray.shape, np.int64) for _ in range(3))
        box_sums(sure, radius, number)
        box_sums(gray, radius, total)
        box_sums(gray * gray, radius, squares)
        known, n = number > 0, np.maximum(number, 1)
        mean = total / (n * LEVELS)
        spread = squares / (n * LEVELS**2) - mean**2 + VARIANCE
        return (
            np.where(known, mean, field).astype(np.float32),
            np.where(known, spread, variance).astype(np.float32),
        )

    def share_explained(self, windows: Sequence[Window], units: NDArray[np.uint8]) -> float:
        """Share of the valid pixels that have a unit's color under the gray around them."""
        colors = self._under_gray(units)
        found = total = 0
        for window in windows:
            _, _, sure = self._gray(window.colors, window.valid, colors)
            found += int(sure.sum())
            total += int(window.valid.sum())
        return found / max(total, 1)

    def to_dict(self) -> dict[str, Any]:
        """JSON values for reports and the provenance of a grid."""
        return {
            "by": "blend",
            "opacity": round(self.opacity, 3),
            "gray": round(self.gray),
            "noise": round(self.noise, 2),
            "explained": round(self.explained, 3),
        }


def find_blend(windows: Sequence[Window], units: NDArray[np.uint8]) -> Blend:
    """Fit opacity, noise and gray to windows of a map.

    Parameters
    ----------
    windows : sequence of Window
    units : ndarray of uint8, shape (n, 3)
    """
    looked_at = [w for w in windows if w.valid.any()]
    parts = [
        w.colors[::STRIDE, ::STRIDE][w.valid[::STRIDE, ::STRIDE]]
        for w in _spread_out(looked_at, FIT_WINDOWS)
    ]
    colors = np.ascontiguousarray(np.concatenate(parts)) if parts else np.empty((0, 3), np.uint8)
    floats = units.astype(np.float64)
    opacity = 1.0
    for steps in (OPACITIES, FINE):
        tried = np.round(steps if steps is OPACITIES else opacity + steps, 3).clip(0, 1)
        found = np.empty(len(tried))
        misfits(colors, floats, tried, MOST_SQUARED, found)
        # The largest of those that are as good: a legend that is a tint itself has 1.
        opacity = float(tried[np.flatnonzero(np.round(found, 6) == np.round(found.min(), 6))[-1]])
    far, grays = _nearest_chroma(colors, opacity * floats)
    noise = float(np.sqrt(np.median(far) / (2 * np.log(2)))) if len(far) else 0.0
    noise = min(max(LEAST_NOISE, round(noise, 3)), MOST_NOISE)
    close = grays[far <= 9 * noise**2]
    gray = float(np.round(np.median(close), 1)) if len(close) else 0.0
    spread = float(np.round(1.4826 * np.median(np.abs(close - gray)), 1)) if len(close) else 0.0
    blend = Blend(opacity=opacity, noise=noise, gray=gray, spread=spread)
    few = _spread_out(looked_at, EXPLAIN_WINDOWS)
    return replace(blend, explained=round(blend.share_explained(few, units), 4))


def _spread_out(windows: Sequence[Window], most: int) -> Sequence[Window]:
    """At most a number of windows, spread over all."""
    return windows[:: max(1, -(-len(windows) // most))]


def _nearest_chroma(
    colors: NDArray[np.uint8], units: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Squared distance of each color from the nearest unit but for gray, and the gray left."""
    floats = colors.astype(np.float64)
    means, own = floats.mean(axis=1), units.mean(axis=1)
    chroma, of_units = floats - means[:, np.newaxis], units - own[:, np.newaxis]
    least, gray = np.full(len(colors), np.inf), np.zeros(len(colors))
    for k in range(len(units)):
        squared = ((chroma - of_units[k]) ** 2).sum(axis=1)
        closer = squared < least
        least[closer], gray[closer] = squared[closer], means[closer] - own[k]
    return least, gray
