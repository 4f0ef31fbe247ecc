"""Layer files of ArcGIS Pro: renderers, symbol layers, color models and colorizers."""

from __future__ import annotations

import colorsys
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoindex import Palette, load_palette
from geoindex.errors import GeoindexWarning, PaletteError
from geoindex.palettes.styles.cim_colors import color_and_opacity


def rgb(*values: float) -> dict[str, Any]:
    return {"type": "CIMRGBColor", "values": [*values, 100][:4]}


def fill(*values: float) -> dict[str, Any]:
    return {"type": "CIMSolidFill", "enable": True, "color": rgb(*values)}


def stroke(*values: float) -> dict[str, Any]:
    return {"type": "CIMSolidStroke", "enable": True, "width": 0.7, "color": rgb(*values)}


def symbol(*layers: dict[str, Any], kind: str = "CIMPolygonSymbol") -> dict[str, Any]:
    return {"type": "CIMSymbolReference", "symbol": {"type": kind, "symbolLayers": list(layers)}}


def unique(
    label: str, *values: str, drawn: dict[str, Any], visible: bool = True
) -> dict[str, Any]:
    found = {
        "type": "CIMUniqueValueClass",
        "label": label,
        "symbol": drawn,
        "values": [{"type": "CIMUniqueValue", "fieldValues": [value]} for value in values],
    }
    # False is what ArcGIS Pro leaves out.
    return {**found, "visible": True} if visible else found


def renderer(*classes: dict[str, Any], **more: Any) -> dict[str, Any]:
    groups = [{"type": "CIMUniqueValueGroup", "classes": list(classes), "heading": "UNIT"}]
    return {"type": "CIMUniqueValueRenderer", "fields": ["UNIT"], "groups": groups, **more}


def layer(name: str, style: dict[str, Any], **more: Any) -> dict[str, Any]:
    field = "renderer" if style["type"].endswith("Renderer") else "colorizer"
    return {
        "type": "CIMFeatureLayer",
        "name": name,
        "uRI": f"CIMPATH={name}",
        field: style,
        **more,
    }


def read(path: Path, *layers: dict[str, Any], **options: str) -> Palette:
    path = path / "units.lyrx"
    document = {"type": "CIMLayerDocument", "version": "3.2.0", "layerDefinitions": list(layers)}
    path.write_text(json.dumps(document, indent=2), encoding="utf-8")
    return load_palette(path, **options)


def test_unique_values(tmp_path: Path) -> None:
    style = renderer(
        unique("Gneiss", "101", drawn=symbol(stroke(110, 110, 110), fill(250, 208, 200))),
        unique("", "205", drawn=symbol(fill(1, 2, 3))),
        useDefaultSymbol=True,
        defaultLabel="<all other values>",
        defaultSymbol=symbol(fill(9, 9, 9)),
    )
    found = read(tmp_path, layer("Geology", style))
    assert found.name == "Geology"
    assert found.names == ("Gneiss", "205", "<all other values>", "ink #6e6e6e")
    assert found.colors.tolist() == [[250, 208, 200], [1, 2, 3], [9, 9, 9], [110, 110, 110]]
    assert found.values == (101, 205, 206, 207)
    assert found.roles == ("", "", "", "ink")


def test_classes_that_are_not_drawn(tmp_path: Path) -> None:
    style = renderer(
        unique("a", "1", drawn=symbol(fill(1, 2, 3))),
        unique("hidden", "2", drawn=symbol(fill(4, 5, 6)), visible=False),
        defaultSymbol=symbol(fill(9, 9, 9)),
    )
    with pytest.warns(GeoindexWarning, match="switched off are left out: hidden$"):
        assert read(tmp_path, layer("g", style)).colors.tolist() == [[1, 2, 3]]


def test_the_first_symbol_layer_is_on_top(tmp_path: Path) -> None:
    off = {key: value for key, value in fill(0, 255, 0).items() if key != "enable"}
    hatch = {
        "type": "CIMHatchFill",
        "enable": True,
        "lineSymbol": symbol(stroke(200, 0, 0), kind="CIMLineSymbol")["symbol"],
    }
    style = renderer(
        unique("a", "1", drawn=symbol(off, stroke(0, 0, 0), hatch, fill(7, 7, 7), fill(8, 8, 8))),
        unique("b", "2", drawn=symbol(fill(8, 8, 8), hatch)),
    )
    found = read(tmp_path, layer("g", style))
    assert found.colors.tolist() == [[7, 7, 7], [8, 8, 8], [0, 0, 0], [200, 0, 0]]
    assert found.roles == ("", "", "ink", "ink")


