"""geoindex: colored map images in, one-band index grids out.

The public names are resolved when they are first used, so that ``import geoindex`` stays
cheap: matplotlib, scikit-learn and xarray load only where they are needed.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geoindex.color.cube import ColorCube as ColorCube
    from geoindex.color.mapper import nearest as nearest
    from geoindex.conversion import convert as convert
    from geoindex.errors import GeoindexError as GeoindexError
    from geoindex.formats.grids import open_grid as open_grid
    from geoindex.formats.palettes import builtin_palettes as builtin_palettes
    from geoindex.formats.palettes import load_palette as load_palette
    from geoindex.grid import IndexGrid as IndexGrid
    from geoindex.indexing import index_image as index_image
    from geoindex.learn.gray import quantize_gray as quantize_gray
    from geoindex.learn.legend import legend_palette as legend_palette
    from geoindex.learn.match import match_palette as match_palette
    from geoindex.palette import Palette as Palette

__version__ = "0.1.0"

_HOME = {
    "ColorCube": "geoindex.color.cube",
    "GeoindexError": "geoindex.errors",
    "IndexGrid": "geoindex.grid",
    "Palette": "geoindex.palette",
    "builtin_palettes": "geoindex.formats.palettes",
    "convert": "geoindex.conversion",
    "index_image": "geoindex.indexing",
    "legend_palette": "geoindex.learn.legend",
    "load_palette": "geoindex.formats.palettes",
    "match_palette": "geoindex.learn.match",
    "nearest": "geoindex.color.mapper",
    "open_grid": "geoindex.formats.grids",
    "quantize_gray": "geoindex.learn.gray",
}

__all__ = [
    "ColorCube",
    "GeoindexError",
    "IndexGrid",
    "Palette",
    "__version__",
    "builtin_palettes",
    "convert",
    "index_image",
    "legend_palette",
    "load_palette",
    "match_palette",
    "nearest",
    "open_grid",
    "quantize_gray",
]


def __getattr__(name: str) -> object:
    """Import a public name from its module the first time it is used."""
    if name not in _HOME:
        raise AttributeError(f"module 'geoindex' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
