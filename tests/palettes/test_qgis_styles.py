"""QGIS vector styles and projects; expected colors are those that QGIS 3.22 paints."""

from __future__ import annotations

from pathlib import Path

import pytest

from geoindex.errors import GeoindexWarning, PaletteError
from geoindex.palettes.styles import xml_tree
from tests.support.qgis_styles import INK, categories, layer, plain, read, renderer, symbol


def test_categories(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        categories(
            ("101", "Gneiss"),
            ("205", ""),
            ("", "all other values"),
            symbols=[
                symbol(plain("250,208,200,255", INK), name=0),
                symbol(plain("1,2,3,255,rgb:0.0039,0.0078,0.0118,1"), name=1),
                symbol(plain("#090a0b"), name=2),
            ],
        ),
    )
    assert found.colors.tolist() == [[250, 208, 200], [1, 2, 3], [9, 10, 11], [35, 35, 35]]
    assert found.names == ("Gneiss", "205", "all other values", "ink #232323")
    assert found.roles == ("", "", "", "ink")
    assert found.values == (101, 205, 206, 207)
    assert found.name == "geology"


def test_properties_of_older_versions(tmp_path: Path) -> None:
    properties = {
        "color": "250,208,200,255",
        "color_border": "7,8,9,255",
        "style": "solid",
        "style_border": "solid",
    }
    old = "".join(f'<prop k="{key}" v="{value}"/>' for key, value in properties.items())
    style = renderer(
        "singleSymbol", "", symbol(f'<layer pass="0" class="SimpleFill">{old}</layer>')
    )
    with pytest.warns(GeoindexWarning, match="blended over white paper"):
        found = read(tmp_path, style + "<layerTransparency>40</layerTransparency>")
    assert found.colors.tolist() == [[252, 227, 222], [106, 107, 107]]


@pytest.mark.parametrize(
    ("drawn", "after", "expected"),
    [
        (symbol(plain("10,120,200,255"), alpha="0.5"), "", [132, 187, 227]),
        (symbol(plain("90,200,30,128")), "", [172, 227, 142]),
        (symbol(plain("80,80,200,255"), plain("200,80,80,100"), alpha="0.8"), "", [142, 104, 170]),
        (symbol(plain("250,208,200")), "<layerOpacity>0.6</layerOpacity>", [252, 227, 222]),
        # QGIS rounds twice and paints 182, 215, 239.
        (
            symbol(plain("10,120,200,255"), alpha="0.5"),
            "<layerOpacity>0.6</layerOpacity>",
            [181, 214, 238],
        ),
    ],
)
def test_transparency(tmp_path: Path, drawn: str, after: str, expected: list[int]) -> None:
    with pytest.warns(GeoindexWarning, match="partly transparent classes are blended over white"):
        found = read(tmp_path, categories(("1", "a"), symbols=[drawn]) + after)
    assert found.colors.tolist() == [expected]


def test_fills_patterns_and_layers_that_are_switched_off(tmp_path: Path) -> None:
    hatch = layer(
        "LinePatternFill",
        symbol(layer("SimpleLine", line_color="200,0,0,255"), name="@0@1", kind="line"),
        color="0,0,0,255",
    )
    dots = layer(
        "PointPatternFill",
        symbol(
            layer("SimpleMarker", name="circle", color="0,0,250,255", outline_style="no"),
            layer("SimpleMarker", name="cross", color="1,1,1,255", outline_color="2,2,2,255"),
            name="@1@1",
            kind="marker",
        ),
    )
    disabled = layer(attributes='enabled="0"', color="0,255,0,255", outline_style="no")
    found = read(
        tmp_path,
        categories(
            ("1", "hatched"),
            ("2", "dotted"),
            ("3", "twice"),
            symbols=[
                symbol(plain("220,220,100,255"), hatch, name=0),
                symbol(plain("255,240,245,255"), dots, name=1),
                symbol(plain("9,9,9,255"), plain("140,90,60,255"), disabled, name=2),
            ],
        ),
    )
    units, inks = found.colors[:3].tolist(), found.colors[3:].tolist()
    assert units == [[220, 220, 100], [255, 240, 245], [140, 90, 60]]
    assert inks == [[200, 0, 0], [0, 0, 250], [2, 2, 2]]
    assert found.roles == ("", "", "", "ink", "ink", "ink")


def test_a_brush_is_a_pattern(tmp_path: Path) -> None:
    brush = layer(color="250,8,200,255", style="b_diagonal", outline_style="no")
    found = read(tmp_path, categories(("1", "a"), symbols=[symbol(plain("5,5,5,255"), brush)]))
    assert found.colors.tolist() == [[5, 5, 5], [250, 8, 200]]
    assert found.roles == ("", "ink")


