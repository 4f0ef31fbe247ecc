"""Memory needed for the pixels of an image file that has to be held whole."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from geoindex.errors import ImageError
from geoindex.files.memory import check_memory

if TYPE_CHECKING:
    from geoindex.images.files import MapImage

__all__ = ["check_held"]

DECODING = 2
"""Memory that a decoder of whole files takes, as a multiple of the pixels."""

CONVERTING = 12
"""Bytes per pixel during the conversion to colors."""


def check_held(image: MapImage, *, whole: bool) -> None:
    """Raise an error for an image file that would take too much memory.

    Parameters
    ----------
    image : MapImage
        The open file.
    whole : bool
        Whether all pixels are to be held; else only a file that cannot be decoded in blocks is
        refused.

    Raises
    ------
    ImageError
        It takes more than may be used.
    """
    reason = image.held_whole
    needed = DECODING * image.n_bytes if reason else 0
    if whole:
        needed += CONVERTING * math.prod(image.shape)
    if needed:
        name = f"{image.name}: {reason}, which" if reason else image.name
        instead = "save it as a tiled TIFF" if reason else ""
        check_memory(needed, name, error=ImageError, instead=instead)
