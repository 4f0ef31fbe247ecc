"""Symbols of QGIS, layer by layer, as coats of color.

There is no specification; classes and properties are those that QGIS 3 writes, and the older
``color_border`` and ``style_border`` of QGIS 2 with them.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from geoindex.palettes.entries import HEX_COLOR, Request, channel, hex_color, number
from geoindex.palettes.styles.classes import DATA_DEFINED, Coat, Notes
from geoindex.palettes.styles.xml_tree import DEEPEST

__all__ = ["SymbolReader", "alpha"]

GRADIENTS = ("GradientFill", "ShapeburstFill")

# Layers that draw with symbols of their own, which hold the colors.
COMPOSED = (
    "ArrowLine",
    "CentroidFill",
    "FilledLine",
    "FilledMarker",
    "GeometryGenerator",
    "HashLine",
    "LinePatternFill",
    "MarkerLine",
    "PointPatternFill",
    "RandomMarkerFill",
    "VectorField",
)

# Layers of pictures, whose colors the style does not tell.
PICTURES = ("AnimatedMarker", "RasterFill", "RasterLine", "RasterMarker")

DRAWN_BY_COLOR = {
    "EllipseMarker": "pattern",
    "FontMarker": "pattern",
    "LineburstLine": "line",
    "SVGFill": "pattern",
    "SimpleLine": "line",
    "SimpleMarker": "pattern",
    "SvgMarker": "pattern",
}
"""Symbol layers with color properties of their own, and the kind of coat that each makes."""

OUTLINED_SHAPES = (
    "arrowhead",
    "cross",
    "cross2",
    "half_arc",
    "line",
    "quarter_arc",
    "third_arc",
)
"""Markers without an interior."""

CHANGES_COLOR = ("alpha", "color", "enabled", "opacity", "style")


@dataclass(frozen=True)
class SymbolReader:
    """Reads the symbols of one class of a style."""

    request: Request
    """Names the file in errors."""

    notes: Notes
    """Collects what may differ on the map."""

    name: str
    """Name of the class for messages."""

    def coats(self, symbol: ET.Element, opacity: float = 1.0, depth: int = 0) -> list[Coat]:
        """Coats of a symbol from bottom to top.

        Raises
        ------
        PaletteError
            A color that is none, or symbols nested too deeply.
        """
        if depth > DEEPEST:
            raise self._error("its symbols are nested too deeply")
        opacity *= alpha(symbol.get("alpha", "1"), self._error)
        self._note_overrides(symbol)
        found: list[Coat] = []
        for layer in symbol.findall("layer"):
            if layer.get("enabled", "1") == "0":
                continue
            self._note_overrides(layer)
            found += self._layer(layer, opacity, depth)
        if symbol.get("type") in ("line", "marker"):
            return [replace(coat, kind="line") for coat in found]
        return found

    def _layer(self, layer: ET.Element, opacity: float, depth: int) -> list[Coat]:
        """Coats of a symbol layer."""
        kind = layer.get("class", "")
        found = _properties(layer)
        if kind == "SimpleFill":
            return self._simple_fill(found, opacity)
        if kind in GRADIENTS:
            self.notes.add("of gradients only the first color is taken", self.name)
            key = "color1" if found.get("color_type") == "1" else "color"
            return [self._coat(found, (key,), "fill", opacity)]
        if kind in PICTURES:
            self.notes.add("pictures have colors that the style does not tell", self.name)
            return []
        if kind == "MaskMarker":
            return []
        coats = self._inks(kind, found, opacity)
        for symbol in layer.findall("symbol"):
            coats += [
                replace(coat, kind="pattern") if coat.kind == "fill" else coat
                for coat in self.coats(symbol, opacity, depth + 1)
            ]
        if kind == "GeometryGenerator":
            self.notes.add("shapes that QGIS computes are read as ink", self.name)
        elif kind in ("LinePatternFill", "PointPatternFill", "RandomMarkerFill"):
            coats = [replace(coat, kind="pattern") for coat in coats]
        return coats

    def _simple_fill(self, found: Mapping[str, str], opacity: float) -> list[Coat]:
        """Fill, or pattern of a brush, with its outline."""
        coats = []
        style = found.get("style", "solid")
        if style != "no":
            kind: Literal["fill", "pattern"] = "fill" if style == "solid" else "pattern"
            coats.append(self._coat(found, ("color",), kind, opacity))
        line = found.get("outline_style", found.get("style_border", "solid"))
        if line != "no":
            keys = ("outline_color", "color_border", "line_color")
            coats.append(self._coat(found, keys, "line", opacity))
        return coats

    def _inks(self, kind: str, found: Mapping[str, str], opacity: float) -> list[Coat]:
        """Coats of lines and markers with color properties of their own."""
        if kind in COMPOSED:
            return []
        if kind not in DRAWN_BY_COLOR:
            self.notes.add(f"symbol layers of the kind {kind[:40]} are left out", self.name)
            return []
        if kind == "SimpleLine":
            if found.get("line_style", found.get("penstyle", "solid")) == "no":
                return []
            return [self._coat(found, ("line_color", "color"), "line", opacity)]
        if kind in ("SVGFill", "SvgMarker"):
            self.notes.add("SVG drawings may have other colors than the style tells", self.name)
        coats = []
        if found.get("name") not in OUTLINED_SHAPES or kind != "SimpleMarker":
            coats.append(self._coat(found, ("color", "fill"), "pattern", opacity))
        line = found.get("outline_style", "solid")
        if "outline_color" in found and line != "no" and kind not in ("FontMarker", "SVGFill"):
            coats.append(self._coat(found, ("outline_color",), "pattern", opacity))
        return coats

    def _coat(
        self,
        found: Mapping[str, str],
        keys: tuple[str, ...],
        kind: Literal["fill", "pattern", "line"],
        opacity: float,
    ) -> Coat:
        """Coat of the first of several properties."""
        text = next((found[key] for key in keys if key in found), None)
        if text is None:
            raise self._error(f"a symbol layer has no property {keys[0]}")
        color, own = self._color(text)
        return Coat(color=color, opacity=own * opacity, kind=kind)

    def _color(self, text: str) -> tuple[tuple[int, int, int], float]:
        """Color and opacity of ``r,g,b,a``; QGIS 3.40 appends the color in its own model."""
        if HEX_COLOR.match(text):
            return hex_color(text, self.request), 1.0
        fields = [field.strip() for field in text.split(",")]
        if len(fields) < 3:
            raise self._error(f"{text[:40]!r} is no color; QGIS writes red,green,blue,alpha")
        try:
            red, green, blue, *rest = (channel(field, self.request, None) for field in fields[:4])
        except ValueError:
            raise self._error(f"{text[:40]!r} is no color of 0..255") from None
        return (red, green, blue), (rest[0] if rest else 255) / 255

    def _note_overrides(self, element: ET.Element) -> None:
        """Note properties that the data define, and effects."""
        for option in element.iterfind(
            "data_defined_properties/Option/Option[@name='properties']/Option"
        ):
            active = option.find("Option[@name='active']")
            if active is not None and active.get("value") == "true":
                self._note_override(option.get("name", ""))
        for key, value in _properties(element).items():
            if key.endswith("_dd_active") and value == "1":
                self._note_override(key)
        effect = element.find("effect")
        if effect is not None and effect.get("enabled") == "1":
            self.notes.add("effects such as shadows may change the colors", self.name)

    def _note_override(self, key: str) -> None:
        """Note one property that the data define, if it changes a color."""
        if any(word in key.lower() for word in CHANGES_COLOR):
            self.notes.add(DATA_DEFINED, self.name)

    def _error(self, reason: str) -> Exception:
        """Error that names the class."""
        return self.request.error(f"class {self.name!r}: {reason}")


def _properties(layer: ET.Element) -> dict[str, str]:
    """Properties of a symbol layer, in either of the two forms that QGIS writes."""
    found = {prop.get("k", ""): prop.get("v", "") for prop in layer.findall("prop")}
    for option in layer.iterfind("Option/Option"):
        found[option.get("name", "")] = option.get("value", "")
    return found


def alpha(text: str, error: Callable[[str], Exception]) -> float:
    """Opacity of a text.

    Raises
    ------
    PaletteError
        It is no number of 0..1; `error` makes it.
    """
    value = number(text)
    if value is None or not 0 <= value <= 1:
        raise error(f"the opacity {text[:40]!r} is not within 0..1")
    return float(value)
