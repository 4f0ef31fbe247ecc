"""Matplotlib figures of grids and palettes in their true colors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from matplotlib.colors import ListedColormap, NoNorm
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle
from matplotlib.transforms import Affine2D

from geoindex.rules.place import map_bounds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from affine import Affine
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from geoindex.grid import IndexGrid
    from geoindex.palette import Palette

__all__ = [
    "comparison_figure",
    "grid_figure",
    "index_norm",
    "legend_figure",
    "palette_colormap",
    "palette_figure",
    "pictures_figure",
    "plot_grid",
    "plot_palette",
]

LEGEND_ROWS = 30
"""Most classes that a legend lists; the rest are counted in its last row."""

SCALE_ROWS = 11
"""Most levels that the legend of a gray scale shows, evenly picked."""

LONGEST_LABEL = 60
"""Most characters of a class in a legend."""

NUMBERED_SWATCHES = 256
"""Largest palette whose chart shows the indices; beyond it they would not be readable."""


class Swatch(Protocol):
    """A swatch that was found in a picture."""

    @property
    def box(self) -> tuple[int, int, int, int]: ...

    @property
    def patterned(self) -> bool: ...


class Legend(Protocol):
    """The swatches of a legend and their palette."""

    @property
    def palette(self) -> Palette: ...

    @property
    def swatches(self) -> tuple[Swatch, ...]: ...

    @property
    def box(self) -> tuple[int, int, int, int]: ...


def palette_colormap(palette: Palette) -> ListedColormap:
    """Colormap of exactly the palette's colors; see :meth:`Palette.colormap`."""
    # A colormap's own default for masked values is transparent black.
    return ListedColormap(palette.unit(), name=palette.name or "palette")


def index_norm() -> NoNorm:
    """Norm that hands indices to the colormap as they are; see :meth:`Palette.norm`."""
    return NoNorm()


