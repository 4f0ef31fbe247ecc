"""The scale of the colors of a file, by the rule for arrays applied to the whole image."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from rasterio.windows import Window

from geoindex.color.pixels import DARK_16_BIT
from geoindex.errors import ImageError
from geoindex.rules.scale import Depth, Scale

if TYPE_CHECKING:
    from rasterio.io import DatasetReader

    from geoindex.images.bands import BandLayout

__all__ = ["find_scale", "inverted", "scaled"]


def find_scale(
    source: DatasetReader, layout: BandLayout, name: str, *, has_mask: bool
) -> Scale | None:
    """Find the scale of the colors of an open file.

    Parameters
    ----------
    source : rasterio.io.DatasetReader
    layout : BandLayout
    name : str
        Of the file, for errors.
    has_mask : bool
        Whether nodata must be left out.

    Returns
    -------
    {"unit", "byte"} or None
        Of floats; integers have the scale of their dtype.

    Raises
    ------
    ImageError
        The values could be on two scales.
    """
    dtype = source.dtypes[0]
    values = _color_values(source, layout, has_mask=has_mask)
    if dtype.startswith("float"):
        return _float_scale(values, name)
    if dtype == "uint16" and layout.full is None and layout.table is None:
        # The first rows decide for most files.
        largest = 0
        for block in values:
            largest = max(largest, int(block.max(initial=0)))
            if largest > 255:
                return None
        if largest:
            raise ImageError(f"{name}: {DARK_16_BIT.format(largest)}")
    return None


def _color_values(
    source: DatasetReader, layout: BandLayout, *, has_mask: bool
) -> Iterator[NDArray[Any]]:
    """Values of the color bands, without nodata, from top to bottom."""
    for row in range(0, source.height, 256):
        window = Window(0, row, source.width, min(256, source.height - row))
        values = source.read(list(layout.colors), window=window)
        yield values[:, source.dataset_mask(window=window) != 0] if has_mask else values


def _float_scale(blocks: Iterator[NDArray[Any]], name: str) -> Scale:
    largest = 0.0
    has_fraction = False
    for values in blocks:
        if values.size:
            largest = max(largest, float(np.nanmax(values, initial=0.0)))
            has_fraction = has_fraction or bool(((values > 0) & (values < 1)).any())
    if largest > 1 and has_fraction:
        raise ImageError(
            f"{name}: some values look like the 0-1 scale, but {largest:g} is on the "
            "0-255 scale; set scale='byte' or scale='unit'"
        )
    return "byte" if largest > 1 else "unit"


def scaled(values: NDArray[Any], full: int | None, depth: Depth) -> NDArray[Any]:
    """Scale values of an unusual bit depth, whose maximum is `full`, to 8 bits or floats."""
    if full is None:
        return values
    if full > 255 and depth == "full":
        return values.astype(np.float64) * (255.0 / full)
    # Half up, in integers.
    every = np.arange(np.iinfo(values.dtype).max + 1).clip(0, full)
    eight_bits: NDArray[np.uint8] = ((every * 510 + full) // (2 * full)).astype(np.uint8)[values]
    return eight_bits


def inverted(values: NDArray[Any], scale: Scale | None) -> NDArray[Any]:
    """Gray with 0 as black, from gray with 0 as white."""
    if values.dtype.kind == "f":
        full = 1 if scale == "unit" else 255
    else:
        full = np.iinfo(values.dtype).max
    turned: NDArray[Any] = full - values
    return turned
