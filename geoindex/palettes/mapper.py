"""ColorMapper of a palette, a color cube, or the name or file of either."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geoindex.color.mapper import ColorMapper, color_mapper
from geoindex.color.metrics import Metric
from geoindex.palette import Palette
from geoindex.palettes.cube import SUFFIX, load_cube
from geoindex.palettes.load import load_palette

if TYPE_CHECKING:
    from matplotlib.colors import Colormap

__all__ = ["load_mapper"]


def load_mapper(
    source: ColorMapper | Palette | str | PathLike[str] | Mapping[Any, Any] | Colormap,
    metric: Metric = "rgb",
    max_distance: float | None = None,
) -> ColorMapper:
    """Make the mapper of a palette or cube, in memory or in a file.

    Parameters
    ----------
    source : ColorMapper, Palette, str or path-like
        A cube or another mapper, the file of a cube, or any source of
        :func:`geoindex.load_palette`.
    metric, max_distance
        As in :func:`geoindex.index_image`. A mapper has its own; leave them out or repeat
        them.

    Raises
    ------
    GeoindexError
        The source cannot be read, or is a cube with other settings.
    """
    if isinstance(source, ColorMapper):
        return color_mapper(source, metric, max_distance)
    if isinstance(source, str | PathLike) and Path(fspath(source)).suffix.lower() == SUFFIX:
        return color_mapper(load_cube(source), metric, max_distance)
    return color_mapper(load_palette(source), metric, max_distance)
