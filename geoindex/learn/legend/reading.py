"""The palette of a printed legend, from its swatches."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from os import PathLike

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoindex.color.pixels import PixelRule, as_pixels
from geoindex.errors import GeoindexError, ImageError
from geoindex.images.picture import read_picture
from geoindex.learn.legend.flat import LEAST_SIDE, exact_swatches, small_swatches
from geoindex.learn.legend.paper import tilt_of, whitened
from geoindex.learn.legend.printed import is_small_print, printed_swatches
from geoindex.learn.legend.swatches import Box, Legend, Swatch, in_order
from geoindex.palette import Palette
from geoindex.rules.box import region_of_box
from geoindex.rules.scale import round_colors

__all__ = ["legend_palette"]


def legend_palette(
    image: str | PathLike[str] | ArrayLike,
    *,
    box: Sequence[int] | None = None,
    names: Sequence[str] | None = None,
    ink: Sequence[str] = (),
    white_paper: bool = False,
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
        The box is empty or not inside the picture.
    PaletteError
        The numbers of names and swatches differ, or an ink is no color.

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
    if isinstance(image, str | PathLike):
        picture = read_picture(image)[..., :3]
        try:
            return legend_palette(picture, box=box, names=names, ink=ink, white_paper=white_paper)
        except GeoindexError as error:
            raise type(error)(f"{image}: {error}") from None
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
    left, top = cols.start, rows.start
    crop = np.ascontiguousarray(round_colors(pixels.colors[rows, cols]))
    found = _swatches(crop, white=white_paper)
    if not found:
        raise ImageError(
            "the box holds no swatch, that is, no rectangle of one color of at least "
            f"{LEAST_SIDE} x {LEAST_SIDE} pixels; draw the box around the legend"
        )
    swatches = [replace(swatch, box=_moved(swatch.box, left, top)) for swatch in found]
    palette = Palette(np.array([swatch.color for swatch in swatches], dtype=np.uint8))
    legend = Legend(palette, swatches, (left, top, cols.stop, rows.stop))
    if names is not None:
        legend = legend.named(names)
    return legend.with_ink(ink)


def _swatches(crop: NDArray[np.uint8], *, white: bool) -> list[Swatch]:
    """Swatches of a legend in their order."""
    exact = exact_swatches(crop)
    if exact is not None:
        return in_order(exact)
    if is_small_print(crop):
        return _upright_order(small_swatches(whitened(crop) if white else crop), tilt_of(crop))
    sheet, printed = printed_swatches(crop)
    return [
        Swatch(
            color=one.white_color if white else one.color,
            box=sheet.given_box(one.box),
            patterned=one.patterned,
        )
        for one in in_order(printed)
    ]


def _upright_order(swatches: list[Swatch], tilt: float) -> list[Swatch]:
    """Order of swatches whose columns lean to the left by a tilt in degrees."""
    lean = math.tan(math.radians(tilt))
    upright = {}
    for swatch in swatches:
        shift = round(lean * (swatch.box[1] + swatch.box[3]) / 2)
        upright[replace(swatch, box=_moved(swatch.box, shift, 0))] = swatch
    return [upright[swatch] for swatch in in_order(upright)]


def _moved(box: Box, left: int, top: int) -> Box:
    """Move a box."""
    return box[0] + left, box[1] + top, box[2] + left, box[3] + top
