"""Contacts of a scan: units pooled over neighborhoods made sharp, in bands along contacts only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoindex.clean.scan.coverage import (
    NEAR,
    find_band,
    gaussian_taps,
    smooth_coverage,
    split_pixels,
)
from geoindex.clean.scan.junctions import JUNCTION_HALO, fit_junctions
from geoindex.clean.scan.lines import SOFTNESS, TO_LUMA, fit_lines, move_lines
from geoindex.clean.scan.thin import THIN
from geoindex.clean.scan.units import Sheet
from geoindex.rules.box import Region

__all__ = ["CONTACT_HALO", "Contacts", "Trace", "find_contacts"]

SPLIT_ROUNDS, TRACE_ROUNDS = 2, 3

RELAXATION = (3.0, 3.0, 3.0, 1.5)
"""What the moves of lines are multiplied by in each round: smoothing, and the pull against moving,
take much of a move back. The last ones are smaller, because far moves repeat noise."""

BAND = 3
"""Pixels to either side of a contact that are worked on."""

SPLIT_BLUR, SPLIT_REACH = 1.6, 3
FIRST_BLUR, FIRST_REACH = 1.2, 3
LINE_BLUR, LINE_REACH = 0.8, 2
"""Standard deviations of the blur of shares, and its radius in pixels."""

MOVE_BLUR, MOVE_REACH = 2.0, 4
"""The same of the moves of lines."""

ROUND_HALO = LINE_REACH + MOVE_REACH
LAST_HALO = JUNCTION_HALO + MOVE_REACH
MOVES_HALO = LAST_HALO + (len(RELAXATION) - 1) * ROUND_HALO
"""Pixels around a block that each round before the last looks at, and that the last and the first
one work on."""

CONTACT_HALO = MOVES_HALO + FIRST_REACH + BAND + SPLIT_ROUNDS * (NEAR + BAND + SPLIT_REACH)
"""Pixels around a block that its contacts depend on."""


def _farness(wanted: Region, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Pixels from a region along rows or columns, at most 255; shape (rows * cols,)."""
    along = (np.arange(n) for n in shape)
    down, across = (
        np.clip(np.maximum(part.start - at, at - part.stop + 1), 0, 255).astype(np.uint8)
        for part, at in zip(wanted, along, strict=True)
    )
    far: NDArray[np.uint8] = np.maximum(down[:, np.newaxis], across).ravel()
    return far


def find_contacts(classes: NDArray[np.int32], reach: int) -> NDArray[np.bool_]:
    """Mark the pixels near a contact."""
    marks = np.empty(classes.shape, np.uint8)
    find_band(classes, reach, marks, np.empty(classes.size, np.int64))
    return marks.view(np.bool_)


@dataclass(frozen=True, kw_only=True, eq=False)
class Trace:
    """Contacts that were found, to compare with profiles."""

    even: NDArray[np.float32]
    places: NDArray[np.int64]
    best: NDArray[np.int32]
    sums: NDArray[np.float32]
    spread: float

    def misfit(self, sheet: Sheet) -> tuple[float, int]:
        """Sum of the capped squared misfits to the profile of a sheet, and how many there are."""
        shape = self.even.shape[:2]
        pairs, moves = np.empty(shape, np.int32), np.empty((*shape, 2), np.float32)
        fits = np.empty((len(self.places), 2), np.float32)
        _fit(sheet, self.even, self.spread, self.places, self.best, self.sums, pairs, moves, fits)
        near = pairs.ravel()[self.places] >= 0
        capped = np.minimum(fits[near, 1].astype(np.float64), 9 * sheet.sigma**2)
        return float(capped.sum()), int(near.sum())


def _fit(
    sheet: Sheet,
    even: NDArray[np.float32],
    spread: float,
    places: NDArray[np.int64],
    best: NDArray[np.int32],
    sums: NDArray[np.float32],
    pairs: NDArray[np.int32],
    moves: NDArray[np.float32],
    fits: NDArray[np.float32],
) -> None:
    """Compare contacts with the profile of a sheet."""
    profile = sheet.profile
    fit_lines(
        even, _luma_of(sheet), TO_LUMA, profile.half_width, profile.blur, profile.hue_blur, spread,
        sheet.sigma, sheet.printed, places, best, sums, pairs, moves, fits,
    )  # fmt: skip


def _luma_of(sheet: Sheet) -> NDArray[np.float64]:
    """Colors of the units, then of the ink of contacts, as JPEG stores them."""
    colors = np.vstack([sheet.units, sheet.contact[np.newaxis]])
    # Written out, because BLAS differs between machines in the last bits.
    parts = [colors[:, i, np.newaxis] * TO_LUMA[np.newaxis, :, i] for i in range(3)]
    luma: NDArray[np.float64] = parts[0] + parts[1] + parts[2]
    return luma


