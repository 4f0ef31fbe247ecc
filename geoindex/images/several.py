"""An argument that stands for one image or several: a list, a folder or a glob."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator
from os import PathLike
from pathlib import Path
from typing import Any, TypeVar

from geoindex.color.threads import Progress
from geoindex.errors import GeoindexError, GeoindexWarning, ImageError, MissingFileError
from geoindex.grid import IndexGrid
from geoindex.images.drivers import is_dataset
from geoindex.images.find import absolute, find_images, is_searched
from geoindex.images.pixel_blocks import image_name

Counts = TypeVar("Counts")

__all__ = ["all_images", "counted_images", "images_name"]


def all_images(image: Any, *, any_suffix: bool = False) -> list[Any]:
    """List the images that an argument stands for.

    Parameters
    ----------
    image : image or list of images
        An image, a folder or glob of image files, or a list of any of them. A list of lists of
        numbers, or of arrays of two dimensions, is one image.
    any_suffix : bool
        Whether globs match files of any suffix.

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
    found: dict[Any, Any] = {}
    for number, part in enumerate(parts):
        if not isinstance(part, str | PathLike):
            found[number] = part
        elif is_searched(part):
            found |= {absolute(path): path for path, _ in find_images(part, any_suffix=any_suffix)}
        else:
            found.setdefault(absolute(Path(part)), part)
    return list(found.values())


def images_name(images: list[Any]) -> str:
    """Name of images in messages."""
    return image_name(images[0]) if len(images) == 1 else f"each of the {len(images):,} images"


def counted_images(
    images: list[Any],
    count: Callable[[Any, Progress | None], Counts],
    *,
    skip_unreadable: bool,
    progress: Progress | None,
) -> Iterator[Counts]:
    """Count something in each image.

    Parameters
    ----------
    images : list
    count : callable
        Takes an image, and the progress within it if there is no other image.
    skip_unreadable : bool
        Whether images that cannot be read are left out, with a warning.
    progress : callable, optional
        Called after each of several images.

    Yields
    ------
    object
        What `count` returned, of the images that can be read.

    Raises
    ------
    ImageError, MissingFileError
        An image cannot be read; with `skip_unreadable`, none can.
    """
    is_one = len(images) == 1
    failures: list[GeoindexError] = []
    for done, image in enumerate(images, start=1):
        try:
            counts = count(image, progress if is_one else None)
        except (ImageError, MissingFileError) as error:
            failures.append(error)
            if not skip_unreadable or len(failures) == len(images):
                raise
        else:
            yield counts
        if progress is not None and not is_one:
            progress(done, len(images))
    if failures:
        more = f", and so are {len(failures) - 1:,} more images" * (len(failures) > 1)
        warnings.warn(f"{failures[0]}; it is left out{more}", GeoindexWarning, stacklevel=2)


def _are_images(parts: list[Any] | tuple[Any, ...]) -> bool:
    """Whether the members of a list are images, and not rows or bands of one."""
    is_stack = bool(parts) and all(getattr(part, "ndim", 0) == 3 for part in parts)
    return is_stack or any(map(_is_image, parts))


def _is_image(part: Any) -> bool:
    """Whether a member of a list can only be an image."""
    if isinstance(part, str | PathLike | IndexGrid) or type(part).__module__.startswith("PIL."):
        return True
    if is_dataset(part):
        return True
    xarray = sys.modules.get("xarray")
    return xarray is not None and isinstance(part, xarray.DataArray)
