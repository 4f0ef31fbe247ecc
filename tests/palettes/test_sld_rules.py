"""Styled Layer Descriptors of polygons, as GeoServer and QGIS write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from geoindex import Palette, load_palette
from geoindex.errors import GeoindexWarning, PaletteError

SLD_1_0 = (
    '<StyledLayerDescriptor version="1.0.0" xmlns="http://www.opengis.net/sld" '
    'xmlns:ogc="http://www.opengis.net/ogc">{}</StyledLayerDescriptor>'
)
SE_1_1 = (
    '<sld:StyledLayerDescriptor version="1.1.0" xmlns:sld="http://www.opengis.net/sld" '
    'xmlns="http://www.opengis.net/se" xmlns:ogc="http://www.opengis.net/ogc">{}'
    "</sld:StyledLayerDescriptor>"
)


def equal(value: str) -> str:
    return (
        "<ogc:Filter><ogc:PropertyIsEqualTo><ogc:PropertyName>code</ogc:PropertyName>"
        f"<ogc:Literal>{value}</ogc:Literal></ogc:PropertyIsEqualTo></ogc:Filter>"
    )


def parameters(word: str, **found: str) -> str:
    return "".join(
        f'<{word} name="{key.replace("_", "-")}">{value}</{word}>' for key, value in found.items()
    )


def polygon(inner: str = "", *, word: str = "CssParameter", **found: str) -> str:
    fill = parameters(word, **found)
    return f"<PolygonSymbolizer><Fill>{fill}</Fill>{inner}</PolygonSymbolizer>"


def stroke(color: str, word: str = "CssParameter") -> str:
    return f"<Stroke>{parameters(word, stroke=color)}</Stroke>"


def style(*rules: str) -> str:
    return f"<FeatureTypeStyle>{''.join(rules)}</FeatureTypeStyle>"


def read(path: Path, *styles: str, root: str = SLD_1_0, **options: str) -> Palette:
    path = path / "units.sld"
    body = f"<NamedLayer><Name>n</Name><UserStyle>{''.join(styles)}</UserStyle></NamedLayer>"
    path.write_text(root.format(body), encoding="utf-8")
    return load_palette(path, **options)


def test_rules_of_sld_1_0(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        style(
            f"<Rule><Name>r1</Name><Title> Old\n gneiss </Title>{equal('101')}"
            f"{polygon(stroke('#101010'), fill='#FAD0C8')}</Rule>",
            f"<Rule><Name>granite</Name>{equal('205')}{polygon(fill='#ff6464')}</Rule>",
            f"<Rule>{equal('7')}{polygon()}</Rule>",
            f"<Rule><Title>rest</Title><ElseFilter/>{polygon(fill='#090909')}</Rule>",
            "<Rule><TextSymbolizer><Fill/></TextSymbolizer></Rule>",
        ),
    )
    assert found.names == ("Old gneiss", "granite", "7", "rest", "ink #101010")
    expected = [[250, 208, 200], [255, 100, 100], [128, 128, 128], [9, 9, 9], [16, 16, 16]]
    assert found.colors.tolist() == expected
    assert found.values == (101, 205, 7, 206, 207)
    assert found.roles == ("", "", "", "", "ink")


def test_rules_of_se_1_1(tmp_path: Path) -> None:
    word = "SvgParameter"
    rule = (
        "<Rule><Name>id</Name><Description><Title>Lake</Title></Description>"
        f"{equal('3')}{polygon(stroke('#000000', word), word=word, fill='#0000ff')}</Rule>"
    )
    found = read(tmp_path, style(rule), root=SE_1_1)
    assert found.names == ("Lake", "ink #000000")
    assert found.values == (3, 4)


def test_opacity(tmp_path: Path) -> None:
    rule = f"<Rule><Name>a</Name>{polygon(fill='#0a78c8', fill_opacity='0.5')}</Rule>"
    with pytest.warns(GeoindexWarning, match="blended over white paper: a$"):
        assert read(tmp_path, style(rule)).colors.tolist() == [[132, 187, 227]]


def test_a_graphic_fill_is_a_pattern_over_its_background(tmp_path: Path) -> None:
    mark = (
        "<GraphicFill><Graphic><Mark><WellKnownName>shape://slash</WellKnownName>"
        f"{stroke('#c80000')}</Mark><Opacity>1.0</Opacity></Graphic></GraphicFill>"
    )
    over = f"<PolygonSymbolizer><Fill>{mark}</Fill></PolygonSymbolizer>"
    rule = f"<Rule><Name>a</Name>{polygon(fill='#dcdc64')}{over}</Rule>"
    found = read(tmp_path, style(rule))
    assert found.colors.tolist() == [[220, 220, 100], [200, 0, 0]]
    assert found.roles == ("", "ink")
    with pytest.warns(GeoindexWarning, match="without a fill are read as ink: a$"):
        assert read(tmp_path, style(f"<Rule><Name>a</Name>{over}</Rule>")).names == ("a",)


def test_lines_points_and_pictures(tmp_path: Path) -> None:
    point = (
        "<PointSymbolizer><Graphic><Mark><Fill/></Mark>"
        "<ExternalGraphic/></Graphic></PointSymbolizer>"
    )
    rule = (
        f"<Rule><Name>a</Name>{polygon(fill='#dcdc64')}"
        f"<LineSymbolizer>{stroke('#c80000')}</LineSymbolizer>{point}</Rule>"
    )
    with pytest.warns(GeoindexWarning, match="pictures have colors that the style does not tell"):
        found = read(tmp_path, style(rule))
    assert found.colors.tolist() == [[220, 220, 100], [200, 0, 0], [128, 128, 128]]


def test_rules_of_the_same_filter_are_drawn_over_each_other(tmp_path: Path) -> None:
    first = style(
        f"<Rule><Name>a</Name>{equal('1')}{polygon(fill='#010101')}</Rule>",
        f"<Rule><Name>b</Name>{equal('2')}{polygon(fill='#020202')}</Rule>",
    )
    line = f"<LineSymbolizer>{stroke('#ff0000')}</LineSymbolizer>"
    near = f"{equal('1')}<MaxScaleDenominator>5000</MaxScaleDenominator>{polygon()}"
    second = style(
        f"<Rule><Name>edge of a</Name>{equal('1')}{line}</Rule>",
        f"<Rule><Name>near</Name>{near}</Rule>",
    )
    with pytest.warns(GeoindexWarning, match="no class values are read, .*: a, near"):
        found = read(tmp_path, first, second)
    assert found.names == ("a", "b", "near", "ink #ff0000")
    assert found.roles == ("", "", "", "ink")


def test_the_value_of_a_function_is_no_class_value(tmp_path: Path) -> None:
    """GeoServer's generic style asks for the dimension of the geometry."""
    test = equal("2").replace("PropertyName>", "Function>")
    assert read(tmp_path, style(f"<Rule>{test}{polygon()}</Rule>")).values is None


