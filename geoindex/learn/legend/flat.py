"""Swatches as regions of one color: exact ones of programs, and those of small print."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from geoindex.learn.legend.swatches import Box, Swatch

__all__ = ["LEAST_SIDE", "exact_swatches", "small_swatches"]


EXACT, NOISY = 2, 10
"""Largest difference of neighboring pixels of one color, in 8 bits: in exact pictures, and in
noisy ones such as scans and JPEG."""

CONTRAST = 30
"""Difference from the background, in 8 bits, above which a pixel counts as drawn."""

LEAST_SIDE = 6
"""Shortest side of a swatch in pixels; parts of letters are smaller."""

LEAST_FILL = 0.85
"""Smallest share of its bounding box that a rectangle fills."""

LEAST_OWN = 0.55
"""Smallest share of a swatch in its own color; frames and lattices have less."""

PATTERN_CORNERS = 3
"""Corners with marks that make a swatch patterned; a code in its middle marks none."""

PAPER_SIZE = 3
"""Paper beside swatches is more than so many times as large as they are."""

UNKNOWN_SIDE = 18.0
"""Assumed side of a swatch in pixels if no flat one was found."""

LARGEST_SPREAD = 40
"""Largest range of a channel within a swatch of one color."""


def exact_swatches(picture: NDArray[np.uint8]) -> list[Swatch] | None:
    """Find the swatches of a legend whose plain ones are exactly of one color.

    Parameters
    ----------
    picture : ndarray of uint8, shape (rows, cols, 3)

    Returns
    -------
    list of Swatch or None
        In no order; None if the picture is a scan, a photograph or JPEG.
    """
    crop = picture.astype(np.int16)
    regions = _regions(crop, EXACT)
    flat = _flat_swatches(crop, regions)
    if not flat or not all(_is_uniform(crop, regions, swatch.box) for swatch in flat):
        return None
    return flat + _patterned_rest(crop, regions, flat)


def small_swatches(picture: NDArray[np.uint8]) -> list[Swatch]:
    """Find swatches of a scan that are too small to be told from blurred text by their outline.

    Parameters
    ----------
    picture : ndarray of uint8, shape (rows, cols, 3)

    Returns
    -------
    list of Swatch
        In no order.
    """
    from scipy.ndimage import median_filter

    crop = picture.astype(np.int16)
    smooth = median_filter(crop, size=(3, 3, 1))
    regions = _regions(smooth, NOISY)
    flat = _flat_swatches(smooth, regions)
    return flat + _patterned_rest(crop, regions, flat)


def _flat_swatches(crop: NDArray[np.int16], regions: NDArray[np.int32]) -> list[Swatch]:
    """Swatches of one color, plain or with marks all over."""
    found = _without_paper(list(_rectangles(crop, regions)), regions)
    # Paper and the inside of an outer frame contain swatches; swatches do not.
    found = [one for one in found if not any(_holds(one.box, other.box) for other in found)]
    rows, cols = regions.shape
    return _of_like_size([one for one in found if one.box != (0, 0, cols, rows)])


def _without_paper(found: list[Swatch], regions: NDArray[np.int32]) -> list[Swatch]:
    """Drop the paper beside swatches that fill the height or width of the legend."""
    place = np.argwhere(regions == _background(regions))
    (top, left), (bottom, right) = place.min(axis=0), place.max(axis=0) + 1
    paper = (int(left), int(top), int(right), int(bottom))
    swatches = [one for one in found if one.box != paper]
    if not swatches:
        return found
    width, height = _usual_size(swatches)
    area = (right - left) * (bottom - top)
    return swatches if area > PAPER_SIZE * width * height else found


def _is_uniform(crop: NDArray[np.int16], regions: NDArray[np.int32], box: Box) -> bool:
    """Whether the region of a swatch is exactly one color, which JPEG never leaves."""
    left, top, right, bottom = box
    numbers = regions[top:bottom, left:right]
    own = numbers == np.bincount(numbers.ravel()).argmax()
    _, counts = _distinct(crop[top:bottom, left:right][own])
    return bool(counts.max() >= 0.98 * own.sum())


def _regions(crop: NDArray[np.int16], tolerance: int) -> NDArray[np.int32]:
    """Label the regions of a picture, which connect neighbors of similar color."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    rows, cols, _ = crop.shape
    number = np.arange(rows * cols).reshape(rows, cols)
    down = np.abs(np.diff(crop, axis=0)).max(axis=-1) <= tolerance
    across = np.abs(np.diff(crop, axis=1)).max(axis=-1) <= tolerance
    starts = np.concatenate([number[:-1][down], number[:, :-1][across]])
    stops = np.concatenate([number[1:][down], number[:, 1:][across]])
    links = coo_matrix((np.ones(len(starts), np.uint8), (starts, stops)), (number.size,) * 2)
    _, labels = connected_components(links, directed=False)
    regions: NDArray[np.int32] = labels.reshape(rows, cols).astype(np.int32)
    return regions


