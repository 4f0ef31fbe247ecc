"""Memory for the pixels of an image file that are held at once."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from geoindex.errors import ImageError
from geoindex.files.memory import check_memory

if TYPE_CHECKING:
    from geoindex.images.files import MapImage

__all__ = ["check_held"]

DECODING = 2
"""Times the pixels that a decoder of whole files takes."""

CONVERTING = 12
"""Bytes a pixel that are taken until all of them are colors."""


def check_held(image: MapImage, *, whole: bool) -> None:
    """Refuse an image file that takes too much memory.

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