@pytest.mark.parametrize(
    ("drawn", "colors", "message"),
    [
        (layer("GradientFill", color="10,20,30,255"), [[10, 20, 30]], "gradients only the first"),
        (
            layer("ShapeburstFill", color="1,1,1,255", color1="4,5,6,255", color_type="1"),
            [[4, 5, 6]],
            "gradients only the first",
        ),
        (layer("RasterFill"), [], "pictures have colors"),
        (
            layer("SVGFill", color="7,7,7,255", outline_color="8,8,8,255"),
            [[7, 7, 7]],
            "SVG drawings may",
        ),
        (layer("CloudFill", color="1,2,3"), [], "layers of the kind CloudFill are left out"),
        (
            layer("GeometryGenerator", symbol(plain("7,7,7,255"))),
            [[7, 7, 7]],
            "shapes that QGIS computes are read as ink",
        ),
        (layer("CentroidFill", symbol(layer("FontMarker", color="7,7,7"))), [[7, 7, 7]], None),
    ],
)
def test_other_fills(
    tmp_path: Path, drawn: str, colors: list[list[int]], message: str | None
) -> None:
    body = categories(("1", "a"), symbols=[symbol(plain("250,250,9,255"), drawn)])
    if message is None:
        found = read(tmp_path, body)
    else:
        with pytest.warns(GeoindexWarning, match=message):
            found = read(tmp_path, body)
    covers = "Gradient" in drawn or "Shapeburst" in drawn
    assert found.colors.tolist() == [*([] if covers else [[250, 250, 9]]), *colors]


def test_colors_that_the_data_define(tmp_path: Path) -> None:
    override = (
        '<data_defined_properties><Option type="Map"><Option name="properties" type="Map">'
        '<Option name="fillColor" type="Map"><Option name="active" value="{}" type="bool"/>'
        "</Option></Option></Option></data_defined_properties>"
    )
    for active in ("true", "false"):
        drawn = layer(inner=override.format(active), color="1,2,3,255", outline_style="no")
        body = categories(("1", "Gneiss"), symbols=[symbol(drawn)])
        if active == "true":
            with pytest.warns(GeoindexWarning, match=r"the data define colors.*: Gneiss$"):
                read(tmp_path, body)
        else:
            assert read(tmp_path, body).colors.tolist() == [[1, 2, 3]]


def test_categories_that_are_switched_off_or_hold_several_values(tmp_path: Path) -> None:
    extra = (
        '<category symbol="0" value="7" label="off" render="false"/>'
        '<category symbol="0" label="" render="true"><val value="8"/><val value="9"/></category>'
    )
    body = categories(("1", "a"), symbols=[symbol(plain("1,2,3,255"))], extra=extra)
    with pytest.warns(GeoindexWarning, match="switched off are left out: off$"):
        found = read(tmp_path, body)
    assert found.names == ("a", "8, 9")
    assert found.values is None


def test_ranges(tmp_path: Path) -> None:
    ranges = (
        '<range symbol="0" lower="0.000000" upper="2.500000" label="" render="true"/>'
        '<range symbol="1" lower="2.5" upper="9" label="high" render="true"/>'
    )
    symbols = [symbol(plain("1,2,3,255"), name=0), symbol(plain("4,5,6,255"), name=1)]
    found = read(tmp_path, renderer("graduatedSymbol", f"<ranges>{ranges}</ranges>", *symbols))
    assert found.names == ("0 - 2.5", "high")
    assert found.colors.tolist() == [[1, 2, 3], [4, 5, 6]]
    assert found.values is None


def test_rules(tmp_path: Path) -> None:
    """A child is painted over its parent, which is not seen where another child is ELSE."""
    rules = (
        '<rule symbol="0" filter="&quot;code&quot; = 101" label="A"/>'
        '<rule symbol="1" filter="&quot;code&quot; > 400" label="Parent">'
        '<rule symbol="2" filter="&quot;code&quot; = 409" label="Child"/></rule>'
        '<rule filter="x" label="group"><rule symbol="1" filter="y" label="full">'
        '<rule symbol="2" filter="z" label="half"/><rule symbol="0" filter="ELSE" label="rest"/>'
        "</rule></rule>"
        '<rule symbol="0" checkstate="0" label="Off"><rule symbol="0" label="too"/></rule>'
    )
    symbols = [
        symbol(plain("250,208,200,255"), name=0),
        symbol(plain("200,200,200,255"), name=1),
        symbol(plain("200,80,80,100"), name=2),
    ]
    with pytest.warns(GeoindexWarning, match="rules that are switched off are left out: Off$"):
        found = read(tmp_path, renderer("RuleRenderer", f"<rules>{rules}</rules>", *symbols))
    assert dict(zip(found.names or (), found.colors.tolist(), strict=True)) == {
        "A": [250, 208, 200],
        "Parent": [200, 200, 200],
        "Child": [200, 153, 153],
        "half": [200, 153, 153],
        "rest": [250, 208, 200],
    }


def test_rules_of_one_value_have_class_values(tmp_path: Path) -> None:
    rules = (
        '<rule symbol="0" filter="&quot;code&quot; = 101"/>'
        '<rule symbol="0" filter="code=\'205\'"/>'
        '<rule symbol="0" filter="ELSE"/>'
    )
    style = renderer("RuleRenderer", f"<rules>{rules}</rules>", symbol(plain("1,2,3,255")))
    found = read(tmp_path, style)
    assert found.values == (101, 205, 206)
    assert found.names == ('"code" = 101', "code='205'", "ELSE")


