"""QGIS: styles ``.qml`` of raster and vector layers, projects and layer definitions.

There is no specification; elements and attributes are those that QGIS 3 writes.
"""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
import zipfile
import zlib

from geoindex.palette import Palette
from geoindex.palettes.entries import (
    Entry,
    Request,
    channel,
    hex_color,
    number,
    palette_of_entries,
    palette_of_ramp,
    without_limits,
)
from geoindex.palettes.labels import value_labels
from geoindex.palettes.stretches import Stretch, qgis_stretches
from geoindex.palettes.styles.classes import Notes, palette_of_classes
from geoindex.palettes.styles.layers import MapLayer, choose_layer
from geoindex.palettes.styles.qgis_renderers import read_renderer
from geoindex.palettes.styles.xml_tree import format_xml, parse_xml

__all__ = ["format_qml", "is_project", "parse_qgis", "qml_stretches"]

LARGEST_PROJECT = 64 * 2**20
"""Largest size of the project in an archive ``.qgz``, which may be a zip bomb."""

ZIP = b"PK\3\4"

WITHOUT_CLASSES = ("", "heatmapRenderer", "nullSymbol", "embeddedSymbol")


def is_project(content: bytes) -> bool:
    """Whether a file is a QGIS project or layer definition, not a style."""
    if content.startswith(ZIP):
        return b".qgs" in content[:4096] or b".qgs" in content[-4096:]
    return b"<qlr" in content[:2000] or b"<projectlayers" in content


def parse_qgis(content: bytes, request: Request) -> Palette:
    """Read a QGIS style, or the style of one layer of a project or layer definition."""
    if content.startswith(ZIP):
        content = _unpack(content, request)
    root = parse_xml(content, request)
    found = root.findall("projectlayers/maplayer") + root.findall("maplayers/maplayer")
    if root.tag != "qlr" and root.find("projectlayers") is None:
        if request.layer is not None:
            raise request.error("is the style of one layer; leave out layer=")
        return _palette(root, request, name=None)
    layers = [
        MapLayer(
            name=layer.findtext("layername", ""),
            key=layer.findtext("id", ""),
            has_classes=_has_classes(layer),
            style=layer,
        )
        for layer in found
    ]
    chosen = choose_layer(layers, request)
    return _palette(chosen.style, request, name=chosen.name)


def qml_stretches(content: bytes, request: Request) -> list[Stretch]:
    """Read the ramp of a singleband pseudocolor raster from its style."""
    root = parse_xml(content, request)
    shader = next(root.iter("colorrampshader"), None)
    if shader is None:
        raise request.error("is not the style of a singleband pseudocolor raster")
    items = [_entry(item, request) for item in shader.iter("item")]
    return qgis_stretches(items, shader.get("colorRampType", ""), request)


def format_qml(palette: Palette) -> bytes:
    """Write the style of a paletted raster for QGIS 3."""
    root = ET.Element("qgis", version="3.4", hasScaleBasedVisibilityFlag="0")
    pipe = ET.SubElement(root, "pipe")
    renderer = ET.SubElement(
        pipe, "rasterrenderer", type="paletted", band="1", opacity="1", alphaBand="-1"
    )
    entries = ET.SubElement(renderer, "colorPalette")
    for row, (value, color, name) in enumerate(value_labels(palette)):
        ET.SubElement(
            entries,
            "paletteEntry",
            value=str(value),
            color="#" + bytes(color).hex(),
            alpha="255",
            label=name or palette.label(row),
        )
    return format_xml(root)


def _unpack(content: bytes, request: Request) -> bytes:
    """Project in an archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            projects = [item for item in archive.infolist() if item.filename.endswith(".qgs")]
            if len(projects) != 1:
                raise request.error(f"must hold one .qgs project, found {len(projects)}")
            # The size in the header of an archive may be wrong.
            with archive.open(projects[0]) as file:
                project = file.read(LARGEST_PROJECT + 1)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError) as error:
        raise request.error(f"is a damaged archive ({error})") from None
    if len(project) > LARGEST_PROJECT:
        raise request.error(f"holds a project larger than {LARGEST_PROJECT // 2**20} MB")
    return project


def _has_classes(layer: ET.Element) -> bool:
    """Whether a layer has polygons, or a raster with classes."""
    renderer = layer.find("renderer-v2")
    if renderer is not None:
        return layer.get("geometry") == "Polygon" and renderer.get("type") not in WITHOUT_CLASSES
    raster = next(layer.iter("rasterrenderer"), None)
    if raster is None or raster.get("type") not in ("paletted", "singlebandpseudocolor"):
        return False
    shader = next(raster.iter("colorrampshader"), None)
    return shader is None or shader.get("colorRampType") != "INTERPOLATED"


def _palette(style: ET.Element, request: Request, *, name: str | None) -> Palette:
    """Palette of a style, that of a file or of a layer in a project."""
    renderer = style.find("renderer-v2")
    if renderer is None:
        return _raster_palette(style, request, name=name)
    notes = Notes(request)
    if style.findtext("blendMode", "0") != "0" or style.findtext("featureBlendMode", "0") != "0":
        notes.add("the layer is blended with those below it, which changes colors", name or "")
    opacity = _opacity(style, request)
    classes = read_renderer(renderer, request, notes, opacity=opacity, layer=name or "")
    return palette_of_classes(classes, request, notes, name=name)


def _opacity(style: ET.Element, request: Request) -> float:
    """Opacity of a vector layer; QGIS 2 wrote its transparency in percent."""
    text = style.findtext("layerOpacity")
    if text is None:
        percent = number(style.findtext("layerTransparency") or "0")
        value = None if percent is None else 1 - percent / 100
    else:
        value = number(text)
    if value is None or not 0 <= value <= 1:
        raise request.error("the opacity of the layer is not within 0..1")
    return float(value)


def _raster_palette(style: ET.Element, request: Request, *, name: str | None) -> Palette:
    """Palette of a paletted or singleband pseudocolor raster."""
    renderer = next(style.iter("rasterrenderer"), None)
    kind = None if renderer is None else renderer.get("type")
    opacity = None if renderer is None else number(renderer.get("opacity", "1"))
    if opacity is not None and opacity < 1:
        request.warn("the layer is partly transparent; on the map its colors may look different")
    if renderer is not None and kind == "paletted":
        return palette_of_entries(
            [_entry(item, request) for item in renderer.iter("paletteEntry")], request, name=name
        )
    if renderer is not None and kind == "singlebandpseudocolor":
        shader = next(renderer.iter("colorrampshader"), None)
        items = [] if shader is None else [_entry(item, request) for item in shader.iter("item")]
        if shader is not None and shader.get("colorRampType") == "INTERPOLATED":
            return palette_of_ramp(items, request, name=name)
        if shader is not None and shader.get("colorRampType") == "DISCRETE":
            items = without_limits(items)
        return palette_of_entries(items, request, name=name)
    raise request.error(
        "is not the style of a vector layer, or of a paletted or singleband pseudocolor raster"
        + (f", but of {kind}" if kind else "")
    )


def _entry(item: ET.Element, request: Request) -> Entry:
    """Entry of an element with value, color, alpha and label."""
    alpha = channel(item.get("alpha", "255"), request, None)
    return Entry(
        color=(*hex_color(item.get("color", ""), request), alpha),
        name=item.get("label", ""),
        value=number(item.get("value", "")),
    )
