"""QGIS styles for polygons with the index of their class as an attribute."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable

from geoindex.palette import Palette
from geoindex.palettes.styles.xml_tree import format_xml

__all__ = ["format_polygon_style"]

OUTLINE = {"outline_color": "60,60,60,255", "outline_width": "0.1", "style": "solid"}


def format_polygon_style(palette: Palette, rows: Iterable[int], attribute: str) -> bytes:
    """Write the style of polygons in the colors of their classes.

    Parameters
    ----------
    palette : Palette
    rows : iterable of int
        Classes to list.
    attribute : str
        Name of the attribute that holds the index.

    Returns
    -------
    bytes
        A style ``.qml`` of a categorized layer.
    """
    root = ET.Element("qgis", version="3.22", styleCategories="Symbology")
    renderer = ET.SubElement(
        root, "renderer-v2", type="categorizedSymbol", attr=attribute, enableorderby="0"
    )
    categories = ET.SubElement(renderer, "categories")
    symbols = ET.SubElement(renderer, "symbols")
    for number, row in enumerate(rows):
        ET.SubElement(
            categories,
            "category",
            value=str(row),
            symbol=str(number),
            label=palette.label(row),
            render="true",
            type="long",
        )
        symbol = ET.SubElement(symbols, "symbol", name=str(number), type="fill", alpha="1")
        layer = ET.SubElement(symbol, "layer", {"class": "SimpleFill", "enabled": "1"})
        red, green, blue = palette.shown[row].tolist()
        properties = {"color": f"{red},{green},{blue},255"} | OUTLINE
        # QGIS 3.26 and later read the options, earlier ones the properties.
        options = ET.SubElement(layer, "Option", type="Map")
        for key, value in properties.items():
            ET.SubElement(options, "Option", name=key, type="QString", value=value)
        for key, value in properties.items():
            ET.SubElement(layer, "prop", k=key, v=value)
    return format_xml(root)
