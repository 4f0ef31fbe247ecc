"""Pixel arrays of any dtype as colors of 0..255 and a mask of what is valid."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from geoindex.errors import ImageError, OptionError
from geoindex.rules.choices import check_choice
from geoindex.rules.scale import (
    ColorArray,
    Depth,
    Scale,
    ScaleProblemError,
    to_byte_scale,
    to_uint8,
    uint16_to_uint8,
)

__all__ = ["NO_MASK", "Alpha", "PixelRule", "Pixels", "Translucent", "as_pixels"]

NO_MASK = np.empty((0, 0), dtype=np.uint8)
"""The mask that says that every pixel is valid."""

Alpha = Literal["mask", "strip"]
"""``"mask"``: transparent pixels are nodata; ``"strip"``: transparency is ignored."""

Translucent = Literal["keep"] | int | str | Sequence[int]
"""``"keep"``, the least alpha of 1..255 that is not nodata, or a background color."""


@dataclass(frozen=True, kw_only=True)
class PixelRule:
    """How pixels of any kind become colors.

    Raises
    ------
    OptionError
        An unknown choice, a threshold that is not within 1..255, or a background that is no
        color.
    """

    alpha: Alpha = "mask"
    """Whether transparent pixels (alpha 0) are nodata or keep the color that lies under them."""

    translucent: Translucent = "keep"
    """What becomes of partly transparent pixels: ``"keep"`` takes their color as it is; an
    int makes pixels nodata whose alpha (0..255) is lower; a color, ``"#rrggbb"`` or red,
    green, blue, is the paper that they are laid on."""

    scale: Scale | None = None
    """Scale of floats where the rule (all within 0..1: unit, otherwise byte) would be wrong."""

    depth: Depth = "8bit"
    """Whether 16-bit and float pixels are rounded to 8 bits."""

    threshold: int = field(init=False, repr=False)
    """Least alpha of a pixel that is not nodata, 1..255."""

    background: tuple[int, int, int] | None = field(init=False, repr=False)
    """Color under partly transparent pixels, or None."""

    def __post_init__(self) -> None:
        check_choice("alpha", self.alpha, Alpha)
        check_choice("depth", self.depth, Depth)
        if self.scale is not None:
            check_choice("scale", self.scale, Scale)
        threshold, background = _parse_translucent(self.translucent)
        object.__setattr__(self, "threshold", threshold)
        object.__setattr__(self, "background", background)
        if self.alpha == "strip" and self.translucent != "keep":
            raise OptionError(
                "alpha='strip' ignores all transparency, so translucent has no sense beside it; "
                "leave one of the two out"
            )


def _parse_translucent(value: Any) -> tuple[int, tuple[int, int, int] | None]:
    """Threshold and background that a `translucent` option stands for."""
    if isinstance(value, str):
        text = value.strip()
        if text == "keep":
            return 1, None
        if re.fullmatch("#[0-9a-fA-F]{6}", text):
            red, green, blue = bytes.fromhex(text[1:])
            return 1, (red, green, blue)
        if text.isdecimal():
            value = int(text)
    if isinstance(value, int | np.integer) and 1 <= value <= 255:
        return int(value), None
    if isinstance(value, Sequence | np.ndarray) and len(value) == 3:
        try:
            red, green, blue = (int(channel) for channel in value)
        except (TypeError, ValueError):
            red = -1
        if red >= 0 and all(0 <= channel <= 255 for channel in (red, green, blue)):
            return 1, (red, green, blue)
    raise OptionError(
        f"translucent must be 'keep', a threshold within 1..255, '#rrggbb' or three numbers "
        f"within 0..255, found {value!r}"
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Pixels:
    """The colors of an image, or of a part of it."""

    table: ColorArray
    """Without `codes` the colors themselves, shape (..., 3) or (..., 4), the fourth channel
    without a meaning; with them the colors that they stand for, shape (n, 3)."""

    valid: NDArray[np.uint8] | None = None
    """Shape (...), 0 where the pixel has no color, or None where all have one."""

    codes: NDArray[np.uint8 | np.uint16] | None = None
    """Row of `table` of each pixel, shape (...), or None."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the pixels without their channels."""
        return self.table.shape[:-1] if self.codes is None else self.codes.shape

    @cached_property
    def colors(self) -> ColorArray:
        """Red, green, blue of each pixel; shape (..., 3)."""
        if self.codes is None:
            return self.table[..., :3]
        # Nodata may lie beyond the table.
        return np.take(self.table, self.codes, axis=0, mode="clip")


