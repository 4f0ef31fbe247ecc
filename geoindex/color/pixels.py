"""Pixel arrays of any dtype converted to colors, 0-255, and a valid mask."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from geoindex.color.alpha import over, undo_premultiplied
from geoindex.errors import ImageError, OptionError
from geoindex.rules.box import Region
from geoindex.rules.byte_order import in_native_order
from geoindex.rules.choices import check_choice, check_integer
from geoindex.rules.color_text import COLOR_FORMS, RGB, one_color, some_colors
from geoindex.rules.scale import (
    ColorArray,
    Depth,
    Scale,
    ScaleProblemError,
    to_byte_scale,
    to_uint8,
    uint16_to_uint8,
)

__all__ = [
    "DARK_16_BIT",
    "NO_MASK",
    "Alpha",
    "PixelRule",
    "Pixels",
    "Translucent",
    "as_pixels",
    "check_depth",
    "is_color",
    "unmasked",
]

DARK_16_BIT = (
    "the largest of its 16-bit values is {}, so they look like 0-255 and not like 0-65535; set "
    "scale='byte' if they are, or convert the image to 8 bits"
)
"""Why 16-bit colors are refused that would all be black."""

NO_MASK = np.empty((0, 0), dtype=np.uint8)
"""Mask that marks every pixel as valid."""

Alpha = Literal["mask", "strip"]
"""``"mask"``: transparent pixels are nodata; ``"strip"``: transparency is ignored."""

Translucent = Literal["keep"] | int | str | Sequence[int]
"""``"keep"``, the smallest alpha (1-255) that is not nodata, or a background color."""


@dataclass(frozen=True, kw_only=True)
class PixelRule:
    """Options for converting pixels of any kind to colors.

    Raises
    ------
    OptionError
        A choice is unknown, the threshold is not within 1..255, the background is not a color,
        the bands are no numbers from 1, or options contradict each other.
    """

    alpha: Alpha = "mask"
    """Whether transparent pixels (alpha 0) are nodata or keep their color."""

    translucent: Translucent = "keep"
    """How to treat partly transparent pixels: ``"keep"`` takes their color as is; an int makes
    pixels with a lower alpha (0-255) nodata; a color, in words or numbers, is the background
    that they are blended with."""

    scale: Scale | None = None
    """Scale of floats, if the rule (unit if all are within 0-1, else byte) would guess wrong."""

    depth: Depth = "8bit"
    """Whether 16-bit and float pixels are rounded to 8 bits."""

    bands: Sequence[int] | None = None
    """Numbers of the bands to take, counted from 1: gray, gray and alpha, RGB or RGBA."""

    box: Sequence[int] | None = None
    """Part of the image to read in pixels: left, top, right and bottom; None for all of it."""

    map_box: Sequence[float] | None = None
    """The same on the map: west, south, east and north."""

    nodata_color: str | Sequence[int] | None = None
    """Color of pixels that are nodata, such as that of the paper."""

    collar: str | Sequence[int] | Sequence[str | Sequence[int]] | None = None
    """Color, or colors, of pixels that are nodata where they are joined to the border of the
    image, each once those before it are gone."""

    tolerance: int = 0
    """Largest difference of a channel, 0-255, from `nodata_color` and `collar`."""

    threshold: int = field(init=False, repr=False)
    """Smallest alpha of a pixel that is not nodata, 1-255."""

    background: RGB | None = field(init=False, repr=False)
    """Color under partly transparent pixels, or None."""

    nodata_rgb: RGB | None = field(init=False, repr=False)
    """`nodata_color` in numbers, or None."""

    collar_rgbs: tuple[RGB, ...] = field(init=False, repr=False)
    """The colors of `collar` in numbers."""

    def __post_init__(self) -> None:
        check_choice("alpha", self.alpha, Alpha)
        check_choice("depth", self.depth, Depth)
        if self.scale is not None:
            check_choice("scale", self.scale, Scale)
        if self.bands is not None:
            object.__setattr__(self, "bands", _parse_bands(self.bands))
        if self.box is not None and self.map_box is not None:
            raise OptionError("give box, in pixels, or map_box, in map coordinates, not both")
        object.__setattr__(self, "nodata_rgb", one_color(self.nodata_color, "nodata_color"))
        object.__setattr__(self, "collar_rgbs", some_colors(self.collar, "collar"))
        check_integer("tolerance", self.tolerance, 0, 254)
        if self.tolerance and self.nodata_rgb is None and not self.collar_rgbs:
            raise OptionError(
                "tolerance is the largest difference from nodata_color or collar; give one of them"
            )
        threshold, background = _parse_translucent(self.translucent)
        object.__setattr__(self, "threshold", threshold)
        object.__setattr__(self, "background", background)
        if self.alpha == "strip" and self.translucent != "keep":
            raise OptionError(
                "alpha='strip' ignores all transparency, so translucent has no effect; leave one "
                "of them out"
            )


def _parse_bands(value: Any) -> tuple[int, ...]:
    """Band numbers of a `bands` option."""
    try:
        bands = tuple(operator.index(band) for band in value)
    except TypeError:
        bands = ()
    if not 1 <= len(bands) <= 4 or min(bands) < 1 or len(set(bands)) < len(bands):
        raise OptionError(
            "bands must be one to four different numbers, counted from 1: gray, gray and alpha, "
            f"RGB or RGBA; found {value!r}"
        )
    return bands


def _parse_translucent(value: Any) -> tuple[int, RGB | None]:
    """Threshold and background of a `translucent` option."""
    if isinstance(value, str):
        text = value.strip()
        if text == "keep":
            return 1, None
        if text.isdecimal():
            value = int(text)
    if isinstance(value, int | np.integer) and 1 <= value <= 255:
        return int(value), None
    try:
        return 1, one_color(() if value is None else value, "translucent")
    except OptionError:
        raise OptionError(
            "translucent must be 'keep', a threshold within 1..255 or a background color, "
            f"{COLOR_FORMS}, or three numbers within 0..255; found {value!r}"
        ) from None


@dataclass(frozen=True, kw_only=True, eq=False)
class Pixels:
    """The colors of an image or of a part of it."""

    table: ColorArray
    """Without `codes` the colors of the pixels, shape (..., 3) or (..., 4) with a fourth channel
    to ignore; with `codes` the color table that they refer to, shape (n, 3)."""

    valid: NDArray[np.uint8] | None = None
    """Shape (...), 0 where a pixel has no color; None if all have one."""

    codes: NDArray[np.uint8 | np.uint16] | None = None
    """Row of `table` for each pixel, shape (...), or None."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the pixels without their channels."""
        return self.table.shape[:-1] if self.codes is None else self.codes.shape

    @cached_property
    def colors(self) -> ColorArray:
        """Red, green, blue of each pixel; shape (..., 3)."""
        if self.codes is None:
            return self.table[..., :3]
        # Nodata may be beyond the table.
        return np.take(self.table, self.codes, axis=0, mode="clip")

    def part(self, region: Region) -> Pixels:
        """Pixels of some rows and columns of an image."""
        valid = None if self.valid is None else self.valid[region]
        if self.codes is None:
            return Pixels(table=self.table[region], valid=valid)
        return Pixels(table=self.table, valid=valid, codes=self.codes[region])


