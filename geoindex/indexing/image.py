"""An image, from a file or in memory, as an index grid."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from functools import partial
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from geoindex.__version__ import __version__
from geoindex.clean import Clean, Plan
from geoindex.color.dask import lazy_values, map_lazy
from geoindex.color.mapper import ColorMapper
from geoindex.color.metrics import Metric
from geoindex.color.pixels import Alpha, PixelRule, Translucent
from geoindex.color.threads import n_cores
from geoindex.errors import ImageError, OptionError
from geoindex.grid import IndexGrid
from geoindex.grids.writing import ArrayWriter
from geoindex.images.files import MapImage, RasterImage, open_image
from geoindex.images.in_memory import Picture, arrange, array_image, picture_pixels
from geoindex.indexing.stream import stream_image
from geoindex.learn.match import match_palette
from geoindex.palette import Palette
from geoindex.palettes.load import load_palette
from geoindex.palettes.mapper import load_mapper
from geoindex.rules.indices import IndexArray, nodata_value
from geoindex.rules.scale import Depth, Scale, round_colors

if TYPE_CHECKING:
    import xarray as xr

    from geoindex.clean.strips import BandCleaner

__all__ = ["band_cleaner", "clean_plan", "index_image", "keep_apart", "provenance"]


def index_image(
    image: str | PathLike[str] | ArrayLike | xr.DataArray,
    palette: Palette | ColorMapper | str | PathLike[str],
    *,
    metric: Metric = "rgb",
    max_distance: float | None = None,
    alpha: Alpha = "mask",
    translucent: Translucent = "keep",
    scale: Scale | None = None,
    depth: Depth = "8bit",
    channel_axis: int | None = None,
    units: Palette | ArrayLike | str | PathLike[str] | None = None,
    clean: Clean | bool | None = None,
) -> IndexGrid:
    """Give every pixel of an image the index of its nearest palette color.

    Parameters
    ----------
    image : path-like, array_like, masked array, xarray.DataArray or PIL.Image.Image
        A PNG, JPEG, TIFF, WebP, GIF, BMP or JPEG 2000 file, whose georeference the grid
        keeps, or pixels with 3 or 4 channels on the first or the last axis; see
        :func:`geoindex.nearest` for their dtypes. An array of shape (rows, cols) is gray. Of
        a Dask array, also in a DataArray, nothing is computed.
    palette : Palette, ColorCube, str or path-like
        The colors, what :func:`geoindex.load_palette` takes, or a color cube or its file,
        which brings its own metric and largest distance.
    metric : {"rgb", "lab", "oklab", "ciede2000", "redmean", "shaded"}
        The color distance; :data:`geoindex.color.metrics.METRICS` tells what each is.
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
    units : Palette, array_like of shape (n_units, 3), str or path-like, optional
        The map's own flat colors, or a palette file of them. Every pixel goes to its nearest
        unit, and from there to the palette color that :func:`geoindex.match_palette` gives
        this unit alone, so that no two units share an index.
    clean : Clean or bool, optional
        Recover the units of the map: soft edges, ink, hillshade, hatching, speckle; True
        stands for ``Clean()``. :func:`geoindex.clean_grid` tells what it changed.

    Returns
    -------
    IndexGrid
        uint8 up to 255 colors with nodata 255; see :class:`IndexGrid`. Of a Dask array its
        indices are one, of the same chunks; :meth:`IndexGrid.compute` brings them into memory
        and :meth:`IndexGrid.save` writes them band by band.

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
    mapper = keep_apart(units, load_mapper(palette, metric, max_distance))
    plan = clean_plan(clean, mapper)
    if isinstance(image, str | PathLike):
        with open_image(image, rule) as opened:
            return _map_file(opened, mapper, rule, plan)
    if lazy_values(image) is not None:
        if plan is not None:
            raise OptionError(
                "clean needs the surroundings of every pixel, which a Dask array has in other "
                "chunks; compute it first, or clean the file with geoindex.convert"
            )
        return _map_lazy_picture(arrange(image, channel_axis), mapper, rule)
    raster = array_image(image, rule, channel_axis)
    indices = mapper.map_pixels(raster.pixels)
    if plan is not None:
        from geoindex.clean.blocks import clean_block

        indices = clean_block(round_colors(raster.colors), indices, plan).indices
    return _grid(indices, raster, mapper, rule, plan)


