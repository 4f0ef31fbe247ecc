"""Images in memory: NumPy and masked arrays, xarray DataArrays and Pillow images."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from rasterio.crs import CRS

from geoindex.color.pixels import PixelRule, Pixels, as_pixels, check_depth, unmasked
from geoindex.errors import ImageError
from geoindex.images.array_axes import array_axes
from geoindex.images.band_roles import band_roles, choose_bands
from geoindex.images.collar import without_collar
from geoindex.images.data_arrays import array_crs, array_fill, array_transform
from geoindex.images.files import RasterImage
from geoindex.images.place import GivenPlace, Place
from geoindex.rules.box import moved_points, moved_transform, region_of
from geoindex.rules.byte_order import in_native_order
from geoindex.rules.class_numbers import could_be_classes
from geoindex.rules.indices import is_lazy

if TYPE_CHECKING:
    import xarray as xr
    from rasterio.control import GroundControlPoint

__all__ = ["Picture", "arrange", "array_image", "check_picture", "picture_pixels"]

# Pillow modes whose arrays hold gray or RGB values; other modes are converted first.
ALPHA_MODES = {"LA", "RGBA"}
PLAIN_MODES = {"L", "LA", "RGB", "RGBA", "I;16", "I;16B", "I;16L", "I", "F"}


def array_image(
    image: Any,
    rule: PixelRule,
    channel_axis: int | None = None,
    place: GivenPlace | None = None,
) -> RasterImage:
    """Read the colors of an image in memory, and the georeference of a DataArray.

    Parameters
    ----------
    image : array_like, masked array, xarray.DataArray or PIL.Image.Image
        Shape (rows, cols) is gray; in three dimensions, the first or last axis holds 3 or 4
        channels. A pixel is nodata if all its channels are masked, as in rasterio.
    rule : PixelRule
        How to treat transparency, scale and depth.
    channel_axis : int, optional
        Axis of 1 to 4 channels, if it does not follow from the shape.
    place : GivenPlace, optional
        Where the image lies, if it does not tell.

    Raises
    ------
    ImageError
        The shape is wrong or ambiguous, or the values may be no colors, or on another scale.
    """
    picture = arrange(image, rule, channel_axis, place)
    check_picture(picture, rule)
    return RasterImage(
        pixels=without_collar(picture_pixels(picture.values, rule, picture.fill), rule),
        transform=picture.transform,
        crs=picture.crs,
        gcps=picture.gcps,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Picture:
    """An image in memory, or a Dask array, with its channels last."""

    values: Any
    """Array, masked array or Dask array of shape (rows, cols, channels)."""

    fill: float | None = None
    """Value of nodata pixels, or None."""

    transform: Affine | None = None
    """Affine transform from (column, row) of pixel corners to map coordinates, or None."""

    crs: CRS | None = None
    """Coordinate reference system of `transform` or `gcps`, or None."""

    gcps: tuple[GroundControlPoint, ...] = ()
    """Ground control points instead of a transform."""

    is_plain: bool = False
    """Whether the image was an array of two dimensions, which may hold classes."""

    @property
    def has_mask(self) -> bool:
        """Whether pixels may be masked."""
        meta = getattr(self.values, "_meta", self.values)
        return self.fill is not None or isinstance(meta, np.ma.MaskedArray)


def arrange(
    image: Any,
    rule: PixelRule,
    channel_axis: int | None = None,
    place: GivenPlace | None = None,
) -> Picture:
    """Find the axes and the georeference of an image; Dask arrays are not computed.

    Parameters
    ----------
    image, rule, channel_axis, place
        As in :func:`array_image`; `image` may also be a Dask array.

    Raises
    ------
    ImageError
        The shape is wrong or ambiguous.
    OptionError
        The box is not inside the image.
    """
    picture = _arranged(image, rule, channel_axis)
    shape = picture.values.shape[:2]
    own = Place(picture.transform, picture.crs, picture.gcps)
    try:
        transform, crs, gcps = own.completed(place, shape)
    except ImageError as error:
        raise ImageError(f"the image {error}") from None
    part = region_of(shape, transform, box=rule.box, map_box=rule.map_box)
    if part is not None:
        transform, gcps = moved_transform(transform, part), moved_points(gcps, part)
        picture = replace(picture, values=picture.values[part])
    return replace(picture, transform=transform, crs=crs, gcps=gcps)


def _arranged(image: Any, rule: PixelRule, channel_axis: int | None) -> Picture:
    """Find the axes and the georeference of a whole image."""
    xarray = sys.modules.get("xarray")
    if xarray is not None and isinstance(image, xarray.DataArray):
        return _data_array_picture(image, rule, channel_axis)
    if type(image).__module__.startswith("PIL."):
        return Picture(values=_chosen(_pillow_values(image), rule))
    values = _as_array(image)
    most = 4 if rule.bands is None else None
    return Picture(
        values=_chosen(_channels_last(values, channel_axis, most), rule),
        is_plain=values.ndim == 2,
    )


def check_picture(picture: Picture, rule: PixelRule) -> None:
    """Raise an error for an image in memory whose values may not be colors.

    Raises
    ------
    ImageError
        Integers of two dimensions that look like class numbers, or 16 bits that hold 0-255.
    """
    values = picture.values
    if picture.fill is not None:
        values = np.ma.masked_equal(values, picture.fill, copy=False)
    valid = unmasked(values) if isinstance(values, np.ma.MaskedArray) else None
    values = np.ma.getdata(values)
    if picture.is_plain and rule.scale is None and could_be_classes(values[..., 0], valid):
        raise ImageError(
            "the array has one band of whole numbers, which could be class numbers or "
            "gray levels; of classes make IndexGrid(indices=..., palette=..., nodata=...); for "
            "gray levels of 0-255 set scale='byte'"
        )
    colors = values[..., :3] if values.shape[-1] > 2 else values[..., :1]
    check_depth(colors, rule, valid)


def _pillow_values(image: Any) -> Any:
    """Array (rows, cols, channels) of a Pillow image, whose channels are always last."""
    # Pillow stores a transparent color separately from the pixels.
    if image.has_transparency_data and image.mode not in ALPHA_MODES:
        image = image.convert("RGBA")
    elif image.mode not in PLAIN_MODES:
        image = image.convert("RGB")
    return _channels_last(np.asarray(image), None if len(image.getbands()) == 1 else -1)


def _chosen(values: Any, rule: PixelRule) -> Any:
    """Bands of the rule, of an array (rows, cols, channels)."""
    if rule.bands is None:
        return values
    colors, alpha = choose_bands(["undefined"] * values.shape[-1], rule.bands)
    return values[..., [band - 1 for band in (*colors, *([] if alpha is None else [alpha]))]]


def _as_array(image: Any) -> Any:
    """Array, masked array or Dask array of an image that is not a DataArray."""
    if isinstance(image, np.ma.MaskedArray) or is_lazy(image):
        return in_native_order(image)
    try:
        return in_native_order(np.asarray(image))
    except ValueError as error:
        raise ImageError(f"the image is not an array of numbers ({error})") from None


def _channels_last(values: Any, channel_axis: int | None, most: int | None = 4) -> Any:
    """Array of shape (rows, cols, channels), with at most `most` channels."""
    axis = _find_channel_axis(values.shape, channel_axis, most)
    values = values[..., np.newaxis] if axis is None else np.moveaxis(values, axis, -1)
    if values.size == 0:
        raise ImageError(f"the image has no pixels: its shape is {values.shape[:2]}")
    return values


def picture_pixels(values: NDArray[Any], rule: PixelRule, fill: float | None = None) -> Pixels:
    """Colors of the values of an image or of a block of it.

    Parameters
    ----------
    values : ndarray or masked array, shape (rows, cols, channels)
        1 to 4 channels.
    rule : PixelRule
        How to treat transparency, scale and depth.
    fill : float, optional
        Value of nodata pixels.
    """
    if fill is not None:
        values = np.ma.masked_equal(values, fill, copy=False)
    valid: NDArray[np.bool_] | None = None
    if isinstance(values, np.ma.MaskedArray):
        valid = unmasked(values)
        values = values.data
    alpha = None
    if values.shape[-1] <= 2:
        alpha = values[..., 1] if values.shape[-1] == 2 else None
        values = np.broadcast_to(values[..., :1], (*values.shape[:2], 3))
    return as_pixels(values, rule, alpha=alpha, valid=valid)


def _find_channel_axis(
    shape: tuple[int, ...], channel_axis: int | None, most: int | None
) -> int | None:
    """Axis of the channels, or None for gray."""
    if len(shape) == 2 and channel_axis is None:
        return None
    if len(shape) != 3:
        raise ImageError(
            "an image must have the shape (rows, cols), (rows, cols, 3 or 4) or "
            f"(3 or 4, rows, cols), found {shape}"
        )
    if channel_axis is not None:
        is_axis = isinstance(channel_axis, int | np.integer) and -3 <= channel_axis < 3
        if not is_axis or not 1 <= shape[channel_axis] <= (most or shape[channel_axis]):
            raise ImageError(
                f"channel_axis {channel_axis} of shape {shape} does not hold 1 to 4 channels"
            )
        return channel_axis
    first, last = shape[0] in (3, 4), shape[-1] in (3, 4)
    # Three rows of gray and alpha have the shape of a picture of two columns.
    if first and (last or shape[-1] in (1, 2)):
        raise ImageError(
            f"shape {shape} is ambiguous: the channels can be first or last; set channel_axis=0 "
            "or channel_axis=-1"
        )
    if not first and not last:
        raise ImageError(
            f"an image needs 3 or 4 channels on its first or last axis, found the shape {shape}; "
            "for 1 or 2 channels set channel_axis="
        )
    return 0 if first else -1


def _data_array_picture(array: xr.DataArray, rule: PixelRule, channel_axis: int | None) -> Picture:
    """Image of a DataArray, whose dimensions are found by name, with its georeference."""
    axes = array_axes(array, channel_axis)
    # A file of one band is opened as three dimensions.
    is_asked = channel_axis is None and rule.bands is None
    has_one = is_asked and axes.band is not None and array.sizes[axes.band] == 1
    is_plain = array.ndim == 2 or has_one
    if is_plain and rule.scale is None and "flag_values" in array.attrs:
        raise ImageError(
            "the DataArray holds class numbers, as its flag_values tell; make "
            "IndexGrid(indices=..., palette=..., nodata=...) of them"
        )
    if axes.row is not None and axes.col is not None:
        array = array.transpose(axes.row, axes.col, *([] if axes.band is None else [axes.band]))
        values = _channels_last(_as_array(array.data), None if axes.band is None else -1, None)
    else:
        values = _channels_last(_as_array(array.data), channel_axis)
    if rule.bands is not None:
        values = _chosen(values, rule)
    elif axes.band is not None and channel_axis is None:
        strip = rule.alpha == "strip"
        try:
            roles = band_roles(["undefined"] * array.sizes[axes.band], axes.labels)
            colors, alpha = choose_bands(roles, strip=strip)
        except ImageError as error:
            raise ImageError(f"the DataArray {error}") from None
        wanted = [band - 1 for band in (*colors, *([] if alpha is None else [alpha]))]
        if wanted != list(range(values.shape[-1])):
            values = values[..., wanted]
    return Picture(
        values=values,
        fill=array_fill(array),
        transform=array_transform(array, axes.row, axes.col),
        crs=array_crs(array),
        is_plain=is_plain,
    )
