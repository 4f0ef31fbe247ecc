"""Color bars in pictures: found, read, and told from all else."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import LinearSegmentedColormap

from geoindex import image_values
from geoindex.errors import ImageError, OptionError
from geoindex.values.bar import bar_in_box
from geoindex.values.bar_search import find_bar
from tests.support.fields import as_jpeg, drawn, rasterized, smooth_field

FIELD = smooth_field((150, 200))

OWN = LinearSegmentedColormap.from_list("own", ["#000033", "#00aaff", "#ffff00", "#aa0000"])


def page(cmap: Any, *, vertical: bool = True) -> tuple[Any, tuple[float, ...]]:
    """Picture of a map with title, ticks and color bar, and the box of the bar."""
    figure, ax = plt.subplots(figsize=(9, 6.5), dpi=100)
    mesh = ax.pcolormesh(FIELD, cmap=cmap, vmin=0, vmax=1)
    ax.contour(FIELD, levels=6, colors="k", linewidths=0.8)
    ax.set_title("Bouguer anomaly")
    bar = figure.colorbar(mesh, ax=ax, orientation="vertical" if vertical else "horizontal")
    bar.set_label("mGal")
    picture = rasterized(figure)
    left, bottom, right, top = bar.ax.get_window_extent().extents
    plt.close(figure)
    rows = picture.shape[0]
    return picture, (left, rows - top, right, rows - bottom)


@pytest.mark.parametrize("quality", [None, 75])
@pytest.mark.parametrize(
    ("name", "vertical"),
    [("viridis", True), ("jet", False), ("gray", True), ("RdBu_r", False), ("inferno", False)],
)
def test_found_with_its_ramp_and_direction(name: str, vertical: bool, quality: int | None) -> None:
    picture, box = page(name, vertical=vertical)
    bar = find_bar(picture if quality is None else as_jpeg(picture, quality))
    assert (bar.is_vertical, bar.is_known, bar.ramp.name) == (vertical, True, name)
    along = [1, 3] if vertical else [0, 2]
    assert np.abs(np.array(bar.box) - box)[along].max() < 2


def test_known_bar_is_as_good_as_the_ramp() -> None:
    picture, box = page("turbo")
    named = image_values(picture, "turbo", (-50, 120))
    found = image_values(picture, limits=(-50, 120))
    inside = tuple(round(side) for side in box)
    np.testing.assert_array_equal(
        found.values[:, : inside[0] - 2], named.values[:, : inside[0] - 2]
    )
    hidden = found.values[inside[1] + 3 : inside[3] - 3, inside[0] + 3 : inside[2] - 3]
    assert np.isnan(hidden).all()
    assert found.provenance["reading"]["ramp"] == "turbo"


@pytest.mark.parametrize(("quality", "most"), [(None, 1 / 250), (90, 1 / 150)])
def test_unknown_bar(quality: int | None, most: float) -> None:
    picture, box = page(OWN)
    picture = picture if quality is None else as_jpeg(picture, quality)
    right = image_values(picture, OWN, (0, 1)).values
    for bar in ("find", box):
        found = image_values(picture, limits=(0, 1), bar=bar)
        assert found.provenance["reading"]["ramp"] == "color bar"
        both = found.valid & ~np.isnan(right)
        assert both.mean() > 0.2
        assert np.abs(found.values - right)[both].mean() < most


@pytest.mark.parametrize(("name", "vertical"), [("viridis", True), ("magma", False)])
def test_colors_of_a_tinted_scan_are_those_of_its_own_bar(name: str, vertical: bool) -> None:
    picture, box = page(name, vertical=vertical)
    noise = np.random.default_rng(2).normal(0, 3, picture.shape)
    scan = np.clip(picture * [0.98, 0.98, 0.96] + noise, 0, 255).astype(np.uint8)
    found = image_values(as_jpeg(scan, 85), limits=(0, 1))
    report = found.provenance["reading"]
    assert report["ramp"] == "color bar"
    along = [1, 3] if vertical else [0, 2]
    assert np.abs(np.array(report["bar"]) - box)[along].max() <= 3
    right = image_values(picture, name, (0, 1)).values
    both = found.valid & ~np.isnan(right)
    assert both.mean() > 0.2
    assert np.abs(found.values - right)[both].mean() < 0.006


def test_no_bar_is_told() -> None:
    for picture in (drawn(FIELD, ink=True), as_jpeg(drawn(FIELD, ink=True), 85)):
        with pytest.raises(OptionError, match="the image: no color bar was found"):
            image_values(picture, limits=(0, 1))


def test_refused_boxes() -> None:
    picture, _ = page("viridis")
    for box, message in [
        ((800, 10, 5000, 400), "lies outside of the picture, which has 900 x 650"),
        ((-3, 10, 20, 400), "lies outside"),
        ((10, 10, 12, 15), "too small"),
        ((1, 2, 3), "needs four numbers"),
        ("left", "four numbers or 'find'"),
        ((np.nan, 2, 3, 4), "needs four numbers"),
    ]:
        with pytest.raises(OptionError, match=message):
            image_values(picture, limits=(0, 1), bar=box)
    with pytest.raises(ImageError, match="holds no color bar"):
        bar_in_box(picture, (0, 0, 20, 400))