def test_markers_in_polygons_are_ink(tmp_path: Path) -> None:
    glyph = symbol(fill(1, 1, 1))["symbol"]
    font = {"type": "CIMCharacterMarker", "enable": True, "symbol": glyph}
    dots = {
        "type": "CIMVectorMarker",
        "enable": True,
        "markerGraphics": [{"symbol": symbol(fill(2, 2, 2))["symbol"]}],
    }
    drawn = symbol(font, dots, fill(250, 250, 9))
    found = read(
        tmp_path, layer("g", {"type": "CIMSimpleRenderer", "symbol": drawn, "label": "x"})
    )
    assert found.colors.tolist() == [[250, 250, 9], [2, 2, 2], [1, 1, 1]]
    assert found.names == ("x", "ink #020202", "ink #010101")


@pytest.mark.parametrize(
    ("drawn", "colors", "message"),
    [
        (
            {
                "type": "CIMGradientFill",
                "colorRamp": {
                    "type": "CIMMultipartColorRamp",
                    "colorRamps": [
                        {"type": "CIMLinearContinuousColorRamp", "fromColor": rgb(1, 2, 3)}
                    ],
                },
            },
            [[1, 2, 3]],
            "of gradients only the first color is taken: g$",
        ),
        (
            {
                "type": "CIMPictureFill",
                "colorSubstitutions": [{"oldColor": rgb(0, 0, 0), "newColor": rgb(5, 5, 5)}],
            },
            [[9, 9, 9], [5, 5, 5]],
            "pictures have colors that the style does not tell: g$",
        ),
        ({"type": "CIMWaterFill"}, [[9, 9, 9]], "of the kind CIMWaterFill are left out: g$"),
        (
            {
                "type": "CIMSolidFill",
                "color": {"type": "CIMCMYKColor", "values": [0, 50, 100, 0, 100]},
            },
            [[255, 128, 0]],
            "CMYK colors are converted without a color profile: g$",
        ),
        ({"type": "CIMSolidFill", "color": rgb(9, 9, 9, 0)}, [[9, 9, 9]], None),
    ],
)
def test_other_fills(
    tmp_path: Path, drawn: dict[str, Any], colors: list[list[int]], message: str | None
) -> None:
    style = {
        "type": "CIMSimpleRenderer",
        "symbol": symbol({**drawn, "enable": True}, fill(9, 9, 9)),
    }
    if message is None:
        found = read(tmp_path, layer("g", style))
    else:
        with pytest.warns(GeoindexWarning, match=message):
            found = read(tmp_path, layer("g", style))
    assert found.colors.tolist() == colors


def test_transparency(tmp_path: Path) -> None:
    style = {"type": "CIMSimpleRenderer", "symbol": symbol(fill(10, 120, 200, 60))}
    with pytest.warns(GeoindexWarning, match="blended over white paper: g$"):
        assert read(tmp_path, layer("g", style)).colors.tolist() == [[108, 174, 222]]
    style = {"type": "CIMSimpleRenderer", "symbol": symbol(fill(10, 120, 200))}
    with pytest.warns(GeoindexWarning, match="blended over white paper: g$"):
        found = read(tmp_path, layer("g", style, transparency=40))
    assert found.colors.tolist() == [[108, 174, 222]]


def test_what_the_data_define_and_blending_are_warned_of(tmp_path: Path) -> None:
    drawn = symbol(fill(1, 2, 3))
    drawn["primitiveOverrides"] = [{"primitiveName": "p", "propertyName": "Color"}]
    style = {
        "type": "CIMSimpleRenderer",
        "label": "a",
        "symbol": drawn,
        "visualVariables": [{"type": "CIMTransparencyVisualVariable"}],
    }
    with pytest.warns(GeoindexWarning) as caught:
        read(tmp_path, layer("g", style, blendingMode="Multiply"))
    assert [str(warning.message).partition(": ")[2] for warning in caught] == [
        "the layer is blended with those below it, which changes colors: g",
        "the data define colors, which may differ on the map: g, a",
    ]


