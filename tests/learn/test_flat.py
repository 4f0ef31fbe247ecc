"""Flat colors of the real map, the sample map and drawings."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image
from sklearn.datasets import load_sample_image

from geoindex import IndexGrid, Palette, index_image, learn_palette, load_palette
from geoindex.color.pixels import Pixels
from geoindex.errors import FewerColorsWarning, ImageError, OptionError
from geoindex.images import blocks
from geoindex.learn.color_areas import AreaCounter
from geoindex.learn.flat import _is_mixture
from tests.support.drawings import draw_map

KEVITSA_UNITS = [
    (204, 204, 204), (104, 104, 104), (159, 170, 217), (93, 137, 68), (56, 168, 0),
    (255, 255, 255), (230, 203, 203), (210, 254, 190), (246, 197, 103), (190, 232, 254),
    (76, 174, 29), (227, 26, 28), (86, 255, 0), (255, 255, 0), (0, 0, 0), (95, 178, 210),
]  # fmt: skip


def triples(colors: np.ndarray) -> list[tuple[int, ...]]:
    return [tuple(color) for color in colors.tolist()]


def test_sample_map_gives_its_palette(repository: Path) -> None:
    palette = learn_palette(repository / "data" / "sample_map.png", method="flat")
    truth = load_palette(repository / "data" / "sample_palette.csv")
    assert sorted(triples(palette.colors)) == sorted(triples(truth.colors))
    assert (np.diff(palette.counts) <= 0).all()


def test_kevitsa_gives_its_units_and_no_mixture(kevitsa: Path) -> None:
    palette = learn_palette(kevitsa / "Kevitsa_geology_noframe.png", method="flat")
    assert triples(palette.colors) == KEVITSA_UNITS
    assert palette.counts.tolist()[:2] == [268_952, 205_865]
    assert palette.source_colors == 7403
    first = learn_palette(kevitsa / "Kevitsa_geology_noframe.png", 5, method="flat")
    assert triples(first.colors) == KEVITSA_UNITS[:5]


def test_close_units_come_apart_where_they_are_asked_for(kevitsa: Path) -> None:
    palette = learn_palette(kevitsa / "Kevitsa_geology_noframe.png", method="flat", min_distance=2)
    assert set(triples(palette.colors)) == {*KEVITSA_UNITS, (56, 164, 2)}


@pytest.mark.parametrize("quality", [95, 75, 50])
def test_jpeg_noise_is_no_unit(repository: Path, tmp_path: Path, quality: int) -> None:
    truth = load_palette(repository / "data" / "sample_palette.csv").colors.astype(float)
    with Image.open(repository / "data" / "sample_map.png") as image:
        paper = Image.new("RGB", image.size, (255, 255, 255))
        paper.paste(image, mask=image.getchannel("A"))
    paper.save(tmp_path / "map.jpg", quality=quality)
    palette = learn_palette(tmp_path / "map.jpg", method="flat")
    distance = np.linalg.norm(palette.colors[:, np.newaxis] - truth, axis=-1)
    assert distance.min(axis=1).max() < 6
    assert len(set(distance.argmin(axis=1))) == len(palette) >= 14
    # What the lossless map has most of is found.
    lossless = learn_palette(repository / "data" / "sample_map.png", method="flat")
    for color in lossless.colors[:13].astype(float):
        assert np.linalg.norm(palette.colors - color, axis=-1).min() < 6


def test_edges_are_no_units_and_thin_lines_are() -> None:
    picture = draw_map()
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 100
    palette = learn_palette(picture, method="flat")
    assert sorted(triples(palette.colors)) == [
        (0, 0, 0), (30, 160, 200), (120, 60, 30), (250, 250, 240)
    ]  # fmt: skip


def test_small_patches_count() -> None:
    picture = np.full((20, 20, 3), 255, np.uint8)
    picture[2:5, 2:5] = (200, 0, 0)
    picture[8:10, 8:10] = (0, 0, 200)
    palette = learn_palette(picture, method="flat")
    assert triples(palette.colors) == [(255, 255, 255), (200, 0, 0), (0, 0, 200)]
    assert palette.counts.tolist() == [387, 9, 4]


def test_lines_of_one_pixel_are_found_where_they_are_no_mixture() -> None:
    picture = np.full((60, 80, 3), 200, np.uint8)
    picture[:, 40:] = (20, 120, 220)
    picture[::10] = (255, 0, 0)
    # Between the two units in color, so that it may as well be a soft edge.
    picture[5::10] = (110, 160, 210)
    palette = learn_palette(picture, method="flat")
    assert sorted(triples(palette.colors)) == [(20, 120, 220), (200, 200, 200), (255, 0, 0)]


def test_counts_are_exact_pixels() -> None:
    picture = draw_map()
    palette = learn_palette(picture, method="flat")
    for color, count in zip(palette.colors, palette.counts, strict=True):
        assert count == (picture == color).all(axis=-1).sum()


def test_fewer_than_asked_and_none_at_all() -> None:
    with pytest.warns(FewerColorsWarning, match="has 4 colors, not 9: the image has no more flat"):
        learn_palette(draw_map(), 9, method="flat")
    for photo in ("china.jpg", "flower.jpg"):
        with pytest.raises(ImageError, match="no flat color that holds area"):
            learn_palette(load_sample_image(photo), method="flat")


def test_grid_and_transparency() -> None:
    grid = index_image(draw_map(), Palette([[0, 0, 0], [120, 60, 30], [250, 250, 240]]))
    assert isinstance(grid, IndexGrid)
    palette = learn_palette(grid, method="flat")
    assert dict(zip(triples(palette.colors), palette.counts, strict=True)) == dict(
        zip(triples(grid.palette.colors), grid.counts(), strict=True)
    )
    rgba = np.dstack([draw_map(), np.full((120, 200), 255, np.uint8)])
    rgba[:, 100:, 3] = 0
    assert learn_palette(rgba, method="flat").n_pixels == 120 * 100


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"min_distance": -1}, "min_distance must be 0 or more, found -1"),
        ({"min_distance": float("nan")}, "min_distance must be 0 or more"),
        ({"weights": "unique"}, "looks at every pixel"),
        ({"sample": 100}, "looks at every pixel"),
        (
            {"method": "kmeans", "n_colors": 2, "min_distance": 3},
            "option of methods 'flat' and 'units' only",
        ),
    ],
)
def test_bad_options(options: dict, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        learn_palette(draw_map(), **{"method": "flat", **options})


@given(
    arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 5), st.just(3)),
           elements=st.sampled_from([0, 5, 200])),
    st.integers(1, 4),
)  # fmt: skip
def test_blocks_against_a_loop(colors: np.ndarray, step: int) -> None:
    """For any division into blocks of rows."""
    counter = AreaCounter()
    for start in range(0, len(colors), step):
        counter.join(counter.count(Pixels(table=colors[start : start + step])))
    areas = counter.areas()
    expected: dict[tuple[int, ...], int] = {}
    nearly = 0
    for row in range(colors.shape[0] - 1):
        for col in range(colors.shape[1] - 1):
            block = colors[row : row + 2, col : col + 2].reshape(4, 3).astype(int)
            spread = np.ptp(block, axis=0).max()
            if spread == 0:
                expected[tuple(block[0])] = expected.get(tuple(block[0]), 0) + 1
            nearly += 0 < spread <= 8
    found = dict(zip(triples(areas.histogram.colors), areas.blocks.tolist(), strict=True))
    assert {color: blocks for color, blocks in found.items() if blocks} == expected
    assert areas.nearly == nearly


def test_seams_between_masked_and_unmasked_rows() -> None:
    colors = np.full((4, 6, 3), 9, np.uint8)
    mask = np.ones((4, 6), np.uint8)
    mask[2:, 3:] = 0
    counter = AreaCounter()
    counter.join(counter.count(Pixels(table=colors[:2])))
    counter.join(counter.count(Pixels(table=colors[2:3], valid=mask[2:3])))
    counter.join(counter.count(Pixels(table=colors[3:], valid=mask[3:])))
    counter.join(counter.count(Pixels(table=colors[:1])))
    areas = counter.areas()
    assert areas.blocks.tolist() == [5 + 2 + 2 + 2]
    assert areas.histogram.counts.tolist() == [12 + 3 + 3 + 6]


@pytest.mark.parametrize("rows", [(10, 0, 20), (0, 30), (30, 0)])
def test_empty_blocks_of_a_lazy_array(rows: tuple[int, ...]) -> None:
    da = pytest.importorskip("dask.array")
    colors = np.full((30, 20, 3), 40, np.uint8)
    colors[:, 8:] = 200
    lazy = da.from_array(colors, chunks=(rows, (20,), (3,)))
    palette = learn_palette(lazy, method="flat")
    assert triples(palette.colors) == [(200, 200, 200), (40, 40, 40)]
    assert palette.counts.tolist() == [360, 240]


def test_a_file_read_in_many_blocks(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = repository / "data" / "sample_map.png"
    whole = learn_palette(path, method="flat")
    done: list[tuple[int, int]] = []
    monkeypatch.setattr(blocks, "BLOCK_PIXELS", 100_000)
    parts = learn_palette(path, method="flat", progress=lambda *rows: done.append(rows))
    assert parts == whole
    assert parts.counts.tolist() == whole.counts.tolist()
    assert done == sorted(done)
    assert len(done) > 10
    assert done[-1] == (done[0][1], done[0][1])


COLOR = st.tuples(*[st.integers(0, 20)] * 3)


@given(COLOR, COLOR, COLOR, st.integers(0, 5))
def test_mixtures_equal_exact_fractions(
    color: tuple[int, ...], unit: tuple[int, ...], end: tuple[int, ...], within: int
) -> None:
    """Also where a color is exactly as far from the line between two others as it may be."""
    along = [b - a for a, b in zip(unit, end, strict=True)]
    offset = [b - a for a, b in zip(unit, color, strict=True)]
    length = sum(x * x for x in along)
    expected = False
    if length:
        share = Fraction(sum(x * y for x, y in zip(along, offset, strict=True)), length)
        beside = sum((y - share * x) ** 2 for x, y in zip(along, offset, strict=True))
        left = (1 - share) ** 2 * length
        expected = 0 < share < 1 and left > within**2 and beside <= within**2
    arrays = [np.array(colors, dtype=float) for colors in (color, [unit], [end])]
    assert _is_mixture(*arrays, float(within)) == expected
