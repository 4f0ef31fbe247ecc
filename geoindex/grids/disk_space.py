"""Checks before any work starts whether an output fits on the disk."""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path

from geoindex.errors import GeoindexWarning, OutputError
from geoindex.grids.headers import FileHeader

__all__ = ["check_space"]

# DEFLATE makes the indices of drawn maps 20 to 200 times smaller, those of noise hardly; no map
# shrinks more than 500 times.
LIKELY_RATIO = 10
LARGEST_RATIO = 500


def check_space(path: Path, header: FileHeader) -> None:
    """Raise an error for an output that cannot fit on its disk, or warn if it may not fit.

    Raises
    ------
    OutputError
        The disk is too small.

    Warns
    -----
    GeoindexWarning
        The disk is too small if the map compresses badly.
    """
    free = shutil.disk_usage(path.parent).free
    rows, cols = header.shape
    size = rows * cols * header.pixel_dtype.itemsize
    compressed = path.suffix.lower() != ".npy"
    if free < (size // LARGEST_RATIO if compressed else size):
        raise OutputError(
            f"{path}: not enough disk space: the disk has {_megabytes(free)} free, and "
            f"{_megabytes(size)} of pixels are to be written; free some space or write elsewhere"
        )
    if compressed and free < size // LIKELY_RATIO:
        warnings.warn(
            f"{path}: the disk has only {_megabytes(free)} free for {_megabytes(size)} of "
            "pixels before compression",
            GeoindexWarning,
            stacklevel=4,
        )


def _megabytes(n_bytes: int) -> str:
    return f"{n_bytes / 1e6:,.1f} MB"
