"""Quantizes a one-band raster of gray levels or elevations to an index grid of k levels."""

from __future__ import annotations

from os import PathLike

import numpy as np

from geoindex.__version__ import __version__
from geoindex.color.pixels import PixelRule
from geoindex.errors import ImageError, OptionError
from geoindex.grid import IndexGrid
from geoindex.images.files import open_image
from geoindex.learn.gray.levels import Weights, gray_palette, quantize_gray

__all__ = ["gray_grid"]


def gray_grid(src: str | PathLike[str], k: int, *, weights: Weights = "count") -> IndexGrid:
    """Quantize a one-band raster file to the k levels that fit it best.

    Parameters
    ----------
    src : path-like
        A one-band image of integers or floats, such as an elevation model or a gray scan.
    k, weights
        As in :func:`geoindex.quantize_gray`.

    Returns
    -------
    IndexGrid
        Its palette is gray and names each class after its level, rounded; the provenance has the
        exact levels. Pixels that are NaN, nodata, masked or transparent become nodata.

    Raises
    ------
    MissingFileError
        The file does not exist.
    ImageError
        It has colors, or no valid value.
    OptionError
        As in :func:`geoindex.quantize_gray`.
    """
    # Numbers have no color scale to look for.
    with open_image(src, PixelRule(scale="byte")) as image:
        values, valid = image.read_values()
        try:
            mask = np.ma.nomask if valid is None else valid == 0
            found = quantize_gray(np.ma.masked_array(values, mask), k, weights=weights)
        except ImageError as error:
            raise ImageError(f"{src}: {error}") from None
        except OptionError as error:
            raise OptionError(f"{src}: {error}") from None
        return IndexGrid(
            indices=found.labels,
            palette=gray_palette(found),
            nodata=found.nodata,
            transform=image.transform,
            crs=image.crs,
            gcps=image.gcps,
            provenance={
                "software": f"geoindex {__version__}",
                "method": "optimal gray levels",
                "weights": weights,
                "levels": [float(level) for level in found.levels],
                "cost": found.cost,
            },
        )
