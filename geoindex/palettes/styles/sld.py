"""Styled Layer Descriptors: color maps of rasters and rules of polygons.

After OGC Styled Layer Descriptor 1.0 and Symbology Encoding 1.1; names are compared without
their namespaces, since programs mix them.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET

from geoindex.palette import Palette
from geoindex.palettes.entries import (
    Entry,
    Request,
    hex_color,
    number,
    palette_of_entries,
    palette_of_ramp,
    without_limits,
)
from geoindex.palettes.labels import value_labels
from geoindex.palettes.styles.classes import Notes, palette_of_classes
from geoindex.palettes.styles.layers import MapLayer, choose_layer
from geoindex.palettes.styles.sld_rules import read_rules
from geoindex.palettes.styles.xml_tree import child, format_xml, local, parse_xml

__all__ = ["format_sld", "parse_sld"]

SLD = "http://www.opengis.net/sld"


def parse_sld(content: bytes, request: Request) -> Palette:
    """Read the color map of a raster symbolizer, or the rules of polygon symbolizers."""
    root = parse_xml(content, request)
    named = [item for item in root if local(item) in ("NamedLayer", "UserLayer")]
    if len(named) < 2 and request.layer is None:
        return _palette(root, request, name=None)
    layers = [
        MapLayer(
            name=_text(child(layer, "Name")),
            has_classes=_holds(layer, "ColorMap") or _holds(layer, "PolygonSymbolizer"),
            style=layer,
        )
        for layer in named
    ]
    chosen = choose_layer(layers, request)
    return _palette(chosen.style, request, name=chosen.name or None)


def format_sld(palette: Palette) -> bytes:
    """Write a Styled Layer Descriptor 1.0 with one color per value."""
    ET.register_namespace("", SLD)
    root = ET.Element(f"{{{SLD}}}StyledLayerDescriptor", version="1.0.0")
    parent = root
    for name in ("NamedLayer", "UserStyle", "FeatureTypeStyle", "Rule", "RasterSymbolizer"):
        parent = ET.SubElement(parent, f"{{{SLD}}}{name}")
        if name == "NamedLayer":
            ET.SubElement(parent, f"{{{SLD}}}Name").text = palette.name or "geoindex"
    color_map = ET.SubElement(parent, f"{{{SLD}}}ColorMap", type="values")
    for row, (value, color, name) in enumerate(value_labels(palette)):
        ET.SubElement(
            color_map,
            f"{{{SLD}}}ColorMapEntry",
            color="#" + bytes(color).hex(),
            quantity=str(value),
            label=name or palette.label(row),
        )
    return format_xml(root)


def _palette(style: ET.Element, request: Request, *, name: str | None) -> Palette:
    """Palette of the color map, or else of the rules, of a layer."""
    color_map = next((item for item in style.iter() if local(item) == "ColorMap"), None)
    if color_map is not None:
        whole = next((item for item in style.iter() if local(item) == "Opacity"), None)
        if whole is not None and _opacity(_text(whole), request) < 1:
            request.warn(
                "the layer is partly transparent; on the map its colors may look different"
            )
        return _raster_palette(color_map, request, name=name)
    if not any(local(item).endswith("Symbolizer") for item in style.iter()):
        raise request.error("holds no ColorMap of a raster symbolizer and no PolygonSymbolizer")
    notes = Notes(request)
    classes = read_rules(style, request, notes)
    return palette_of_classes(classes, request, notes, name=name)


def _raster_palette(color_map: ET.Element, request: Request, *, name: str | None) -> Palette:
    """Palette of the color map of a raster symbolizer."""
    entries = [
        Entry(
            color=(
                *hex_color(item.get("color", ""), request),
                int(255 * _opacity(item.get("opacity", "1"), request) + 0.5),
            ),
            name=item.get("label", ""),
            value=number(item.get("quantity", "")),
        )
        for item in color_map.iter()
        if local(item) == "ColorMapEntry"
    ]
    # By default, SLD takes a color map for a ramp.
    if color_map.get("type", "ramp") == "ramp":
        return palette_of_ramp(entries, request, name=name)
    if color_map.get("type") == "intervals":
        entries = without_limits(entries)
    return palette_of_entries(entries, request, name=name)


def _opacity(text: str, request: Request) -> float:
    """Opacity of an entry or a layer, from 0 to 1."""
    value = number(text)
    if value is None or not 0 <= value <= 1:
        raise request.error(f"the opacity {text[:40]!r} is not a number from 0 to 1")
    return float(value)


def _holds(layer: ET.Element, name: str) -> bool:
    """Whether a layer contains an element of this name."""
    return any(local(item) == name for item in layer.iter())


def _text(element: ET.Element | None) -> str:
    """Text of an element without blanks around it."""
    return "" if element is None else (element.text or "").strip()