def _map_file(
    image: MapImage, mapper: ColorMapper, rule: PixelRule, plan: Plan | None
) -> IndexGrid:
    """Map an open image file, whose colors are never in memory as a whole."""

    def open_array(dtype: type[np.uint8 | np.uint16]) -> AbstractContextManager[ArrayWriter]:
        try:
            return nullcontext(ArrayWriter(np.empty(image.shape, dtype=dtype)))
        except MemoryError as error:
            rows, cols = image.shape
            raise ImageError(
                f"{image.path}: {cols} x {rows} indices do not fit into memory; "
                "geoindex.convert works through such a file block by block"
            ) from error

    cleaner = band_cleaner(image, plan)
    # An array takes no time to write, so reading may have every core.
    written = stream_image(image, mapper, open_array, cleaner=cleaner, n_readers=n_cores())
    indices = written.indices
    return _grid(indices, image, mapper, rule, plan)


def _map_lazy_picture(picture: Picture, mapper: ColorMapper, rule: PixelRule) -> IndexGrid:
    """Map a picture that is not computed yet."""
    to_pixels = partial(picture_pixels, rule=rule, fill=picture.fill)
    indices = map_lazy(picture.values, mapper, rule, to_pixels, has_mask=picture.has_mask)
    return IndexGrid(
        indices=indices,
        palette=mapper.palette,
        nodata=nodata_value(len(mapper.palette), indices.dtype),
        transform=picture.transform,
        crs=picture.crs,
        provenance=provenance(mapper, rule),
    )


def keep_apart(
    units: Palette | ArrayLike | str | PathLike[str] | None, mapper: ColorMapper
) -> ColorMapper:
    """Mapper that gives each unit of a map an index of its own.

    Parameters
    ----------
    units : Palette, array_like of shape (n_units, 3), str, path-like or None
        The units, or None, for which `mapper` comes back.
    mapper : ColorMapper
        Palette, metric and largest distance.

    Returns
    -------
    ColorMapper

    Raises
    ------
    PaletteError
        The units cannot be read, two are equal, or they are more than the palette's colors.
    """
    if units is None:
        return mapper
    if isinstance(units, str | PathLike):
        units = load_palette(units)
    match = match_palette(units, mapper.palette, metric=mapper.metric)
    return match.mapper(mapper.max_distance)


def clean_plan(clean: Clean | bool | None, mapper: ColorMapper) -> Plan | None:
    """Find the steps of class recovery that an option stands for, None for none of them.

    Parameters
    ----------
    clean : Clean, bool or None
        True stands for the defaults.
    mapper : ColorMapper
        Palette and metric.

    Returns
    -------
    Plan or None

    Raises
    ------
    OptionError
        No steps, an entry that the palette does not have, or a mapper of units.
    """
    if clean is None or clean is False:
        return None
    if clean is not True and not isinstance(clean, Clean):
        raise OptionError(f"clean must be True or a geoindex.Clean of steps, found {clean!r}")
    if mapper.units is not None:
        raise OptionError(
            "clean looks for the palette's colors in the map, and units= gives the units others: "
            "clean with the units as the palette"
        )
    return (Clean() if clean is True else clean).plan(mapper.palette, mapper.metric)


def band_cleaner(image: MapImage, plan: Plan | None) -> BandCleaner | None:
    """Prepare class recovery of an open file, if there is a plan."""
    if plan is None:
        return None
    from geoindex.clean.strips import BandCleaner

    return BandCleaner(image.shape, plan)


def _grid(
    indices: IndexArray,
    source: MapImage | RasterImage,
    mapper: ColorMapper,
    rule: PixelRule,
    plan: Plan | None = None,
) -> IndexGrid:
    """Put indices where their image lies."""
    return IndexGrid(
        indices=indices,
        palette=mapper.palette,
        nodata=nodata_value(len(mapper.palette), indices.dtype),
        transform=source.transform,
        crs=source.crs,
        gcps=source.gcps,
        provenance=provenance(mapper, rule, plan),
    )


def provenance(mapper: ColorMapper, rule: PixelRule, plan: Plan | None = None) -> dict[str, Any]:
    """How a grid was made; no time and no path, so that the same input gives the same bytes.

    Parameters
    ----------
    mapper : ColorMapper
    rule : PixelRule
    plan : Plan, optional
        Of class recovery.

    Returns
    -------
    dict
        JSON values.
    """
    translucent: Any = rule.translucent
    if not isinstance(translucent, str):
        translucent = np.asarray(translucent).tolist()
    made: dict[str, Any] = {
        "software": f"geoindex {__version__}",
        "metric": mapper.metric,
        "max_distance": mapper.max_distance,
        "alpha": rule.alpha,
        "translucent": translucent,
        "scale": rule.scale,
        "depth": rule.depth,
        "palette": mapper.palette.name,
        "palette_sha256": mapper.palette.sha256,
    }
    if mapper.units is not None and mapper.rows is not None:
        made["units_sha256"] = mapper.units.sha256
        made["unit_rows"] = mapper.rows.tolist()
    if plan is not None:
        made["clean"] = plan.to_dict()
    return made
