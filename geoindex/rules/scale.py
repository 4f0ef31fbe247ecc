"""The rule that converts color values of any dtype to 8 bits, for palettes and images alike.

Floats are read as 0-1 if all values lie in that range, anything else as 0-255; values are rounded
half up.
"""

from __future__ import annotations

from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from geoindex.rules.choices import check_choice

__all__ = [
    "ColorArray",
    "Depth",
    "Scale",
    "ScaleProblemError",
    "round_colors",
    "to_byte_scale",
    "to_uint8",
    "uint16_to_uint8",
]

Scale = Literal["unit", "byte"]
"""``"unit"``: values are 0-1; ``"byte"``: values are 0-255."""

Depth = Literal["8bit", "full"]
"""``"8bit"``: colors are rounded to 8 bits; ``"full"``: they keep their precision."""

ColorArray = NDArray[np.uint8 | np.uint16 | np.float64]
"""Colors: uint8, or in full depth uint16 (0-65535) or float64 (0-255)."""


class ScaleProblemError(Exception):
    """A value that fits neither scale; callers raise their own error instead.

    Attributes
    ----------
    position : tuple of int
        Index of the first such value in the array.
    """

    def __init__(self, reason: str, position: tuple[int, ...]) -> None:
        super().__init__(reason)
        self.position = position


def to_uint8(values: NDArray[Any], *, scale: Scale | None = None) -> NDArray[np.uint8]:
    """Convert color values to uint8.

    Parameters
    ----------
    values : ndarray of integers or floats, any shape
        Color values. uint8 is returned as is, without a copy, unless `scale` is ``"unit"``.
    scale : {"unit", "byte"}, optional
        Scale of `values`. By default floats that all lie in 0-1 are on the unit scale and
        everything else is on the byte scale.

    Returns
    -------
    ndarray of uint8, same shape
        ``floor(255 * v + 0.5)`` on the unit scale, ``floor(v + 0.5)`` on the byte scale.

    Raises
    ------
    ScaleProblemError
        A value is NaN or out of range, or there are both floats above 1 and fractions below 1
        and `scale` is not given.
    OptionError
        `scale` is unknown.
    TypeError
        `values` are neither integers nor floats.
    """
    if values.dtype == np.uint8 and scale != "unit":
        return values
    scaled = to_byte_scale(values, scale=scale)
    if scaled.dtype.kind in "ui":
        return scaled.astype(np.uint8)
    return np.floor(scaled + 0.5).astype(np.uint8)


def to_byte_scale(values: NDArray[Any], *, scale: Scale | None = None) -> NDArray[Any]:
    """Convert color values to 0-255 without rounding.

    Parameters
    ----------
    values, scale
        As in :func:`to_uint8`.

    Returns
    -------
    ndarray of float64, or uint8 of integers, same shape

    Raises
    ------
    ScaleProblemError, OptionError, TypeError
        As in :func:`to_uint8`.
    """
    if scale is not None:
        check_choice("scale", scale, Scale)
    if values.dtype.kind not in "uif":
        raise TypeError(f"color values must be integers or floats, found {values.dtype}")
    if values.dtype.kind == "f":
        _refuse(np.isnan(values), values, "is not a number")
        if scale is None:
            scale = _detect_scale(values)
    full = 1 if scale == "unit" else 255
    _refuse((values < 0) | (values > full), values, f"is outside 0..{full}")
    if values.dtype.kind in "ui":
        return values.astype(np.uint8) * np.uint8(255 // full)
    scaled: NDArray[np.float64] = values.astype(np.float64) * (255 // full)
    return scaled


def uint16_to_uint8(values: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """Convert 16-bit color values, 0-65535, to the nearest in 0-255.

    Parameters
    ----------
    values : ndarray of uint16, any shape

    Returns
    -------
    ndarray of uint8, same shape
        ``round(v * 255 / 65535)``, which is ``v / 257``; 257 is odd, so there are no ties.
    """
    return ((values.astype(np.uint32) + 128) // 257).astype(np.uint8)


def round_colors(colors: ColorArray) -> NDArray[np.uint8]:
    """Round colors in full depth to 8 bits.

    Parameters
    ----------
    colors : ndarray of uint8, uint16 or float64, any shape

    Returns
    -------
    ndarray of uint8, same shape
        uint8 is returned without a copy.
    """
    if colors.dtype == np.uint8:
        return cast("NDArray[np.uint8]", colors)
    if colors.dtype == np.uint16:
        return uint16_to_uint8(cast("NDArray[np.uint16]", colors))
    rounded: NDArray[np.uint8] = np.floor(colors + 0.5).astype(np.uint8)
    return rounded


def _detect_scale(values: NDArray[Any]) -> Scale:
    """Scale of floats; an error if both scales seem to be mixed."""
    above_one = values > 1
    if not above_one.any():
        return "unit"
    fraction = (values > 0) & (values < 1)
    if fraction.any():
        largest = values[above_one].max()
        _refuse(
            fraction,
            values,
            f"looks like the 0-1 scale, but {largest:g} elsewhere is on the 0-255 scale; "
            "convert all values to one scale, or set it with scale='byte' or scale='unit'",
        )
    return "byte"


def _refuse(bad: NDArray[np.bool_], values: NDArray[Any], reason: str) -> None:
    """Raise an error for the first value marked `bad`, if any."""
    if bad.any():
        position = tuple(int(i) for i in np.unravel_index(int(np.argmax(bad)), bad.shape))
        raise ScaleProblemError(f"value {values[position]:g} {reason}", position)
