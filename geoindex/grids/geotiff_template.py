"""Small GeoTIFFs from a template, such as the sheets of a batch.

GDAL takes several times as long to open, fill and close a file as zlib to compress its 256 x 256
pixels. The sheets of a batch differ only in their pixels and their place, so GDAL makes one file
for all of them, and these two are put into copies of it. Tags are those of TIFF 6.0 (Adobe, 1992)
and OGC GeoTIFF 1.1.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from affine import Affine
from numpy.typing import NDArray

from geoindex.images.headers import LONG, tiff_directory

__all__ = ["Template"]

OFFSETS, SIZES = 324, 325
"""TileOffsets and TileByteCounts."""

ORIGIN = {33922: (3, 4), 34264: (3, 7)}
"""Which numbers of ModelTiepoint and ModelTransformation are x and y of the upper left corner."""


class Template:
    """A GeoTIFF of GDAL's, less its pixels.

    Parameters
    ----------
    content : bytes
        The file, with the tiles behind all else.
    """

    def __init__(self, content: bytes) -> None:
        tags = {tag.number: tag for tag in tiff_directory(io.BytesIO(content))}
        offsets, sizes = tags[OFFSETS], tags[SIZES]
        if (offsets.kind, sizes.kind) != (LONG, LONG):
            raise AssertionError("GDAL does not write the places of tiles with 32 bits")
        self._order: Literal["<", ">"] = offsets.order
        self._n_tiles = offsets.n_values
        self._offsets, self._sizes = offsets.values_at, sizes.values_at
        places = struct.unpack_from(self._tile_layout, content, self._offsets)
        self._head = content[: min(places)]
        self._origin = [
            tags[number].values_at + 8 * place
            for number, both in ORIGIN.items()
            if number in tags
            for place in both
        ]

    @property
    def _tile_layout(self) -> str:
        return f"{self._order}{self._n_tiles}I"

    def filled(self, transform: Affine | None, tiles: Sequence[bytes]) -> bytes:
        """Make the file of a grid.

        Parameters
        ----------
        transform : Affine or None
            It differs from that of the template only in the corner.
        tiles : sequence of bytes
            Compressed, row by row.
        """
        head = bytearray(self._head)
        sizes = [len(tile) for tile in tiles]
        places = np.cumsum([len(head), *sizes[:-1]]).tolist()
        struct.pack_into(self._tile_layout, head, self._offsets, *places)
        struct.pack_into(self._tile_layout, head, self._sizes, *sizes)
        if transform is not None:
            # GDAL leaves out the identity.
            for place, number in zip(self._origin, (transform.c, transform.f), strict=False):
                struct.pack_into(f"{self._order}d", head, place, number)
        return b"".join([head, *tiles])

    def tiles(self, pixels: NDArray[Any], block: int, level: int) -> list[bytes]:
        """Compress pixels in tiles of `block` rows and columns, padded with zeros."""
        rows, cols = pixels.shape
        tile = np.zeros((block, block), pixels.dtype.newbyteorder(self._order))
        tiles = []
        for row in range(0, rows, block):
            for col in range(0, cols, block):
                part = pixels[row : row + block, col : col + block]
                if part.shape != tile.shape:
                    tile[:] = 0
                tile[: part.shape[0], : part.shape[1]] = part
                tiles.append(zlib.compress(tile.data, level))
        return tiles
