"""Whole figures of grids, palettes and pictures, which need no display."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from geoindex.plot.axes import chart_size, draw_picture, plot_grid, plot_palette
from geoindex.plot.legend import LEGEND_STYLE, class_handles, legend_title, n_lines
from geoindex.plot.place import place_of
from geoindex.rules.place import map_bounds

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.patches import Patch
    from numpy.typing import NDArray

    from geoindex.grid import IndexGrid, LegendOrder
    from geoindex.palette import Palette

__all__ = [
    "comparison_figure",
    "figure_with_legend",
    "grid_figure",
    "palette_figure",
    "pictures_figure",
]


def palette_figure(palette: Palette) -> Figure:
    """Draw a chart of swatches with their names, or a plain raster if there are none."""
    if palette.names is None:
        rows = -(-len(palette) // 16)
        size = 7.0, max(1.0, min(40.0, 0.43 * rows))
    else:
        size = chart_size(palette)
    figure = Figure(figsize=size, dpi=120)
    plot_palette(palette, figure.add_axes((0, 0, 1, 1)))
    return figure


def comparison_figure(picture: NDArray[np.uint8], grid: IndexGrid) -> Figure:
    """Draw a map beside its index grid, with the legend below.

    Parameters
    ----------
    picture : ndarray of uint8, shape (rows, cols, 3) or (rows, cols, 4)
        The map, RGB or RGBA.
    grid : IndexGrid
        The index grid of this map.
    """
    figure, (left, right) = figure_with_legend(grid, class_handles(grid), n_panels=2)
    draw_picture(left, picture, grid.transform)
    left.set_title("map")
    plot_grid(grid, right, legend=False)
    right.set_title("index grid")
    right.tick_params(labelleft=False)
    return figure


def grid_figure(
    grid: IndexGrid,
    *,
    legend: bool | None = None,
    title: str | None = None,
    order: LegendOrder = "palette",
    max_classes: int | None = None,
) -> Figure:
    """Draw one grid with its legend below.

    Parameters
    ----------
    grid : IndexGrid
    legend : bool, optional
        Show the legend. By default shown if the palette has names.
    title : str, optional
        Title of the map.
    order, max_classes
        As in :meth:`geoindex.IndexGrid.plot`.
    """
    if legend is None:
        legend = grid.palette.names is not None
    handles = class_handles(grid, order=order, max_classes=max_classes) if legend else []
    figure, (axes,) = figure_with_legend(grid, handles, n_panels=1)
    plot_grid(grid, axes, legend=False, title=title)
    return figure


def pictures_figure(pictures: Mapping[str, NDArray[np.uint8]]) -> Figure:
    """Draw pictures of the same shape side by side, each under its title.

    Parameters
    ----------
    pictures : mapping of str to ndarray of uint8, shape (rows, cols, 3) or (rows, cols, 4)
        Titles and RGB or RGBA pictures.
    """
    rows, cols = next(iter(pictures.values())).shape[:2]
    n_columns = min(len(pictures), 2 if len(pictures) in (2, 4) else 3)
    n_rows = -(-len(pictures) // n_columns)
    width = 4.2
    height = min(8.0, max(1.0, width * rows / cols)) + 0.6
    figure = Figure(figsize=(width * n_columns, height * n_rows), dpi=120, layout="constrained")
    panels = figure.subplots(n_rows, n_columns, squeeze=False).ravel()
    for panel in panels:
        panel.set_axis_off()
    for panel, (title, picture) in zip(panels, pictures.items(), strict=False):
        panel.imshow(picture, interpolation="nearest")
        panel.set_title(title, fontsize="small", parse_math=False)
    return figure


def figure_with_legend(
    grid: IndexGrid, handles: list[Patch], *, n_panels: int
) -> tuple[Figure, list[Axes]]:
    """Figure with empty panels for maps side by side and the legend below.

    Parameters
    ----------
    grid : IndexGrid
        Gives the panels their shape, and the legend its title.
    handles : list of matplotlib.patches.Patch
        Rows of the legend.
    n_panels : int

    Returns
    -------
    figure : matplotlib.figure.Figure
    panels : list of matplotlib.axes.Axes
    """
    # All sizes are in inches: matplotlib's own layouts shrink the maps to fit a long legend.
    left, gap, right, top, bottom = 0.9, 0.3, 0.3, 0.4, 0.5
    panel_width = 12.4 / n_panels if n_panels > 1 else 9.0
    panel_height = min(12.0, max(1.5, panel_width * _steepness(grid)))
    width = left + n_panels * panel_width + (n_panels - 1) * gap + right
    labels = [str(handle.get_label()) for handle in handles]
    longest = max((len(line) for label in labels for line in label.split("\n")), default=0)
    columns = max(1, int((width - left) / (0.7 + 0.085 * longest)))
    per_column = -(-len(handles) // columns)
    # Matplotlib fills the columns from top to bottom.
    lines = [n_lines(handles[n : n + per_column]) for n in range(0, len(handles), per_column or 1)]
    legend_height = 0.2 * max(lines) + 0.45 if handles else 0.0
    height = top + panel_height + bottom + legend_height
    figure = Figure(figsize=(width, height), dpi=120)
    panels = [
        figure.add_axes(
            (
                (left + panel * (panel_width + gap)) / width,
                (legend_height + bottom) / height,
                panel_width / width,
                panel_height / height,
            )
        )
        for panel in range(n_panels)
    ]
    if handles:
        figure.legend(
            handles=handles,
            bbox_to_anchor=(left / width, legend_height / height),
            ncols=columns,
            borderaxespad=0.0,
            borderpad=0.0,
            title=legend_title(grid.palette),
            **LEGEND_STYLE,
        )
    return figure, panels


def _steepness(grid: IndexGrid) -> float:
    """Height of a grid on the map divided by its width."""
    rows, cols = grid.shape
    transform = place_of(grid).transform
    if transform is None:
        return rows / cols
    left, bottom, right, top = map_bounds(grid.shape, transform)
    return (top - bottom) / (right - left)
