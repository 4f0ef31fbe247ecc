"""Symbols of ArcGIS Pro (CIM) as coats of color, after Esri's cim-spec.

The first symbol layer is drawn last. False is what ArcGIS Pro leaves out, so that a symbol layer
without ``enable`` is switched off.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from geoindex.errors import PaletteError
from geoindex.palettes.entries import Request
from geoindex.palettes.styles.cim_colors import color_and_opacity
from geoindex.palettes.styles.classes import DATA_DEFINED, Coat, Notes
from geoindex.palettes.styles.xml_tree import DEEPEST

__all__ = ["CimReader", "objects", "text"]

Kind = Literal["fill", "pattern", "line"]

SOLID: dict[str, Kind] = {"CIMSolidFill": "fill", "CIMSolidStroke": "line"}
GRADIENTS: dict[str, Kind] = {"CIMGradientFill": "fill", "CIMGradientStroke": "line"}
PATTERNS = {"CIMHatchFill": "lineSymbol", "CIMCharacterMarker": "symbol"}
"""Symbol layers that draw with another symbol, and its key."""

PICTURES = ("CIMPictureFill", "CIMPictureMarker", "CIMPictureStroke")


def objects(item: Any, key: str) -> Iterator[dict[str, Any]]:
    """Objects of a list in an object; anything else counts as missing."""
    found = item.get(key) if isinstance(item, dict) else None
    for part in found if isinstance(found, list) else ():
        if isinstance(part, dict):
            yield part


def text(item: Any, key: str) -> str:
    """Text of a field in one line, "" where it is missing."""
    found = item.get(key) if isinstance(item, dict) else None
    return " ".join(str(found).split()) if isinstance(found, str | int | float) else ""


@dataclass(frozen=True)
class CimReader:
    """Reads the symbol of one class of a style."""

    request: Request
    """Names the file in errors."""

    notes: Notes
    """Collects what may differ on the map."""

    name: str
    """Name of the class for messages."""

    def coats(self, reference: Any) -> list[Coat]:
        """Coats of a symbol reference from bottom to top.

        Raises
        ------
        PaletteError
            A color that is none, or symbols nested too deeply.
        """
        for override in objects(reference, "primitiveOverrides"):
            if "color" in text(override, "propertyName").lower():
                self.notes.add(DATA_DEFINED, self.name)
        symbol = reference.get("symbol") if isinstance(reference, dict) else None
        found = self._symbol(symbol, 0)
        if text(symbol, "type") in ("CIMLineSymbol", "CIMPointSymbol"):
            return [replace(coat, kind="line") for coat in found]
        return found

    def coat(self, color: Any, kind: Kind) -> Coat:
        """Coat of a CIM color."""
        if text(color, "type") == "CIMCMYKColor":
            self.notes.add("CMYK colors are converted without a color profile", self.name)
        try:
            found, opacity = color_and_opacity(color)
        except ValueError as error:
            raise self._error(str(error)) from None
        return Coat(color=found, opacity=opacity, kind=kind)

    def _symbol(self, symbol: Any, depth: int) -> list[Coat]:
        """Coats of the symbol layers that are switched on."""
        if depth > DEEPEST:
            raise self._error("its symbols are nested too deeply")
        coats: list[Coat] = []
        for layer in reversed(list(objects(symbol, "symbolLayers"))):
            if layer.get("enable") is True:
                coats += self._layer(layer, depth)
        return coats

    def _layer(self, layer: dict[str, Any], depth: int) -> list[Coat]:
        """Coats of a symbol layer."""
        kind = text(layer, "type")
        if kind in SOLID:
            return [self.coat(layer.get("color"), SOLID[kind])]
        if kind in GRADIENTS:
            self.notes.add("of gradients only the first color is taken", self.name)
            return [self.coat(_first_color(layer.get("colorRamp")), GRADIENTS[kind])]
        if kind in PICTURES:
            self.notes.add("pictures have colors that the style does not tell", self.name)
            changed = (part.get("newColor") for part in objects(layer, "colorSubstitutions"))
            return [self.coat(color, "pattern") for color in changed if color is not None]
        if kind == "CIMVectorMarker":
            symbols = [graphic.get("symbol") for graphic in objects(layer, "markerGraphics")]
        elif kind in PATTERNS:
            symbols = [layer.get(PATTERNS[kind])]
        else:
            self.notes.add(f"symbol layers of the kind {kind[:40]} are left out", self.name)
            return []
        return [
            replace(coat, kind="pattern")
            for symbol in symbols
            for coat in self._symbol(symbol, depth + 1)
        ]

    def _error(self, reason: str) -> PaletteError:
        """Error that names the class."""
        return self.request.error(f"class {self.name!r}: {reason}")


def _first_color(ramp: Any) -> Any:
    """First color of a color ramp, None where it has none."""
    for _ in range(DEEPEST):
        if text(ramp, "type") != "CIMMultipartColorRamp":
            break
        ramp = next(objects(ramp, "colorRamps"), None)
    if isinstance(ramp, dict) and "fromColor" in ramp:
        return ramp["fromColor"]
    return next(objects(ramp, "colors"), None)
