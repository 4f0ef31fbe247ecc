"""The one place that reads the pixels of image files."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.enums import ColorInterp, MaskFlags
from rasterio.errors import NotGeoreferencedWarning, RasterioError

from geoindex.errors import ImageError, MissingFileError
from geoindex.scaling import ColorArray

if TYPE_CHECKING:
    from affine import Affine
    from rasterio.crs import CRS
    from rasterio.io import DatasetReader

__all__ = [
    "Alpha",
    "RasterImage",
    "describe_raster",
    "open_raster",
    "read_color_table",
    "read_image",
    "read_picture",
]

Alpha = Literal["mask", "strip"]
"""``"mask"``: transparent pixels are nodata; ``"strip"``: transparency is ignored."""

# The first bytes pick the driver, so nothing but local files of plain pixels is ever opened:
# left to itself, GDAL would follow a VRT to other files and addresses.
SIGNATURES = {
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"II*\0": "GTiff",
    b"MM\0*": "GTiff",
    b"II+\0": "GTiff",
    b"MM\0+": "GTiff",
}

# By default GDAL fills what is missing from a truncated JPEG or PNG with gray or black and
# goes on; these two make it an error.
GDAL_OPTIONS = {
    "GDAL_ERROR_ON_LIBJPEG_WARNING": "TRUE",
    "GDAL_PNG_WHOLE_IMAGE_OPTIM": "NO",
}


@dataclass(frozen=True, kw_only=True, eq=False)
class RasterImage:
    """The colors of an image file and their place on the map."""

    colors: ColorArray
    """Red, green, blue; shape (rows, cols, 3), a view of the band-first array."""

    valid: NDArray[np.uint8] | None
    """Shape (rows, cols), 0 where the pixel has no color, or None where all have one."""

    transform: Affine | None
    """Affine map from (column, row) of pixel corners to coordinates, or None."""

    crs: CRS | None
    """Coordinate reference system, or None."""


@contextmanager
def open_raster(path: str | PathLike[str]) -> Iterator[DatasetReader]:
    """Open an image file with the local raster drivers.

    Parameters
    ----------
    path : path-like
        PNG, JPEG or GeoTIFF.

    Yields
    ------
    rasterio.io.DatasetReader

    Raises
    ------
    MissingFileError
        There is no such file.
    ImageError
        The file is none of the formats, or is damaged where it is read.
    """
    path = Path(path)
    if not path.exists():
        raise MissingFileError(f"{path}: no such file")
    if not path.is_file():
        raise ImageError(f"{path}: is not a file; name an image")
    driver = _driver(path)
    try:
        with warnings.catch_warnings(), rasterio.Env(**GDAL_OPTIONS):
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with rasterio.open(path.absolute(), driver=driver) as source:
                yield source
    except RasterioError as error:
        reason = " ".join(str(error.__cause__ or error).split())
        raise ImageError(
            f"{path}: is damaged or cut short ({reason}); export or copy it again"
        ) from error


def _driver(path: Path) -> str:
    """GDAL driver for the first bytes of a file."""
    try:
        with path.open("rb") as file:
            start = file.read(16)
    except OSError as error:
        raise ImageError(f"{path}: cannot be read: {error.strerror}") from error
    for signature, driver in SIGNATURES.items():
        if start.startswith(signature):
            return driver
    raise ImageError(f"{path}: is not a PNG, JPEG or GeoTIFF image, whatever its name says")


def read_image(path: str | PathLike[str], *, alpha: Alpha = "mask") -> RasterImage:
    """Read an image file of 8-bit gray, gray+alpha, RGB, RGBA or palette pixels.

    Parameters
    ----------
    path : path-like
        PNG, JPEG or GeoTIFF; a world file beside it is read too.
    alpha : {"mask", "strip"}
        Whether transparent pixels (alpha 0, a transparent palette entry, nodata, a mask) are
        nodata or taken with the color that lies under them.

    Returns
    -------
    RasterImage

    Raises
    ------
    MissingFileError
        There is no such file.
    ImageError
        The file is damaged, or its pixels are of another kind.
    """
    with open_raster(path) as source:
        layout = _band_layout(source, path)
        bands = source.read(list(layout.bands))
        valid = None if alpha == "strip" else _valid(source, layout)
        if layout.table is not None:
            expanded = layout.table[bands[0]]
            colors = expanded[..., :3]
            if alpha == "mask" and not layout.table[:, 3].all():
                opaque = expanded[..., 3]
                valid = opaque if valid is None else np.minimum(valid, opaque)
        elif len(bands) == 1:
            colors = np.broadcast_to(bands[0][..., np.newaxis], (*bands[0].shape, 3))
        else:
            colors = np.moveaxis(bands, 0, -1)
        return RasterImage(
            colors=colors,
            valid=valid,
            transform=None if source.transform.is_identity else source.transform,
            crs=source.crs,
        )


def read_picture(path: str | PathLike[str]) -> NDArray[np.uint8]:
    """Read an image file for display.

    Parameters
    ----------
    path : path-like
        As in :func:`read_image`.

    Returns
    -------
    ndarray of uint8, shape (rows, cols, 4)
        RGBA.
    """
    image = read_image(path)
    rows, cols, _ = image.colors.shape
    picture = np.full((rows, cols, 4), 255, dtype=np.uint8)
    picture[..., :3] = image.colors
    if image.valid is not None:
        picture[..., 3] = image.valid
    return picture


def describe_raster(path: str | PathLike[str]) -> dict[str, Any]:
    """Facts about an image file, as JSON values.

    Parameters
    ----------
    path : path-like
        PNG, JPEG or GeoTIFF.

    Returns
    -------
    dict
        Kind, format, size, bands, dtype, transform and CRS.
    """
    with open_raster(path) as source:
        return {
            "kind": "image",
            "format": source.driver,
            "size": f"{source.width} x {source.height} pixels",
            "bands": [kind.name for kind in source.colorinterp],
            "dtype": source.dtypes[0],
            "transform": None if source.transform.is_identity else list(source.transform[:6]),
            "crs": None if source.crs is None else source.crs.to_string(),
        }


def read_color_table(path: str | PathLike[str]) -> NDArray[np.uint8] | None:
    """Read the color table of a one-band image file.

    Parameters
    ----------
    path : path-like
        PNG or GeoTIFF.

    Returns
    -------
    ndarray of uint8, shape (n_colors, 3), or None
        None where the file has no color table.

    Raises
    ------
    MissingFileError
        There is no such file.
    ImageError
        The file is damaged or of another format.
    """
    with open_raster(path) as source:
        if source.count != 1 or source.colorinterp[0] is not ColorInterp.palette:
            return None
        table = source.colormap(1)
    return np.array([table[index][:3] for index in sorted(table)], dtype=np.uint8)


@dataclass(frozen=True, kw_only=True, eq=False)
class _BandLayout:
    """Which bands hold what, counted from 1 as GDAL does."""

    bands: tuple[int, ...]
    alpha: int | None = None
    table: NDArray[np.uint8] | None = None


def _band_layout(source: DatasetReader, path: str | PathLike[str]) -> _BandLayout:
    """Find the color bands, or say what the file holds instead."""
    if any(dtype != "uint8" for dtype in source.dtypes) or _bits(source) not in (None, 8):
        bits = f" ({_bits(source)} bits)" if _bits(source) else ""
        raise ImageError(
            f"{path}: pixels are {source.dtypes[0]}{bits}; convert the image to 8 bits a channel"
        )
    kinds = source.colorinterp
    if ColorInterp.palette in kinds:
        if source.count == 1:
            return _BandLayout(bands=(1,), table=_color_table(source))
    elif source.count in (1, 3) and ColorInterp.alpha not in kinds:
        return _BandLayout(bands=tuple(range(1, source.count + 1)))
    elif source.count in (2, 4) and kinds[-1] is ColorInterp.alpha:
        return _BandLayout(bands=tuple(range(1, source.count)), alpha=source.count)
    found = ", ".join(kind.name for kind in kinds)
    raise ImageError(
        f"{path}: holds {source.count} bands ({found}); gray, gray+alpha, RGB, RGBA or one "
        "palette band is needed: export the map as RGB or RGBA"
    )


def _bits(source: DatasetReader) -> int | None:
    """Bits a pixel where the file packs them tighter than its dtype."""
    bits = source.tags(1, ns="IMAGE_STRUCTURE").get("NBITS")
    # A packed palette image is expanded through its table, so its bits do not matter.
    return int(bits) if bits and ColorInterp.palette not in source.colorinterp else None


def _color_table(source: DatasetReader) -> NDArray[np.uint8]:
    """Color table as red, green, blue, alpha of shape (256, 4)."""
    table = np.zeros((256, 4), dtype=np.uint8)
    table[:, 3] = 255
    for index, color in source.colormap(1).items():
        table[index] = color
    return table


def _valid(source: DatasetReader, layout: _BandLayout) -> NDArray[np.uint8] | None:
    """Mask after alpha band, nodata value or mask band; 0 is transparent."""
    if layout.alpha is not None:
        alpha: NDArray[np.uint8] = source.read(layout.alpha)
        return alpha
    if all(flags == [MaskFlags.all_valid] for flags in source.mask_flag_enums):
        return None
    mask: NDArray[np.uint8] = source.dataset_mask()
    return mask
