"""Matplotlib figures of grids and palettes in their true colors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import ListedColormap, NoNorm
from matplotlib.figure import Figure
from matplotlib.patches import Patch

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from geoindex.grid import IndexGrid
    from geoindex.palette import Palette

__all__ = [
    "comparison_figure",
    "grid_figure",
    "index_norm",
    "palette_colormap",
    "plot_grid",
    "plot_palette",
]

LEGEND_ROWS = 30
"""Most classes that a legend lists; the rest are counted in its last row."""

NUMBERED_SWATCHES = 256
"""Largest palette whose chart shows the indices; beyond it they would not be readable."""


def palette_colormap(palette: Palette) -> ListedColormap:
    """Colormap of exactly the palette's colors; see :meth:`Palette.colormap`."""
    # A colormap's own default for masked values is transparent black.
    return ListedColormap(palette.unit(), name=palette.name or "palette")


def index_norm() -> NoNorm:
    """Norm that hands indices to the colormap as they are; see :meth:`Palette.norm`."""
    return NoNorm()


def plot_grid(grid: IndexGrid, ax: Axes | None = None, *, legend: bool | None = None) -> Axes:
    """Draw a grid in its true colors; see :meth:`IndexGrid.plot`."""
    if ax is None:
        import matplotlib.pyplot as plt

        _, ax = plt.subplots(layout="constrained")
    ax.imshow(
        np.ma.masked_array(grid.indices, mask=~grid.valid),
        cmap=palette_colormap(grid.palette),
        norm=index_norm(),
        # Any other interpolation would draw classes that are not there.
        interpolation="nearest",
        extent=_extent(grid),
    )
    ax.ticklabel_format(useOffset=False, style="plain")
    if legend is None:
        legend = grid.palette.names is not None
    if legend:
        ax.legend(
            handles=_legend_handles(grid),
            loc="upper left",
            bbox_to_anchor=(1.0, 1.0),
            borderaxespad=0.0,
            frameon=False,
            fontsize="small",
        )
    return ax


def plot_palette(palette: Palette, ax: Axes | None = None) -> Axes:
    """Draw a palette as a chart of swatches; see :meth:`Palette.plot`."""
    if ax is None:
        import matplotlib.pyplot as plt

        _, ax = plt.subplots(layout="constrained")
    columns = 16
    picture = palette.image(columns=columns, cell=1)
    ax.imshow(picture, interpolation="nearest")
    ax.set_axis_off()
    if len(palette) <= NUMBERED_SWATCHES:
        for index, color in enumerate(palette.unit()):
            dark = color @ (0.299, 0.587, 0.114) < 0.5
            ax.text(
                index % min(columns, len(palette)),
                index // columns,
                str(index),
                color="white" if dark else "black",
                ha="center",
                va="center",
                fontsize="x-small",
            )
    return ax


def comparison_figure(picture: NDArray[np.uint8], grid: IndexGrid) -> Figure:
    """Draw a map beside its index grid, with the grid's color table.

    Parameters
    ----------
    picture : ndarray of uint8, shape (rows, cols, 3) or (rows, cols, 4)
        The map, RGB or RGBA.
    grid : IndexGrid
        The grid that was made of it.

    Returns
    -------
    matplotlib.figure.Figure
    """
    rows, cols = grid.shape
    figure = Figure(figsize=(14.0, 6.0 * max(0.6, rows / cols)), dpi=120, layout="constrained")
    left, middle, right = figure.subplots(1, 3, width_ratios=(5, 5, 1.6))
    left.imshow(picture, interpolation="nearest", extent=_extent(grid))
    left.set_title("map")
    plot_grid(grid, middle, legend=False)
    middle.set_title("index grid")
    middle.set_yticklabels([])
    for axes in (left, middle):
        axes.ticklabel_format(axis="x", useOffset=False, style="plain")
        axes.locator_params(axis="x", nbins=4)
    left.ticklabel_format(useOffset=False, style="plain")
    right.set_axis_off()
    right.legend(
        handles=_legend_handles(grid),
        loc="upper left",
        borderaxespad=0.0,
        frameon=False,
        fontsize="small",
        title="color table",
        alignment="left",
    )
    return figure


def grid_figure(grid: IndexGrid, *, legend: bool | None = None) -> Figure:
    """Figure of one grid that needs no display.

    Parameters
    ----------
    grid : IndexGrid
        The grid.
    legend : bool, optional
        As in :meth:`IndexGrid.plot`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    rows, cols = grid.shape
    figure = Figure(figsize=(10.0, 9.0 * min(1.5, max(0.4, rows / cols))), dpi=150)
    figure.set_layout_engine("constrained")
    plot_grid(grid, figure.subplots(), legend=legend)
    return figure


def _extent(grid: IndexGrid) -> tuple[float, float, float, float] | None:
    """Left, right, bottom, top of a grid that is not rotated, or None for pixel numbers."""
    transform = grid.transform
    if transform is None or transform.b != 0 or transform.d != 0:
        return None
    rows, cols = grid.shape
    return (
        transform.c,
        transform.c + transform.a * cols,
        transform.f + transform.e * rows,
        transform.f,
    )


def _legend_handles(grid: IndexGrid) -> list[Patch]:
    """Swatch and label of the classes of a grid, largest area first."""
    counts = grid.counts()
    used = np.flatnonzero(counts)
    used = used[np.argsort(-counts[used], kind="stable")]
    colors = grid.palette.unit()
    handles = [
        Patch(
            facecolor=tuple(colors[index]),
            edgecolor="0.4",
            linewidth=0.5,
            label=f"{index}  {grid.palette.label(int(index))}",
        )
        for index in used[:LEGEND_ROWS]
    ]
    if len(used) > LEGEND_ROWS:
        label = f"and {len(used) - LEGEND_ROWS} more"
        handles.append(Patch(facecolor="none", edgecolor="none", label=label))
    return handles
