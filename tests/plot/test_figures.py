"""Figures, rendered and read back pixel by pixel."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from affine import Affine
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap, ListedColormap, NoNorm

from geoindex import (
    IndexGrid,
    Palette,
    Survey,
    ValueGrid,
    index_image,
    read_horizon,
    write_horizon,
)
from geoindex.errors import OptionError
from geoindex.plot.figures import comparison_figure, grid_figure
from geoindex.rules.indices import nodata_value
from geoindex.values.figure import values_figure

mpl.use("Agg")


@pytest.fixture(autouse=True)
def close_figures() -> None:
    yield
    plt.close("all")


def grid_of_every_class(n_colors: int) -> IndexGrid:
    """One pixel per class, then a nodata pixel if the dtype has room for it."""
    dtype = np.uint8 if n_colors <= 256 else np.uint16
    nodata = nodata_value(n_colors, dtype)
    indices = np.arange(n_colors + (nodata is not None))
    indices[n_colors:] = nodata if nodata is not None else 0
    colors = np.random.default_rng(n_colors).integers(0, 256, (n_colors, 3))
    return IndexGrid(
        indices=indices.astype(dtype)[np.newaxis], palette=Palette(colors), nodata=nodata
    )


def render(draw: object, n_pixels: int) -> np.ndarray:
    """RGBA of a strip of `n_pixels` cells, one screen pixel each."""
    # Whole inches, as 2.55 * 100 is a little less than 255.
    figure = plt.figure(figsize=(n_pixels, 1), dpi=1)
    figure.patch.set_alpha(0)
    axes = figure.add_axes((0, 0, 1, 1))
    draw(axes)
    axes.set_axis_off()
    axes.set_aspect("auto")
    figure.canvas.draw()
    return np.asarray(figure.canvas.buffer_rgba())[0]


@pytest.mark.parametrize("n_colors", [*range(1, 20), 100, 254, 255, 256, 257, 1000, 4096])
def test_every_class_is_drawn_in_its_own_color(n_colors: int) -> None:
    grid = grid_of_every_class(n_colors)
    drawn = render(grid.plot, grid.indices.size)
    np.testing.assert_array_equal(drawn[:n_colors, :3], grid.palette.colors)
    assert (drawn[:n_colors, 3] == 255).all()
    assert (drawn[n_colors:, 3] == 0).all()


@pytest.mark.parametrize("n_colors", [2, 16, 255, 300])
def test_the_common_linear_colormap_draws_wrong_colors(n_colors: int) -> None:
    """The usual LinearSegmentedColormap draws wrong colors; hence ListedColormap."""
    grid = grid_of_every_class(n_colors)
    common = LinearSegmentedColormap.from_list("common", grid.palette.unit())
    drawn = render(
        lambda axes: axes.imshow(
            grid.indices[:, :n_colors], cmap=common, norm=NoNorm(), interpolation="nearest"
        ),
        n_colors,
    )
    wrong = (drawn[:, :3] != grid.palette.colors).any(axis=-1)
    assert wrong.sum() >= n_colors - 2


def test_colormap_has_exactly_the_colors(legend: Palette) -> None:
    colormap = legend.colormap()
    assert isinstance(colormap, ListedColormap)
    assert colormap.N == 3
    np.testing.assert_array_equal(colormap(np.arange(3), bytes=True)[:, :3], legend.colors)
    assert isinstance(legend.norm(), NoNorm)


def test_axes_are_in_map_units(rgba: np.ndarray, legend: Palette) -> None:
    grid = dataclasses.replace(
        index_image(rgba, legend, channel_axis=-1), transform=Affine(5, 0, 1000, 0, -5, 2000)
    )
    axes = grid.plot()
    assert axes.get_xlim() == (1000, 1020)
    assert axes.get_ylim() == (1985, 2000)
    assert axes.images[0].get_interpolation() == "nearest"


@pytest.mark.parametrize(
    "transform",
    [
        Affine(5, 0, 1000, 0, -5, 2000),
        Affine(5, 0, 1000, 0, 5, 2000),
        Affine(3, 4, 1000, 4, -3, 2000),
        Affine(-3.2, 9.4, 1000, 9.4, 3.2, 2000),
    ],
)
def test_pixels_are_drawn_where_they_lie(transform: Affine) -> None:
    palette = Palette(np.random.default_rng(3).integers(0, 256, (24, 3)))
    indices = np.arange(24, dtype=np.uint8).reshape(4, 6)
    grid = IndexGrid(indices=indices, palette=palette, nodata=255, transform=transform)
    figure = grid_figure(grid)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    picture = np.asarray(canvas.buffer_rgba())
    axes = figure.axes[0]
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    assert left < right
    assert bottom < top
    for row, col in np.ndindex(indices.shape):
        place = transform @ (col + 0.5, row + 0.5)
        assert left < place[0] < right
        assert bottom < place[1] < top
        x, y = axes.transData.transform(place)
        drawn = picture[round(picture.shape[0] - y), round(x), :3]
        np.testing.assert_array_equal(drawn, palette.colors[indices[row, col]])


def test_a_horizon_is_drawn_over_its_lines(tmp_path: Path) -> None:
    """The inline of a bin is at its Y, where no survey tells where it lies."""
    survey = Survey(inlines=(10, 14, 2), crosslines=(305, 308), x=(0, 0, 9), y=(0, 9, 0))
    indices = np.arange(12, dtype=np.uint8).reshape(3, 4)
    palette = Palette(np.random.default_rng(3).integers(0, 256, (12, 3)), names=["a"] * 12)
    made = IndexGrid(indices=indices, palette=palette, transform=survey.transform)
    write_horizon(made, survey, tmp_path / "map.dat", header=True)
    lines, map_ = (read_horizon(tmp_path / "map.dat", survey=one) for one in (None, survey))
    for grid, (x, y) in ((lines, (307, 14)), (map_, survey.xy(14, 307))):
        figure = grid_figure(grid)
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        picture, axes = np.asarray(canvas.buffer_rgba()), figure.axes[0]
        place = axes.transData.transform((x, y))
        drawn = picture[round(picture.shape[0] - place[1]), round(place[0]), :3]
        np.testing.assert_array_equal(drawn, palette.colors[indices[2, 2]])
        assert axes.get_xlim()[0] < axes.get_xlim()[1]
        assert axes.get_ylim()[0] < axes.get_ylim()[1]
    axes = lines.plot()
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("crossline", "inline")
    assert (axes.get_xlim(), axes.get_ylim()) == ((304.5, 308.5), (9, 15))
    cut = dataclasses.replace(lines, indices=lines.indices[1:])
    assert cut.plot().get_xlabel() == ""


@pytest.mark.parametrize("n_characters", [5, 40, 80])
def test_the_legend_stays_on_the_page(n_characters: int) -> None:
    names = [f"{row} ".ljust(n_characters, "x") for row in range(18)]
    palette = Palette(np.random.default_rng(3).integers(0, 256, (18, 3)), names=names)
    indices = np.arange(18, dtype=np.uint8).repeat(20).reshape(9, 40)
    grid = IndexGrid(indices=indices, palette=palette, nodata=255)
    figure = grid_figure(grid)
    FigureCanvasAgg(figure).draw()
    page, box = figure.bbox, figure.legends[0].get_window_extent()
    assert page.x0 <= box.x0 < box.x1 <= page.x1
    assert page.y0 <= box.y0 < box.y1 <= page.y1


def test_a_legend_of_gray_levels_ascends() -> None:
    palette = Palette([[level] * 3 for level in range(101)], names=[f"{i} %" for i in range(101)])
    indices = np.random.default_rng(1).integers(0, 101, (60, 50)).astype(np.uint8)
    legend = IndexGrid(indices=indices, palette=palette, nodata=255).plot().get_legend()
    labels = [text.get_text() for text in legend.get_texts()]
    assert labels == [f"{10 * i}  {10 * i} %" for i in range(11)]


def labels_of(axes: object) -> list[str]:
    return [text.get_text() for text in axes.get_legend().get_texts()]


def test_legend_lists_the_classes(rgba: np.ndarray, legend: Palette) -> None:
    grid = index_image(rgba, legend, channel_axis=-1)
    axes = grid.plot(title="Sheet 12")
    assert labels_of(axes) == ["0  Ink", "1  Granite & gneiss", "2  Sand <fine>, Ångström"]
    assert axes.get_title() == "Sheet 12"
    assert axes.get_legend().get_title().get_text() == (legend.name or "Legend")
    assert labels_of(grid.plot(order="area"))[1:] == ["2  Sand <fine>, Ångström",
                                                      "1  Granite & gneiss"]  # fmt: skip
    assert index_image(rgba, Palette(legend.colors), channel_axis=-1).plot().get_legend() is None
    with pytest.raises(OptionError, match="unknown order 'size'; known: palette, area"):
        grid.plot(order="size")
    with pytest.raises(OptionError, match="max_classes must lie within"):
        grid.plot(max_classes=0)


def test_legends_are_cut_only_where_they_do_not_fit() -> None:
    many = grid_of_every_class(100)
    assert labels_of(many.plot(legend=True))[-1] == "others (41 classes, 41.0 %)"
    assert labels_of(many.plot(legend=True, max_classes=5))[-2:] == [
        f"4  {many.palette.label(4)}", "others (95 classes, 95.0 %)"]  # fmt: skip
    assert len(labels_of(many.plot(legend=True, max_classes=100))) == 100
    assert len(labels_of(grid_of_every_class(60).plot(legend=True))) == 60
    figure, ax = plt.subplots(figsize=(6, 3))
    square = dataclasses.replace(many, indices=many.indices[:, :100].reshape(10, 10))
    square.plot(ax, legend=True)
    figure.canvas.draw()
    box = ax.get_legend().get_window_extent()
    assert figure.bbox.y0 <= box.y0 < box.y1 <= figure.bbox.y1


def test_long_names_are_wrapped() -> None:
    name = "Mica schist with layers of black schist, quartzite and calcareous rocks, in parts"
    palette = Palette(["red", "green"], names=[name, "b"], name="Bedrock")
    grid = IndexGrid(indices=np.uint8([[0, 1]]), palette=palette)
    first = labels_of(grid.plot())[0]
    assert first.replace("\n", " ") == f"0  {name}".replace("0  ", "0  ")
    assert max(map(len, first.split("\n"))) <= 40
    money = Palette(["red", "green"], names=["$a$", "${"], name="$$")
    values = ValueGrid(values=np.ones((2, 2), np.float32), unit="$$")
    drawn = dataclasses.replace(grid, palette=money).plot(title="$\\frac{$")
    for figure in (drawn.figure, values_figure(values, title="$$")):
        FigureCanvasAgg(figure).draw()  # no formulas
    assert name in [text.get_text().removeprefix("0  ") for text in palette.plot().texts]


def test_figures_and_palette_charts(
    rgba: np.ndarray, legend: Palette, windows256: Palette
) -> None:
    grid = index_image(rgba, legend, channel_axis=-1)
    assert len(comparison_figure(rgba, grid).axes) == 2
    assert len(grid_figure(grid).axes) == 1
    assert len(windows256.plot().texts) == 256
    assert len(Palette(np.zeros((300, 3), int)).plot().texts) == 0
    assert [text.get_text() for text in legend.plot().texts] == [
        f"{row}  {name}" for row, name in enumerate(legend.names)
    ]
    assert [text.get_text() for text in Palette(legend.colors).plot().texts] == ["0", "1", "2"]


def test_a_large_grid_is_drawn_by_every_nth_pixel(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the same colors at the same place, in memory that does not grow with the grid."""
    monkeypatch.setattr("geoindex.plot.axes.MOST_PIXELS", 10_000)
    indices = np.kron(np.arange(6, dtype=np.uint8).reshape(2, 3), np.ones((203, 301), np.uint8))
    palette = Palette([(0, 0, 0), (250, 0, 0), (0, 250, 0), (0, 0, 250), (9, 99, 9), (99, 9, 9)])
    place = Affine(10, 0, 5000, 0, -10, 8000)
    grid = IndexGrid(indices=indices, palette=palette, transform=place)
    ax = grid.plot()
    try:
        (image,) = ax.images
        assert image.get_array().size <= 12_000
        assert ax.get_xlim() == (5000, 5000 + 10 * 903)
        assert ax.get_ylim() == (8000 - 10 * 406, 8000)
        ax.figure.canvas.draw()
        shown = np.asarray(ax.figure.canvas.buffer_rgba())
        height = len(shown)
        for row in range(2):
            for col in range(3):
                x, y = place @ (301 * col + 150, 203 * row + 100)
                px, py = ax.transData.transform((x, y)).astype(int)
                expected = (*palette.colors[3 * row + col].tolist(), 255)
                assert tuple(shown[height - py, px].tolist()) == expected
    finally:
        plt.close(ax.figure)
