"""The nearest palette color of pixels of any kind."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from geoindex.color.dask import lazy_values, map_lazy
from geoindex.color.mapper import ColorMapper, color_mapper
from geoindex.color.metrics import Metric
from geoindex.color.pixels import PixelRule, as_pixels, check_depth, unmasked
from geoindex.palette import Palette
from geoindex.rules.indices import IndexArray
from geoindex.rules.scale import Depth, Scale

__all__ = ["nearest"]


def nearest(
    pixels: ArrayLike,
    palette: Palette | ColorMapper,
    *,
    metric: Metric = "rgb",
    max_distance: float | None = None,
    scale: Scale | None = None,
    depth: Depth = "8bit",
) -> IndexArray:
    """Index of the nearest palette color for every pixel.

    Parameters
    ----------
    pixels : array_like, shape (..., 3) or (..., 4)
        Colors: uint8, uint16 (scaled to 8 bits), other integers within 0-255, or floats (0-1
        or 0-255, rounded half up to 8 bits). Pixels with alpha 0 or a NaN are nodata, and so
        are pixels of a masked array whose channels are all masked. For a Dask array, or a
        DataArray of one, the result is a Dask array with the same chunks; floats then need
        `scale`.
    palette : Palette or ColorCube
        The colors to choose from. A cube has its own metric and largest distance.
    metric : {"rgb", "lab", "oklab", "ciede2000", "redmean", "shaded"}
        The color distance, described in :data:`geoindex.color.metrics.METRICS`.
    max_distance : float, optional
        Pixels farther than this from every palette color become nodata, in the metric's
        units.
    scale : {"unit", "byte"}, optional
        Scale of float pixels. By default unit if all are within 0-1, otherwise byte.
    depth : {"8bit", "full"}
        ``"8bit"`` rounds pixels to 8 bits first; ``"full"`` compares 16-bit and float pixels
        with the palette in their own precision, which is slower.

    Returns
    -------
    ndarray of uint8 or uint16, shape (...)
        Palette rows, uint8 for up to 256 colors. Nodata is 255 in uint8 and 65535 in uint16. A
        256-color palette needs uint16 only if a pixel is nodata; for a Dask array, if one could
        be, because of alpha, floats or `max_distance`.

    Raises
    ------
    ImageError
        `pixels` have a wrong shape or dtype, values out of range, or floats on both scales.
    OptionError
        The metric, scale or depth is unknown, or the distance is invalid.

    Examples
    --------
    >>> from geoindex import Palette, nearest
    >>> palette = Palette([[0, 0, 0], [255, 0, 0], [255, 255, 255]])
    >>> nearest([[250, 10, 10], [90, 90, 90]], palette)
    array([1, 0], dtype=uint8)
    """
    rule = PixelRule(scale=scale, depth=depth)
    mapper = color_mapper(palette, metric, max_distance)
    lazy = lazy_values(pixels)
    if lazy is not None:
        indices: IndexArray = map_lazy(lazy, mapper, rule, partial(as_pixels, rule=rule))
        return indices
    valid = unmasked(pixels) if isinstance(pixels, np.ma.MaskedArray) else None
    values = np.asarray(pixels)
    colors = as_pixels(values, rule, valid=valid)
    check_depth(values[..., :3], rule, valid)
    return mapper.map_pixels(colors)
