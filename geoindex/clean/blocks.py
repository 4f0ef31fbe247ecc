"""Class recovery on blocks: all steps in order, each with the halo that it needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from geoindex.clean.cores import DOUBTFUL, EXACT, HIDDEN, LONE, doubt_lone, find_cores, note_known
from geoindex.clean.deciding import BESIDE_RADIUS, decide, fill_far, note_changes
from geoindex.clean.hatching import find_hatching
from geoindex.clean.mixing import N_SHARES, SEARCH_RADIUS, unmix
from geoindex.clean.options import Plan
from geoindex.clean.reasons import REASONS
from geoindex.clean.scratch import Scratch
from geoindex.clean.speckle import ROUNDS, merge_speckle
from geoindex.clean.thin_units import SUPPORT_RADIUS, trust_thin_units
from geoindex.color.threads import Progress, in_threads
from geoindex.images.files import Region
from geoindex.rules.indices import IndexArray, nodata_value

__all__ = ["CleanBlock", "clean_block"]

NODATA_CONFIDENCE = 255

TILE = 1536
"""Longest side of a tile: larger ones take more memory, smaller ones more time for their halos."""


@dataclass(frozen=True, kw_only=True, eq=False)
class CleanBlock:
    """A cleaned block."""

    indices: IndexArray
    """Palette rows, shape (rows, cols), with the dtype of the input."""

    reasons: NDArray[np.uint8]
    """Code of the last step that changed a pixel, 0 if it is unchanged."""

    confidence: NDArray[np.uint8]
    """Margin between a pixel's unit and the runner-up in percent, 255 for nodata."""


def clean_block(
    pixels: NDArray[np.uint8],
    indices: IndexArray,
    plan: Plan,
    inner: Region | None = None,
    *,
    progress: Progress | None = None,
) -> CleanBlock:
    """Recover the classes of an image, or of the inner part of a block of it, on all cores.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (rows, cols, 3 or 4)
        Colors of the block and of ``plan.options.halo`` pixels around it, fewer at the edge of
        the image.
    indices : ndarray of uint8 or uint16, shape (rows, cols)
        Palette rows nearest to the colors; the largest value of the dtype is nodata unless
        the palette uses it.
    plan : Plan
        From :meth:`geoindex.Clean.plan`.
    inner : tuple of two slice, optional
        The block without its halo; default: everything.
    progress : callable, optional
        Called with the number of tiles done and their total.

    Returns
    -------
    CleanBlock
        The inner part; the same however the image is cut into blocks.
    """
    rows, cols = indices.shape
    if inner is None:
        inner = (slice(0, rows), slice(0, cols))
    (top, bottom), (left, right) = (
        part.indices(n)[:2] for part, n in zip(inner, (rows, cols), strict=True)
    )
    shape = bottom - top, right - left
    result = CleanBlock(
        indices=np.empty(shape, indices.dtype),
        reasons=np.empty(shape, np.uint8),
        confidence=np.empty(shape, np.uint8),
    )

    scratch = Scratch()

    def clean_tile(tile: Region) -> None:
        y, x = tile
        place = slice(y.start + top, y.stop + top), slice(x.start + left, x.stop + left)
        _clean_tile(pixels, indices, plan, place, result, tile, scratch)

    in_threads(clean_tile, list(_tiles(shape)), progress=progress)
    return result


