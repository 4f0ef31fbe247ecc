"""Palettes learned from pixels: properties and bad input."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image
from sklearn.cluster import KMeans
from sklearn.datasets import load_sample_image

from geoindex import IndexGrid, LearnedPalette, Palette, index_image, learn_palette, load_palette
from geoindex.color import threads
from geoindex.errors import FewerColorsWarning, ImageError, MissingFileError, OptionError

METHODS = ("kmeans", "random", "mediancut")
PICTURES = st.integers(1, 12).flatmap(
    lambda cols: arrays(np.uint8, (6, cols, 3), elements=st.integers(0, 9).map(lambda v: v * 20))
)


def mean_squared_error(picture: np.ndarray, palette: Palette) -> float:
    shown = index_image(picture, palette).to_rgb()
    return float(((shown.astype(float) - picture) ** 2).sum(axis=-1).mean())


def check_laws(palette: LearnedPalette, picture: np.ndarray) -> None:
    """Colors are unique, ordered by count and RGB, and counted as pixels are mapped."""
    keys = [
        (-count, *color)
        for count, color in zip(palette.counts.tolist(), palette.colors.tolist(), strict=True)
    ]
    assert keys == sorted(keys)
    assert palette.duplicates() == {}
    metric = palette.settings["space"]
    np.testing.assert_array_equal(
        index_image(picture, palette, metric=metric).counts(), palette.counts
    )
    assert palette.n_pixels == palette.counts.sum() == picture.size // 3
    assert palette.shares.sum() == pytest.approx(1)


@pytest.mark.filterwarnings("ignore::geoindex.errors.FewerColorsWarning")
@pytest.mark.parametrize("method", METHODS)
@given(picture=PICTURES, n_colors=st.integers(1, 20))
@settings(max_examples=25)
def test_laws(method: str, picture: np.ndarray, n_colors: int) -> None:
    palette = learn_palette(picture, n_colors, method=method)
    check_laws(palette, picture)
    distinct = len(np.unique(picture.reshape(-1, 3), axis=0))
    assert palette.source_colors == distinct
    assert len(palette) == min(n_colors, distinct)


@pytest.mark.parametrize("space", ["rgb", "lab", "oklab"])
@pytest.mark.parametrize("method", METHODS)
def test_photo_in_every_space(photo: np.ndarray, method: str, space: str) -> None:
    palette = learn_palette(photo, 16, method=method, space=space)
    assert len(palette) == 16
    check_laws(palette, photo)


def test_as_good_as_scikit_learn_on_every_pixel(photo: np.ndarray) -> None:
    pixels = photo.reshape(-1, 3).astype(float)
    theirs = KMeans(16, n_init=1, random_state=0).fit(pixels).inertia_ / len(pixels)
    # Rounding to 8 bits costs up to a quarter.
    assert mean_squared_error(photo, learn_palette(photo, 16)) <= theirs + 0.25


@pytest.mark.parametrize("n_colors", [16, 256])
def test_every_color_of_a_small_range(n_colors: int) -> None:
    """A dark or pale scan, with so many close colors that each cell holds hundreds."""
    levels = np.arange(100, 156, dtype=np.uint8)
    picture = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(-1, 56, 3)
    palette = learn_palette(picture, n_colors)
    assert len(palette) == n_colors
    assert palette.counts.sum() == 56**3
    # Cubes of equal size would give this error; k-means is to get near.
    side = 56 / n_colors ** (1 / 3)
    assert mean_squared_error(picture, palette) < 1.15 * 3 * (side**2 - 1) / 12


@pytest.mark.parametrize("seed", [0, 1])
def test_64_colors_of_china(seed: int) -> None:
    """scikit-learn's KMeans(64) on every pixel gives 112.1, and 111.74 as the best of ten."""
    picture = load_sample_image("china.jpg")
    assert mean_squared_error(picture, learn_palette(picture, 64, seed=seed)) < 111.74


def test_methods_differ_as_they_should(photo: np.ndarray) -> None:
    error = {
        method: mean_squared_error(photo, learn_palette(photo, 32, method=method))
        for method in METHODS
    }
    assert error["kmeans"] < error["mediancut"] < error["random"]
    sampled = mean_squared_error(photo, learn_palette(photo, 32, sample=1000))
    assert error["kmeans"] < sampled < error["random"]


def test_random_takes_colors_of_the_image(photo: np.ndarray) -> None:
    colors = set(map(bytes, photo.reshape(-1, 3)))
    palette = learn_palette(photo, 50, method="random")
    assert len(palette) == 50
    assert {bytes(color) for color in palette.colors} <= colors
    assert (
        palette.colors.tolist()
        != learn_palette(photo, 50, method="random", seed=1).colors.tolist()
    )


def test_unique_weights_free_the_palette_from_a_background() -> None:
    rng = np.random.default_rng(0)
    picture = rng.integers(200, 256, (200, 200, 3), dtype=np.uint8)
    picture[:198] = np.where(rng.random((198, 200, 1)) < 0.5, 10, 16)
    counted = learn_palette(picture, 8)
    unique = learn_palette(picture, 8, weights="unique")
    assert (counted.colors < 100).all(axis=1).sum() > (unique.colors < 100).all(axis=1).sum() == 1


