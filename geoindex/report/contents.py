"""What of a map fits into a page: one pyramid after the other, each as fine as there is room."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain

from geoindex.report.pyramid import Pyramid, base64_size

__all__ = ["Blocks", "Contents"]

Blocks = list[tuple[str, bytes]]
"""Names and contents of blocks of bytes."""


class Contents:
    """The tiles and blocks of a page of limited size.

    Parameters
    ----------
    room : int
        Characters that there is room for.
    """

    def __init__(self, room: int) -> None:
        self.room = room
        self.finest: dict[str, int] = {}
        """Finest level of each kind that there is."""
        self.left: list[tuple[str, int]] = []
        """Name of each kind that is not whole, and the pixels of the map along a side of a pixel
        of its finest level; 0 if there is none."""
        self._pyramids: list[Pyramid] = []
        self._blocks: Blocks = []

    def add(self, name: str, pyramid: Pyramid, blocks: Callable[[], Blocks] = list) -> None:
        """Add as many levels of a pyramid as there is room for.

        Parameters
        ----------
        name : str
            What it shows.
        pyramid : Pyramid
            Complete; its limit was the room that there is.
        blocks : callable, optional
            Makes blocks that its first level needs.
        """
        needed = blocks()
        for level in range(len(pyramid.levels)):
            extra = needed if level == 0 else []
            size = pyramid.size(level)
            if size is None:
                continue
            size += sum(base64_size(len(block)) for _, block in extra)
            if size <= self.room:
                self.room -= size
                self.finest[pyramid.kind] = level
                self._pyramids.append(pyramid)
                self._blocks += extra
                break
        finest = self.finest.get(pyramid.kind)
        if finest != 0:
            self.left.append((name, 0 if finest is None else 2**finest))

    def __iter__(self) -> Iterator[tuple[str, bytes]]:
        """Names and contents of all blocks and tiles."""
        tiles = (one.tiles(self.finest[one.kind]) for one in self._pyramids)
        return chain(self._blocks, *tiles)
