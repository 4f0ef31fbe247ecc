"""Palettes shared by several tests."""

from __future__ import annotations

from pathlib import Path

from geoindex import Palette
from tests.support.dbase import dbase

INK_PALETTE = Palette(
    [[0, 0, 0], [230, 203, 203], [95, 178, 210], [76, 174, 29]],
    names=["Contacts", "Gneiss", "Lake", "Basalt"],
    roles=["ink", "unit", "unit", "unit"],
)

VALUED = Palette(
    [[0, 0, 0], [230, 60, 20], [250, 240, 200]], ["Ink", "Granite", "Sand"], values=[3, 101, 7]
)

STYLES = {
    "qml": b"""<qgis><renderer-v2 type="categorizedSymbol"><categories>
        <category symbol="0" value="1" label="Gneiss" render="true"/></categories><symbols>
        <symbol name="0" type="fill" alpha="0.5"><layer class="SimpleFill" enabled="1">
        <Option type="Map"><Option name="color" value="250,208,200,255"/>
        <Option name="outline_color" value="35,35,35,255"/></Option></layer></symbol></symbols>
        </renderer-v2><layerOpacity>0.9</layerOpacity></qgis>""",
    "sld": b"""<StyledLayerDescriptor><FeatureTypeStyle><Rule><Title>Gneiss</Title><Filter>
        <PropertyIsEqualTo><Literal>1</Literal></PropertyIsEqualTo></Filter><PolygonSymbolizer>
        <Fill><CssParameter name="fill">#fad0c8</CssParameter></Fill><Stroke/>
        </PolygonSymbolizer></Rule></FeatureTypeStyle></StyledLayerDescriptor>""",
    "lyrx": b"""{"layerDefinitions": [{"name": "Geology", "transparency": 10, "renderer": {
        "type": "CIMUniqueValueRenderer", "groups": [{"classes": [{"label": "Gneiss",
        "visible": true, "values": [{"fieldValues": ["1"]}], "symbol": {"symbol": {
        "type": "CIMPolygonSymbol", "symbolLayers": [{"type": "CIMSolidFill", "enable": true,
        "color": {"type": "CIMHSVColor", "values": [9, 80, 70, 100]}}]}}}]}]}}]}""",
    "arcgis": b"""{"name": "Geology", "drawingInfo": {"transparency": 10, "renderer": {
        "type": "uniqueValue", "uniqueValueInfos": [{"value": "1", "label": "Gneiss", "symbol": {
        "type": "esriSFS", "style": "esriSFSSolid", "color": [250, 208, 200, 255], "outline": {
        "type": "esriSLS", "color": [35, 35, 35, 255]}}}]}}}""",
}

TABLES = {
    "dbf": dbase(
        [("Value", "N", 9), ("R", "N", 5), ("G", "N", 5), ("B", "N", 5), ("Name", "C", 20)],
        [["1", "250", "208", "200", "Gneiss"], ["7", "247", "236", "192", "Till"]],
    ),
    "gdal-table": b"""<PAMDataset><GDALRasterAttributeTable>
        <FieldDefn><Name>DN</Name><Usage>5</Usage></FieldDefn>
        <FieldDefn><Name>Color</Name><Usage>0</Usage></FieldDefn>
        <FieldDefn><Name>Unit</Name><Usage>2</Usage></FieldDefn>
        <Row><F>1</F><F>#fad0c8</F><F>Gneiss</F></Row><Row><F>7</F><F>#f7ecc0</F><F>Till</F></Row>
        </GDALRasterAttributeTable></PAMDataset>""",
}


def save_project(path: Path, **layers: Palette) -> None:
    """Write a QGIS project with a paletted raster layer for each palette."""
    content = "".join(
        f"<maplayer type='raster'><layername>{name}</layername><pipe><rasterrenderer "
        "type='paletted'><colorPalette>"
        + "".join(
            f"<paletteEntry value='{row}' color='#{bytes(color).hex()}' label='{name} {row}'/>"
            for row, color in enumerate(palette.colors)
        )
        + "</colorPalette></rasterrenderer></pipe></maplayer>"
        for name, palette in layers.items()
    )
    project = f"<qgis version='3.34'><projectlayers>{content}</projectlayers></qgis>"
    path.write_text(project, encoding="utf-8")