def as_pixels(
    pixels: NDArray[Any],
    rule: PixelRule,
    *,
    alpha: NDArray[Any] | None = None,
    valid: NDArray[np.generic] | None = None,
    premultiplied: bool = False,
) -> Pixels:
    """Convert pixels to colors, 0-255, and a valid mask.

    Parameters
    ----------
    pixels : ndarray of uint8, uint16, other integers within 0..255, or floats
        Shape (..., 3) for RGB or (..., 4) for RGBA.
    rule : PixelRule
        How to treat transparency, scale and depth.
    alpha : ndarray, shape (...), optional
        Alpha in the dtype of `pixels`, if it is not their fourth channel.
    valid : ndarray, shape (...), optional
        0 where a pixel is nodata for another reason.
    premultiplied : bool
        Whether the colors are premultiplied by alpha, which is then undone.

    Returns
    -------
    Pixels
        uint8 input is not copied, nor is uint16 with ``depth="full"``, which converts floats to
        float64 on the 0-255 scale.

    Raises
    ------
    ImageError
        The shape or dtype is wrong, a value is out of range, or floats mix both scales; the
        message gives the position.
    """
    pixels = in_native_order(pixels)
    if pixels.ndim < 1 or pixels.shape[-1] not in (3, 4):
        raise ImageError(f"pixels must have the shape (..., 3) or (..., 4), found {pixels.shape}")
    if pixels.shape[-1] == 4:
        alpha = pixels[..., 3]
    if alpha is not None:
        alpha = in_native_order(alpha)
    if rule.alpha == "strip":
        alpha, pixels = None, pixels[..., :3]
    if alpha is not None and premultiplied:
        full = 1 if rule.scale == "unit" else 255
        pixels = undo_premultiplied(pixels[..., :3], alpha, full)
    if pixels.dtype.kind == "f":
        # Alpha may have a scale of its own.
        pixels = pixels[..., :3]
        valid = _both(valid, ~np.isnan(pixels).any(axis=-1))
    if alpha is not None and alpha.dtype.kind == "f":
        valid = _both(valid, ~np.isnan(alpha))
    if valid is not None and pixels.dtype not in (np.uint8, np.uint16):
        # Values of nodata pixels may be off the scale.
        pixels = np.where((valid != 0)[..., np.newaxis], pixels, np.zeros((), pixels.dtype))
    return _without_color(_after_alpha(_scaled(pixels, rule), alpha, valid, rule), rule)


