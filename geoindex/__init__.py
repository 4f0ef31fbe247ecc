"""geoindex: colored map images in, one-band index grids out.

The public names are resolved when they are first used, so that ``import geoindex`` stays
cheap: matplotlib, scikit-learn and xarray load only where they are needed.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geoindex.batch import BatchReport as BatchReport
    from geoindex.batch import convert_many as convert_many
    from geoindex.clean import Clean as Clean
    from geoindex.cleaning import clean_grid as clean_grid
    from geoindex.color.cube import ColorCube as ColorCube
    from geoindex.color.mapper import nearest as nearest
    from geoindex.comparison import compare_palettes as compare_palettes
    from geoindex.conversion import convert as convert
    from geoindex.errors import GeoindexError as GeoindexError
    from geoindex.formats.grids import open_grid as open_grid
    from geoindex.formats.opendtect.horizon import write_horizon as write_horizon
    from geoindex.formats.opendtect.horizon_reader import read_horizon as read_horizon
    from geoindex.formats.palettes import builtin_palettes as builtin_palettes
    from geoindex.formats.palettes import load_palette as load_palette
    from geoindex.formats.segy import write_section as write_section
    from geoindex.grid import IndexGrid as IndexGrid
    from geoindex.indexing import index_image as index_image
    from geoindex.learn.gray import quantize_gray as quantize_gray
    from geoindex.learn.learned import LearnedPalette as LearnedPalette
    from geoindex.learn.legend import legend_palette as legend_palette
    from geoindex.learn.match import match_palette as match_palette
    from geoindex.learning import learn_palette as learn_palette
    from geoindex.palette import Palette as Palette
    from geoindex.survey import Survey as Survey

__version__ = "0.1.0"

_HOME = {
    "BatchReport": "geoindex.batch",
    "Clean": "geoindex.clean",
    "ColorCube": "geoindex.color.cube",
    "GeoindexError": "geoindex.errors",
    "IndexGrid": "geoindex.grid",
    "LearnedPalette": "geoindex.learn.learned",
    "Palette": "geoindex.palette",
    "Survey": "geoindex.survey",
    "builtin_palettes": "geoindex.formats.palettes",
    "compare_palettes": "geoindex.comparison",
    "clean_grid": "geoindex.cleaning",
    "convert": "geoindex.conversion",
    "convert_many": "geoindex.batch",
    "index_image": "geoindex.indexing",
    "learn_palette": "geoindex.learning",
    "legend_palette": "geoindex.learn.legend",
    "load_palette": "geoindex.formats.palettes",
    "match_palette": "geoindex.learn.match",
    "nearest": "geoindex.color.mapper",
    "open_grid": "geoindex.formats.grids",
    "read_horizon": "geoindex.formats.opendtect.horizon_reader",
    "write_horizon": "geoindex.formats.opendtect.horizon",
    "write_section": "geoindex.formats.segy",
    "quantize_gray": "geoindex.learn.gray",
}

__all__ = [
    "BatchReport",
    "Clean",
    "ColorCube",
    "GeoindexError",
    "IndexGrid",
    "LearnedPalette",
    "Palette",
    "Survey",
    "__version__",
    "builtin_palettes",
    "clean_grid",
    "compare_palettes",
    "convert",
    "convert_many",
    "index_image",
    "learn_palette",
    "legend_palette",
    "load_palette",
    "match_palette",
    "nearest",
    "open_grid",
    "quantize_gray",
    "read_horizon",
    "write_horizon",
    "write_section",
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
