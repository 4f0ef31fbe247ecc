"""The only place that opens image files: with the local raster drivers and no others."""

from __future__ import annotations

import os
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from os import PathLike, fspath
from pathlib import Path

import rasterio

# For a damaged file, some attributes raise GDAL's own errors.
from rasterio._err import CPLE_BaseError
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.io import DatasetReader, DatasetWriter
from rasterio.vrt import WarpedVRT

from geoindex.errors import ImageError, MissingFileError, interrupts_first
from geoindex.files.small_files import read_start
from geoindex.images.gif import first_frame, whole_picture
from geoindex.images.refusals import HEAD_BYTES, refusal
from geoindex.images.stray_bytes import STRICT, count_stray, stray_parts, warn_of_stray
from geoindex.rules.paths import path_of

__all__ = ["check_dataset", "is_dataset", "open_raster", "own_file", "read_errors"]

# The first bytes determine the driver, so that only local raster files are ever opened; GDAL
# itself would follow a VRT to other files and URLs.
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

TIFF_SIGNATURES = {start for start, driver in SIGNATURES.items() if driver == "GTiff"}

COMPANIONS = (".msk", ".ovr")
"""Name endings of sidecar files that GDAL opens by itself."""

# By default GDAL waits without end for an address that does not answer, and no signal ends that.
PATIENCE = {
    "GDAL_HTTP_CONNECTTIMEOUT": 30,
    "GDAL_HTTP_LOW_SPEED_TIME": 30,
    "GDAL_HTTP_LOW_SPEED_LIMIT": 1,
}

# By default GDAL silently fills the missing part of a truncated JPEG or PNG with gray or black;
# the first two options make this an error.
GDAL_OPTIONS = {
    STRICT: "TRUE",
    "GDAL_PNG_WHOLE_IMAGE_OPTIM": "NO",
    # In MB; the default is 5 % of the memory, but every block is read only once here.
    "GDAL_CACHEMAX": 32,
    **{name: value for name, value in PATIENCE.items() if name not in os.environ},
}

# Enough of a file for every signature and for the alpha mask of a BMP.
HEAD = 70

# GDAL does not know the larger headers of versions 4 and 5.
LARGEST_BMP_HEADER = 56

# GDAL does not follow the masks of 32-bit pixels; these are what it takes them for.
BIT_FIELDS = struct.pack("<I", 3)
BMP_MASKS = struct.pack("<III", 0xFF0000, 0xFF00, 0xFF)


@contextmanager
def open_raster(path: str | PathLike[str], *, gdal: bool = False) -> Iterator[DatasetReader]:
    """Open an image file with the local raster drivers, or with any driver.

    Parameters
    ----------
    path : path-like
        PNG, JPEG, TIFF, WebP, GIF, BMP or JPEG 2000.
    gdal : bool
        Whether GDAL may open whatever it can, a name of its own too: the file is trusted.

    Yields
    ------
    rasterio.io.DatasetReader

    Raises
    ------
    MissingFileError
        There is no such file.
    ImageError
        The file has none of these formats, or the part that is read is damaged.
    """
    given, path = path, path_of(path)
    if gdal:
        with _open_any(fspath(given)) as source:
            yield source
        return
    if not path.exists():
        raise MissingFileError(f"{path}: no such file")
    if not path.is_file():
        raise ImageError(f"{path}: is not a file; name an image file")
    driver = _driver(path)
    _check_companions(path)
    is_strict = driver != "JPEG" or not _has_stray_bytes(path)
    with read_errors(path, is_strict=is_strict), _open_local(path, driver) as source:
        if "OVERVIEW_FILE" in source.tags(ns="OVERVIEWS"):
            raise ImageError(
                f"{path}: its metadata names another file as its overviews; remove "
                f"{path.name}.aux.xml, or export the image again"
            )
        yield source


def _has_stray_bytes(path: Path) -> bool:
    """Whether a JPEG has stray bytes that libjpeg skips, and is complete without them."""
    if not stray_parts(path):
        return False
    with read_errors(path):
        n_stray = count_stray(path)
    warn_of_stray(path, n_stray, stacklevel=6)
    return True


@contextmanager
def _open_local(path: Path, driver: str) -> Iterator[DatasetReader]:
    """Open a file with a local raster driver."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        # Without GDAL's own threads, which cost more than they save; callers that use several
        # threads open the file once for each.
        source = rasterio.open(path.absolute(), driver=driver)
    frame = first_frame(path) if driver == "GIF" else None
    with source:
        if frame is None:
            yield source
            return
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            whole = rasterio.open(whole_picture(source, frame), driver="VRT")
    with whole:
        yield whole


@contextmanager
def _open_any(name: str) -> Iterator[DatasetReader]:
    """Open a trusted file with any driver of GDAL."""
    if not (Path(name).exists() or ":" in name or name.startswith("/vsi")):
        raise MissingFileError(f"{name}: no such file")
    with read_errors(name):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", NotGeoreferencedWarning)
                source = rasterio.open(name)
        except RasterioError as error:
            reason = " ".join(str(error.__cause__ or error).split())
            raise ImageError(f"{name}: GDAL cannot open it ({reason})") from None
        with source:
            yield source


def own_file(source: DatasetReader, name: str | PathLike[str]) -> Path | None:
    """File of an open dataset if one of the local raster drivers reads it, or None."""
    path = Path(name)
    is_own = source.driver in {*SIGNATURES.values(), "WEBP"} and path.is_file()
    return path if is_own else None


def is_dataset(image: object) -> bool:
    """Whether an image is a dataset of rasterio's."""
    return isinstance(image, DatasetReader | DatasetWriter | WarpedVRT)