def test_class_breaks(tmp_path: Path) -> None:
    style = {
        "type": "CIMClassBreaksRenderer",
        "breaks": [
            {
                "type": "CIMClassBreak",
                "label": "low",
                "upperBound": 5,
                "symbol": symbol(fill(1, 1, 1)),
            },
            {"type": "CIMClassBreak", "upperBound": 9.5, "symbol": symbol(fill(2, 2, 2))},
        ],
    }
    found = read(tmp_path, layer("g", style))
    assert found.names == ("low", "9.5")
    assert found.values is None


def test_raster_colorizers(tmp_path: Path) -> None:
    classes = [
        {"values": ["11"], "label": "Water", "color": rgb(1, 2, 3), "visible": True},
        {"values": ["12"], "label": "Ice", "color": rgb(4, 5, 6), "visible": True},
    ]
    expected = Palette([[1, 2, 3], [4, 5, 6]], ["Water", "Ice"], name="g", values=[11, 12])
    style = {"type": "CIMRasterUniqueValueColorizer", "groups": [{"classes": classes}]}
    assert read(tmp_path, layer("g", style)) == expected
    style = {
        "type": "CIMRasterColorMapColorizer",
        "colors": [rgb(1, 2, 3), rgb(4, 5, 6)],
        "values": [11, 12],
        "labels": ["Water", "Ice"],
    }
    assert read(tmp_path, layer("g", style)) == expected
    breaks = [
        {"upperBound": 11, "label": "Water", "color": rgb(1, 2, 3)},
        {"upperBound": 12, "label": "Ice", "color": rgb(4, 5, 6)},
    ]
    style = {"type": "CIMRasterClassifyColorizer", "classBreaks": breaks}
    found = read(tmp_path, layer("g", style))
    assert found == Palette(expected.colors, expected.names, name="g")


def test_one_layer_of_several_is_chosen(tmp_path: Path) -> None:
    units = layer("units", {"type": "CIMSimpleRenderer", "symbol": symbol(fill(1, 2, 3))})
    soils = layer("soils", {"type": "CIMSimpleRenderer", "symbol": symbol(fill(4, 5, 6))})
    line = symbol(stroke(255, 0, 0), kind="CIMLineSymbol")
    faults = layer("faults", {"type": "CIMSimpleRenderer", "symbol": line})
    group = {"type": "CIMGroupLayer", "name": "all", "layers": ["CIMPATH=units"]}
    assert read(tmp_path, group, units, faults).colors.tolist() == [[1, 2, 3]]
    with pytest.raises(PaletteError, match=r"2 layers with classes; choose .*: units, soils$"):
        read(tmp_path, units, soils, faults)
    assert read(tmp_path, units, soils, layer="soils").colors.tolist() == [[4, 5, 6]]
    with pytest.warns(GeoindexWarning, match="without a fill are read as ink: faults$"):
        assert read(tmp_path, units, faults, layer="CIMPATH=faults").roles == ("ink",)


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_color_models_agree(color: tuple[int, int, int]) -> None:
    """What goes from RGB into a model by its definition comes back."""
    red, green, blue = (channel / 255 for channel in color)
    hue, saturation, value = colorsys.rgb_to_hsv(red, green, blue)
    light_hue, light, light_saturation = colorsys.rgb_to_hls(red, green, blue)
    black = 1 - max(red, green, blue)
    inks = [0 if black == 1 else (1 - c - black) / (1 - black) for c in (red, green, blue)]
    models = {
        "CIMRGBColor": list(color),
        "CIMHSVColor": [360 * hue, 100 * saturation, 100 * value],
        "CIMHSLColor": [360 * light_hue, 100 * light_saturation, 100 * light],
        "CIMCMYKColor": [100 * max(ink, 0) for ink in (*inks, black)],
    }
    for kind, values in models.items():
        found, opacity = color_and_opacity({"type": kind, "values": [*values, 50]})
        assert found == pytest.approx(color, abs=1e-9)
        assert opacity == 0.5
    gray, opacity = color_and_opacity({"type": "CIMGrayColor", "values": [color[0]]})
    assert gray == (color[0],) * 3
    assert opacity == 1


