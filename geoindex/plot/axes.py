"""Grids and palettes drawn in their true colors on matplotlib axes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.patches import Rectangle
from matplotlib.transforms import Affine2D

from geoindex.errors import OptionError
from geoindex.plot.legend import (
    LEGEND_STYLE,
    LONGEST_LEGEND,
    class_handles,
    legend_title,
    n_lines,
)
from geoindex.plot.norm import IndexNorm
from geoindex.plot.place import place_of
from geoindex.rules.place import map_bounds

if TYPE_CHECKING:
    from affine import Affine
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from geoindex.grid import IndexGrid, LegendOrder
    from geoindex.palette import Palette

__all__ = [
    "chart_size",
    "check_axes",
    "draw_picture",
    "index_norm",
    "palette_colormap",
    "plot_grid",
    "plot_palette",
]

NUMBERED_SWATCHES = 256
"""Largest palette whose chart shows the indices; more would not be readable."""

NAMED_SWATCHES = 512
"""Swatches that the chart of a palette with names shows at most."""

LINE_HEIGHT = 0.205
"""Height of a line of small text in inches."""

MOST_PIXELS = 2**22
"""Pixels that are drawn, more than a figure has; of larger pictures every nth is taken."""

NO_COLOR = (0.0, 0.0, 0.0, 0.0)
"""Transparent black."""

LUMA = (299, 587, 114)
"""Weights of red, green and blue in the brightness of a color, in thousandths (ITU-R BT.601)."""


def palette_colormap(palette: Palette) -> ListedColormap:
    """Colormap of exactly the palette's colors; see :meth:`Palette.colormap`."""
    colormap = ListedColormap(palette.unit(), name=palette.name or "palette")
    # By default only masked values are transparent; indices beyond the last have its color.
    transparent = colormap.with_extremes(bad=NO_COLOR, under=NO_COLOR, over=NO_COLOR)
    return cast("ListedColormap", transparent)


def index_norm(palette: Palette) -> IndexNorm:
    """Norm for indices of a palette; see :meth:`Palette.norm`."""
    return IndexNorm(len(palette))


def check_axes(ax: Any) -> None:
    """Raise an error unless an argument is axes of matplotlib's."""
    from matplotlib.axes import Axes

    if not isinstance(ax, Axes):
        raise OptionError(f"ax must be axes of matplotlib, found {type(ax).__name__}")


def plot_grid(
    grid: IndexGrid,
    ax: Axes | None = None,
    *,
    legend: bool | None = None,
    title: str | None = None,
    order: LegendOrder = "palette",
    max_classes: int | None = None,
) -> Axes:
    """Draw a grid in its true colors; see :meth:`IndexGrid.plot`."""
    if legend is None:
        legend = grid.palette.names is not None
    if ax is not None:
        check_axes(ax)
    room = LONGEST_LEGEND if ax is None else _lines_beside(ax)
    handles = (
        class_handles(grid, order=order, max_classes=max_classes, most_lines=room)
        if legend
        else []
    )
    if ax is None:
        import matplotlib.pyplot as plt

        # The layout would squeeze the map to nothing beside a legend taller than the figure.
        height = max(4.8, 0.9 + LINE_HEIGHT * n_lines(handles))
        _, ax = plt.subplots(figsize=(9.0 if legend else 6.4, height), layout="constrained")
        # Beside a map that is a strip, a legend that begins at its top would run off the page.
        ax.set_anchor("N")
    place = place_of(grid)
    draw_picture(
        ax,
        np.ma.masked_array(grid.indices, mask=~grid.valid),
        place.transform,
        cmap=palette_colormap(grid.palette),
        norm=index_norm(grid.palette),
    )
    if title is not None:
        # Names of files may hold dollar signs.
        ax.set_title(title, parse_math=False)
    if place.labels is not None:
        ax.set_xlabel(place.labels[0])
        ax.set_ylabel(place.labels[1])
        ax.locator_params(axis="both", integer=True)
    if legend:
        ax.legend(
            handles=handles,
            title=legend_title(grid.palette),
            bbox_to_anchor=(1.0, 1.0),
            borderaxespad=0.3,
            **LEGEND_STYLE,
        )
    return ax


def _lines_beside(ax: Axes) -> int:
    """Lines of a legend for which there is room beside axes, below its title."""
    height = ax.bbox.height / ax.figure.dpi
    return max(2, int(height / LINE_HEIGHT) - 1)


