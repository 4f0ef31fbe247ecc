"""Styles of rasters: what is transparent there, and numbers that are limits of intervals."""

from __future__ import annotations

import pytest

from geoindex import Palette
from geoindex.errors import GeoindexWarning
from geoindex.palettes.entries import Request
from geoindex.palettes.formats import format_named

RED_BLUE = [[255, 0, 0], [0, 0, 255]]


def read(key: str, text: str, **options: object) -> Palette:
    return format_named(key).read(text.encode(), Request(where="p", **options))


PALETTED = (
    "<qgis><rasterrenderer type='paletted' {}><colorPalette>"
    "<paletteEntry value='1' color='#ff0000' label='a'/>"
    "<paletteEntry value='2' color='#0000ff' label='b' {}/>"
    "</colorPalette></rasterrenderer></qgis>"
)
COLOR_MAP = (
    "<StyledLayerDescriptor>{}<ColorMap type='values'>"
    "<ColorMapEntry color='#ff0000' quantity='1' label='a'/>"
    "<ColorMapEntry color='#0000ff' quantity='2' label='b' {}/>"
    "</ColorMap></StyledLayerDescriptor>"
)


@pytest.mark.parametrize(
    ("key", "text", "expected", "warning"),
    [
        ("qml", PALETTED.format("", "alpha='0'"), (1,), r"transparent entries are left out \(b\)"),
        ("qml", PALETTED.format("", "alpha='9'"), (1, 2), r"taken as opaque \(b\)"),
        ("qml", PALETTED.format("opacity='0.5'", ""), (1, 2), "layer is partly transparent"),
        ("sld", COLOR_MAP.format("", "opacity='0'"), (1,), r"entries are left out \(b\)"),
        ("sld", COLOR_MAP.format("", "opacity='0.5'"), (1, 2), r"taken as opaque \(b\)"),
        ("sld", COLOR_MAP.format("<Opacity>0.5</Opacity>", ""), (1, 2), "layer is partly trans"),
        ("gdal", "1.5 255 0 0 0\n2 0 0 255 255\n", None, "colors of the ramp are taken as opaque"),
    ],
)
def test_transparency_is_told(
    key: str, text: str, expected: tuple[int, ...] | None, warning: str
) -> None:
    with pytest.warns(GeoindexWarning, match=warning):
        palette = read(key, text, n_colors=2 if expected is None else None)
    assert palette.values == expected
    assert palette.colors.tolist() == RED_BLUE[: len(expected or RED_BLUE)]


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("qml", PALETTED.replace("paletted", "singlebandpseudocolor")),
        ("sld", COLOR_MAP.replace("values", "intervals")),
        ("qgis-text", "# QGIS Generated Color Map Export File\nINTERPOLATION:DISCRETE\n{}{}"),
    ],
)
def test_limits_of_intervals_are_no_class_values(key: str, text: str) -> None:
    text = text.replace("colorPalette", "colorrampshader").replace("paletteEntry", "item")
    text = text.replace("<colorrampshader>", "<colorrampshader colorRampType='DISCRETE'>")
    lines = "1,255,0,0,255,a\n2,0,0,255,255,b\n" if key == "qgis-text" else ""
    palette = read(key, text.format("", lines))
    assert (palette.names, palette.values) == (("a", "b"), None)
    assert palette.colors.tolist() == RED_BLUE