def _rectangles(crop: NDArray[np.int16], regions: NDArray[np.int32]) -> Iterator[Swatch]:
    """Regions that fill a rectangle, including what is drawn on them."""
    from scipy.ndimage import binary_fill_holes, find_objects

    areas = np.bincount(regions.ravel())
    for number, place in enumerate(find_objects(regions + 1)):
        if place is None:
            continue
        rows, cols = (side.stop - side.start for side in place)
        # What is below both limits together need not be filled to know.
        if min(rows, cols) < LEAST_SIDE or areas[number] < LEAST_OWN * LEAST_FILL * rows * cols:
            continue
        own = regions[place] == number
        filled = binary_fill_holes(own)
        if own.sum() < LEAST_OWN * filled.sum() or filled.mean() < LEAST_FILL:
            continue
        colors = crop[place][own]
        # Percentiles lie between integers, where their last bits depend on the formula.
        spread = np.subtract(*np.percentile(colors, [98, 2], axis=0)).max().round(6)
        yield Swatch(
            color=_main_color(colors),
            box=(place[1].start, place[0].start, place[1].stop, place[0].stop),
            patterned=bool(spread > LARGEST_SPREAD) or _has_pattern(filled & ~own),
        )


def _has_pattern(marks: NDArray[np.bool_]) -> bool:
    """Whether marks lie all over a swatch and not just in its middle, like a code."""
    rows, cols = (
        np.array_split(np.arange(len(marks)), 5),
        np.array_split(np.arange(marks.shape[1]), 5),
    )
    corners = [marks[np.ix_(row, col)].any() for row in rows[::4] for col in cols[::4]]
    return bool(sum(corners) >= PATTERN_CORNERS)


