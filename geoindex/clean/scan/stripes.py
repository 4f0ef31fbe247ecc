"""Hatchings of a scan: areas that mixtures of two units explain better than any unit alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from geoindex.clean.hatching import closed, opened, shrunk
from geoindex.clean.pooling import LARGEST_COST, LEAST_SPREAD, box_sums, pool
from geoindex.clean.scan.costs import BITS, CAP
from geoindex.clean.scan.thin import THIN
from geoindex.clean.scan.units import Sheet, Units, in_percent

__all__ = ["STRIPES_HALO", "Pair", "draw_stripes", "find_pairs"]

Pair = tuple[int, int]
"""Rows of two units that alternate."""

PENALTY = 2.5
"""Cost, in nats, of every mixture: one of the units alone is likelier where it fits."""

LOOSE, SMEARED = 2.0, 0.04
"""Standard deviation of mixtures, in those of the noise, or in twice these parts of the difference
of both units if that is more: lossy compression smears hue more than brightness."""

HOLE, BAND = 7, 9
"""Sides of squares: of the middle of a stripe, which one unit explains, and of what is wider than
the soft edge between two areas."""

MEAN_RADIUS = 6
"""Radius of the box whose mean mixture tells the stripes of one unit from those of the other."""

RIM = 2
"""Pixels of a hatching along its border, where contacts are sought."""

STRIPES_HALO = HOLE - 1 + BAND - 1 + max(MEAN_RADIUS, RIM)
"""Pixels around a region that its stripes depend on, beside the neighborhoods of units."""

LEAST_COST = 3.0
"""Mean cost in nats from which on no unit explains an area."""

MOST_PART = 0.85
"""Most that a pair of units may cost in an area, as a part of what the best unit does."""

LEAST_PIXELS = 150
"""Pixels of an area whose pair of units is sought."""

MOST_ENDS = 16
"""Units of an area that may be one of a pair: those nearest to most of its pixels."""

MOST_PAIRS = 4
"""Pairs of a map that are looked at."""


def draw_stripes(seen: Units, sheet: Sheet, pairs: Sequence[Pair]) -> None:
    """Give pixels of hatchings to the unit of their stripe, which their neighborhood hides.

    Parameters
    ----------
    seen : Units
        Its classes are changed, and so are its thin pixels: those of stripes are `THIN`.
    sheet : Sheet
    pairs : sequence of Pair
    """
    if not pairs:
        return
    classes, n_units = seen.classes, len(sheet.units)
    costs = sheet.costs()
    colors = _colors_of(np.arange(len(costs)))
    costs = np.column_stack(
        [costs, *(_mixture_costs(colors, sheet, pair, LOOSE) for pair in pairs)]
    )
    pooled = np.empty(classes.shape, np.int32)
    margins = np.empty(classes.shape, np.uint8)
    pool(seen.codes, costs, sheet.radius, LEAST_SPREAD, pooled, margins)
    for number, (one, other) in enumerate(pairs):
        hatched = pooled == n_units + number
        if not hatched.any():
            continue
        hatched |= closed(hatched, HOLE) & ((pooled == one) | (pooled == other))
        hatched = opened(hatched, BAND)
        place = _mixtures(seen.even, sheet.units, (one, other))
        # Whole numbers, so that sums do not depend on where an image is cut.
        steps = np.where(hatched, np.floor(256 * place + 0.5), 0).astype(np.int32)
        sums, counts = np.empty(classes.shape, np.int64), np.empty(classes.shape, np.int64)
        box_sums(steps, MEAN_RADIUS, sums)
        box_sums(hatched.astype(np.int32), MEAN_RADIUS, counts)
        is_other = steps * counts > sums
        classes[hatched] = np.where(is_other, np.int32(other), np.int32(one))[hatched]
        seen.margins[hatched] = in_percent(margins[hatched])
        seen.thin[shrunk(hatched, 2 * RIM + 1, outside=True)] = THIN


def _colors_of(codes: NDArray[np.integer]) -> NDArray[np.float64]:
    """Middle of the colors of codes; shape (n, 3)."""
    mask, width = (1 << BITS) - 1, 256 >> BITS
    levels = np.stack([codes >> 2 * BITS, codes >> BITS & mask, codes & mask], axis=-1)
    return levels * width + (width - 1) / 2


def _mixtures(
    colors: NDArray[np.floating], units: NDArray[np.float64], pair: Pair
) -> NDArray[np.float64]:
    """Share of the second unit of a pair in the mixture nearest to each color."""
    start, step = units[pair[0]], units[pair[1]] - units[pair[0]]
    along = sum((colors[..., i].astype(np.float64) - start[i]) * step[i] for i in range(3))
    # Written out, because BLAS differs between machines in the last bits; two units may be alike.
    shares: NDArray[np.float64] = np.clip(along / max(float((step * step).sum()), 1.0), 0, 1)
    return shares


def _mixture_costs(
    colors: NDArray[np.float64], sheet: Sheet, pair: Pair, loose: float
) -> NDArray[np.uint8]:
    """Find what each color costs as a mixture of a pair; shape (n,)."""
    shares = _mixtures(colors, sheet.units, pair)
    start, end = sheet.units[list(pair)]
    squared = sum((colors[:, i] - start[i] - shares * (end[i] - start[i])) ** 2 for i in range(3))
    spread = loose * max(sheet.sigma, SMEARED * float(np.sqrt(((end - start) ** 2).sum())))
    nats = np.minimum(squared / (2 * spread**2) + PENALTY, CAP)
    costs: NDArray[np.uint8] = (nats * (LARGEST_COST / CAP) + 0.5).astype(np.uint8)
    return costs


def find_pairs(seen: Units, sheet: Sheet) -> Counter[Pair]:
    """Find the pairs of units that may alternate in a part of a scan.

    Returns
    -------
    Counter
        Pixels of areas that no unit explains, and that a pair explains best.
    """
    from scipy.ndimage import label

    found: Counter[Pair] = Counter()
    if len(sheet.units) == 1:
        return found
    codes, costs = seen.codes, sheet.costs()
    shape = codes.shape
    base = np.empty(shape, np.int32)
    pool(codes, costs, MEAN_RADIUS, LEAST_SPREAD, base, np.empty(shape, np.uint8))
    own = np.where(base >= 0, costs[codes, np.maximum(base, 0)], LARGEST_COST)
    own = np.where(codes >= 0, own, 0).astype(np.int32)
    sums, counts = np.empty(shape, np.int64), np.empty(shape, np.int64)
    box_sums(own, MEAN_RADIUS, sums)
    box_sums((codes >= 0).astype(np.int32), MEAN_RADIUS, counts)
    areas, _ = label(opened(sums > counts * (LEAST_COST * LARGEST_COST / CAP), BAND))
    for number, n_pixels in enumerate(np.bincount(areas.ravel()).tolist()):
        if number == 0 or n_pixels < LEAST_PIXELS:
            continue
        inside = areas == number
        pair, cost = _best_pair(codes[inside & (codes >= 0)], sheet)
        if cost < MOST_PART * own[inside].sum():
            found[pair] += n_pixels
    return found


def _best_pair(codes: NDArray[np.int32], sheet: Sheet) -> tuple[Pair, int]:
    """Pair of units whose mixtures explain an area best, and what they cost in all."""
    found, times = np.unique(codes, return_counts=True)
    weights = np.bincount(sheet.costs()[found].argmin(axis=1), times, len(sheet.units))
    ends = np.sort(np.argsort(-weights, kind="stable")[:MOST_ENDS])
    colors = _colors_of(found)

    def cost(pair: Pair, loose: float) -> int:
        each = _mixture_costs(colors, sheet, pair, loose).astype(np.int64)
        return int((each * times).sum())

    best = min(combinations(ends.tolist(), 2), key=lambda pair: cost(pair, 1.0))
    return best, cost(best, LOOSE)
