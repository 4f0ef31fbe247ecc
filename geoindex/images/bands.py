"""The bands of an image file: what each holds and on which scale."""

from __future__ import annotations

import base64
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import ColorInterp

from geoindex.errors import GeoindexWarning, ImageError
from geoindex.images.band_roles import band_roles, choose_bands
from geoindex.images.headers import (
    EXTRA_SAMPLES,
    PHOTOMETRIC,
    ROWS_PER_STRIP,
    TILE_WIDTH,
    tiff_tags,
)

if TYPE_CHECKING:
    from rasterio.io import DatasetReader

    from geoindex.color.pixels import PixelRule

__all__ = ["BandLayout", "band_layout", "blocks_apart", "color_table", "has_color_table"]

MIN_IS_WHITE = 0
LAB_SPACES = {8: "CIE L*a*b*", 9: "ICC L*a*b*", 10: "ITU L*a*b*"}
ASSOCIATED_ALPHA = 1


@dataclass(frozen=True, kw_only=True, eq=False)
class BandLayout:
    """Meaning of the bands, numbered from 1 as in GDAL."""

    colors: tuple[int, ...]
    """One band of gray or palette indices, or red, green and blue."""

    alpha: int | None = None
    """Alpha band, or None."""

    table: NDArray[np.uint8] | None = None
    """Red, green, blue, alpha of each palette index, shape (n, 4), or None."""

    full: int | None = None
    """Largest value, if it is not that of the dtype, as for 1, 4 or 12 bits; else None."""

    inverted: bool = False
    """Whether 0 is white."""

    premultiplied: bool = False
    """Whether the colors are premultiplied by alpha."""


def blocks_apart(source: DatasetReader, file: Path | None) -> bool:
    """Whether each block of an open file can be decoded without those before it.

    GDAL presents a TIFF of one large strip as blocks of a row, but decodes it from the start.
    """
    tags = _tags(source, file)
    is_tiled = TILE_WIDTH in tags
    return bool(tags) and (is_tiled or tags.get(ROWS_PER_STRIP, 0) == source.block_shapes[0][0])


def band_layout(source: DatasetReader, file: Path | None, rule: PixelRule) -> BandLayout:
    """Find the color and alpha bands.

    Parameters
    ----------
    source : rasterio.io.DatasetReader
        The open file.
    file : Path or None
        The file, if its header can be read.
    rule : PixelRule
        Which bands are chosen, and whether transparency is ignored.

    Raises
    ------
    ImageError
        The file holds other bands, or a color space that would be misread.
    """
    path, tags = file or source.name, _tags(source, file)
    _check_kind(source, tags, str(path))
    inverted = tags.get(PHOTOMETRIC) == MIN_IS_WHITE
    if file is None:
        inverted = source.tags(ns="IMAGE_STRUCTURE").get("MINISWHITE") == "YES"
    if inverted and source.count == 1:
        return BandLayout(colors=(1,), full=_full_scale(source), inverted=True)
    kinds = [kind.name for kind in source.colorinterp]
    # The bands of a GIF are its frames; only the first is read.
    if source.driver == "GIF":
        kinds = kinds[:1]
    # With a color table, the bands can only be indices and maybe alpha.
    if kinds[0] == "palette" and kinds[1:] in ([], ["alpha"]) and rule.bands is None:
        alpha = 2 if kinds[1:] and rule.alpha == "mask" else None
        return BandLayout(colors=(1,), alpha=alpha, table=_expanded_table(source))
    try:
        labels = source.descriptions if rule.bands is None else [None] * source.count
        colors, alpha = choose_bands(
            band_roles(kinds, labels), rule.bands, strip=rule.alpha == "strip"
        )
    except ImageError as error:
        raise ImageError(f"{path}: {error}") from None
    if any(kinds[band - 1] == "palette" for band in colors):
        raise ImageError(f"{path}: has a color table and other bands; export the map as RGB")
    return BandLayout(
        colors=colors,
        alpha=alpha,
        full=_full_scale(source),
        inverted=inverted,
        premultiplied=alpha is not None and tags.get(EXTRA_SAMPLES) == ASSOCIATED_ALPHA,
    )


