"""The main color of the picture of a class in a legend."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoindex.color.pixels import PixelRule
from geoindex.errors import ImageError
from geoindex.palettes.entries import Request
from geoindex.palettes.styles.classes import Coat

__all__ = ["swatch_coat"]

LONGEST = 200_000
"""Longest picture in base64, in characters; servers send a few thousand."""

LARGEST_SIDE = 512

LEAST_SHARE = 0.5
"""Least share of the visible pixels that one color of a plain picture covers."""

LEAST_COVER = 0.25
"""Least share of a picture that a polygon covers; lines and points cover less."""


def swatch_coat(image_data: Any, name: str, request: Request) -> Coat:
    """Coat of the color that covers most of a picture, on white paper.

    Parameters
    ----------
    image_data : object
        PNG or another image in base64, as text.
    name : str
        Name of the class for messages.
    request : Request

    Returns
    -------
    Coat
        A fill, or a line if most of the picture is empty.

    Raises
    ------
    PaletteError
        There is no picture, it cannot be read, or no color covers most of it.
    """
    if not isinstance(image_data, str) or not image_data:
        raise request.error(
            f"class {name!r} has no picture (imageData); save the renderer of the layer instead: "
            ".../MapServer/3?f=json"
        )
    try:
        seen, n_pixels = _visible_colors(image_data)
    except (binascii.Error, ValueError, ImageError) as error:
        raise request.error(f"class {name!r}: its picture cannot be read ({error})") from None
    if not len(seen):
        raise request.error(f"class {name!r}: its picture is empty")
    colors, counts = np.unique(seen, axis=0, return_counts=True)
    if counts.max() < LEAST_SHARE * len(seen):
        raise request.error(
            f"class {name!r}: no color covers most of its picture, as with hatchings and "
            "gradients; save the renderer of the layer instead: .../MapServer/3?f=json"
        )
    red, green, blue = map(float, colors[np.argmax(counts)])
    is_fill = len(seen) >= LEAST_COVER * n_pixels
    return Coat(color=(red, green, blue), kind="fill" if is_fill else "line")


def _visible_colors(image_data: str) -> tuple[NDArray[np.generic], int]:
    """Colors of the pixels that are not transparent, shape (n, 3), and the number of all pixels.

    Raises
    ------
    ValueError, ImageError
        The picture is damaged, or too large for a legend.
    """
    # The import takes longer than reading most palettes.
    from geoindex.images.files import open_image

    if len(image_data) > LONGEST:
        raise ValueError("it is too large for a legend")
    # The text before a comma announces base64.
    content = base64.b64decode(image_data.rpartition(",")[2], validate=True)
    with TemporaryDirectory() as folder:
        path = Path(folder, "picture")
        path.write_bytes(content)
        try:
            with open_image(path, PixelRule(translucent=(255, 255, 255))) as image:
                if max(image.shape) > LARGEST_SIDE:
                    raise ValueError("it is too large for a legend")
                pixels = image.read()
        except ImageError as error:
            raise ImageError(str(error).removeprefix(f"{path}: ")) from None
    colors = pixels.colors.reshape(-1, 3)
    valid = None if pixels.valid is None else pixels.valid.reshape(-1) != 0
    return colors if valid is None else colors[valid], len(colors)
