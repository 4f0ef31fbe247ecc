"""Renderers and legends of ArcGIS web services, as JSON.

After the ArcGIS REST API: the ``drawingInfo`` of a layer (``.../MapServer/3?f=json``), of all
layers (``.../MapServer/layers?f=json``) and of a web map; and the legend resource
(``.../MapServer/legend?f=json``), which has a picture of each class.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from geoindex.palette import Palette
from geoindex.palettes.entries import Request
from geoindex.palettes.styles.cim_symbols import CimReader, objects, text
from geoindex.palettes.styles.classes import (
    DATA_DEFINED,
    Coat,
    Notes,
    StyleClass,
    layer_opacity,
    palette_of_classes,
)
from geoindex.palettes.styles.layers import MapLayer, choose_layer
from geoindex.palettes.styles.swatch import swatch_coat
from geoindex.palettes.styles.xml_tree import DEEPEST

__all__ = ["is_rest_object", "is_rest_text", "palette_of_rest_object"]

RENDERERS = {
    "uniqueValue": "uniqueValueInfos",
    "classBreaks": "classBreakInfos",
    "simple": "",
}
"""Renderers with classes, and the key of the list that holds these."""

HATCHINGS = (
    "esriSFSBackwardDiagonal",
    "esriSFSCross",
    "esriSFSDiagonalCross",
    "esriSFSForwardDiagonal",
    "esriSFSHorizontal",
    "esriSFSVertical",
)
MARKS = ("esriSLS", "esriSMS")
"""Lines and points of one color."""

PICTURES = ("esriPFS", "esriPMS")


def is_rest_text(content: bytes) -> bool:
    """Whether JSON seems to be that of a web service with a renderer or a legend."""
    words = (b'"drawingInfo"', b'"uniqueValue"', b'"classBreaks"', b'"imageData"')
    return any(word in content for word in words)


def is_rest_object(found: Any) -> bool:
    """Whether an object of JSON is one of a web service with a renderer or a legend."""
    return isinstance(found, dict) and next(_styles(found), None) is not None


def palette_of_rest_object(found: dict[str, Any], request: Request) -> Palette:
    """Palette of the renderer, or the legend, of one layer."""
    layers = [
        MapLayer(
            name=text(layer, "name") or text(layer, "layerName") or text(layer, "title"),
            key=text(layer, "id") or text(layer, "layerId"),
            has_classes=_has_classes(layer),
            style=layer,
        )
        for layer in _styles(found)
    ]
    chosen = choose_layer(layers, request)
    notes = Notes(request)
    classes = list(_Layer(request=request, notes=notes, layer=chosen.style).classes())
    return palette_of_classes(classes, request, notes, name=chosen.name or None)


def _styles(found: dict[str, Any], depth: int = 0) -> Iterator[dict[str, Any]]:
    """Layers with a renderer or legend: the object itself, or those that it lists."""
    if _renderer(found) is not None or any(_is_swatch(item) for item in objects(found, "legend")):
        yield found
    elif depth < DEEPEST:
        for layer in (*objects(found, "layers"), *objects(found, "operationalLayers")):
            definition = layer.get("layerDefinition")
            # The layer of a web map has its title beside its definition.
            titled = {}
            if isinstance(definition, dict):
                titled = {"name": text(layer, "title"), **definition}
            yield from _styles({**layer, **titled}, depth + 1)


def _is_swatch(item: dict[str, Any]) -> bool:
    """Whether an item of a legend is a class."""
    return "imageData" in item or "url" in item


def _renderer(layer: dict[str, Any]) -> dict[str, Any] | None:
    """Find the renderer of a layer; the object may be the renderer itself."""
    drawing = layer.get("drawingInfo")
    holder = drawing if isinstance(drawing, dict) else layer
    renderer = holder.get("renderer", layer)
    if isinstance(renderer, dict) and text(renderer, "type") in RENDERERS:
        return renderer if "symbol" in renderer or text(renderer, "type") != "simple" else None
    return None


def _has_classes(layer: dict[str, Any]) -> bool:
    """Whether a layer may draw polygons; for a legend of pictures this is unknown, so True."""
    renderer = _renderer(layer)
    if renderer is None:
        return True
    symbols = [item.get("symbol") for item in (renderer, *_infos(renderer))]
    symbols.append(renderer.get("defaultSymbol"))
    return any(_is_fill(symbol) for symbol in symbols)


def _is_fill(symbol: Any) -> bool:
    """Whether a symbol fills polygons."""
    if text(symbol, "type") == "CIMSymbolReference":
        return text(symbol.get("symbol"), "type") == "CIMPolygonSymbol"
    return text(symbol, "type") in ("esriSFS", "esriPFS")


def _infos(renderer: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Classes of a renderer, in groups or not."""
    listed = list(objects(renderer, RENDERERS[text(renderer, "type")]))
    if listed:
        yield from listed
        return
    for group in objects(renderer, "uniqueValueGroups"):
        yield from objects(group, "classes")