def check_depth(
    colors: NDArray[Any], rule: PixelRule, valid: NDArray[np.generic] | None = None
) -> None:
    """Raise an error for the 16-bit colors of a whole image that may be 8-bit ones.

    Parameters
    ----------
    colors : ndarray, shape (..., 3)
        Without alpha.
    rule : PixelRule
        Only without a scale the colors are checked.
    valid : ndarray, shape (...), optional
        0 where a pixel is nodata.

    Raises
    ------
    ImageError
        No value is above 255, and one is above 0.
    """
    if colors.dtype != np.uint16 or rule.scale is not None:
        return
    where = True if valid is None else (valid != 0)[..., np.newaxis]
    largest = int(colors.max(initial=0, where=where))
    if 0 < largest <= 255:
        raise ImageError(DARK_16_BIT.format(largest))


def unmasked(values: np.ma.MaskedArray[Any, Any]) -> NDArray[np.bool_]:
    """Mask (...) of the pixels of a masked array (..., channels) that are not wholly masked."""
    masked: NDArray[np.bool_] = np.ma.getmaskarray(values)
    valid: NDArray[np.bool_] = np.logical_not(np.logical_and.reduce(masked, axis=-1))
    return valid


def _after_alpha(
    colors: ColorArray,
    alpha: NDArray[Any] | None,
    valid: NDArray[np.generic] | None,
    rule: PixelRule,
) -> Pixels:
    """Apply the transparency rule to colors and mask."""
    if alpha is None:
        return Pixels(table=colors, valid=_mask(valid))
    if rule.translucent == "keep":
        # An 8-bit alpha band is a mask already; in other types only 0 is transparent.
        opaque = alpha if alpha.dtype == np.uint8 else alpha != 0
        return Pixels(table=colors, valid=_mask(_both(valid, opaque)))
    if valid is not None:
        alpha = np.where(valid != 0, alpha, alpha.dtype.type(0))
    alpha8 = _scaled(alpha, PixelRule(scale=rule.scale))
    if rule.background is not None:
        colors = over(colors[..., :3], alpha8, rule.background)
    return Pixels(table=colors, valid=_mask(_both(valid, alpha8 >= rule.threshold)))


def _without_color(pixels: Pixels, rule: PixelRule) -> Pixels:
    """Mark pixels of the color that stands for nodata."""
    if rule.nodata_rgb is None:
        return pixels
    other = ~is_color(pixels.colors, rule.nodata_rgb, rule.tolerance)
    return Pixels(table=pixels.table, valid=_mask(_both(pixels.valid, other)))


def is_color(colors: ColorArray, color: RGB, tolerance: int) -> NDArray[np.bool_]:
    """Tell which pixels have a color.

    Parameters
    ----------
    colors : ndarray of uint8, uint16 or float64, shape (..., 3)
        Uint16 on the scale of 0-65535, others of 0-255.
    color : tuple of int
        Red, green, blue; 0-255.
    tolerance : int
        Largest difference of a channel, 0-255.

    Returns
    -------
    ndarray of bool, shape (...,)
    """
    factor = 257 if colors.dtype == np.uint16 else 1
    is_near = np.ones(colors.shape[:-1], dtype=bool)
    for channel, level in enumerate(color):
        least, most = max(0, level - tolerance), min(255, level + tolerance)
        values = colors[..., channel]
        is_near &= (values >= factor * least) & (values <= factor * most)
    return is_near


def _scaled(values: NDArray[Any], rule: PixelRule) -> ColorArray:
    """Color values on the scale of the rule's depth."""
    if values.dtype == np.uint8 and rule.scale != "unit":
        return values
    if values.dtype == np.uint16 and rule.scale is None:
        return values if rule.depth == "full" else uint16_to_uint8(values)
    try:
        if rule.depth == "full" and values.dtype.kind == "f":
            return to_byte_scale(values, scale=rule.scale)
        return to_uint8(values, scale=rule.scale)
    except ScaleProblemError as problem:
        place = ", ".join(str(i) for i in problem.position)
        raise ImageError(f"pixels at [{place}]: {problem}") from None
    except TypeError as error:
        raise ImageError(f"pixel {error}") from None


def _both(
    valid: NDArray[np.generic] | None, more: NDArray[np.generic]
) -> NDArray[np.generic] | None:
    """Mask of where both are nonzero; None if nothing is masked."""
    if valid is not None:
        more = np.logical_and(valid, more)
    return None if more.dtype == bool and more.all() else more


def _mask(valid: NDArray[np.generic] | None) -> NDArray[np.uint8] | None:
    """Mask as uint8."""
    return None if valid is None else valid.view(np.uint8)
