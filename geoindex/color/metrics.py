"""The color distances, and how each finds the nearest palette colors."""

from __future__ import annotations

import math
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from geoindex.palette import Palette
from geoindex.rules.choices import check_choice, check_not_negative
from geoindex.rules.indices import IndexArray
from geoindex.rules.scale import ColorArray

__all__ = [
    "DEFINITION",
    "METRICS",
    "FullDepthSearch",
    "Metric",
    "Search",
    "check_metric",
    "largest_square_within",
    "make_search",
]

Metric = Literal["rgb", "lab", "oklab", "ciede2000", "redmean", "shaded"]
"""Names of the color distances; :data:`METRICS` describes them."""

METRICS: dict[Metric, str] = {
    "rgb": "Euclidean distance of 8-bit sRGB values, 0 to 441.7; compared in integers.",
    "lab": (
        "CIE 1976: Euclidean distance in CIELAB, D65, 2 degree observer (CIE 15:2004; sRGB "
        "after IEC 61966-2-1). Coordinates are rounded to 1/65536, so that distances are exact."
    ),
    "oklab": (
        "Euclidean distance in OKLab (B. Ottosson, 2020, 'A perceptual color space for image "
        "processing'), about 0 to 1. Coordinates are rounded to 1/2**24."
    ),
    "ciede2000": (
        "CIEDE2000 with unit weights (Sharma, Wu and Dalal, 2005, Color Research and "
        "Application 30, 21-30) of CIELAB colors as above; rounded to 1/2**30."
    ),
    "redmean": (
        "RGB weighted by the mean red of both colors (T. Riemersma, 'Colour metric', "
        "CompuPhase), 0 to 764.8; compared in integers."
    ),
    "shaded": (
        "RGB distance to the palette color darkened to 65 % or brightened to 106 % at most, "
        "whichever brightness fits best: for maps with hillshade. Black stays black, since no "
        "unit gets darker than 65 %."
    ),
}

DEFINITION = 1
"""Version of the definitions above; cubes saved with another version are rejected."""

LARGEST_SQUARED = 3 * 255**2


class Search(Protocol):
    """Finds the nearest colors of one palette by one metric."""

    def fill(self, cells: NDArray[np.int64], table: IndexArray, nodata: int) -> None:
        """Write the palette rows of all codes of `cells` into `table`; see the kernels."""

    def distance(self, colors: NDArray[np.uint8], rows: IndexArray) -> NDArray[np.float64]:
        """Distance of colors (n, 3) from palette rows (n,), in the metric's units."""


def check_metric(metric: Metric, max_distance: float | None) -> None:
    """Raise OptionError for an unknown metric, or a distance that is negative or not a number."""
    check_choice("metric", metric, Metric)
    if max_distance is not None:
        check_not_negative("max_distance", max_distance)


def make_search(palette: Palette, metric: Metric, max_distance: float | None) -> Search:
    """Make the search for a palette and metric.

    Parameters
    ----------
    palette : Palette
        The colors.
    metric : str
        One of :data:`METRICS`.
    max_distance : float or None
        Colors farther than this from every palette color are nodata.

    Raises
    ------
    OptionError
        The metric is unknown, or the distance is negative or not a number.
    """
    check_metric(metric, max_distance)
    if metric == "rgb":
        return _RgbSearch(palette, max_distance)
    return _MetricSearch(palette, metric, max_distance)


class FullDepthSearch:
    """Compares pixels of more than 8 bits with every palette color, in their own precision.

    Parameters
    ----------
    palette, metric, max_distance
        As in :func:`make_search`, which checks them.
    """

    def __init__(self, palette: Palette, metric: Metric, max_distance: float | None) -> None:
        from geoindex.color import full_depth
        from geoindex.color import metric_kernels as metrics

        self._search = full_depth.search_pixels
        self._id = metrics.METRIC_IDS[metric]
        self._is_rgb = metric == "rgb"
        self._points = metrics.coordinates_of(self._id, palette.colors)
        self._max_distance = math.inf if max_distance is None else float(max_distance)

    def search(
        self,
        pixels: ColorArray,
        valid: NDArray[np.uint8],
        nodata: int,
        out: IndexArray,
    ) -> None:
        """Write the nearest palette row of every pixel into `out`.

        Parameters
        ----------
        pixels : ndarray of uint16 (0..65535) or float64 (0..255), shape (rows, cols, 3)
        valid : ndarray of uint8, shape (rows, cols) or empty
            0 where a pixel is nodata; empty if none is.
        nodata : int
            Value for pixels that are not valid or too far.
        out : ndarray of uint8 or uint16, shape (rows, cols)
        """
        # 65535 is 257 times 255, so the palette fits the scale of the pixels exactly.
        scale = 257.0 if pixels.dtype == np.uint16 else 1.0
        points = self._points * scale if self._is_rgb else self._points
        self._search(
            self._id,
            pixels.astype(np.float64),
            255 * scale,
            valid,
            points,
            self._max_distance,
            nodata,
            out,
        )


class _RgbSearch:
    """Plain RGB in integers: three times as fast as the general search."""

    def __init__(self, palette: Palette, max_distance: float | None) -> None:
        self._colors = palette.colors.astype(np.int32)
        self._max_squared = largest_square_within(max_distance)

    def fill(self, cells: NDArray[np.int64], table: IndexArray, nodata: int) -> None:
        from geoindex.color import rgb_kernels as kernels

        kernels.fill_cells(self._colors, self._max_squared, nodata, cells, table)

    def distance(self, colors: NDArray[np.uint8], rows: IndexArray) -> NDArray[np.float64]:
        difference = colors.astype(np.int32) - self._colors[rows]
        squared: NDArray[np.int64] = (difference**2).sum(axis=-1)
        return np.sqrt(squared)


class _MetricSearch:
    """Any other metric, in float64."""

    def __init__(self, palette: Palette, metric: Metric, max_distance: float | None) -> None:
        # Imported here, because loading these kernels takes as long as indexing a map in RGB.
        from geoindex.color import metric_kernels as metrics

        self._kernels = metrics
        self._id = metrics.METRIC_IDS[metric]
        self._points = metrics.coordinates_of(self._id, palette.colors)
        self._max_distance = math.inf if max_distance is None else float(max_distance)

    def fill(self, cells: NDArray[np.int64], table: IndexArray, nodata: int) -> None:
        if self._id == self._kernels.CIEDE2000:
            from geoindex.color.ciede2000_cells import fill_ciede2000_cells as fill
        else:
            from geoindex.color.metric_cells import fill_metric_cells as fill
        fill(self._id, self._points, self._max_distance, nodata, cells, table)

    def distance(self, colors: NDArray[np.uint8], rows: IndexArray) -> NDArray[np.float64]:
        return self._kernels.distances(self._id, colors, self._points, rows.astype(np.int64))


def largest_square_within(max_distance: float | None) -> int:
    """Largest integer whose square root is not above `max_distance`."""
    if max_distance is None:
        return LARGEST_SQUARED
    if max_distance >= math.sqrt(LARGEST_SQUARED):
        return LARGEST_SQUARED
    squared = math.floor(max_distance**2)
    # The square is rounded; the square root, which callers compute, decides.
    if math.sqrt(squared + 1) <= max_distance:
        return squared + 1
    return squared if math.sqrt(squared) <= max_distance else squared - 1
