"""Palette: what it accepts, keeps and refuses."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from geoindex import Palette
from geoindex.errors import GeoindexError, PaletteError


def test_colors_are_read_only_uint8() -> None:
    palette = Palette([[0, 128, 255]])
    assert palette.colors.dtype == np.uint8
    assert palette.colors.tolist() == [[0, 128, 255]]
    with pytest.raises(ValueError, match="read-only"):
        palette.colors[0, 0] = 1


def test_does_not_share_the_callers_array() -> None:
    colors = np.zeros((2, 3), dtype=np.uint8)
    palette = Palette(colors)
    colors[:] = 9
    assert not palette.colors.any()


def test_unit_floats_and_bytes_agree() -> None:
    colors = np.random.default_rng(1).integers(0, 256, (50, 3))
    assert Palette(colors) == Palette(colors / 255) == Palette(colors.astype(float))
    np.testing.assert_array_equal(Palette(colors).unit(), colors / 255)


@pytest.mark.parametrize(
    ("colors", "message", "row"),
    [
        ([], "at least one color", None),
        ([[1, 2]], r"shape \(n_colors, 3\), found \(1, 2\)", None),
        ([1, 2, 3], r"shape \(n_colors, 3\), found \(3,\)", None),
        ([[1, 2, 3], [4, 5]], "must all hold three numbers", None),
        ([["a", "b", "c"]], "must be integers or floats", None),
        ([[0, 0, 0], [0, 256, 0]], "palette row 1: value 256 is outside 0..255", 1),
        ([[0, 0, 0], [0, 0, 0], [-1, 0, 0]], "palette row 2: value -1", 2),
        ([[0.1, 0.5, 0.5], [np.nan, 0, 0]], "palette row 1: value nan", 1),
        ([[128.0, 0, 0], [0.2, 0.3, 0.4]], "palette row 1: value 0.2 looks like", 1),
        (np.zeros((65_536, 3), np.uint8), "at most 65,535 colors, found 65,536", 65_535),
    ],
)
def test_refuses_bad_colors_and_names_the_row(
    colors: object, message: str, row: int | None
) -> None:
    with pytest.raises(PaletteError, match=message) as caught:
        Palette(colors)
    assert caught.value.row == row
    assert isinstance(caught.value, GeoindexError)
    assert isinstance(caught.value, ValueError)


def test_errors_survive_pickling() -> None:
    error = pickle.loads(pickle.dumps(PaletteError("bad", row=3)))
    assert (str(error), error.row) == ("bad", 3)


def test_names_must_fit() -> None:
    with pytest.raises(PaletteError, match="2 colors but 1 names"):
        Palette([[0, 0, 0], [1, 1, 1]], names=["one"])
    with pytest.raises(PaletteError, match="sequence of strings"):
        Palette([[0, 0, 0]], names="a")


def test_largest_palette() -> None:
    assert len(Palette(np.zeros((65_535, 3), np.uint8))) == 65_535


def test_duplicates_are_kept_and_told() -> None:
    palette = Palette([[1, 1, 1], [2, 2, 2], [1, 1, 1], [1, 1, 1]])
    assert len(palette) == 4
    assert palette.duplicates() == {2: 0, 3: 0}


def test_equality_hash_and_pickle(legend: Palette) -> None:
    copy = pickle.loads(pickle.dumps(legend))
    assert copy == legend
    assert hash(copy) == hash(legend)
    assert not copy.colors.flags.writeable
    assert copy != Palette(legend.colors)
    assert copy != "legend"


def test_sha256_depends_on_colors_alone(legend: Palette) -> None:
    assert legend.sha256 == Palette(legend.colors).sha256
    assert legend.sha256 != Palette(legend.colors[::-1]).sha256


def test_labels(legend: Palette) -> None:
    assert legend.label(1) == "Granite & gneiss"
    assert Palette(legend.colors).label(1) == "230,60,20"
    assert Palette(legend.colors, names=["", "", ""]).label(0) == "0,0,0"


def test_repr(legend: Palette) -> None:
    assert repr(legend) == "Palette('legend', 3 colors)"
    assert repr(Palette([[1, 2, 3]])) == "Palette(1 color)"


def test_swatch_image_shows_every_color_in_order() -> None:
    colors = np.arange(60).reshape(20, 3)
    image = Palette(colors).image(columns=16, cell=4)
    assert image.shape == (8, 64, 3)
    centers = image[2::4, 2::4].reshape(-1, 3)
    np.testing.assert_array_equal(centers[:20], colors)
    assert (centers[20:] == 255).all()
