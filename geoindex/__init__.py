"""geoindex: colored map images in, one-band index grids out.

The public names are resolved when they are first used, so that ``import geoindex`` stays
cheap: matplotlib, scikit-learn and xarray load only where they are needed.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geoindex.clean import Clean as Clean
    from geoindex.cleaning import clean_grid as clean_grid
    from geoindex.color.cube import ColorCube as ColorCube
    from geoindex.color.mapper import nearest as nearest
    from geoindex.conversion import convert as convert
    from geoindex.errors import GeoindexError as GeoindexError
    from geoindex.formats.grids import open_grid as open_grid
    from geoindex.formats.palettes import builtin_palettes as builtin_palettes
    from geoindex.formats.palettes import load_palette as load_palette
    from geoindex.grid import IndexGrid as IndexGrid
    from geoindex.indexing import index_image as index_image
    from geoindex.palette import Palette as Palette

__version__ = "0.1.0"

_HOME = {
    "Clean": "geoindex.clean",
    "ColorCube": "geoindex.color.cube",
    "GeoindexError": "geoindex.errors",
    "IndexGrid": "geoindex.grid",
    "Palette": "geoindex.palette",
    "builtin_palettes": "geoindex.formats.palettes",
    "clean_grid": "geoindex.cleaning",
    "convert": "geoindex.conversion",
    "index_image": "geoindex.indexing",
    "load_palette": "geoindex.formats.palettes",
    "nearest": "geoindex.color.mapper",
    "open_grid": "geoindex.formats.grids",
}

__all__ = [
    "Clean",
    "ColorCube",
    "GeoindexError",
    "IndexGrid",
    "Palette",
    "__version__",
    "builtin_palettes",
    "clean_grid",
    "convert",
    "index_image",
    "load_palette",
    "nearest",
    "open_grid",
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
