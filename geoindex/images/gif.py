"""GIF files whose first frame is smaller than the picture; GDAL shows only that frame.

Source: CompuServe, "Graphics Interchange Format, Version 89a" (1990).
"""

from __future__ import annotations

import math
import struct
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from geoindex.errors import ImageError

if TYPE_CHECKING:
    from rasterio.io import DatasetReader

__all__ = ["Frame", "first_frame", "whole_picture"]

SMALL_PICTURE = 2**22
MOST_TIMES = 256
"""Largest ratio of picture to frame; anything beyond it is damage."""

# No valid file has more blocks before its first frame.
MOST_BLOCKS = 10_000

PICTURE = """<VRTDataset rasterXSize="{picture[0]}" rasterYSize="{picture[1]}">
<VRTRasterBand dataType="Byte" band="1"><ColorInterp>Palette</ColorInterp>
<ColorTable>{entries}</ColorTable>{pixels}</VRTRasterBand>
<MaskBand><VRTRasterBand dataType="Byte">{mask}</VRTRasterBand></MaskBand></VRTDataset>"""

SOURCE = """<SimpleSource><SourceFilename relativeToVRT="0">{name}</SourceFilename>
<SourceBand>{band}</SourceBand><SrcRect xOff="0" yOff="0" xSize="{size[0]}" ySize="{size[1]}"/>
<DstRect xOff="{place[0]}" yOff="{place[1]}" xSize="{size[0]}" ySize="{size[1]}"/>
</SimpleSource>"""


class Frame(NamedTuple):
    """The first frame of a GIF; sizes are (columns, rows)."""

    picture: tuple[int, int]
    """Size of the picture."""

    place: tuple[int, int]
    """Left and top of the frame."""

    size: tuple[int, int]
    """Size of the frame."""


def first_frame(path: Path) -> Frame | None:
    """Find the first frame of a GIF that is smaller than its picture.

    Returns
    -------
    Frame or None
        None if the frame is the whole picture, reaches beyond it, or cannot be found.

    Raises
    ------
    ImageError
        The frame is a speck in a huge picture.
    """
    with path.open("rb") as file:
        try:
            frame = _frame(file)
        except struct.error:
            return None
    if frame is None or (frame.size == frame.picture and frame.place == (0, 0)):
        return None
    is_inside = all(
        place + size <= whole
        for place, size, whole in zip(frame.place, frame.size, frame.picture, strict=True)
    )
    pixels = [math.prod(size) for size in (frame.size, frame.picture)]
    if pixels[1] > max(SMALL_PICTURE, MOST_TIMES * pixels[0]):
        raise ImageError(
            f"{path}: its first frame has {pixels[0]:,} pixels, its picture {pixels[1]:,}; save "
            "it as PNG"
        )
    return frame if is_inside else None


def whole_picture(source: DatasetReader, frame: Frame) -> str:
    """Describe the whole picture of an open GIF to GDAL's VRT driver; nodata around the frame.

    Returns
    -------
    str
        XML, to be opened in place of a file.
    """
    table = source.colormap(1)
    entries = "".join(
        '<Entry c1="{}" c2="{}" c3="{}" c4="{}"/>'.format(*table[index]) for index in sorted(table)
    )
    pixels, mask = (
        SOURCE.format(name=escape(source.name), band=band, size=frame.size, place=frame.place)
        for band in ("1", "mask,1")
    )
    return PICTURE.format(picture=frame.picture, entries=entries, pixels=pixels, mask=mask)


def _frame(file: BinaryIO) -> Frame | None:
    """Read the header and the blocks before the first frame."""
    width, height, flags = struct.unpack("<6xHHBxx", file.read(13))
    if flags & 0x80:
        file.seek(3 << ((flags & 7) + 1), 1)
    for _ in range(MOST_BLOCKS):
        kind = file.read(1)
        if kind == b"\x2c":
            left, top, cols, rows = struct.unpack("<HHHH", file.read(8))
            return Frame(picture=(width, height), place=(left, top), size=(cols, rows))
        if kind != b"\x21":
            return None
        file.read(1)
        while length := file.read(1):
            if length == b"\0":
                break
            file.seek(length[0], 1)
    return None
