"""The palette of a printed legend, from its swatches."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from os import PathLike

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoindex.color.pixels import PixelRule, as_pixels
from geoindex.errors import GeoindexError, GeoindexWarning, ImageError, OptionError
from geoindex.images.picture import read_picture
from geoindex.images.text_lines import check_text_reader
from geoindex.learn.legend.finding import FoundSwatches, find_swatches, moved
from geoindex.learn.legend.flat import LEAST_SIDE
from geoindex.learn.legend.names import read_names as read_names_beside
from geoindex.learn.legend.swatches import Box, Legend, count_scattered
from geoindex.palette import Palette
from geoindex.rules.box import region_of_box
from geoindex.rules.scale import round_colors

__all__ = ["legend_palette"]

SHEET = 20
"""A picture longer than so many swatches are high may be a sheet, or a map without a legend."""


def legend_palette(
    image: str | PathLike[str] | ArrayLike,
    *,
    box: Sequence[int] | None = None,
    names: Sequence[str] | None = None,
    ink: Sequence[str] = (),
    white_paper: bool = False,
    read_names: bool = False,
) -> Legend:
    """Find the swatches of a printed legend and take their colors as a palette.

    A swatch is a rectangle of one color, framed or not, at least 6 pixels wide and high; it may
    touch others, and hold a pattern or a code. Text and anything much smaller than the other
    swatches is ignored. A white swatch needs a frame. A scan may be tilted by up to 6 degrees;
    in one, swatches on a whole sheet are found if they are at least 10 pixels high and stand in
    columns of three or more.

    Parameters
    ----------
    image : path-like or array_like, shape (rows, cols, 3) or (rows, cols, 4)
        The picture: an image file, or an array as in :func:`geoindex.nearest`.
    box : sequence of four int, optional
        Left, top, right and bottom of the legend in pixels, right and bottom exclusive. By
        default the legend is looked for in the whole picture.
    names : sequence of str, optional
        Names of the swatches in their order: columns from left to right, each from top to
        bottom.
    ink : sequence of str, optional
        Names of swatches, or other colors such as ``"black"``, that are lines and text printed
        over the units; they get the role ``"ink"``.
    white_paper : bool
        Give the colors of a scan as they are on white paper in even light. The default is as they
        are in the picture, which is what pixels of the same scan are compared with.
    read_names : bool
        Read the names that stand to the right of the swatches, to the left or below, of one to
        five lines, and the headings above them; needs ``geoindex-raster[ocr]`` and no network.
        Look them over: the swatches tell how certain each name is, and a warning which could
        not be read.

    Returns
    -------
    Legend
        A palette that also knows its swatches.

    Raises
    ------
    MissingFileError
        The file does not exist.
    ImageError
        The file cannot be read, the pixels are no colors, or the box holds no swatch.
    OptionError
        The box is empty or not inside the picture, names are both given and to be read, or the
        extra ``ocr`` is not installed.
    PaletteError
        The numbers of names and swatches differ, or an ink is no color.

    Warns
    -----
    GeoindexWarning
        Names could not be read; or, without a box, what was found may be no legend.

    Examples
    --------
    >>> import numpy as np
    >>> from geoindex import legend_palette
    >>> picture = np.full((60, 50, 3), 255, np.uint8)
    >>> picture[10:22, 5:30] = [230, 203, 203]
    >>> picture[32:44, 5:30] = [56, 168, 0]
    >>> legend = legend_palette(picture, names=["gneiss", "dunite"])
    >>> legend.colors.tolist(), legend.swatches[1].box
    ([[230, 203, 203], [56, 168, 0]], (5, 32, 30, 44))
    """
    if read_names and names is not None:
        raise OptionError("names are either given with names= or read with read_names=True")
    if isinstance(image, str | PathLike):
        crop = read_picture(image, box)[..., :3]
        left, top = (0, 0) if box is None else (int(edge) for edge in box[:2])
    else:
        crop, left, top = _part_of(image, box)
    try:
        if read_names:
            check_text_reader()
        legend, found = _legend_of(crop, left, top, white=white_paper)
        if box is None:
            _warn_of_no_legend(found, crop.shape)
        if names is not None:
            legend = legend.named(names)
        elif read_names:
            legend = _with_read_names(legend, found)
        return legend.with_ink(ink)
    except GeoindexError as error:
        if isinstance(image, str | PathLike):
            raise type(error)(f"{image}: {error}") from None
        raise


def _part_of(image: ArrayLike, box: Sequence[int] | None) -> tuple[NDArray[np.uint8], int, int]:
    """Colors of an array inside a box, and the left and top of it."""
    pixels = as_pixels(np.asarray(image), PixelRule())
    if len(pixels.shape) != 2:
        raise ImageError(
            f"a picture must have the shape (rows, cols, 3 or 4), found {pixels.shape}"
        )
    if 0 in pixels.shape:
        raise ImageError(f"the picture has no pixels: its shape is {pixels.shape}")
    rows, cols = (
        (slice(0, pixels.shape[0]), slice(0, pixels.shape[1]))
        if box is None
        else region_of_box(box, pixels.shape)
    )
    return round_colors(pixels.colors[rows, cols]), cols.start, rows.start


def _legend_of(
    crop: NDArray[np.uint8], left: int, top: int, *, white: bool
) -> tuple[Legend, FoundSwatches]:
    """Find the swatches in a part of a picture that begins at a column and a row."""
    found = find_swatches(np.ascontiguousarray(crop), white=white)
    if not found.swatches:
        raise ImageError(
            "the box holds no swatch, that is, no rectangle of one color of at least "
            f"{LEAST_SIDE} x {LEAST_SIDE} pixels; draw the box around the legend"
        )
    swatches = [replace(swatch, box=moved(swatch.box, left, top)) for swatch in found.swatches]
    palette = Palette(np.array([swatch.color for swatch in swatches], dtype=np.uint8))
    rows, cols = crop.shape[:2]
    return Legend(palette, swatches, (left, top, left + cols, top + rows)), found


def _is_sheet(boxes: Sequence[Box], shape: tuple[int, ...]) -> bool:
    """Whether a picture is much larger than swatches, or a swatch as wide as the picture."""
    rows, cols = shape[:2]
    high = float(np.median([box[3] - box[1] for box in boxes]))
    return max(rows, cols) > SHEET * high or max(box[2] - box[0] for box in boxes) > 0.9 * cols


def _warn_of_no_legend(found: FoundSwatches, shape: tuple[int, ...]) -> None:
    """Say that what was found in a whole picture may be no legend."""
    number = len(found.swatches)
    boxes = [box for column in found.columns for box in column]
    if not _is_sheet(boxes, shape):
        return
    scattered = count_scattered(boxes)
    alike = Counter(swatch.color for swatch in found.swatches).most_common(1)[0][1]
    if 2 * scattered > number:
        what = (
            f"{scattered} of {number} rectangles found stand in no column or row of three of like "
            "size"
        )
    elif 2 * alike > number:
        what = f"{alike} of {number} rectangles found have the same color"
    else:
        return
    warnings.warn(
        f"{what}, so they may be no swatches; if the picture has a legend, give its place with "
        "box=",
        GeoindexWarning,
        stacklevel=3,
    )


def _with_read_names(legend: Legend, found: FoundSwatches) -> Legend:
    """Name the swatches as the print does, and say which names could not be read."""
    read = read_names_beside(found.upright, found.columns)
    swatches = [
        replace(swatch, confidence=one.confidence if one.name else None, group=one.group)
        for swatch, one in zip(legend.swatches, read, strict=True)
    ]
    names = [one.name for one in read]
    if any(names):
        legend = Legend(legend, swatches, legend.box).named(names)
    unread = [str(row) for row, name in enumerate(names) if not name]
    if unread:
        warnings.warn(
            f"no name could be read beside swatch{'es' if len(unread) > 1 else ''} "
            f"{', '.join(unread)}; give the names with names=",
            GeoindexWarning,
            stacklevel=3,
        )
    return legend