def test_rules_of_the_same_filter_are_drawn_over_each_other(tmp_path: Path) -> None:
    rules = (
        '<rule symbol="0" filter="a = 1" label="fill"/><rule symbol="1" filter="a = 2"/>'
        '<rule symbol="2" filter="a = 1" label="over"/>'
        '<rule symbol="1" filter="a = 1" scalemindenom="1" scalemaxdenom="5000" label="near"/>'
    )
    symbols = [
        symbol(plain("200,200,200,255"), name=0),
        symbol(plain("1,2,3,255"), name=1),
        symbol(plain("200,80,80,100"), name=2),
    ]
    with pytest.warns(GeoindexWarning, match="no class values are read, .*: fill, near"):
        found = read(tmp_path, renderer("RuleRenderer", f"<rules>{rules}</rules>", *symbols))
    assert found.names == ("fill", "a = 2", "near")
    assert found.colors.tolist() == [[200, 153, 153], [1, 2, 3], [1, 2, 3]]


def test_renderers_within_others_and_those_without_classes(tmp_path: Path) -> None:
    inner = renderer("singleSymbol", "", symbol(plain("7,8,9,255")))
    outer = f'<renderer-v2 type="invertedPolygonRenderer">{inner}</renderer-v2>'
    assert read(tmp_path, outer).colors.tolist() == [[7, 8, 9]]
    with pytest.raises(PaletteError, match=r"that has no classes \(heatmapRenderer\)"):
        read(tmp_path, '<renderer-v2 type="heatmapRenderer"/>')


def test_a_line_style_is_ink(tmp_path: Path) -> None:
    drawn = symbol(layer("SimpleLine", line_color="255,0,0,255"), kind="line")
    with pytest.warns(GeoindexWarning, match="without a fill are read as ink: Fault"):
        found = read(tmp_path, categories(("1", "Fault"), symbols=[drawn]))
    assert found.roles == ("ink",)
    assert found.names == ("Fault",)


def test_blending_and_effects_are_warned_of(tmp_path: Path) -> None:
    drawn = layer(inner='<effect enabled="1" type="blur"/>', color="1,2,3", outline_style="no")
    body = categories(("1", "a"), symbols=[symbol(drawn)]) + "<blendMode>6</blendMode>"
    with pytest.warns(GeoindexWarning) as caught:
        read(tmp_path, body)
    messages = [str(warning.message).partition(": ")[2] for warning in caught]
    assert messages == [
        "the layer is blended with those below it, which changes colors: unnamed",
        "effects such as shadows may change the colors: a",
    ]


def nested(depth: int) -> str:
    inner = symbol(plain("1,2,3"))
    for _ in range(depth):
        inner = symbol(layer("CentroidFill", inner))
    return inner


BAD = [
    (categories(("1", "a"), symbols=[]), r"class 'a': there is no symbol '0'"),
    (categories(("1", "a"), symbols=[symbol(plain("1,2"))]), r"class 'a': '1,2' is no color"),
    (categories(("1", "a"), symbols=[symbol(plain("1,2,x"))]), r"class 'a': '1,2,x' is no color"),
    (categories(("1", "a"), symbols=[symbol(plain("1,2,300"))]), r"is no color of 0\.\.255"),
    (categories(("1", "a"), symbols=[symbol(layer())]), r"class 'a': .* no property color"),
    (categories(("1", "a"), symbols=[symbol(plain("1,2,3"), alpha="2")]), r"'2' is not within 0"),
    (categories(("1", "a"), symbols=[symbol(plain("1,2,3"))]) + "<layerOpacity/>", r"opacity of"),
    (categories(("1", "a"), symbols=[nested(60)]), r"class 'a': .* nested too deeply"),
    (
        renderer("RuleRenderer", f"<rules>{'<rule>' * 60}{'</rule>' * 60}</rules>"),
        r"rules are nested too deeply",
    ),
    (categories(symbols=[]), r"geology\.qml: holds no class with a color$"),
    (
        renderer("graduatedSymbol", '<ranges><range lower="x" upper="1"/></ranges>'),
        r"'x' is not the limit of a range",
    ),
    ('<projectlayers><maplayer type="vector"/></projectlayers>', r"is not the style of a vector"),
    ("<projectlayers/>", r"holds no layer of polygons or classes$"),
]


@pytest.mark.parametrize(("body", "message"), BAD)
def test_refuses_damaged_styles(tmp_path: Path, body: str, message: str) -> None:
    with pytest.raises(PaletteError, match=message) as caught:
        read(tmp_path, body)
    assert "\n" not in str(caught.value)


def test_refuses_documents_of_too_many_elements(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(
        PaletteError, match=r"geology\.qml: has more than 2,000,000 elements or 1,0"
    ):
        read(tmp_path, "<a>" * 1001 + "</a>" * 1001)
    monkeypatch.setattr(xml_tree, "MOST_ELEMENTS", 100)
    with pytest.raises(PaletteError, match="has more than 100 elements"):
        read(tmp_path, "<a/>" * 100)
