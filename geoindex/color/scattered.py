"""Lookup of pixels whose neighbors have other colors, such as noise and seismic sections.

Each such pixel reads another place of the 16 MB color table, so the loop waits for memory. Most
are answered by a table of blocks of 4 x 4 x 4 colors instead (256 kB), which stays near the
processor: 1.5 to 2 times as fast for noise, but slower for maps, where neighbors are alike.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoindex.color.compiled import compiled, types
from geoindex.rules.indices import IndexArray

__all__ = ["BlockTable", "are_scattered"]

N_BLOCKS = 64**3

SEVERAL = 255
"""Entry of blocks that have several answers, or this one."""

SMALLEST = 10_000
"""Pixels below which the lookup takes no time anyway."""

SAMPLE, SCATTERED = 256, 240
"""Neighbors that are looked at, and those that must be in different blocks."""

_PIXELS = types.Array(types.uint8, 3, "A", readonly=True)
_VALID = types.Array(types.uint8, 2, "A", readonly=True)
_TABLE = types.Array(types.uint8, 1, "C", readonly=True)


class BlockTable:
    """The answer of each block of colors.

    Parameters
    ----------
    table : ndarray of uint8, shape (256 ** 3,)
        The full table of colors.
    """

    def __init__(self, table: NDArray[np.uint8]) -> None:
        self._table = table
        self._blocks = np.empty(N_BLOCKS, np.uint8)
        fill_blocks(table, self._blocks)

    def lookup(
        self, pixels: NDArray[Any], valid: NDArray[np.uint8], out: IndexArray, nodata: int
    ) -> None:
        """Write the entry of every pixel into `out`; see :func:`lookup_scattered`."""
        lookup_scattered(pixels, valid, self._table, self._blocks, nodata, out)


@compiled(types.void(_TABLE, types.uint8[::1]))
def fill_blocks(table: NDArray[np.uint8], blocks: NDArray[np.uint8]) -> None:
    """Write the answer of each block, `SEVERAL` where its colors have different ones."""
    for red in range(0, 256, 4):
        for green in range(0, 256, 4):
            for blue in range(0, 256, 4):
                first = table[red << 16 | green << 8 | blue]
                same = True
                for r in range(red, red + 4):
                    for g in range(green, green + 4):
                        for b in range(blue, blue + 4):
                            same &= table[r << 16 | g << 8 | b] == first
                block = red >> 2 << 12 | green >> 2 << 6 | blue >> 2
                blocks[block] = first if same else SEVERAL


@compiled(
    [
        types.void(_PIXELS, _VALID, _TABLE, _TABLE, types.int64, types.Array(out, 2, "A"))
        for out in (types.uint8, types.uint16)
    ]
)
def lookup_scattered(
    pixels: NDArray[np.uint8],
    valid: NDArray[np.uint8],
    table: NDArray[np.uint8],
    blocks: NDArray[np.uint8],
    nodata: int,
    out: IndexArray,
) -> None:
    """Write the table entry of every pixel into `out`, as :func:`rgb_kernels.lookup` does.

    `table` is full, and `blocks` made of it. Pixels that the blocks leave open are listed without
    a branch, which would be mispredicted, and looked up after their row.
    """
    cols = np.uint64(pixels.shape[1])
    places, codes = np.empty(cols + 1, np.uint32), np.empty(cols + 1, np.uint32)
    for row in range(pixels.shape[0]):
        n = np.uint64(0)
        for col in range(cols):
            red = np.uint32(pixels[row, col, 0])
            green = np.uint32(pixels[row, col, 1])
            blue = np.uint32(pixels[row, col, 2])
            found = blocks[red >> 2 << 12 | green >> 2 << 6 | blue >> 2]
            out[row, col] = found
            places[n] = col
            codes[n] = red << 16 | green << 8 | blue
            n += np.uint64(found == SEVERAL)
        for i in range(n):
            out[row, places[i]] = table[codes[i]]
        if valid.size > 0:
            for col in range(cols):
                if valid[row, col] == 0:
                    out[row, col] = nodata


@compiled(types.boolean(_PIXELS))
def are_scattered(pixels: NDArray[np.uint8]) -> bool:
    """Whether neighbors have other colors nearly everywhere in a sample of an image."""
    rows, cols = pixels.shape[0], pixels.shape[1]
    if cols < 2 or rows * cols < SMALLEST:
        return False
    n = 0
    for i in range(SAMPLE):
        # Multiples of large primes go all over the image.
        row, col = i * 40503 % rows, i * 48271 % (cols - 1)
        same = True
        for channel in range(3):
            same &= pixels[row, col, channel] >> 2 == pixels[row, col + 1, channel] >> 2
        n += not same
    return n >= SCATTERED
