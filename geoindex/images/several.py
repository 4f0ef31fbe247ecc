"""One argument for one image or several: a list, a folder or a glob."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from typing import Any

from geoindex.color.threads import Progress
from geoindex.errors import MissingFileError
from geoindex.grid import IndexGrid
from geoindex.images.drivers import is_dataset
from geoindex.images.find import absolute, find_images, is_searched, warn_of_left_out
from geoindex.images.pixel_blocks import image_name

__all__ = ["all_images", "each_image", "images_name", "part_of"]


def all_images(image: Any) -> list[Any]:
    """List the images that an argument stands for.

    Parameters
    ----------
    image : image or list of images
        An image, a folder or glob of image files, or a list of any of them. A list of lists of
        numbers, or of arrays of two dimensions, is one image.

    Returns
    -------
    list
        Files as paths, each once; folders and globs in the order of names.

    Raises
    ------
    MissingFileError
        A folder or glob without images, or no image at all.
    """
    parts = [image]
    if isinstance(image, Iterator) or (isinstance(image, list | tuple) and _are_images(image)):
        parts = list(image)
    if not parts:
        raise MissingFileError("no image is given; name image files, folders or globs")
    warn_of_left_out(part for part in parts if isinstance(part, str | PathLike))
    found: dict[Any, Any] = {}
    for number, part in enumerate(parts):
        if not isinstance(part, str | PathLike):
            found[number] = part
        elif is_searched(part):
            found |= {absolute(path): path for path, _ in find_images(part)}
        else:
            found.setdefault(absolute(Path(part)), part)
    return list(found.values())


def images_name(images: list[Any]) -> str:
    """Name of images in messages."""
    return image_name(images[0]) if len(images) == 1 else f"each of the {len(images):,} images"


def each_image(images: list[Any], progress: Progress | None) -> Iterator[Any]:
    """Iterate over images, and call `progress` after each one of several."""
    for done, image in enumerate(images, start=1):
        yield image
        if progress is not None and len(images) > 1:
            progress(done, len(images))


def part_of(progress: Progress | None, images: list[Any]) -> Progress | None:
    """Progress within an image: that of the caller if there is no other image."""
    return progress if len(images) == 1 else None


def _are_images(parts: list[Any] | tuple[Any, ...]) -> bool:
    """Whether the members of a list are images, and not rows or bands of one."""
    is_stack = bool(parts) and all(getattr(part, "ndim", 0) == 3 for part in parts)
    return is_stack or any(map(_is_image, parts))


def _is_image(part: Any) -> bool:
    """Whether a member of a list can only be an image of its own."""
    if isinstance(part, str | PathLike | IndexGrid) or type(part).__module__.startswith("PIL."):
        return True
    if is_dataset(part):
        return True
    xarray = sys.modules.get("xarray")
    return xarray is not None and isinstance(part, xarray.DataArray)
