"""What is found out about a scan before its classes: noise, light, ink, and how contacts look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from geoindex.clean.entries import Color
from geoindex.clean.lacking import find_lacking
from geoindex.clean.sample import Window
from geoindex.clean.scan.cells import CELL, modes_of
from geoindex.clean.scan.contacts import Contacts, Trace, find_contacts
from geoindex.clean.scan.light import CoarseLight, cell_light
from geoindex.clean.scan.lines import Profile
from geoindex.clean.scan.units import BLACK, Sheet, units_of

__all__ = ["look_at_sheet"]

Cells = tuple[NDArray[np.float64], NDArray[np.float64], tuple[int, int]]
"""Of a window, as :func:`geoindex.clean.scan.cells.modes_of` returns them."""

START = Profile(half_width=0.6, blur=0.6, hue_blur=1.0)

PROFILES: dict[str, tuple[float, ...]] = {
    "half_width": (0.0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.75, 0.95, 1.2, 1.6),
    "blur": (0.4, 0.5, 0.6, 0.7, 0.8, 0.95, 1.1, 1.4, 1.8),
    "hue_blur": (0.4, 0.5, 0.6, 0.8, 1.0, 1.2, 1.4, 1.8),
}
"""Properties of contacts that are compared."""

PROFILE_ROUNDS = 2

MOST_WINDOWS = 12
"""Windows that ink and contacts are measured in."""

LIGHT_ROUNDS = 4

INKED_OFF, PLAIN_OFF = 50.0, 25.0
"""Levels from a unit's color from which on a pixel is inked, and up to which it is plain."""

DENSE = 0.03
"""Share of inked pixels away from contacts that makes a printed base of it."""

LEAST_SIGMA = 6.0
"""Levels: what contacts leave unexplained is more than the noise of a good scan."""


def look_at_sheet(
    windows: Sequence[Window], grid: tuple[int, int], units: NDArray[np.float64],
    inks: NDArray[np.float64],
) -> Sheet:  # fmt: skip
    """Find out what recovery must know of a scan.

    Parameters
    ----------
    windows : sequence of Window
        Spread over the image, rows of them from the top down.
    grid : tuple of int
        Windows down and across.
    units, inks : ndarray of float64, shape (n, 3)
        Colors of the palette.
    """
    covers = inks if len(inks) else np.array([BLACK])
    cells = [modes_of(window.colors, window.valid, window.origin) for window in windows]
    light = expected_light(windows, cells, grid, units)
    sheet = Sheet(
        units=units, inks=covers, sigma=LEAST_SIGMA, printed=False, contact=covers[0],
        profile=START, light=light, lacking=_lacking(cells, light, units, inks),
    )  # fmt: skip
    chosen = [windows[i] for i in _spread(len(windows), MOST_WINDOWS)]
    sheet = _with_ink(sheet, chosen)
    return _with_profile(sheet, chosen)


def _spread(n: int, most: int) -> list[int]:
    """Pick places spread over a list."""
    return sorted({i * n // min(n, most) for i in range(min(n, most))})


def expected_light(
    windows: Sequence[Window], cells: Sequence[Cells], grid: tuple[int, int],
    units: NDArray[np.float64],
) -> CoarseLight:  # fmt: skip
    """Find the light in the middle of each window."""
    found = np.empty(len(windows))
    for place, (modes, shares, _) in enumerate(cells):
        middle = 1.0
        for _ in range(LIGHT_ROUNDS):
            light = cell_light(modes, shares, units, np.full(shares.shape, middle))
            middle = float(np.median(light.mean(axis=2)))
        # Rounded, so that the last bits of a mean decide nothing.
        found[place] = round(middle, 4)
    values = found.reshape(grid)
    rows = [w.origin[0] + w.valid.shape[0] / 2 for w in windows[:: grid[1]]]
    cols = [w.origin[1] + w.valid.shape[1] / 2 for w in windows[: grid[1]]]
    return CoarseLight(rows=tuple(rows), cols=tuple(cols), values=values)


def _lacking(
    cells: Sequence[Cells], expected: CoarseLight, units: NDArray[np.float64],
    inks: NDArray[np.float64],
) -> tuple[Color, ...]:  # fmt: skip
    """Find colors of areas that no unit has, in whatever light."""
    even = []
    for modes, shares, first in cells:
        rows, cols = (
            (np.arange(n) + cell + 0.5) * CELL for cell, n in zip(first, shares.shape, strict=True)
        )
        light = cell_light(modes, shares, units, expected.at(rows, cols))
        even.append((modes / light).reshape(-1, 3))
    shares = np.concatenate([shares.ravel() for _, shares, _ in cells])
    return find_lacking(np.concatenate(even), shares, units, inks)


def _with_ink(sheet: Sheet, windows: Sequence[Window]) -> Sheet:
    """Measure noise, and how much of the units away from contacts is inked."""
    inked = n_inside = 0
    plain = []
    for window in windows:
        seen = units_of(window, sheet)
        inside = (seen.classes >= 0) & ~find_contacts(seen.classes, 4)
        off = seen.even[inside] - sheet.units[seen.classes[inside]]
        far = np.sqrt((off.astype(np.float64) ** 2).sum(axis=1))
        inked += int((far > INKED_OFF).sum())
        n_inside += len(far)
        plain.append(far[far < PLAIN_OFF])
    # Half of the distances of three normal channels are less than 1.54 standard deviations.
    off = np.concatenate(plain)
    noise = float(np.median(off)) / 1.54 if len(off) else 0.0
    return replace(
        sheet,
        printed=inked > DENSE * n_inside,
        sigma=max(LEAST_SIGMA, round(noise, 1)),
        noise=round(noise, 1),
        explained=round(len(off) / max(n_inside, 1), 3),
    )


def _with_profile(sheet: Sheet, windows: Sequence[Window]) -> Sheet:
    """Find the ink, width and blur of contacts that leave the least misfit."""
    seen = [units_of(window, sheet) for window in windows]
    for _ in range(PROFILE_ROUNDS):
        traces = [Contacts(one.even, one.classes, one.thin, sheet).trace() for one in seen]
        contact = min(sheet.inks, key=lambda ink: _misfit(traces, replace(sheet, contact=ink)))
        sheet = _best_profile(traces, replace(sheet, contact=contact))
    return sheet


def _misfit(traces: Sequence[Trace], sheet: Sheet) -> float:
    """Mean capped squared misfit of contacts."""
    sums = [trace.misfit(sheet) for trace in traces]
    return sum(total for total, _ in sums) / max(1, sum(n for _, n in sums))


def _best_profile(traces: Sequence[Trace], sheet: Sheet) -> Sheet:
    """Change one property of the profile at a time, as long as the misfit becomes less."""
    least = _misfit(traces, sheet)
    improved = True
    while improved:
        improved = False
        for name, values in PROFILES.items():
            at = values.index(getattr(sheet.profile, name))
            for step in (-1, 1):
                if not 0 <= at + step < len(values):
                    continue
                profile = replace(sheet.profile, **{name: values[at + step]})
                tried = replace(sheet, profile=profile)
                misfit = _misfit(traces, tried)
                if misfit < least:
                    sheet, least, improved = tried, misfit, True
                    break
    return sheet
