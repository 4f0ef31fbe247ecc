"""What kind of picture a map is, by a look at a few windows, and the recovery that it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from geoindex.clean.kind_kernels import tally
from geoindex.clean.restore.blend import Blend, find_blend
from geoindex.clean.restore.dither import MOST_COLORS, Dither, are_mixed, codes_of, find_dither
from geoindex.clean.sample import Read, Window, read_windows, windows_within
from geoindex.clean.scan.recovery import MOST_UNITS, SCAN_NOISE, Scan, find_scan, scan_halo
from geoindex.errors import OptionError

if TYPE_CHECKING:
    from geoindex.clean.entries import Color
    from geoindex.clean.options import Plan
    from geoindex.clean.recovery import Recovery

Found: TypeAlias = "tuple[Recovery | None, tuple[Color, ...]]"

__all__ = ["find_recovery", "largest_halo", "may_need_recovery"]

LEAST_VALID = 0.2
"""Share of the pixels looked at that must not be nodata to tell anything."""

LEAST_EXACT, LEAST_CORE = 0.5, 0.45
"""Least shares of an exported map: pixels of a palette color, and those whose neighbors have it,
too."""

MOST_DOTS, FEW_DOTS = 0.1, 0.03
"""Largest share of dots of an exported map, and of one that does not show the colors of all units
and so may be dithered: units that are may hold little of it."""

MOST_COST, LEAST_MIXED = 1.3, 0.1
"""Mean cost of a pixel, in natural logarithms, up to which a picture is dithered, and the share of
units whose colors are mixed of others."""

LEAST_SEEN = 3
"""Palette colors that must be seen to tell an exported map."""

LEAST_EXPLAINED = 0.6
"""Share of the pixels that units under gray must explain."""

QUIET, MOST_NOISE = 1.6, 2.5
"""Most noise, but for gray, of a picture without lossy compression, and of any that is taken to
have a hillshade: what is noisier may be a scan, a photograph, or something else."""

OPAQUE, LEAST_OPACITY = 0.9, 0.25
"""Units that are less opaque than the first lie over something."""

LEAST_SPREAD, LOSSY_SPREAD = 4.0, 12.0
"""Least deviation of the gray under units that are more opaque, as the tints of a legend are; and
with lossy compression."""

LEAST_PLAIN = 0.5
"""Share of the pixels away from contacts that must have about a unit's color in a scan."""

SCATTERED = 9.0
"""Most noise in levels of a scan: more is no noise but colors between those of the palette, as
photographs have."""

LOSSY_NOISE = 1.0
"""Least noise in levels of a picture whose contacts are lines to be recovered as a scan, which
follows them better once strong compression has spoiled the colors beside them."""


def may_need_recovery(plan: Plan) -> bool:
    """Whether the image decides, rather than the options alone."""
    return _may_be_dithered(plan) or _may_be_blended(plan) or _may_be_scanned(plan)


def _may_be_dithered(plan: Plan) -> bool:
    options = plan.options
    is_other = plan.shaded or options.shade == "blend" or options.scan
    return not is_other and options.dither is not False


def _may_be_blended(plan: Plan) -> bool:
    options = plan.options
    is_other = plan.shaded or options.dither or options.scan
    return not is_other and options.shade in (None, "blend")


def _may_be_scanned(plan: Plan) -> bool:
    options = plan.options
    is_other = plan.shaded or options.dither or options.shade == "blend"
    return not is_other and options.scan is not False


def largest_halo(plan: Plan) -> int:
    """Pixels around a block that its result may depend on, whatever the image turns out to be."""
    if not may_need_recovery(plan):
        return plan.halo
    # A hillshade and a scan need the most.
    blend = Blend(opacity=1.0, noise=1.0, gray=0.0, spread=0.0)
    others = max(blend.halo(plan.options), scan_halo(plan.options))
    return max(plan.halo, others + plan.options.late_halo)


def find_recovery(plan: Plan, shape: tuple[int, int], read: Read) -> Found:
    """Find the recovery that a map needs, and what its palette lacks.

    Parameters
    ----------
    plan : Plan
        Its options may name the kind.
    shape : tuple of int
        Rows and columns of the image.
    read : callable
        Reads a part of the image.

    Returns
    -------
    recovery : Recovery or None
        None for a map that shows each unit in its color.
    lacking : tuple of tuple of int
        Colors of areas that no unit has, as far as they were looked for: not in exports without
        loss.
    """
    options = plan.options
    if not may_need_recovery(plan):
        return None, ()
    is_asked = options.shade == "blend" or options.dither is True or options.scan is True
    look = _Look(plan.palette.colors, plan.is_unit)
    rows = windows_within(shape)
    for row in rows:
        look.add(read_windows(read, row))
        # A file that is decoded from the top is read no farther than needed.
        if not is_asked and look.is_export:
            return None, ()
    return _kind_of(look, plan, len(rows[0]))


