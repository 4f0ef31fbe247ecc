"""Figures that show where two grids differ, and how far a grid is from its map."""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
from affine import Affine
from numpy.typing import ArrayLike, NDArray

from geoindex.analysis.crosstab import compare_grids, crosstab
from geoindex.analysis.tally import check_same_place
from geoindex.color.metrics import make_search
from geoindex.grid import IndexGrid, check_grid
from geoindex.grids.compared import Compared, compared_of
from geoindex.images.grid_rule import rule_of_grid
from geoindex.images.pixel_blocks import reduced_picture

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

__all__ = ["plot_comparison", "plot_error"]

MOST_SIDE = 1500
"""Rows and columns at most of which distances are drawn; more would not be seen."""

BRIGHTEST = 99.0
"""Percentage of the pixels whose distances the colors tell apart."""


def plot_comparison(
    grid_a: IndexGrid, grid_b: IndexGrid, *, titles: tuple[str, str] = ("A", "B")
) -> Figure:
    """Draw two grids side by side, and where they differ.

    Parameters
    ----------
    grid_a, grid_b : IndexGrid
        Grids at the same place. Classes are matched as in :attr:`Crosstab.class_numbers`.
    titles : tuple of str
        Titles of both.

    Returns
    -------
    matplotlib.figure.Figure
        The title of the third map tells the share of the pixels with a class in both grids whose
        classes differ, and Cohen's kappa with `grid_b` as the reference.

    Raises
    ------
    GridError
        The grids do not lie on each other.

    Examples
    --------
    >>> import numpy as np
    >>> from geoindex import IndexGrid, Palette, plot_comparison
    >>> palette = Palette(["tan", "khaki"], names=["Till", "Clay"])
    >>> mapped = IndexGrid(indices=np.uint8([[0, 0], [1, 1]]), palette=palette)
    >>> checked = IndexGrid(indices=np.uint8([[0, 1], [1, 1]]), palette=palette)
    >>> plot_comparison(mapped, checked).axes[2].get_title()
    '25.0 % differ, kappa 0.50'
    """
    from geoindex.plot.axes import plot_grid
    from geoindex.plot.figures import figure_with_legend
    from geoindex.plot.legend import class_handles, swatch

    check_same_place(grid_a, grid_b)
    grid_a, grid_b = grid_a.compute(), grid_b.compute()
    difference = compare_grids(grid_a, grid_b)
    handles = class_handles(grid_a)
    known = {(handle.get_label(), handle.get_facecolor()) for handle in handles}
    for handle in class_handles(grid_b):
        if (handle.get_label(), handle.get_facecolor()) not in known:
            handles.append(handle)
    colors = difference.palette.unit()
    for row in np.flatnonzero(difference.counts()).tolist():
        handles.append(swatch(colors[row], difference.palette.label(row)))
    figure, panels = figure_with_legend(grid_a, handles, n_panels=3)
    agreement = crosstab(grid_a, grid_b).agreement
    last = "no class in common"
    if agreement is not None:
        last = f"{100 * (1 - agreement.overall):.1f} % differ, kappa {agreement.kappa:.2f}"
    for panel, grid, title in zip(
        panels, (grid_a, grid_b, difference), (*titles, last), strict=True
    ):
        plot_grid(grid, panel, legend=False, title=title)
        panel.tick_params(labelleft=panel is panels[0])
        panel.locator_params(axis="x", nbins=3)
    return figure


