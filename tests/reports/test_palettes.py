"""What people asked for in public trackers and forums: what they wanted, and the right answer.

The inputs are our own. Right answers are those of the program that `source` names, or follow from
the definition there.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import ListedColormap
from PIL import Image

from geoindex import Palette, index_image, learn_palette, load_palette
from tests.reports.inputs import (
    CATEGORIES,
    COVER,
    DRAWN,
    FIELDS,
    GDAL_TABLE,
    GRAYS,
    MANY,
    PHOTO,
    RECORDS,
    RELIEF,
    ZONES,
    color_in_the_end,
    drawn_again,
    masked_cover,
    named_cover,
    saved_palette_image,
    sparse_cover,
    told,
    values_of,
    write_cover,
)
from tests.support.dbase import dbase
from tests.support.oracle import brute_force
from tests.support.silence import Case, Refused, Said, check, table

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")

CASES = [
    Case(
        "a discrete colormap of a tile server, by class",
        lambda: told(load_palette("zones.json")),
        [[[0, 255, 255], [83, 151, 145], [255, 218, 218]], None, [0, 1, 15]],
        "the hexadecimal numbers",
        {"zones.json": json.dumps(ZONES)},
    ),
    Case(
        "a colormap of a tile server by intervals, whose limits are no classes",
        lambda: told(load_palette("zones.json")),
        [[[0, 255, 255], [83, 151, 145]], ["0 to 1", "1 to 2.5"], None],
        "the hexadecimal numbers",
        {"zones.json": json.dumps([[[0, 1], "#00ffff"], [[1, 2.5], [83, 151, 145, 255]]])},
    ),
    Case(
        "colors of a raster in its .vat.dbf",
        lambda: told(load_palette("cover.tif.vat.dbf")),
        [[[244, 202, 121], [255, 189, 232]], ["Forêt claire", "Savane"], [1128, 2715]],
        "ogr2ogr lists the same of such a file",
        {"cover.tif.vat.dbf": dbase(FIELDS, RECORDS)},
    ),
    Case(
        "a .vat.dbf that has names but no colors",
        lambda: load_palette("cover.tif.vat.dbf"),
        Refused(r"the header must name r, g, b or hex .*found Value, C_01"),
        "nothing tells the colors",
        {"cover.tif.vat.dbf": dbase([("Value", "N", 9), ("C_01", "C", 9)], [["1", "Nål"]])},
    ),
    Case(
        "a .dbf that is cut short",
        lambda: load_palette("cover.dbf"),
        Refused("is no dBASE table, or is cut short"),
        "a record is missing",
        {"cover.dbf": dbase(FIELDS, RECORDS)[:-70]},
    ),
    Case(
        "class names and colors of an attribute table that GDAL keeps in .aux.xml",
        lambda: told(load_palette("cover.tif.aux.xml")),
        [[[72, 109, 162], [113, 164, 193]], ["Open water", "Wet land"], [11, 95]],
        "the usages of GDAL's raster attribute tables",
        {"cover.tif.aux.xml": GDAL_TABLE},
    ),
    Case(
        "class names that GDAL keeps beside a TIFF",
        named_cover,
        [["Sea", "Ice & snow", "", "Land"]] * 2,
        "GDAL's list of categories",
        {"cover.tif.aux.xml": CATEGORIES},
    ),
    Case(
        "class names in an attribute table of GDAL beside a TIFF",
        named_cover,
        [["", "", "", "Land"]] * 2,
        "the usages of GDAL's raster attribute tables",
        {
            "cover.tif.aux.xml": COVER.format(
                "<GDALRasterAttributeTable><FieldDefn><Name>A</Name><Usage>2</Usage></FieldDefn>"
                "<FieldDefn><Name>B</Name><Usage>5</Usage></FieldDefn><Row><F>Land</F><F>3</F>"
                "</Row><Row><F>Lava</F><F>9</F></Row></GDALRasterAttributeTable>"
            )
        },
    ),
    Case(
        "class names in the .vat.dbf beside a TIFF with a color table",
        named_cover,
        [["Nål", "Løv", "", ""]] * 2,
        "the file",
        {
            "cover.tif.vat.dbf": dbase(
                [("Value", "N", 9), ("Count", "N", 9), ("C_01", "C", 9)],
                [["1", "5", "Løv"], ["0", "5", "Nål"]],
            )
        },
    ),
    Case(
        "names in two languages beside a TIFF: none is taken in silence",
        named_cover,
        Said(r"names in several columns \(C_01, C_02\); its names are left out", [None, None]),
        "nothing tells the language",
        {
            "cover.tif.vat.dbf": dbase(
                [("Value", "N", 9), ("C_01", "C", 9), ("C_02", "C", 9)], [["1", "Løv", "Leaf"]]
            )
        },
    ),
    Case(
        "damaged names beside a TIFF",
        named_cover,
        Said(r"cover\.tif\.aux\.xml, line 1: .*; its names are left out", [None, None]),
        "there are none",
        {"cover.tif.aux.xml": CATEGORIES[:70]},
    ),
    Case(
        "land cover with classes 10, 20, 100 and nodata 0: three classes, not a hundred",
        sparse_cover,
        [
            *([[0, 100, 0], [255, 187, 34], [250, 230, 160]], None, [10, 20, 100]),
            *([[0, 1, 2], [1, 255, 0]], 255),
        ],
        "the colors that rasterio was given",
    ),
    Case(
        "a colormap of few classes that comes back with 256 entries",
        lambda: (
            write_cover("few.tif", [[0, 1, 1]], {0: (255, 0, 0), 1: (0, 0, 255)}),
            told(load_palette("few.tif")),
        )[1],
        [[[255, 0, 0], [0, 0, 255]], None, None],
        "the colors that rasterio was given",
    ),
    Case(
        "a color table beside a mask is one band of classes with nodata",
        masked_cover,
        [[0, 255, 2]],
        "the mask that rasterio was given",
    ),
    Case(
        "an image of mode P keeps its indices when it is saved",
        saved_palette_image,
        [[[0, 0, 0], [209, 254, 76], [217, 3, 3], [10, 66, 192]], [[0, 1, 2, 3]]],
        "the palette and indices that Pillow was given",
    ),
    Case(
        "white becomes white, not a gray beside it",
        lambda: index_image(GRAYS.colors[np.newaxis], GRAYS).indices,
        [[0, 1, 2, 3, 4]],
        "each color is its own nearest",
    ),
    Case(
        "grays between two palette colors go to the nearer one",
        lambda: (
            index_image(
                np.repeat(np.arange(0, 36, 4, dtype=np.uint8)[:, np.newaxis], 3, axis=1)[
                    np.newaxis
                ],
                Palette([[0, 0, 0], [32, 32, 32]]),
            ).indices
        ),
        Said("became one class", [[0, 0, 0, 0, 0, 1, 1, 1, 1]]),
        "halfway goes to the lower index",
    ),
    Case(
        "an exact color late in the palette beats similar ones before it",
        color_in_the_end,
        [[200]],
        "distance 0",
    ),
    Case(
        "colors that are off by one from every legend entry",
        lambda: (
            index_image(
                np.array([[[246, 245, 249], [244, 243, 248]]], np.uint8),
                Palette([[247, 245, 249], [245, 243, 248], [200, 190, 220]]),
            ).indices
        ),
        [[0, 1]],
        "distance 1",
    ),
    Case(
        "a picture of yellow, cyan and white as classes, looked up by color",
        lambda: (
            index_image(
                np.array(
                    [[[255, 255, 0], [0, 255, 255]], [[255, 255, 255], [255, 255, 0]]], np.uint8
                ),
                {(255, 255, 0): 0, (0, 255, 255): 1, (255, 255, 255): 2},
            ).indices
        ),
        [[0, 1], [2, 0]],
        "the dictionary",
    ),
    Case(
        "names and class values by color",
        lambda: (
            told(load_palette({(60, 16, 152): "Building", (132, 41, 246): "Land"})),
            told(load_palette({"#3C1098": 3, "#8429F6": 1})),
        ),
        [
            [[[60, 16, 152], [132, 41, 246]], ["Building", "Land"], None],
            [[[60, 16, 152], [132, 41, 246]], None, [3, 1]],
        ],
        "the dictionary",
    ),
    Case(
        "hexadecimal colors with a blank behind them",
        lambda: told(load_palette({"Building": "#3C1098 ", "Land": " #8429F6"})),
        [[[60, 16, 152], [132, 41, 246]], ["Building", "Land"], None],
        "the hexadecimal numbers",
    ),
    Case(
        "how many colors a classified picture has, transparent pixels aside",
        lambda: (
            Image.fromarray(DRAWN.repeat(9, axis=0).repeat(9, axis=1)).save("traffic.png"),
            len(learn_palette("traffic.png", method="flat")),
        )[1],
        3,
        "Pillow counts four colors, one of them transparent",
    ),
    Case(
        "the original colors again",
        drawn_again,
        True,
        "the picture itself",
    ),
    Case(
        "a picture of gdaldem color-relief as the values that it shows",
        lambda: values_of(load_palette("relief.clr"), DRAWN),
        Said("transparent entries are left out", [[10, 20, 100, 10], [20, -1, 10, 100]]),
        "gdaldem color-relief",
        {"relief.clr": RELIEF},
    ),
    Case(
        "a color map of QGIS with labels behind the numbers",
        lambda: told(load_palette("cover.clr")),
        [[[1, 2, 3], [4, 5, 6]], ["Built-up land, dense", "5 star"], [21, 22]],
        "the file",
        {"cover.clr": "21 1 2 3 255 Built-up land, dense\n22 4 5 6 255 5 star\n"},
    ),
    Case(
        "a color map of Surfer, which is a ramp with the suffix of ESRI's classes",
        lambda: (load_palette("deep.clr", n_colors=3).colors, load_palette("deep.clr")),
        Refused("deep.clr: is a continuous ramp and has no classes; sample it at equal steps"),
        "Surfer's color maps have positions in percent",
        {"deep.clr": "ColorMap 1 1\n  0.000000   0   0 255\n100.000000 255   0   0\n"},
    ),
    Case(
        "a colormap of matplotlib with more classes than its lists",
        lambda: load_palette(ListedColormap(MANY / 255, name="units")).colors,
        MANY,
        "the colors that matplotlib was given",
    ),
    Case(
        "the colormap of a palette is that palette again",
        lambda: load_palette(load_palette("windows-256").colormap()).colors,
        load_palette("windows-256").colors,
        "the palette",
    ),
    Case(
        "visualization parameters of Earth Engine give the values their colors",
        lambda: told(load_palette({"min": 1, "max": 3, "palette": "ff0000, 00FF00,0000ff"})),
        [[[255, 0, 0], [0, 255, 0], [0, 0, 255]], None, [1, 2, 3]],
        "the palette runs from min to max",
    ),
    Case(
        "parameters of a ramp of Earth Engine are no class values",
        lambda: told(load_palette({"min": 0, "max": 3000, "palette": ["blue", "red"]})),
        Said("the key 'min' is not understood", [[[0, 0, 255], [255, 0, 0]], None, None]),
        "two colors for 3001 values",
    ),
    Case(
        "a classification that was saved as a picture, in its own order",
        lambda: values_of(
            Palette(["black", "red", "lime", "blue", "yellow", "cyan", "magenta"]),
            Palette(["magenta", "black", "yellow"]).colors[np.newaxis],
        ),
        [[6, 0, 4]],
        "the order of the classes",
    ),
    Case(
        "nearest colors of a whole photograph",
        lambda: index_image(PHOTO, Palette(MANY)).indices,
        brute_force(PHOTO, MANY),
        "every color compared with every other",
    ),
]


@table(CASES)
def test_reports(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check(case, tmp_path, monkeypatch)
