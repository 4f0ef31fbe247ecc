"""Layer files and maps of ArcGIS Pro (``.lyrx``, ``.mapx``), after Esri's cim-spec."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from geoindex.palette import Palette
from geoindex.palettes.entries import Request, json_of
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

__all__ = ["is_layer_file", "parse_layer_file"]

COLORIZERS = (
    "CIMRasterClassifyColorizer",
    "CIMRasterColorMapColorizer",
    "CIMRasterUniqueValueColorizer",
)
RENDERERS = ("CIMClassBreaksRenderer", "CIMSimpleRenderer", "CIMUniqueValueRenderer")

RECOLORING = ("CIMColorVisualVariable", "CIMTransparencyVisualVariable")
"""Variables by which attributes decide the color."""


def is_layer_file(content: bytes) -> bool:
    """Whether JSON is a layer file or a map of ArcGIS Pro."""
    head = content[:2000]
    return b'"CIMLayerDocument"' in head or b'"CIMMapDocument"' in head


def parse_layer_file(content: bytes, request: Request) -> Palette:
    """Read the classes of one layer."""
    found = json_of(content, request)
    layers = [
        MapLayer(
            name=text(layer, "name"),
            key=text(layer, "uRI"),
            has_classes=_has_classes(layer),
            style=layer,
        )
        for layer in objects(found, "layerDefinitions")
        if isinstance(layer.get("renderer") or layer.get("colorizer"), dict)
    ]
    if not layers:
        raise request.error("holds no layer with a renderer or colorizer of ArcGIS Pro")
    chosen = choose_layer(layers, request)
    reader = _Layer(request=request, notes=Notes(request), layer=chosen.style)
    return palette_of_classes(
        list(reader.classes()), request, reader.notes, name=chosen.name or None
    )


def _has_classes(layer: dict[str, Any]) -> bool:
    """Whether a layer has polygons, or a raster with classes."""
    if text(layer.get("colorizer"), "type") in COLORIZERS:
        return True
    renderer = layer.get("renderer")
    references = [item.get("symbol") for item in (renderer, *_items(renderer)) if item]
    return any(
        isinstance(reference, dict) and text(reference.get("symbol"), "type") == "CIMPolygonSymbol"
        for reference in references
    )


def _items(renderer: Any) -> Iterator[dict[str, Any]]:
    """Classes of the groups of a renderer or colorizer, or its class breaks."""
    for group in objects(renderer, "groups"):
        yield from objects(group, "classes")
    yield from objects(renderer, "breaks")
    yield from objects(renderer, "classBreaks")


@dataclass(frozen=True, kw_only=True)
class _Layer:
    """One layer definition, and the notes on it."""

    request: Request
    notes: Notes
    layer: dict[str, Any]

    def classes(self) -> Iterator[StyleClass]:
        """Classes of the renderer or colorizer in their order."""
        style = self.layer.get("renderer") or self.layer["colorizer"]
        kind = text(style, "type")
        if text(self.layer, "blendingMode") not in ("", "Alpha", "None", "Normal"):
            self.notes.add(
                "the layer is blended with those below it, which changes colors",
                text(self.layer, "name"),
            )
        if any(text(item, "type") in RECOLORING for item in objects(style, "visualVariables")):
            self.notes.add(DATA_DEFINED, text(self.layer, "name"))
        if kind == "CIMSimpleRenderer":
            name = text(style, "label") or text(self.layer, "name")
            yield self._drawn(name, style)
        elif kind == "CIMRasterColorMapColorizer":
            yield from self._color_map(style)
        elif kind in (*RENDERERS, *COLORIZERS):
            for item in _items(style):
                yield from self._class(item)
            yield from self._rest(style)
        else:
            raise self.request.error(
                f"is the style of a {kind[:40] or 'layer'}, which has no classes"
            )

    def _class(self, item: dict[str, Any]) -> Iterator[StyleClass]:
        """Class of a unique value or of a class break."""
        values = [_value(value) for value in _list(item, "values")]
        value = values[0] if len(values) == 1 else ""
        name = text(item, "label") or ", ".join(values) or text(item, "upperBound")
        if "upperBound" not in item and item.get("visible") is not True:
            self.notes.add("classes that are switched off are left out", name)
            return
        yield self._drawn(name, item, value=value)

    def _rest(self, style: dict[str, Any]) -> Iterator[StyleClass]:
        """Class of all other values, if it is drawn."""
        name = text(style, "defaultLabel") or "all other values"
        if style.get("useDefaultSymbol") is True:
            yield self._drawn(name, {"symbol": style.get("defaultSymbol")}, is_rest=True)
        elif style.get("useDefaultColor") is True:
            yield self._drawn(name, {"color": style.get("defaultColor")}, is_rest=True)

    def _color_map(self, style: dict[str, Any]) -> Iterator[StyleClass]:
        """Classes of a color map, whose fields are lists of the same length."""
        colors, values, labels = (_list(style, key) for key in ("colors", "values", "labels"))
        if len(values) != len(colors) or len(labels) not in (0, len(colors)):
            raise self.request.error(
                f"a color map of {len(colors)} colors has {len(values)} values and "
                f"{len(labels)} labels"
            )
        for row, (color, value) in enumerate(zip(colors, values, strict=True)):
            label = str(labels[row]) if labels else ""
            yield self._drawn(label or str(value), {"color": color}, value=str(value))

    def _drawn(
        self, name: str, item: dict[str, Any], *, value: str = "", is_rest: bool = False
    ) -> StyleClass:
        """Class that a symbol or a color draws."""
        reader = CimReader(self.request, self.notes, name)
        coats: list[Coat]
        if "color" in item:
            coats = [reader.coat(item["color"], "fill")]
        else:
            coats = reader.coats(item.get("symbol"))
        opacity = layer_opacity(self.layer.get("transparency", 0), self.request)
        return StyleClass(name=name, value=value, is_rest=is_rest, coats=coats, opacity=opacity)


def _value(value: Any) -> str:
    """Value of a class, with several fields joined."""
    if isinstance(value, dict):
        return ", ".join(str(field) for field in _list(value, "fieldValues"))
    return str(value)


def _list(item: dict[str, Any], key: str) -> list[Any]:
    """List in an object; anything else counts as missing."""
    found = item.get(key)
    return found if isinstance(found, list) else []