def _distinct(colors: NDArray[np.int16]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Distinct colors in ascending order, shape (n, 3), and how often each occurs."""
    red, green, blue = colors.astype(np.int64).T
    # Numbers are sorted much faster than rows.
    codes, counts = np.unique(red << 16 | green << 8 | blue, return_counts=True)
    return np.stack([codes >> 16, codes >> 8 & 255, codes & 255], axis=-1), counts


def _main_color(colors: NDArray[np.int16]) -> tuple[int, int, int]:
    """Color of most pixels if there is one, else the median."""
    distinct, counts = _distinct(colors)
    most = int(np.argmax(counts))
    color = distinct[most] if 2 * counts[most] > len(colors) else np.median(colors, axis=0)
    red, green, blue = (int(channel) for channel in np.floor(color + 0.5))
    return red, green, blue


def _holds(outer: Box, inner: Box) -> bool:
    """Whether a box holds another one."""
    return outer != inner and (
        outer[0] <= inner[0]
        and outer[1] <= inner[1]
        and outer[2] >= inner[2]
        and outer[3] >= inner[3]
    )


def _of_like_size(found: list[Swatch]) -> list[Swatch]:
    """Drop letters and marks, which are much smaller than the other rectangles."""
    if not found:
        return []
    width, height = _usual_size(found)
    return [
        swatch
        for swatch in found
        if swatch.box[2] - swatch.box[0] >= 0.4 * width
        and swatch.box[3] - swatch.box[1] >= 0.4 * height
    ]


def _usual_size(found: list[Swatch]) -> tuple[float, float]:
    """Median width and height, weighted by area."""
    sides = np.array([(s.box[2] - s.box[0], s.box[3] - s.box[1]) for s in found])
    areas = sides.prod(axis=1)
    usual = []
    for values in sides.T:
        order = np.argsort(values, kind="stable")
        middle = np.searchsorted(np.cumsum(areas[order]), areas.sum() / 2)
        usual.append(float(values[order][middle]))
    return usual[0], usual[1]


def _patterned_rest(
    crop: NDArray[np.int16], regions: NDArray[np.int32], found: list[Swatch]
) -> list[Swatch]:
    """Hatched swatches: rectangles of several colors beside the swatches found so far."""
    from scipy.ndimage import binary_opening, find_objects, label

    paper = np.array(_main_color(crop[regions == _background(regions)]))
    drawn = np.abs(crop - paper).max(axis=-1) > CONTRAST
    width, height = _usual_size(found) if found else (UNKNOWN_SIDE, UNKNOWN_SIDE)
    # Fill frames, but not one around the whole legend.
    holes, _ = label(~drawn)
    largest = 3 * width * height if found else drawn.size / 10
    solid = drawn | (np.bincount(holes.ravel()) <= largest)[holes]
    for swatch in found:
        left, top, right, bottom = swatch.box
        # With its frame and the soft edge of the frame.
        solid[max(0, top - 3) : bottom + 3, max(0, left - 3) : right + 3] = False
    # Lines and letters are thinner than a third of a swatch.
    thickness = max(3, int(min(width, height) / 3))
    solid = binary_opening(solid, np.ones((thickness, thickness)))
    numbers, _ = label(solid)
    patterned = []
    for number, place in enumerate(find_objects(numbers), start=1):
        box = (place[1].start, place[0].start, place[1].stop, place[0].stop)
        own = numbers[place] == number
        if own.mean() < LEAST_FILL or not _has_sides(drawn, box):
            continue
        # Large letters would pass if there is no flat swatch to compare with.
        if min(own.shape) < (LEAST_SIDE if found else 2 * LEAST_SIDE):
            continue
        if not _is_like(box, found) if found else 2 * own.size > drawn.size:
            continue
        rows, cols = own.shape
        inside = crop[place][rows // 5 : rows - rows // 5, cols // 5 : cols - cols // 5]
        inside = inside.reshape(-1, 3)
        distinct, counts = _distinct(inside)
        red, green, blue = (int(channel) for channel in distinct[np.argmax(counts)])
        patterned.append(
            Swatch(
                color=(red, green, blue),
                box=box,
                patterned=True,
            )
        )
    return patterned


def _is_like(box: Box, found: list[Swatch]) -> bool:
    """Whether a rectangle resembles the swatches: in column and size, or closely in size."""
    width, height = _usual_size(found)
    wide, high = (box[2] - box[0]) / width, (box[3] - box[1]) / height
    near = 0.3 * width + 4
    in_column = any(
        abs(box[0] - swatch.box[0]) <= near and abs(box[2] - swatch.box[2]) <= near
        for swatch in found
    )
    if in_column:
        return 0.6 <= wide <= 1.7 and 0.6 <= high <= 1.7
    return 0.8 <= wide <= 1.25 and 0.8 <= high <= 1.25


def _has_sides(drawn: NDArray[np.bool_], box: Box) -> bool:
    """Whether something is drawn all along the four sides, as text never is.

    A frame shared with the next swatch lies a few pixels outside.
    """
    left, top, right, bottom = box
    inside = drawn[:, left:right], drawn[top:bottom].T
    for across, low, high in ((inside[0], top, bottom), (inside[1], left, right)):
        before = [across[max(0, low - i) : max(0, low - i) + 2] for i in range(5)]
        after = [across[max(0, high - 2 + i) : high + i] for i in range(5)]
        for bands in (before, after):
            if max(band.any(axis=0).mean() for band in bands) < LEAST_FILL:
                return False
    return True


def _background(regions: NDArray[np.int32]) -> int:
    """Region with most of the border."""
    border = np.concatenate([regions[0], regions[-1], regions[:, 0], regions[:, -1]])
    return int(np.bincount(border).argmax())