def plot_palette(palette: Palette, ax: Axes | None = None) -> Axes:
    """Draw a palette as a chart of swatches; see :meth:`Palette.plot`."""
    if ax is None:
        import matplotlib.pyplot as plt

        size = None if palette.names is None else chart_size(palette)
        _, ax = plt.subplots(figsize=size, layout="constrained")
    check_axes(ax)
    if palette.names is None:
        _draw_numbers(ax, palette)
    else:
        _draw_names(ax, palette)
    ax.set_axis_off()
    return ax


def chart_size(palette: Palette) -> tuple[float, float]:
    """Width and height of the chart of a palette with names, in inches."""
    n_rows, n_columns = _chart_shape(palette)
    return n_columns * _column_width(palette), LINE_HEIGHT * n_rows + 0.3


def _chart_shape(palette: Palette) -> tuple[int, int]:
    """Rows and columns of the chart of a palette with names."""
    shown = min(len(palette), NAMED_SWATCHES)
    n_columns = max(1, min(4, -(-shown // 24)))
    return -(-shown // n_columns), n_columns


def _column_width(palette: Palette) -> float:
    """Width of a column of the chart in inches."""
    longest = max(len(palette.label(row)) for row in range(min(len(palette), NAMED_SWATCHES)))
    return 1.2 + 0.085 * longest


def _draw_names(ax: Axes, palette: Palette) -> None:
    """Draw swatches in columns, each with its index and name beside it."""
    n_rows, _ = _chart_shape(palette)
    width = _column_width(palette)
    for row, color in enumerate(palette.unit()[:NAMED_SWATCHES]):
        left, top = row // n_rows * width, row % n_rows
        ax.add_patch(
            Rectangle((left, top + 0.1), 0.4, 0.8, facecolor=tuple(color), edgecolor="0.4", lw=0.5)
        )
        label = f"{row}  {palette.label(row)}"
        ax.text(left + 0.5, top + 0.5, label, va="center", fontsize="small", parse_math=False)
    if len(palette) > NAMED_SWATCHES:
        ax.text(0, n_rows + 0.5, f"and {len(palette) - NAMED_SWATCHES:,} more", va="center")
    n_columns = -(-min(len(palette), NAMED_SWATCHES) // n_rows)
    ax.set_xlim(0, n_columns * width)
    ax.set_ylim(n_rows + (len(palette) > NAMED_SWATCHES), 0)


def _draw_numbers(ax: Axes, palette: Palette) -> None:
    """Draw swatches as a raster, with their indices if these are readable."""
    columns = 16
    picture = palette.image(columns=columns, cell=1)
    ax.imshow(picture, interpolation="nearest")
    if len(palette) <= NUMBERED_SWATCHES:
        # In integers, where a color of exactly half the brightness is on one side everywhere.
        is_dark = palette.shown @ np.array(LUMA) < 127_500
        for index in range(len(palette)):
            ax.text(
                index % min(columns, len(palette)),
                index // columns,
                str(index),
                color="white" if is_dark[index] else "black",
                ha="center",
                va="center",
                fontsize="x-small",
            )


def draw_picture(ax: Axes, picture: NDArray[Any], transform: Affine | None, **style: Any) -> None:
    """Draw pixels at their place on the map, or in pixel coordinates if there is no transform."""
    rows, cols = picture.shape[:2]
    # matplotlib takes every nth pixel, too, but converts all of them first.
    step = math.ceil(math.sqrt(rows * cols / MOST_PIXELS))
    shown = picture
    if step > 1:
        # The middle of each block, and of what is left of one at the end.
        places = [np.minimum(np.arange(0, n, step) + step // 2, n - 1) for n in (rows, cols)]
        shown = picture[np.ix_(*places)]
    height, width = rows, cols
    if shown is not picture:
        height, width = (step * n for n in shown.shape[:2])
    # Any other interpolation would show classes that are not there.
    image = ax.imshow(shown, interpolation="nearest", extent=(0, width, height, 0), **style)
    if transform is None:
        ax.set_xlim(0, cols)
        ax.set_ylim(rows, 0)
    else:
        matrix = np.reshape(transform[:9], (3, 3))
        image.set_transform(Affine2D(matrix) + ax.transData)
        left, bottom, right, top = map_bounds(picture.shape, transform)
        ax.set_xlim(left, right)
        ax.set_ylim(bottom, top)
    # Coordinates without offset or exponent, and few enough not to overlap.
    ax.ticklabel_format(useOffset=False, style="plain")
    ax.locator_params(axis="both", nbins=5)
