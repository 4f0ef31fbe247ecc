"""Figures beside pictures of them that were looked at, without texts, which differ by machine.

To draw them again: ``python -m pytest tests/plot --mpl-generate-path=tests/plot/pictures``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import matplotlib as mpl
import numpy as np
import pytest
from affine import Affine
from matplotlib.figure import Figure
from numpy.typing import NDArray

from geoindex import IndexGrid, Palette, index_image, plot_comparison, plot_error
from geoindex.errors import GridError, OptionError
from geoindex.plot.bars import shares_figure
from geoindex.plot.figures import grid_figure
from tests.support.command_line import invoke

mpl.use("Agg")

COLORS = ["#f7ecc0", "#96c8f0", "#e67070", "#88b870", "#704090", "#202020"]
PALETTE = Palette(COLORS, names=["Till", "Lake", "Granite", "Basalt", "Gabbro", "Line"])

as_before = pytest.mark.mpl_image_compare(
    baseline_dir="pictures",
    style="default",
    remove_text=True,
    tolerance=8,
    savefig_kwargs={"dpi": 40},
)
of_its_font = pytest.mark.skipif(
    mpl.__version_info__ < (3, 11), reason="older matplotlib lays out axes differently"
)


def compared(draw: Callable[[], Figure]) -> Callable[[], Figure]:
    """Compare a figure with its picture."""
    return of_its_font(as_before(draw))


def drawn_map() -> tuple[NDArray[np.uint8], IndexGrid]:
    """Picture of a map with a line, colors that are a little off, and its true classes."""
    rows, cols = np.indices((60, 90))
    classes = np.where((rows - 25) ** 2 + (cols - 30) ** 2 < 300, 2, 0) + (rows > 40)
    classes[(rows + cols) % 89 < 12] = 4
    classes[10:20, 60:80] = 1
    picture = PALETTE.colors[classes]
    picture[30:, 45:] -= 9
    picture[rows == cols // 2 + 8] = PALETTE.colors[5]
    grid = IndexGrid(
        indices=classes.astype(np.uint8),
        palette=PALETTE,
        nodata=255,
        transform=Affine(10, 0, 5000, 0, -10, 9000),
    )
    return picture, grid


def found_grid() -> IndexGrid:
    picture, grid = drawn_map()
    found = index_image(picture, PALETTE, nodata=255)
    indices = found.indices.copy()
    indices[:, 85:] = 255
    return dataclasses.replace(found, indices=indices, transform=grid.transform)


@compared
def test_comparison() -> Figure:
    return plot_comparison(found_grid(), drawn_map()[1], titles=("found", "$drawn$"))


@compared
def test_error() -> Figure:
    return plot_error(*drawn_map())


@compared
def test_shares() -> Figure:
    return shares_figure(drawn_map()[1].areas())


@compared
def test_shares_of_zones() -> Figure:
    return shares_figure(drawn_map()[1].areas(found_grid()))


@compared
def test_map_with_few_classes() -> Figure:
    return grid_figure(drawn_map()[1], order="area", max_classes=2)


def test_titles_tell_what_is_drawn() -> None:
    picture, grid = drawn_map()
    found = found_grid()
    differ = (found.indices != grid.indices)[found.valid].mean()
    assert plot_comparison(found, grid).axes[2].get_title().startswith(f"{100 * differ:.1f} % ")
    off = picture.astype(float) - PALETTE.colors[grid.indices]
    distance = np.sqrt((off**2).sum(axis=2))
    title = plot_error(picture, grid).axes[1].get_title()
    assert title.startswith(f"distance: mean {distance.mean():.3g}, ")
    assert title.endswith(f", largest {distance.max():.3g}")


def test_distances_are_those_from_the_colors_that_became_the_class() -> None:
    """Of several colors of one class, the nearest counts; nodata has no distance."""
    rows = Palette([[0, 0, 0], [200, 0, 0], [0, 0, 100]], merge=[None, None, 0])
    picture = np.uint8([[[0, 0, 90], [0, 0, 0], [190, 0, 0]]])
    grid = index_image(picture, rows)
    assert grid.counts().tolist() == [2, 1]
    drawn = plot_error(picture, grid).axes[1].images[0].get_array()
    assert drawn.tolist() == [[10.0, 0.0, 10.0]]
    gone = dataclasses.replace(grid, indices=np.uint8([[255, 0, 1]]), nodata=255)
    assert plot_error(picture, gone).axes[1].images[0].get_array().tolist() == [[None, 0.0, 10.0]]


def test_others_are_summed_up() -> None:
    table = drawn_map()[1].areas()
    labels = [text.get_text() for text in table.plot(max_classes=2).get_yticklabels()]
    shares = sorted(table.pixels[0] / table.pixels.sum(), reverse=True)
    assert labels[2] == f"others (3 classes, {100 * sum(shares[2:]):.1f} %)"
    with pytest.raises(OptionError, match=r"max_classes must lie within 1\.\."):
        table.plot(max_classes=0)


def test_pictures_by_command(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    picture, grid = drawn_map()
    mpl.image.imsave("map.png", picture)
    grid.save("true.tif")
    found_grid().save("found.tif")
    for arguments in (
        ("plot", "true.tif", "-o", "error.png", "--error", "map.png"),
        ("crosstab", "found.tif", "true.tif", "--picture", "both.pdf"),
        ("areas", "true.tif", "--picture", "bars.svg"),
    ):
        assert invoke(*arguments).exit_code == 0
        assert "exists already" in str(invoke(*arguments).exception)
    wrong = invoke("areas", "true.tif", "--picture", "bars.txt")
    assert "unknown suffix; pictures are written as" in str(wrong.exception)
    wrong = invoke("plot", "true.tif", "-o", "x.png", "--error", "map.png", "--title", "T")
    assert "--error draws a map and distances; it takes no other option" in wrong.output


def test_a_map_of_another_size_is_refused() -> None:
    picture, grid = drawn_map()
    with pytest.raises(GridError, match="the image has 90 x 59 pixels and the grid 90 x 60"):
        plot_error(picture[1:], grid)
