"""Colors of ArcGIS Pro (CIM) as red, green and blue, after Esri's cim-spec."""

from __future__ import annotations

import colorsys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

__all__ = ["CIM_COLORS", "color_and_opacity"]

RGB = tuple[float, float, float]


def _rgb(values: Sequence[float]) -> RGB:
    red, green, blue = values
    return red, green, blue


def _gray(values: Sequence[float]) -> RGB:
    return values[0], values[0], values[0]


def _cmyk(values: Sequence[float]) -> RGB:
    """Convert without a color profile, as GDAL does."""
    cyan, magenta, yellow, black = (1 - value / 100 for value in values)
    return 255 * cyan * black, 255 * magenta * black, 255 * yellow * black


def _hsv(values: Sequence[float]) -> RGB:
    red, green, blue = colorsys.hsv_to_rgb(values[0] / 360, values[1] / 100, values[2] / 100)
    return 255 * red, 255 * green, 255 * blue


def _hsl(values: Sequence[float]) -> RGB:
    red, green, blue = colorsys.hls_to_rgb(values[0] / 360, values[2] / 100, values[1] / 100)
    return 255 * red, 255 * green, 255 * blue


CIM_COLORS: Mapping[str, tuple[tuple[float, ...], Callable[[Sequence[float]], RGB]]] = {
    "CIMRGBColor": ((255, 255, 255), _rgb),
    "CIMGrayColor": ((255,), _gray),
    "CIMCMYKColor": ((100, 100, 100, 100), _cmyk),
    "CIMHSVColor": ((360, 100, 100), _hsv),
    "CIMHSLColor": ((360, 100, 100), _hsl),
}
"""Color models: the largest value of each channel, and the conversion."""


def color_and_opacity(color: Any) -> tuple[RGB, float]:
    """Red, green, blue of 0..255, and opacity of 0..1, of a CIM color.

    Raises
    ------
    ValueError
        It is no color, or of a model that has no RGB of its own; the message is a reason.
    """
    kind = str(color.get("type")) if isinstance(color, dict) else ""
    if kind in ("CIMLABColor", "CIMXYZColor", "CIMSpotColor"):
        raise ValueError(f"a {kind} has no RGB of its own; change it to RGB in ArcGIS Pro")
    if kind not in CIM_COLORS:
        raise ValueError(f"{kind[:40]!r} is no color; known: {', '.join(CIM_COLORS)}")
    largest, convert = CIM_COLORS[kind]
    values = color.get("values")
    if not isinstance(values, list) or len(values) not in (len(largest), len(largest) + 1):
        raise ValueError(f"a {kind} needs {len(largest)} values and an alpha")
    limits = (*largest, 100)[: len(values)]
    for value, limit in zip(values, limits, strict=True):
        if (
            not isinstance(value, int | float)
            or isinstance(value, bool)
            or not 0 <= value <= limit
        ):
            raise ValueError(f"{str(value)[:40]} of a {kind} is not within 0..{limit:g}")
    opacity = values[-1] / 100 if len(values) > len(largest) else 1.0
    return convert(values[: len(largest)]), opacity
