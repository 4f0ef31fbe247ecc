"""A picture with a color ramp as a grid of values."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoindex.__version__ import __version__
from geoindex.color.dask import lazy_values
from geoindex.color.pixels import Alpha, PixelRule
from geoindex.errors import GeoindexWarning, ImageError, OptionError
from geoindex.images.files import MapImage, RasterImage, open_image, read_image
from geoindex.images.in_memory import Picture, arrange, array_image, picture_pixels
from geoindex.images.pixel_blocks import check_not_empty, count_colors, image_name
from geoindex.indexing.value_stream import lazy_blocks, value_blocks, whole_block
from geoindex.rules.scale import round_colors
from geoindex.rules.texts import check_text
from geoindex.values.bar import ColorBar, bar_in_box, check_box
from geoindex.values.bar_search import find_bar
from geoindex.values.filling import Fill
from geoindex.values.grid import ValueGrid
from geoindex.values.load import load_ramp
from geoindex.values.mapper import Values
from geoindex.values.ramp import Ramp, Rounding
from geoindex.values.reading import Reading, ValueOptions, read_colors
from geoindex.values.scale import READ_ALONE, ScaleKind, Ticks, ValueScale, value_scale
from geoindex.values.shading import Shade
from geoindex.values.tick_labels import read_ticks

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.colors import Colormap

__all__ = [
    "find_ramp",
    "image_values",
    "read_values",
    "value_provenance",
]


def image_values(
    image: str | PathLike[str] | ArrayLike | xr.DataArray,
    ramp: Ramp | Colormap | str | PathLike[str] | None = None,
    limits: Sequence[float] | None = None,
    *,
    bar: Sequence[float] | Literal["find"] | None = None,
    scale: ScaleKind = "linear",
    ticks: Ticks | None = None,
    unit: str | None = None,
    rounding: Rounding | None = None,
    max_distance: float | None = None,
    spikes: bool | None = None,
    shade: Shade | None = None,
    opacity: float | None = None,
    fill: Fill | None = None,
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
    ramp : str, path-like, matplotlib Colormap or Ramp, optional
        The colors from low to high, anything that :func:`geoindex.load_ramp` accepts; by default
        those of the color bar in the picture.
    limits : two float, optional
        Values of the low and the high end of the ramp; by default those of its file.
    bar : four float or "find", optional
        Left, top, right and bottom of the color bar in the picture, in pixels; low is at its
        bottom or left. By default found, if no `ramp` is given. Where it is a ramp of
        matplotlib, that is taken. Its pixels have no values.
    scale : {"linear", "log"}
        Whether values, or their logarithms, are even along the ramp.
    ticks : sequence of (place, value) or "read", optional
        In place of limits: values at places of the ramp, counted from 0 at its low end to 1;
        between them values are even. ``"read"`` reads the numbers beside the color bar by OCR
        (extra ``ocr``); three or more must lie on a straight line along it.
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
    shade : {"multiply", "alpha"}, optional
        Take a hillshade off: colors times a shade, or mixed with gray of one opacity. Where it
        leaves too much open, there is no value. No shade is guessed; a large
        ``median_distance`` in the report says that the colors are not those of the ramp.
    opacity : float, optional
        Opacity of an ``"alpha"`` shade, between 0 and 1; by default found by the picture.
    fill : {"harmonic"}, optional
        Fill in values below ink from those around, up to 24 pixels from the nearest;
        :attr:`ValueGrid.filled` tells where.
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
        There are no limits, they are equal, or not above 0 on a logarithmic scale; the numbers
        beside the bar cannot be read; or a choice is unknown.

    Examples
    --------
    >>> import numpy as np
    >>> from geoindex import Ramp, image_values
    >>> ramp = Ramp.from_stops([0, 1], [[0, 0, 0], [200, 100, 50]])
    >>> picture = np.array([[[0, 0, 0], [100, 50, 25], [200, 100, 50]]], np.uint8)
    >>> grid = image_values(picture, ramp, limits=(0, 100), rounding="round", spikes=False)
    >>> grid.values.round(1)
    array([[ 0.1, 50. , 99.9]], dtype=float32)
    """
    check_text(unit, "unit", OptionError)
    rule = PixelRule(alpha=alpha, bands=None if bands is None else tuple(bands))
    loaded, found, values = find_ramp(
        image, rule, ramp, bar, limits, ticks, scale, channel_axis=channel_axis
    )
    options = ValueOptions(
        ramp=loaded,
        bar=found,
        scale=values,
        rounding=rounding,
        max_distance=max_distance,
        spikes=spikes,
        shade=shade,
        opacity=opacity,
        fill=fill,
        band=band,
    )
    reading = read_values(image, rule, options, channel_axis)
    told = reading.report.warning()
    if told is not None:
        warnings.warn(f"{image_name(image)}: {told}", GeoindexWarning, stacklevel=2)
    if lazy_values(image) is not None:
        _check_lazy(reading)
        picture = arrange(image, rule, channel_axis)
        lazy = lazy_blocks(picture, rule, reading.mapper)
        return _grid(lazy[0], picture, reading, options, unit, band=lazy[1], filled=lazy[2])
    if isinstance(image, str | PathLike):
        with open_image(image, rule) as opened:
            parts = list(value_blocks(opened, reading.mapper))
            return _grid(
                np.concatenate([part.values for part in parts]),
                opened,
                reading,
                options,
                unit,
                band=_stacked([part.band for part in parts]),
                filled=_stacked([part.filled for part in parts]),
            )
    raster = array_image(image, rule, channel_axis)
    whole = whole_block(raster.pixels, reading.mapper)
    return _grid(
        whole.values, raster, reading, options, unit, band=whole.band, filled=whole.filled
    )


