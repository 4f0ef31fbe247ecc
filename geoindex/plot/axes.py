"""Grids and palettes drawn in their true colors on matplotlib axes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.transforms import Affine2D

from geoindex.plot.legend import LEGEND_STYLE, class_handles
from geoindex.plot.norm import IndexNorm
from geoindex.rules.place import map_bounds

if TYPE_CHECKING:
    from affine import Affine
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from geoindex.grid import IndexGrid
    from geoindex.palette import Palette

__all__ = ["draw_picture", "index_norm", "palette_colormap", "plot_grid", "plot_palette"]

NUMBERED_SWATCHES = 256
"""Largest palette whose chart shows the indices; more would not be readable."""

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


def plot_grid(grid: IndexGrid, ax: Axes | None = None, *, legend: bool | None = None) -> Axes:
    """Draw a grid in its true colors; see :meth:`IndexGrid.plot`."""
    if legend is None:
        legend = grid.palette.names is not None
    handles = class_handles(grid) if legend else []
    if ax is None:
        import matplotlib.pyplot as plt

        # The layout would squeeze the map to nothing beside a legend taller than the figure.
        height = max(4.8, 0.6 + 0.2 * len(handles))
        _, ax = plt.subplots(figsize=(9.0 if legend else 6.4, height), layout="constrained")
        # Beside a map that is a strip, a legend that begins at its top would run off the page.
        ax.set_anchor("N")
    draw_picture(
        ax,
        np.ma.masked_array(grid.indices, mask=~grid.valid),
        grid.transform,
        cmap=palette_colormap(grid.palette),
        norm=index_norm(grid.palette),
    )
    if legend:
        ax.legend(handles=handles, bbox_to_anchor=(1.0, 1.0), borderaxespad=0.3, **LEGEND_STYLE)
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
        # In integers, where a color of exactly half the brightness is on one side everywhere.
        is_dark = palette.colors @ np.array(LUMA) < 127_500
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
    return ax


def draw_picture(ax: Axes, picture: NDArray[Any], transform: Affine | None, **style: Any) -> None:
    """Draw pixels at their place on the map, or in pixel coordinates if there is no transform."""
    rows, cols = picture.shape[:2]
    # Any other interpolation would show classes that are not there.
    image = ax.imshow(picture, interpolation="nearest", extent=(0, cols, rows, 0), **style)
    if transform is not None:
        matrix = np.reshape(transform[:9], (3, 3))
        image.set_transform(Affine2D(matrix) + ax.transData)
        left, bottom, right, top = map_bounds(picture.shape, transform)
        ax.set_xlim(left, right)
        ax.set_ylim(bottom, top)
    # Coordinates without offset or exponent, and few enough not to overlap.
    ax.ticklabel_format(useOffset=False, style="plain")
    ax.locator_params(axis="both", nbins=5)
