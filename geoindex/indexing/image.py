"""An image, from a file or in memory, as an index grid."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import partial
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from geoindex.clean import Clean
from geoindex.color.dask import lazy_index_type, lazy_values, map_lazy
from geoindex.color.histogram import ColorCounter
from geoindex.color.mapper import ColorMapper
from geoindex.color.merged import warn_of
from geoindex.color.metrics import Metric
from geoindex.color.pixels import DARK_16_BIT, Alpha, PixelRule, Pixels, Translucent
from geoindex.color.threads import n_cores
from geoindex.errors import ImageError
from geoindex.files.memory import check_memory
from geoindex.grid import IndexGrid
from geoindex.grids.writing import ArrayWriter
from geoindex.images.drivers import is_dataset
from geoindex.images.files import MapImage, RasterImage, open_image
from geoindex.images.in_memory import Picture, arrange, array_image, picture_pixels
from geoindex.images.place import GivenPlace
from geoindex.images.web_tiles import TileScheme
from geoindex.indexing.options import ImageMapping
from geoindex.indexing.report import summarize
from geoindex.indexing.stream import stream_image
from geoindex.palette import Palette
from geoindex.palettes.merge import Merge
from geoindex.rules.indices import IndexArray, IndexType, nodata_value, with_numbers
from geoindex.rules.scale import Depth, Scale

if TYPE_CHECKING:
    import xarray as xr
    from affine import Affine
    from rasterio.control import GroundControlPoint
    from rasterio.crs import CRS

    from geoindex.clean.strips import BandCleaner

__all__ = ["index_image", "map_file"]

BY_BLOCK = "geoindex.convert processes such a file block by block"


def index_image(
    image: str | PathLike[str] | ArrayLike | xr.DataArray,
    palette: Palette | ColorMapper | str | PathLike[str] | None = None,
    *,
    metric: Metric = "rgb",
    max_distance: float | None = None,
    alpha: Alpha = "mask",
    translucent: Translucent = "keep",
    scale: Scale | None = None,
    depth: Depth = "8bit",
    bands: Sequence[int] | None = None,
    box: Sequence[int] | None = None,
    map_box: Sequence[float] | None = None,
    nodata_color: str | Sequence[int] | None = None,
    collar: str | Sequence[int] | Sequence[str | Sequence[int]] | None = None,
    tolerance: int = 0,
    transform: Affine | Sequence[float] | None = None,
    bounds: Sequence[float] | None = None,
    gcps: Sequence[GroundControlPoint] | str | PathLike[str] | None = None,
    tiles: TileScheme | None = None,
    crs: CRS | str | int | None = None,
    channel_axis: int | None = None,
    units: Palette | ArrayLike | str | PathLike[str] | None = None,
    merge: Merge | None = None,
    clean: Clean | bool | None = None,
    nodata: int | None = None,
    dtype: DTypeLike | None = None,
) -> IndexGrid:
    """Give every pixel of an image the index of its nearest palette color.

    Parameters
    ----------
    image : path-like, array_like, masked array, DataArray, PIL.Image.Image or rasterio dataset
        A PNG, JPEG, TIFF, WebP, GIF, BMP or JPEG 2000 file, whose georeference the grid
        keeps; an open rasterio dataset of any kind, also a ``WarpedVRT``, which is read block
        by block, as GDAL shows it; or pixels with 3 or 4 channels on the first or the last
        axis; see :func:`geoindex.nearest` for their dtypes. An array of shape (rows, cols) is
        gray. A Dask array, also in a DataArray, is not computed.
    palette : Palette, ColorCube, str or path-like, optional
        The colors, anything that :func:`geoindex.load_palette` accepts, or a color cube or
        its file, which brings its own metric and largest distance. None or "auto": the image's
        own units and inks, as :func:`geoindex.learn_palette` finds them with method ``"units"``;
        with class recovery unless `clean` is False.
    metric : {"rgb", "lab", "oklab", "ciede2000", "redmean", "shaded"}
        The color distance; :data:`geoindex.color.metrics.METRICS` describes each.
    max_distance : float, optional
        Pixels farther than this from every palette color become nodata.
    alpha : {"mask", "strip"}
        ``"mask"``: transparent pixels become nodata; ``"strip"``: transparency is ignored.
    translucent : "keep", int, str or three int
        Partly transparent pixels keep their color (``"keep"``), become nodata if their alpha
        (0-255) is below a threshold, or are blended with a background color.
    scale : {"unit", "byte"}, optional
        How to read float pixels that all lie in 0-1: as fractions (``"unit"``, the default)
        or as 0-255 (``"byte"``). ``"byte"`` is also for 16-bit integers that hold 0-255, and
        tells gray levels in a dark (rows, cols) array from class numbers.
    depth : {"8bit", "full"}
        Round 16-bit and float colors to 8 bits before they are compared with the palette, or
        compare them at full precision.
    bands : sequence of int, optional
        Numbers of the bands to take, counted from 1: gray, gray and alpha, RGB or RGBA. By
        default what the file or the labels of a DataArray say.
    box : sequence of four int, optional
        Part of the image to take, such as the map without its margin: left, top, right and
        bottom in pixels, right and bottom exclusive. The grid keeps its place on the map.
    map_box : sequence of four float, optional
        The same in map coordinates: west, south, east and north.
    nodata_color : str or three int, optional
        Color of pixels that become nodata, such as that of the paper: ``"#ffffff"``,
        ``"white"``.
    collar : str, three int, or list of them, optional
        Color of the margin around the map, ``"white"`` or ``"black"``: its pixels become nodata
        where they are joined to the border of the image, by their sides, and stay inside the
        map. Of a list, each color once those before are gone: ``["black", "white"]`` is a
        black edge of the scan, then paper. Files are read once more for each color.
    tolerance : int
        Largest difference of a channel (0-255) from `nodata_color` and `collar`.
    transform : Affine or six float, optional
        Place of an image that does not tell it: from (column, row) of pixel corners to map
        coordinates.
    bounds : sequence of four float, optional
        The same as the edges of the whole image on the map: west, south, east and north.
    gcps : sequence of rasterio.control.GroundControlPoint, str or path-like, optional
        The same as control points, or the file of them that QGIS writes (``.points``).
    tiles : {"xyz", "tms"}, optional
        The image is a web tile, whose place in Web Mercator its path tells,
        ``zoom/column/row.png``; rows count from the north (``"xyz"``) or the south (``"tms"``).
    crs : rasterio.crs.CRS, str or int, optional
        Coordinate reference system of the map, such as ``"EPSG:3067"`` or 3067, if the image
        names none or a wrong one.
    channel_axis : int, optional
        The axis of an array that holds its 1 to 4 channels, if its shape is ambiguous.
    units : Palette, array_like of shape (n_units, 3), str or path-like, optional
        The map's own flat colors, or a palette file of them. Every pixel is assigned to its
        nearest unit and takes the palette color that :func:`geoindex.match_palette` reserves
        for this unit, so that no two units share a class.
    merge : {"value", "name"}, optional
        Make one class of the palette's rows that have the same class value, or the same name.
        Pixels are compared with the colors of all rows; the grid's palette has one row for each
        class, in the order and the color of its first one.
    clean : Clean or bool, optional
        Recover the units of the map from soft edges, ink, hillshade, hatching and speckle;
        True means ``Clean()``. :func:`geoindex.clean_grid` reports what it changed.
    nodata : int, optional
        Index of nodata; no palette row. :meth:`IndexGrid.save` and :func:`geoindex.convert` write
        any other, such as 0, to files.
    dtype : {"uint8", "uint16"}, optional
        Type of the indices, by default the smallest that holds them.

    Returns
    -------
    IndexGrid
        By default uint8 up to 255 colors with nodata 255; see :class:`IndexGrid`. A Dask array
        gives lazy indices with the same chunks; :meth:`IndexGrid.compute` loads them into memory
        and :meth:`IndexGrid.save` writes them band by band.

    Raises
    ------
    MissingFileError
        The image or palette file does not exist.
    ImageError
        The image cannot be read, or has a wrong shape or dtype.
    PaletteError
        The palette cannot be read.
    OptionError
        An unknown metric, alpha, scale or depth, a bad distance, background, box, place, nodata
        or dtype.

    Warns
    -----
    GeoindexWarning
        Frequent colors became the same class, a class repeats the color of another, or a hatching
        was not found, as :attr:`ConversionReport.merged` of :func:`geoindex.convert` tells. A
        Dask array is not looked at.

    Examples
    --------
    >>> import numpy as np
    >>> from geoindex import Palette, index_image
    >>> palette = Palette([[0, 0, 0], [255, 255, 0]], names=["ink", "sand"])
    >>> picture = np.array([[[240, 250, 10, 255], [20, 20, 20, 255], [0, 0, 0, 0]]], np.uint8)
    >>> index_image(picture, palette).indices
    array([[  1,   0, 255]], dtype=uint8)
    """
    rule = PixelRule(
        alpha=alpha,
        translucent=translucent,
        scale=scale,
        depth=depth,
        bands=bands,
        box=box,
        map_box=map_box,
        nodata_color=nodata_color,
        collar=collar,
        tolerance=tolerance,
    )
    mapping = ImageMapping.of(
        palette,
        rule,
        image=image,
        channel_axis=channel_axis,
        metric=metric,
        max_distance=max_distance,
        units=units,
        merge=merge,
        clean=clean,
    )
    place = GivenPlace.of(transform=transform, bounds=bounds, gcps=gcps, tiles=tiles, crs=crs)
    if lazy_values(image) is not None:
        lazy = _map_lazy(arrange(image, mapping.rule, channel_axis, place), mapping)
        return _numbered(lazy, nodata, dtype)
    counter = ColorCounter()
    name, is_plain = "the array", scale is None and _is_plain(image)
    if isinstance(image, str | PathLike) or is_dataset(image):
        with open_image(image, mapping.rule, place) as opened:
            name, is_plain = opened.name, opened.is_plain
            mapping = mapping.seen(opened.shape, opened.read)
            cleaner = mapping.cleaner(opened.shape)
            grid = map_file(opened, mapping, counter=counter, cleaner=cleaner)
    else:
        raster = array_image(image, mapping.rule, channel_axis, place)
        rows, cols = raster.pixels.shape
        mapping = mapping.seen((rows, cols), raster.pixels.part)
        cleaner = mapping.cleaner((rows, cols))
        grid = _map_array(raster, mapping, counter, cleaner)
    report = summarize(
        counter.histogram(),
        mapping,
        source=name,
        target="",
        shape=grid.shape,
        cleaner=cleaner,
        is_plain=is_plain,
    )
    warn_of(report.warnings(), stacklevel=2)
    return _numbered(grid, nodata, dtype)


def _is_plain(image: Any) -> bool:
    """Whether an image is an array of two dimensions that holds integers."""
    return (
        getattr(image, "ndim", 0) == 2 and image.dtype.kind in "iu" and image.dtype.itemsize != 2
    )


def _map_array(
    raster: RasterImage, mapping: ImageMapping, counter: ColorCounter, cleaner: BandCleaner | None
) -> IndexGrid:
    """Map an image in memory, and count its colors."""
    indices = mapping.mapper.map_pixels(raster.pixels)
    counter.add(raster.pixels)
    if cleaner is not None:
        ((block, _),) = cleaner.add(raster.pixels, indices)
        indices = block.indices
    return _grid(mapping.classes_of(indices), raster, mapping, gcps=raster.gcps)


def map_file(
    image: MapImage,
    mapping: ImageMapping,
    *,
    counter: ColorCounter | None = None,
    cleaner: BandCleaner | None = None,
) -> IndexGrid:
    """Map an open image file without holding all its colors in memory.

    Parameters
    ----------
    image : MapImage
        Opened by the rule of `mapping`.
    mapping : ImageMapping
    counter : ColorCounter, optional
        Counts the colors on the way.
    cleaner : BandCleaner, optional
        From ``mapping.cleaner``, for the caller to read afterward.

    Raises
    ------
    ImageError
        The file is damaged, or its indices do not fit into memory.
    """

    def open_array(dtype: IndexType) -> AbstractContextManager[ArrayWriter]:
        n_bytes = 2 * math.prod(image.shape) * np.dtype(dtype).itemsize
        check_memory(n_bytes, image.name, error=ImageError, instead=BY_BLOCK)
        try:
            return nullcontext(ArrayWriter(np.empty(image.shape, dtype=dtype)))
        except MemoryError as error:
            rows, cols = image.shape
            raise ImageError(
                f"{image.name}: {cols} x {rows} indices do not fit into memory; {BY_BLOCK}"
            ) from error

    # An array takes no time to write, so reading may have every core.
    written = stream_image(
        image, mapping, open_array, counter=counter, cleaner=cleaner, n_readers=n_cores()
    )
    return _grid(written.cells, image, mapping, gcps=image.gcps)


def _map_lazy(picture: Picture, mapping: ImageMapping) -> IndexGrid:
    """Map a Dask array."""
    if picture.is_plain and mapping.rule.scale is None and picture.values.dtype.kind in "iu":
        warn_of(
            [
                "the Dask array of two dimensions is read as gray without a look at its numbers; "
                "make IndexGrid(indices=..., palette=...) of classes; scale='byte' says that they "
                "are gray"
            ],
            stacklevel=3,
        )
    to_pixels = partial(_lazy_pixels, rule=mapping.rule, fill=picture.fill)
    has_mask = picture.has_mask or mapping.rule.nodata_rgb is not None
    values, mapper, rule = picture.values, mapping.mapper, mapping.rule
    if mapping.plan is None:
        indices = map_lazy(values, mapper, rule, to_pixels, has_mask=has_mask)
    else:
        from geoindex.clean.dask import clean_lazy  # loads the compiled steps

        dtype = lazy_index_type(values, mapper, rule, has_mask=has_mask)
        indices = clean_lazy(values, mapper, mapping.plan, to_pixels, dtype)
    if mapping.merged is not None:
        indices = indices.map_blocks(mapping.merged.of, dtype=mapping.merged.index_type)
    return _grid(indices, picture, mapping, gcps=picture.gcps)


def _numbered(grid: IndexGrid, nodata: int | None, dtype: DTypeLike | None) -> IndexGrid:
    """Grid with the requested nodata value and dtype."""
    indices, nodata = with_numbers(grid.indices, len(grid.palette), nodata=nodata, dtype=dtype)
    return replace(grid, indices=indices, nodata=nodata)


def _lazy_pixels(values: NDArray[Any], rule: PixelRule, fill: float | None) -> Pixels:
    """Colors of a block of a Dask array; warns of 16 bits that may be 8."""
    largest = values.max(initial=0) if values.dtype == np.uint16 and rule.scale is None else 0
    if 0 < largest <= 255:
        warn_of([f"in a block of the Dask array {DARK_16_BIT.format(largest)}"], stacklevel=2)
    return picture_pixels(values, rule=rule, fill=fill)


def _grid(
    indices: IndexArray,
    source: MapImage | RasterImage | Picture,
    mapping: ImageMapping,
    gcps: tuple[GroundControlPoint, ...] = (),
) -> IndexGrid:
    """Make the grid of an image from its indices."""
    return IndexGrid(
        indices=indices,
        palette=mapping.palette,
        nodata=nodata_value(len(mapping.palette), indices.dtype),
        transform=source.transform,
        crs=source.crs,
        gcps=gcps,
        provenance=mapping.provenance,
    )