def find_ramp(
    image: str | PathLike[str] | ArrayLike | xr.DataArray,
    rule: PixelRule,
    ramp: Ramp | Colormap | str | PathLike[str] | None,
    bar: Sequence[float] | Literal["find"] | None,
    limits: Sequence[float] | None,
    ticks: Ticks | None,
    scale: ScaleKind,
    *,
    channel_axis: int | None = None,
) -> tuple[Ramp, ColorBar | None, ValueScale]:
    """Ramp of a picture, the one that is given or that of its color bar, the bar, and the values.

    Raises
    ------
    OptionError
        The bar lies outside of the picture, or none was found; or there are no values, or the
        numbers beside the bar cannot be read.
    ImageError
        The box of the bar holds no ramp.
    """
    is_read = isinstance(ticks, str) and ticks == "read"
    if is_read and (ramp is not None or limits is not None):
        raise OptionError(READ_ALONE)
    if bar is None and ramp is not None:
        loaded = load_ramp(ramp)
        return loaded, None, value_scale(loaded, limits, ticks, scale)
    if isinstance(bar, str) and bar != "find":
        raise OptionError(f"bar must be four numbers or 'find', found {bar!r}")
    if isinstance(image, str | PathLike):
        raster = read_image(image, rule)
    elif lazy_values(image) is not None:
        picture = arrange(image, rule, channel_axis)
        computed = picture_pixels(picture.values.compute(), rule, picture.fill)
        raster = RasterImage(pixels=computed)
    else:
        raster = array_image(image, rule, channel_axis)
    colors = round_colors(raster.colors)
    try:
        if bar is None or isinstance(bar, str):
            found = find_bar(colors)
        else:
            rows, cols = colors.shape[:2]
            found = bar_in_box(colors, check_box(bar, (rows, cols)))
        if is_read:
            found = replace(found, ticks=tuple(read_ticks(colors, found, scale)))
    except (ImageError, OptionError) as error:
        raise type(error)(f"{image_name(image)}: {error}") from None
    loaded = found.ramp if ramp is None else load_ramp(ramp)
    return loaded, found, value_scale(loaded, limits, found.ticks or ticks, scale)


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


def value_provenance(reading: Reading) -> dict[str, Any]:
    """How values were made; no time and no path, so that the same input gives the same bytes."""
    return {"software": f"geoindex {__version__}", "reading": reading.report.to_dict()}


def _check_lazy(reading: Reading) -> None:
    """Refuse what may need all chunks of a Dask array.

    Raises
    ------
    OptionError
        Neighbors decide what colors stand for.
    """
    if reading.mapper.needs_whole:
        raise OptionError(
            "the ramp has the same colors twice, and which one a pixel means is told from pixel "
            "to pixel, across any number of chunks of a Dask array; compute the array first, or "
            "read the file"
        )


def _stacked(parts: list[NDArray[Any] | None]) -> NDArray[Any] | None:
    """Parts one below the other; None if there are none."""
    known = [part for part in parts if part is not None]
    return np.concatenate(known) if known else None


def _grid(
    values: Any,
    source: MapImage | RasterImage | Picture,
    reading: Reading,
    options: ValueOptions,
    unit: str | None,
    band: Values | None = None,
    filled: NDArray[np.bool_] | None = None,
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
        filled=filled,
        provenance=value_provenance(reading),
    )
