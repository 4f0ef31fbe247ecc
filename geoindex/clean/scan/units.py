"""The unit of each pixel of a scan, by its neighborhood, under even light."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoindex.clean.entries import Color
from geoindex.clean.pooling import LEAST_SPREAD, box_sums, pool
from geoindex.clean.sample import Window
from geoindex.clean.scan.cells import CELL, modes_of
from geoindex.clean.scan.costs import cost_table, even_out
from geoindex.clean.scan.light import LIGHT_HALO, CoarseLight, cell_light
from geoindex.clean.scan.lines import Profile
from geoindex.clean.scan.thin import find_thin
from geoindex.rules.box import Region

__all__ = ["BLACK", "Sheet", "Units", "find_units", "find_unlisted", "in_percent", "units_of"]

BLACK = (0.0, 0.0, 0.0)

SCAN_RADIUS, PRINT_RADIUS, BASE_RADIUS = 3, 4, 6
"""Radius of the neighborhood, without and with a base printed over the units."""

THIN_NOISE = 5.0
"""Noise in levels, such as that of a halftone, in which thin units are not looked for."""

CERTAIN = 60
"""Difference of mean costs between the best and the next unit from which on a pixel is certain."""

GRAY = (1.0, 1.0, 1.0)
"""An ink that darkens all channels alike, as black and gray lines on paper do."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Sheet:
    """What recovery must know of a scan."""

    units: NDArray[np.float64]
    """Colors, shape (n_units, 3)."""

    inks: NDArray[np.float64]
    """Colors, shape (n_inks, 3)."""

    sigma: float
    """Standard deviation of what models of a pixel leave unexplained, in levels."""

    printed: bool
    """Whether a base is printed over the units."""

    contact: NDArray[np.float64]
    """Color of the ink of contacts."""

    profile: Profile
    light: CoarseLight
    noise: float = 0.0
    """Standard deviation of the noise within units, in levels."""

    explained: float = 1.0
    """Share of the pixels away from contacts that have about the color of their unit."""

    lacking: tuple[Color, ...] = ()
    """Colors of areas that no unit has."""

    @property
    def radius(self) -> int:
        """Pixels around a pixel that decide its unit."""
        return PRINT_RADIUS if self.printed else SCAN_RADIUS

    def costs(self) -> NDArray[np.uint8]:
        """Table of what each color costs for each unit."""
        return self._costs_of(self.units)

    def costs_of_lacking(self) -> NDArray[np.uint8]:
        """Table of what each color costs for the colors that no unit has."""
        return self._costs_of(np.array(self.lacking, np.float64))

    def _costs_of(self, colors: NDArray[np.float64]) -> NDArray[np.uint8]:
        overprints = np.array([GRAY] if self.printed else np.empty((0, 3)), np.float64)
        return cost_table(colors, self.inks, overprints.reshape(-1, 3), self.sigma)


@dataclass(frozen=True, kw_only=True, eq=False)
class Units:
    """The units of a part of a scan, and what they were found from."""

    even: NDArray[np.float32]
    """Colors under even light, shape (rows, cols, 3)."""

    codes: NDArray[np.int32]
    """Row of each pixel in the table of costs, -1 for nodata."""

    classes: NDArray[np.int32]
    """Rows of `Sheet.units`; -1 for nodata, `UNDECIDED` where only ink is seen."""

    margins: NDArray[np.uint8]
    """Lead of each pixel's unit over the runner-up in percent of a certain one."""

    thin: NDArray[np.uint8]
    """As in :func:`geoindex.clean.scan.thin.find_thin`."""


def find_units(
    pixels: NDArray[np.uint8],
    nearest: NDArray[np.int32],
    sheet: Sheet,
    part: Region,
    origin: tuple[int, int],
) -> Units:
    """Find the units of a part of a block by the neighborhood of each pixel.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (rows, cols, 3 or 4)
    nearest : ndarray of int32, shape (rows, cols)
        Negative for nodata.
    sheet : Sheet
    part : tuple of slice
        Valid up to `sheet.radius` from its border, if `LIGHT_HALO` pixels of the block are
        around it.
    origin : tuple of int
        Row and column of the block in the image.

    Returns
    -------
    Units
    """
    around = tuple(
        slice(max(0, s.start - LIGHT_HALO), min(n, s.stop + LIGHT_HALO))
        for s, n in zip(part, nearest.shape, strict=True)
    )
    start = origin[0] + around[0].start, origin[1] + around[1].start
    modes, shares, first = modes_of(pixels[around], nearest[around] >= 0, start)
    rows, cols = (
        (np.arange(n) + cell + 0.5) * CELL for cell, n in zip(first, shares.shape, strict=True)
    )
    light = cell_light(modes, shares, sheet.units, sheet.light.at(rows, cols))
    shape = part[0].stop - part[0].start, part[1].stop - part[1].start
    even, codes = np.empty((*shape, 3), np.float32), np.empty(shape, np.int32)
    top, left = (
        corner + s.start - cell * CELL for corner, s, cell in zip(origin, part, first, strict=True)
    )
    even_out(pixels[part], nearest[part], light, top, left, CELL, even, codes)
    classes, margins = np.empty(shape, np.int32), np.empty(shape, np.uint8)
    costs = sheet.costs()
    pool(codes, costs, sheet.radius, LEAST_SPREAD, classes, margins)
    thin = np.zeros(shape, np.uint8)
    if not sheet.printed and sheet.noise <= THIN_NOISE:
        base = np.empty(shape, np.int32)
        pool(codes, costs, BASE_RADIUS, LEAST_SPREAD, base, np.empty(shape, np.uint8))
        find_thin(even, codes, costs, sheet.units, sheet.inks, sheet.sigma, base, classes, thin)
    return Units(even=even, codes=codes, classes=classes, margins=in_percent(margins), thin=thin)


def find_unlisted(seen: Units, sheet: Sheet) -> NDArray[np.bool_]:
    """Tell where a color that no unit has explains the neighborhood better than the units do."""
    codes, costs = np.maximum(seen.codes, 0), sheet.costs()
    lead = sheet.costs_of_lacking().min(axis=1)[codes].astype(np.int32)
    # A color that every unit is far from is undecided.
    of_any = costs.min(axis=1)[codes]
    lead -= np.where(seen.classes < 0, of_any, costs[codes, np.maximum(seen.classes, 0)])
    lead[seen.codes < 0] = 0
    sums = np.empty(lead.shape, np.int64)
    box_sums(lead, sheet.radius, sums)
    return sums < 0


def in_percent(leads: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Put leads of :func:`geoindex.clean.pooling.pool` in percent of that of a certain unit."""
    return np.minimum(leads.astype(np.int32) * 100 // CERTAIN, 100).astype(np.uint8)


def units_of(window: Window, sheet: Sheet) -> Units:
    """Units of a window of the image, as :func:`find_units`."""
    nearest = np.where(window.valid, np.int32(0), np.int32(-1))
    whole = slice(0, nearest.shape[0]), slice(0, nearest.shape[1])
    return find_units(window.colors, nearest, sheet, whole, window.origin)