def plot_error(
    image: str | PathLike[str] | ArrayLike | xr.DataArray,
    grid: IndexGrid,
    *,
    channel_axis: int | None = None,
) -> Figure:
    """Draw a map beside the distance of its colors from those of the classes of its grid.

    What class recovery or editing gave another class stands out by its distance.

    Parameters
    ----------
    image : path-like, array_like or xarray.DataArray
        The map that the grid was made of.
    grid : IndexGrid
        Its grid. Distances are those of its own metric, where its provenance tells one, from
        the nearest of the colors that became the class of a pixel.
    channel_axis : int, optional
        Channel axis of an array, if it does not follow from the shape.

    Returns
    -------
    matplotlib.figure.Figure
        Of maps with more than 1,500 rows or columns every nth pixel is looked at.

    Raises
    ------
    GridError
        The image has another size than the grid.
    MissingFileError, ImageError
        The image does not exist or cannot be read.

    Examples
    --------
    >>> from geoindex import index_image, plot_error
    >>> grid = index_image("data/sample_map.png", "data/sample_palette.csv")
    >>> plot_error("data/sample_map.png", grid).axes[1].get_title()
    'distance: mean 2.32, 99 % within 58.5, largest 101'
    """
    from matplotlib.figure import Figure

    from geoindex.plot.axes import draw_picture

    check_grid(grid)
    grid = grid.compute()
    picture = reduced_picture(
        image, rule_of_grid(grid), channel_axis=channel_axis, most=MOST_SIDE, like=grid
    )
    step = -(-max(grid.shape) // MOST_SIDE)
    distances = _distances(picture, grid, np.asarray(grid.indices)[::step, ::step])
    known = distances.compressed()
    mean, most, largest = 0.0, 0.0, 0.0
    if known.size:
        mean, most = float(known.mean()), float(np.percentile(known, BRIGHTEST))
        largest = float(known.max())
    transform = grid.transform and grid.transform @ Affine.scale(step)
    rows, cols = picture.shape[:2]
    height = min(9.0, max(2.0, 5.2 * rows / cols)) + 1.0
    figure = Figure(figsize=(13.0, height), dpi=120, layout="constrained")
    left, right = figure.subplots(1, 2)
    draw_picture(left, picture, transform)
    left.set_title("map")
    draw_picture(right, distances, transform, cmap="magma_r", vmin=0.0, vmax=max(most, 1e-9))
    right.set_title(
        f"distance: mean {mean:.3g}, {BRIGHTEST:.0f} % within {most:.3g}, largest {largest:.3g}"
    )
    right.tick_params(labelleft=False)
    figure.colorbar(
        right.images[0],
        cax=right.inset_axes((1.02, 0.0, 0.03, 1.0)),
        extend="max" if largest > most else "neither",
        label=f"distance in {grid.provenance.get('metric', 'rgb')}",
    )
    return figure


def _distances(
    picture: NDArray[np.uint8], grid: IndexGrid, indices: NDArray[Any]
) -> np.ma.MaskedArray[Any, np.dtype[np.float64]]:
    """Distance of each color from the nearest one that became its class; masked without one."""
    compared = compared_of(grid) or Compared(
        rows=grid.palette,
        inks=np.empty((0, 3), np.uint8),
        classes=np.arange(len(grid.palette)),
    )
    valid = picture[..., 3] > 0
    if grid.nodata is not None:
        valid &= indices != grid.nodata
    red, green, blue = (picture[..., band][valid].astype(np.int64) for band in range(3))
    codes = indices[valid].astype(np.int64) << 24 | red << 16 | green << 8 | blue
    pairs, places = np.unique(codes, return_inverse=True)
    colors = np.stack([pairs >> 16, pairs >> 8, pairs], axis=1).astype(np.uint8)
    starts = np.searchsorted(pairs >> 24, np.arange(len(grid.palette) + 1))
    found = np.full(len(pairs), np.inf)
    search = make_search(compared.palette, grid.provenance.get("metric", "rgb"), None)
    # An ink that was filled is no class.
    for row, index in enumerate(compared.classes[: len(compared.rows)].tolist()):
        part = slice(starts[index], starts[index + 1])
        rows = np.full(part.stop - part.start, row, np.uint16)
        found[part] = np.minimum(found[part], search.distance(colors[part], rows))
    distances = np.zeros(indices.shape)
    distances[valid] = found[places]
    return np.ma.MaskedArray(distances, mask=~valid)
