"""Classes of a scan or a printed sheet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from geoindex.clean.confidence import UNLISTED
from geoindex.clean.cores import CORE
from geoindex.clean.deciding import UNDECIDED, fill_far
from geoindex.clean.pooling import LARGEST_RADIUS
from geoindex.clean.reasons import Reason
from geoindex.clean.recovery import grown, recover_export
from geoindex.clean.sample import Window
from geoindex.clean.scan.contacts import CONTACT_HALO, Contacts
from geoindex.clean.scan.light import LIGHT_HALO
from geoindex.clean.scan.sheet import look_at_sheet
from geoindex.clean.scan.stripes import (
    MOST_PAIRS,
    STRIPES_HALO,
    Pair,
    draw_stripes,
    find_pairs,
)
from geoindex.clean.scan.thin import THIN_HALO, find_narrow
from geoindex.clean.scan.units import Sheet, find_units, find_unlisted, units_of
from geoindex.clean.scratch import Scratch
from geoindex.errors import OptionError
from geoindex.rules.box import Region

if TYPE_CHECKING:
    from geoindex.clean.confidence import Calibration
    from geoindex.clean.options import Clean, Plan

__all__ = ["MOST_UNITS", "SCAN_NOISE", "Scan", "find_scan", "scan_halo"]

UNITS_HALO = LARGEST_RADIUS + THIN_HALO + CONTACT_HALO
"""Pixels around a region whose light, and how far ink hides units, must be known."""

SCAN_NOISE = 1.9
"""Noise in levels below which pixels tell more by themselves than by their neighborhood, as in
JPEGs of exports."""

MOST_UNITS = 255
"""Largest palette: every unit is compared with every neighborhood."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Scan:
    """Recovery of a scan, with what was found out about it."""

    sheet: Sheet

    rows: NDArray[np.int32]
    """Palette rows of the units of the sheet."""

    @property
    def reason(self) -> Reason:
        """Why pixels change that were no ink."""
        return "edges"

    @property
    def calibration(self) -> Calibration:
        """Kind of picture whose margins are known."""
        if self.sheet.noise < SCAN_NOISE:
            return "lossy"
        return "printed" if self.sheet.printed else "scan"

    def halo(self, options: Clean) -> int:
        """Pixels around a region that its classes depend on."""
        return scan_halo(options)

    def recover(
        self,
        pixels: NDArray[np.uint8],
        nearest: NDArray[np.int32],
        plan: Plan,
        inner: Region,
        origin: tuple[int, int],
        scratch: Scratch,
    ) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
        """Recover the inner part of a tile, as :func:`geoindex.clean.recovery.recover_export`."""
        options = plan.options
        part, within = grown(inner, _units_halo(options), nearest.shape)
        seen = find_units(pixels, nearest, self.sheet, part, origin)
        if self.sheet.noise < SCAN_NOISE:
            classes, margins = recover_export(pixels, nearest.copy(), plan, part, scratch)
            seen = replace(seen, classes=self._units_of(classes), margins=margins.copy())
            find_narrow(seen.classes, seen.thin)
        draw_stripes(seen, self.sheet, self._pairs(plan))
        units, margins = seen.classes, seen.margins
        unlisted = find_unlisted(seen, self.sheet) if self.sheet.lacking else None
        hidden = units == UNDECIDED
        if hidden.any():
            kind = (units >= 0).astype(np.uint8) * CORE
            window = 0, units.shape[0], 0, units.shape[1]
            fill_far(units.copy(), kind, options.reach, window, units)
            margins[hidden] = 0
        if options.edges:
            places, found, leads = Contacts(
                seen.even, units, seen.thin, self.sheet, within
            ).settle()
            units.ravel()[places] = found
            margins.ravel()[places] = (100 * leads + 0.5).astype(np.uint8)
        if unlisted is not None:
            margins[unlisted] = UNLISTED
        units = units[within]
        return np.where(units < 0, np.int32(-1), self.rows[units]), margins[within]

    def _pairs(self, plan: Plan) -> list[Pair]:
        """Units of the sheet that alternate in the hatchings of a plan."""
        colors = np.array([hatch[:2] for hatch in plan.hatches], np.int32).reshape(-1, 2)
        pairs = self._units_of(colors)
        return [(int(one), int(other)) for one, other in pairs if min(one, other) >= 0]

    def _units_of(self, classes: NDArray[np.int32]) -> NDArray[np.int32]:
        """Units of the sheet that palette rows stand for, -1 for none."""
        units = np.full(max(int(self.rows.max()), int(classes.max(initial=0))) + 2, -1, np.int32)
        units[self.rows] = np.arange(len(self.rows))
        # Negative classes take the last entry.
        found: NDArray[np.int32] = units[np.maximum(classes, -1)]
        return found

    def striped(self, windows: Sequence[Window]) -> list[NDArray[np.int32]]:
        """Palette rows in windows, with the stripes of each pair of units that may alternate.

        Empty where there is no such pair.
        """
        sheet, found = self.sheet, Counter[Pair]()
        parts = [units_of(window, sheet) for window in windows]
        for part in parts:
            found += find_pairs(part, sheet)
        if not found:
            return []
        pairs = sorted(found, key=lambda pair: (-found[pair], pair))[:MOST_PAIRS]
        for part in parts:
            draw_stripes(part, sheet, pairs)
        return [np.where(part.classes < 0, -1, self.rows[part.classes]) for part in parts]

    def to_dict(self) -> dict[str, Any]:
        """Tell what was found, as JSON values; ``by`` is the kind."""
        sheet, profile = self.sheet, self.sheet.profile
        return {
            "by": "scan",
            "noise": sheet.noise,
            "explained": sheet.explained,
            "printed": sheet.printed,
            "light": [float(sheet.light.values.min()), float(sheet.light.values.max())],
            "contact_ink": [int(value) for value in sheet.contact],
            "contact_width": 2 * profile.half_width,
            "blur": profile.blur,
            "hue_blur": profile.hue_blur,
        }


def scan_halo(options: Clean) -> int:
    """Pixels around a region that its classes depend on."""
    return max(LIGHT_HALO, options.halo - options.late_halo) + _units_halo(options)


def _units_halo(options: Clean) -> int:
    """Pixels around a region whose light and noise must be known."""
    return UNITS_HALO + options.reach + (STRIPES_HALO if options.hatch else 0)


def find_scan(windows: Sequence[Window], n_across: int, plan: Plan) -> Scan:
    """Find out what recovery must know of a scan.

    Parameters
    ----------
    windows : sequence of Window
        Rows of windows spread over the image, from the top down.
    n_across : int
        Windows in a row.
    plan : Plan

    Raises
    ------
    OptionError
        The palette has too many units.
    """
    n_units = int(np.count_nonzero(plan.is_unit))
    if n_units > MOST_UNITS:
        raise OptionError(
            f"the units of a scan are found among {MOST_UNITS} at most, and the palette has "
            f"{n_units}; give a palette of those on the map"
        )
    colors = plan.palette.colors.astype(np.float64)
    sheet = look_at_sheet(
        windows, (len(windows) // n_across, n_across), colors[plan.is_unit], colors[~plan.is_unit]
    )
    return Scan(sheet=sheet, rows=np.flatnonzero(plan.is_unit).astype(np.int32))
