"""The pixel rule with which the image of a grid was read."""

from __future__ import annotations

from geoindex.color.pixels import PixelRule
from geoindex.errors import GridError, OptionError
from geoindex.grid import IndexGrid

__all__ = ["rule_of_grid"]

RULES = (
    *("alpha", "translucent", "scale", "bands", "box", "map_box"),
    *("nodata_color", "collar", "tolerance"),
)


def rule_of_grid(grid: IndexGrid) -> PixelRule:
    """Pixel rule that a grid was made with, as far as its provenance records it.

    Raises
    ------
    GridError
        The provenance is damaged.
    """
    known = {key: grid.provenance.get(key) for key in RULES}
    try:
        return PixelRule(**{key: value for key, value in known.items() if value is not None})
    except OptionError as error:
        raise GridError(f"the provenance of the grid is damaged ({error})") from None
