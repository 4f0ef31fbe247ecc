"""Damaged palette files give a palette or a GeoindexError."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoindex.errors import GeoindexError, GeoindexWarning
from geoindex.palettes.entries import Request
from geoindex.palettes.formats import FORMATS, PaletteFormat, format_named
from tests.support.damage import damage
from tests.support.dbase import dbase
from tests.support.palettes import VALUED

# What is left out or guessed of damaged files is told, too.
pytestmark = pytest.mark.filterwarnings("ignore::geoindex.errors.GeoindexWarning")

WRITTEN = [known for known in FORMATS if known.write is not None]

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


@pytest.mark.parametrize("key", TABLES)
@settings(max_examples=200)
@given(change=damage())
def test_damaged_tables(key: str, change: Callable[[bytes], bytes]) -> None:
    known = format_named(key)
    assert known.read(TABLES[key], Request(where="p")).names == ("Gneiss", "Till")
    with contextlib.suppress(GeoindexError):
        assert len(known.read(change(TABLES[key]), Request(where="p"))) >= 1


@pytest.mark.parametrize("known", WRITTEN, ids=lambda known: known.key)
@settings(max_examples=150)
@given(change=damage())
def test_damaged_palettes(known: PaletteFormat, change: Callable[[bytes], bytes]) -> None:
    content = change(known.write(VALUED))
    with contextlib.suppress(GeoindexError):
        assert 1 <= len(known.read(content, Request(where="p"))) <= 65_535


@pytest.mark.parametrize("key", STYLES)
@settings(max_examples=300)
@given(change=damage())
def test_damaged_styles(key: str, change: Callable[[bytes], bytes]) -> None:
    known = format_named(key)
    with pytest.warns(GeoindexWarning) if key != "sld" else contextlib.nullcontext():
        assert known.read(STYLES[key], Request(where="p")).names[0] == "Gneiss"
    with warnings.catch_warnings(), contextlib.suppress(GeoindexError):
        warnings.simplefilter("ignore", GeoindexWarning)
        assert len(known.read(change(STYLES[key]), Request(where="p"))) >= 1


@pytest.mark.parametrize("known", FORMATS, ids=lambda known: known.key)
@given(content=st.binary(max_size=300))
def test_junk_palettes(known: PaletteFormat, content: bytes) -> None:
    with contextlib.suppress(GeoindexError):
        known.read(content, Request(where="p", n_colors=5))
