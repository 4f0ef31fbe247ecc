"""Inputs of what people asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
import rasterio
from PIL import Image

from geoindex import Palette, index_image, learn_palette, load_palette, open_grid

RNG = np.random.default_rng(11)


def told(palette: Palette) -> list[Any]:
    """Colors, names and values."""
    return [palette.colors, palette.names, palette.values]


def write_cover(path: str, cells: list[list[int]], colors: dict[int, Any], **more: Any) -> None:
    """Write a TIFF with a color table."""
    array = np.array(cells, np.uint8)
    rows, cols = array.shape
    with rasterio.open(
        path, "w", driver="GTiff", width=cols, height=rows, count=1, dtype="uint8", **more
    ) as file:
        file.write(array, 1)
        file.write_colormap(1, colors)


FIELDS = [("Value", "N", 10), ("Count", "N", 12), ("Red", "N", 5), ("Green", "N", 5)]
FIELDS += [("Blue", "N", 5), ("Class_Name", "C", 24)]
RECORDS = [["1128", "6", "244", "202", "121", "Forêt claire"]]
RECORDS += [["2715", "4", "255", "189", "232", "Savane"]]

GDAL_TABLE = """<PAMDataset><PAMRasterBand band="1"><GDALRasterAttributeTable>
<FieldDefn index="0"><Name>Histogram</Name><Type>1</Type><Usage>1</Usage></FieldDefn>
<FieldDefn index="1"><Name>DN</Name><Type>0</Type><Usage>5</Usage></FieldDefn>
<FieldDefn index="2"><Name>Class_Names</Name><Type>2</Type><Usage>2</Usage></FieldDefn>
<FieldDefn index="3"><Name>C1</Name><Type>0</Type><Usage>6</Usage></FieldDefn>
<FieldDefn index="4"><Name>C2</Name><Type>0</Type><Usage>7</Usage></FieldDefn>
<FieldDefn index="5"><Name>C3</Name><Type>0</Type><Usage>8</Usage></FieldDefn>
<Row index="0"><F>90</F><F>11</F><F>Open water</F><F>72</F><F>109</F><F>162</F></Row>
<Row index="1"><F>10</F><F>95</F><F>Wet land</F><F>113</F><F>164</F><F>193</F></Row>
</GDALRasterAttributeTable></PAMRasterBand></PAMDataset>"""

# As gdaldem color-relief -alpha draws the values 10 20 100 10 / 20 0 10 100 in relief.clr.
RELIEF = "10 0 100 0\n20 255 187 34\n100 250 230 160\n0 0 0 0 0\n"
DRAWN = np.array(
    [
        [[0, 100, 0, 255], [255, 187, 34, 255], [250, 230, 160, 255], [0, 100, 0, 255]],
        [[255, 187, 34, 255], [0, 0, 0, 0], [0, 100, 0, 255], [250, 230, 160, 255]],
    ],
    np.uint8,
)

ZONES = {"0": "#00ffff", "1": "#539791", "15": "#ffdada"}
GRAYS = Palette(np.repeat(np.array([255, 253, 252, 250, 0])[:, np.newaxis], 3, axis=1))
MANY = RNG.integers(0, 256, (120, 3))
PHOTO = RNG.integers(0, 256, (40, 50, 3)).astype(np.uint8)


def values_of(palette: Palette, image: Any) -> list[list[int]]:
    """Class values of an image, -1 for nodata."""
    grid = index_image(image, palette)
    table = [*(palette.values or range(len(palette))), -1]
    return [[table[min(row, len(palette))] for row in line] for line in grid.indices.tolist()]


def sparse_cover() -> list[Any]:
    """Land cover with the classes 10, 20 and 100 and nodata 0, as its palette and as a grid."""
    colors = {10: (0, 100, 0), 20: (255, 187, 34), 100: (250, 230, 160)}
    write_cover("cover.tif", [[10, 20, 100], [20, 0, 10]], colors, nodata=0)
    grid = open_grid("cover.tif")
    return [*told(load_palette("cover.tif")), grid.indices, grid.nodata]


def named_cover() -> list[Any]:
    """A color table in a TIFF, whose names lie beside it, as a palette and as a grid."""
    write_cover("cover.tif", [[0, 1, 3]], {0: (1, 1, 1), 1: (2, 2, 2), 2: (3, 3, 3), 3: (4, 4, 4)})
    return [load_palette("cover.tif").names, open_grid("cover.tif").palette.names]


COVER = "<PAMDataset><PAMRasterBand band='1'>{}</PAMRasterBand></PAMDataset>"
CATEGORIES = COVER.format(
    "<CategoryNames><Category>Sea</Category><Category>Ice &amp; snow</Category><Category/>"
    "<Category>Land</Category></CategoryNames>"
)


def masked_cover() -> list[list[int]]:
    """A color table beside a mask, as a picture."""
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
        write_cover("cloud.tif", [[0, 1, 2]], {0: (1, 1, 1), 1: (2, 2, 2), 2: (9, 9, 9)})
        with rasterio.open("cloud.tif", "r+") as file:
            file.write_mask(np.array([[255, 0, 255]], np.uint8))
    return index_image("cloud.tif", load_palette("cloud.tif")).indices.tolist()


def saved_palette_image() -> list[Any]:
    """An image of mode P that Pillow saves as PNG, and its palette."""
    image = Image.fromarray(np.array([[0, 1, 2, 3]], np.uint8)).convert("P")
    image.putpalette([0, 0, 0, 209, 254, 76, 217, 3, 3, 10, 66, 192])
    image.putdata([0, 1, 2, 3])
    image.save("p.png")
    palette = load_palette("p.png")
    return [palette.colors[:4], index_image("p.png", palette).indices]


def color_in_the_end() -> list[list[int]]:
    """A color that only the last of many similar entries has."""
    colors = np.stack([np.arange(200), np.arange(200), np.arange(200)], axis=1)
    colors = np.concatenate([colors, [[100, 101, 100]]])
    return index_image(np.array([[[100, 101, 100]]], np.uint8), Palette(colors)).indices.tolist()


def drawn_again() -> bool:
    """A flat picture by its own colors, drawn from its classes."""
    picture = RNG.integers(0, 4, (5, 6, 3)).astype(np.uint8) * 80
    picture = picture.repeat(9, axis=0).repeat(9, axis=1)
    grid = index_image(picture, learn_palette(picture, method="flat"))
    return bool((grid.to_rgb() == picture).all())
