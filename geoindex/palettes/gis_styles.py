"""Styles of GIS programs: QGIS ``.qml`` and OGC ``.sld`` color maps.

There is no specification of ``.qml``; elements and attributes are those that QGIS 3 writes.
SLD after OGC Styled Layer Descriptor 1.0 and Symbology Encoding 1.1 (ColorMap).
"""

from __future__ import annotations

import xml.etree.ElementTree as ET

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from geoindex.palette import Palette
from geoindex.palettes.entries import (
    Entry,
    Request,
    hex_color,
    labels,
    number,
    palette_of_entries,
    palette_of_ramp,
)

__all__ = ["format_qml", "format_sld", "parse_qml", "parse_sld"]

SLD = "http://www.opengis.net/sld"


def parse_qml(content: bytes, request: Request) -> Palette:
    """Read the paletted or singleband pseudocolor renderer of a QGIS style."""
    root = _parse(content, request)
    renderer = next((element for element in root.iter("rasterrenderer")), None)
    kind = None if renderer is None else renderer.get("type")
    if renderer is not None and kind == "paletted":
        return palette_of_entries(
            [_entry(item, request) for item in renderer.iter("paletteEntry")], request
        )
    if renderer is not None and kind == "singlebandpseudocolor":
        shader = next((element for element in renderer.iter("colorrampshader")), None)
        items = [] if shader is None else [_entry(item, request) for item in shader.iter("item")]
        if shader is not None and shader.get("colorRampType") == "INTERPOLATED":
            return palette_of_ramp(items, request)
        return palette_of_entries(items, request)
    raise request.error(
        "is not a style of a paletted or singleband pseudocolor raster"
        + (f", but of {kind}" if kind else "")
    )


def format_qml(palette: Palette) -> bytes:
    """Write the style of a paletted raster for QGIS 3."""
    root = ET.Element("qgis", version="3.4", hasScaleBasedVisibilityFlag="0")
    pipe = ET.SubElement(root, "pipe")
    renderer = ET.SubElement(
        pipe, "rasterrenderer", type="paletted", band="1", opacity="1", alphaBand="-1"
    )
    entries = ET.SubElement(renderer, "colorPalette")
    for row, (value, color, name) in enumerate(labels(palette)):
        ET.SubElement(
            entries,
            "paletteEntry",
            value=str(value),
            color="#" + bytes(color).hex(),
            alpha="255",
            label=name or palette.label(row),
        )
    return _bytes(root)


def parse_sld(content: bytes, request: Request) -> Palette:
    """Read the ColorMap of a raster symbolizer."""
    root = _parse(content, request)
    color_map = next((element for element in root.iter() if _local(element) == "ColorMap"), None)
    if color_map is None:
        raise request.error("holds no ColorMap of a raster symbolizer")
    entries = [
        Entry(
            color=hex_color(item.get("color", ""), request),
            name=item.get("label", ""),
            value=number(item.get("quantity", "")),
        )
        for item in color_map.iter()
        if _local(item) == "ColorMapEntry"
    ]
    # A ramp is what SLD takes where the type is not given.
    if color_map.get("type", "ramp") == "ramp":
        return palette_of_ramp(entries, request)
    return palette_of_entries(entries, request)


def format_sld(palette: Palette) -> bytes:
    """Write a Styled Layer Descriptor 1.0 with one color a value."""
    ET.register_namespace("", SLD)
    root = ET.Element(f"{{{SLD}}}StyledLayerDescriptor", version="1.0.0")
    parent = root
    for name in ("NamedLayer", "UserStyle", "FeatureTypeStyle", "Rule", "RasterSymbolizer"):
        parent = ET.SubElement(parent, f"{{{SLD}}}{name}")
        if name == "NamedLayer":
            ET.SubElement(parent, f"{{{SLD}}}Name").text = palette.name or "geoindex"
    color_map = ET.SubElement(parent, f"{{{SLD}}}ColorMap", type="values")
    for row, (value, color, name) in enumerate(labels(palette)):
        ET.SubElement(
            color_map,
            f"{{{SLD}}}ColorMapEntry",
            color="#" + bytes(color).hex(),
            quantity=str(value),
            label=name or palette.label(row),
        )
    return _bytes(root)


def _parse(content: bytes, request: Request) -> ET.Element:
    """Root element; entities and external references are refused."""
    try:
        root: ET.Element = fromstring(content)
    except ET.ParseError as error:
        line, _ = error.position
        raise request.error(f"is damaged XML ({error})", line) from None
    except DefusedXmlException as error:
        raise request.error(f"holds XML that is not safe to read ({error})") from None
    except (ValueError, LookupError) as error:
        raise request.error(f"is XML in an unknown encoding ({error})") from None
    return root


def _entry(item: ET.Element, request: Request) -> Entry:
    """Entry of an element with value, color and label."""
    return Entry(
        color=hex_color(item.get("color", ""), request),
        name=item.get("label", ""),
        value=number(item.get("value", "")),
    )


def _local(element: ET.Element) -> str:
    """Name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def _bytes(root: ET.Element) -> bytes:
    """XML with a declaration and line breaks."""
    ET.indent(root, " ")
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return content + b"\n"
