"""An image, from a file or in memory, as an index grid."""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike

import geoindex
from geoindex.arrays import array_image
from geoindex.clean import Clean
from geoindex.cleaning import clean_pixels
from geoindex.color.cube import ColorCube
from geoindex.color.mapper import ColorMapper
from geoindex.color.pixels import Alpha, PixelRule, Translucent
from geoindex.color.search import Metric
from geoindex.formats.cubes import load_mapper
from geoindex.formats.rasters import RasterImage, read_image
from geoindex.grid import IndexGrid, nodata_value
from geoindex.palette import Palette
from geoindex.scaling import Depth, Scale

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["clean_steps", "index_image", "map_raster", "provenance"]


def index_image(
    image: str | PathLike[str] | ArrayLike | xr.DataArray,
    palette: Palette | ColorCube | str | PathLike[str],
    *,
    metric: Metric = "rgb",
    max_distance: float | None = None,
    alpha: Alpha = "mask",
    translucent: Translucent = "keep",
    scale: Scale | None = None,
    depth: Depth = "8bit",
    channel_axis: int | None = None,
    clean: Clean | bool | None = None,
) -> IndexGrid:
    """Give every pixel of an image the index of its nearest palette color.

    Parameters
    ----------
    image : path-like, array_like, masked array, xarray.DataArray or PIL.Image.Image
        A PNG, JPEG, TIFF, WebP, GIF, BMP or JPEG 2000 file, whose georeference the grid
        keeps, or pixels with 3 or 4 channels on the first or the last axis; see
        :func:`geoindex.nearest` for their dtypes. An array of shape (rows, cols) is gray.
    palette : Palette, ColorCube, str or path-like
        The colors, what :func:`geoindex.load_palette` takes, or a color cube or its file,
        which brings its own metric and largest distance.
    metric : {"rgb", "lab", "oklab", "ciede2000", "redmean", "shaded"}
        The color distance; :data:`geoindex.color.search.METRICS` tells what each is.
    max_distance : float, optional
        Pixels farther than this from every palette color become nodata.
    alpha : {"mask", "strip"}
        ``"mask"``: transparent pixels become nodata; ``"strip"``: transparency is ignored.
    translucent : "keep", int, str or three int
        Partly transparent pixels keep their color; or are nodata where their alpha (0..255)
        is below a threshold; or are laid on a background, ``"#rrggbb"`` or red, green, blue.
    scale : {"unit", "byte"}, optional
        Scale of float pixels where the rule would be wrong.
    depth : {"8bit", "full"}
        Whether 16-bit and float pixels are brought to 8 bits before they are compared with
        the palette, or compared in their own precision.
    channel_axis : int, optional
        The axis of an array that holds its 1 to 4 channels, where the shape does not tell.
    clean : Clean or bool, optional
        Recover the units of the map: soft edges, ink, hillshade, hatching, speckle; True
        stands for ``Clean()``. :func:`geoindex.clean_grid` tells what it changed.

    Returns
    -------
    IndexGrid
        uint8 up to 255 colors with nodata 255; see :class:`IndexGrid`.

    Raises
    ------
    MissingFileError
        The image or palette file is not there.
    ImageError
        The image cannot be read, or has a wrong shape or dtype.
    PaletteError
        The palette cannot be read.
    OptionError
        An unknown metric, alpha, scale or depth, a bad distance or a bad background.

    Examples
    --------
    >>> import numpy as np
    >>> from geoindex import Palette, index_image
    >>> palette = Palette([[0, 0, 0], [255, 255, 0]], names=["ink", "sand"])
    >>> picture = np.array([[[240, 250, 10, 255], [20, 20, 20, 255], [0, 0, 0, 0]]], np.uint8)
    >>> index_image(picture, palette).indices
    array([[  1,   0, 255]], dtype=uint8)
    """
    rule = PixelRule(alpha=alpha, translucent=translucent, scale=scale, depth=depth)
    if isinstance(image, str | PathLike):
        raster = read_image(image, rule)
    else:
        raster = array_image(image, rule, channel_axis)
    mapper = load_mapper(palette, metric, max_distance)
    return map_raster(raster, mapper, rule, clean_steps(clean))


def clean_steps(clean: Clean | bool | None) -> Clean | None:
    """Find the steps of class recovery that an option stands for, None for none of them.

    Parameters
    ----------
    clean : Clean, bool or None
        True stands for the defaults.

    Returns
    -------
    Clean or None
    """
    if isinstance(clean, bool):
        return Clean() if clean else None
    return clean


def map_raster(
    raster: RasterImage, mapper: ColorMapper, rule: PixelRule, clean: Clean | None = None
) -> IndexGrid:
    """Map the pixels of a raster and note how.

    Parameters
    ----------
    raster : RasterImage
        Pixels and georeference.
    mapper : ColorMapper
        Palette, metric and largest distance.
    rule : PixelRule
        How the raster was read, for the provenance.
    clean : Clean, optional
        Recover the classes, too.

    Returns
    -------
    IndexGrid
    """
    indices = mapper.map_pixels(raster.pixels)
    grid = IndexGrid(
        indices=indices,
        palette=mapper.palette,
        nodata=nodata_value(len(mapper.palette), indices.dtype),
        transform=raster.transform,
        crs=raster.crs,
        gcps=raster.gcps,
        provenance=provenance(mapper, rule),
    )
    return grid if clean is None else clean_pixels(grid, raster.pixels, mapper, clean).grid


def provenance(mapper: ColorMapper, rule: PixelRule) -> dict[str, Any]:
    """How a grid was made; no time and no path, so that the same input gives the same bytes.

    Parameters
    ----------
    mapper : ColorMapper
    rule : PixelRule

    Returns
    -------
    dict
        JSON values.
    """
    translucent = rule.translucent
    return {
        "software": f"geoindex {geoindex.__version__}",
        "metric": mapper.metric,
        "max_distance": mapper.max_distance,
        "alpha": rule.alpha,
        "translucent": translucent if isinstance(translucent, str | int) else list(translucent),
        "scale": rule.scale,
        "depth": rule.depth,
        "palette": mapper.palette.name,
        "palette_sha256": mapper.palette.sha256,
    }
