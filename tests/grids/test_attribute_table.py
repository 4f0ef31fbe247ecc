"""Classes, names and colors as GDAL's own programs see them."""

from __future__ import annotations

import json

import numpy as np
import pytest
from affine import Affine
from rasterio.crs import CRS

from geoindex import IndexGrid, Palette, open_grid
from tests.support.programs import output_of

NAMES = ["Till & clay", "Grès <rouge>", "Rock"]
COLORS = [(250, 208, 200), (0, 128, 64), (10, 20, 30)]
PLACE = {"transform": Affine(10, 0, 4e5, 0, -10, 7e6), "crs": CRS.from_epsg(3067)}


def make_grid(values=None, names=NAMES):
    return IndexGrid(
        indices=np.uint8([[0, 1, 2], [255, 1, 0]]),
        palette=Palette(COLORS, names=names, values=values),
        nodata=255,
        **PLACE,
    )


def table_of(path):
    """Rows of the raster attribute table, after a look at what GDAL takes its columns for."""
    told = json.loads(output_of("gdalinfo", "-json", path))["rat"]
    usages = [(column["name"], column["usage"]) for column in told["fieldDefn"]]
    assert usages == [("Value", 5), ("Class", 2), ("Red", 6), ("Green", 7), ("Blue", 8)]
    return [row["f"] for row in told["row"]]


@pytest.mark.parametrize("suffix", [".tif", ".png", ".asc"])
@pytest.mark.parametrize("values", [None, (101, 7, 205)], ids=["rows", "class values"])
def test_the_table_lists_exactly_the_classes(tmp_path, suffix, values):
    path = tmp_path / f"map{suffix}"
    make_grid(values).save(path, values=values is not None)
    numbers = values or (0, 1, 2)
    rows = zip(numbers, NAMES, COLORS, strict=True)
    assert table_of(path) == [[number, name, *color] for number, name, color in rows]


def test_class_values_without_a_color_table_have_one(tmp_path):
    make_grid((-5, 70_000, 11)).save(tmp_path / "map.tif", values=True)
    assert [row[0] for row in table_of(tmp_path / "map.tif")] == [-5, 70_000, 11]


def test_classes_without_names_are_called_by_their_colors(tmp_path):
    make_grid(names=None).save(tmp_path / "map.tif")
    assert [row[1] for row in table_of(tmp_path / "map.tif")] == [
        "250,208,200",
        "0,128,64",
        "10,20,30",
    ]


def test_a_full_color_table_without_names_needs_none(tmp_path):
    palette = Palette(np.stack([np.arange(256)] * 3, axis=1).astype(np.uint8))
    grid = IndexGrid(indices=np.uint8([[0, 255]]), palette=palette, **PLACE)
    grid.save(tmp_path / "map.tif")
    assert [path.name for path in tmp_path.iterdir()] == ["map.tif"]


def test_an_ascii_grid_has_the_colors_of_its_classes(tmp_path):
    make_grid((1, 3, 4)).save(tmp_path / "map.asc", values=True)
    (band,) = json.loads(output_of("gdalinfo", "-json", tmp_path / "map.asc"))["bands"]
    assert band["categories"] == ["", NAMES[0], "", *NAMES[1:]]
    clear = [0, 0, 0, 0]
    first, *others = [[*color, 255] for color in COLORS]
    assert band["colorTable"]["entries"] == [clear, first, clear, *others]


@pytest.mark.parametrize("suffix", [".tif", ".png", ".asc"])
def test_gdal_carries_the_classes_on(tmp_path, suffix):
    grid = make_grid()
    grid.save(tmp_path / f"map{suffix}")
    output_of("gdal_translate", "-q", tmp_path / f"map{suffix}", tmp_path / "copy.tif")
    copy = tmp_path / "copy.tif"
    assert [row[1] for row in table_of(copy)] == NAMES
    if suffix != ".asc":  # whose cells are 32 bits in GDAL
        assert open_grid(copy).palette == grid.palette