def _warn_of_parts(source: DatasetReader, path: str) -> None:
    """Warn of pages that are not read, and of colors that have been converted."""
    texts = []
    if source.driver == "GIF" and source.count > 1:
        texts.append(f"holds {source.count} frames, of which only the first is read")
    if len(source.subdatasets) > 1:
        texts.append(f"holds {len(source.subdatasets)} pages, of which only the first is read")
    if source.tags(ns="IMAGE_STRUCTURE").get("SOURCE_COLOR_SPACE") == "CMYK":
        texts.append(
            "cyan, magenta, yellow and black are converted as (255 - C) (255 - K) / 255, without "
            "a color profile; other programs may show other colors"
        )
    profile = source.tags(ns="COLOR_PROFILE").get("SOURCE_ICC_PROFILE")
    # Names of profiles are in ASCII or UTF-16.
    if profile and b"sRGB" not in base64.b64decode(profile).replace(b"\0", b""):
        texts.append(
            "has a color profile other than sRGB; its colors are read as they are stored, so "
            "other programs may show other colors"
        )
    for text in texts:
        warnings.warn(f"{path}: {text}", GeoindexWarning, stacklevel=5)


def _check_kind(source: DatasetReader, tags: dict[int, int], path: str) -> None:
    """Raise an error for pixels that are no colors."""
    if not source.count:
        parts = ", ".join(source.subdatasets[:3]) or "it has no parts either"
        raise ImageError(f"{path}: holds no bands itself; open one of its parts ({parts})")
    space = LAB_SPACES.get(tags.get(PHOTOMETRIC, -1))
    if space is not None:
        raise ImageError(f"{path}: its colors are in {space}; export the image as RGB")
    _warn_of_parts(source, path)
    if len(set(source.dtypes)) > 1:
        raise ImageError(f"{path}: its bands have different types: {', '.join(source.dtypes)}")
    if source.dtypes[0].startswith("complex"):
        raise ImageError(f"{path}: its pixels are complex numbers, not colors")


def has_color_table(source: DatasetReader) -> bool:
    """Whether an open file is one band of palette indices."""
    is_one = source.count == 1 or source.driver == "GIF"
    return is_one and source.colorinterp[0] is ColorInterp.palette


def color_table(source: DatasetReader) -> NDArray[np.uint8]:
    """Colors of the table of an open file, shape (n_colors, 3)."""
    table = source.colormap(1)
    return np.array([table[index][:3] for index in sorted(table)], dtype=np.uint8)


def _tags(source: DatasetReader, file: Path | None) -> dict[int, int]:
    """Tags of a TIFF file, {} for anything else."""
    if source.driver != "GTiff" or file is None:
        return {}
    with file.open("rb") as opened:
        return tiff_tags(opened)


def _full_scale(source: DatasetReader) -> int | None:
    """Largest value of pixels with fewer bits than their dtype, or None."""
    bits = source.tags(1, ns="IMAGE_STRUCTURE").get("NBITS")
    if bits is None or not bits.isdecimal() or source.dtypes[0] not in ("uint8", "uint16"):
        return None
    full = 2 ** int(bits) - 1
    return None if full >= np.iinfo(source.dtypes[0]).max else full


def _expanded_table(source: DatasetReader) -> NDArray[np.uint8]:
    """Color table as red, green, blue, alpha for every value of the dtype."""
    table = np.zeros((256 if source.dtypes[0] == "uint8" else 65_536, 4), dtype=np.uint8)
    table[:, 3] = 255
    for index, color in source.colormap(1).items():
        if index < len(table):
            table[index] = color
    return table