def check_dataset(source: DatasetReader) -> None:
    """Raise an error if a dataset that the caller opened cannot be read."""
    if source.closed:
        raise ImageError(f"{source.name}: this dataset is closed; open it again")
    if source.mode == "w":
        raise ImageError(f"{source.name}: this dataset is open for writing; close it first")


@contextmanager
def read_errors(path: str | Path, *, is_strict: bool = True) -> Iterator[None]:
    """Configure GDAL for reading in this thread, and convert its errors.

    Parameters
    ----------
    path : str or Path
        The file being read, for errors.
    is_strict : bool
        Whether warnings of libjpeg are errors; not for a JPEG that was decoded before.

    Raises
    ------
    ImageError
        GDAL reported an error.
    """
    try:
        options = GDAL_OPTIONS if is_strict else {**GDAL_OPTIONS, STRICT: "FALSE"}
        with interrupts_first(), rasterio.Env(**options):
            yield
    except UnicodeEncodeError:
        raise ImageError(
            f"{path}: the name is not in UTF-8, so GDAL cannot open it; rename the file or its "
            "folder"
        ) from None
    except (RasterioError, CPLE_BaseError) as error:
        # Messages about a file are for developers; those about an address give the reason.
        said = (
            "" if Path(path).is_file() else f" ({' '.join(str(error.__cause__ or error).split())})"
        )
        raise ImageError(
            f"{path}: is damaged or cut short{said}; export or copy it again"
        ) from error


def _driver(path: Path) -> str:
    """GDAL driver for the first bytes of a file."""
    start = read_start(path, HEAD, error=ImageError)
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "WEBP"
    if start[:2] == b"BM":
        _check_bmp(start, path)
    for signature, driver in SIGNATURES.items():
        if start.startswith(signature):
            return driver
    raise ImageError(f"{path}: {refusal(path, read_start(path, HEAD_BYTES, error=ImageError))}")


def _check_companions(path: Path) -> None:
    """Raise an error if the mask or overviews beside a file are not TIFF, or are pipes.

    GDAL opens them by itself with any driver, so that a VRT would be followed, and waits for
    pipes.
    """
    start, stem = path.name.lower() + ".", path.stem.lower() + "."
    folder = path.absolute().parent
    try:
        names = _companions_in(str(folder), folder.stat().st_mtime_ns)
    except OSError:
        # If the folder cannot be listed, GDAL tries the plain names only.
        names = [path.name + ending for ending in (*COMPANIONS, *map(str.upper, COMPANIONS))]
    for name in names:
        companion = path.with_name(name)
        # A mask may have a mask of its own.
        if name.lower().startswith(start) and companion.is_file():
            if read_start(companion, 4, error=ImageError) not in TIFF_SIGNATURES:
                raise ImageError(
                    f"{companion}: is opened together with {path.name}, but is not a TIFF; "
                    "remove it"
                )
        elif name.lower().startswith(stem) and companion.exists() and not companion.is_file():
            raise ImageError(
                f"{companion}: is a pipe or device that would be opened together with "
                f"{path.name}; remove it"
            )


# A batch opens thousands of sheets of one folder; listing it for each takes longer than the sheet.
@lru_cache(maxsize=8)
def _companions_in(folder: str, _changed: int) -> list[str]:
    """Masks, overviews, pipes and devices in a folder, in order, as when it was last changed."""
    with os.scandir(folder) as entries:
        return sorted(
            entry.name
            for entry in entries
            if not entry.is_dir()
            and (entry.name.lower().endswith(COMPANIONS) or not entry.is_file())
        )


def _check_bmp(start: bytes, path: Path) -> None:
    """Raise an error for a BMP that GDAL would misread: transparency, version or masks."""
    header_size = int.from_bytes(start[14:18], "little")
    has_alpha = header_size == LARGEST_BMP_HEADER and any(start[66:70])
    if header_size > LARGEST_BMP_HEADER or has_alpha:
        raise ImageError(f"{path}: is a BMP with transparency or of version 4; save it as PNG")
    bits, compression = start[28:30], start[30:34]
    if (bits, compression) == (b"\x20\0", BIT_FIELDS) and start[54:66] != BMP_MASKS:
        raise ImageError(f"{path}: is a BMP with channels in another order; save it as PNG")