@pytest.mark.parametrize(
    ("color", "message"),
    [
        (
            {"type": "CIMLABColor", "values": [50, 0, 0, 100]},
            "a CIMLABColor has no RGB of its own",
        ),
        ({"type": "CIMSpotColor", "values": [50]}, "a CIMSpotColor has no RGB of its own"),
        ({"type": "CIMNewColor", "values": [50]}, "'CIMNewColor' is no color; known: CIMRGBColor"),
        ({"type": "CIMRGBColor", "values": [1, 2]}, "a CIMRGBColor needs 3 values and an alpha"),
        ({"type": "CIMRGBColor"}, "a CIMRGBColor needs 3 values"),
        ({"type": "CIMRGBColor", "values": [1, 2, 300]}, r"300 of a CIMRGBColor .* 0\.\.255"),
        ({"type": "CIMRGBColor", "values": [1, 2, float("nan")]}, r"nan of a CIMRGBColor"),
        ({"type": "CIMRGBColor", "values": [1, 2, 3, 255]}, r"255 of a CIMRGBColor .* 0\.\.100"),
        ({"type": "CIMRGBColor", "values": [1, 2, "3"]}, r"3 of a CIMRGBColor"),
        ("#010203", "'' is no color"),
        (None, "'' is no color"),
    ],
)
def test_refuses_colors(tmp_path: Path, color: object, message: str) -> None:
    drawn = symbol({"type": "CIMSolidFill", "enable": True, "color": color})
    with pytest.raises(PaletteError, match=rf"units\.lyrx: class 'g': {message}"):
        read(tmp_path, layer("g", {"type": "CIMSimpleRenderer", "symbol": drawn}))


def deep(levels: int) -> dict[str, Any]:
    inner = symbol(fill(1, 2, 3))["symbol"]
    for _ in range(levels):
        glyph = {"type": "CIMCharacterMarker", "enable": True, "symbol": inner}
        inner = symbol(glyph)["symbol"]
    return {"symbol": inner}


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (
            layer("g", {"type": "CIMHeatMapRenderer"}),
            "of a CIMHeatMapRenderer, which has no classes",
        ),
        (
            layer("g", {"type": "CIMRasterStretchColorizer"}),
            "of a CIMRasterStretchColorizer, which has no classes",
        ),
        (layer("g", {"type": "CIMSimpleRenderer", "symbol": deep(60)}), "nested too deeply"),
        (layer("g", renderer(), transparency=200), "holds no class with a color"),
        (
            layer("g", {"type": "CIMSimpleRenderer"}, transparency=200),
            r"transparency of the layer is not within 0\.\.100",
        ),
        (
            layer("g", {"type": "CIMRasterColorMapColorizer", "colors": [rgb(1, 2, 3)]}),
            "a color map of 1 colors has 0 values and 0 labels",
        ),
        ({"type": "CIMGroupLayer"}, "holds no layer with a renderer or colorizer"),
    ],
)
def test_refuses_layers(tmp_path: Path, found: dict[str, Any], message: str) -> None:
    with pytest.raises(PaletteError, match=message):
        read(tmp_path, found)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{\n"layerDefinitions": [,', r"u\.lyrx, line 2: is damaged JSON"),
        ("[" * 100_000, r"u\.lyrx: is damaged JSON"),
        ("[1]", r"u\.lyrx: holds no layer"),
        ('{"layerDefinitions": {"a": 1}}', r"u\.lyrx: holds no layer"),
    ],
)
def test_refuses_damaged_files(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "u.lyrx").write_text(content, encoding="utf-8")
    with pytest.raises(PaletteError, match=message):
        load_palette(tmp_path / "u.lyrx")


@given(st.data())
def test_no_damage_ends_in_a_traceback(data: st.DataObject) -> None:
    """Any part of a good file may be of any other kind."""
    from geoindex.palettes.entries import Request
    from geoindex.palettes.styles.cim import parse_layer_file

    hatch = {
        "type": "CIMHatchFill",
        "enable": True,
        "lineSymbol": symbol(stroke(1, 1, 1))["symbol"],
    }
    unit = unique("a", "1", drawn=symbol(hatch, fill(1, 2, 3)))
    document: Any = {"layerDefinitions": [layer("g", renderer(unit), transparency=0)]}
    place, key, parent = document, None, None
    while isinstance(place, dict | list) and place and data.draw(st.integers(0, 9)):
        parent = place
        key = data.draw(
            st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place)))
        )
        place = parent[key]
    if parent is not None:
        parent[key] = data.draw(st.sampled_from([None, 3, "x", [], {}, [1], {"a": 1}, True]))
    content = json.dumps(document).encode()
    try:
        assert len(parse_layer_file(content, Request(where="p"))) > 0
    except PaletteError as error:
        assert str(error).startswith("p")  # noqa: PT017  either result is right
    except GeoindexWarning:
        pass