def test_literals_and_colors_that_are_computed(tmp_path: Path) -> None:
    literal = "<ogc:Literal> #0000ff </ogc:Literal>"
    computed = "<ogc:Function name='x'><ogc:PropertyName>c</ogc:PropertyName></ogc:Function>"
    rules = style(
        f"<Rule><Name>a</Name>{polygon(fill=literal)}</Rule>",
        f"<Rule><Name>b</Name>{polygon(fill=computed)}</Rule>",
    )
    with pytest.warns(GeoindexWarning) as caught:
        found = read(tmp_path, rules)
    assert found.names == ("a",)
    assert [str(warning.message).partition(": ")[2] for warning in caught] == [
        "fills and lines whose color the data define are left out: b",
        "classes that draw nothing are left out: b",
    ]


def test_filters_of_several_conditions_have_no_class_value(tmp_path: Path) -> None:
    both = equal("1").replace("<ogc:Filter>", "<ogc:Filter><ogc:And>")
    both = both.replace("</ogc:Filter>", "<ogc:PropertyIsNull/></ogc:And></ogc:Filter>")
    negated = equal("2").replace("PropertyIsEqualTo", "PropertyIsNotEqualTo")
    rules = [
        f"<Rule><Name>{row}</Name>{test}{polygon()}</Rule>"
        for row, test in enumerate([both, negated])
    ]
    assert read(tmp_path, style(*rules)).values is None


def test_named_layers_are_chosen(tmp_path: Path) -> None:
    path = tmp_path / "two.sld"
    named = [
        f"<NamedLayer><Name>{name}</Name>{style(f'<Rule>{polygon(fill=color)}</Rule>')}</NamedLayer>"
        for name, color in (("units", "#010203"), ("soils", "#040506"))
    ]
    path.write_text(SLD_1_0.format("".join(named)), encoding="utf-8")
    with pytest.raises(PaletteError, match=r"holds 2 layers with classes; .*: units, soils$"):
        load_palette(path)
    found = load_palette(path, layer="soils")
    assert found.colors.tolist() == [[4, 5, 6]]
    assert found.name == "soils"


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (polygon(fill="red"), r"units\.sld: rule 'a': 'red' is not #rrggbb$"),
        (polygon(fill_opacity="2"), r"rule 'a': the opacity '2' is not within 0\.\.1$"),
        (polygon(fill_opacity="half"), r"rule 'a': the opacity 'half' is not within"),
        ("<RasterSymbolizer/>", r"holds no class with a color$"),
        ("", r"no ColorMap of a raster symbolizer and no PolygonSymbolizer$"),
    ],
)
def test_refuses_damaged_rules(tmp_path: Path, rule: str, message: str) -> None:
    with pytest.raises(PaletteError, match=message):
        read(tmp_path, style(f"<Rule><Name>a</Name>{rule}</Rule>"))