@dataclass(frozen=True, kw_only=True)
class _Layer:
    """One layer of a service, and the notes on it."""

    request: Request
    notes: Notes
    layer: dict[str, Any]

    def classes(self) -> Iterator[StyleClass]:
        """Classes of the renderer, or of the legend, in their order."""
        renderer = _renderer(self.layer)
        if renderer is None:
            yield from self._legend()
            return
        if any(
            text(item, "type") in ("colorInfo", "transparencyInfo")
            for item in objects(renderer, "visualVariables")
        ):
            self.notes.add(DATA_DEFINED, text(self.layer, "name"))
        if text(renderer, "type") == "simple":
            name = text(renderer, "label") or text(self.layer, "name")
            yield self._drawn(name, renderer.get("symbol"))
            return
        for info in _infos(renderer):
            value = _value(info)
            # The limits of a class break are not class values.
            name = text(info, "label") or value or text(info, "classMaxValue")
            yield self._drawn(name, info.get("symbol"), value=value)
        if isinstance(renderer.get("defaultSymbol"), dict):
            name = text(renderer, "defaultLabel") or "all other values"
            yield self._drawn(name, renderer["defaultSymbol"], is_rest=True)

    def _legend(self) -> Iterator[StyleClass]:
        """Classes of a legend, whose pictures give the colors."""
        for item in objects(self.layer, "legend"):
            name = text(item, "label") or _value(item) or text(self.layer, "layerName")
            coat = swatch_coat(item.get("imageData"), name, self.request)
            yield StyleClass(name=name, value=_value(item), coats=[coat])

    def _drawn(
        self, name: str, symbol: Any, *, value: str = "", is_rest: bool = False
    ) -> StyleClass:
        """Class that a symbol draws."""
        if text(symbol, "type") == "CIMSymbolReference":
            coats = CimReader(self.request, self.notes, name).coats(symbol)
        else:
            coats = self._coats(symbol, name)
        transparency = (self.layer.get("drawingInfo") or {}).get("transparency")
        opacity = layer_opacity(transparency or 0, self.request)
        return StyleClass(name=name, value=value, is_rest=is_rest, coats=coats, opacity=opacity)

    def _coats(self, symbol: Any, name: str) -> list[Coat]:
        """Coats of a symbol from bottom to top."""
        kind, style = text(symbol, "type"), text(symbol, "style")
        if kind in PICTURES:
            self.notes.add("pictures have colors that the style does not tell", name)
        coats: list[Coat] = []
        if kind in ("esriSFS", *MARKS) and not style.endswith("Null"):
            coat = self._coat(symbol.get("color"), name)
            if coat is not None and kind == "esriSFS":
                coat = Coat(
                    color=coat.color,
                    opacity=coat.opacity,
                    kind="pattern" if style in HATCHINGS else "fill",
                )
            coats += [] if coat is None else [coat]
        if isinstance(symbol, dict) and isinstance(symbol.get("outline"), dict):
            coats += self._coats({"type": "esriSLS", **symbol["outline"]}, name)
        return coats

    def _coat(self, color: Any, name: str) -> Coat | None:
        """Coat of a line with a color and alpha, both 0 to 255; None without a color."""
        if color is None:
            return None
        if (
            not isinstance(color, list)
            or len(color) not in (3, 4)
            or not all(isinstance(part, int | float) and 0 <= part <= 255 for part in color)
        ):
            raise self.request.error(
                f"class {name!r}: {str(color)[:40]} is not a color of red, green, blue and alpha"
            )
        red, green, blue = map(float, color[:3])
        return Coat(color=(red, green, blue), opacity=[*color, 255][3] / 255, kind="line")


def _value(item: dict[str, Any]) -> str:
    """Value of a class, with several fields joined; "" if the class has several values."""
    if "value" in item:
        return text(item, "value")
    values = item.get("values")
    if not isinstance(values, list) or len(values) != 1:
        return ""
    fields = values[0] if isinstance(values[0], list) else [values[0]]
    return ", ".join(str(field) for field in fields)
