"""Grids of values drawn in the colors of their ramp."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoindex.plot.axes import check_axes, draw_picture
from geoindex.rules.plane import Floats
from geoindex.values.grid import ValueGrid
from geoindex.values.ramp import Ramp

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.cm import ScalarMappable
    from matplotlib.figure import Figure

__all__ = ["plot_values", "values_figure"]

FINE = 1024
"""Steps that a continuous ramp is drawn with; a multiple of the 256 of matplotlib's tables."""


def plot_values(grid: ValueGrid, ax: Axes | None = None, *, colorbar: bool = True) -> Axes:
    """Draw values; see :meth:`ValueGrid.plot`."""
    if ax is None:
        import matplotlib.pyplot as plt

        _, ax = plt.subplots(layout="constrained")
    check_axes(ax)
    colors = _mappable(grid)
    picture = colors.to_rgba(np.ma.masked_invalid(grid.values), bytes=True)
    draw_picture(ax, picture, grid.transform)
    if colorbar:
        figure = ax.get_figure(root=True)
        if figure is None:
            raise AssertionError("axes lie on a figure")
        bar = figure.colorbar(colors, ax=ax)
        bar.set_label(grid.unit or "", parse_math=False)
    return ax


def values_figure(grid: ValueGrid, *, title: str | None = None) -> Figure:
    """Draw values with their color bar as a figure of its own, for a file."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 6.4), layout="constrained")
    ax = plot_values(grid, figure.subplots())
    if title is not None:
        ax.set_title(title, parse_math=False)
    return figure


def _mappable(grid: ValueGrid) -> ScalarMappable:
    """Values to colors: those of the ramp, or of viridis over the values that occur."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import BoundaryNorm, ListedColormap, Normalize

    if grid.ramp is None or grid.scale is None:
        low, high = grid.value_range or (0.0, 1.0)
        return ScalarMappable(Normalize(low, high if high > low else low + 1.0), "viridis")
    edges = _edges(grid.ramp)
    values = grid.scale(edges)
    colors = grid.ramp.colors((edges[1:] + edges[:-1]) / 2) / 255
    if values[0] > values[-1]:
        values, colors = values[::-1], colors[::-1]
    colormap = ListedColormap(colors, name=grid.ramp.name or "ramp")
    even = grid.scale.kind == "linear" and len(grid.scale.places) == 2
    if even and np.allclose(np.diff(edges), edges[1] - edges[0]):
        norm: Normalize = Normalize(values[0], values[-1])
    else:
        norm = BoundaryNorm(values, len(colors))
    return ScalarMappable(norm, colormap.with_extremes(bad=(0, 0, 0, 0)))


def _edges(ramp: Ramp) -> Floats:
    """Places between which one color is drawn: those of steps, or fine ones."""
    return ramp.shares if ramp.is_step.all() else np.arange(FINE + 1) / FINE