def _tiles(shape: tuple[int, ...]) -> Iterator[Region]:
    """Yield the tiles that cover an image, all of about the same size."""
    rows, cols = (np.linspace(0, n, -(-n // TILE) + 1, dtype=int).tolist() for n in shape)
    for top, bottom in pairwise(rows):
        for left, right in pairwise(cols):
            yield slice(top, bottom), slice(left, right)


def _clean_tile(
    pixels: NDArray[np.uint8],
    indices: IndexArray,
    plan: Plan,
    place: Region,
    result: CleanBlock,
    target: Region,
    scratch: Scratch,
) -> None:
    """Clean the tile at `place` into `target` of the result."""
    options = plan.options
    rows, cols = indices.shape
    around, inner = _grown(place, options.halo, (rows, cols))
    late, within = _grown(inner, options.late_halo, indices[around].shape)
    nodata = nodata_value(len(plan.palette), indices.dtype)
    nearest = scratch.empty("nearest", indices[around].shape, np.int32)
    nearest[...] = indices[around]
    if nodata is not None:
        nearest[nearest == nodata] = -1
    before = nearest[late].copy()
    classes, confidence = _recover(pixels[around], nearest, plan, late, scratch)
    if nodata is None:
        classes = np.where(classes < 0, before, classes)
    reasons = np.zeros(classes.shape, np.uint8)
    edges_or_ink = np.where(plan.is_unit, REASONS["edges"], REASONS["ink"]).astype(np.uint8)
    note_changes(before, classes, edges_or_ink, reasons)
    if plan.hatches:
        after = find_hatching(classes, plan.hatches, options.hatch_gap)
        note_changes(classes, after, np.full_like(edges_or_ink, REASONS["hatch"]), reasons)
        classes = after
    if options.speckle > 1:
        speckle = np.full_like(edges_or_ink, REASONS["speckle"])
        for _ in range(ROUNDS):
            after = np.empty_like(classes)
            if not merge_speckle(classes, options.speckle, options.connectivity, after):
                break
            note_changes(classes, after, speckle, reasons)
            classes = after
    classes = classes[within]
    outside = nodata_value(len(plan.classes), indices.dtype)
    kept = classes if outside is None else np.where(classes < 0, outside, classes)
    if outside is not None and plan.ink_colors:
        # Ink far from every unit, where 256 colors leave no value for nodata.
        kept = np.where(classes >= len(plan.classes), outside, kept)
    result.indices[target] = kept
    result.reasons[target] = np.where(classes == before[within], 0, reasons[within])
    result.confidence[target] = np.where(classes < 0, NODATA_CONFIDENCE, confidence[within])


def _recover(
    pixels: NDArray[np.uint8],
    nearest: NDArray[np.int32],
    plan: Plan,
    inner: Region,
    scratch: Scratch,
) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """Classes, negative for nodata, and confidence of the inner part; overwrites `nearest`."""
    shape = nearest.shape
    is_unit = plan.is_unit
    colors = plan.palette.colors.astype(np.float64)
    kind = scratch.empty("kind", shape, np.uint8)
    brightness = scratch.empty("brightness", shape if plan.shaded else (0, 0), np.float32)
    deviation = scratch.empty("deviation", shape, np.uint8)
    find_cores(pixels, nearest, colors, is_unit, plan.shaded, kind, brightness, deviation)
    doubt_lone(nearest, kind)
    known = scratch.empty("known", shape, np.int32)
    note_known(nearest, kind, deviation, known)

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
    confidence = scratch.empty("confidence", size, np.uint8)
    window = _window(inner, 0, shape)
    undecided = decide(
        nearest, is_unit, known, slots, members, shares, noise, plan.options.edges, window,
        classes, confidence,
    )  # fmt: skip
    if undecided:
        fill_far(nearest, kind, plan.options.reach, window, classes)
    return classes, confidence


def _doubtful(kind: NDArray[np.uint8], window: tuple[int, int, int, int]) -> NDArray[np.int64]:
    """Flat positions of the pixels in a window whose unit is not known yet."""
    top, bottom, left, right = window
    part = kind[top:bottom, left:right]
    rows, cols = np.nonzero((part == DOUBTFUL) | (part == LONE))
    places: NDArray[np.int64] = (rows + top) * kind.shape[1] + cols + left
    return places


def _grown(place: Region, by: int, shape: tuple[int, ...]) -> tuple[Region, Region]:
    """Grow a region within the image; return it, and the old region relative to it."""
    grown, within = [], []
    for part, n in zip(place, shape, strict=True):
        start, stop = max(0, part.start - by), min(n, part.stop + by)
        grown.append(slice(start, stop))
        within.append(slice(part.start - start, part.stop - start))
    return (grown[0], grown[1]), (within[0], within[1])


def _window(place: Region, by: int, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """First and last row, first and last column of a grown region."""
    (rows, cols), _ = _grown(place, by, shape)
    return rows.start, rows.stop, cols.start, cols.stop
