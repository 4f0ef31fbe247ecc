"""The only way from the nouns to the rooms above them: files, figures, resampling, xarray.

Palette, IndexGrid and Survey import only numpy and affine. Their methods that open, save, draw or
convert call the functions below, which import a room when they are called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from os import PathLike

    import xarray as xr
    from affine import Affine
    from matplotlib.axes import Axes
    from matplotlib.colors import ListedColormap

    from geoindex.analysis.areas import AreaTable
    from geoindex.grid import IndexGrid
    from geoindex.palette import Palette
    from geoindex.plot.norm import IndexNorm
    from geoindex.survey import Survey
    from geoindex.values.grid import ValueGrid

__all__ = [
    "crop_grid",
    "grid_areas",
    "grid_from_xarray",
    "grid_html",
    "grid_part",
    "grid_to_xarray",
    "index_norm",
    "palette_colormap",
    "palette_html",
    "plot_grid",
    "plot_palette",
    "plot_values",
    "read_survey",
    "resample",
    "resample_values",
    "same_grids",
    "save_grid",
    "save_palette",
    "save_values",
    "survey_of",
    "values_to_xarray",
    "write_survey",
]


def palette_colormap(palette: Palette) -> ListedColormap:
    """Matplotlib colormap of a palette."""
    from geoindex.plot import axes

    return axes.palette_colormap(palette)


def index_norm(palette: Palette) -> IndexNorm:
    """Matplotlib norm for indices of a palette."""
    from geoindex.plot import axes

    return axes.index_norm(palette)


def plot_palette(palette: Palette, **options: Any) -> Axes:
    """Draw a palette."""
    from geoindex.plot import axes

    return axes.plot_palette(palette, **options)


def plot_grid(grid: IndexGrid, **options: Any) -> Axes:
    """Draw a grid."""
    from geoindex.plot import axes

    return axes.plot_grid(grid, **options)


def palette_html(palette: Palette) -> str:
    """Show a palette in a notebook."""
    from geoindex.plot import html

    return html.palette_html(palette)


def grid_html(grid: IndexGrid) -> str:
    """Show a grid in a notebook."""
    from geoindex.plot import html

    return html.grid_html(grid)


def grid_areas(grid: IndexGrid, zones: IndexGrid | None) -> AreaTable:
    """Measure the classes of a grid."""
    from geoindex.analysis import areas

    return areas.area_table(grid, zones)


def crop_grid(grid: IndexGrid, box: Sequence[float] | None, **options: Any) -> IndexGrid:
    """Cut a box out of a grid."""
    from geoindex.grids import part as room

    return room.crop_grid(grid, box, **options)


def grid_part(grid: IndexGrid, part: Any) -> IndexGrid:
    """Cut rows and columns out of a grid."""
    from geoindex.grids import part as room

    return room.grid_part(grid, part)


def same_grids(one: IndexGrid, other: IndexGrid) -> bool:
    """Whether two grids are the same."""
    from geoindex.grids import part as room

    return room.same_grids(one, other)


def save_palette(palette: Palette, path: str | PathLike[str], **options: Any) -> None:
    """Write a palette to a file."""
    from geoindex.palettes import formats

    formats.save_palette(palette, path, **options)


def save_grid(grid: IndexGrid, path: str | PathLike[str], **options: Any) -> None:
    """Write a grid to a file."""
    from geoindex.grids import formats

    formats.save_grid(grid, path, **options)


def grid_to_xarray(grid: IndexGrid) -> xr.DataArray:
    """DataArray of a grid."""
    from geoindex.grids import data_arrays

    return data_arrays.grid_to_xarray(grid)


def grid_from_xarray(array: xr.DataArray, palette: Palette | None) -> IndexGrid:
    """Grid of a DataArray."""
    from geoindex.grids import data_arrays

    return data_arrays.grid_from_xarray(array, palette)


def resample(grid: IndexGrid, survey: Survey, **options: Any) -> IndexGrid:
    """Resample a grid to a survey."""
    from geoindex.surveys import resample as room

    return room.resample(grid, survey, **options)


def plot_values(grid: ValueGrid, **options: Any) -> Axes:
    """Draw a grid of values."""
    from geoindex.values import figure

    return figure.plot_values(grid, **options)


def save_values(grid: ValueGrid, path: str | PathLike[str], **options: Any) -> None:
    """Write a grid of values to a file."""
    from geoindex.grids import value_files

    value_files.save_values(grid, path, **options)


def values_to_xarray(grid: ValueGrid) -> xr.DataArray:
    """DataArray of a grid of values."""
    from geoindex.values import data_arrays

    return data_arrays.values_to_xarray(grid)


def resample_values(grid: ValueGrid, survey: Survey, **options: Any) -> ValueGrid:
    """Resample a grid of values to a survey."""
    from geoindex.surveys import resample as room

    return room.resample_values(grid, survey, **options)


def survey_of(
    provenance: Mapping[str, Any], shape: tuple[int, int], transform: Affine | None
) -> Survey | None:
    """Survey that a grid was resampled to."""
    from geoindex.surveys import kept

    return kept.survey_of(provenance, shape, transform)


def read_survey(path: str | PathLike[str], **options: Any) -> Survey:
    """Read a survey from a file or folder."""
    from geoindex.opendtect import survey_file

    return survey_file.read_survey(path, **options)


def write_survey(survey: Survey, path: str | PathLike[str], **options: Any) -> None:
    """Write a survey to a file."""
    from geoindex.opendtect import survey_file

    survey_file.write_survey(survey, path, **options)