def as_pixels(
    pixels: NDArray[Any],
    rule: PixelRule,
    *,
    alpha: NDArray[Any] | None = None,
    valid: NDArray[np.generic] | None = None,
    premultiplied: bool = False,
) -> Pixels:
    """Bring pixels to the 0..255 scale and tell which of them are valid.

    Parameters
    ----------
    pixels : ndarray of uint8, uint16, other integers within 0..255, or floats
        Shape (..., 3) for RGB or (..., 4) for RGBA.
    rule : PixelRule
        What becomes of transparency, scale and depth.
    alpha : ndarray, shape (...), optional
        Alpha of the dtype of `pixels`, where it is not their fourth channel.
    valid : ndarray, shape (...), optional
        0 where a pixel has no color for another reason.
    premultiplied : bool
        Whether the colors are multiplied by alpha already, which is undone.

    Returns
    -------
    Pixels
        uint8 input is not copied. With ``depth="full"`` uint16 is not either, and floats
        become float64 on the 0..255 scale.

    Raises
    ------
    ImageError
        Wrong shape or dtype, a value out of range, or floats of both scales; the message
        names the place.
    """
    if pixels.ndim < 1 or pixels.shape[-1] not in (3, 4):
        raise ImageError(f"pixels must have the shape (..., 3) or (..., 4), found {pixels.shape}")
    if pixels.shape[-1] == 4:
        alpha = pixels[..., 3]
    if rule.alpha == "strip":
        alpha, pixels = None, pixels[..., :3]
    if alpha is not None and premultiplied:
        full = 1 if rule.scale == "unit" else 255
        pixels = _undo_premultiplied(pixels[..., :3], alpha, full)
    if pixels.dtype.kind == "f":
        valid = _both(valid, ~np.isnan(pixels).any(axis=-1))
    if valid is not None and pixels.dtype not in (np.uint8, np.uint16):
        # What lies under nodata need not be on the scale.
        pixels = np.where((valid != 0)[..., np.newaxis], pixels, pixels.dtype.type(0))
    return _after_alpha(_scaled(pixels, rule), alpha, valid, rule)


def _after_alpha(
    colors: ColorArray,
    alpha: NDArray[Any] | None,
    valid: NDArray[np.generic] | None,
    rule: PixelRule,
) -> Pixels:
    """Colors and mask as the rule for transparency wants them."""
    if alpha is None:
        return Pixels(table=colors, valid=_mask(valid))
    if rule.translucent == "keep":
        # An alpha band serves as a mask as it is; of other types only 0 is transparent.
        opaque = alpha if alpha.dtype == np.uint8 else alpha != 0
        return Pixels(table=colors, valid=_mask(_both(valid, opaque)))
    if valid is not None:
        alpha = np.where(valid != 0, alpha, alpha.dtype.type(0))
    alpha8 = _scaled(alpha, PixelRule(scale=rule.scale))
    if rule.background is not None:
        colors = _over(colors[..., :3], alpha8, rule.background)
    return Pixels(table=colors, valid=_mask(_both(valid, alpha8 >= rule.threshold)))


def _scaled(values: NDArray[Any], rule: PixelRule) -> ColorArray:
    """Color values on the scale of their depth."""
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
    """Mask where both are not 0; None where nothing is masked."""
    if valid is not None:
        more = np.logical_and(valid, more)
    return None if more.dtype == bool and more.all() else more


def _mask(valid: NDArray[np.generic] | None) -> NDArray[np.uint8] | None:
    """Mask as uint8."""
    return None if valid is None else valid.view(np.uint8)


def _undo_premultiplied(colors: NDArray[Any], alpha: NDArray[Any], full: int) -> NDArray[Any]:
    """Colors as they were before they were multiplied by alpha; `full` is 1 of float alpha."""
    divisor = np.where(alpha == 0, 1, alpha)[..., np.newaxis].astype(np.float64)
    if colors.dtype.kind == "f":
        return np.minimum(colors * (full / divisor), full).astype(colors.dtype)
    largest = np.iinfo(colors.dtype).max
    return np.minimum(np.floor(colors * (largest / divisor) + 0.5), largest).astype(colors.dtype)


def _over(colors: ColorArray, alpha: NDArray[Any], background: tuple[int, int, int]) -> ColorArray:
    """Colors laid on a background of 0..255 by an alpha of 0..255, in their own dtype."""
    paper = np.array(background, dtype=np.float64)
    if colors.dtype == np.uint16:
        paper *= 257
    share = alpha[..., np.newaxis] / 255.0
    mixed = colors * share + paper * (1.0 - share)
    if colors.dtype == np.float64:
        return cast("ColorArray", mixed)
    return cast("ColorArray", np.floor(mixed + 0.5).astype(colors.dtype))
