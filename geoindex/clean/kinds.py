"""What kind of picture a map is, by a look at a few windows, and the recovery that it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geoindex.clean.kind_kernels import tally
from geoindex.clean.restore.blend import Blend, find_blend
from geoindex.clean.sample import Read, Window, read_windows, windows_within

if TYPE_CHECKING:
    from geoindex.clean.options import Plan
    from geoindex.clean.recovery import Recovery

__all__ = ["find_recovery", "largest_halo", "may_need_recovery"]

LEAST_VALID = 0.2
"""Share of the pixels looked at that must not be nodata to tell anything."""

LEAST_EXACT, LEAST_CORE, MOST_ROUGH = 0.5, 0.45, 0.1
"""Shares of an exported map: pixels of a palette color, those whose neighbors have the same, and
those unlike nearly all their neighbors, which are dots."""

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


def may_need_recovery(plan: Plan) -> bool:
    """Whether the image decides, rather than the options alone."""
    return not plan.shaded and plan.options.shade in (None, "blend")


def largest_halo(plan: Plan) -> int:
    """Pixels around a block that its result may depend on, whatever the image turns out to be."""
    options = plan.options
    if not may_need_recovery(plan):
        return plan.halo
    blend = Blend(opacity=1.0, noise=1.0, gray=0.0, spread=0.0)
    return max(plan.halo, blend.halo(options) + options.late_halo)


def find_recovery(plan: Plan, shape: tuple[int, int], read: Read) -> Recovery | None:
    """Find the recovery that a map needs.

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
    Recovery or None
        None for a map that shows each unit in its color.
    """
    options = plan.options
    units = plan.palette.colors[plan.is_unit]
    if not may_need_recovery(plan):
        return None
    windows: list[Window] = []
    for row in windows_within(shape):
        windows += read_windows(read, row)
        # A file that is decoded from the top is read no farther than needed.
        if options.shade is None and _is_export(windows, plan.palette.colors):
            return None
    blend = find_blend(windows, units)
    return blend if options.shade == "blend" or _is_blend(blend) else None


def _is_export(windows: list[Window], colors: NDArray[np.uint8]) -> bool:
    """Whether most pixels have exactly the colors of the palette, in areas and not in dots."""
    counts = np.zeros(4, np.int64)
    seen = np.zeros(len(colors), np.int64)
    n_pixels = 0
    for window in windows:
        valid = window.valid.astype(np.uint8)
        tally(window.colors, valid, colors.astype(np.int64), counts, seen)
        n_pixels += valid.size
    n_valid, exact, core, rough = counts.tolist()
    return bool(
        n_valid >= LEAST_VALID * n_pixels
        and exact >= LEAST_EXACT * n_valid
        and core >= LEAST_CORE * n_valid
        and rough <= MOST_ROUGH * n_valid
        and np.count_nonzero(seen) >= min(LEAST_SEEN, len(colors))
    )


def _is_blend(blend: Blend) -> bool:
    """Whether units under gray explain a map, and nothing simpler does."""
    if blend.noise > MOST_NOISE or blend.opacity < LEAST_OPACITY:
        return False
    spread = LEAST_SPREAD if blend.noise <= QUIET else LOSSY_SPREAD
    is_shaded = blend.opacity < OPAQUE or blend.spread >= spread
    return is_shaded and blend.explained >= LEAST_EXPLAINED
