"""Swatches of a printed legend: turned, framed or not, touching, with patterns and codes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoindex.learn.legend.boxes import drawn_boxes, has_ground, has_sides, opened, stands_alone
from geoindex.learn.legend.cuts import pieces_of
from geoindex.learn.legend.paper import Sheet, noise_of, straightened, tilt_of, whitened
from geoindex.learn.legend.swatches import Box
from geoindex.learn.legend.tints import NEAR, is_patterned, tint_of

__all__ = ["PrintedSwatch", "is_small_print", "printed_swatches"]

LEAST_SIDE = 10
"""Shortest side of a swatch in pixels; strokes of letters are thinner."""


LEAST_DRAWN = 12.0
"""Levels by which what is drawn differs from white at least."""

COLORED = 24
"""Range of the channels of a pixel that is neither paper nor black ink."""

SMALL_PRINT = 0.4
"""Share of what is colored that swatches of 10 x 10 pixels and more make up at least."""

EDGE = 4
"""Pixels along the edge of a swatch that its frame may soften, plus a part of its side."""

LEAST_MARK = 10.0
"""Levels by which a mark differs from the ground at least."""

MARK_OVER_NOISE = 4.5
"""The same in units of the noise within swatches."""


@dataclass(frozen=True, kw_only=True)
class PrintedSwatch:
    """A swatch on the upright sheet."""

    box: Box
    color: tuple[int, int, int]
    white_color: tuple[int, int, int]
    patterned: bool


def printed_swatches(picture: NDArray[np.uint8]) -> tuple[Sheet, list[PrintedSwatch]]:
    """Find the swatches of a printed legend, in no order."""
    sheet = straightened(picture, tilt_of(picture))
    flat = sheet.flat
    noise = noise_of(flat)
    off: NDArray[np.uint8] = 255 - flat.min(axis=-1)
    boxes = _apart(flat, off, noise)
    boxes = in_columns(of_like_size(boxes))
    return sheet, _measured(sheet, boxes)


def is_small_print(picture: NDArray[np.uint8]) -> bool:
    """Whether hardly anything colored is as large as a swatch: text is as solid then."""
    flat = whitened(picture)
    colored = flat.max(axis=-1) - flat.min(axis=-1) > COLORED
    return bool(opened(colored, LEAST_SIDE).sum() < SMALL_PRINT * colored.sum())


def _apart(flat: NDArray[np.uint8], off: NDArray[np.uint8], noise: float) -> list[Box]:
    """Boxes that could be swatches, touching ones cut apart."""
    # Brightness: JPEG lets the color of a swatch run over its edge, but not its brightness.
    dark = 255 - flat.mean(axis=-1)

    def fine(box: Box) -> bool:
        return (
            has_sides(off, box, max(9.0, 4 * noise))
            and has_ground(flat, off, box)
            and stands_alone(dark, box, max(LEAST_DRAWN, 5 * noise))
        )

    blobs = []
    for box in drawn_boxes(off > max(LEAST_DRAWN, 5 * noise), LEAST_SIDE):
        pieces = [piece for piece in pieces_of(flat, box, LEAST_SIDE) if fine(piece)]
        blobs.append((box, pieces, fine(box)))
    heights = [piece[3] - piece[1] for _, pieces, _ in blobs for piece in pieces]
    whole = [box[3] - box[1] for box, pieces, right in blobs if right and len(pieces) <= 1]
    usual = float(np.median(heights)) if heights else 0.0
    if len(whole) >= 3:
        usual = max(usual, float(np.median(whole)))
    found: list[Box] = []
    for box, pieces, right in blobs:
        high = box[3] - box[1]
        # What has the usual height is not cut into pieces that are much lower.
        low = min((piece[3] - piece[1] for piece in pieces), default=0)
        if right and len(pieces) > 1 and high < 1.45 * usual and low < 0.45 * usual:
            found.append(box)
        else:
            found += pieces
    return found


def of_like_size(boxes: list[Box]) -> list[Box]:
    """Drop what is much smaller or larger than the swatches: letters, and a map beside them."""
    if not boxes:
        return []
    edges = np.array(boxes, float)
    sizes = edges[:, 2:] - edges[:, :2]
    # On a whole sheet, what stands alone or is a strip of a map is no measure, however large.
    partners = _partners(edges)
    most = int(partners.max())
    measure = sizes[partners >= max(2, most / 2)] if most >= 2 else sizes
    areas = measure.prod(axis=1)
    usual = []
    for values in measure.T:
        order = np.argsort(values, kind="stable")
        middle = np.searchsorted(np.cumsum(areas[order]), areas.sum() / 2)
        usual.append(values[order][middle])
    share = sizes / np.array(usual)
    keep = (share[:, 0] >= 0.5) & (share[:, 1] >= 0.22) & (share <= 2.6).all(axis=1)
    return [box for box, kept in zip(boxes, keep, strict=True) if kept]


def _partners(edges: NDArray[np.float64]) -> NDArray[np.int64]:
    """Count the other boxes that begin and end at the same columns as each box."""
    sides = edges[:, [0, 2]]
    near = np.maximum(3.0, 0.04 * (sides[:, 1] - sides[:, 0]))
    apart = np.abs(sides[:, np.newaxis] - sides).max(axis=-1)
    counts: NDArray[np.int64] = (apart <= near[:, np.newaxis]).sum(axis=1) - 1
    return counts


def in_columns(boxes: list[Box]) -> list[Box]:
    """Drop what stands in line with no other: swatches of a column begin or end together."""
    if len(boxes) < 5:
        return boxes
    edges = np.array(boxes, float)
    sizes = edges[:, 2:] - edges[:, :2]
    width, height = np.median(sizes, axis=0)
    near = max(4.0, 0.07 * width)
    middles = (edges[:, 0] + edges[:, 2]) / 2
    keep = []
    for box, size, middle in zip(edges, sizes, middles, strict=True):
        alike = (np.abs(sizes - size).max(axis=1) <= 3).sum()
        small = size[1] < 0.6 * height or size[0] < 0.7 * width
        left, right = np.abs(edges[:, 0] - box[0]) < near, np.abs(edges[:, 2] - box[2]) < near
        column = (np.abs(middles - middle) < 0.8 * width).sum() - 1
        aligned = (
            column < 4
            or max(left.sum(), right.sum()) - 1 >= 0.2 * column
            or (left & right).sum() - 1 >= 0.1 * column
        )
        lone = small and (left & right).sum() < 3 and alike < 2 + (len(boxes) > 12)
        keep.append(aligned and not lone)
    return [box for box, kept in zip(boxes, keep, strict=True) if kept]


def _measured(sheet: Sheet, boxes: list[Box]) -> list[PrintedSwatch]:
    """Colors of the swatches, and whether they are patterned."""
    places = [_inside(box) for box in boxes]
    tints = [tint_of(sheet.pixels[place]) for place in places]
    offs = [np.abs(sheet.pixels[place] - tint) for place, tint in zip(places, tints, strict=True)]
    # Most swatches are plain, so the usual difference is noise.
    noise = (
        float(np.median([np.percentile(off.mean(axis=-1), 60) for off in offs])) if offs else 0.0
    )
    level = max(LEAST_MARK, MARK_OVER_NOISE * noise)
    found = []
    for box, place, tint, off in zip(boxes, places, tints, offs, strict=True):
        patterned = is_patterned(off, level)
        if patterned:
            colors = tint, tint_of(sheet.flat[place])
        else:
            bare = off.max(axis=-1) < NEAR
            colors = (
                np.median(sheet.pixels[place][bare], axis=0),
                np.median(sheet.flat[place][bare], axis=0),
            )
        color, white = (_rounded(one) for one in colors)
        found.append(PrintedSwatch(box=box, color=color, white_color=white, patterned=patterned))
    return found


def _inside(box: Box) -> tuple[slice, slice]:
    """Rows and columns of a swatch without its edge."""
    left, top, right, bottom = box
    side = min(right - left, bottom - top)
    edge = min(EDGE + int(0.06 * side), max(1, (side - 5) // 2))
    return slice(top + edge, bottom - edge), slice(left + edge, right - edge)


def _rounded(color: NDArray[np.float32]) -> tuple[int, int, int]:
    """Nearest color in 8 bits."""
    red, green, blue = (int(channel) for channel in np.floor(color + 0.5))
    return red, green, blue
