"""Pixel arrays of any dtype as 8-bit colors and a mask of what is valid."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoindex.errors import ImageError
from geoindex.scaling import Scale, ScaleProblemError, to_uint8, uint16_to_uint8

__all__ = ["NO_MASK", "as_colors"]

NO_MASK = np.empty((0, 0), dtype=np.uint8)
"""The mask that says that every pixel is valid."""


def as_colors(
    pixels: NDArray[Any], *, scale: Scale | None = None
) -> tuple[NDArray[np.uint8], NDArray[np.uint8] | None]:
    """Bring pixels to 8 bits and tell which of them are valid.

    Parameters
    ----------
    pixels : ndarray of uint8, uint16, other integers within 0..255, or floats
        Shape (..., 3) for RGB or (..., 4) for RGBA.
    scale : {"unit", "byte"}, optional
        Scale of floats: 0..1 or 0..255. By default floats that all lie in 0..1 are on the
        unit scale.

    Returns
    -------
    colors : ndarray of uint8, shape (..., 3) or (..., 4)
        uint8 input comes back without a copy.
    valid : ndarray of uint8, shape (...), or None
        Not 0 where the pixel has a color: its alpha is above 0 and no value is NaN. None
        where every pixel has one.

    Raises
    ------
    ImageError
        Wrong shape or dtype, a value out of range, or floats of both scales; the message
        names the place.
    """
    if pixels.ndim < 1 or pixels.shape[-1] not in (3, 4):
        raise ImageError(f"pixels must have the shape (..., 3) or (..., 4), found {pixels.shape}")
    has_alpha = pixels.shape[-1] == 4
    if pixels.dtype == np.uint8 and scale != "unit":
        return pixels, pixels[..., 3] if has_alpha else None
    valid = pixels[..., 3] != 0 if has_alpha else None
    if pixels.dtype == np.uint16 and scale is None:
        return uint16_to_uint8(pixels), None if valid is None else valid.view(np.uint8)
    if pixels.dtype.kind == "f":
        missing = np.isnan(pixels).any(axis=-1)
        if missing.any():
            valid = ~missing if valid is None else valid & ~missing
            pixels = np.where(missing[..., np.newaxis], pixels.dtype.type(0), pixels)
    try:
        colors = to_uint8(pixels, scale=scale)
    except ScaleProblemError as problem:
        place = ", ".join(str(i) for i in problem.position)
        raise ImageError(f"pixels at [{place}]: {problem}") from None
    except TypeError as error:
        raise ImageError(f"pixel {error}") from None
    return colors, None if valid is None else valid.view(np.uint8)
