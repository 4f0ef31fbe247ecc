"""Pyramids of tiles: each level has half the rows and columns of the one before."""

from __future__ import annotations

import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoindex.color.threads import in_threads
from geoindex.report import pyramid_kernels as kernels
from geoindex.report.map_colors import NumberedColors

__all__ = [
    "TILE",
    "ClassPyramid",
    "ColorPyramid",
    "Level",
    "Pyramid",
    "base64_size",
    "pack_runs",
    "shapes_of",
]

TILE = 512
"""Rows and columns of a tile."""

COMPRESSION = 4
"""zlib's level: 6 makes tiles 2 % smaller in up to three times the time."""

QUALITY, EFFORT = 60, 2
"""WebP's quality and slowness (0-6) of pictures that are only looked at."""

OPAQUE = 0xFF000000
"""Packed colors from here on are opaque."""

Array = NDArray[Any]


def shapes_of(shape: tuple[int, int]) -> list[tuple[int, int]]:
    """Rows and columns of each level, down to one that is a single tile.

    Examples
    --------
    >>> shapes_of((900, 1500))
    [(900, 1500), (450, 750), (225, 375)]
    """
    shapes = [shape]
    while max(shapes[-1]) > TILE:
        rows, cols = shapes[-1]
        shapes.append((-(-rows // 2), -(-cols // 2)))
    return shapes


def base64_size(n_bytes: int) -> int:
    """Characters of some bytes in base64."""
    return -(-n_bytes // 3) * 4


@dataclass(eq=False)
class Level:
    """The tiles of one level."""

    shape: tuple[int, int]
    """Rows and columns."""

    tiles: dict[tuple[int, int], bytes] = field(default_factory=dict)
    """Compressed tiles by row and column of tiles."""

    size: int = 0
    """Characters of all tiles in base64, also of those that were dropped."""

    is_dropped: bool = False
    """Whether the level has no tiles because they would be too large."""

    def put(self, place: tuple[int, int], content: bytes, limit: int) -> None:
        """Add a tile, or drop all tiles if they are larger than the limit."""
        self.size += base64_size(len(content))
        self.tiles[place] = content
        if self.size > limit:
            self.drop()

    def drop(self) -> None:
        """Let go of all tiles."""
        self.is_dropped = True
        self.tiles.clear()


class Pyramid(ABC):
    """A pyramid that is fed with rows from the top; a few rows of each level are in memory.

    Parameters
    ----------
    kind : str
        Letter of the pyramid in the page.
    shape : tuple of int
        Rows and columns.
    limit : int
        Most characters of a level in base64; larger levels are dropped.
    """

    def __init__(self, kind: str, shape: tuple[int, int], limit: int) -> None:
        self.kind = kind
        self.levels = [Level(level) for level in shapes_of(shape)]
        self._limit = limit
        self._bands: list[Array | None] = [None] * len(self.levels)
        self._done = [0] * len(self.levels)

    def add(self, rows: Array, level: int = 0) -> None:
        """Add rows of a level, shape (any, cols).

        Tiles, and the rows of the level above, follow as soon as their rows are complete.
        """
        n_rows, n_cols = self.levels[level].shape
        while len(rows):
            filled = self._done[level] % TILE
            height = min(TILE, n_rows - self._done[level] + filled)
            part, rows = rows[: height - filled], rows[height - filled :]
            self._done[level] += len(part)
            band = part
            if len(part) < height:
                band = self._filled(level, filled, part, (height, n_cols))
            if filled + len(part) < height:
                continue
            self._bands[level] = None
            self._cut(level, self._done[level] - height, band)
            if level + 1 < len(self.levels):
                self.add(self._halved(band), level + 1)

    def size(self, finest: int) -> int | None:
        """Characters of all levels from `finest` up, None if one of them was dropped."""
        levels = self.levels[finest:]
        if any(level.is_dropped for level in levels):
            return None
        return sum(level.size for level in levels)

    def tiles(self, finest: int) -> Iterator[tuple[str, bytes]]:
        """Name and content of the tiles from `finest` up."""
        for number, level in enumerate(self.levels[finest:], start=finest):
            for (row, col), content in sorted(level.tiles.items()):
                yield f"{self.kind}{number}-{row}-{col}", content

    def _filled(self, level: int, row: int, part: Array, shape: tuple[int, int]) -> Array:
        """Write rows into the row of tiles that is being filled."""
        band = self._bands[level]
        if band is None:
            band = self._bands[level] = np.empty(shape, part.dtype)
        band[row : row + len(part)] = part
        return band

    def _cut(self, level: int, top: int, band: Array) -> None:
        """Compress a row of tiles."""
        kept = self.levels[level]
        if kept.is_dropped:
            return
        lefts = range(0, band.shape[1], TILE)
        tiles: dict[int, bytes] = {}

        def compress(left: int) -> None:
            tiles[left] = self._compressed(band[:, left : left + TILE], level)

        in_threads(compress, lefts)
        for left in lefts:
            kept.put((top // TILE, left // TILE), tiles[left], self._limit)

    def _halved(self, band: Array) -> Array:
        """Half the rows and columns of a band."""
        rows, cols = band.shape
        half = np.empty((-(-rows // 2), -(-cols // 2)), band.dtype)
        self._halve(band, half)
        return half

    @abstractmethod
    def _halve(self, band: Array, half: Array) -> None:
        """Write half the rows and columns of a band."""

    @abstractmethod
    def _compressed(self, tile: Array, level: int) -> bytes:
        """Content of a tile."""


class ClassPyramid(Pyramid):
    """Indices: each pixel of a level has the most frequent index of four."""

    def _halve(self, band: Array, half: Array) -> None:
        kernels.halve_classes(band, half)

    def _compressed(self, tile: Array, _level: int) -> bytes:
        return pack_runs(tile)


class ColorPyramid(Pyramid):
    """Packed colors: exact numbers on the first level, pictures to look at on the others."""

    def __init__(self, kind: str, shape: tuple[int, int], limit: int) -> None:
        super().__init__(kind, shape, limit)
        self.colors = NumberedColors()

    def _halve(self, band: Array, half: Array) -> None:
        kernels.halve_colors(band, half)

    def _cut(self, level: int, top: int, band: Array) -> None:
        numbers = self.colors.number(band, top) if level == 0 else band
        if numbers is None:
            self.levels[0].drop()
        else:
            super()._cut(level, top, numbers)

    def _compressed(self, tile: Array, level: int) -> bytes:
        if level == 0:
            # Frequent colors turn up early, so that most tiles have small numbers.
            return pack_runs(tile)
        from PIL import Image

        with BytesIO() as file:
            rgba = np.ascontiguousarray(tile, dtype="<u4").view(np.uint8)
            picture = Image.fromarray(rgba.reshape(*tile.shape, 4))
            if tile.min() >= OPAQUE:  # an alpha band takes as long as the colors
                picture = picture.convert("RGB")
            picture.save(file, "WEBP", quality=QUALITY, method=EFFORT)
            return file.getvalue()


def pack_runs(numbers: Array) -> bytes:
    """Compress numbers as runs, which take half the room, and a tenth of the time, of pixels.

    Parameters
    ----------
    numbers : ndarray of uint8, uint16 or uint32, shape (rows, cols)
        Below 2 ** 24.

    Returns
    -------
    bytes
        For zlib: the number of planes, then of all runs the lowest bytes, the next ones in each
        further plane, and the lengths minus one.
    """
    runs, lengths = np.empty(numbers.size, numbers.dtype), np.empty(numbers.size, np.uint8)
    n_runs = kernels.find_runs(numbers, runs, lengths)
    runs, lengths = runs[:n_runs], lengths[:n_runs]
    largest = int(runs.max())
    n_planes = 1 + (largest > 0xFF) + (largest > 0xFFFF)
    planes = [(runs >> 8 * plane).astype(np.uint8) for plane in range(n_planes)]
    whole = np.concatenate([[np.uint8(n_planes)], *planes, lengths])
    return zlib.compress(whole.tobytes(), COMPRESSION)
