"""An image, from a file or in memory, as an index grid."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

import geoindex
from geoindex.color.cube import ColorCube
from geoindex.color.mapper import ColorMapper
from geoindex.color.pixels import as_colors
from geoindex.color.search import Metric
from geoindex.errors import ImageError, OptionError
from geoindex.formats.cubes import load_mapper
from geoindex.formats.rasters import Alpha, RasterImage, read_image
from geoindex.grid import IndexGrid, nodata_value
from geoindex.palette import Palette
from geoindex.scaling import Depth, Scale

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Mapped", "index_image", "map_raster"]


def index_image(
    image: str | PathLike[str] | ArrayLike | xr.DataArray,
    palette: Palette | ColorCube | str | PathLike[str],
    *,
    metric: Metric = "rgb",
    max_distance: float | None = None,
    alpha: Alpha = "mask",
    scale: Scale | None = None,
    depth: Depth = "8bit",
) -> IndexGrid:
    """Give every pixel of an image the index of its nearest palette color.

    Parameters
    ----------
    image : path-like or array_like
        A PNG, JPEG or GeoTIFF file, whose georeference the grid keeps, or pixels of shape
        (rows, cols, 3) or (rows, cols, 4); see :func:`geoindex.nearest` for their dtypes. An
        array of shape (rows, cols) is gray.
    palette : Palette, ColorCube, str or path-like
        The colors, what :func:`geoindex.load_palette` takes, or a color cube or its file,
        which brings its own metric and largest distance.
    metric : {"rgb", "lab", "oklab", "ciede2000", "redmean", "shaded"}
        The color distance; :data:`geoindex.color.search.METRICS` tells what each is.
    max_distance : float, optional
        Pixels farther than this from every palette color become nodata.
    alpha : {"mask", "strip"}
        ``"mask"``: transparent pixels become nodata; ``"strip"``: transparency is ignored.
    scale : {"unit", "byte"}, optional
        Scale of float pixels where the rule would be wrong.
    depth : {"8bit", "full"}
        Whether 16-bit and float pixels are brought to 8 bits before they are compared with
        the palette, or compared in their own precision.

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
        An unknown metric, alpha, scale or depth, or a bad distance.

    Examples
    --------
    >>> import numpy as np
    >>> from geoindex import Palette, index_image
    >>> palette = Palette([[0, 0, 0], [255, 255, 0]], names=["ink", "sand"])
    >>> picture = np.array([[[240, 250, 10, 255], [20, 20, 20, 255], [0, 0, 0, 0]]], np.uint8)
    >>> index_image(picture, palette).indices
    array([[  1,   0, 255]], dtype=uint8)
    """
    raster = _as_raster(image, alpha=alpha, scale=scale, depth=depth)
    mapper = load_mapper(palette, metric, max_distance)
    return map_raster(raster, mapper, alpha=alpha).grid


@dataclass(frozen=True, kw_only=True, eq=False)
class Mapped:
    """An image and the grid that came of it."""

    raster: RasterImage
    """The colors that were mapped."""

    grid: IndexGrid
    """Their indices."""


def map_raster(raster: RasterImage, mapper: ColorMapper, *, alpha: Alpha) -> Mapped:
    """Map the pixels of a raster and note how.

    Parameters
    ----------
    raster : RasterImage
        Colors, mask and georeference.
    mapper : ColorMapper
        Palette, metric and largest distance.
    alpha : {"mask", "strip"}
        How the raster was read, for the provenance.

    Returns
    -------
    Mapped
    """
    indices = mapper.map(raster.colors, raster.valid)
    grid = IndexGrid(
        indices=indices,
        palette=mapper.palette,
        nodata=nodata_value(len(mapper.palette), indices.dtype),
        transform=raster.transform,
        crs=raster.crs,
        provenance=_provenance(mapper, alpha=alpha),
    )
    return Mapped(raster=raster, grid=grid)


def _provenance(mapper: ColorMapper, *, alpha: Alpha) -> dict[str, Any]:
    """How a grid was made; no time and no path, so that the same input gives the same bytes."""
    return {
        "software": f"geoindex {geoindex.__version__}",
        "metric": mapper.metric,
        "max_distance": mapper.max_distance,
        "alpha": alpha,
        "palette": mapper.palette.name,
        "palette_sha256": mapper.palette.sha256,
    }


def _as_raster(image: Any, *, alpha: Alpha, scale: Scale | None, depth: Depth) -> RasterImage:
    """Colors, mask and georeference of a file or an array."""
    if alpha not in get_args(Alpha):
        raise OptionError(f"unknown alpha {alpha!r}; known: {', '.join(get_args(Alpha))}")
    if isinstance(image, str | PathLike):
        return read_image(image, alpha=alpha)
    pixels: NDArray[Any] = np.asarray(image)
    if pixels.ndim == 2:
        pixels = np.broadcast_to(pixels[..., np.newaxis], (*pixels.shape, 3))
    if pixels.ndim != 3 or pixels.size == 0:
        raise ImageError(
            f"an image must have the shape (rows, cols), (rows, cols, 3) or (rows, cols, 4), "
            f"found {pixels.shape}"
        )
    if alpha == "strip":
        pixels = pixels[..., :3]
    colors, valid = as_colors(pixels, scale=scale, depth=depth)
    return RasterImage(colors=colors, valid=valid, transform=None, crs=None)
