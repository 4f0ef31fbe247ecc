"""Palette comparison against scikit-image."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage.color import deltaE_ciede2000, rgb2lab
from skimage.metrics import mean_squared_error, peak_signal_noise_ratio

from geoindex import IndexGrid, Palette, compare_palettes, index_image, learn_palette, load_palette
from geoindex.color.pixels import PixelRule
from geoindex.errors import ImageError, MissingFileError, OptionError
from geoindex.images import blocks, pixel_blocks
from tests.support.command_line import printed


def test_scores_equal_scikit_image(photo: np.ndarray) -> None:
    palettes = {"k-means": learn_palette(photo, 16), "windows": "windows-256"}
    comparison = compare_palettes(photo, palettes)
    assert [score.name for score in comparison.scores] == ["k-means", "windows"]
    for name, source in palettes.items():
        shown = index_image(photo, source).to_rgb()
        score = comparison[name]
        assert score.mean_squared_error == pytest.approx(3 * mean_squared_error(photo, shown))
        assert score.psnr == pytest.approx(peak_signal_noise_ratio(photo, shown))
        difference = deltaE_ciede2000(rgb2lab(photo), rgb2lab(shown)).mean()
        assert score.mean_ciede2000 == pytest.approx(difference, rel=1e-3)
        assert score.n_colors == len(load_palette(source))
        assert score.classes_used == len(np.unique(shown.reshape(-1, 3), axis=0))


def test_own_colors_lose_nothing(rgba: np.ndarray) -> None:
    palette = learn_palette(rgba, 3, channel_axis=-1)
    comparison = compare_palettes(rgba, [palette], channel_axis=-1)
    (score,) = comparison.scores
    assert score.name == "palette 1"
    assert (score.mean_squared_error, score.mean_ciede2000) == (0, 0)
    assert math.isinf(score.psnr)
    assert comparison.n_pixels == 11
    content = json.loads(json.dumps(comparison.to_dict(), allow_nan=False))
    assert content["palettes"][0]["psnr"] is None
    np.testing.assert_array_equal(comparison.recreated(0)[..., :3], comparison.picture[..., :3])
    assert comparison.recreated(0)[1, 2].tolist() == [0, 0, 0, 0]


def test_names_of_a_sequence_differ(photo: np.ndarray) -> None:
    comparison = compare_palettes(photo, ["windows-256", "windows-256", Palette([[0, 0, 0]])])
    names = [score.name for score in comparison.scores]
    assert names == ["windows-256", "windows-256 (2)", "palette 3"]
    with pytest.raises(OptionError, match="no palette 'x' was compared; known: windows-256"):
        comparison["x"]


def test_figure_shows_the_original_and_each(photo: np.ndarray) -> None:
    palettes = {name: learn_palette(photo, 4, seed=seed) for seed, name in enumerate("abcd")}
    figure = compare_palettes(photo, palettes).plot()
    titles = [ax.get_title() for ax in figure.axes if ax.images]
    assert [title.split(",")[0] for title in titles] == ["original", "a", "b", "c", "d"]
    shown = np.asarray(figure.axes[1].images[0].get_array())[..., :3]
    np.testing.assert_array_equal(shown, index_image(photo, palettes["a"]).to_rgb())


def test_picture_of_a_large_file_is_reduced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (331, 70, 4), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "noise.png")
    monkeypatch.setattr(blocks, "BLOCK_PIXELS", 3000)
    rule = PixelRule()
    from_file = pixel_blocks.reduced_picture(tmp_path / "noise.png", rule, most=50)
    assert from_file.shape == (48, 10, 4)
    expected = pixels[::7, ::7].copy()
    clear = expected[..., 3] == 0
    expected[..., 3] = 255
    expected[clear] = 0
    np.testing.assert_array_equal(from_file, expected)
    np.testing.assert_array_equal(pixel_blocks.reduced_picture(pixels, rule, most=50), expected)
    grid = index_image(pixels[..., :3], "windows-256")
    np.testing.assert_array_equal(
        pixel_blocks.reduced_picture(grid, rule, most=50)[..., :3], grid.to_rgb()[::7, ::7]
    )


def test_the_margin_of_a_sheet_does_not_count(tmp_path: Path) -> None:
    picture = np.full((40, 60, 3), 255, np.uint8)
    picture[10:30, 20:50] = [10, 90, 200]
    picture[15:20, 25:30] = 255
    sheet = Palette([[10, 90, 200]])
    # 25 white pixels are left in the map, each as far from its only color.
    error = 25 * (245**2 + 165**2 + 55**2) / 600
    for part in ({"collar": "white"}, {"box": (20, 10, 50, 30)}):
        comparison = compare_palettes(picture, [sheet], **part)
        assert comparison.n_pixels == 600
        assert comparison.scores[0].mean_squared_error == pytest.approx(error)
    Image.fromarray(picture).save(tmp_path / "map.png")
    sheet.save(tmp_path / "one.csv")
    command = ["palette", "compare", tmp_path / "map.png", tmp_path / "one.csv", "--json"]
    assert json.loads(printed(*command, "--collar", "white"))["n_pixels"] == 600
    assert compare_palettes(picture, [sheet], nodata_color="white").n_pixels == 575


def test_what_is_wrong_is_said(photo: np.ndarray) -> None:
    for none in ([], {}, "windows-256", Palette([[0, 0, 0]])):
        with pytest.raises(OptionError, match="palettes must be a list of palettes"):
            compare_palettes(photo, none)
    with pytest.raises(ImageError, match="only transparent or nodata pixels"):
        compare_palettes(np.zeros((5, 6, 4), np.uint8), ["windows-256"])
    with pytest.raises(MissingFileError, match=r"nowhere\.png"):
        compare_palettes("nowhere.png", ["windows-256"])
    with pytest.raises(OptionError, match="unknown metric"):
        compare_palettes(photo, ["windows-256"], metric="cmyk")


def test_a_grid_with_nodata() -> None:
    palette = Palette([[0] * 3, [9, 9, 200]])
    indices = np.array([[0, 1, 255]] * 6, np.uint8)
    grid = IndexGrid(indices=indices, palette=palette, nodata=255)
    assert compare_palettes(grid, [palette]).scores[0].mean_squared_error == 0


def test_every_palette_has_a_name_of_its_own(tmp_path: Path) -> None:
    colors = [[0, 0, 0], [9, 9, 200]]
    palettes = [Palette(colors, name=name) for name in ("a (3)", "a", "a", "a")]
    picture = np.zeros((5, 6, 3), np.uint8)
    scores = compare_palettes(picture, palettes).scores
    assert len({score.name for score in scores}) == 4
    with pytest.raises(OptionError, match="palettes must be a list of palettes"):
        compare_palettes(picture, tmp_path)
