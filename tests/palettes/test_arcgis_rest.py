"""Renderers and legends of ArcGIS web services."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from geoindex import load_palette
from geoindex.errors import GeoindexWarning, OptionError, PaletteError
from tests.support.command_line import printed

OUTLINE = {"type": "esriSLS", "style": "esriSLSSolid", "color": [60, 60, 60, 255], "width": 0.4}


def fill(*color: int, style: str = "Solid", outline: Any = OUTLINE) -> dict[str, Any]:
    return {
        "type": "esriSFS",
        "style": f"esriSFS{style}",
        "color": list(color),
        "outline": outline,
    }


def unique(*infos: tuple[str, str, Any], **more: Any) -> dict[str, Any]:
    classes = [{"value": value, "label": label, "symbol": drawn} for value, label, drawn in infos]
    return {"type": "uniqueValue", "field1": "UNIT", "uniqueValueInfos": classes, **more}


GEOLOGY = {
    "id": 3,
    "name": "Geology",
    "geometryType": "esriGeometryPolygon",
    "drawingInfo": {
        "transparency": 0,
        "renderer": unique(
            ("11", "Gneiss", fill(250, 208, 200, 255)), ("42", "Till", fill(247, 236, 192, 255))
        ),
    },
}
FAULTS = {
    "id": 1,
    "name": "Faults",
    "drawingInfo": {
        "renderer": {"type": "simple", "symbol": {"type": "esriSLS", "color": [200, 0, 0, 255]}}
    },
}


@pytest.mark.parametrize(
    "found",
    [
        GEOLOGY,
        GEOLOGY["drawingInfo"],
        GEOLOGY["drawingInfo"]["renderer"],
        {"layers": [FAULTS, GEOLOGY], "tables": []},
        {"operationalLayers": [{"title": "Geology", "layerDefinition": GEOLOGY}]},
    ],
    ids=["layer", "drawingInfo", "renderer", "all layers", "web map"],
)
def test_renderers(tmp_path: Path, found: dict[str, Any]) -> None:
    (tmp_path / "service.json").write_text(json.dumps(found))
    for palette in (load_palette(tmp_path / "service.json"), load_palette(found)):
        assert palette.names == ("Gneiss", "Till", "ink #3c3c3c")
        assert palette.colors[:2].tolist() == [[250, 208, 200], [247, 236, 192]]
        assert palette.roles == ("", "", "ink")
        assert palette.values == (11, 42, 43)


def test_layers_are_chosen(tmp_path: Path) -> None:
    other = {**GEOLOGY, "id": 4, "name": "Soil"}
    (tmp_path / "all.json").write_text(json.dumps({"layers": [GEOLOGY, other, FAULTS]}))
    with pytest.raises(PaletteError, match=r"2 layers with classes; .*layer=.*: Geology, Soil"):
        load_palette(tmp_path / "all.json")
    for layer in ("Geology", "3"):
        assert load_palette(tmp_path / "all.json", layer=layer).name == "Geology"
        assert load_palette({"layers": [GEOLOGY, other, FAULTS]}, layer=layer).name == "Geology"
    assert "Gneiss" in printed("palette", "show", tmp_path / "all.json", "--layer", "Geology")


@pytest.mark.parametrize(
    ("renderer", "names", "colors", "warning"),
    [
        (
            {
                "type": "classBreaks",
                "classBreakInfos": [
                    {"classMaxValue": 5, "label": "", "symbol": fill(1, 2, 3, 255, outline=None)},
                    {"classMaxValue": 9, "label": "deep", "symbol": fill(4, 5, 6, 255)},
                ],
            },
            ("5", "deep"),
            [[1, 2, 3], [4, 5, 6]],
            None,
        ),
        (
            {
                "type": "uniqueValue",
                "uniqueValueGroups": [
                    {
                        "heading": "Quaternary",
                        "classes": [
                            {
                                "label": "Till",
                                "values": [["Qt"], ["Qm"]],
                                "symbol": fill(9, 8, 7, 255),
                            }
                        ],
                    }
                ],
                "defaultSymbol": fill(200, 200, 200, 255),
                "defaultLabel": "other",
            },
            ("Till", "other"),
            [[9, 8, 7], [200, 200, 200]],
            None,
        ),
        # Half transparent, over white paper: 255 + (0 - 255) * 128 / 255.
        (
            {"type": "simple", "label": "lake", "symbol": fill(0, 0, 255, 128, outline=None)},
            ("lake",),
            [[127, 127, 255]],
            "blended over white paper: lake",
        ),
        (
            {
                "type": "simple",
                "label": "marsh",
                "symbol": fill(0, 90, 0, 255, style="Vertical", outline=None),
            },
            ("marsh",),
            [[0, 90, 0]],
            "without a fill are read as ink: marsh",
        ),
        (
            {
                "type": "simple",
                "label": "lake",
                "symbol": {
                    "type": "CIMSymbolReference",
                    "symbol": {
                        "type": "CIMPolygonSymbol",
                        "symbolLayers": [
                            {
                                "type": "CIMSolidFill",
                                "enable": True,
                                "color": {"type": "CIMRGBColor", "values": [7, 8, 9, 100]},
                            }
                        ],
                    },
                },
            },
            ("lake",),
            [[7, 8, 9]],
            None,
        ),
    ],
    ids=["class breaks", "groups", "alpha", "hatching", "CIM"],
)
def test_kinds_of_renderers(
    recwarn: pytest.WarningsRecorder,
    renderer: dict[str, Any],
    names: tuple[str, ...],
    colors: list[list[int]],
    warning: str | None,
) -> None:
    palette = load_palette({"drawingInfo": {"renderer": renderer}})
    assert palette.names[: len(names)] == names
    assert palette.colors[: len(names)].tolist() == colors
    told = [str(one.message) for one in recwarn]
    assert (len(told) == 1 and warning in told[0]) if warning else not told


def swatch(color: tuple[int, ...], box: tuple[int, ...] = (1, 3, 18, 16)) -> str:
    """Picture of 20 x 20 pixels as ArcGIS Server draws it, in base64."""
    picture = Image.new("RGBA", (20, 20))
    ImageDraw.Draw(picture).rectangle(box, fill=color, outline=(110, 110, 110, 255))
    return encoded(picture)


def encoded(picture: Image.Image) -> str:
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return base64.b64encode(stream.getvalue()).decode()


def legend(*pictures: str, values: bool = True) -> dict[str, Any]:
    items = [
        {
            "label": f"unit {number}",
            "imageData": picture,
            "contentType": "image/png",
            **({"values": [str(number)]} if values else {}),
        }
        for number, picture in enumerate(pictures, start=7)
    ]
    return {"layers": [{"layerId": 0, "layerName": "Units", "legend": items}]}


def test_legends_show_colors_in_pictures() -> None:
    gray = Image.new("L", (20, 20), 90)
    pictures = [swatch((250, 208, 200, 255)), swatch((0, 0, 255, 128)), encoded(gray)]
    palette = load_palette(legend(*pictures, "data:image/png;base64," + swatch((1, 2, 3, 255))))
    assert palette.colors.tolist() == [[250, 208, 200], [127, 127, 255], [90, 90, 90], [1, 2, 3]]
    assert palette.names == ("unit 7", "unit 8", "unit 9", "unit 10")
    assert palette.values == (7, 8, 9, 10)
    assert palette.roles is None


def test_lines_of_a_legend_are_ink() -> None:
    pictures = (swatch((250, 208, 200, 255)), swatch((110, 110, 110, 255), (0, 9, 19, 10)))
    with pytest.warns(GeoindexWarning, match=r"without a fill are read as ink: unit 8"):
        palette = load_palette(legend(*pictures, values=False))
    assert palette.roles == ("", "ink")
    assert palette.values is None


NOISE = Image.fromarray(np.random.default_rng(1).integers(0, 256, (20, 20, 3), dtype=np.uint8))


@pytest.mark.parametrize(
    ("picture", "message"),
    [
        (None, r"class 'unit 7' has no picture \(imageData\); .*f=json"),
        ("AAAA", r"class 'unit 7': its picture cannot be read \(holds nothing but zeros"),
        ("{", r"class 'unit 7': its picture cannot be read"),
        (swatch((1, 2, 3, 255))[:120], r"class 'unit 7': its picture cannot be read"),
        (encoded(Image.new("RGBA", (20, 20))), r"class 'unit 7': its picture is empty"),
        (encoded(NOISE), r"class 'unit 7': no color covers most of its picture"),
        (encoded(Image.new("L", (9000, 9000))), r"its picture cannot be read \(it is too large"),
        ("A" * 300_000, r"its picture cannot be read \(it is too large for a legend\)"),
    ],
    ids=["none", "no image", "no base64", "cut", "empty", "noise", "large", "long"],
)
def test_refuses_pictures_without_a_color(picture: str, message: str) -> None:
    with pytest.raises(PaletteError, match=message):
        load_palette(legend(picture))


@pytest.mark.parametrize("color", [[1, 2], [1, 2, 300, 255], ["a", 1, 2], "red", [1, 2, 3, -1]])
def test_refuses_what_is_no_color(color: object) -> None:
    symbol = {"type": "esriSFS", "style": "esriSFSSolid", "color": color}
    with pytest.raises(PaletteError, match=r"class 'lake': .* is not a color of red, green, blue"):
        load_palette({"renderer": {"type": "simple", "label": "lake", "symbol": symbol}})


def test_other_json_has_no_layers(tmp_path: Path) -> None:
    (tmp_path / "colors.json").write_text('["#ff0000"]')
    with pytest.raises(OptionError, match="has no map layers"):
        load_palette(tmp_path / "colors.json", layer="a")
    with pytest.raises(OptionError, match="the dict of colors: has no map layers"):
        load_palette({"till": "#ff0000"}, layer="a")
