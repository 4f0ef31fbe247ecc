"""Image files as pictures for display."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike

import numpy as np
from numpy.typing import NDArray

from geoindex.color.pixels import PixelRule
from geoindex.images.files import read_image

__all__ = ["read_picture"]


def read_picture(path: str | PathLike[str], box: Sequence[int] | None = None) -> NDArray[np.uint8]:
    """Read an image file for display.

    Parameters
    ----------
    path : path-like
        As in :func:`open_image`.
    box : sequence of four int, optional
        Left, top, right and bottom in pixels of what to read, right and bottom exclusive.

    Returns
    -------
    ndarray of uint8, shape (rows, cols, 4)
        RGBA.
    """
    image = read_image(path, PixelRule(box=box))
    rows, cols, _ = image.colors.shape
    picture = np.full((rows, cols, 4), 255, dtype=np.uint8)
    picture[..., :3] = image.colors
    if image.valid is not None:
        # Masks of NaN are 0 or 1, alpha is 0 to 255.
        largest = int(image.valid.max())
        picture[..., 3] = image.valid if largest > 1 else image.valid * np.uint8(255)
    return picture
