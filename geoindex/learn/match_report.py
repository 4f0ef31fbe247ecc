"""What goes into a match of units and palette colors, and its table."""

from __future__ import annotations

import csv
import io
from os import PathLike

import numpy as np
from numpy.typing import NDArray

from geoindex.color.pixels import PixelRule
from geoindex.images.pixel_blocks import count_colors
from geoindex.learn.match import PaletteMatch
from geoindex.palette import Palette

__all__ = ["count_units", "match_table"]

HEADER = (
    "unit", "name", "red", "green", "blue", "pixels",
    "index", "palette_name", "palette_red", "palette_green", "palette_blue", "distance",
    "nearest_index", "nearest_distance",
)  # fmt: skip


def count_units(image: str | PathLike[str], units: Palette) -> NDArray[np.int64]:
    """Count the pixels of a map that have exactly the color of each unit.

    Returns
    -------
    ndarray of int64, shape (n_units,)
    """
    histogram = count_colors(image, PixelRule())
    found = {
        bytes(color): int(count)
        for color, count in zip(histogram.colors, histogram.counts, strict=True)
    }
    return np.array([found.get(bytes(color), 0) for color in units.colors], dtype=np.int64)


def match_table(match: PaletteMatch) -> str:
    """Write a match as CSV text, a row per unit."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    for unit in match.to_dict()["units"]:
        pixels = "" if unit["pixels"] is None else unit["pixels"]
        own = [unit["unit"], unit["label"], *unit["color"], pixels]
        given = [unit["index"], unit["palette_label"], *unit["palette_color"]]
        distance, nearest = f"{unit['distance']:.6g}", f"{unit['nearest_distance']:.6g}"
        writer.writerow([*own, *given, distance, unit["nearest_index"], nearest])
    return text.getvalue()
