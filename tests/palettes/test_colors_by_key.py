"""Colors as Python programs and the web hold them, and color tables with nodata inside."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
import rasterio
from PIL import Image

from geoindex import Palette, index_image, load_palette, open_grid
from geoindex.errors import GeoindexWarning, OptionError, PaletteError

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")

COLORS = [[68, 1, 84], [0, 170, 0]]

FORMS = {
    "category and description": [
        {"category": 1, "description": "trees", "color": "#440154"},
        {"category": 7, "description": "grass", "color": [0, 170, 0]},
    ],
    "STAC": {
        "classification:classes": [
            {"value": 1, "name": "trees", "color_hint": "440154", "description": "tall"},
            {"value": 7, "name": "grass", "color_hint": "00aa00", "description": "low"},
        ]
    },
    "Earth Engine": {
        "landcover_class_values": [1, 7],
        "landcover_class_names": ["trees", "grass"],
        "landcover_class_palette": ["440154", "00aa00"],
    },
    "by name": {"trees": "#440154", "grass": [0, 170, 0]},
    "by value": {"1": "#440154", "7": [0, 170, 0, 255]},
    "by value, unit scale": {"1": "rgb(68, 1, 84)", "7": "#0a0"},
}


@pytest.mark.parametrize("key", FORMS)
def test_forms_of_json(tmp_path: Path, key: str) -> None:
    (tmp_path / "p.json").write_text(json.dumps(FORMS[key]))
    palette = load_palette(tmp_path / "p.json")
    assert palette.colors.tolist() == COLORS
    assert palette.values == (None if key == "by name" else (1, 7))
    assert palette.names == (None if key.startswith("by value") else ("trees", "grass"))


def test_keys_that_are_not_understood_are_told(tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text('{"colors": ["#440154"], "titles": ["trees"]}')
    with pytest.warns(GeoindexWarning, match="the key 'titles' is not understood"):
        load_palette(tmp_path / "p.json")


CLASSES = [
    {"value": 0, "name": "none", "color_hint": "000000"},
    {"value": 1, "name": "trees", "color_hint": "440154"},
    {"value": 7, "name": "grass", "color_hint": "00aa00"},
]
MARKED = [{**CLASSES[0], "nodata": True}, *CLASSES[1:]]
UNPAINTED = [{"value": 0, "name": "none", "nodata": True}, *CLASSES[1:]]
NODATA_IN_STAC: dict[str, Any] = {
    "a list": MARKED,
    "without a color": UNPAINTED,
    "an asset": {"assets": {"map": {"href": "a.tif", "classification:classes": MARKED}}},
    "a band": {"assets": {"map": {"bands": [{"nodata": 0, "classification:classes": CLASSES}]}}},
    "bands that agree": {
        "raster:bands": [{"nodata": 0, "classification:classes": CLASSES}] * 2,
    },
}


@pytest.mark.parametrize("key", NODATA_IN_STAC)
def test_nodata_of_stac_is_no_class(tmp_path: Path, key: str) -> None:
    (tmp_path / "p.json").write_text(json.dumps(NODATA_IN_STAC[key]))
    with pytest.warns(GeoindexWarning, match=r"entries of nodata are left out \(none\)"):
        palette = load_palette(tmp_path / "p.json")
    assert palette.names == ("trees", "grass")
    assert palette.values == (1, 7)
    assert palette.colors.tolist() == COLORS


def test_lists_of_stac_that_differ_are_asked_for() -> None:
    bands = [{"classification:classes": CLASSES[:2]}, {"classification:classes": CLASSES[1:]}]
    with pytest.raises(PaletteError, match="2 different lists classification:classes; save the"):
        load_palette({"assets": {"map": {"bands": bands}}})


SOURCES: list[tuple[str, Any]] = [
    ("rasterio", {1: (68, 1, 84, 255), 7: (0, 170, 0, 255)}),
    ("titiler", {"1": "#440154", "7": "#00aa00ff"}),
]


@pytest.mark.parametrize(("_id", "source"), SOURCES)
def test_dicts_in_python(_id: str, source: Any) -> None:
    palette = load_palette(source)
    assert palette.colors.tolist() == COLORS
    assert palette.values == (1, 7)
    image = np.array([[[0, 170, 0], [68, 1, 84]]], dtype=np.uint8)
    assert index_image(image, source).indices.tolist() == [[1, 0]]


def test_transparent_entries_of_a_dict_are_no_classes() -> None:
    with pytest.warns(GeoindexWarning, match="transparent entries are left out"):
        palette = load_palette({0: (0, 0, 0, 0), 7: (0, 170, 0, 255)})
    assert palette.values == (7,)


def test_colormaps_of_matplotlib() -> None:
    colormap = mpl.colormaps["tab10"]
    assert load_palette(colormap) == load_palette("tab10")
    assert len(load_palette(mpl.colormaps["viridis"], n_colors=5)) == 5
    with pytest.raises(OptionError, match="found ndarray; use Palette"):
        load_palette(np.zeros((2, 3)))


def test_a_palette_of_names() -> None:
    assert Palette(["steelblue", "#0a0", "250/208/200"]).colors.tolist() == [
        [70, 130, 180],
        [0, 170, 0],
        [250, 208, 200],
    ]
    with pytest.raises(PaletteError, match="palette row 1: 'bleu' is not a color; write #rrggbb"):
        Palette(["blue", "bleu"])


CPT = """# COLOR_MODEL = RGB
0\tgreen\t;Till
3\t0/0/100/0\t;Clay
7\tdarkbrown\tL\t;Gneiss
B\tblack
F\twhite
N\t127.5
"""


def test_a_categorical_table_of_gmt(tmp_path: Path) -> None:
    (tmp_path / "p.cpt").write_text(CPT)
    palette = load_palette(tmp_path / "p.cpt")
    # The colors are those of GMT's list of names, in which green is not that of CSS.
    assert palette.colors.tolist() == [[0, 255, 0], [255, 255, 0], [120, 60, 30]]
    assert palette.names == ("Till", "Clay", "Gneiss")
    assert palette.values == (0, 3, 7)


@pytest.mark.parametrize(
    ("name", "color"),
    [
        ("red3", (205, 0, 0)),
        ("Gray50", (127, 127, 127)),
        ("grey90", (229, 229, 229)),
        ("AntiqueWhite4", (139, 131, 120)),
        ("green4", (0, 139, 0)),
        ("lightgoldenrod2", (238, 220, 130)),
        ("thistle1", (255, 225, 255)),
        ("navyblue", (0, 0, 128)),
        ("steelblue", (70, 130, 180)),
    ],
)
def test_names_of_colors_in_gmt(tmp_path: Path, name: str, color: tuple[int, ...]) -> None:
    """As in GMT's list of colors."""
    (tmp_path / "p.cpt").write_text(f"0 {name} ;Till\n")
    assert load_palette(tmp_path / "p.cpt").colors.tolist() == [list(color)]


