"""geoindex: colored map images in, one-band index grids out.

The public names are resolved when they are first used, so that ``import geoindex`` stays
cheap: matplotlib, scipy and xarray load only where they are needed.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geoindex.analysis.crosstab import compare_grids as compare_grids
    from geoindex.analysis.crosstab import crosstab as crosstab
    from geoindex.analysis.figures import plot_comparison as plot_comparison
    from geoindex.analysis.figures import plot_error as plot_error
    from geoindex.analysis.polygons import grid_polygons as grid_polygons
    from geoindex.analysis.vector_files import write_polygons as write_polygons
    from geoindex.batch import BatchReport as BatchReport
    from geoindex.batch import convert_many as convert_many
    from geoindex.clean import Clean as Clean
    from geoindex.clean.grid import clean_grid as clean_grid
    from geoindex.color.nearest import nearest as nearest
    from geoindex.errors import GeoindexError as GeoindexError
    from geoindex.grid import IndexGrid as IndexGrid
    from geoindex.grids.formats import open_grid as open_grid
    from geoindex.grids.value_files import open_values as open_values
    from geoindex.indexing.convert import convert as convert
    from geoindex.indexing.image import index_image as index_image
    from geoindex.indexing.values import image_values as image_values
    from geoindex.learn.compare import compare_palettes as compare_palettes
    from geoindex.learn.gray.levels import quantize_gray as quantize_gray
    from geoindex.learn.learned import LearnedPalette as LearnedPalette
    from geoindex.learn.legend import legend_palette as legend_palette
    from geoindex.learn.match import match_palette as match_palette
    from geoindex.learn.palette import learn_palette as learn_palette
    from geoindex.opendtect.read_horizon import read_horizon as read_horizon
    from geoindex.opendtect.segy import write_section as write_section
    from geoindex.opendtect.write_horizon import write_horizon as write_horizon
    from geoindex.palette import Palette as Palette
    from geoindex.palettes.built_in import builtin_palettes as builtin_palettes
    from geoindex.palettes.cube import ColorCube as ColorCube
    from geoindex.palettes.load import load_palette as load_palette
    from geoindex.report.write import write_report as write_report
    from geoindex.survey import Survey as Survey
    from geoindex.values.grid import ValueGrid as ValueGrid
    from geoindex.values.load import load_ramp as load_ramp
    from geoindex.values.ramp import Ramp as Ramp

from geoindex.__version__ import __version__

_HOME = {
    "BatchReport": "geoindex.batch",
    "Clean": "geoindex.clean",
    "ColorCube": "geoindex.palettes.cube",
    "GeoindexError": "geoindex.errors",
    "IndexGrid": "geoindex.grid",
    "LearnedPalette": "geoindex.learn.learned",
    "Palette": "geoindex.palette",
    "Ramp": "geoindex.values.ramp",
    "Survey": "geoindex.survey",
    "ValueGrid": "geoindex.values.grid",
    "builtin_palettes": "geoindex.palettes.built_in",
    "compare_palettes": "geoindex.learn.compare",
    "clean_grid": "geoindex.clean.grid",
    "compare_grids": "geoindex.analysis.crosstab",
    "convert": "geoindex.indexing.convert",
    "convert_many": "geoindex.batch",
    "crosstab": "geoindex.analysis.crosstab",
    "grid_polygons": "geoindex.analysis.polygons",
    "image_values": "geoindex.indexing.values",
    "index_image": "geoindex.indexing.image",
    "learn_palette": "geoindex.learn.palette",
    "legend_palette": "geoindex.learn.legend",
    "load_palette": "geoindex.palettes.load",
    "load_ramp": "geoindex.values.load",
    "match_palette": "geoindex.learn.match",
    "nearest": "geoindex.color.nearest",
    "open_grid": "geoindex.grids.formats",
    "open_values": "geoindex.grids.value_files",
    "read_horizon": "geoindex.opendtect.read_horizon",
    "write_horizon": "geoindex.opendtect.write_horizon",
    "write_polygons": "geoindex.analysis.vector_files",
    "write_report": "geoindex.report.write",
    "write_section": "geoindex.opendtect.segy",
    "plot_comparison": "geoindex.analysis.figures",
    "plot_error": "geoindex.analysis.figures",
    "quantize_gray": "geoindex.learn.gray.levels",
}

__all__ = [
    "BatchReport",
    "Clean",
    "ColorCube",
    "GeoindexError",
    "IndexGrid",
    "LearnedPalette",
    "Palette",
    "Ramp",
    "Survey",
    "ValueGrid",
    "__version__",
    "builtin_palettes",
    "clean_grid",
    "compare_grids",
    "compare_palettes",
    "convert",
    "convert_many",
    "crosstab",
    "grid_polygons",
    "image_values",
    "index_image",
    "learn_palette",
    "legend_palette",
    "load_palette",
    "load_ramp",
    "match_palette",
    "nearest",
    "open_grid",
    "open_values",
    "plot_comparison",
    "plot_error",
    "quantize_gray",
    "read_horizon",
    "write_horizon",
    "write_polygons",
    "write_report",
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
