"""The one place that opens image files: with the local raster drivers, and no other."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import rasterio

# Some attributes of a damaged file raise the errors of GDAL as they are.
from rasterio._err import CPLE_BaseError
from rasterio.errors import NotGeoreferencedWarning, RasterioError

from geoindex.errors import ImageError, MissingFileError, interrupts_first

if TYPE_CHECKING:
    from rasterio.io import DatasetReader

__all__ = ["open_raster", "read_errors"]

KNOWN = "PNG, JPEG, TIFF, WebP, GIF, BMP or JPEG 2000"

# The first bytes pick the driver, so nothing but local files of plain pixels is ever opened:
# left to itself, GDAL would follow a VRT to other files and addresses.
SIGNATURES = {
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"II*\0": "GTiff",
    b"MM\0*": "GTiff",
    b"II+\0": "GTiff",
    b"MM\0+": "GTiff",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"BM": "BMP",
    b"\0\0\0\x0cjP  \r\n\x87\n": "JP2OpenJPEG",
    b"\xff\x4f\xff\x51": "JP2OpenJPEG",
}

# By default GDAL fills what is missing from a truncated JPEG or PNG with gray or black and
# goes on; these two make it an error.
GDAL_OPTIONS = {
    "GDAL_ERROR_ON_LIBJPEG_WARNING": "TRUE",
    "GDAL_PNG_WHOLE_IMAGE_OPTIM": "NO",
    # In MB. By default GDAL keeps a twentieth of the memory; every block is read once here.
    "GDAL_CACHEMAX": 32,
}

# Enough of a file for every signature and for the alpha mask of a BMP.
HEAD = 70

# Larger headers, of version 4 and 5, are unknown to GDAL.
LARGEST_BMP_HEADER = 56


@contextmanager
def open_raster(path: str | PathLike[str]) -> Iterator[DatasetReader]:
    """Open an image file with the local raster drivers.

    Parameters
    ----------
    path : path-like
        PNG, JPEG, TIFF, WebP, GIF, BMP or JPEG 2000.

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
    with read_errors(path):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            # Without GDAL's own threads, which cost a fifth more work than they share; where
            # several threads pay, each opens the file for itself.
            source = rasterio.open(path.absolute(), driver=driver)
        with source:
            yield source


@contextmanager
def read_errors(path: Path) -> Iterator[None]:
    """Set GDAL up for reading, in this thread, and turn its errors into ours.

    Parameters
    ----------
    path : Path
        The file that is read.

    Raises
    ------
    ImageError
        GDAL found damage.
    """
    try:
        with interrupts_first(), rasterio.Env(**GDAL_OPTIONS):
            yield
    except (RasterioError, CPLE_BaseError) as error:
        reason = " ".join(str(error.__cause__ or error).split())
        raise ImageError(
            f"{path}: is damaged or cut short ({reason}); export or copy it again"
        ) from error


def _driver(path: Path) -> str:
    """GDAL driver for the first bytes of a file."""
    try:
        with path.open("rb") as file:
            start = file.read(HEAD)
    except OSError as error:
        raise ImageError(f"{path}: cannot be read: {error.strerror}") from error
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "WEBP"
    if start[:2] == b"BM":
        _refuse_modern_bmp(start, path)
    for signature, driver in SIGNATURES.items():
        if start.startswith(signature):
            return driver
    raise ImageError(f"{path}: is not a {KNOWN} image, whatever its name says")


def _refuse_modern_bmp(start: bytes, path: Path) -> None:
    """Refuse a BMP whose transparency or version GDAL does not know."""
    header_size = int.from_bytes(start[14:18], "little")
    has_alpha = header_size == LARGEST_BMP_HEADER and any(start[66:70])
    if header_size > LARGEST_BMP_HEADER or has_alpha:
        raise ImageError(f"{path}: is a BMP with transparency or of version 4; save it as PNG")