@pytest.mark.parametrize("name", ["red5", "gray101", "beige1"])
def test_numbers_that_gmt_does_not_have(tmp_path: Path, name: str) -> None:
    (tmp_path / "p.cpt").write_text(f"0 {name}\n")
    with pytest.raises(PaletteError, match=f"'{name}' is not a color"):
        load_palette(tmp_path / "p.cpt")


def test_a_table_with_nodata_first(tmp_path: Path) -> None:
    path = tmp_path / "cover.tif"
    cells = np.array([[0, 1, 3], [3, 0, 2]], dtype=np.uint8)
    kwargs = {"driver": "GTiff", "width": 3, "height": 2, "count": 1, "dtype": "uint8"}
    with rasterio.open(path, "w", nodata=0, **kwargs) as file:
        file.write(cells, 1)
        file.write_colormap(1, {1: (1, 2, 3), 2: (4, 5, 6), 3: (7, 8, 9)})
    palette = load_palette(path)
    assert palette.colors.tolist() == [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
    assert palette.values == (1, 2, 3)
    grid = open_grid(path)
    assert grid.indices.tolist() == [[255, 0, 2], [2, 255, 1]]
    assert grid.nodata == 255


def test_a_png_with_its_transparent_entries_first(tmp_path: Path) -> None:
    image = Image.fromarray(np.array([[0, 1, 2, 3]], dtype=np.uint8), mode=None)
    image = image.convert("P")
    image.putpalette([0, 0, 0, 9, 9, 9, 10, 20, 30, 40, 50, 60])
    image.putdata([0, 1, 2, 3])
    image.save(tmp_path / "p.png", transparency=bytes([0, 0, 255, 255]))
    palette = load_palette(tmp_path / "p.png")
    assert palette.colors[:2].tolist() == [[10, 20, 30], [40, 50, 60]]
    assert palette.values is not None
    assert palette.values[:2] == (2, 3)
    assert open_grid(tmp_path / "p.png").indices.tolist() == [[255, 255, 0, 1]]
