"""Small tiles of a region, so that costs of every unit fit into memory."""

from __future__ import annotations

from geoindex.rules.box import Region

__all__ = ["tiles_of"]


def tiles_of(shape: tuple[int, int], side: int) -> list[Region]:
    """Cut a region of a shape into tiles of a side or less."""
    rows, cols = (
        [slice(start, min(start + side, n)) for start in range(0, n, side)] for n in shape
    )
    return [(row, col) for row in rows for col in cols]