def _kind_of(look: _Look, plan: Plan, n_across: int) -> Found:
    """Recovery for a picture that is no plain export, with `n_across` windows in a row."""
    options, palette = plan.options, plan.palette.colors
    if _may_be_dithered(plan):
        dither = _dither_of(look, plan, is_asked=options.dither is True)
        if dither is not None:
            return dither, ()
    if _may_be_blended(plan):
        blend = find_blend(look.windows, palette[plan.is_unit])
        if options.shade == "blend" or _is_blend(blend):
            return blend, ()
    if options.scan or (_may_be_scanned(plan) and np.count_nonzero(plan.is_unit) <= MOST_UNITS):
        scan = find_scan(look.windows, n_across, plan)
        is_scan = options.scan or _is_scan(scan)
        return scan if is_scan else None, scan.sheet.lacking
    return None, ()


class _Look:
    """Windows of an image, and what they show in all."""

    def __init__(self, palette: NDArray[np.uint8], is_unit: NDArray[np.bool_]) -> None:
        self.windows: list[Window] = []
        self._palette, self._is_unit = palette.astype(np.int64), is_unit
        self._counts = np.zeros(4, np.int64)
        self._seen = np.zeros(len(palette), np.int64)
        self._n_pixels = 0
        self.codes = codes_of([])

    def add(self, windows: list[Window]) -> None:
        """Look at more windows."""
        self.windows += windows
        for window in windows:
            valid = window.valid.astype(np.uint8)
            tally(window.colors, valid, self._palette, self._is_unit, self._counts, self._seen)
            self._n_pixels += valid.size
        if not self.is_of_many_colors:
            self.codes = np.union1d(self.codes, codes_of(windows))

    @property
    def is_of_many_colors(self) -> bool:
        """Whether there are more colors than dithering leaves."""
        return len(self.codes) > MOST_COLORS

    @property
    def dots(self) -> float:
        """Share of the valid pixels that are unlike nearly all their neighbors, and no ink."""
        return float(self._counts[3] / max(self._counts[0], 1))

    @property
    def most_dots(self) -> float:
        """Largest share of dots that is no sign of dithering."""
        return FEW_DOTS if self.may_be_dithered else MOST_DOTS

    @property
    def may_be_dithered(self) -> bool:
        """Whether there are few colors, and those of some units are not among them."""
        if self.is_of_many_colors:
            return False
        units = self._palette[self._is_unit].astype(np.uint8)
        return bool(are_mixed(units, self.codes).any())

    @property
    def is_export(self) -> bool:
        """Whether most pixels have exactly the colors of the palette, in areas, not in dots."""
        return self.is_exact and self.dots <= self.most_dots

    @property
    def is_exact(self) -> bool:
        """Whether most pixels have exactly the colors of the palette."""
        n_valid, exact, core, _ = self._counts.tolist()
        return bool(
            n_valid >= LEAST_VALID * self._n_pixels
            and exact >= LEAST_EXACT * n_valid
            and core >= LEAST_CORE * n_valid
            and np.count_nonzero(self._seen) >= min(LEAST_SEEN, len(self._seen))
        )


def _dither_of(look: _Look, plan: Plan, *, is_asked: bool) -> Dither | None:
    """Textures of a picture that is dithered, or is said to be."""
    if look.is_of_many_colors:
        if is_asked:
            raise OptionError(
                f"dither=True needs an image of at most {MOST_COLORS} colors, and this one has "
                "more; leave it out, or use the image from before it was compressed or scaled"
            )
        return None
    least_dots = FEW_DOTS if look.is_exact else MOST_DOTS
    if not is_asked and (look.dots < least_dots or not look.may_be_dithered):
        return None
    dither = find_dither(look.windows, look.codes, plan.palette.colors, plan.inks)
    is_found = dither.cost <= MOST_COST and dither.share >= LEAST_MIXED
    return dither if is_asked or is_found else None


def _is_blend(blend: Blend) -> bool:
    """Whether units under gray explain a map, and nothing simpler does."""
    if blend.noise > MOST_NOISE or blend.opacity < LEAST_OPACITY:
        return False
    spread = LEAST_SPREAD if blend.noise <= QUIET else LOSSY_SPREAD
    is_shaded = blend.opacity < OPAQUE or blend.spread >= spread
    return is_shaded and blend.explained >= LEAST_EXPLAINED


def _is_scan(scan: Scan) -> bool:
    """Whether the units of the palette under uneven light, noise and ink explain a map."""
    if scan.sheet.explained < LEAST_PLAIN or scan.sheet.noise > SCATTERED:
        return False
    is_lined = scan.sheet.profile.half_width > 0
    return scan.sheet.noise >= (LOSSY_NOISE if is_lined else SCAN_NOISE)
