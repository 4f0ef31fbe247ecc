"""Pixel arrays of any dtype as colors of 0..255 and a mask of what is valid."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from geoindex.errors import ImageError, OptionError
from geoindex.scaling import (
    ColorArray,
    Depth,
    Scale,
    ScaleProblemError,
    to_byte_scale,
    to_uint8,
    uint16_to_uint8,
)

__all__ = ["NO_MASK", "as_colors"]

NO_MASK = np.empty((0, 0), dtype=np.uint8)
"""The mask that says that every pixel is valid."""


def as_colors(
    pixels: NDArray[Any], *, scale: Scale | None = None, depth: Depth = "8bit"
) -> tuple[ColorArray, NDArray[np.uint8] | None]:
    """Bring pixels to the 0..255 scale and tell which of them are valid.

    Parameters
    ----------
    pixels : ndarray of uint8, uint16, other integers within 0..255, or floats
        Shape (..., 3) for RGB or (..., 4) for RGBA.
    scale : {"unit", "byte"}, optional
        Scale of floats: 0..1 or 0..255. By default floats that all lie in 0..1 are on the
        unit scale.
    depth : {"8bit", "full"}
        Whether 16-bit and float pixels are rounded to 8 bits.

    Returns
    -------
    colors : ndarray of uint8, shape (..., 3) or (..., 4)
        uint8 input comes back without a copy. With ``depth="full"`` uint16 does too, and
        floats become float64 on the 0..255 scale.
    valid : ndarray of uint8, shape (...), or None
        Not 0 where the pixel has a color: its alpha is above 0 and no value is NaN. None
        where every pixel has one.

    Raises
    ------
    ImageError
        Wrong shape or dtype, a value out of range, or floats of both scales; the message
        names the place.
    OptionError
        Unknown scale or depth.
    """
    if depth not in get_args(Depth):
        raise OptionError(f"unknown depth {depth!r}; known: {', '.join(get_args(Depth))}")
    if pixels.ndim < 1 or pixels.shape[-1] not in (3, 4):
        raise ImageError(f"pixels must have the shape (..., 3) or (..., 4), found {pixels.shape}")
    has_alpha = pixels.shape[-1] == 4
    if pixels.dtype == np.uint8 and scale != "unit":
        return pixels, pixels[..., 3] if has_alpha else None
    valid = pixels[..., 3] != 0 if has_alpha else None
    if pixels.dtype == np.uint16 and scale is None:
        sixteen = pixels if depth == "full" else uint16_to_uint8(pixels)
        return sixteen, None if valid is None else valid.view(np.uint8)
    if pixels.dtype.kind == "f":
        missing = np.isnan(pixels).any(axis=-1)
        if missing.any():
            valid = ~missing if valid is None else valid & ~missing
            pixels = np.where(missing[..., np.newaxis], pixels.dtype.type(0), pixels)
    try:
        is_full = depth == "full" and pixels.dtype.kind == "f"
        colors = to_byte_scale(pixels, scale=scale) if is_full else to_uint8(pixels, scale=scale)
    except ScaleProblemError as problem:
        place = ", ".join(str(i) for i in problem.position)
        raise ImageError(f"pixels at [{place}]: {problem}") from None
    except TypeError as error:
        raise ImageError(f"pixel {error}") from None
    return colors, None if valid is None else valid.view(np.uint8)