class Contacts:
    """Shares of two units in each pixel near a contact.

    Parameters
    ----------
    even : ndarray of float32, shape (rows, cols, 3)
        Colors under even light.
    classes : ndarray of int32, shape (rows, cols)
        Units, negative where there is none.
    thin : ndarray of uint8, shape (rows, cols)
        As in :func:`geoindex.clean.scan.thin.find_thin`.
    sheet : Sheet
    wanted : tuple of slice, optional
        What is wanted; each step works only as far around it as the next one looks. Default:
        everything.
    """

    def __init__(
        self,
        even: NDArray[np.float32],
        classes: NDArray[np.int32],
        thin: NDArray[np.uint8],
        sheet: Sheet,
        wanted: Region | None = None,
    ) -> None:
        self._thin = thin.ravel()
        self.even, self.classes, self.sheet = even, classes.copy(), sheet
        shape = classes.shape
        self.members = np.empty((*shape, 2), np.int32)
        self.parts = np.empty((*shape, 2), np.float32)
        self._marks = np.empty(shape, np.uint8)
        self._places = np.empty(classes.size, np.int64)
        self._n_units = len(sheet.units)
        self._wanted = wanted or (slice(0, shape[0]), slice(0, shape[1]))
        self._far = _farness(self._wanted, shape)
        for number in range(SPLIT_ROUNDS):
            self._split(CONTACT_HALO - number * (NEAR + BAND + SPLIT_REACH))
        places = self._band(BAND, MOVES_HALO)
        # Thin units often have no line around them, or two that cover most of them.
        self.places = places[self._thin[places] == 0]

    def _band(self, reach: int, halo: int) -> NDArray[np.int64]:
        """Flat positions of the pixels near a contact, up to a distance from what is wanted."""
        n = find_band(self.classes, reach, self._marks, self._places)
        return self._up_to(halo, self._places[:n])

    def _up_to(self, halo: int, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """Keep the places up to a distance from what is wanted."""
        return places[self._far[places] <= halo]

    def _split(self, halo: int) -> None:
        """Give each pixel to the unit that covers most of it and of those around it."""
        sheet = self.sheet
        self.members[..., 0], self.members[..., 1] = self.classes, -1
        self.parts[..., 0], self.parts[..., 1] = 1, 0
        split_pixels(
            self.even, self.classes, sheet.units, sheet.inks, sheet.sigma, sheet.printed,
            self._band(NEAR, halo), self.members, self.parts,
        )  # fmt: skip
        places = self._band(BAND, halo)
        best, _ = self._smooth(places, SPLIT_BLUR, SPLIT_REACH)
        # Their smoothed shares would give thin units to what is beside them.
        wide = self._thin[places] != THIN
        self.classes.ravel()[places[wide]] = best[wide, 0]

    def _smooth(
        self, places: NDArray[np.int64], blur: float, reach: int
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Two largest units around pixels, and their shares."""
        best = np.empty((len(places), 2), np.int32)
        sums = np.empty((len(places), 2), np.float32)
        taps, weights = gaussian_taps(blur, reach)
        smooth_coverage(self.members, self.parts, self._n_units, places, taps, weights, best, sums)
        return best, sums

    def trace(self) -> Trace:
        """Move lines a little, and tell where they are; everything is wanted."""
        spread = self._move(RELAXATION[-TRACE_ROUNDS:])
        best, sums = self._smooth(self.places, LINE_BLUR, LINE_REACH)
        return Trace(even=self.even, places=self.places, best=best, sums=sums, spread=spread)

    def _move(self, relaxations: Sequence[float]) -> float:
        """Move lines to where they fit; return the width of the step between their units."""
        shape = self.classes.shape
        pairs = np.full(shape, -1, np.int32)
        moves = np.empty((*shape, 2), np.float32)
        taps, weights = gaussian_taps(MOVE_BLUR, MOVE_REACH)
        for number, relaxation in enumerate(relaxations):
            blur, reach = (LINE_BLUR, LINE_REACH) if number else (FIRST_BLUR, FIRST_REACH)
            later = len(relaxations) - 1 - number
            places = self._up_to(LAST_HALO + later * ROUND_HALO, self.places)
            best, sums = self._smooth(places, blur, reach)
            spread = float(np.sqrt(SOFTNESS**2 + blur**2))
            fits = np.empty((len(places), 2), np.float32)
            _fit(self.sheet, self.even, spread, places, best, sums, pairs, moves, fits)
            move_lines(
                pairs, moves, fits, best, self._n_units, self.sheet.sigma, relaxation, places,
                taps, weights, self.members, self.parts,
            )  # fmt: skip
        return float(np.sqrt(SOFTNESS**2 + LINE_BLUR**2))

    def settle(self) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:
        """Move lines until they fit, then the junctions where three of them meet.

        Returns
        -------
        places : ndarray of int64, shape (n,)
            Flat positions of the pixels near a contact in what is wanted.
        classes : ndarray of int32, shape (n,)
            Their units.
        leads : ndarray of float32, shape (n,)
            Difference of the shares of a pixel's unit and of the other; 0 where a junction
            decided.
        """
        self._move(RELAXATION)
        places = self._up_to(JUNCTION_HALO, self.places)
        members = self.members.reshape(-1, 2)[places]
        parts = self.parts.reshape(-1, 2)[places]
        first = parts[:, 0] >= parts[:, 1]
        lines = self.classes.copy()
        lines.ravel()[places] = np.where(first, members[:, 0], members[:, 1])
        sheet, profile, settled = self.sheet, self.sheet.profile, lines.copy()
        rows, cols = self._wanted
        fit_junctions(
            self.even, lines, _luma_of(sheet), TO_LUMA, profile.half_width, profile.blur,
            profile.hue_blur, sheet.sigma, sheet.printed,
            np.array([rows.start, rows.stop, cols.start, cols.stop]), settled,
        )  # fmt: skip
        inner = self._far[places] == 0
        places = places[inner]
        leads = np.abs(parts[inner, 0] - parts[inner, 1])
        found = settled.ravel()[places]
        return places, found, np.where(found == lines.ravel()[places], leads, np.float32(0))
