"""How classes are recovered from the pixels of a tile, for each kind of picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from geoindex.clean.cores import (
    DOUBTFUL,
    EXACT,
    HIDDEN,
    LONE,
    doubt_lone,
    doubt_misfits,
    find_cores,
    note_known,
)
from geoindex.clean.deciding import BESIDE_RADIUS, decide, fill_far
from geoindex.clean.mixing import N_SHARES, SEARCH_RADIUS, unmix
from geoindex.clean.reasons import Reason
from geoindex.clean.scratch import Scratch
from geoindex.clean.thin_units import SUPPORT_RADIUS, trust_thin_units
from geoindex.rules.box import Region

if TYPE_CHECKING:
    from geoindex.clean.confidence import Calibration
    from geoindex.clean.options import Clean, Plan

__all__ = ["Recovery", "grown", "recover_export"]


class Recovery(Protocol):
    """Recovery for one kind of picture, with what was found out about the whole of it."""

    @property
    def reason(self) -> Reason:
        """Why pixels change that were no ink."""

    @property
    def calibration(self) -> Calibration:
        """Kind of picture whose margins are known."""

    def halo(self, options: Clean) -> int:
        """Pixels around a region that its classes depend on."""

    def recover(
        self,
        pixels: NDArray[np.uint8],
        nearest: NDArray[np.int32],
        plan: Plan,
        inner: Region,
        origin: tuple[int, int],
        scratch: Scratch,
    ) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
        """Recover the inner part of a tile, as :func:`recover_export`.

        `origin` is the place in the image of the first row and column of `pixels`.
        """

    def to_dict(self) -> dict[str, Any]:
        """Tell what was found, as JSON values; ``by`` is the kind."""


def recover_export(
    pixels: NDArray[np.uint8],
    nearest: NDArray[np.int32],
    plan: Plan,
    inner: Region,
    scratch: Scratch,
) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """Recover the classes of a picture that shows each unit in its color, soft edges aside.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (rows, cols, 3 or 4)
    nearest : ndarray of int32, shape (rows, cols)
        Palette rows nearest to the colors, -1 for nodata; overwritten.
    plan : Plan
    inner : tuple of two slices
        What is wanted; the rest is its halo.
    scratch : Scratch

    Returns
    -------
    classes : ndarray of int32, shape of the inner part
        Palette rows, negative for nodata.
    margins : ndarray of uint8, shape of the inner part
        Lead of each pixel's unit over the runner-up in percent, 0 for a guess.
    """
    shape = nearest.shape
    is_unit = plan.is_unit
    colors = plan.palette.colors.astype(np.float64)
    kind = scratch.empty("kind", shape, np.uint8)
    brightness = scratch.empty("brightness", shape if plan.shaded else (0, 0), np.float32)
    deviation = scratch.empty("deviation", shape, np.uint8)
    find_cores(pixels, nearest, colors, is_unit, plan.shaded, kind, brightness, deviation)
    doubt_lone(nearest, kind)
    known = scratch.empty("known", shape, np.int32)
    misfit = note_known(nearest, kind, deviation, known)

    # Ink is filled from units, thin ones among them, up to the reach.
    reach = max(BESIDE_RADIUS + SEARCH_RADIUS, plan.options.reach if plan.inks else 0)
    trusted = _window(inner, reach, shape)
    first = _window(inner, reach + SUPPORT_RADIUS, shape)
    places = _doubtful(kind, first)
    slots = scratch.empty("slots", shape, np.int32)
    slots[...] = -1
    slots.ravel()[places] = np.arange(len(places))
    members = np.empty((len(places), N_SHARES), np.int32)
    shares = np.empty((len(places), N_SHARES + 1), np.float32)
    noise = np.empty(len(places), np.float32)
    thin = np.empty(len(places), np.int32)
    inks = np.array(plan.inks, dtype=np.int64)

    def find_shares(todo: NDArray[np.int64]) -> None:
        unmix(
            pixels, nearest, colors, is_unit, inks, plan.shaded, known, brightness, places,
            todo, members, shares, noise, thin,
        )  # fmt: skip

    find_shares(np.arange(len(places), dtype=np.int64))
    again = np.zeros(len(places), np.uint8)
    if trust_thin_units(nearest, slots, places, thin, trusted, kind, again):
        note_known(nearest, kind, deviation, known)
        again[kind.ravel()[places] == EXACT] = 0
        find_shares(np.flatnonzero(again))
    hidden = places[members[:, 0] < 0]
    known.ravel()[hidden[known.ravel()[hidden] < 0]] = HIDDEN
    size = inner[0].stop - inner[0].start, inner[1].stop - inner[1].start
    classes = scratch.empty("classes", size, np.int32)
    margins = scratch.empty("margins", size, np.uint8)
    window = _window(inner, 0, shape)
    undecided = decide(
        nearest, is_unit, known, slots, members, shares, noise, plan.options.edges, window,
        classes, margins,
    )  # fmt: skip
    if undecided:
        fill_far(nearest, kind, plan.options.reach, window, classes)
    if misfit:
        lacking = np.array(plan.lacking, np.float64).reshape(-1, 3)
        exact = plan.recovery is None
        doubt_misfits(pixels, known, exact, lacking, window, classes, margins)
    return classes, margins


def _doubtful(kind: NDArray[np.uint8], window: tuple[int, int, int, int]) -> NDArray[np.int64]:
    """Flat positions of the pixels in a window whose unit is not known yet."""
    top, bottom, left, right = window
    part = kind[top:bottom, left:right]
    rows, cols = np.nonzero((part == DOUBTFUL) | (part == LONE))
    places: NDArray[np.int64] = (rows + top) * kind.shape[1] + cols + left
    return places


def grown(place: Region, by: int, shape: tuple[int, ...]) -> tuple[Region, Region]:
    """Grow a region within the image; return it, and the old region relative to it."""
    grown, within = [], []
    for part, n in zip(place, shape, strict=True):
        start, stop = max(0, part.start - by), min(n, part.stop + by)
        grown.append(slice(start, stop))
        within.append(slice(part.start - start, part.stop - start))
    return (grown[0], grown[1]), (within[0], within[1])


def _window(place: Region, by: int, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """First and last row, first and last column of a grown region."""
    (rows, cols), _ = grown(place, by, shape)
    return rows.start, rows.stop, cols.start, cols.stop