def plot_grid(grid: IndexGrid, ax: Axes | None = None, *, legend: bool | None = None) -> Axes:
    """Draw a grid in its true colors; see :meth:`IndexGrid.plot`."""
    if legend is None:
        legend = grid.palette.names is not None
    handles = _legend_handles(grid) if legend else []
    if ax is None:
        import matplotlib.pyplot as plt

        # The layout would squeeze the map to nothing beside a legend taller than the figure.
        height = max(4.8, 0.6 + 0.2 * len(handles))
        _, ax = plt.subplots(figsize=(9.0 if legend else 6.4, height), layout="constrained")
        # Beside a map that is a strip, a legend that begins at its top would run off the page.
        ax.set_anchor("N")
    indices = np.ma.masked_array(grid.indices, mask=~grid.valid)
    _draw(ax, indices, grid.transform, cmap=palette_colormap(grid.palette), norm=index_norm())
    if legend:
        ax.legend(
            handles=handles,
            loc="upper left",
            bbox_to_anchor=(1.0, 1.0),
            borderaxespad=0.3,
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


def palette_figure(palette: Palette) -> Figure:
    """Draw a chart of swatches: with their names where there are some, else a plain raster.

    Parameters
    ----------
    palette : Palette
        The colors.

    Returns
    -------
    matplotlib.figure.Figure
    """
    if palette.names is None:
        rows = -(-len(palette) // 16)
        figure = Figure(figsize=(7.0, max(1.0, min(40.0, 0.43 * rows))), dpi=120)
        plot_palette(palette, figure.add_axes((0, 0, 1, 1)))
        return figure
    shown = min(len(palette), 512)
    columns = max(1, min(4, -(-shown // 24)))
    rows = -(-shown // columns)
    longest = max(len(palette.label(index)) for index in range(shown))
    width = columns * (0.9 + 0.085 * min(60, longest))
    figure = Figure(figsize=(width, 0.205 * rows + 0.3), dpi=120)
    handles = [
        Patch(
            facecolor=tuple(color),
            edgecolor="0.4",
            linewidth=0.5,
            label=f"{index}  {palette.label(index)}",
        )
        for index, color in enumerate(palette.unit()[:shown])
    ]
    figure.legend(handles=handles, loc="center", ncols=columns, frameon=False, fontsize="small")
    return figure


def comparison_figure(picture: NDArray[np.uint8], grid: IndexGrid) -> Figure:
    """Draw a map beside its index grid, with the grid's color table below.

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
    figure, (left, right) = _figure_with_color_table(grid, n_panels=2, legend=True)
    _draw(left, picture, grid.transform)
    left.set_title("map")
    plot_grid(grid, right, legend=False)
    right.set_title("index grid")
    right.tick_params(labelleft=False)
    return figure


def grid_figure(grid: IndexGrid, *, legend: bool | None = None) -> Figure:
    """Draw one grid, with its color table below, in a figure that needs no display.

    Parameters
    ----------
    grid : IndexGrid
        The grid.
    legend : bool, optional
        Show the color table; by default where the palette has names.

    Returns
    -------
    matplotlib.figure.Figure
    """
    if legend is None:
        legend = grid.palette.names is not None
    figure, (axes,) = _figure_with_color_table(grid, n_panels=1, legend=legend)
    plot_grid(grid, axes, legend=False)
    return figure


def pictures_figure(pictures: Mapping[str, NDArray[np.uint8]]) -> Figure:
    """Draw pictures of one shape beside each other, each under its title.

    Parameters
    ----------
    pictures : mapping of str to ndarray of uint8, shape (rows, cols, 3) or (rows, cols, 4)
        Titles and RGB or RGBA pictures.

    Returns
    -------
    matplotlib.figure.Figure
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
        panel.set_title(title, fontsize="small")
    return figure


def legend_figure(picture: NDArray[np.uint8], legend: Legend) -> Figure:
    """Draw where the swatches of a legend were found, numbered as in the palette.

    Parameters
    ----------
    picture : ndarray of uint8, shape (rows, cols, 3) or (rows, cols, 4)
        The whole picture, RGB or RGBA.
    legend : Legend
        What was found in it.

    Returns
    -------
    matplotlib.figure.Figure
        The legend with a box around each swatch, dashed around patterned ones, and beside it
        the colors that were taken.
    """
    left, top, right, bottom = legend.box
    scale = min(60.0, max(1.0, 700 / max(right - left, bottom - top)))
    width, height = (right - left) * scale / 100, (bottom - top) * scale / 100
    handles = [
        Patch(
            facecolor=tuple(color),
            edgecolor="0.4",
            linewidth=0.5,
            hatch="///" if swatch.patterned else None,
            label=f"{row}  {legend.palette.label(row)}"
            + ("  (patterned)" if swatch.patterned else ""),
        )
        for row, (color, swatch) in enumerate(
            zip(legend.palette.unit(), legend.swatches, strict=True)
        )
    ]
    columns = -(-len(handles) // LEGEND_ROWS)
    beside = columns * (1.0 + 0.08 * max(len(str(handle.get_label())) for handle in handles))
    total = max(height, 0.22 * -(-len(handles) // columns) + 0.1) + 0.2
    figure = Figure(figsize=(width + beside + 0.5, total), dpi=100)
    axes = figure.add_axes((0.1 / figure.get_figwidth(), 1 - (height + 0.1) / total,
                            width / figure.get_figwidth(), height / total))  # fmt: skip
    axes.imshow(
        picture, interpolation="nearest", extent=(0, picture.shape[1], picture.shape[0], 0)
    )
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)
    axes.set_axis_off()
    for row, swatch in enumerate(legend.swatches):
        x, y, far_x, far_y = swatch.box
        style = "--" if swatch.patterned else "-"
        # White under magenta shows on every color.
        for color, linewidth in (("white", 3.0), ("magenta", 1.4)):
            axes.add_patch(
                Rectangle(
                    (x, y), far_x - x, far_y - y, fill=False, edgecolor=color,
                    linewidth=linewidth, linestyle=style,
                )
            )  # fmt: skip
        axes.text(
            (x + far_x) / 2,
            (y + far_y) / 2,
            str(row),
            ha="center",
            va="center",
            fontsize="small",
            bbox={"boxstyle": "round,pad=0.15", "facecolor": "white", "linewidth": 0},
        )
    figure.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=((width + 0.3) / figure.get_figwidth(), 1 - 0.05 / total),
        ncols=columns,
        borderaxespad=0.0,
        frameon=False,
        fontsize="small",
    )
    return figure


def _figure_with_color_table(
    grid: IndexGrid, *, n_panels: int, legend: bool
) -> tuple[Figure, list[Axes]]:
    """Figure with map panels side by side and the classes in columns below them.

    All sizes are in inches: matplotlib's own layouts shrink the maps to fit a long legend.
    """
    handles = _legend_handles(grid) if legend else []
    left, gap, right, top, bottom = 0.9, 0.3, 0.3, 0.4, 0.5
    panel_width = 12.4 / n_panels if n_panels > 1 else 9.0
    panel_height = min(12.0, max(1.5, panel_width * _steepness(grid)))
    width = left + n_panels * panel_width + (n_panels - 1) * gap + right
    longest = max((len(str(handle.get_label())) for handle in handles), default=0)
    columns = max(1, int((width - left) / (0.7 + 0.085 * longest)))
    legend_height = 0.2 * -(-len(handles) // columns) + 0.45 if handles else 0.0
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
            loc="upper left",
            bbox_to_anchor=(left / width, legend_height / height),
            ncols=columns,
            borderaxespad=0.0,
            borderpad=0.0,
            frameon=False,
            fontsize="small",
            title="color table",
            alignment="left",
        )
    return figure, panels


def _draw(ax: Axes, picture: NDArray[Any], transform: Affine | None, **style: Any) -> None:
    """Draw pixels where they lie on the map, north up; in pixel numbers without a transform."""
    rows, cols = picture.shape[:2]
    # Any other interpolation would draw classes that are not there.
    image = ax.imshow(picture, interpolation="nearest", extent=(0, cols, rows, 0), **style)
    if transform is not None:
        matrix = np.reshape(transform[:9], (3, 3))
        image.set_transform(Affine2D(matrix) + ax.transData)
        left, bottom, right, top = map_bounds(picture.shape, transform)
        ax.set_xlim(left, right)
        ax.set_ylim(bottom, top)
    # Coordinates in full, and few enough that they do not meet.
    ax.ticklabel_format(useOffset=False, style="plain")
    ax.locator_params(axis="both", nbins=5)


def _steepness(grid: IndexGrid) -> float:
    """Height of a grid on the map beside its width."""
    rows, cols = grid.shape
    if grid.transform is None:
        return rows / cols
    left, bottom, right, top = map_bounds(grid.shape, grid.transform)
    return (top - bottom) / (right - left)


def _legend_handles(grid: IndexGrid) -> list[Patch]:
    """Swatch and label of the classes of a grid: largest area first, gray levels ascending."""
    counts = grid.counts()
    used = np.flatnonzero(counts)
    colors = grid.palette.unit()
    if _is_gray_scale(colors):
        shown = min(len(used), SCALE_ROWS)
        used = used[np.linspace(0, len(used) - 1, shown).round().astype(int)]
    else:
        used = used[np.argsort(-counts[used], kind="stable")]
    handles = [
        Patch(
            facecolor=tuple(colors[index]),
            edgecolor="0.4",
            linewidth=0.5,
            label=_shortened(f"{index}  {grid.palette.label(int(index))}"),
        )
        for index in used[:LEGEND_ROWS]
    ]
    if len(used) > LEGEND_ROWS:
        label = f"and {len(used) - LEGEND_ROWS} more"
        handles.append(Patch(facecolor="none", edgecolor="none", label=label))
    return handles


def _is_gray_scale(colors: NDArray[np.float64]) -> bool:
    """Whether colors are grays that become brighter with the index, as levels and percents are."""
    return bool((colors == colors[:, :1]).all() and (np.diff(colors[:, 0]) > 0).all())


def _shortened(label: str) -> str:
    """Label that leaves room for the map."""
    return label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1] + "…"