@pytest.mark.parametrize("method", METHODS)
def test_same_seed_same_bytes_on_any_number_of_threads(
    photo: np.ndarray, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = learn_palette(photo, 24, method=method, seed=7)
    monkeypatch.setattr(threads, "n_cores", lambda: 1)
    again = learn_palette(photo, 24, method=method, seed=7)
    assert first.colors.tobytes() == again.colors.tobytes()
    assert first.counts.tobytes() == again.counts.tobytes()


def test_files_arrays_and_grids_agree(photo: np.ndarray, tmp_path: Path) -> None:
    Image.fromarray(photo).save(tmp_path / "photo.png")
    from_array = learn_palette(photo, 12)
    from_file = learn_palette(tmp_path / "photo.png", 12)
    assert from_array == from_file
    grid = index_image(photo, "windows-256")
    assert learn_palette(grid, 12) == learn_palette(grid.to_rgb(), 12)
    part = IndexGrid(
        indices=np.array([[0, 1, 255]], np.uint8),
        palette=Palette([[9, 9, 9], [1, 2, 3]]),
        nodata=255,
    )
    assert learn_palette(part, 2).colors.tolist() == [[1, 2, 3], [9, 9, 9]]


def test_transparent_pixels_do_not_count(rgba: np.ndarray) -> None:
    palette = learn_palette(rgba, 3, channel_axis=-1)
    assert palette.counts.tolist() == [4, 4, 3]
    assert palette.n_pixels == 11
    assert learn_palette(rgba, 3, alpha="strip", channel_axis=-1).n_pixels == 12


def test_fewer_colors_are_said(rgba: np.ndarray) -> None:
    with pytest.warns(FewerColorsWarning, match="has 3 colors, not 16: the image has no more"):
        palette = learn_palette(rgba, 16, channel_axis=-1)
    assert palette.colors.tolist() == [[5, 3, 0], [255, 235, 190], [220, 70, 30]]
    with pytest.warns(FewerColorsWarning, match="the sample has no more"):
        learn_palette(rgba, 3, sample=3, channel_axis=-1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_colors": 0}, r"n_colors must lie within 1..65,535, found 0"),
        ({"n_colors": -3}, "n_colors must lie within"),
        ({"n_colors": 65_536}, "found 65,536"),
        ({"n_colors": 2.5}, "n_colors must be an integer, found 2.5"),
        ({"n_colors": None}, "needs the number of colors"),
        (
            {"n_colors": 4, "method": "octree"},
            "unknown method 'octree'; known: kmeans, units, flat",
        ),
        ({"n_colors": 4, "weights": "area"}, "unknown weights"),
        ({"n_colors": 4, "space": "hsv"}, "unknown space 'hsv'; known: rgb, lab, oklab"),
        ({"n_colors": 4, "sample": 3}, "sample must lie within 4.."),
        ({"n_colors": 4, "seed": -1}, "seed must lie within"),
    ],
)
def test_bad_options(rgba: np.ndarray, options: dict, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        learn_palette(rgba, **options)


@pytest.mark.parametrize("method", METHODS)
def test_nothing_to_learn_from(method: str) -> None:
    clear = np.zeros((5, 6, 4), np.uint8)
    with pytest.raises(ImageError, match="only transparent or nodata pixels"):
        learn_palette(clear, 2, method=method)
    with pytest.raises(ImageError, match="no pixels"):
        learn_palette(np.zeros((0, 5, 3), np.uint8), 2, method=method)
    with pytest.raises(MissingFileError, match=r"nowhere\.png"):
        learn_palette("nowhere.png", 2, method=method)


def test_result_is_a_palette(photo: np.ndarray, tmp_path: Path) -> None:
    palette = learn_palette(photo, 5)
    again = pickle.loads(pickle.dumps(palette))
    assert again == palette == Palette(palette.colors)
    assert again.counts.tolist() == palette.counts.tolist()
    assert not again.counts.flags.writeable
    assert not again.colors.flags.writeable
    palette.save(tmp_path / "learned.csv")
    assert load_palette(tmp_path / "learned.csv").colors.tolist() == palette.colors.tolist()
    content = json.loads(json.dumps(learn_palette(photo, np.int64(5)).to_dict()))
    assert content["method"] == "kmeans"
    assert content["colors"] == palette.colors.tolist()


def test_paletted_png_of_the_grid_is_really_smaller(photo: np.ndarray, tmp_path: Path) -> None:
    grid = index_image(photo, learn_palette(photo, 16))
    grid.save(tmp_path / "indices.png")
    Image.fromarray(grid.to_rgb()).save(tmp_path / "rgb.png", optimize=True)
    assert (tmp_path / "indices.png").stat().st_size < 0.75 * (tmp_path / "rgb.png").stat().st_size
    with Image.open(tmp_path / "indices.png") as image:
        np.testing.assert_array_equal(np.array(image.convert("RGB")), grid.to_rgb())


def test_many_colors_are_reduced_but_counted_in_full() -> None:
    noise = np.random.default_rng(3).integers(0, 256, (700, 700, 3), dtype=np.uint8)
    palette = learn_palette(noise, 8)
    assert palette.source_colors > 2**18
    check_laws(palette, noise)


def test_messages_name_the_file(tmp_path: Path) -> None:
    Image.new("RGBA", (6, 5)).save(tmp_path / "clear.png")
    with pytest.raises(ImageError, match=r"clear\.png has only transparent"):
        learn_palette(tmp_path / "clear.png", 4)


def test_a_grid_with_nodata() -> None:
    indices = np.array([[0, 1, 255]] * 6, np.uint8).repeat(4, axis=1)
    grid = IndexGrid(indices=indices, palette=Palette([[0] * 3, [9, 9, 200]]), nodata=255)
    found = learn_palette(grid, method="flat")
    assert (found.colors.tolist(), found.counts.tolist()) == ([[0] * 3, [9, 9, 200]], [24, 24])
