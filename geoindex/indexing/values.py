"""A picture with a color ramp as a grid of values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoindex.__version__ import __version__
from geoindex.color.dask import lazy_values
from geoindex.color.pixels import Alpha, PixelRule, Pixels
from geoindex.images.blocks import plan_regions, read_ahead
from geoindex.images.files import MapImage, RasterImage, open_image
from geoindex.images.in_memory import Picture, arrange, array_image, picture_pixels
from geoindex.images.pixel_blocks import check_not_empty, count_colors, image_name
from geoindex.rules.scale import round_colors
from geoindex.values.grid import ValueGrid
from geoindex.values.load import load_ramp
from geoindex.values.mapper import ValueMapper, Values
from geoindex.values.ramp import Ramp, Rounding
from geoindex.values.reading import Reading, ValueOptions, read_colors
from geoindex.values.scale import ScaleKind, value_scale

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.colors import Colormap

__all__ = ["image_values", "read_values", "value_blocks", "value_provenance"]


def image_values(
    image: str | PathLike[str] | ArrayLike | xr.DataArray,
    ramp: Ramp | Colormap | str | PathLike[str],
    limits: Sequence[float] | None = None,
    *,
    scale: ScaleKind = "linear",
    ticks: Sequence[tuple[float, float]] | None = None,
    unit: str | None = None,
    rounding: Rounding | None = None,
    max_distance: float | None = None,
    spikes: bool | None = None,
    band: bool = False,
    alpha: Alpha = "mask",
    bands: Sequence[int] | None = None,
    channel_axis: int | None = None,
) -> ValueGrid:
    """Read the values of a picture from its color ramp.

    A color that the ramp makes gets the middle of the values that it stands for, which no method
    can do better by the color alone. Other colors, as JPEG leaves them, get the value of the
    nearest point of the ramp. Pixels too far from it (contours, text, grid lines), and their
    eight neighbors, have no value.

    Parameters
    ----------
    image : path-like, array_like, masked array, xarray.DataArray or PIL.Image.Image
        As in :func:`geoindex.index_image`; floats are read as 0 to 1 if all lie in that range. A
        file is read twice, a Dask array is computed once for its colors and again for its
        values.
    ramp : str, path-like, matplotlib Colormap or Ramp
        The colors from low to high, anything that :func:`geoindex.load_ramp` accepts.
    limits : two float, optional
        Values of the low and the high end of the ramp; by default those of its file.
    scale : {"linear", "log"}
        Whether values, or their logarithms, are even along the ramp.
    ticks : sequence of (place, value), optional
        In place of limits: values at places of the ramp, counted from 0 at its low end to 1;
        between them values are even.
    unit : str, optional
        Unit of the values.
    rounding : {"round", "truncate"}, optional
        How the program that drew the picture made bytes of colors: matplotlib's imshow drops
        fractions, other programs round. By default told by the picture.
    max_distance : float, optional
        Farthest from the ramp, in levels of 0 to 255, that a color has a value. By default 0, or
        16 where the picture has the noise of JPEG.
    spikes : bool, optional
        Also leave out narrow lines and letters in colors of the ramp, such as black ones on a
        gray map. By default done where the ramp has such colors, and where the picture has the
        noise of JPEG, which smears ink along the ramp.
    band : bool
        Also give the error band, half of the range of values that the color of each pixel can
        mean, as :attr:`ValueGrid.band`.
    alpha, bands, channel_axis
        As in :func:`geoindex.index_image`.

    Returns
    -------
    ValueGrid
        NaN where there is no value. ``provenance["reading"]`` reports the share of pixels on the
        ramp and their distance from it, see :class:`geoindex.values.reading.ReadingReport`.

    Raises
    ------
    MissingFileError
        The image or the ramp does not exist.
    ImageError
        The image cannot be read.
    PaletteError
        The ramp is none.
    OptionError
        There are no limits, they are equal, or not above 0 on a logarithmic scale; or a choice
        is unknown.

    Examples
    --------
    >>> import numpy as np
    >>> from geoindex import Ramp, image_values
    >>> ramp = Ramp.from_stops([0, 1], [[0, 0, 0], [200, 100, 50]])
    >>> picture = np.array([[[0, 0, 0], [100, 50, 25], [200, 100, 50]]], np.uint8)
    >>> image_values(picture, ramp, limits=(-50, 50), spikes=False).values.round(1)
    array([[-49.9,   0. ,  49.9]], dtype=float32)
    """
    loaded = load_ramp(ramp)
    options = ValueOptions(
        ramp=loaded,
        scale=value_scale(loaded, limits, ticks, scale),
        rounding=rounding,
        max_distance=max_distance,
        spikes=spikes,
        band=band,
    )
    rule = PixelRule(alpha=alpha, bands=None if bands is None else tuple(bands))
    reading = read_values(image, rule, options, channel_axis)
    if lazy_values(image) is not None:
        picture = arrange(image, rule, channel_axis)
        return _grid(_lazy(picture, rule, reading.mapper), picture, reading, options, unit)
    if isinstance(image, str | PathLike):
        with open_image(image, rule) as opened:
            values = np.empty(opened.shape, dtype=np.float32)
            half = np.empty(opened.shape, dtype=np.float32) if band else None
            for rows, pixels, part in value_blocks(opened, reading.mapper):
                values[rows] = part
                if half is not None:
                    half[rows] = reading.mapper.error_band(pixels, part)
            return _grid(values, opened, reading, options, unit, band=half)
    raster = array_image(image, rule, channel_axis)
    values = reading.mapper.values(raster.pixels)
    half = reading.mapper.error_band(raster.pixels, values)
    return _grid(values, raster, reading, options, unit, band=half)


def read_values(
    image: str | PathLike[str] | ArrayLike | xr.DataArray,
    rule: PixelRule,
    options: ValueOptions,
    channel_axis: int | None = None,
) -> Reading:
    """Count the colors of an image and read them.

    Raises
    ------
    ImageError
        The image cannot be read, or has no pixels but transparent ones.
    """
    histogram = count_colors(image, rule, channel_axis=channel_axis)
    check_not_empty(histogram, image_name(image))
    return read_colors(histogram, options)


def value_blocks(image: MapImage, mapper: ValueMapper) -> Iterator[tuple[slice, Pixels, Values]]:
    """Values of an open image file, in blocks of rows that do not grow with the image.

    Yields
    ------
    rows : slice
    pixels : Pixels
        Of these rows.
    values : ndarray of float32, shape (rows of the slice, cols)
    """
    n_rows, margin = image.shape[0], mapper.margin
    regions = plan_regions(image.shape, image.block_shape, whole_rows=True)
    held, top, done = None, 0, 0
    with read_ahead(image, regions) as blocks:
        for (rows, _), pixels in blocks:
            held = pixels if held is None else _joined(held, pixels)
            ready = n_rows if rows.stop == n_rows else max(done, rows.stop - margin)
            if ready == done:
                continue
            values = mapper.values(held)
            own = slice(done - top, ready - top)
            yield slice(done, ready), _rows(held, own), values[own]
            held = _rows(held, slice(max(0, ready - margin - top), None))
            top, done = max(0, ready - margin), ready


def value_provenance(reading: Reading) -> dict[str, Any]:
    """How values were made; no time and no path, so that the same input gives the same bytes."""
    return {"software": f"geoindex {__version__}", "reading": reading.report.to_dict()}


def _joined(above: Pixels, below: Pixels) -> Pixels:
    """Pixels of two blocks of rows."""
    valid: NDArray[np.uint8] | None = None
    if above.valid is not None or below.valid is not None:
        masks = (
            np.ones(part.shape, np.uint8) if part.valid is None else part.valid
            for part in (above, below)
        )
        valid = np.concatenate(list(masks))
    colors = np.concatenate([round_colors(above.colors), round_colors(below.colors)])
    return Pixels(table=colors, valid=valid)


def _rows(pixels: Pixels, rows: slice) -> Pixels:
    """Take some rows of a block of pixels."""
    valid = None if pixels.valid is None else pixels.valid[rows]
    return Pixels(table=round_colors(pixels.colors)[rows], valid=valid)


def _lazy(picture: Picture, rule: PixelRule, mapper: ValueMapper) -> Any:
    """Values of a Dask array, not computed; each block with the margin that it depends on."""
    import dask.array as da
    from dask import delayed

    values = picture.values.rechunk({2: -1})
    depth = {0: mapper.margin, 1: mapper.margin, 2: 0}
    around = da.overlap.overlap(values, depth=depth, boundary="none")
    found = da.map_blocks(
        _lazy_block,
        around,
        delayed(mapper, pure=True, traverse=False),
        rule=rule,
        fill=picture.fill,
        drop_axis=2,
        dtype=np.float32,
        meta=np.empty((0, 0), dtype=np.float32),
    )
    inner = {0: mapper.margin, 1: mapper.margin}
    return da.overlap.trim_internal(found, inner, boundary="none")


def _lazy_block(
    block: NDArray[Any], mapper: ValueMapper, *, rule: PixelRule, fill: float | None
) -> Values:
    return mapper.values(picture_pixels(block, rule, fill))


def _grid(
    values: Any,
    source: MapImage | RasterImage | Picture,
    reading: Reading,
    options: ValueOptions,
    unit: str | None,
    band: Values | None = None,
) -> ValueGrid:
    """Put values where their image lies."""
    return ValueGrid(
        values=values,
        transform=source.transform,
        crs=source.crs,
        gcps=() if isinstance(source, Picture) else source.gcps,
        unit=unit,
        ramp=options.ramp,
        scale=options.scale,
        band=band,
        provenance=value_provenance(reading),
    )
