"""Class recovery on blocks: all steps in order, each with the halo that it needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from geoindex.clean.confidence import N_MARGINS, percent_of
from geoindex.clean.hatching import find_hatching
from geoindex.clean.noting import note_changes, rate_pixels
from geoindex.clean.options import Plan
from geoindex.clean.reasons import REASONS
from geoindex.clean.recovery import grown, recover_export
from geoindex.clean.scratch import Scratch
from geoindex.clean.speckle import ROUNDS, merge_speckle
from geoindex.color.threads import Progress, in_threads
from geoindex.images.files import Region
from geoindex.rules.indices import IndexArray, nodata_value

__all__ = ["CleanBlock", "clean_block"]

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
    """Chance that the class is right in percent, 255 for nodata."""

    margins: NDArray[np.int64]
    """Pixels of each margin; shape (102,)."""


def clean_block(
    pixels: NDArray[np.uint8],
    indices: IndexArray,
    plan: Plan,
    inner: Region | None = None,
    *,
    origin: tuple[int, int] = (0, 0),
    progress: Progress | None = None,
) -> CleanBlock:
    """Recover the classes of an image, or of the inner part of a block of it, on all cores.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (rows, cols, 3 or 4)
        Colors of the block and of ``plan.halo`` pixels around it, fewer at the edge of
        the image.
    indices : ndarray of uint8 or uint16, shape (rows, cols)
        Palette rows nearest to the colors; the largest value of the dtype is nodata unless
        the palette uses it.
    plan : Plan
        From :meth:`geoindex.Clean.plan`.
    inner : tuple of two slice, optional
        The block without its halo; default: everything.
    origin : tuple of two int
        Row and column in the image of the first of `pixels`.
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
        margins=np.zeros(N_MARGINS, np.int64),
    )

    scratch = Scratch()
    tiles = list(_tiles(shape))
    counts = np.zeros((len(tiles), N_MARGINS), np.int64)

    def clean_tile(number: int) -> None:
        y, x = tile = tiles[number]
        place = slice(y.start + top, y.stop + top), slice(x.start + left, x.stop + left)
        _clean_tile(pixels, indices, plan, place, origin, result, tile, counts[number], scratch)

    in_threads(clean_tile, range(len(tiles)), progress=progress)
    counts.sum(axis=0, out=result.margins)
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
    origin: tuple[int, int],
    result: CleanBlock,
    target: Region,
    counts: NDArray[np.int64],
    scratch: Scratch,
) -> None:
    """Clean the tile at `place` into `target` of the result, and count its margins."""
    options = plan.options
    rows, cols = indices.shape
    around, inner = grown(place, plan.halo, (rows, cols))
    late, within = grown(inner, options.late_halo, indices[around].shape)
    nodata = nodata_value(len(plan.palette), indices.dtype)
    nearest = scratch.empty("nearest", indices[around].shape, np.int32)
    nearest[...] = indices[around]
    if nodata is not None:
        nearest[nearest == nodata] = -1
    before = nearest[late].copy()
    if plan.recovery is None:
        classes, margins = recover_export(pixels[around], nearest, plan, late, scratch)
    else:
        first = origin[0] + around[0].start, origin[1] + around[1].start
        classes, margins = plan.recovery.recover(
            pixels[around], nearest, plan, late, first, scratch
        )
    if nodata is None:
        classes = np.where(classes < 0, before, classes)
    reasons = np.zeros(classes.shape, np.uint8)
    of_unit = "edges" if plan.recovery is None else plan.recovery.reason
    edges_or_ink = np.where(plan.is_unit, REASONS[of_unit], REASONS["ink"]).astype(np.uint8)
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
    rate_pixels(
        classes, reasons[within], margins[within], REASONS["speckle"],
        percent_of(plan.calibration), result.confidence[target], counts,
    )  # fmt: skip
